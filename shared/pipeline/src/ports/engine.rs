//! The port `QueryEngine`: SQL over Parquet tables, embedded (`DataFusion`) or as a service (Athena).

use std::path::PathBuf;

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
pub use tieout_model::{Parameter, Parameters};

/// A problem in SQL text, with its place where the engine knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlProblem {
    /// What is wrong.
    pub message: String,
    /// 1-based line in the SQL text.
    pub line: Option<u64>,
    /// 1-based column in the SQL text.
    pub column: Option<u64>,
}

/// Why an engine did not answer.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The SQL does not fit the tables.
    #[error("{}", .0.message)]
    Sql(SqlProblem),
    /// A result column has a type with no place in a table (a binary float, a list, ...).
    #[error("column '{column}' has type {data_type}: {cure}")]
    UnsupportedType {
        /// The column.
        column: String,
        /// The engine's name for the type.
        data_type: String,
        /// What to write instead.
        cure: String,
    },
    /// The query failed while it ran (overflow, division by zero, out of memory).
    #[error("the query failed: {0}")]
    Execution(String),
}

/// A table that SQL can name.
#[derive(Debug, Clone)]
pub struct EngineTable {
    /// Its name.
    pub name: String,
    /// Its columns.
    pub schema: SchemaRef,
    /// Its Parquet files; empty for planning only.
    pub files: Vec<PathBuf>,
}

/// Delivers the batches of an answer.
#[async_trait]
pub trait BatchStream: Send {
    /// The next batch; `None` at the end. Every batch has house types only (see `tieout_tables`).
    async fn next_batch(&mut self) -> Result<Option<RecordBatch>, EngineError>;

    /// The columns of every batch.
    fn schema(&self) -> SchemaRef;
}

/// Runs SQL over tables.
///
/// An implementation MUST bind parameters as values, MUST refuse anything but one SELECT, MUST deliver house types
/// only, MUST NOT reach files other than the tables', and MUST deliver rows in the same order for the same input
/// when the SQL orders them.
#[async_trait]
pub trait QueryEngine: Send + Sync {
    /// The schema that `sql` would answer with, without running it.
    async fn plan(&self, tables: &[EngineTable], sql: &str, parameters: &Parameters) -> Result<SchemaRef, EngineError>;

    /// Runs `sql`.
    async fn query(
        &self,
        tables: &[EngineTable],
        sql: &str,
        parameters: &Parameters,
    ) -> Result<Box<dyn BatchStream>, EngineError>;
}
