//! The exceptions table, written piece by piece.
//!
//! A row is noted by its place in the batches that the merge stands in; before either batch is left, the noted rows
//! are copied out. So no batch outlives its turn, however rare exceptions are.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, StringArray, UInt64Array, new_null_array};
use arrow::compute::kernels::zip::zip;
use arrow::compute::{concat_batches, take};
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use tieout_model::{ComparisonClass, Side};
use tieout_tables::TableError;

use super::cursor::Chunk;
use super::plan::ComparisonPlan;
use crate::ReconcileError;

/// Rows of a batch that is handed on, about.
const BATCH_ROWS: usize = 8192;

/// Takes the batches of the exceptions table.
pub(super) type Sink<'a> = &'a mut dyn FnMut(RecordBatch) -> Result<(), TableError>;

/// An exception: its class and its rows in the current batches.
#[derive(Debug)]
pub(super) struct Exception {
    pub(super) class: ComparisonClass,
    pub(super) left: Option<usize>,
    pub(super) right: Option<usize>,
    pub(super) differences: Option<String>,
}

/// Collects exceptions and hands them on in batches.
pub(super) struct Exceptions<'a> {
    plan: &'a ComparisonPlan,
    schema: SchemaRef,
    sink: Sink<'a>,
    noted: Vec<Exception>,
    pieces: Vec<RecordBatch>,
    piece_rows: usize,
}

impl<'a> Exceptions<'a> {
    /// Starts an empty table.
    pub(super) fn new(plan: &'a ComparisonPlan, sink: Sink<'a>) -> Self {
        let schema = plan.exceptions_schema();
        Self { plan, schema, sink, noted: Vec::new(), pieces: Vec::new(), piece_rows: 0 }
    }

    /// Notes an exception of the current batches.
    pub(super) fn note(&mut self, exception: Exception) {
        self.noted.push(exception);
    }

    /// Whether so much is noted that it should be copied out.
    pub(super) fn are_many(&self) -> bool {
        self.noted.len() >= BATCH_ROWS
    }

    /// Copies out what was noted. Must be called before the merge leaves either batch.
    pub(super) fn copy_out(&mut self, left: Option<&Chunk>, right: Option<&Chunk>) -> Result<(), ReconcileError> {
        if self.noted.is_empty() {
            return Ok(());
        }
        let noted = std::mem::take(&mut self.noted);
        let rows = |row: fn(&Exception) -> Option<usize>| {
            noted.iter().map(|exception| row(exception).map(|row| row as u64)).collect::<UInt64Array>()
        };
        let left = Picked { chunk: left, rows: rows(|exception| exception.left) };
        let right = Picked { chunk: right, rows: rows(|exception| exception.right) };
        let classes = StringArray::from_iter_values(noted.iter().map(|exception| exception.class.as_str()));
        let mut columns: Vec<ArrayRef> = vec![Arc::new(classes)];
        columns.extend(self.keys(&left, &right)?);
        for (side, picked) in [(Side::Left, &left), (Side::Right, &right)] {
            let side = self.plan.side(side);
            for &index in &side.rest {
                let values = picked.chunk.map(|chunk| chunk.batch.column(index));
                columns.push(match values {
                    Some(values) => take(values, &picked.rows, None)?,
                    None => new_null_array(side.schema.field(index).data_type(), noted.len()),
                });
            }
        }
        columns.push(Arc::new(noted.iter().map(|row| row.differences.as_deref()).collect::<StringArray>()));
        self.pieces.push(RecordBatch::try_new(Arc::clone(&self.schema), columns)?);
        self.piece_rows += noted.len();
        if self.piece_rows >= BATCH_ROWS { self.hand_on() } else { Ok(()) }
    }

    /// Hands on what is left.
    pub(super) fn finish(mut self) -> Result<(), ReconcileError> {
        if self.piece_rows > 0 { self.hand_on() } else { Ok(()) }
    }

    /// The key columns: from the left row where there is one, otherwise from the right.
    fn keys(&self, left: &Picked<'_>, right: &Picked<'_>) -> Result<Vec<ArrayRef>, ReconcileError> {
        let from_left = BooleanArray::new(arrow::compute::is_not_null(&left.rows)?.values().clone(), None);
        let mut columns = Vec::with_capacity(self.plan.key.len());
        for (index, key) in self.plan.key.iter().enumerate() {
            let (left, right) = (left.key(index)?, right.key(index)?);
            let values = match (left, right) {
                (Some(left), Some(right)) => zip(&from_left, &left, &right)?,
                (Some(values), None) | (None, Some(values)) => values,
                (None, None) => new_null_array(&key.pair.form.common_type(), from_left.len()),
            };
            columns.push(key.pair.show(&values)?);
        }
        Ok(columns)
    }

    fn hand_on(&mut self) -> Result<(), ReconcileError> {
        let batch = concat_batches(&self.schema, &self.pieces)?;
        self.pieces.clear();
        self.piece_rows = 0;
        Ok((self.sink)(batch)?)
    }
}

/// The rows of one side that go into a piece.
struct Picked<'a> {
    chunk: Option<&'a Chunk>,
    rows: UInt64Array,
}

impl Picked<'_> {
    /// A key column in its common type; `None` without a batch.
    fn key(&self, index: usize) -> Result<Option<ArrayRef>, ReconcileError> {
        let values = self.chunk.and_then(|chunk| chunk.keys.columns.get(index));
        Ok(values.map(|values| take(values, &self.rows, None)).transpose()?)
    }
}
