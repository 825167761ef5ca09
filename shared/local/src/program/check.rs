//! `tieout check`: checks definitions and prints what each control does.

use std::path::Path;
use std::process::ExitCode;

use serde_json::json;
use tieout_catalog::{Control, ControlFolder, DataSetTest, Diagnostics};
use tieout_pipeline::check::{Checked, check};
use tieout_sql::{EmbeddedEngine, EngineSettings};

use super::arguments::{CheckArguments, Format};
use super::failure::Failure;
use super::page;
use crate::Library;

/// Checks one control or all of them; every mistake of all of them is reported.
pub(super) async fn run(arguments: &CheckArguments, format: Format, scratch: &Path) -> Result<ExitCode, Failure> {
    let library = Library::open(arguments.controls.as_deref()).map_err(|error| Failure::bad_input(&error))?;
    let folders: Vec<&ControlFolder> = match &arguments.control {
        Some(name) => vec![library.find(name).map_err(|error| Failure::bad_input(&error))?],
        None => library.folders().iter().collect(),
    };
    let engine = EmbeddedEngine::new(EngineSettings {
        memory_limit_bytes: 64 * 1024 * 1024,
        scratch: scratch.to_owned(),
        threads: 1,
    });
    let mut good = Vec::new();
    let mut mistakes = Vec::new();
    for folder in folders {
        match check(folder, &engine).await {
            Ok(checked) => good.push(checked),
            Err(diagnostics) => mistakes.extend(diagnostics.iter().cloned()),
        }
    }
    print(&good, &mistakes, format)?;
    if mistakes.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    Err(Failure::definition(&Diagnostics::new(mistakes)))
}

fn print(good: &[Checked], mistakes: &[tieout_catalog::Diagnostic], format: Format) -> Result<(), Failure> {
    match format {
        Format::Json => {
            let mistakes: Vec<_> = mistakes
                .iter()
                .map(|mistake| {
                    json!({ "file": mistake.file, "line": mistake.line, "column": mistake.column,
                            "message": mistake.message, "help": mistake.help })
                })
                .collect();
            let controls: Vec<_> = good.iter().map(|checked| as_json(&checked.control)).collect();
            page::print_json(&json!({ "schema": 1, "controls": controls, "mistakes": mistakes }))
        }
        Format::Text => {
            for checked in good {
                page::print_control(checked);
            }
            Ok(())
        }
    }
}

fn as_json(control: &Control) -> serde_json::Value {
    let tests = |tests: &[DataSetTest]| tests.iter().map(DataSetTest::name).collect::<Vec<_>>();
    let data_sets = control.data_sets.iter().map(|data_set| {
        json!({ "name": data_set.name, "kind": "extracted", "source": data_set.source, "tests": tests(&data_set.tests) })
    });
    let derived = control.derived.iter().map(|derived| {
        json!({ "name": derived.name, "kind": "derived", "sql": derived.path(), "tests": tests(&derived.tests) })
    });
    json!({
        "control": control.id, "title": control.title, "definition": control.digest,
        "data_sets": data_sets.chain(derived).collect::<Vec<_>>(),
        "comparisons": control.comparisons.iter().map(|comparison| &comparison.id).collect::<Vec<_>>(),
        "tie_outs": control.tie_outs.iter().map(|tie_out| &tie_out.id).collect::<Vec<_>>(),
        "assertions": control.assertions.iter().map(|assertion| &assertion.id).collect::<Vec<_>>(),
        "thresholds": control.thresholds.iter()
            .map(|threshold| json!({ "id": threshold.id, "amount": threshold.amount, "currency": threshold.currency }))
            .collect::<Vec<_>>(),
        "recipients": control.notify.recipients.iter()
            .map(|recipient| json!({ "role": recipient.role, "address": recipient.person.email, "on": recipient.on }))
            .collect::<Vec<_>>(),
    })
}
