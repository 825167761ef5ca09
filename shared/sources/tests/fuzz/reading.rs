//! Reads one file through the port and holds what comes back against what every reader promises.
//!
//! Rows and rejects, or a refusal that names its cause and cure; nothing else, and no cell in any of the words.

use std::fs;
use std::path::Path;

use tieout_catalog::{DataSet, DataSetQuery, FilesQuery};
use tieout_model::Digest;
use tieout_pipeline::ports::{Parameters, Source, SourceBatch, SourceError, SourceRequest};
use tieout_sources::FilesSource;
use tieout_tables::cell_text;

/// Begins most text cells of the corpus, and nothing else.
const MARKER: &str = "Qvq";

/// The most rows and rejects of a batch together.
const MAX_BATCH_ROWS: usize = 8192;

/// What reading gave.
#[derive(Debug)]
pub(crate) enum Found {
    Rows { rows: usize, rejects: usize },
    Refusal,
}

/// Reads a data set to its end; an error is a broken promise.
pub(crate) fn read(folder: &Path, data_set: &DataSet) -> Result<Found, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let found = runtime.block_on(read_batches(folder, data_set));
    match found {
        Ok(found) => found,
        Err(error) => check_refusal(&error).map(|()| Found::Refusal),
    }
}

async fn read_batches(folder: &Path, data_set: &DataSet) -> Result<Result<Found, String>, SourceError> {
    let parameters = Parameters::default();
    let cutoff_date = "2024-12-31".parse().unwrap();
    let request = SourceRequest {
        database: None,
        range: None,
        data_set,
        cutoff_date,
        parameters: &parameters,
        folder: Some(folder.to_owned()),
    };
    let mut reader = FilesSource::new().open(&request).await?;
    let (mut rows, mut rejects) = (0, 0);
    while let Some(batch) = reader.next_batch().await? {
        rows += batch.rows.num_rows();
        rejects += batch.rejects.len();
        if let Err(problem) = check_batch(&batch) {
            return Ok(Err(problem));
        }
    }
    Ok(check_origin(folder, data_set, &reader.origins()).map(|()| Found::Rows { rows, rejects }))
}

fn check_refusal(error: &SourceError) -> Result<(), String> {
    let SourceError::Refused { detail, cure, .. } = error else {
        return Err(format!("is called transient, and reading it again will not help: {error:?}"));
    };
    if detail.contains("broke off") {
        return Err("panics in the reading thread".to_owned());
    }
    if detail.is_empty() || cure.is_empty() {
        return Err(format!("is refused without cause or cure: {error:?}"));
    }
    // A cure may name headers that are near to what is missing, and a splice makes headers of cells.
    quotes_no_cell(detail)
}

fn check_batch(batch: &SourceBatch) -> Result<(), String> {
    let count = batch.rows.num_rows() + batch.rejects.len();
    if count > MAX_BATCH_ROWS || count == 0 {
        return Err(format!("gives a batch of {count} rows"));
    }
    for array in batch.rows.columns() {
        for row in 0..array.len() {
            cell_text(array, row).map_err(|error| format!("gives a cell without a text form: {error}"))?;
        }
    }
    batch.rejects.iter().try_for_each(|reject| {
        if reject.line == 0 || reject.column.is_empty() || reject.problem.is_empty() {
            return Err(format!("has a reject without place or problem: {reject:?}"));
        }
        quotes_no_cell(&reject.problem)?;
        quotes_no_cell(&reject.masked)
    })
}

/// The origin names the very bytes that were read.
fn check_origin(folder: &Path, data_set: &DataSet, origins: &[String]) -> Result<(), String> {
    let DataSetQuery::Files(FilesQuery { file, .. }) = &data_set.query else { panic!() };
    let digest = Digest::of(&fs::read(folder.join(file)).unwrap()).to_string();
    match origins {
        [origin] if origin.contains(&digest) => Ok(()),
        _ => Err(format!("has the origins {origins:?}, not {digest}")),
    }
}

fn quotes_no_cell(text: &str) -> Result<(), String> {
    if text.contains(MARKER) || text.contains("/fuzz/") {
        return Err(format!("quotes a cell or a path: {text}"));
    }
    Ok(())
}
