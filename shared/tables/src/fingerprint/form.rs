//! Numbers at the common scale, and which form fits which type.
//!
//! A number that outgrows its width goes to the next wider form; nothing wraps around.

use arrow::datatypes::{DataType, i256};

use super::CellForm;
use super::slot::{Slot, Sum};
use crate::TableError;

/// Multiplication by a power of ten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scale {
    up: u8,
    /// The power, where it fits.
    small: Option<i64>,
    wide: Option<i128>,
}

impl Scale {
    pub(super) fn new(up: u8) -> Self {
        Self { up, small: 10_i64.checked_pow(up.into()), wide: 10_i128.checked_pow(up.into()) }
    }

    #[inline]
    pub(super) fn small<const LANES: usize>(&self, slot: &Slot<LANES>, value: i64) -> Sum<LANES> {
        match self.small.and_then(|power| value.checked_mul(power)) {
            Some(value) => slot.integer(value),
            None => self.wide(slot, value.into()),
        }
    }

    #[inline]
    pub(super) fn wide<const LANES: usize>(&self, slot: &Slot<LANES>, value: i128) -> Sum<LANES> {
        match self.wide.and_then(|power| value.checked_mul(power)) {
            Some(value) => slot.wide(value),
            None => self.huge(slot, i256::from_i128(value)),
        }
    }

    pub(super) fn huge<const LANES: usize>(&self, slot: &Slot<LANES>, value: i256) -> Sum<LANES> {
        let ten = i256::from_i128(10);
        let mut product = Some(value);
        for _ in 0..self.up {
            product = product.and_then(|product| product.checked_mul(ten));
        }
        if let Some(product) = product {
            return slot.huge(product);
        }
        // What overflows is not zero, so this ends.
        let (mut value, mut zeros) = (value, u64::from(self.up));
        while let (Some(shorter), Some(i256::ZERO)) = (value.checked_div(ten), value.checked_rem(ten)) {
            (value, zeros) = (shorter, zeros + 1);
        }
        slot.beyond(value, zeros)
    }
}

/// The error for a form that does not fit a column's wide type.
pub(crate) fn wrong_form(column: &str, data_type: &DataType, form: &CellForm) -> Option<TableError> {
    let (fits, expected) = match form {
        CellForm::Text(_) => (data_type == &DataType::Utf8, "text"),
        CellForm::Number { .. } => (
            matches!(data_type, DataType::Int64 | DataType::Decimal128(..) | DataType::Decimal256(..)),
            "an integer or a decimal",
        ),
        CellForm::Boolean => (data_type == &DataType::Boolean, "boolean"),
        CellForm::Date => (data_type == &DataType::Date32, "a date"),
        CellForm::DateOfTimestamp | CellForm::Timestamp { .. } => {
            (matches!(data_type, DataType::Timestamp(..)), "a timestamp")
        }
        CellForm::Time { .. } => (matches!(data_type, DataType::Time64(_)), "a time of day"),
        CellForm::Float => (data_type == &DataType::Float64, "a float"),
        CellForm::Bytes => (data_type == &DataType::Binary, "bytes"),
    };
    (!fits).then(|| TableError::WrongType {
        column: column.to_owned(),
        expected: expected.to_owned(),
        found: data_type.to_string(),
    })
}
