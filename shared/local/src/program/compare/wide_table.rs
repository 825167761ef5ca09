//! Tables of wide types as Parquet files: the exceptions of a comparison, and text files on their way to the engine.
//!
//! Equal rows give equal bytes, however they were batched, as with the house's own tables.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::compute::BatchCoalescer;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{WriterProperties, WriterVersion};
use tieout_tables::TableError;

/// Rows of a batch that is written.
const BATCH_ROWS: usize = 1_024;

/// Rows of a row group: the writer holds one encoded in memory.
const ROW_GROUP_ROWS: usize = 128 * BATCH_ROWS;

/// Encoded bytes after which a row group ends early, so that wide rows do not fill the memory.
const ROW_GROUP_BYTES: usize = 32 << 20;

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// To be kept: small.
    Kept,
    /// To be read once and deleted: fast.
    Scratch,
}

/// Writes a table of wide types to a Parquet file.
pub(super) struct WideTable {
    path: PathBuf,
    coalescer: BatchCoalescer,
    writer: ArrowWriter<File>,
    rows: u64,
}

impl WideTable {
    /// Creates the file, or empties it.
    pub(super) fn create(path: &Path, schema: &SchemaRef, kept: Use) -> Result<Self, TableError> {
        let created = |source| TableError::File { action: "create", path: path.to_owned(), source };
        let file = File::create(path).map_err(created)?;
        let properties = properties(kept).map_err(failed("begin", path))?;
        let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
        let writer = ArrowWriter::try_new_with_options(file, Arc::clone(schema), options);
        Ok(Self {
            path: path.to_owned(),
            coalescer: BatchCoalescer::new(Arc::clone(schema), BATCH_ROWS),
            writer: writer.map_err(failed("begin", path))?,
            rows: 0,
        })
    }

    /// Appends the rows of a batch.
    pub(super) fn write(&mut self, batch: RecordBatch) -> Result<(), TableError> {
        self.rows += batch.num_rows() as u64;
        self.coalescer.push_batch(batch).map_err(unjoined)?;
        self.write_completed()
    }

    /// Writes what is left and closes the file; gives its rows.
    pub(super) fn finish(mut self) -> Result<u64, TableError> {
        self.coalescer.finish_buffered_batch().map_err(unjoined)?;
        self.write_completed()?;
        self.writer.close().map_err(failed("finish", &self.path))?;
        Ok(self.rows)
    }

    fn write_completed(&mut self) -> Result<(), TableError> {
        while let Some(batch) = self.coalescer.next_completed_batch() {
            self.writer.write(&batch).map_err(failed("write", &self.path))?;
        }
        Ok(())
    }
}

fn properties(kept: Use) -> Result<WriterProperties, ParquetError> {
    let compression = match kept {
        Use::Kept => Compression::ZSTD(ZstdLevel::try_new(1)?),
        Use::Scratch => Compression::SNAPPY,
    };
    Ok(WriterProperties::builder()
        .set_created_by("tieout".to_owned())
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .set_compression(compression)
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_max_row_group_bytes(Some(ROW_GROUP_BYTES))
        .build())
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(ParquetError) -> TableError {
    let path = path.to_owned();
    move |source| TableError::Parquet { action, path, source }
}

fn unjoined(source: ArrowError) -> TableError {
    TableError::Arrow { action: "put batches together", source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{ArrayRef, Float64Array, Int64Array, Time64MicrosecondArray};

    #[test]
    fn equal_rows_are_equal_bytes_however_they_were_batched_and_floats_may_be_in_them() {
        let folder = tempfile::tempdir().unwrap();
        let numbers = || (0_i32..5_000).map(|number| (number % 7 != 0).then_some(number));
        let table = RecordBatch::try_from_iter_with_nullable([
            ("id", Arc::new(numbers().map(|number| number.map(i64::from)).collect::<Int64Array>()) as ArrayRef, true),
            ("rate", Arc::new(numbers().map(|number| number.map(f64::from)).collect::<Float64Array>()), true),
            ("at", Arc::new(numbers().map(|number| number.map(i64::from)).collect::<Time64MicrosecondArray>()), true),
        ])
        .unwrap();
        let written = |name: &str, step: usize| {
            let path = folder.path().join(name);
            let mut file = WideTable::create(&path, &table.schema(), Use::Kept).unwrap();
            for start in (0..table.num_rows()).step_by(step) {
                file.write(table.slice(start, step.min(table.num_rows() - start))).unwrap();
            }
            assert_eq!(file.finish().unwrap(), 5_000);
            std::fs::read(path).unwrap()
        };
        assert!(written("one", 5_000) == written("many", 77));
    }
}
