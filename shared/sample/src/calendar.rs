//! The windows of a cutoff date, as the sample's own calculation sees them.
//!
//! Every window is half-open, `from <= t < end`; an interim date has windows as well.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, date};
use tieout_model::CutoffDate;

/// The moments that follow from a cutoff date.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Calendar {
    /// The cutoff date.
    pub(crate) cutoff: Date,
    /// The first moment that is no longer in the period.
    pub(crate) end: DateTime,
    /// The first moment of the cutoff date's month.
    pub(crate) month_start: DateTime,
    /// The first moment of the cutoff date's year.
    pub(crate) year_start: DateTime,
    /// The first day of the month after the cutoff date's, one year earlier.
    pub(crate) timing_start: DateTime,
}

impl Calendar {
    pub(crate) fn of(cutoff: CutoffDate) -> Self {
        let day = cutoff.date();
        let month_start = cutoff.month_start();
        let timing = month_start.saturating_add(1.month()).saturating_sub(1.year());
        Self {
            cutoff: day,
            end: cutoff.end(),
            month_start: midnight(month_start),
            year_start: midnight(cutoff.year_start()),
            timing_start: midnight(timing),
        }
    }

    /// A moment of the cutoff day.
    pub(crate) fn on_last_day(&self, hour: i8, minute: i8, second: i8) -> DateTime {
        self.cutoff.at(hour, minute, second, 0)
    }

    /// The last moment before the end that a microsecond can say.
    pub(crate) fn last_moment(&self) -> DateTime {
        self.cutoff.at(23, 59, 59, 999_999_000)
    }

    /// Hours after the end.
    pub(crate) fn after_end(&self, hours: i64) -> DateTime {
        self.end.saturating_add(hours.hours())
    }

    /// Days before a moment.
    pub(crate) fn before(moment: DateTime, days: i64) -> DateTime {
        moment.saturating_sub(days.days())
    }

    /// The earlier part of the year to date: before the cutoff's month, and ten days at least where they fit.
    pub(crate) fn early(&self) -> (DateTime, DateTime) {
        let ten = self.year_start.saturating_add(10.days());
        (self.year_start, self.month_start.max(ten).min(self.end))
    }
}

/// The first moment of a day.
pub(crate) fn midnight(day: Date) -> DateTime {
    day.at(0, 0, 0, 0)
}

/// The first moment of a day that is written in the code.
pub(crate) fn day(year: i16, month: i8, day_of_month: i8) -> DateTime {
    midnight(date(year, month, day_of_month))
}

/// Year and month as `YYYYMM`.
pub(crate) fn year_month(moment: DateTime) -> i64 {
    i64::from(moment.year()) * 100 + i64::from(moment.month())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timing_start(cutoff: &str) -> String {
        Calendar::of(cutoff.parse().unwrap()).timing_start.date().to_string()
    }

    #[test]
    fn the_timing_window_begins_a_year_before_the_month_after() {
        assert_eq!(timing_start("2025-09-30"), "2024-10-01");
        assert_eq!(timing_start("2024-12-31"), "2024-01-01");
        assert_eq!(timing_start("2024-10-15"), "2023-11-01");
    }

    #[test]
    fn the_last_moment_is_inside() {
        let calendar = Calendar::of("2025-09-30".parse().unwrap());
        assert!(calendar.last_moment() < calendar.end);
        assert_eq!(year_month(calendar.month_start), 202_509);
    }
}
