//! Text files on their way to the engine: typed, into a scratch Parquet file.
//!
//! Every value converts exactly or is named with its file, line and column. An empty cell is null.

use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use tieout_pipeline::ports::Reject;
use tieout_sources::GivenFile;

use super::super::failure::Failure;
use super::blame::machine_failure;
use super::input::refusal;
use super::types::ReadAs;
use super::wide_table::{Use, WideTable};

/// The most bad values that are named.
const NAMED_REJECTS: usize = 5;

/// Reads a text file into a Parquet file.
pub(super) async fn import(file: &GivenFile, columns: &[ReadAs<'_>], path: PathBuf) -> Result<PathBuf, Failure> {
    let declared: Vec<_> = columns.iter().map(|column| (column.column, column.read)).collect();
    let mut reader = file.read(&declared).map_err(|error| refusal(&error))?;
    let fields = columns.iter().map(|column| Field::new(&column.column.name, column.data_type.clone(), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let failed = |error| machine_failure(&error, &path);
    let mut table = WideTable::create(&path, &schema, Use::Scratch).map_err(failed)?;
    let mut rows_before = 0;
    while let Some(batch) = reader.next_batch().await.map_err(|error| refusal(&error))? {
        if !batch.rejects.is_empty() {
            return Err(rejected(&batch.rejects, columns));
        }
        let rows = batch.rows.num_rows() as u64;
        table.write(converted(&batch.rows, &schema, file.name(), rows_before)?).map_err(failed)?;
        rows_before += rows;
    }
    table.finish().map_err(failed)?;
    Ok(path)
}

/// The bad values, each with its place and its shape.
fn rejected(rejects: &[Reject], columns: &[ReadAs<'_>]) -> Failure {
    let mut message = String::from("a value does not convert");
    for reject in rejects.iter().take(NAMED_REJECTS) {
        let Reject { origin, line, column, masked, problem } = reject;
        let read = columns.iter().find(|known| known.column.name == *column).map(|known| known.read);
        let read = read.map_or_else(String::new, |read| format!(", read as {read}"));
        let shape = if masked.is_empty() { String::new() } else { format!(" (of the form '{masked}')") };
        let _ = write!(message, "\n  {origin}, line {line}, column '{column}'{read}: the value{shape} {problem}");
    }
    if rejects.len() > NAMED_REJECTS {
        message.push_str("\n  and more");
    }
    message.push_str(
        "\n  correct the file, or say how to read the column with --type COLUMN=text, or leave it out with --ignore",
    );
    Failure::bad_input_text(message)
}

/// Columns that text is read for first, brought to the type of the other side.
fn converted(batch: &RecordBatch, schema: &SchemaRef, file: &str, rows_before: u64) -> Result<RecordBatch, Failure> {
    let convert = |(array, field): (&ArrayRef, &Arc<Field>)| {
        if array.data_type() == field.data_type() {
            return Ok(Arc::clone(array));
        }
        let bad = |row: u64| {
            let (name, data_type) = (field.name(), field.data_type());
            Failure::bad_input_text(format!(
                "{file}, row {row}, column '{name}': the value does not read as {data_type}, the type of the other \
                 side; correct the file, or leave the column out with --ignore"
            ))
        };
        // A value that does not read becomes null here instead of an error whose text would hold it.
        let options = CastOptions { safe: true, ..CastOptions::default() };
        let read = cast_with_options(array, field.data_type(), &options).map_err(|_| bad(rows_before + 1))?;
        let lost = (0..array.len()).find(|row| array.is_valid(*row) && read.is_null(*row));
        lost.map_or(Ok(read), |row| Err(bad(rows_before + row as u64 + 1)))
    };
    let columns = batch.columns().iter().zip(schema.fields()).map(convert).collect::<Result<Vec<_>, _>>()?;
    RecordBatch::try_new(Arc::clone(schema), columns).map_err(|error| Failure::not_operated(&error))
}
