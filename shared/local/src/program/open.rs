//! `tieout open`: shows a run's report in the browser.

use std::process::{Command, ExitCode, Stdio};

use serde_json::json;

use super::arguments::{Format, OpenArguments};
use super::failure::Failure;
use super::page;
use super::past::latest_run;

/// Opens the report of the latest committed run, or prints where it is.
pub(super) async fn run(arguments: &OpenArguments, format: Format) -> Result<ExitCode, Failure> {
    let (_, past) = latest_run(&arguments.which).await?;
    let report = past.result.report.unwrap_or_default();
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
