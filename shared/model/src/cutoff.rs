//! The cutoff date: the last day that belongs to the period under control.
//!
//! Windows are half-open: a moment `t` is inside when `t < end()`, so the whole cutoff day belongs to the period.

use std::fmt;
use std::str::FromStr;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

/// The text is not a cutoff date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{text}' is not a calendar date of the form YYYY-MM-DD")]
pub struct CutoffDateError {
    /// What was given.
    pub text: String,
}

/// The last day of the period, as a civil date in the books' own time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CutoffDate(Date);

impl CutoffDate {
    /// Wraps a civil date.
    #[must_use]
    pub fn new(date: Date) -> Self {
        Self(date)
    }

    /// The last day of the month before `today`: the default cutoff rule.
    pub fn previous_month_end(today: Date) -> Self {
        // The day before the first of a month always exists within the supported range of years.
        Self(today.first_of_month().yesterday().unwrap_or(today))
    }

    /// The civil date.
    pub fn date(self) -> Date {
        self.0
    }

    /// The first moment that is no longer in the period: midnight after the cutoff day.
    pub fn end(self) -> DateTime {
        self.0.checked_add(1.day()).unwrap_or(self.0).at(0, 0, 0, 0)
    }

    /// The first day of the cutoff date's month.
    pub fn month_start(self) -> Date {
        self.0.first_of_month()
    }

    /// The first of January of the cutoff date's year.
    pub fn year_start(self) -> Date {
        self.0.first_of_year()
    }

    /// The first day of the twelve months that end with the cutoff date's month.
    pub fn timing_start(self) -> Date {
        // Only a month in the first year that a date can hold has no such day.
        self.month_start().checked_sub(11.months()).unwrap_or(Date::MIN)
    }

    /// Whether the date is the last day of its month; other dates make an interim run.
    pub fn is_month_end(self) -> bool {
        self.0 == self.0.last_of_month()
    }
}

impl FromStr for CutoffDate {
    type Err = CutoffDateError;

    fn from_str(text: &str) -> Result<Self, CutoffDateError> {
        let refused = || CutoffDateError { text: text.to_owned() };
        let date: Date = text.parse().map_err(|_| refused())?;
        if date.to_string() == text { Ok(Self(date)) } else { Err(refused()) }
    }
}

impl TryFrom<String> for CutoffDate {
    type Error = CutoffDateError;

    fn try_from(text: String) -> Result<Self, CutoffDateError> {
        text.parse()
    }
}

impl From<CutoffDate> for String {
    fn from(cutoff: CutoffDate) -> Self {
        cutoff.to_string()
    }
}

impl fmt::Display for CutoffDate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_plain_form_is_read() {
        assert_eq!("2024-02-29".parse::<CutoffDate>().unwrap().to_string(), "2024-02-29");
        for text in ["2024-2-9", "20240229", "2023-02-29", "2024-02-29T00:00", "29/02/2024", ""] {
            assert!(text.parse::<CutoffDate>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_whole_last_day_is_inside() {
        let cutoff: CutoffDate = "2024-12-31".parse().unwrap();
        assert_eq!(cutoff.end().to_string(), "2025-01-01T00:00:00");
        assert_eq!(cutoff.month_start().to_string(), "2024-12-01");
        assert_eq!(cutoff.year_start().to_string(), "2024-01-01");
    }

    #[test]
    fn the_twelve_months_end_with_the_cutoff_month() {
        for (cutoff, start) in
            [("2025-09-30", "2024-10-01"), ("2024-12-31", "2024-01-01"), ("2024-10-15", "2023-11-01")]
        {
            assert_eq!(cutoff.parse::<CutoffDate>().unwrap().timing_start().to_string(), start);
        }
    }

    #[test]
    fn the_default_is_the_last_day_of_the_month_before() {
        let of = |text: &str| CutoffDate::previous_month_end(text.parse().unwrap()).to_string();
        assert_eq!(of("2024-03-01"), "2024-02-29");
        assert_eq!(of("2025-01-31"), "2024-12-31");
    }
}
