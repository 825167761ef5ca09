//! `tieout diff`: what changed in a control's definition since a run, file by file and line by line.
//!
//! The definition of the run is the one that it kept in the store, checked by its digest.

use std::fmt::Write as _;
use std::process::ExitCode;

use serde_json::{Value, json};
use tieout_catalog::{ChangeKind, ChangedLine, Control, FileChange, load};
use tieout_pipeline::{ChangesSince, changes_since};

use super::arguments::{DiffArguments, Format};
use super::failure::Failure;
use super::page;
use crate::{FolderStore, Library};

/// Shows the changes; the exit code is 0 when there are none and 1 when there are some.
pub(super) async fn run(arguments: &DiffArguments, format: Format) -> Result<ExitCode, Failure> {
    let library = Library::open(arguments.places.controls.as_deref()).map_err(|error| Failure::bad_input(&error))?;
    let folder = library.find(&arguments.control).map_err(|error| Failure::bad_input(&error))?;
    let control = load(folder).map_err(|mistakes| Failure::definition(&mistakes))?;
    let store = FolderStore::open(&arguments.places.store).map_err(|error| Failure::not_operated(&error))?;
    let (cutoff_date, run) = arguments.since;
    let found = changes_since(&store, &control, cutoff_date, run).await.map_err(|error| Failure::bad_input(&error))?;
    let Some(found) = found else {
        let number = run.map(|run| format!(" {run}")).unwrap_or_default();
        let text = format!("there is no committed run{number} of '{}' for {cutoff_date}", control.id);
        return Err(Failure::bad_input_text(text));
    };
    match format {
        Format::Text => page::print_text(&text(&control, &found)),
        Format::Json => page::print_json(&document(&control, &found))?,
    }
    Ok(ExitCode::from(u8::from(!found.changes.is_empty())))
}

fn text(control: &Control, found: &ChangesSince) -> String {
    let since = format!("{} since {}, run {}", control.id, found.run.cutoff_date, found.run.run);
    if found.changes.is_empty() {
        return format!("{since}: the definition is the same ({})\n", control.digest);
    }
    let mut text =
        format!("{since}: {} of the definition differ\n", tieout_model::counted(found.changes.len() as u64, "file"));
    for change in &found.changes {
        let _ = writeln!(text, "\n{} {}  +{} -{}", word(change.kind), change.path, change.added, change.removed);
        for line in &change.lines {
            let _ = match line {
                ChangedLine::Skip(number) => writeln!(text, "  @ line {number}"),
                ChangedLine::Same(line) => writeln!(text, "    {line}"),
                ChangedLine::Removed(line) => writeln!(text, "  - {line}"),
                ChangedLine::Added(line) => writeln!(text, "  + {line}"),
            };
        }
    }
    text
}

fn word(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Added => "added",
        ChangeKind::Removed => "removed",
        ChangeKind::Changed => "changed",
    }
}

fn document(control: &Control, found: &ChangesSince) -> Value {
    let line = |line: &ChangedLine| match line {
        ChangedLine::Skip(number) => json!({ "skip_to": number }),
        ChangedLine::Same(text) => json!({ "same": text }),
        ChangedLine::Removed(text) => json!({ "removed": text }),
        ChangedLine::Added(text) => json!({ "added": text }),
    };
    let file = |change: &FileChange| {
        json!({
            "path": change.path,
            "change": word(change.kind),
            "added": change.added,
            "removed": change.removed,
            "lines": change.lines.iter().map(line).collect::<Vec<_>>(),
        })
    };
    json!({
        "schema": 1,
        "control": control.id,
        "since": { "cutoff_date": found.run.cutoff_date, "run": found.run.run, "definition": found.definition },
        "definition": control.digest,
        "files": found.changes.iter().map(file).collect::<Vec<_>>(),
    })
}
