//! An external merge sort: any number of batches in bounded memory.
//!
//! Ascending by the key columns, nulls first, text by its bytes; rows with equal keys stay in the order in which they
//! came. What does not fit the buffer goes to the scratch folder as sorted runs, which are merged in the end; the
//! answer is the same whether or not anything went there.

mod buffer;
mod key;
mod merge;
mod run;

use std::path::Path;
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;

use crate::TableError;
use crate::schema::under_schema;
use buffer::{Buffer, SortedBuffer};
use key::SortKey;
use merge::Merge;
use run::Runs;

/// How much a sort holds.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// Bytes of rows, keys and order that are held before they go to the scratch folder.
    buffer_bytes: usize,
    /// About how many bytes a batch of a run has; a merge holds one batch of each run.
    run_batch_bytes: usize,
    /// How many runs are merged at once.
    fan_in: usize,
}

const LIMITS: Limits = Limits { buffer_bytes: 48 << 20, run_batch_bytes: 128 << 10, fan_in: 128 };

/// Sorts the rows of batches by key columns.
#[derive(Debug)]
pub struct Sorter {
    schema: SchemaRef,
    key: Arc<SortKey>,
    limits: Limits,
    buffer: Buffer,
    runs: Runs,
}

impl Sorter {
    /// A sort of a table with this schema by these columns; with no key the rows keep their order.
    ///
    /// Files are only made in the folder `scratch` when the rows exceed the buffer (48 MiB), and are gone when the
    /// sorter or its sorted batches are dropped.
    pub fn new(schema: SchemaRef, key: &[String], scratch: &Path) -> Result<Self, TableError> {
        Self::with_limits(schema, key, scratch, LIMITS)
    }

    fn with_limits(schema: SchemaRef, key: &[String], scratch: &Path, limits: Limits) -> Result<Self, TableError> {
        let key = Arc::new(SortKey::new(&schema, key)?);
        let runs = Runs::new(Arc::clone(&schema), Arc::clone(&key), scratch);
        Ok(Self { schema, key, limits, buffer: Buffer::default(), runs })
    }

    /// Adds the rows of a batch, which must have the table's columns in the table's order.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the sorter keeps the rows; the caller should not keep the batch"
    )]
    pub fn push(&mut self, batch: RecordBatch) -> Result<(), TableError> {
        let batch = under_schema(&batch, &self.schema)?;
        for start in (0..batch.num_rows()).step_by(buffer::MAX_BATCH_ROWS) {
            let rows = buffer::MAX_BATCH_ROWS.min(batch.num_rows() - start);
            self.buffer.push(batch.slice(start, rows), &self.key)?;
            if self.buffer.size_bytes() >= self.limits.buffer_bytes {
                let sorted = std::mem::take(&mut self.buffer).sorted(self.limits.run_batch_bytes);
                self.runs.write(sorted)?;
            }
        }
        Ok(())
    }

    /// The rows in order, in batches of up to 8,192.
    pub fn finish(mut self) -> Result<SortedBatches, TableError> {
        if self.runs.is_empty() {
            return Ok(SortedBatches { rows: Rows::Held(self.buffer.sorted(buffer::OUTPUT_BYTES)), _runs: None });
        }
        if !self.buffer.is_empty() {
            self.runs.write(std::mem::take(&mut self.buffer).sorted(self.limits.run_batch_bytes))?;
        }
        self.runs.reduce(self.limits.fan_in)?;
        Ok(SortedBatches { rows: Rows::Merged(Box::new(self.runs.merge()?)), _runs: Some(self.runs) })
    }
}

/// The sorted rows, batch by batch. Dropping it removes the scratch files.
#[derive(Debug)]
pub struct SortedBatches {
    rows: Rows,
    /// Owns the folder from which the merge reads.
    _runs: Option<Runs>,
}

/// Where sorted rows come from.
#[derive(Debug)]
enum Rows {
    Held(SortedBuffer),
    Merged(Box<Merge>),
}

impl Iterator for SortedBatches {
    type Item = Result<RecordBatch, TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.rows {
            Rows::Held(buffer) => buffer.next(),
            Rows::Merged(merge) => merge.next(),
        }
    }
}

#[cfg(test)]
mod tests;
