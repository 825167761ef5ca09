//! Dates and timestamps from text, by declared `strptime` patterns.
//!
//! A text is read only if it is what the pattern prints for the value it reads: `2024-1-1`, `24` for a year or a
//! misspelt weekday is refused. Two liberties remain: the letter case of names, and how many zeros end a fraction.

use jiff::civil::{Date, DateTime};
use jiff::fmt::strtime::BrokenDownTime;

use crate::ValueProblem;

pub(crate) const DAY_MICROSECONDS: i64 = 86_400_000_000;
const EPOCH: Date = Date::constant(1970, 1, 1);

/// The patterns that are read without `strptime`, which takes many times as long, and the mark between date and time.
const FAST_DATE: &str = "%Y-%m-%d";
const FAST_TIMESTAMPS: [(&str, u8); 2] = [("%Y-%m-%d %H:%M:%S%.f", b' '), ("%Y-%m-%dT%H:%M:%S%.f", b'T')];

/// Reads a date as days since 1970-01-01; a pattern with a time reads midnight only.
pub(crate) fn read_date(text: &str, pattern: &str) -> Result<i32, ValueProblem> {
    let moment = read(text, pattern)?.ok_or_else(|| ValueProblem::from("is not a date of the declared form"))?;
    if moment.nanosecond_of_day != 0 {
        return Err("has a time of day, and the column holds dates".into());
    }
    i32::try_from(moment.days).map_err(|_| "is not a date of the calendar".into())
}

/// A civil moment as microseconds since 1970-01-01T00:00:00, cut to its microsecond.
pub(crate) fn microseconds_of(moment: DateTime) -> i64 {
    let nanosecond = i64::from(moment.subsec_nanosecond());
    let civil = Moment::new(moment.date(), moment.hour(), moment.minute(), moment.second(), nanosecond);
    civil.days * DAY_MICROSECONDS + civil.nanosecond_of_day / 1_000
}

pub(crate) fn day_number(date: Date) -> i64 {
    date.duration_since(EPOCH).as_hours() / 24
}

/// A civil moment.
pub(crate) struct Moment {
    /// Days since 1970-01-01.
    pub(crate) days: i64,
    /// Nanoseconds since midnight.
    pub(crate) nanosecond_of_day: i64,
}

impl Moment {
    fn new(date: Date, hour: i8, minute: i8, second: i8, nanosecond: i64) -> Self {
        let seconds = (i64::from(hour) * 60 + i64::from(minute)) * 60 + i64::from(second);
        Self { days: day_number(date), nanosecond_of_day: seconds * 1_000_000_000 + nanosecond }
    }
}

/// Reads a text by one pattern; `None` when it does not fit.
pub(crate) fn read(text: &str, pattern: &str) -> Result<Option<Moment>, ValueProblem> {
    if pattern == FAST_DATE {
        return Ok(iso_date(text.as_bytes()).map(|date| Moment::new(date, 0, 0, 0, 0)));
    }
    if let Some((_, separator)) = FAST_TIMESTAMPS.iter().find(|(fast, _)| *fast == pattern) {
        return Ok(iso_timestamp(text.as_bytes(), *separator));
    }
    read_by_pattern(text, pattern)
}

/// `YYYY-MM-DD`, a day of the calendar.
fn iso_date(text: &[u8]) -> Option<Date> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text else { return None };
    let year = i16::from(two_digits(*y1, *y2)?) * 100 + i16::from(two_digits(*y3, *y4)?);
    Date::new(year, two_digits(*m1, *m2)?, two_digits(*d1, *d2)?).ok()
}

/// `YYYY-MM-DD`, the separator, `HH:MM:SS`, and optionally a dot and one to nine digits.
fn iso_timestamp(text: &[u8], separator: u8) -> Option<Moment> {
    let (date, rest) = text.split_at_checked(10)?;
    let [mark, h1, h2, b':', m1, m2, b':', s1, s2, fraction @ ..] = rest else { return None };
    let (hour, minute, second) = (two_digits(*h1, *h2)?, two_digits(*m1, *m2)?, two_digits(*s1, *s2)?);
    if *mark != separator || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let nanosecond = match fraction {
        [] => 0,
        [b'.', digits @ ..] => fraction_nanoseconds(digits)?,
        _ => return None,
    };
    Some(Moment::new(iso_date(date)?, hour, minute, second, nanosecond))
}

fn fraction_nanoseconds(digits: &[u8]) -> Option<i64> {
    if digits.is_empty() || digits.len() > 9 {
        return None;
    }
    let mut nanoseconds = 0;
    for index in 0..9 {
        let digit = digits.get(index).map_or(Some(0), |byte| digit(*byte))?;
        nanoseconds = nanoseconds * 10 + i64::from(digit);
    }
    Some(nanoseconds)
}

pub(crate) fn two_digits(tens: u8, ones: u8) -> Option<i8> {
    Some(digit(tens)? * 10 + digit(ones)?)
}

fn digit(byte: u8) -> Option<i8> {
    let digit = byte.wrapping_sub(b'0');
    if digit <= 9 { i8::try_from(digit).ok() } else { None }
}

/// Reads a text by any pattern, then prints what was read and compares.
fn read_by_pattern(text: &str, pattern: &str) -> Result<Option<Moment>, ValueProblem> {
    let Ok(parsed) = BrokenDownTime::parse(pattern, text) else { return Ok(None) };
    if parsed.offset().is_some() || parsed.iana_time_zone().is_some() || parsed.timestamp().is_some() {
        return Err("names a time zone or a moment of the world's clock, and the books hold civil time".into());
    }
    let Ok(moment) = parsed.to_datetime() else { return Ok(None) };
    if !prints_as(moment, pattern, text) {
        return Ok(None);
    }
    let nanosecond = i64::from(moment.subsec_nanosecond());
    Ok(Some(Moment::new(moment.date(), moment.hour(), moment.minute(), moment.second(), nanosecond)))
}

/// Whether the pattern prints the moment as this very text, letter case and the zeros at a fraction's end aside.
fn prints_as(moment: DateTime, pattern: &str, text: &str) -> bool {
    let broken_down = BrokenDownTime::from(moment);
    let mut rest = Rest(text);
    // The parser has checked the fraction's digits; printing would drop its zeros.
    let (head, tail) = match (pattern.split_once("%.f"), pattern.split_once("%f")) {
        (Some((head, tail)), _) => (head, Some((".", tail))),
        (None, Some((head, tail))) => (head, Some(("", tail))),
        (None, None) => (pattern, None),
    };
    let head_fits = broken_down.format(head, &mut rest).is_ok();
    let tail_fits = tail.is_none_or(|(mark, tail)| {
        rest.skip_fraction(mark);
        broken_down.format(tail, &mut rest).is_ok()
    });
    head_fits && tail_fits && rest.0.is_empty()
}

/// What is left of a text that is compared with what is written, without building the written text.
struct Rest<'a>(&'a str);

impl Rest<'_> {
    fn skip_fraction(&mut self, mark: &str) {
        if let Some(fraction) = self.0.strip_prefix(mark) {
            self.0 = fraction.trim_start_matches(|character: char| character.is_ascii_digit());
        }
    }
}

impl jiff::fmt::Write for Rest<'_> {
    fn write_str(&mut self, written: &str) -> Result<(), jiff::Error> {
        match self.0.split_at_checked(written.len()) {
            Some((start, rest)) if start.eq_ignore_ascii_case(written) => {
                self.0 = rest;
                Ok(())
            }
            _ => Err(jiff::Error::from_args(format_args!("the text is not what the pattern prints"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan;
    use proptest::prelude::*;

    fn date(text: &str, pattern: &str) -> Option<String> {
        let days = read_date(text, pattern).ok()?;
        Some(EPOCH.checked_add(days.days()).unwrap().to_string())
    }

    fn timestamp(text: &str, patterns: &[&str]) -> Result<i64, String> {
        let timestamp: Vec<String> = patterns.iter().map(|&pattern| pattern.to_owned()).collect();
        let format = tieout_model::ValueFormat { timestamp, ..tieout_model::ValueFormat::default() };
        crate::timestamp::read_civil(text, &format).map_err(|problem| problem.to_string())
    }

    #[test]
    fn iso_dates_are_strict() {
        assert_eq!(date("2024-02-29", FAST_DATE).unwrap(), "2024-02-29");
        assert_eq!(date("1969-12-31", FAST_DATE).unwrap(), "1969-12-31");
        assert_eq!(date("0001-01-01", FAST_DATE).unwrap(), "0001-01-01");
        assert_eq!(read_date("1969-12-31", FAST_DATE), Ok(-1));
        for text in [
            "2024-02-30",
            "2023-02-29",
            "2024-1-1",
            "24-01-01",
            "2024-13-01",
            "2024-00-10",
            "2024-01-00",
            "0000-00-00",
            "2024/01/01",
            "2024-01-01 ",
            "2024-01-01T",
            "20240101",
            "",
            "٢٠٢٤-٠١-٠١",
            "+024-01-01",
            "2024-01-0a",
        ] {
            assert_eq!(date(text, FAST_DATE), None, "{text}");
        }
    }

    #[test]
    fn other_patterns_are_just_as_strict() {
        for (text, pattern, iso) in [
            ("31.12.2024", "%d.%m.%Y", Some("2024-12-31")),
            ("1.2.2024", "%-d.%-m.%Y", Some("2024-02-01")),
            ("20241231", "%Y%m%d", Some("2024-12-31")),
            ("31-DEC-2024", "%d-%b-%Y", Some("2024-12-31")),
            ("12/31/24", "%m/%d/%y", Some("2024-12-31")),
            ("Tuesday, December 31, 2024", "%A, %B %-d, %Y", Some("2024-12-31")),
            ("1.2.2024", "%d.%m.%Y", None),
            ("01.02.2024", "%-d.%-m.%Y", None),
            ("31.12.24", "%d.%m.%Y", None),
            ("30.02.2024", "%d.%m.%Y", None),
            ("31.12.2024 ", "%d.%m.%Y", None),
            ("31.  12.2024", "%d. %m.%Y", None),
            ("Monday, December 31, 2024", "%A, %B %-d, %Y", None),
            ("2024-12-31", "%Y-%q-%d", None),
        ] {
            assert_eq!(date(text, pattern).as_deref(), iso, "{text} as {pattern}");
        }
    }

    #[test]
    fn a_date_has_no_time_of_day() {
        let pattern = "%Y-%m-%d %H:%M:%S%.f";
        assert_eq!(date("2024-12-31 00:00:00.000", pattern).unwrap(), "2024-12-31");
        let problem = read_date("2024-12-31 00:00:01", pattern).unwrap_err();
        assert_eq!(problem.to_string(), "has a time of day, and the column holds dates");
    }

    #[test]
    fn timestamps_are_read_to_the_microsecond() {
        let patterns = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d"];
        assert_eq!(timestamp("1970-01-02 00:00:00", &patterns), Ok(DAY_MICROSECONDS));
        assert_eq!(timestamp("1970-01-01T01:02:03.5", &patterns), Ok(3_723_500_000));
        assert_eq!(timestamp("1970-01-01 00:00:00.1234560", &patterns), Ok(123_456));
        assert_eq!(timestamp("1969-12-31", &patterns), Ok(-DAY_MICROSECONDS));
        assert_eq!(timestamp("1969-12-31 23:59:59.999999", &patterns), Ok(-1));
        let finer = Err("is finer than a microsecond".to_owned());
        assert_eq!(timestamp("1970-01-01 00:00:00.1234567", &patterns), finer);
        for text in [
            "1970-01-01 24:00:00",
            "1970-01-01 23:60:00",
            "1970-01-01 23:59:60",
            "1970-01-01 1:00:00",
            "1970-01-01  01:00:00",
            "1970-01-01 01:00",
            "1970-01-01 01:00:00.",
            "1970-01-01 01:00:00,5",
            "1970-01-01 01:00:00Z",
            "1970-01-01 01:00:00.1234567890",
            "1970-02-30 01:00:00",
            "1970-01-01é01:00:00",
            "",
        ] {
            assert_eq!(timestamp(text, &patterns), Err("is not a timestamp of a declared form".to_owned()), "{text}");
        }
    }

    #[test]
    fn fractions_may_end_in_zeros_by_any_pattern() {
        assert_eq!(timestamp("01.01.1970 00:00:01.500", &["%d.%m.%Y %H:%M:%S%.f"]), Ok(1_500_000));
        assert_eq!(timestamp("01.01.1970 00:00:01", &["%d.%m.%Y %H:%M:%S%.f"]), Ok(1_000_000));
        assert_eq!(timestamp("19700101 000001,250", &["%Y%m%d %H%M%S,%f"]), Ok(1_250_000));
        assert_eq!(timestamp("01/01/1970 12:00:01.50 PM", &["%d/%m/%Y %I:%M:%S%.f %p"]), Ok(43_201_500_000));
        assert!(timestamp("01.01.1970 24:00:00", &["%d.%m.%Y %H:%M:%S"]).is_err());
        assert!(timestamp("01.01.1970 23:59:60", &["%d.%m.%Y %H:%M:%S"]).is_err());
    }

    #[test]
    fn a_time_zone_is_refused() {
        let problem = timestamp("2024-01-01 00:00:00 +0100", &["%Y-%m-%d %H:%M:%S %z"]).unwrap_err();
        assert!(problem.contains("time zone"), "{problem}");
        assert!(timestamp("1700000000", &["%s"]).unwrap_err().contains("world's clock"));
    }

    proptest! {
        #[test]
        fn what_a_pattern_prints_it_reads(
            days in -700_000_i32..2_900_000,
            microsecond_of_day in 0..DAY_MICROSECONDS,
            pattern in prop::sample::select(vec![
                "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%d.%m.%Y %H:%M:%S%.f", "%a %d %B %Y, %I:%M:%S.%f %p",
                "%Y%j%H%M%S%.6f",
            ]),
        ) {
            let midnight = EPOCH.checked_add(days.days()).unwrap().at(0, 0, 0, 0);
            let moment = midnight.checked_add(microsecond_of_day.microseconds()).unwrap();
            let text = moment.strftime(pattern).to_string();
            let expected = i64::from(days) * DAY_MICROSECONDS + microsecond_of_day;
            prop_assert_eq!(timestamp(&text, &[pattern]), Ok(expected), "{}", text);
        }

        #[test]
        fn the_fast_paths_and_strptime_agree(text in "[0-9]{4}-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{1,9})?") {
            let pattern = FAST_TIMESTAMPS[0].0;
            let slow = read_by_pattern(&text, pattern).unwrap().map(|moment| (moment.days, moment.nanosecond_of_day));
            let fast = iso_timestamp(text.as_bytes(), b' ').map(|moment| (moment.days, moment.nanosecond_of_day));
            prop_assert_eq!(fast, slow);
        }
    }
}
