//! A value of a database, and the exact ways from it to the type of a column.
//!
//! The ways are those of `conform`: nothing is rounded or cut; what has no exact way is refused.

use std::fmt;

use tieout_model::{ColumnType, Decimal};

use crate::cell;
use crate::conform::rescaled;
use crate::parse::Cell;

const DAY_MICROSECONDS: i64 = 86_400_000_000;

/// A value of a database that is no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypedValue {
    /// A whole number.
    Integer(i64),
    /// A decimal: `unscaled × 10^-scale`.
    Decimal {
        /// The unscaled integer.
        unscaled: i128,
        /// Digits after the mark.
        scale: u8,
    },
    /// True or false.
    Boolean(bool),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since 1970-01-01T00:00:00, without a time zone.
    Timestamp(i64),
}

impl TypedValue {
    /// The number as a decimal; `None` for what is no number or has more than 38 digits.
    pub fn decimal(self) -> Option<Decimal> {
        match self {
            Self::Integer(integer) => Decimal::new(i128::from(integer), 0).ok(),
            Self::Decimal { unscaled, scale } => Decimal::new(unscaled, scale).ok(),
            _ => None,
        }
    }

    /// The date; `None` for what is none or lies beyond the calendar.
    pub fn date(self) -> Option<jiff::civil::Date> {
        if let Self::Date(days) = self { cell::date(days) } else { None }
    }

    /// The value in a column's type; text is not among them. Fails with the end of a sentence about the value.
    pub(crate) fn cell(self, data_type: ColumnType) -> Result<Cell<'static>, String> {
        match (self, data_type) {
            (Self::Integer(integer), ColumnType::Integer) => Ok(Cell::Integer(integer)),
            (Self::Integer(integer), ColumnType::Decimal { precision, scale }) => {
                rescaled(i128::from(integer), 0, precision, scale).map(Cell::Decimal)
            }
            (Self::Integer(0), ColumnType::Boolean) => Ok(Cell::Boolean(false)),
            (Self::Integer(1), ColumnType::Boolean) => Ok(Cell::Boolean(true)),
            (Self::Decimal { unscaled, scale: from }, ColumnType::Decimal { precision, scale }) => {
                without_zeros(unscaled, from, scale)
                    .and_then(|(unscaled, from)| rescaled(unscaled, from, precision, scale))
                    .map(Cell::Decimal)
            }
            (Self::Decimal { unscaled, scale }, ColumnType::Integer) => {
                let (unscaled, scale) = without_zeros(unscaled, scale, 0)?;
                let whole = rescaled(unscaled, scale, 38, 0)?;
                i64::try_from(whole).map(Cell::Integer).map_err(|_| "does not fit a 64-bit integer".to_owned())
            }
            (Self::Boolean(boolean), ColumnType::Boolean) => Ok(Cell::Boolean(boolean)),
            (Self::Boolean(boolean), ColumnType::Integer) => Ok(Cell::Integer(i64::from(boolean))),
            (Self::Date(days), ColumnType::Date) => Ok(Cell::Date(days)),
            (Self::Date(days), ColumnType::Timestamp) => Ok(Cell::Timestamp(i64::from(days) * DAY_MICROSECONDS)),
            (Self::Timestamp(moment), ColumnType::Timestamp) => Ok(Cell::Timestamp(moment)),
            (Self::Timestamp(moment), ColumnType::Date) if moment % DAY_MICROSECONDS != 0 => {
                Err("has a time of day, and the column holds dates".to_owned())
            }
            (Self::Timestamp(moment), ColumnType::Date) => i32::try_from(moment / DAY_MICROSECONDS)
                .map(Cell::Date)
                .map_err(|_| "is not a date of the calendar".to_owned()),
            (_, data_type) => Err(format!("is {}, and the column is {data_type}", self.noun())),
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Self::Integer(_) => "an integer",
            Self::Decimal { .. } => "a decimal",
            Self::Boolean(_) => "a boolean",
            Self::Date(_) => "a date",
            Self::Timestamp(_) => "a timestamp",
        }
    }
}

impl fmt::Display for TypedValue {
    /// The value as an export would write it: `-12.50`, `1` for true, `2025-09-30`, `2025-09-30 12:00:00`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Integer(integer) => write!(formatter, "{integer}"),
            Self::Decimal { unscaled, scale } => match Decimal::new(unscaled, scale) {
                Ok(decimal) => write!(formatter, "{decimal}"),
                Err(_) => write!(formatter, "{unscaled}e-{scale}"),
            },
            Self::Boolean(boolean) => formatter.write_str(if boolean { "1" } else { "0" }),
            Self::Date(days) => match cell::date(days) {
                Some(date) => write!(formatter, "{date}"),
                None => write!(formatter, "day {days}"),
            },
            Self::Timestamp(moment) => match cell::timestamp(moment) {
                Some(text) => formatter.write_str(&text.replace('T', " ")),
                None => write!(formatter, "microsecond {moment}"),
            },
        }
    }
}

/// The same value with fewer decimals as long as only zeros go: databases pad decimals to the scale of their type.
fn without_zeros(mut unscaled: i128, mut scale: u8, wanted: u8) -> Result<(i128, u8), String> {
    while scale > wanted {
        if unscaled % 10 != 0 {
            return Err(format!("has more than {wanted} decimals"));
        }
        (unscaled, scale) = (unscaled / 10, scale - 1);
    }
    Ok((unscaled, scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(value: TypedValue, data_type: &str) -> Result<Cell<'static>, String> {
        value.cell(data_type.parse().unwrap())
    }

    #[test]
    fn exact_ways_are_taken_and_others_are_refused() {
        let padded = TypedValue::Decimal { unscaled: 1_250_000, scale: 5 };
        assert_eq!(cell(padded, "decimal(18,2)"), Ok(Cell::Decimal(1250)));
        assert_eq!(cell(padded, "decimal(18,7)"), Ok(Cell::Decimal(125_000_000)));
        assert_eq!(cell(padded, "decimal(18,0)").unwrap_err(), "has more than 0 decimals");
        assert_eq!(cell(TypedValue::Integer(7), "decimal(3,2)"), Ok(Cell::Decimal(700)));
        assert!(cell(TypedValue::Integer(77), "decimal(3,2)").is_err());
        assert_eq!(cell(TypedValue::Boolean(true), "integer"), Ok(Cell::Integer(1)));
        assert_eq!(cell(TypedValue::Integer(2), "boolean").unwrap_err(), "is an integer, and the column is boolean");
        assert_eq!(cell(TypedValue::Date(1), "timestamp"), Ok(Cell::Timestamp(DAY_MICROSECONDS)));
        assert!(cell(TypedValue::Timestamp(1), "date").is_err());
    }

    #[test]
    fn a_value_is_written_as_an_export_writes_it() {
        let texts = [
            TypedValue::Decimal { unscaled: -1250, scale: 2 },
            TypedValue::Boolean(true),
            TypedValue::Date(1),
            TypedValue::Timestamp(1_500_000),
        ]
        .map(|value| value.to_string());
        assert_eq!(texts, ["-12.50", "1", "1970-01-02", "1970-01-01 00:00:01.500000"]);
    }
}
