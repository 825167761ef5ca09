//! Text to a typed value, by the format that the contract declares.
//!
//! A form that the format does not declare is refused, never guessed; no value is rounded, cut or defaulted.

use std::borrow::Cow;
use std::fmt;

use tieout_model::{ColumnType, ValueFormat};

use crate::moment::read_date;
use crate::normalise::normalised;
use crate::number::{read_decimal, read_integer};
use crate::timestamp::{Stamp, is_null_date, is_null_moment, read_timestamp};

/// A typed value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// Text.
    Text(String),
    /// A 64-bit integer.
    Integer(i64),
    /// A decimal as its unscaled integer at the column's scale.
    Decimal(i128),
    /// True or false.
    Boolean(bool),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since 1970-01-01T00:00:00, without a time zone.
    Timestamp(i64),
}

/// Why a text does not convert, as the end of a sentence that begins with the value: `has more than 2 decimals`.
///
/// It never holds the value itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ValueProblem(Cow<'static, str>);

impl fmt::Display for ValueProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl From<&'static str> for ValueProblem {
    fn from(problem: &'static str) -> Self {
        Self(Cow::Borrowed(problem))
    }
}

impl From<String> for ValueProblem {
    fn from(problem: String) -> Self {
        Self(Cow::Owned(problem))
    }
}

/// Reads `text` as a value of `data_type`; `None` when it is one of the format's null texts.
///
/// Spaces around the text are dropped when the format says `trim`, before anything else is looked at. A timestamp with
/// an offset is refused: only a row knows its time zone.
pub fn parse_value(text: &str, data_type: ColumnType, format: &ValueFormat) -> Result<Option<Value>, ValueProblem> {
    let cell = parse_cell(text, data_type, format)?;
    cell.map(|cell| {
        Ok(match cell {
            Cell::Text(text) => Value::Text(text.into_owned()),
            Cell::Integer(integer) => Value::Integer(integer),
            Cell::Decimal(unscaled) => Value::Decimal(unscaled),
            Cell::Boolean(boolean) => Value::Boolean(boolean),
            Cell::Date(days) => Value::Date(days),
            Cell::Timestamp(microseconds) => Value::Timestamp(microseconds),
            Cell::Universal(_) => return Err("carries an offset, and there is no row to give its time zone".into()),
        })
    })
    .transpose()
}

/// A typed value that borrows its text: what [`Value`] is, without an allocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell<'a> {
    Text(Cow<'a, str>),
    Integer(i64),
    Decimal(i128),
    Boolean(bool),
    Date(i32),
    Timestamp(i64),
    /// Microseconds since 1970-01-01T00:00:00Z, to be brought to the time zone of its row.
    Universal(i64),
}

/// [`parse_value`] without an allocation.
pub(crate) fn parse_cell<'a>(
    text: &'a str,
    data_type: ColumnType,
    format: &ValueFormat,
) -> Result<Option<Cell<'a>>, ValueProblem> {
    let text = if format.trim { text.trim_matches(is_space) } else { text };
    if format.null.iter().any(|null| null == text) {
        return Ok(None);
    }
    let cell = match data_type {
        ColumnType::Text => match format.normalise {
            None => Cell::Text(Cow::Borrowed(text)),
            Some(form) => {
                let text = normalised(text, form)?;
                if format.null.iter().any(|null| *null == text) {
                    return Ok(None);
                }
                Cell::Text(text)
            }
        },
        ColumnType::Integer => Cell::Integer(read_integer(text, &format.number)?),
        ColumnType::Decimal { precision, scale } => {
            Cell::Decimal(read_decimal(text, precision, scale, &format.number)?)
        }
        ColumnType::Boolean => Cell::Boolean(read_boolean(text, format)?),
        ColumnType::Date => match read_date(text, &format.date)? {
            days if is_null_date(days, &format.null_dates) => return Ok(None),
            days => Cell::Date(days),
        },
        ColumnType::Timestamp => match read_timestamp(text, format)? {
            Stamp::Civil(moment) if is_null_moment(moment, &format.null_dates) => return Ok(None),
            Stamp::Civil(moment) => Cell::Timestamp(moment),
            Stamp::Universal(moment) => Cell::Universal(moment),
        },
    };
    Ok(Some(cell))
}

/// The space and the spaces that do not break a line.
pub(crate) fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\u{a0}' | '\u{202f}')
}

fn read_boolean(text: &str, format: &ValueFormat) -> Result<bool, ValueProblem> {
    let same =
        |value: &String| if format.ignore_case { value.eq_ignore_ascii_case(text) } else { value.as_str() == text };
    let among = |values: &[String]| values.iter().any(same);
    match (among(&format.true_values), among(&format.false_values)) {
        (true, false) => Ok(true),
        (false, true) => Ok(false),
        (true, true) => Err("is declared as true and as false".into()),
        (false, false) => Err("is none of the declared true_values and false_values".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, data_type: &str, format: &ValueFormat) -> Result<Option<Value>, String> {
        parse_value(text, data_type.parse().unwrap(), format).map_err(|problem| problem.to_string())
    }

    #[test]
    fn every_type_reads_its_plain_form() {
        let format = ValueFormat::default();
        for (text, data_type, value) in [
            ("a b", "text", Value::Text("a b".to_owned())),
            ("-7", "integer", Value::Integer(-7)),
            ("1.5", "decimal(5,2)", Value::Decimal(150)),
            ("true", "boolean", Value::Boolean(true)),
            ("0", "boolean", Value::Boolean(false)),
            ("1970-01-02", "date", Value::Date(1)),
            ("1970-01-01 00:00:01.000002", "timestamp", Value::Timestamp(1_000_002)),
        ] {
            assert_eq!(read(text, data_type, &format), Ok(Some(value)), "{text}");
        }
    }

    #[test]
    fn only_declared_texts_are_null() {
        let format = ValueFormat { null: vec!["NULL".to_owned()], ..ValueFormat::default() };
        assert_eq!(read("NULL", "integer", &format), Ok(None));
        assert_eq!(read("", "text", &format), Ok(Some(Value::Text(String::new()))));
        for text in ["", "null", "NaN", "~"] {
            assert!(read(text, "decimal(5,2)", &format).is_err(), "{text}");
        }
    }

    #[test]
    fn spaces_are_dropped_only_when_declared() {
        let mut format = ValueFormat::default();
        assert_eq!(read("\u{a0} 7 \u{202f}", "integer", &format), Ok(Some(Value::Integer(7))));
        assert_eq!(read("  ", "text", &format), Ok(None));
        assert!(read("7\t", "integer", &format).is_err());
        format.trim = false;
        assert!(read(" 7", "integer", &format).is_err());
        assert_eq!(read(" a ", "text", &format), Ok(Some(Value::Text(" a ".to_owned()))));
    }

    #[test]
    fn a_null_date_and_the_words_of_any_case_are_declared() {
        let format = ValueFormat {
            null_dates: vec!["1753-01-01".parse().unwrap()],
            true_values: vec!["1".to_owned(), "1.0".to_owned(), "true".to_owned()],
            ignore_case: true,
            ..ValueFormat::default()
        };
        assert_eq!(read("1753-01-01", "date", &format), Ok(None));
        assert_eq!(read("1753-01-01 00:00:00.000", "timestamp", &format), Ok(None));
        assert!(read("1753-01-01 00:00:01", "timestamp", &format).unwrap().is_some());
        for text in ["TRUE", "tRue", "1.0", "1"] {
            assert_eq!(read(text, "boolean", &format), Ok(Some(Value::Boolean(true))), "{text}");
        }
    }

    #[test]
    fn other_words_are_no_booleans() {
        let mut format = ValueFormat::default();
        for text in ["TRUE", "yes", "2", "01"] {
            let problem = read(text, "boolean", &format).unwrap_err();
            assert_eq!(problem, "is none of the declared true_values and false_values");
        }
        format.false_values.push("true".to_owned());
        assert_eq!(read("true", "boolean", &format).unwrap_err(), "is declared as true and as false");
    }
}
