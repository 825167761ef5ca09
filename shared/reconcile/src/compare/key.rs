//! Keys of both sides in one form, so that they compare by value across types, scales and ways of writing.
//!
//! A side is sorted by its keys in this form: nulls first, numbers by value, text by bytes.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef};
use arrow::buffer::NullBuffer;
use arrow::record_batch::RecordBatch;
use arrow::row::{Row, RowConverter, Rows, SortField};
use tieout_model::Side;

use super::pair::ColumnPair;
use crate::ReconcileError;

/// A pair of columns by which both sides are sorted.
#[derive(Debug)]
pub(super) struct SortedPair {
    pub(super) pair: ColumnPair,
    /// Where a sorted batch of the left and of the right side has the column in its common form, if it was added.
    pub(super) added: [Option<usize>; 2],
}

impl SortedPair {
    /// The column of a sorted batch in the common form.
    pub(super) fn common(&self, side: Side, batch: &RecordBatch) -> Result<ArrayRef, ReconcileError> {
        let [left, right] = self.added;
        match if side == Side::Left { left } else { right } {
            Some(index) => batch.columns().get(index).map(Arc::clone).ok_or_else(|| self.pair.absent()),
            None => self.pair.common(side, batch.columns()),
        }
    }
}

/// Makes the converter that the columns of both sides go through.
pub(super) fn converter<'a>(pairs: impl IntoIterator<Item = &'a ColumnPair>) -> Result<RowConverter, ReconcileError> {
    Ok(RowConverter::new(pairs.into_iter().map(|pair| SortField::new(pair.form.common_type())).collect())?)
}

/// The keys of one batch.
#[derive(Debug)]
pub(super) struct Keys {
    /// Key columns in their common forms.
    pub(super) columns: Vec<ArrayRef>,
    rows: Rows,
    nulls: Option<NullBuffer>,
    repeats: Vec<bool>,
}

impl Keys {
    /// Reads the keys of a batch; `Err(Ok(row))` is the first 0-based row that comes before the one above it.
    pub(super) fn read(
        pairs: &[SortedPair],
        converter: &RowConverter,
        side: Side,
        batch: &RecordBatch,
    ) -> Result<Self, Result<usize, ReconcileError>> {
        let mut columns = Vec::with_capacity(pairs.len());
        let mut nulls = None;
        for pair in pairs {
            let values = pair.common(side, batch).map_err(Err)?;
            nulls = NullBuffer::union(nulls.as_ref(), values.nulls());
            columns.push(values);
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

    /// The first row after `row` that has another key or is not there.
    pub(super) fn end(&self, row: usize) -> usize {
        let more = self.repeats.get(row..).unwrap_or_default().iter().take_while(|repeats| **repeats).count();
        (row + more + 1).min(self.repeats.len())
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
