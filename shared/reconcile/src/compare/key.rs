//! Keys of both sides in one form, so that they compare by value across types and scales.
//!
//! The form keeps the order of each side's own sort: nulls first, numbers by value, text by bytes.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch};
use arrow::buffer::NullBuffer;
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::DataType;
use arrow::row::{Row, RowConverter, Rows, SortField};
use tieout_model::Side;
use tieout_tables::column_type;

use super::plan::{SideSchema, column};
use crate::ReconcileError;
use crate::error::misfit;

/// Digits of an `Int64`.
const INTEGER_DIGITS: u8 = 19;
/// Most digits of Arrow's `Decimal256`; every pair of 38-digit decimals has a common type within it.
const WIDE_DIGITS: u8 = 76;

/// A pair of key columns and the type in which they compare.
#[derive(Debug)]
pub(super) struct KeyPair {
    /// Name on the left side.
    pub(super) name: String,
    /// Position on the left side.
    pub(super) left: usize,
    /// Position on the right side.
    pub(super) right: usize,
    /// The type that holds the values of both sides exactly.
    common: DataType,
    /// The type in the exceptions table.
    pub(super) shown: DataType,
}

impl KeyPair {
    /// Pairs two columns, or says why they do not compare.
    pub(super) fn new(
        left: &SideSchema,
        left_name: &str,
        right: &SideSchema,
        right_name: &str,
    ) -> Result<Self, ReconcileError> {
        let (left_index, left_type) = column(left, left_name)?;
        let (right_index, right_type) = column(right, right_name)?;
        let common = common_type(left_type, right_type).ok_or_else(|| {
            let of =
                |data_type| column_type(data_type).map_or_else(|| format!("{data_type}"), |found| found.to_string());
            let problem = format!(
                "key column '{left_name}' of '{}' is {}, but '{right_name}' of '{}' is {}",
                left.name,
                of(left_type),
                right.name,
                of(right_type)
            );
            misfit(problem, "declare both with the same type")
        })?;
        let shown = if matches!(common, DataType::Decimal256(..)) { DataType::Utf8 } else { common.clone() };
        Ok(Self { name: left_name.to_owned(), left: left_index, right: right_index, common, shown })
    }

    /// A column of common values as it stands in the exceptions table.
    pub(super) fn show(&self, values: &ArrayRef) -> Result<ArrayRef, ReconcileError> {
        exactly(values, &self.shown)
    }
}

/// Makes the converter that both sides' keys go through.
pub(super) fn converter(key: &[KeyPair]) -> Result<RowConverter, ReconcileError> {
    Ok(RowConverter::new(key.iter().map(|pair| SortField::new(pair.common.clone())).collect())?)
}

/// The keys of one batch.
#[derive(Debug)]
pub(super) struct Keys {
    /// Key columns in their common types.
    pub(super) columns: Vec<ArrayRef>,
    rows: Rows,
    nulls: Option<NullBuffer>,
    repeats: Vec<bool>,
}

impl Keys {
    /// Reads the keys of a batch; `Err(Ok(row))` is the first 0-based row that comes before the one above it.
    pub(super) fn read(
        pairs: &[KeyPair],
        converter: &RowConverter,
        side: Side,
        batch: &RecordBatch,
    ) -> Result<Self, Result<usize, ReconcileError>> {
        let mut columns = Vec::with_capacity(pairs.len());
        let mut nulls = None;
        for pair in pairs {
            let values = batch.column(if side == Side::Left { pair.left } else { pair.right });
            nulls = NullBuffer::union(nulls.as_ref(), values.nulls());
            columns.push(exactly(values, &pair.common).map_err(Err)?);
        }
        let rows = converter.convert_columns(&columns).map_err(|error| Err(error.into()))?;
        let mut repeats = Vec::with_capacity(rows.num_rows());
        for row in 1..rows.num_rows() {
            match rows.row(row - 1).cmp(&rows.row(row)) {
                Ordering::Less => repeats.push(false),
                Ordering::Equal => repeats.push(true),
                Ordering::Greater => return Err(Ok(row)),
            }
        }
        repeats.push(false);
        Ok(Self { columns, rows, nulls, repeats })
    }

    /// The key of a row.
    pub(super) fn get(&self, row: usize) -> Row<'_> {
        self.rows.row(row)
    }

    /// Whether a part of the key is null.
    pub(super) fn is_null(&self, row: usize) -> bool {
        self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(row))
    }

    /// Whether the next row has the same key.
    pub(super) fn repeats(&self, row: usize) -> bool {
        self.repeats.get(row) == Some(&true)
    }

    /// Takes up the keys that follow; false when they come before the last of these. Neither is empty.
    pub(super) fn followed_by(&mut self, next: &Self) -> bool {
        let order = self.rows.row(self.rows.num_rows() - 1).cmp(&next.rows.row(0));
        if let Some(last) = self.repeats.last_mut() {
            *last = order == Ordering::Equal;
        }
        order != Ordering::Greater
    }
}

/// The narrowest type that holds the values of both; `None` when they do not compare.
fn common_type(left: &DataType, right: &DataType) -> Option<DataType> {
    let digits = |data_type: &DataType| match data_type {
        DataType::Int64 => Some((INTEGER_DIGITS, 0)),
        DataType::Decimal128(precision, scale) => Some((*precision, u8::try_from(*scale).ok()?)),
        _ => None,
    };
    if left == right {
        return column_type(left).map(|_| left.clone());
    }
    let ((left_digits, left_scale), (right_digits, right_scale)) = (digits(left)?, digits(right)?);
    let scale = left_scale.max(right_scale);
    let whole = left_digits.saturating_sub(left_scale).max(right_digits.saturating_sub(right_scale));
    let precision = whole.checked_add(scale)?;
    let signed_scale = i8::try_from(scale).ok()?;
    if precision <= tieout_model::MAX_PRECISION {
        return Some(DataType::Decimal128(precision, signed_scale));
    }
    (precision <= WIDE_DIGITS).then_some(DataType::Decimal256(WIDE_DIGITS, signed_scale))
}

/// The same values in another type, or an error; never rounded, never null for what does not fit.
fn exactly(values: &ArrayRef, data_type: &DataType) -> Result<ArrayRef, ReconcileError> {
    if values.data_type() == data_type {
        return Ok(Arc::clone(values));
    }
    Ok(cast_with_options(values, data_type, &CastOptions { safe: false, ..CastOptions::default() })?)
}
