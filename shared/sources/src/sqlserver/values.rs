//! Values of SQL Server as values of the house, exactly or not at all.
//!
//! | SQL Server | becomes |
//! | --- | --- |
//! | bit, tinyint to bigint, decimal, numeric | boolean, integer, decimal |
//! | money, smallmoney | decimal with 4 digits; from 549,755,813,888 on, refused (see `money`) |
//! | date, smalldatetime, datetime, datetime2 | date or timestamp; datetime to the millisecond, as the server shows it |
//! | datetime2 and datetimeoffset finer than a microsecond | their text, which the contract reads or refuses |
//! | datetimeoffset | its local clock and offset, read as the contract declares |
//! | time | text `HH:MM:SS.fffffff` |
//! | char to nvarchar(max), text, ntext, xml | text |
//! | uniqueidentifier | text in capitals; binary, varbinary, image: text `0x…` |
//! | real, float | text in a text column; for any other column the query is refused |
//! | `sql_variant`, CLR types | the query is refused |

use std::fmt::Write;

use tiberius::time::{DateTime2, Time};
use tiberius::{ColumnData, ColumnType};
use tieout_tables::TypedValue;

use crate::rows::DatabaseValue;

/// Days from 0001-01-01 to 1970-01-01.
const DAYS_TO_1970: i64 = 719_162;
/// Days from 1900-01-01 to 1970-01-01.
const DAYS_FROM_1900: i64 = 25_567;
const DAY_MICROSECONDS: i64 = 86_400_000_000;
const MINUTE_MICROSECONDS: i64 = 60_000_000;

/// A value; `text` holds it where it must be written.
pub(super) fn value_of<'a>(
    column_type: ColumnType,
    data: &'a ColumnData<'static>,
    text: &'a mut String,
) -> DatabaseValue<'a> {
    use DatabaseValue::{Null, Typed};
    match data {
        ColumnData::String(Some(value)) => DatabaseValue::Text(value),
        ColumnData::Numeric(Some(value)) => {
            Typed(TypedValue::Decimal { unscaled: value.value(), scale: value.scale() })
        }
        ColumnData::I64(Some(value)) => Typed(TypedValue::Integer(*value)),
        ColumnData::I32(Some(value)) => Typed(TypedValue::Integer(i64::from(*value))),
        ColumnData::I16(Some(value)) => Typed(TypedValue::Integer(i64::from(*value))),
        ColumnData::U8(Some(value)) => Typed(TypedValue::Integer(i64::from(*value))),
        ColumnData::Bit(Some(value)) => Typed(TypedValue::Boolean(*value)),
        ColumnData::F64(Some(value)) if matches!(column_type, ColumnType::Money | ColumnType::Money4) => {
            money(*value, text)
        }
        ColumnData::F64(Some(value)) => written(text, *value),
        ColumnData::F32(Some(value)) => written(text, *value),
        ColumnData::Guid(Some(value)) => written(text, format_args!("{value:X}")),
        ColumnData::Xml(Some(value)) => written(text, value),
        ColumnData::Binary(Some(value)) => {
            text.clear();
            text.push_str("0x");
            for byte in value.iter() {
                let _ = write!(text, "{byte:02X}");
            }
            DatabaseValue::Text(text)
        }
        _ => moment_of(data, text).unwrap_or(Null),
    }
}

fn moment_of<'a>(data: &'a ColumnData<'static>, text: &'a mut String) -> Option<DatabaseValue<'a>> {
    use DatabaseValue::Typed;
    Some(match data {
        ColumnData::Date(Some(value)) => date(i64::from(value.days()) - DAYS_TO_1970),
        ColumnData::DateTime(Some(value)) => {
            // Three-hundredths of a second, which the server shows rounded to the millisecond.
            let milliseconds = (i64::from(value.seconds_fragments()) * 10 + 1) / 3;
            let day = i64::from(value.days()) - DAYS_FROM_1900;
            Typed(TypedValue::Timestamp(day * DAY_MICROSECONDS + milliseconds * 1000))
        }
        ColumnData::SmallDateTime(Some(value)) => {
            let day = i64::from(value.days()) - DAYS_FROM_1900;
            let minutes = i64::from(value.seconds_fragments());
            Typed(TypedValue::Timestamp(day * DAY_MICROSECONDS + minutes * MINUTE_MICROSECONDS))
        }
        ColumnData::DateTime2(Some(value)) => match microseconds(*value) {
            (moment, 0) => Typed(TypedValue::Timestamp(moment)),
            (moment, finer) => {
                let moment = TypedValue::Timestamp(moment);
                let with_point = if value_has_fraction(moment) { "" } else { ".000000" };
                written(text, format_args!("{moment}{with_point}{finer}"))
            }
        },
        ColumnData::DateTimeOffset(Some(value)) => {
            let minutes = i32::from(value.offset());
            match microseconds(value.datetime2()) {
                (utc, 0) => DatabaseValue::Offset { local: utc + i64::from(minutes) * MINUTE_MICROSECONDS, minutes },
                (utc, finer) => {
                    let moment = TypedValue::Timestamp(utc + i64::from(minutes) * MINUTE_MICROSECONDS);
                    let with_point = if value_has_fraction(moment) { "" } else { ".000000" };
                    let sign = if minutes < 0 { '-' } else { '+' };
                    let (hours, rest) = (minutes.unsigned_abs() / 60, minutes.unsigned_abs() % 60);
                    written(text, format_args!("{moment}{with_point}{finer}{sign}{hours:02}:{rest:02}"))
                }
            }
        }
        ColumnData::Time(Some(value)) => time_of_day(*value, text),
        _ => return None,
    })
}

/// Money as it was before the driver made a binary float of it.
///
/// The driver divides whole ten-thousandths by 10,000. Below 2^39 two floats are less than 0.0001 apart by more than a
/// rounding, so that the nearest ten-thousandth is the value that was sent; from there on it may be another.
fn money(value: f64, text: &mut String) -> DatabaseValue<'_> {
    const LIMIT: f64 = 549_755_813_888.0;
    if value.abs() >= LIMIT {
        return DatabaseValue::Unfit(
            "is money beyond 549,755,813,888, which the driver does not read exactly: CONVERT(decimal(19, 4), ...) the \
             column in the query",
        );
    }
    text.clear();
    let _ = write!(text, "{value:.4}");
    // `-1.2500` without its point is the number of ten-thousandths.
    let digits: String = text.chars().filter(|character| *character != '.').collect();
    match digits.parse() {
        Ok(unscaled) => DatabaseValue::Typed(TypedValue::Decimal { unscaled, scale: 4 }),
        Err(_) => DatabaseValue::Unfit("is no amount of money"),
    }
}

fn date(days: i64) -> DatabaseValue<'static> {
    match i32::try_from(days) {
        Ok(days) => DatabaseValue::Typed(TypedValue::Date(days)),
        Err(_) => DatabaseValue::Unfit("is not a date of the calendar"),
    }
}

/// Microseconds since 1970-01-01 by the same clock, and the seventh decimal of the second.
fn microseconds(value: DateTime2) -> (i64, i64) {
    let units = tenths_of_microseconds(value.time());
    let day = i64::from(value.date().days()) - DAYS_TO_1970;
    (day * DAY_MICROSECONDS + units / 10, units % 10)
}

/// Units of 100 nanoseconds since midnight.
fn tenths_of_microseconds(time: Time) -> i64 {
    let power = 7_u32.saturating_sub(u32::from(time.scale()));
    i64::try_from(time.increments()).unwrap_or_default() * 10_i64.pow(power)
}

fn time_of_day(time: Time, text: &mut String) -> DatabaseValue<'_> {
    let units = tenths_of_microseconds(time);
    let (seconds, fraction) = (units / 10_000_000, units % 10_000_000);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    text.clear();
    let _ = write!(text, "{hours:02}:{minutes:02}:{seconds:02}");
    if fraction != 0 {
        let _ = write!(text, ".{fraction:07}");
    }
    DatabaseValue::Text(text)
}

/// Whether the text of a moment has decimals of a second.
fn value_has_fraction(moment: TypedValue) -> bool {
    matches!(moment, TypedValue::Timestamp(microseconds) if microseconds % 1_000_000 != 0)
}

fn written(text: &mut String, value: impl std::fmt::Display) -> DatabaseValue<'_> {
    text.clear();
    // Writing to a text in memory cannot fail.
    let _ = write!(text, "{value}");
    DatabaseValue::Text(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_exact_up_to_its_limit_and_refused_beyond() {
        let mut text = String::new();
        for ten_thousandths in
            [0, 1, -1, 12_345, 5_497_558_138_879_999_i64, -5_497_558_138_879_999, 4_503_599_627_370_497]
        {
            #[expect(clippy::cast_precision_loss, reason = "what the driver does")]
            let as_driver = ten_thousandths as f64 / 1e4;
            let expected = TypedValue::Decimal { unscaled: i128::from(ten_thousandths), scale: 4 };
            assert_eq!(money(as_driver, &mut text), DatabaseValue::Typed(expected));
        }
        assert!(matches!(money(549_755_813_888.0, &mut text), DatabaseValue::Unfit(_)));
        assert!(matches!(money(f64::NAN, &mut text), DatabaseValue::Unfit(_)));
    }
}
