//! `tieout open`: shows a run's report in the browser.

use std::process::{Command, ExitCode, Stdio};

use serde_json::json;

use super::arguments::{Format, OpenArguments};
use super::failure::Failure;
use super::{page, run};
use crate::{FolderStore, Library};

/// Opens the report of the latest committed run, or prints where it is.
pub(super) async fn run(arguments: &OpenArguments, format: Format) -> Result<ExitCode, Failure> {
    let which = &arguments.which;
    let library = Library::open(which.places.controls.as_deref()).map_err(|error| Failure::bad_input(&error))?;
    let folder = library.find(&which.control).map_err(|error| Failure::bad_input(&error))?;
    let control = tieout_catalog::load(folder).map_err(|mistakes| Failure::definition(&mistakes))?;
    let cutoff_date = run::cutoff_date(which, &control)?;
    let store = FolderStore::open(&which.places.store).map_err(|error| Failure::not_operated(&error))?;
    let committed = tieout_pipeline::latest(&store, &control.id, cutoff_date)
        .await
        .map_err(|error| Failure::not_operated(&error))?;
    let report = committed.and_then(|committed| committed.result.report).ok_or_else(|| {
        Failure::bad_input_text(format!(
            "there is no committed run of '{}' for {cutoff_date}; make one with: tieout run {} --cutoff-date {cutoff_date}",
            control.id, control.id
        ))
    })?;
    match format {
        Format::Json => page::print_json(&json!({ "schema": 1, "report": report }))?,
        Format::Text => page::print_line(&report),
    }
    if !arguments.print {
        browse(&report);
    }
    Ok(ExitCode::SUCCESS)
}

/// Starts the desktop's own program for the file; a machine without one has the path already.
fn browse(report: &str) {
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let started = Command::new(opener).arg(report).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    if started.is_err() {
        eprintln!("tieout: no program to open the report with was found; open the file above in a browser");
    }
}
