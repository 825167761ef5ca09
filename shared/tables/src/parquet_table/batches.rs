//! The batches of a row group in wide types.
//!
//! Fewer or more rows than were asked for is an error, never a shorter answer.

use std::path::PathBuf;

use ::parquet::arrow::arrow_reader::ParquetRecordBatchReader;
use ::parquet::errors::ParquetError;
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;

use super::decoded;
use crate::{TableError, to_wide};

/// Batches of up to 8,192 rows.
pub(crate) struct GroupBatches {
    path: PathBuf,
    schema: SchemaRef,
    /// Which of the columns that are read is the n-th of the schema.
    order: Vec<usize>,
    rows: usize,
    rows_left: usize,
    batches: ParquetRecordBatchReader,
}

impl GroupBatches {
    pub(super) fn new(
        path: PathBuf,
        schema: SchemaRef,
        order: Vec<usize>,
        rows: usize,
        batches: ParquetRecordBatchReader,
    ) -> Self {
        Self { path, schema, order, rows, rows_left: rows, batches }
    }

    fn wide(&mut self, batch: &RecordBatch) -> Result<RecordBatch, TableError> {
        match self.rows_left.checked_sub(batch.num_rows()) {
            Some(rows_left) => self.rows_left = rows_left,
            None => return Err(self.miscounted()),
        }
        let batch = batch.project(&self.order).map_err(TableError::arrow("select columns"))?;
        to_wide(&batch, &self.schema)
    }

    /// The error for another number of rows than there must be; it comes once.
    fn miscounted(&mut self) -> TableError {
        self.rows_left = 0;
        let problem = format!("a row group does not hold the {} rows that its footer says", self.rows);
        TableError::parquet("read", &self.path)(ParquetError::General(problem))
    }
}

impl Iterator for GroupBatches {
    type Item = Result<RecordBatch, TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        match decoded(|| self.batches.next().transpose().map_err(Into::into)) {
            Ok(Some(batch)) => Some(self.wide(&batch)),
            Err(error) => {
                self.rows_left = 0;
                Some(Err(TableError::parquet("read", &self.path)(error)))
            }
            Ok(None) if self.rows_left == 0 => None,
            Ok(None) => Some(Err(self.miscounted())),
        }
    }
}

impl std::fmt::Debug for GroupBatches {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("GroupBatches")
            .field("path", &self.path)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}
