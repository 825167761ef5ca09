//! How answers look on standard output: for people in columns, for programs as JSON.

mod columns;
mod comparison;
mod control;
mod result;
mod thresholds;

use std::io::Write;
use std::path::Path;

use serde::Serialize;
use tieout_model::RunResult;
use tieout_pipeline::check::Checked;

use super::arguments::Format;
use super::compare::Summary;
use super::failure::Failure;

/// Prints what a run found.
pub(super) fn print_result(result: &RunResult, format: Format) -> Result<(), Failure> {
    match format {
        Format::Json => print_json(result),
        Format::Text => {
            print_text(&result::text(result));
            Ok(())
        }
    }
}

/// Prints what a control does.
pub(super) fn print_control(checked: &Checked) {
    print_text(&control::text(checked));
}

/// Prints what a comparison found.
pub(super) fn print_comparison(summary: &Summary, title: &str, output: Option<&Path>) {
    print_text(&comparison::text(summary, title, output));
}

/// Prints rows of an answer in columns; null is shown as `null`.
pub(super) fn print_rows(names: &[String], rows: &[Vec<Option<String>>]) {
    let mut table = columns::table(names.iter().map(String::as_str));
    for row in rows {
        table.add_row(row.iter().map(|cell| tieout_model::visible(cell.as_deref().unwrap_or("null"))));
    }
    print_text(&format!("{}\n", columns::lines(&table, "")));
}

/// Prints a document as JSON.
pub(super) fn print_json<T: Serialize>(document: &T) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(document).map_err(|error| Failure::not_operated(&error))?;
    print_line(&text);
    Ok(())
}

/// Prints one line.
pub(super) fn print_line(line: &str) {
    print_text(&format!("{line}\n"));
}

/// Prints text; colours are dropped where standard output is no terminal or `NO_COLOR` is set. A reader that has
/// gone away (`| head`) is no failure of the run.
pub(super) fn print_text(text: &str) {
    let _ = anstream::stdout().write_all(text.as_bytes());
}

/// Prints lines; text from outside is made visible, so that it cannot steer the terminal.
pub(super) fn print_lines(lines: &[String]) {
    print_line(&lines.iter().map(|line| tieout_model::visible(line)).collect::<Vec<_>>().join("\n"));
}
