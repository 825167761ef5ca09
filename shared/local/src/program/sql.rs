//! `tieout sql`: asks the tables of a committed run.

use std::path::Path;
use std::process::ExitCode;

use serde_json::json;
use tieout_pipeline::ports::{EngineTable, QueryEngine};
use tieout_pipeline::{PastRun, Scratch};
use tieout_sql::{EmbeddedEngine, EngineSettings};
use tieout_tables::{TableReader, cell_text};

use super::arguments::{Format, SqlArguments};
use super::failure::Failure;
use super::page;
use super::past::latest_run;
use crate::FolderStore;

/// Runs one SELECT over the latest committed run.
pub(super) async fn run(arguments: &SqlArguments, format: Format, scratch: &Path) -> Result<ExitCode, Failure> {
    let (store, past) = latest_run(&arguments.which).await?;
    let scratch = Scratch::new(scratch).map_err(|error| Failure::not_operated(&error))?;
    let tables = tables(&past, &store, &scratch).await?;
    let engine = EmbeddedEngine::new(EngineSettings {
        memory_limit_bytes: 512 * 1024 * 1024,
        scratch: scratch.path().to_owned(),
        threads: 2,
    });
    let parameters = tieout_extract::built_in_parameters(past.result.cutoff_date);
    let mut answer =
        engine.query(&tables, &arguments.query, &parameters).await.map_err(|error| Failure::bad_input(&error))?;
    let columns: Vec<String> = answer.schema().fields().iter().map(|field| field.name().clone()).collect();
    let mut rows = Vec::new();
    while let Some(batch) = answer.next_batch().await.map_err(|error| Failure::bad_input(&error))? {
        for row in 0..batch.num_rows() {
            let cells = batch.columns().iter().map(|column| cell_text(column, row));
            rows.push(cells.collect::<Result<Vec<_>, _>>().map_err(|error| Failure::not_operated(&error))?);
        }
    }
    match format {
        Format::Text => page::print_rows(&columns, &rows),
        Format::Json => page::print_json(&json!({ "schema": 1, "columns": columns, "rows": rows }))?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn tables(past: &PastRun, store: &FolderStore, scratch: &Scratch) -> Result<Vec<EngineTable>, Failure> {
    let mut tables = Vec::new();
    for (name, artifact) in past.tables() {
        let path = scratch.fetch(store, artifact).await.map_err(|error| Failure::not_operated(&error))?;
        let schema = TableReader::open(&path).map_err(|error| Failure::not_operated(&error))?.schema();
        tables.push(EngineTable { name, schema, files: vec![path] });
    }
    Ok(tables)
}
