//! Tables as Parquet files.
//!
//! Equal rows give equal bytes, however they were batched: pages and row groups are cut by row numbers alone, and
//! nothing of the machine, the time or a library's version is in the file. The canonical digest is taken on the way.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::parquet::arrow::ArrowWriter;
use ::parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use ::parquet::arrow::arrow_writer::ArrowWriterOptions;
use ::parquet::basic::{Compression, ZstdLevel};
use ::parquet::errors::ParquetError;
use ::parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use ::parquet::file::reader::ChunkReader;
use arrow::compute::BatchCoalescer;
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use tieout_model::Digest;

use crate::parquet_table::decoded;
use crate::schema::under_schema;
use crate::{TableDigest, TableError, house_schema, to_house};

/// The most rows of a batch that is read.
const BATCH_ROWS: usize = 8_192;

/// Rows of a batch that is written. Until the file is closed, the writer keeps for every row group and every decimal
/// of more than 18 digits the two batches with the least and the greatest value: small batches keep that small.
const WRITTEN_BATCH_ROWS: usize = 1_024;

/// Rows of a row group: the writer holds one encoded in memory.
const ROW_GROUP_ROWS: usize = 512 * WRITTEN_BATCH_ROWS;

/// Encoded bytes after which a row group ends early, so that wide rows do not fill the memory.
const ROW_GROUP_BYTES: usize = 32 << 20;

/// A finished Parquet file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableFile {
    /// Rows.
    pub rows: u64,
    /// The canonical digest of the rows (`tieout-rows/1`, see [`TableDigest`]).
    pub digest: Digest,
    /// Length of the file in bytes.
    pub size_bytes: u64,
}

/// Writes a table to a Parquet file (Zstandard, statistics for every page).
#[derive(Debug)]
pub struct TableWriter {
    path: PathBuf,
    schema: SchemaRef,
    coalescer: BatchCoalescer,
    writer: ArrowWriter<File>,
    digest: TableDigest,
}

impl TableWriter {
    /// Creates the file, or empties it. The schema must have house types only.
    pub fn create(path: &Path, schema: &SchemaRef) -> Result<Self, TableError> {
        let digest = TableDigest::new(schema)?;
        let file = File::create(path).map_err(TableError::file("create", path))?;
        // Arrow's own schema is left out: the Parquet types say all of it, and its bytes change with the library.
        let options = ArrowWriterOptions::new().with_properties(properties(path)?).with_skip_arrow_metadata(true);
        let writer = ArrowWriter::try_new_with_options(file, Arc::clone(schema), options)
            .map_err(TableError::parquet("begin", path))?;
        let coalescer = BatchCoalescer::new(Arc::clone(schema), WRITTEN_BATCH_ROWS);
        Ok(Self { path: path.to_owned(), schema: Arc::clone(schema), coalescer, writer, digest })
    }

    /// Appends the rows of a batch, which must have the table's columns in the table's order.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), TableError> {
        let batch = under_schema(batch, &self.schema)?;
        self.digest.update(&batch)?;
        self.coalescer.push_batch(batch).map_err(TableError::arrow("put batches together"))?;
        self.write_completed()
    }

    /// Rows so far.
    pub fn rows(&self) -> u64 {
        self.digest.rows()
    }

    /// Writes what is left and closes the file.
    pub fn finish(mut self) -> Result<TableFile, TableError> {
        self.coalescer.finish_buffered_batch().map_err(TableError::arrow("put batches together"))?;
        self.write_completed()?;
        self.writer.close().map_err(TableError::parquet("finish", &self.path))?;
        let metadata = std::fs::metadata(&self.path).map_err(TableError::file("measure", &self.path))?;
        Ok(TableFile { rows: self.digest.rows(), digest: self.digest.finish(), size_bytes: metadata.len() })
    }

    fn write_completed(&mut self) -> Result<(), TableError> {
        while let Some(batch) = self.coalescer.next_completed_batch() {
            self.writer.write(&batch).map_err(TableError::parquet("write", &self.path))?;
        }
        Ok(())
    }
}

/// Reads a Parquet file in batches of up to 8,192 rows with house types only.
///
/// A file that holds fewer or more rows than its footer says ends in an error.
pub struct TableReader {
    path: PathBuf,
    schema: SchemaRef,
    rows: u64,
    rows_left: u64,
    batches: ParquetRecordBatchReader,
}

impl TableReader {
    /// Opens a file; refuses one whose columns do not convert to house types (see [`house_schema`]).
    pub fn open(path: &Path) -> Result<Self, TableError> {
        let file = File::open(path).map_err(TableError::file("open", path))?;
        Self::from_chunks(file, path)
    }

    /// As [`TableReader::open`] for a file that lies inside another one, such as a zip; `path` names it in errors.
    pub fn from_chunks<R: ChunkReader + 'static>(file: R, path: &Path) -> Result<Self, TableError> {
        // The types are those of Parquet itself, not what the writer's library noted beside them.
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let builder = decoded(|| ParquetRecordBatchReaderBuilder::try_new_with_options(file, options))
            .map_err(TableError::parquet("open", path))?;
        let schema = house_schema(builder.schema())?;
        let rows = u64::try_from(builder.metadata().file_metadata().num_rows())
            .map_err(|error| TableError::parquet("open", path)(error.into()))?;
        let builder = builder.with_batch_size(BATCH_ROWS);
        let batches = decoded(|| builder.build()).map_err(TableError::parquet("open", path))?;
        Ok(Self { path: path.to_owned(), schema, rows, rows_left: rows, batches })
    }

    /// The columns of every batch.
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// Rows of the file, as its footer says.
    pub fn rows(&self) -> u64 {
        self.rows
    }
}

impl Iterator for TableReader {
    type Item = Result<RecordBatch, TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = match decoded(|| self.batches.next().transpose().map_err(ParquetError::from)) {
            Ok(Some(batch)) => self.counted(batch),
            Ok(None) if self.rows_left == 0 => return None,
            Ok(None) => Err(self.miscounted()),
            Err(error) => Err(error),
        };
        let batch = batch.map_err(TableError::parquet("read", &self.path));
        Some(batch.and_then(|batch| to_house(&batch, &self.schema)))
    }
}

impl TableReader {
    /// Takes a batch's rows off those that the footer promises.
    fn counted(&mut self, batch: RecordBatch) -> Result<RecordBatch, ParquetError> {
        match self.rows_left.checked_sub(batch.num_rows() as u64) {
            Some(rows_left) => self.rows_left = rows_left,
            None => return Err(self.miscounted()),
        }
        Ok(batch)
    }

    /// The error for another number of rows than the footer says; it comes once.
    fn miscounted(&mut self) -> ParquetError {
        self.rows_left = 0;
        ParquetError::General(format!("the file does not hold the {} rows that its footer says", self.rows))
    }
}

impl std::fmt::Debug for TableReader {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("TableReader")
            .field("path", &self.path)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

fn properties(path: &Path) -> Result<WriterProperties, TableError> {
    let level = ZstdLevel::try_new(1).map_err(TableError::parquet("begin", path))?;
    Ok(WriterProperties::builder()
        .set_created_by("tieout".to_owned())
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .set_compression(Compression::ZSTD(level))
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_max_row_group_bytes(Some(ROW_GROUP_BYTES))
        .build())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{arrow_type, cell_text};
    use ::parquet::file::metadata::RowGroupMetaData;
    use arrow::array::{
        ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, StringArray,
        TimestampMicrosecondArray,
    };
    use arrow::datatypes::{Field, Schema};

    fn table(rows: i64) -> RecordBatch {
        let numbers = || 0..rows;
        let amounts: Decimal128Array =
            numbers().map(|row| Some(i128::from(row * 7_919 % 1_000_003) - 500_000)).collect();
        let texts: StringArray = numbers().map(|row| (row % 5 != 0).then(|| format!("text {}", row % 1_000))).collect();
        let days: Date32Array = numbers().map(|row| i32::try_from(row % 3_650).ok()).collect();
        let moments: TimestampMicrosecondArray = numbers().map(|row| Some(row * 1_000_003)).collect();
        let columns: Vec<(&str, &str, ArrayRef)> = vec![
            ("number", "integer", Arc::new(Int64Array::from_iter_values(numbers()))),
            ("amount", "decimal(19,4)", Arc::new(amounts.with_precision_and_scale(19, 4).unwrap())),
            ("text", "text", Arc::new(texts)),
            ("open", "boolean", Arc::new(numbers().map(|row| Some(row % 3 == 0)).collect::<BooleanArray>())),
            ("day", "date", Arc::new(days)),
            ("moment", "timestamp", Arc::new(moments)),
        ];
        let field = |(name, data_type, _): &(&str, &str, ArrayRef)| {
            Field::new(*name, arrow_type(data_type.parse().unwrap()), *name == "text")
        };
        let schema = Schema::new(columns.iter().map(field).collect::<Vec<_>>());
        RecordBatch::try_new(Arc::new(schema), columns.into_iter().map(|(.., array)| array).collect()).unwrap()
    }

    fn written(batches: &[RecordBatch], path: &Path) -> TableFile {
        let mut writer = TableWriter::create(path, &batches[0].schema()).unwrap();
        for batch in batches {
            writer.write(batch).unwrap();
        }
        writer.finish().unwrap()
    }

    #[test]
    fn what_was_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table.parquet");
        let table = table(20_000);
        let file = written(std::slice::from_ref(&table), &path);
        let reader = TableReader::open(&path).unwrap();
        assert_eq!((reader.schema(), reader.rows()), (table.schema(), 20_000));
        let batches: Vec<RecordBatch> = reader.map(Result::unwrap).collect();
        assert!(batches.iter().all(|batch| batch.num_rows() <= BATCH_ROWS));
        assert_eq!(arrow::compute::concat_batches(&table.schema(), &batches).unwrap(), table);
        let mut digest = TableDigest::new(&table.schema()).unwrap();
        for batch in &batches {
            digest.update(batch).unwrap();
        }
        assert_eq!((file.rows, file.digest), (20_000, digest.finish()));
        assert_eq!(file.size_bytes, std::fs::read(&path).unwrap().len() as u64);
    }

    #[test]
    fn equal_rows_are_equal_bytes_however_they_were_batched() {
        let folder = tempfile::tempdir().unwrap();
        let (one, many) = (folder.path().join("one"), folder.path().join("many"));
        let table = table(30_000);
        let parts: Vec<_> = (0..30_000).step_by(777).map(|start| table.slice(start, 777.min(30_000 - start))).collect();
        assert_eq!(written(&[table], &one), written(&parts, &many));
        assert!(std::fs::read(one).unwrap() == std::fs::read(many).unwrap());
    }

    #[test]
    fn the_file_names_no_version_and_holds_statistics() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table.parquet");
        let group_rows = i64::try_from(ROW_GROUP_ROWS).unwrap();
        written(&[table(group_rows + 1)], &path);
        let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
        let metadata = builder.metadata();
        assert_eq!(metadata.file_metadata().created_by(), Some("tieout"));
        assert!(metadata.file_metadata().key_value_metadata().is_none());
        let rows: Vec<i64> = metadata.row_groups().iter().map(RowGroupMetaData::num_rows).collect();
        assert_eq!(rows, [group_rows, 1]);
        assert!(
            metadata.row_groups().iter().flat_map(RowGroupMetaData::columns).all(|column| {
                column.statistics().is_some() && matches!(column.compression(), Compression::ZSTD(_))
            })
        );
    }

    #[test]
    fn a_table_without_rows_keeps_its_columns() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table.parquet");
        let empty = table(0);
        let file = written(std::slice::from_ref(&empty), &path);
        assert_eq!((file.rows, TableReader::open(&path).unwrap().rows()), (0, 0));
        assert_eq!(TableReader::open(&path).unwrap().schema(), empty.schema());
    }

    #[test]
    fn foreign_files_are_read_in_house_types_or_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("foreign.parquet");
        let foreign = |array: ArrayRef| {
            let batch = RecordBatch::try_from_iter_with_nullable([("x", array, true)]).unwrap();
            let mut writer = ArrowWriter::try_new(File::create(&path).unwrap(), batch.schema(), None).unwrap();
            writer.write(&batch).unwrap();
            writer.close().unwrap();
            TableReader::open(&path)
        };
        let small: ArrayRef = Arc::new(arrow::array::Int16Array::from(vec![Some(7), None]));
        let batch = foreign(small).unwrap().next().unwrap().unwrap();
        assert_eq!(cell_text(batch.column(0), 0).unwrap().unwrap(), "7");
        let error = foreign(Arc::new(Float64Array::from(vec![1.0]))).unwrap_err();
        assert!(error.to_string().contains("cast it to decimal(p,s)"), "{error}");
    }

    #[test]
    fn another_number_of_rows_than_the_footer_says_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table.parquet");
        written(&[table(10)], &path);
        for said in [9, 11] {
            let mut reader = TableReader::open(&path).unwrap();
            reader.rows_left = said;
            assert!(reader.by_ref().any(|batch| batch.is_err()), "{said}");
            assert!(reader.next().is_none(), "{said}");
        }
    }

    #[test]
    fn errors_name_the_file_and_the_column() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table.parquet");
        assert!(TableReader::open(&path).unwrap_err().to_string().starts_with("could not open '/"));
        std::fs::write(&path, b"not a table").unwrap();
        assert!(TableReader::open(&path).unwrap_err().to_string().starts_with("could not open the Parquet file '/"));
        let table = table(10);
        let mut writer = TableWriter::create(&path, &table.schema()).unwrap();
        let error = writer.write(&table.project(&[0]).unwrap()).unwrap_err();
        assert!(error.to_string().starts_with("a batch has the columns number where the table has number, amount"));
    }

    #[test]
    fn a_damaged_file_is_an_error_and_no_panic() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table.parquet");
        written(&[table(3_000)], &path);
        let bytes = std::fs::read(&path).unwrap();
        for position in (0..bytes.len()).step_by(97) {
            let mut damaged = bytes.clone();
            damaged[position] ^= 0x55;
            std::fs::write(&path, damaged).unwrap();
            if let Ok(reader) = TableReader::open(&path) {
                reader.take_while(Result::is_ok).for_each(drop);
            }
        }
    }
}
