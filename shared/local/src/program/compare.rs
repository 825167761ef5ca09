//! `tieout compare`: compares two files by key.
//!
//! The answer is counted, printed and written in full, or nothing of it is there: columns that do not fit, values
//! that do not convert and a machine that gives up all end before the folder of the answer appears.

mod blame;
mod engine;
mod explained;
mod import;
mod input;
mod output;
mod pairing;
mod spec;
mod summary;
mod types;
mod waiting;
mod wide_table;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use arrow::array::{Array, ArrayRef, AsArray, StringArray};
use arrow::record_batch::RecordBatch;
use tempfile::TempDir;
use tieout_model::{ColumnNames, ComparisonResult, Side};
use tieout_reconcile::ComparisonPlan;
use tieout_tables::{ParquetTable, TableError};

pub(super) use self::explained::Found;
pub(super) use self::summary::Summary;

use self::blame::{comparison_failure, machine_failure, table_failure};
use self::explained::{ExplainedRows, Explanations};
use self::input::{Content, Input};
use self::output::{EXCEPTIONS, EXPLANATIONS, OutputFolder, SUMMARY};
use self::pairing::Pairing;
use self::waiting::Waiting;
use self::wide_table::{Use, WideTable};
use super::arguments::{CompareArguments, Format};
use super::failure::Failure;
use super::leftovers::Leftovers;
use super::page;

/// Exit code of a comparison that found differences.
const DIFFERENCES: u8 = 1;

/// Compares two files.
pub(super) async fn run(
    arguments: &CompareArguments,
    format: Format,
    scratch: &Path,
    leftovers: &Leftovers,
) -> Result<ExitCode, Failure> {
    let output = arguments.output.as_deref().map(|folder| OutputFolder::stage(folder, leftovers)).transpose()?;
    let chosen = chosen_scratch(arguments, leftovers)?;
    let scratch = chosen.as_ref().map_or(scratch, TempDir::path);
    let waiting = Waiting::new();
    waiting.says("looking at both files");
    let inputs = Input::open_both(arguments)?;
    let [left, right] = &inputs;
    let pairing = Pairing::new(arguments, &left.columns(), &right.columns())
        .map_err(|misfits| schema_failure(arguments, &misfits))?;
    refuse_types(arguments, &pairing, &inputs)?;
    waiting.says("reading text files");
    let tables = tables(arguments, &pairing, &inputs, scratch).await?;
    let [left, right] = &tables;
    let plan = spec::plan(arguments, &pairing, [left.schema(), right.schema()], scratch)?;
    let notes = spec::notes(&pairing, [&left.schema(), &right.schema()]);
    let work = Work { arguments, pairing: &pairing, plan: &plan, tables: &tables, scratch };
    waiting.says("comparing");
    let (result, written) = work.carry_out(output.as_ref())?;
    let sums = arguments.report.sum_diff.is_some();
    let summary = Summary::new(result, [left.rows(), right.rows()], sums, notes, written);
    if let Some(output) = output {
        write_summary(&summary, &output)?;
        output.commit()?;
    }
    drop(waiting);
    match format {
        Format::Json => page::print_json(&summary)?,
        Format::Text => page::print_comparison(&summary, &title(arguments), arguments.output.as_deref()),
    }
    Ok(if summary.equal { ExitCode::SUCCESS } else { ExitCode::from(DIFFERENCES) })
}

/// A folder for temporary files where one was named.
fn chosen_scratch(arguments: &CompareArguments, leftovers: &Leftovers) -> Result<Option<TempDir>, Failure> {
    let Some(folder) = &arguments.machine.scratch else { return Ok(None) };
    let made = tempfile::Builder::new().prefix("tieout-").tempdir_in(folder).map_err(|error| {
        let message = format!("--scratch '{}' takes no temporary files ({})", folder.display(), error.kind());
        Failure::bad_input_text(format!("{message}; name a folder that can be written"))
    })?;
    leftovers.note(made.path());
    Ok(Some(made))
}

/// Differences between the columns of both sides that nothing allows.
fn schema_failure(arguments: &CompareArguments, problems: &[String]) -> Failure {
    let noun = if problems.len() == 1 { "thing stands" } else { "things stand" };
    let (left, right) = (arguments.left.display(), arguments.right.display());
    let mut message = format!("{} {noun} against comparing {left} with {right}", problems.len());
    for problem in problems {
        message.push_str("\n  ");
        message.push_str(problem);
    }
    message.push_str(
        "\nnothing was compared; --ignore or --columns leaves columns out, --map LEFT=RIGHT pairs columns of two names",
    );
    Failure::bad_input_text(message)
}

/// Refuses columns of Parquet files whose type cannot be compared, all at once.
fn refuse_types(arguments: &CompareArguments, pairing: &Pairing, inputs: &[Input; 2]) -> Result<(), Failure> {
    let [left, right] = inputs;
    let mut problems = Vec::new();
    for (input, side) in [(left, Side::Left), (right, Side::Right)] {
        let Content::Parquet(columns) = &input.content else { continue };
        let is_read = |name: &str| pairing.all().any(|names| name == of_side(names, side));
        let bad = columns.iter().filter(|(name, _)| is_read(name)).filter_map(|(_, found)| found.as_ref().err());
        problems.extend(bad.map(|problem| format!("{}: {problem}", input.name())));
    }
    if problems.is_empty() { Ok(()) } else { Err(schema_failure(arguments, &problems)) }
}

/// Both sides as Parquet files with the columns that are read.
async fn tables(
    arguments: &CompareArguments,
    pairing: &Pairing,
    inputs: &[Input; 2],
    scratch: &Path,
) -> Result<[ParquetTable; 2], Failure> {
    let [left, right] = inputs;
    let left_columns = types::read_as(arguments, pairing, left, right, Side::Left);
    let left_path = in_parquet(left, &left_columns, scratch.join("left.parquet"));
    let right_columns = types::read_as(arguments, pairing, right, left, Side::Right);
    let right_path = in_parquet(right, &right_columns, scratch.join("right.parquet"));
    let (left_path, right_path) = tokio::join!(left_path, right_path);
    let table = |path: PathBuf, side: Side| {
        let names: Vec<String> = pairing.all().map(|names| of_side(names, side).to_owned()).collect();
        let paths = [left.path.as_path(), right.path.as_path()];
        ParquetTable::open(&path, Some(&names)).map_err(|error| table_failure(&error, paths, scratch))
    };
    Ok([table(left_path?, Side::Left)?, table(right_path?, Side::Right)?])
}

/// The name on a side.
fn of_side(names: &ColumnNames, side: Side) -> &str {
    match side {
        Side::Left => &names.left,
        Side::Right => &names.right,
    }
}

/// The file itself where it is Parquet, and otherwise what is read of it.
async fn in_parquet(input: &Input, columns: &[types::ReadAs<'_>], path: PathBuf) -> Result<PathBuf, Failure> {
    match &input.content {
        Content::Parquet(_) => Ok(input.path.clone()),
        Content::Text(file, _) => import::import(file, columns, path).await,
    }
}

/// A comparison that can be carried out.
struct Work<'a> {
    arguments: &'a CompareArguments,
    pairing: &'a Pairing,
    plan: &'a ComparisonPlan,
    tables: &'a [ParquetTable; 2],
    scratch: &'a Path,
}

/// What was written beside the summary.
#[derive(Debug, Default)]
struct Written {
    /// Rows by name of file.
    files: BTreeMap<&'static str, u64>,
    explained: Option<ExplainedRows>,
}

impl Work<'_> {
    /// Runs the engine; exceptions are written as they come.
    fn carry_out(&self, output: Option<&OutputFolder>) -> Result<(ComparisonResult, Written), Failure> {
        let Some(output) = output else { return Ok((self.compare(&mut |_| Ok(()))?, Written::default())) };
        let (scratch, schema) = (self.scratch, self.plan.exceptions_schema());
        let (path, explanations_path) = (output.file(EXCEPTIONS), output.file(EXPLANATIONS));
        let failed = |error: TableError| machine_failure(&error, &path);
        let mut file = WideTable::create(&path, &schema, Use::Kept).map_err(failed)?;
        let mut explanations =
            Explanations::create(self.arguments, self.pairing, &schema, &explanations_path, scratch)?;
        let result = self.compare(&mut |batch| {
            if let Some(explanations) = &mut explanations {
                explanations.push(&batch)?;
            }
            file.write(with_differences_told(&batch)?)
        })?;
        let mut written = Written::default();
        written.files.insert(EXCEPTIONS, file.finish().map_err(failed)?);
        if let Some(explanations) = explanations {
            let (rows, explained) = explanations.finish(self.inputs(), scratch)?;
            written.files.insert(EXPLANATIONS, rows);
            written.explained = Some(explained);
        }
        Ok((result, written))
    }

    fn compare(
        &self,
        sink: &mut dyn FnMut(RecordBatch) -> Result<(), TableError>,
    ) -> Result<ComparisonResult, Failure> {
        let settings = engine::settings(&self.arguments.machine, self.scratch)?;
        let result = engine::compare(self.plan, self.tables, &settings, sink);
        result.map_err(|error| comparison_failure(&error, self.inputs(), self.scratch))
    }

    fn inputs(&self) -> [&Path; 2] {
        [&self.arguments.left, &self.arguments.right]
    }
}

/// The last column without nulls: where nothing was compared, no column differs, and the text is empty.
fn with_differences_told(batch: &RecordBatch) -> Result<RecordBatch, TableError> {
    let Some((last, before)) = batch.columns().split_last() else { return Ok(batch.clone()) };
    let Some(texts) = last.as_string_opt::<i32>().filter(|texts| texts.null_count() > 0) else {
        return Ok(batch.clone());
    };
    let told: ArrayRef =
        std::sync::Arc::new(texts.iter().map(|text| Some(text.unwrap_or(""))).collect::<StringArray>());
    let columns = before.iter().cloned().chain([told]).collect();
    let failed = |source| TableError::Arrow { action: "put columns together", source };
    RecordBatch::try_new(batch.schema(), columns).map_err(failed)
}

fn write_summary(summary: &Summary, output: &OutputFolder) -> Result<(), Failure> {
    let path = output.file(SUMMARY);
    let mut text = serde_json::to_string_pretty(summary).map_err(|error| Failure::not_operated(&error))?;
    text.push('\n');
    std::fs::write(&path, text)
        .map_err(|source| machine_failure(&TableError::File { action: "write", path: path.clone(), source }, &path))
}

fn title(arguments: &CompareArguments) -> String {
    let key = arguments.on.iter().map(|names| {
        if names.left == names.right { names.left.clone() } else { format!("{}={}", names.left, names.right) }
    });
    let key = key.collect::<Vec<_>>().join(", ");
    format!("{} against {} by {key}", arguments.left.display(), arguments.right.display())
}
