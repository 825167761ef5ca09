//! Gives a session the tables of one query, and no other.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use datafusion::common::TableReference;
use datafusion::datasource::empty::EmptyTable;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::datasource::{MemTable, TableProvider};
use datafusion::execution::session_state::SessionState;
use tieout_pipeline::ports::{EngineError, EngineTable, Parameter, Parameters};
use tieout_tables::{TableReader, column_type};
use url::Url;

use crate::failure;

/// The column of a list parameter.
const LIST_COLUMN: &str = "value";

/// What the tables are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// Their columns only.
    Plan,
    /// Their rows.
    Read,
}

/// Registers the tables under their names, and each list parameter as a table with the one column `value`.
pub(crate) fn register(
    state: &SessionState,
    tables: &[EngineTable],
    parameters: &Parameters,
    purpose: Use,
) -> Result<(), EngineError> {
    for (name, parameter) in parameters {
        if let Parameter::List(values) = parameter {
            add(state, name, list(name, values)?)?;
        }
    }
    for table in tables {
        for field in table.schema.fields() {
            if column_type(field.data_type()).is_none() {
                return Err(EngineError::UnsupportedType {
                    column: format!("{}.{}", table.name, field.name()),
                    data_type: field.data_type().to_string(),
                    cure: "a table holds text, integer, decimal, boolean, date and timestamp only".to_owned(),
                });
            }
        }
        let provider = match purpose {
            Use::Plan => Arc::new(EmptyTable::new(Arc::clone(&table.schema))) as Arc<dyn TableProvider>,
            Use::Read => Arc::new(files(table)?),
        };
        add(state, &table.name, provider)?;
    }
    Ok(())
}

fn add(state: &SessionState, name: &str, provider: Arc<dyn TableProvider>) -> Result<(), EngineError> {
    let registered = state
        .schema_for_ref(TableReference::bare(name))
        .and_then(|schema| schema.register_table(name.to_owned(), provider));
    match registered {
        Ok(None) => Ok(()),
        Ok(Some(_)) => Err(unusable(name, "is given twice")),
        Err(error) => Err(unusable(name, &error.message())),
    }
}

/// A list parameter as a table in memory.
fn list(name: &str, values: &[String]) -> Result<Arc<dyn TableProvider>, EngineError> {
    let failed = |error: &dyn std::fmt::Display| unusable(name, &error.to_string());
    let schema = Arc::new(Schema::new(vec![Field::new(LIST_COLUMN, DataType::Utf8, false)]));
    let column = Arc::new(StringArray::from_iter_values(values));
    let batch = RecordBatch::try_new(Arc::clone(&schema), vec![column]).map_err(|error| failed(&error))?;
    let table = MemTable::try_new(schema, vec![vec![batch]]).map_err(|error| failed(&error))?;
    Ok(Arc::new(table))
}

fn files(table: &EngineTable) -> Result<ListingTable, EngineError> {
    if table.files.is_empty() {
        return Err(unusable(&table.name, "has no file"));
    }
    let mut urls = Vec::with_capacity(table.files.len());
    for file in &table.files {
        same_columns(table, file)?;
        urls.push(url(&table.name, file)?);
    }
    let options = ListingOptions::new(Arc::new(ParquetFormat::default())).with_file_extension("");
    let config = ListingTableConfig::new_with_multi_paths(urls)
        .with_listing_options(options)
        .with_schema(Arc::clone(&table.schema));
    ListingTable::try_new(config).map_err(|error| unusable(&table.name, &error.message()))
}

/// Refuses a file that lacks a column, which the engine would fill with nulls.
fn same_columns(table: &EngineTable, file: &Path) -> Result<(), EngineError> {
    let found = TableReader::open(file).map_err(|error| failure::unfit(&error))?.schema();
    let columns = |schema: &Schema| -> Vec<_> {
        schema.fields().iter().map(|field| (field.name().clone(), field.data_type().clone())).collect()
    };
    if columns(&found) == columns(&table.schema) {
        return Ok(());
    }
    Err(unusable(&table.name, &format!("has other columns than its file '{}'", file.display())))
}

/// A file's URL; made here because the engine reads `*`, `?` and `[` in a path as a pattern.
fn url(table: &str, file: &Path) -> Result<ListingTableUrl, EngineError> {
    let absolute = std::path::absolute(file).map_err(|error| unusable(table, &error.to_string()))?;
    let url = Url::from_file_path(&absolute)
        .map_err(|()| unusable(table, &format!("has a file with an unusable path '{}'", file.display())))?;
    ListingTableUrl::try_new(url, None).map_err(|error| unusable(table, &error.message()))
}

fn unusable(table: &str, why: &str) -> EngineError {
    EngineError::Execution(format!("the table '{table}' {why}"))
}
