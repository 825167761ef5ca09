//! The value of a group column: what groups of both sides are matched by.
//!
//! Equality and order are by value, so that 5 of an integer column and 5.00 of a decimal one are one group.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Date32Type, TimestampMicrosecondType};
use tieout_model::{Decimal, DecimalError};
use tieout_tables::cell_text;

use crate::ReconcileError;
use crate::amount::{Numbers, scale_of};
use crate::error::misfit;

/// A group value; null comes first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum GroupValue {
    Null,
    Boolean(bool),
    Number(Decimal),
    /// A date or timestamp: its place on the time line, and its text.
    Moment(i64, String),
    Text(String),
}

/// Types whose values can be equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GroupKind {
    Boolean,
    Number,
    Date,
    Timestamp,
    Text,
}

impl GroupKind {
    /// The kind of a type; `None` for a type that tables do not hold.
    pub(super) fn of(data_type: &DataType) -> Option<Self> {
        match data_type {
            DataType::Boolean => Some(Self::Boolean),
            DataType::Int64 | DataType::Decimal128(..) => Some(Self::Number),
            DataType::Date32 => Some(Self::Date),
            DataType::Timestamp(..) => Some(Self::Timestamp),
            DataType::Utf8 => Some(Self::Text),
            _ => None,
        }
    }
}

impl GroupValue {
    /// The value of a cell.
    pub(super) fn read(column: &ArrayRef, row: usize) -> Result<Self, ReconcileError> {
        if column.is_null(row) {
            return Ok(Self::Null);
        }
        let moment = |at| Ok(Self::Moment(at, cell_text(column, row)?.unwrap_or_default()));
        match GroupKind::of(column.data_type()) {
            Some(GroupKind::Boolean) => Ok(Self::Boolean(column.as_boolean().value(row))),
            Some(GroupKind::Text) => Ok(Self::Text(column.as_string::<i32>().value(row).to_owned())),
            Some(GroupKind::Date) => moment(i64::from(column.as_primitive::<Date32Type>().value(row))),
            Some(GroupKind::Timestamp) => moment(column.as_primitive::<TimestampMicrosecondType>().value(row)),
            Some(GroupKind::Number) => {
                let number = Numbers::read(column).and_then(|numbers| numbers.get(row));
                let scale = scale_of(column.data_type()).unwrap_or(0);
                let value = Decimal::new(number.unwrap_or(0), scale);
                let too_large =
                    |_: DecimalError| misfit("a group value needs more than 38 digits", "group by another column");
                Ok(Self::Number(value.map_err(too_large)?.normalized()))
            }
            None => Err(misfit("a group column has a type that tables do not hold", "cast it to a type of a table")),
        }
    }

    /// The canonical text: numbers in their shortest exact form, dates and timestamps as ISO 8601; `None` for null.
    pub(super) fn text(&self) -> Option<String> {
        match self {
            Self::Null => None,
            Self::Boolean(value) => Some(value.to_string()),
            Self::Number(value) => Some(value.to_string()),
            Self::Moment(_, text) | Self::Text(text) => Some(text.clone()),
        }
    }
}
