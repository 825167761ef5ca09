//! `tieout compare`: compares two files by key.
//!
//! The answer is counted, printed and written in full, or nothing of it is there: columns that do not fit, values
//! that do not convert and a machine that gives up all end before the folder of the answer appears.

mod blame;
mod engine;
mod import;
mod input;
mod output;
mod pairing;
mod spec;
mod summary;
mod types;
mod wide_table;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use arrow::array::{Array, ArrayRef, AsArray, StringArray};
use arrow::record_batch::RecordBatch;
use tempfile::TempDir;
use tieout_model::{ColumnNames, ComparisonResult, Side};
use tieout_reconcile::ComparisonPlan;
use tieout_tables::{ParquetTable, TableError};

pub(super) use self::summary::Summary;

use self::blame::{comparison_failure, machine_failure, table_failure};
use self::input::{Content, Input};
use self::output::{EXCEPTIONS, OutputFolder, SUMMARY};
use self::pairing::Pairing;
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
    let inputs = Input::open_both(arguments)?;
    let [left, right] = &inputs;
    let pairing = Pairing::new(arguments, &left.columns(), &right.columns())
        .map_err(|misfits| schema_failure(arguments, &misfits))?;
    refuse_types(arguments, &pairing, &inputs)?;
    let tables = tables(arguments, &pairing, &inputs, scratch).await?;
    let [left, right] = &tables;
    let plan = spec::plan(arguments, &pairing, [left.schema(), right.schema()], scratch)?;
    let notes = spec::notes(&pairing, [&left.schema(), &right.schema()]);
    let (result, rows) = compared(arguments, &plan, &tables, output.as_ref(), scratch)?;
    let sums = arguments.report.sum_diff.is_some();
    let mut summary = Summary::new(result, [left.rows(), right.rows()], sums, notes);
    if let Some(output) = output {
        summary.files.insert(EXCEPTIONS, rows);
        write_summary(&summary, &output)?;
        output.commit()?;
    }
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

/// Runs the engine; exceptions are written as they come. Gives the result and how many exceptions there are.
fn compared(
    arguments: &CompareArguments,
    plan: &ComparisonPlan,
    tables: &[ParquetTable; 2],
    output: Option<&OutputFolder>,
    scratch: &Path,
) -> Result<(ComparisonResult, u64), Failure> {
    let settings = engine::settings(&arguments.machine, scratch)?;
    let schema = plan.exceptions_schema();
    let place = |output: &OutputFolder| output.file(EXCEPTIONS);
    let file = output.map(|output| WideTable::create(&place(output), &schema, Use::Kept)).transpose();
    let mut file = file.map_err(|error| machine_failure(&error, scratch))?;
    let mut sink = |batch: RecordBatch| match &mut file {
        Some(file) => file.write(with_differences_told(&batch)?),
        None => Ok(()),
    };
    let inputs = [arguments.left.as_path(), arguments.right.as_path()];
    let result = engine::compare(plan, tables, &settings, &mut sink);
    let result = result.map_err(|error| comparison_failure(&error, inputs, scratch))?;
    let rows = file.map(WideTable::finish).transpose();
    let rows = rows.map_err(|error| machine_failure(&error, arguments.output.as_deref().unwrap_or(scratch)))?;
    Ok((result, rows.unwrap_or_default()))
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
