//! `tieout sql`: asks the tables of a committed run.

use std::path::Path;
use std::process::ExitCode;

use serde_json::json;
use tieout_pipeline::ports::{EngineTable, QueryEngine};
use tieout_pipeline::{PastRun, Scratch, latest};
use tieout_sql::{EmbeddedEngine, EngineSettings};
use tieout_tables::{TableReader, cell_text};

use super::arguments::{Format, SqlArguments};
use super::failure::Failure;
use super::{page, run};
use crate::{FolderStore, Library};

/// Runs one SELECT over the latest committed run.
pub(super) async fn run(arguments: &SqlArguments, format: Format, scratch: &Path) -> Result<ExitCode, Failure> {
    let which = &arguments.which;
    let library = Library::open(which.places.controls.as_deref()).map_err(|error| Failure::bad_input(&error))?;
    let folder = library.find(&which.control).map_err(|error| Failure::bad_input(&error))?;
    let control = tieout_catalog::load(folder).map_err(|mistakes| Failure::definition(&mistakes))?;
    let cutoff_date = run::cutoff_date(which, &control)?;
    let store = FolderStore::open(&which.places.store).map_err(|error| Failure::not_operated(&error))?;
    let past = latest(&store, &control.id, cutoff_date).await.map_err(|error| Failure::not_operated(&error))?;
    let past = past.ok_or_else(|| {
        Failure::bad_input_text(format!("there is no committed run of '{}' for {cutoff_date}", control.id))
    })?;
    let scratch = Scratch::new(scratch).map_err(|error| Failure::not_operated(&error))?;
    let tables = tables(&past, &store, &scratch).await?;
    let engine = EmbeddedEngine::new(EngineSettings {
        memory_limit_bytes: 512 * 1024 * 1024,
        scratch: scratch.path().to_owned(),
        threads: 2,
    });
    let parameters = tieout_extract::built_in_parameters(cutoff_date);
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
