//! Tables as Parquet files in a temporary folder, and answers as text.

use std::path::Path;
use std::sync::Arc;

use arrow::array::TimestampMicrosecondArray;
use arrow::array::{ArrayRef, BooleanArray, Date32Array, Decimal128Array, Int64Array, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use tempfile::TempDir;
use tieout_model::Decimal;
use tieout_pipeline::ports::{EngineError, EngineTable, Parameter, Parameters, QueryEngine};
use tieout_sql::{EmbeddedEngine, EngineSettings};
use tieout_tables::{TableWriter, cell_text};

/// Columns of one table.
#[derive(Default)]
pub(crate) struct Columns {
    fields: Vec<Field>,
    arrays: Vec<ArrayRef>,
}

impl Columns {
    pub(crate) fn with(mut self, name: &str, array: impl arrow::array::Array + 'static) -> Self {
        self.fields.push(Field::new(name, array.data_type().clone(), true));
        self.arrays.push(Arc::new(array));
        self
    }

    pub(crate) fn text(self, name: &str, values: &[Option<&str>]) -> Self {
        self.with(name, StringArray::from(values.to_vec()))
    }

    pub(crate) fn integer(self, name: &str, values: &[Option<i64>]) -> Self {
        self.with(name, Int64Array::from(values.to_vec()))
    }

    pub(crate) fn boolean(self, name: &str, values: &[Option<bool>]) -> Self {
        self.with(name, BooleanArray::from(values.to_vec()))
    }

    pub(crate) fn date(self, name: &str, values: &[Option<&str>]) -> Self {
        let days = |text: &str| (text.parse::<jiff::civil::Date>().unwrap() - jiff::civil::date(1970, 1, 1)).get_days();
        self.with(name, values.iter().map(|value| value.map(days)).collect::<Date32Array>())
    }

    pub(crate) fn timestamp(self, name: &str, values: &[Option<&str>]) -> Self {
        let micros = |text: &str| {
            let moment: jiff::civil::DateTime = text.parse().unwrap();
            moment.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp().as_microsecond()
        };
        self.with(name, values.iter().map(|value| value.map(micros)).collect::<TimestampMicrosecondArray>())
    }

    pub(crate) fn decimal(self, name: &str, precision: u8, scale: u8, values: &[Option<&str>]) -> Self {
        let unscaled = |text: &str| text.parse::<Decimal>().unwrap().rescaled(scale).unwrap().unscaled();
        let array: Decimal128Array = values.iter().map(|value| value.map(unscaled)).collect();
        self.with(name, array.with_precision_and_scale(precision, i8::try_from(scale).unwrap()).unwrap())
    }

    pub(crate) fn batch(self) -> RecordBatch {
        RecordBatch::try_new(Arc::new(Schema::new(self.fields)), self.arrays).unwrap()
    }
}

/// A folder with tables, and an engine over them.
pub(crate) struct World {
    pub(crate) folder: TempDir,
    pub(crate) tables: Vec<EngineTable>,
    pub(crate) parameters: Parameters,
}

impl World {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        Self { folder, tables: Vec::new(), parameters: Parameters::new() }
    }

    /// Orders and their lines: three orders, one without lines, one line without an order.
    pub(crate) fn orders() -> Self {
        let orders = Columns::default()
            .integer("order_id", &[Some(1), Some(2), Some(3)])
            .text("vendor", &[Some("acme"), Some("bolt"), None])
            .date("order_date", &[Some("2024-11-30"), Some("2024-12-31"), Some("2025-01-01")])
            .timestamp("booked_at", &[Some("2024-11-30T08:00:00"), Some("2024-12-31T23:59:59.999999"), None])
            .decimal("amount", 18, 2, &[Some("100.10"), Some("-0.05"), Some("7.00")]);
        let lines = Columns::default()
            .integer("order_id", &[Some(1), Some(1), Some(2), Some(9)])
            .integer("quantity", &[Some(2), Some(3), Some(1), None])
            .decimal("unit_price", 19, 4, &[Some("20.0200"), Some("20.0200"), Some("-0.0500"), Some("1.0000")]);
        Self::new().table("orders", &orders.batch()).table("lines", &lines.batch())
    }

    pub(crate) fn table(self, name: &str, batch: &RecordBatch) -> Self {
        self.table_of_files(name, std::slice::from_ref(batch))
    }

    pub(crate) fn table_of_files(mut self, name: &str, batches: &[RecordBatch]) -> Self {
        let file = |(number, batch): (usize, &RecordBatch)| {
            let path = self.folder.path().join(format!("{name} {number}[*]?%.parquet"));
            write(&path, batch);
            path
        };
        let files = batches.iter().enumerate().map(file).collect();
        let schema: SchemaRef = batches[0].schema();
        self.tables.push(EngineTable { name: name.to_owned(), schema, files });
        self
    }

    pub(crate) fn parameter(mut self, name: &str, value: Parameter) -> Self {
        self.parameters.insert(name.to_owned(), value);
        self
    }

    pub(crate) fn engine(&self, threads: usize, memory_limit_bytes: usize) -> EmbeddedEngine {
        let scratch = self.folder.path().join("scratch");
        EmbeddedEngine::new(EngineSettings { memory_limit_bytes, scratch, threads })
    }

    pub(crate) async fn batches(&self, engine: &EmbeddedEngine, sql: &str) -> Result<Vec<RecordBatch>, EngineError> {
        let planned = engine.plan(&self.tables, sql, &self.parameters).await?;
        let mut answer = engine.query(&self.tables, sql, &self.parameters).await?;
        assert_eq!(planned, answer.schema(), "plan and query agree on the columns");
        let mut batches = Vec::new();
        while let Some(batch) = answer.next_batch().await? {
            assert_eq!(planned, batch.schema());
            batches.push(batch);
        }
        Ok(batches)
    }

    pub(crate) fn try_rows(&self, sql: &str) -> Result<Vec<String>, EngineError> {
        let engine = self.engine(2, 256 << 20);
        run(async { Ok(self.batches(&engine, sql).await?.iter().flat_map(rows).collect()) })
    }

    /// The rows of the answer, cells joined by a bar.
    pub(crate) fn rows(&self, sql: &str) -> Vec<String> {
        self.try_rows(sql).unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// The message and place with which the query is refused.
    pub(crate) fn refusal(&self, sql: &str) -> (String, Option<(u64, u64)>) {
        match self.try_rows(sql) {
            Err(EngineError::Sql(problem)) => (problem.message, problem.line.zip(problem.column)),
            other => panic!("{sql}: {other:?}"),
        }
    }

    /// The message with which the query fails while it runs.
    pub(crate) fn failure(&self, sql: &str) -> String {
        match self.try_rows(sql) {
            Err(EngineError::Execution(message)) => message,
            other => panic!("{sql}: {other:?}"),
        }
    }

    /// The columns of the answer with their types.
    pub(crate) fn schema(&self, sql: &str) -> Vec<(String, DataType)> {
        let engine = self.engine(1, 64 << 20);
        let schema = run(async { engine.plan(&self.tables, sql, &self.parameters).await }).unwrap();
        schema.fields().iter().map(|field| (field.name().clone(), field.data_type().clone())).collect()
    }
}

pub(crate) fn rows(batch: &RecordBatch) -> Vec<String> {
    let cell = |row: usize| {
        let cells = batch.columns().iter().map(move |column| cell_text(column.as_ref(), row).unwrap());
        cells.map(|cell| cell.unwrap_or_else(|| "null".to_owned())).collect::<Vec<_>>().join("|")
    };
    (0..batch.num_rows()).map(cell).collect()
}

pub(crate) fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(work)
}

fn write(path: &Path, batch: &RecordBatch) {
    let mut writer = TableWriter::create(path, &batch.schema()).unwrap();
    writer.write(batch).unwrap();
    writer.finish().unwrap();
}
