//! Timestamps from text by declared patterns: civil moments, and moments with an offset.
//!
//! What a column cannot hold is refused unless its format says that it is cut, and cutting never moves a moment into
//! the next day.

use jiff::civil::Date;
use tieout_model::ValueFormat;

use crate::ValueProblem;
use crate::moment::{DAY_MICROSECONDS, day_number, read, two_digits};

/// Nanoseconds of the last decimal that is read, for 6 to 9 decimals.
const NANOSECONDS_BY_DIGITS: [i64; 4] = [1_000, 100, 10, 1];

/// A timestamp as it was written, in microseconds since 1970-01-01T00:00:00.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stamp {
    /// In the books' own time.
    Civil(i64),
    /// With an offset: in universal time.
    Universal(i64),
}

/// Reads a timestamp by the first pattern that it fits; a pattern without a time reads midnight.
pub(crate) fn read_timestamp(text: &str, format: &ValueFormat) -> Result<Stamp, ValueProblem> {
    if format.offset
        && let Some((local, seconds)) = split_offset(text)
    {
        let moment = read_civil(local, format)?;
        return Ok(Stamp::Universal(moment - seconds * 1_000_000));
    }
    Ok(Stamp::Civil(read_civil(text, format)?))
}

/// Whether a day is one of those that mean that there is no date.
pub(crate) fn is_null_date(days: i32, null_dates: &[Date]) -> bool {
    null_dates.iter().any(|date| day_number(*date) == i64::from(days))
}

/// Whether a moment is the midnight of a day that means that there is no date.
pub(crate) fn is_null_moment(microseconds: i64, null_dates: &[Date]) -> bool {
    null_dates.iter().any(|date| day_number(*date) * DAY_MICROSECONDS == microseconds)
}

/// Reads a civil moment as microseconds since 1970-01-01T00:00:00.
pub(crate) fn read_civil(text: &str, format: &ValueFormat) -> Result<i64, ValueProblem> {
    for pattern in &format.timestamp {
        if let Some(moment) = read(text, pattern)? {
            let unit = NANOSECONDS_BY_DIGITS.get(usize::from(format.fraction_digits.saturating_sub(6)));
            if moment.nanosecond_of_day % unit.copied().unwrap_or(1) != 0 {
                return Err("is finer than a microsecond".into());
            }
            return Ok(moment.days * DAY_MICROSECONDS + moment.nanosecond_of_day / 1_000);
        }
    }
    Err("is not a timestamp of a declared form".into())
}

/// Takes `Z` or `+hh:mm` off a text, as seconds that the written time is ahead of universal time.
fn split_offset(text: &str) -> Option<(&str, i64)> {
    if let Some(local) = text.strip_suffix('Z') {
        return Some((local, 0));
    }
    let (local, offset) = text.split_at_checked(text.len().checked_sub(6)?)?;
    let [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] = offset.as_bytes() else { return None };
    let (hours, minutes) = (two_digits(*h1, *h2)?, two_digits(*m1, *m2)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    let seconds = (i64::from(hours) * 60 + i64::from(minutes)) * 60;
    // A date alone ends like `-09-30` and has no colon, so it is never taken for an offset.
    Some((local, if *sign == b'-' { -seconds } else { seconds }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seventh_decimal_is_cut_where_declared() {
        let mut format = ValueFormat { fraction_digits: 7, ..ValueFormat::default() };
        let end = read_civil("2025-10-01", &format).unwrap();
        assert_eq!(read_civil("2025-09-30 23:59:59.9999999", &format), Ok(end - 1), "it never moves into the next day");
        assert_eq!(read_civil("2025-09-30T23:59:59.999999000", &format), Ok(end - 1));
        assert!(read_civil("2025-09-30 23:59:59.99999999", &format).is_err());
        format.fraction_digits = 6;
        assert!(read_civil("2025-09-30 23:59:59.9999999", &format).is_err());
    }

    #[test]
    fn an_offset_is_taken_off_where_declared() {
        let patterns = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%d"].map(str::to_owned).to_vec();
        let mut format = ValueFormat { offset: true, timestamp: patterns, ..ValueFormat::default() };
        let civil = |text: &str| read_civil(text, &format).unwrap();
        for (text, utc) in [
            ("2025-09-30 23:30:00Z", "2025-09-30 23:30"),
            ("2025-09-30 23:30+01:00", "2025-09-30 22:30"),
            ("2025-09-30 23:30:00.5-00:30", "2025-10-01 00:00:00.5"),
        ] {
            assert_eq!(read_timestamp(text, &format), Ok(Stamp::Universal(civil(utc))), "{text}");
        }
        assert_eq!(read_timestamp("2025-09-30", &format), Ok(Stamp::Civil(civil("2025-09-30"))));
        for text in ["2025-09-30 24:00", "2025/09/30", "30/09/2025", "45930", "2025-09-30 10:00+25:00"] {
            assert!(read_timestamp(text, &format).is_err(), "{text}");
        }
        format.offset = false;
        assert!(read_timestamp("2025-09-30 23:30:00Z", &format).is_err());
    }
}
