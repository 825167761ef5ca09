//! One source table of a sample, written as Parquet row by row in constant memory.
//!
//! Types are those of the database: text, 64-bit integers, decimals and moments to the microsecond.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    ArrayRef, Decimal128Builder, Int64Builder, RecordBatch, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use jiff::civil::DateTime;
use parquet::arrow::ArrowWriter;

use crate::cell::{Cell, Cents, Rate};
use crate::error::SampleError;

/// Rows that are held before they are written.
const ROWS_A_BATCH: usize = 8192;
/// Digits and decimals of an amount.
const AMOUNT: (u8, i8) = (38, 20);
/// Hundredths as units of the amount's twentieth decimal.
const CENT: i128 = 10_i128.pow(18);

/// The columns of a table while a batch is filled.
enum Column {
    Text(StringBuilder),
    Int(Int64Builder),
    Amount(Decimal128Builder),
    Moment(TimestampMicrosecondBuilder),
}

/// A source table while it is written.
pub(crate) struct SourceTable {
    path: PathBuf,
    schema: SchemaRef,
    columns: Vec<Column>,
    rows: usize,
    writer: ArrowWriter<File>,
}

impl SourceTable {
    /// Begins a table; its columns are `name:type`, the types being `t`, `i`, `n` and `m`, with `|` between them.
    pub(crate) fn create(path: &Path, columns: &str) -> Result<Self, SampleError> {
        let fields: Vec<Field> = columns.split('|').map(field).collect();
        let schema = Arc::new(Schema::new(fields));
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| SampleError::file(folder, error))?;
        }
        let file = File::create(path).map_err(|error| SampleError::file(path, error))?;
        let writer =
            ArrowWriter::try_new(file, Arc::clone(&schema), None).map_err(|error| SampleError::file(path, error))?;
        let columns = schema.fields().iter().map(|field| Column::of(field.data_type())).collect();
        Ok(Self { path: path.to_owned(), schema, columns, rows: 0, writer })
    }

    /// Adds a row; it has one cell for each column.
    pub(crate) fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), SampleError> {
        debug_assert_eq!(cells.len(), self.columns.len(), "{}", self.path.display());
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            column.push(cell);
        }
        self.rows += 1;
        if self.rows == ROWS_A_BATCH { self.flush() } else { Ok(()) }
    }

    /// Ends the table.
    pub(crate) fn finish(mut self) -> Result<(), SampleError> {
        self.flush()?;
        self.writer.close().map_err(|error| SampleError::file(&self.path, error))?;
        Ok(())
    }

    fn flush(&mut self) -> Result<(), SampleError> {
        self.rows = 0;
        let arrays = self.columns.iter_mut().map(Column::finish).collect();
        RecordBatch::try_new(Arc::clone(&self.schema), arrays)
            .map_err(parquet::errors::ParquetError::from)
            .and_then(|batch| self.writer.write(&batch))
            .map_err(|error| SampleError::file(&self.path, error))
    }
}

fn field(text: &str) -> Field {
    let (name, kind) = text.rsplit_once(':').unwrap_or((text, "t"));
    let kind = match kind {
        "i" => DataType::Int64,
        "n" => DataType::Decimal128(AMOUNT.0, AMOUNT.1),
        "m" => DataType::Timestamp(TimeUnit::Microsecond, None),
        _ => DataType::Utf8,
    };
    Field::new(name, kind, true)
}

impl Column {
    fn of(kind: &DataType) -> Self {
        match kind {
            DataType::Int64 => Self::Int(Int64Builder::new()),
            DataType::Decimal128(..) => Self::Amount(Decimal128Builder::new().with_data_type(kind.clone())),
            DataType::Timestamp(..) => Self::Moment(TimestampMicrosecondBuilder::new()),
            _ => Self::Text(StringBuilder::new()),
        }
    }

    /// Adds a value; one of another type than the column's is a fault of this crate and becomes null in a release.
    fn push(&mut self, cell: &Cell<'_>) {
        match (self, cell) {
            (Self::Text(column), Cell::Text(value)) => column.append_value(value),
            (Self::Int(column), Cell::Int(value)) => column.append_value(*value),
            (Self::Int(column), Cell::Flag(value)) => column.append_value(i64::from(*value)),
            (Self::Amount(column), Cell::Amount(Cents(cents))) => column.append_value(i128::from(*cents) * CENT),
            (Self::Amount(column), Cell::Rate(Rate(rate))) => column.append_value(i128::from(*rate) * CENT / 100),
            (Self::Moment(column), Cell::Moment(moment)) => column.append_value(micros(*moment)),
            (Self::Text(column), _) => column.append_null(),
            (Self::Int(column), _) => column.append_null(),
            (Self::Amount(column), _) => column.append_null(),
            (Self::Moment(column), _) => column.append_null(),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(column) => Arc::new(column.finish()),
            Self::Int(column) => Arc::new(column.finish()),
            Self::Amount(column) => Arc::new(column.finish()),
            Self::Moment(column) => Arc::new(column.finish()),
        }
    }
}

/// Microseconds since the first moment of 1970, on the same wall clock.
fn micros(moment: DateTime) -> i64 {
    let since = moment.duration_since(crate::calendar::day(1970, 1, 1));
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell::cells;
    use arrow::array::Array;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    #[test]
    fn a_table_is_read_back_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("A/dbo/T%2Fable.parquet");
        let mut table = SourceTable::create(&path, "a b|n:i|x:n|at:m").unwrap();
        let moment = crate::calendar::day(2025, 9, 30);
        table.row(&cells!["one", 1_i64, Cents(-5), moment]).unwrap();
        table.row(&cells![None::<&str>, true, None::<Cents>, None::<DateTime>]).unwrap();
        table.finish().unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(&path).unwrap()).unwrap().build().unwrap();
        let batches: Vec<RecordBatch> = reader.map(Result::unwrap).collect();
        assert_eq!(batches[0].num_rows(), 2);
        assert_eq!(batches[0].schema().field(0).name(), "a b");
        assert_eq!(batches[0].column(2).null_count(), 1);
        assert_eq!(micros(moment), 1_759_190_400_000_000);
    }
}
