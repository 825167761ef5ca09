//! Numbers and dates as Excel keeps them, turned to exact text.
//!
//! Excel stores binary floats and shows 15 significant digits of them: those digits are the number. They are taken
//! from the float's decimal expansion as text and integers; no float arithmetic is done.

use std::fmt::Write as _;

use jiff::ToSpan;
use jiff::civil::{Date, date};

/// Milliseconds in a day.
const DAY_MS: i128 = 86_400_000;

/// Number of 9999-12-31 in the 1900 system, the last day that Excel shows.
const MAX_DAYS: i64 = 2_958_465;

/// Digits behind the mark of a float's full expansion: 17 significant ones tell every float apart.
const FULL_DECIMALS: usize = 16;

/// Appends the number that Excel shows: 15 significant digits, plain notation. `false` for what is not a number.
pub(super) fn write_number(number: f64, text: &mut String) -> bool {
    let expansion = format!("{number:.14e}");
    let Some((mantissa, exponent)) = expansion.split_once('e') else { return false };
    let Ok(exponent) = exponent.parse::<i32>() else { return false };
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let significant = digits.trim_end_matches('0');
    if significant.is_empty() {
        text.push('0');
        return true;
    }
    text.push_str(sign);
    match usize::try_from(exponent + 1) {
        Ok(whole) if whole >= significant.len() && whole > 0 => {
            text.push_str(significant);
            text.extend(std::iter::repeat_n('0', whole - significant.len()));
        }
        Ok(whole) if whole > 0 => {
            let (whole, fraction) = significant.split_at(whole);
            text.push_str(whole);
            text.push('.');
            text.push_str(fraction);
        }
        _ => {
            text.push_str("0.");
            text.extend(std::iter::repeat_n('0', usize::try_from(-exponent - 1).unwrap_or_default()));
            text.push_str(significant);
        }
    }
    true
}

/// Appends a serial date as `YYYY-MM-DDTHH:MM:SS[.fff]`, to the millisecond, which is all that Excel keeps of a time.
///
/// In the 1900 system day 1 is 1900-01-01 and day 60 a 29 February that never was; in the 1904 system day 0 is
/// 1904-01-01.
pub(super) fn write_serial(serial: f64, is_1904: bool, text: &mut String) -> Result<(), &'static str> {
    let no_date = "is not a date that Excel can show";
    let (days, ms) = days_and_ms(serial).filter(|(days, _)| *days <= MAX_DAYS).ok_or(no_date)?;
    let epoch = match (is_1904, days) {
        (true, _) => date(1904, 1, 1),
        (false, 0) => return Err("is a time of day without a date"),
        (false, 1..60) => date(1899, 12, 31),
        (false, 60) => return Err("is 29 February 1900, a day that never was"),
        (false, _) => date(1899, 12, 30),
    };
    let day = i32::try_from(days).ok().and_then(|days| epoch.checked_add(days.days()).ok()).ok_or(no_date)?;
    if day > Date::constant(9999, 12, 31) {
        return Err(no_date);
    }
    let (seconds, ms) = (ms / 1000, ms % 1000);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    // Writing to a string does not fail.
    let _ = write!(text, "{day}T{hours:02}:{minutes:02}:{seconds:02}");
    if ms != 0 {
        let _ = write!(text, ".{ms:03}");
    }
    Ok(())
}

/// Whole days and the milliseconds of the rest, rounded half up; `None` for what is below zero, too large or no number.
fn days_and_ms(serial: f64) -> Option<(i64, i64)> {
    let expansion = format!("{serial:.FULL_DECIMALS$e}");
    let (mantissa, exponent) = expansion.split_once('e')?;
    let exponent: i32 = exponent.parse().ok()?;
    let mantissa: i128 = mantissa.replace('.', "").parse().ok()?;
    if mantissa < 0 || exponent > 7 {
        return None;
    }
    // serial = mantissa × 10^(exponent - 16); anything below 10^-12 days is no millisecond.
    let decimals = u32::try_from(i32::try_from(FULL_DECIMALS).ok()? - exponent).ok()?;
    let total_ms = match 10_i128.checked_pow(decimals) {
        Some(divisor) if exponent > -12 => (2 * mantissa * DAY_MS + divisor) / (2 * divisor),
        _ => 0,
    };
    Some((i64::try_from(total_ms / DAY_MS).ok()?, i64::try_from(total_ms % DAY_MS).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(value: f64) -> String {
        let mut text = String::new();
        assert!(write_number(value, &mut text));
        text
    }

    fn serial(value: f64, is_1904: bool) -> Result<String, &'static str> {
        let mut text = String::new();
        write_serial(value, is_1904, &mut text).map(|()| text)
    }

    #[test]
    fn a_number_has_the_fifteen_digits_that_excel_shows() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (0.1, "0.1"),
            (0.300_000_000_000_000_04, "0.3"),
            (1234.56, "1234.56"),
            (-1_000.5, "-1000.5"),
            (2.675, "2.675"),
            (1e15, "1000000000000000"),
            (1.5e20, "150000000000000000000"),
            (0.000_012_5, "0.0000125"),
            (100.0, "100"),
            (123_456_789_012.345_67, "123456789012.346"),
            (0.999_999_999_999_999_9, "1"),
        ] {
            assert_eq!(number(value), text);
        }
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(!write_number(value, &mut String::new()));
        }
    }

    #[test]
    fn serial_dates_of_both_systems_become_calendar_dates() {
        for (value, is_1904, text) in [
            (1.0, false, "1900-01-01T00:00:00"),
            (59.0, false, "1900-02-28T00:00:00"),
            (61.0, false, "1900-03-01T00:00:00"),
            (45_292.0, false, "2024-01-01T00:00:00"),
            (43_830.0, true, "2024-01-01T00:00:00"),
            (0.0, true, "1904-01-01T00:00:00"),
            (2_958_465.0, false, "9999-12-31T00:00:00"),
        ] {
            assert_eq!(serial(value, is_1904).as_deref(), Ok(text), "{value}");
        }
    }

    #[test]
    fn a_time_of_day_comes_back_to_the_millisecond() {
        for (value, text) in [
            (45_292.520_833_333_336, "2024-01-01T12:30:00"),
            (45_292.999_988_425_93, "2024-01-01T23:59:59"),
            (45_943.541, "2025-10-13T12:59:02.400"),
            (45_292.999_999_999_9, "2024-01-02T00:00:00"),
        ] {
            assert_eq!(serial(value, false).as_deref(), Ok(text), "{value}");
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        assert_eq!(serial(60.0, false), Err("is 29 February 1900, a day that never was"));
        assert_eq!(serial(0.5, false), Err("is a time of day without a date"));
        for value in [-1.0, 2_958_466.0, 99_999_999.0, 1e300, f64::NAN, f64::INFINITY] {
            assert_eq!(serial(value, false), Err("is not a date that Excel can show"), "{value}");
        }
    }
}
