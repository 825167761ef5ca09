//! `tieout sample`: writes made-up data for a control, with the answer beside it.

use std::process::ExitCode;

use serde_json::json;
use tieout_sample::SampleError;
use tieout_sample::pg01::{Request, Written, write};

use super::arguments::{Format, SampleArguments};
use super::failure::Failure;
use super::page;

/// Controls for which samples can be made.
const CONTROLS: [&str; 1] = ["pg-01"];

/// Writes the sample.
pub(super) fn run(arguments: &SampleArguments, format: Format) -> Result<ExitCode, Failure> {
    if !CONTROLS.contains(&arguments.control.as_str()) {
        let name = tieout_model::visible_line(&arguments.control);
        let known = CONTROLS.join(", ");
        return Err(Failure::bad_input_text(format!("there is no sample for '{name}'; choose from {known}")));
    }
    let request = Request {
        folder: arguments.out.clone(),
        source_tables: arguments.source_tables.clone(),
        rows: arguments.rows,
        companies: arguments.companies.clone(),
        seed: arguments.seed,
        defects: (!arguments.defects.is_empty()).then(|| arguments.defects.clone()),
        cutoff_date: arguments.cutoff_date,
    };
    let written = write(&request).map_err(|error| failure(&error))?;
    print(arguments, &written, format)?;
    Ok(ExitCode::SUCCESS)
}

fn failure(error: &SampleError) -> Failure {
    match error {
        SampleError::File { .. } => Failure::not_operated(error),
        SampleError::Argument { .. } | SampleError::Folder { .. } => Failure::bad_input(error),
    }
}

fn print(arguments: &SampleArguments, written: &Written, format: Format) -> Result<(), Failure> {
    if format == Format::Json {
        let data_sets: Vec<_> = written
            .data_sets
            .iter()
            .map(|(name, rows, amount)| json!({ "name": name, "rows": rows, "amount": amount }))
            .collect();
        return page::print_json(&json!({
            "schema": 1, "control": arguments.control, "cutoff_date": arguments.cutoff_date.to_string(),
            "folder": arguments.out, "data_sets": data_sets, "planted": written.planted,
        }));
    }
    let folder = arguments.out.display();
    let mut lines = vec![format!("sample of {} as of {} in {folder}", arguments.control, arguments.cutoff_date)];
    for (name, rows, amount) in &written.data_sets {
        lines.push(format!("  {name:<14} {rows:>10} rows {amount:>24}"));
    }
    lines.push(format!("{} planted, listed with what the control must find in planted.json", written.planted));
    let (control, date) = (&arguments.control, arguments.cutoff_date);
    lines.push(format!("next: tieout run {control} --cutoff-date {date} --data {folder}"));
    page::print_lines(&lines);
    Ok(())
}
