//! The table of all exceptions in one form: one line an exception, whatever check found it.
//!
//! Amounts are `decimal(38,10)`; `amount` is left minus right (an absent side counts as zero), and for an assertion
//! the amount at stake. The full rows of a finding are in the table of its own check.

mod comparison;
mod threshold;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Decimal128Builder, RecordBatch, StringBuilder};
use arrow::datatypes::{DataType, Decimal128Type, Field, Schema, SchemaRef};
use tieout_catalog::Assertion;
use tieout_model::{ComparisonResult, CurrencyOf, Decimal, TieOutResult, TieOutStatus};
use tieout_tables::{TableError, TableReader, TableWriter, cell_text};

use super::{EXCEPTIONS, STAGE, WrittenTable};
use crate::StageError;
use crate::ports::ArtifactStore;
use crate::run::RunContext;
use crate::wire::Extracted;

pub(super) use comparison::{ComparisonLines, amounts_of};

/// Decimals of the amount columns.
const SCALE: u8 = 10;
const LINES_A_BATCH: usize = 4096;
const TEXT_COLUMNS: [&str; 8] = ["check", "kind", "class", "severity", "key", "columns", "currency", "note"];
const AMOUNT_COLUMNS: [&str; 3] = ["left_amount", "right_amount", "amount"];

/// One exception.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExceptionLine {
    /// Id of the comparison, tie-out or assertion, or the name of the data set.
    pub check: String,
    /// `comparison`, `tie_out`, `assertion` or `reject`.
    pub kind: String,
    /// Class within the kind, such as `mismatch`, `over_cap`, `over_threshold`, `failed`, `bad_value`.
    pub class: String,
    /// `finding` or `review`.
    pub severity: String,
    /// The key as `column=value` pairs; for a reject its place in the file.
    pub key: String,
    /// The columns that differ or did not convert.
    pub columns: Option<String>,
    /// The currency of the amounts.
    pub currency: Option<String>,
    /// A remark for people, without row contents.
    pub note: Option<String>,
    /// The left side's amount.
    pub left: Option<Decimal>,
    /// The right side's amount.
    pub right: Option<Decimal>,
    /// Left minus right, or the amount at stake.
    pub amount: Option<Decimal>,
}

/// Where the amount of an exception is found in its table.
struct AmountPlace {
    column: String,
    currency: CurrencyOf,
}

/// Collects the lines of a run.
pub(super) struct ExceptionsTable {
    path: PathBuf,
    schema: SchemaRef,
    writer: TableWriter,
    waiting: Vec<ExceptionLine>,
}

impl ExceptionsTable {
    pub(super) fn create(path: &Path) -> Result<Self, StageError> {
        let schema = schema();
        let writer = TableWriter::create(path, &schema).map_err(failed)?;
        Ok(Self { path: path.to_owned(), schema, writer, waiting: Vec::new() })
    }

    /// Adds the rejects of every data set.
    pub(super) async fn add_rejects(
        &mut self,
        run: &RunContext<'_>,
        store: &dyn ArtifactStore,
        extracted: &Extracted,
    ) -> Result<(), StageError> {
        for commit in &extracted.data_sets {
            let Some(rejects) = &commit.rejects else { continue };
            let path = run.fetch(store, STAGE, rejects).await?;
            for batch in TableReader::open(&path).map_err(failed)? {
                let batch = batch.map_err(failed)?;
                for row in 0..batch.num_rows() {
                    self.push(reject_line(&commit.name, &batch, row).map_err(failed)?).map_err(failed)?;
                }
            }
        }
        Ok(())
    }

    /// Adds the exceptions among a comparison's differences.
    pub(super) fn add_comparison(&mut self, lines: &ComparisonLines, batch: &RecordBatch) -> Result<(), TableError> {
        for row in 0..batch.num_rows() {
            if let Some(line) = lines.line(batch, row)? {
                self.push(line)?;
            }
        }
        Ok(())
    }

    /// Adds the tolerances of a comparison that absorbed more than their cap.
    pub(super) fn add_over_cap(&mut self, result: &ComparisonResult) -> Result<(), TableError> {
        for absorbed in result.details.absorbed.iter().filter(|absorbed| absorbed.over_cap) {
            self.push(ExceptionLine {
                check: result.id.clone(),
                kind: "comparison".to_owned(),
                class: "over_cap".to_owned(),
                severity: "finding".to_owned(),
                columns: Some(absorbed.column.clone()),
                currency: absorbed.currency.as_ref().map(ToString::to_string),
                note: absorbed.cap.map(|cap| format!("absorbed by tolerance, over the cap of {}", cap.grouped())),
                amount: Some(absorbed.total),
                ..ExceptionLine::default()
            })?;
        }
        Ok(())
    }

    /// Adds the rows that fail an assertion.
    pub(super) fn add_assertion(
        &mut self,
        assertion: &Assertion,
        key: &[String],
        batch: &RecordBatch,
    ) -> Result<(), TableError> {
        let place = assertion
            .at_stake
            .as_ref()
            .map(|at_stake| AmountPlace { column: "amount_at_stake".to_owned(), currency: at_stake.currency.clone() });
        for row in 0..batch.num_rows() {
            let (amount, currency) = amount_at(batch, place.as_ref(), row)?;
            self.push(ExceptionLine {
                check: assertion.id.clone(),
                kind: "assertion".to_owned(),
                class: assertion.finding.clone().unwrap_or_else(|| "failed".to_owned()),
                severity: assertion.severity.as_str().to_owned(),
                key: key_text(batch, key, row)?,
                currency,
                note: Some(assertion.description.clone()).filter(|text| !text.is_empty()),
                amount,
                ..ExceptionLine::default()
            })?;
        }
        Ok(())
    }

    /// Adds what is over its threshold: for a grouped tie-out its groups, otherwise its totals.
    pub(super) fn add_tie_out(&mut self, results: &[TieOutResult]) -> Result<(), StageError> {
        let counts = |row: &&TieOutResult| row.status == TieOutStatus::OverThreshold && row.groups.is_none();
        for row in results.iter().filter(counts) {
            let key: Vec<String> = row.group.iter().map(|(column, value)| format!("{column}={value}")).collect();
            let line = ExceptionLine {
                check: row.id.clone(),
                kind: "tie_out".to_owned(),
                class: "over_threshold".to_owned(),
                severity: "finding".to_owned(),
                key: key.join(", "),
                currency: Some(row.currency.to_string()),
                left: Some(row.left),
                right: Some(row.right),
                amount: Some(row.difference),
                ..ExceptionLine::default()
            };
            self.push(line).map_err(failed)?;
        }
        Ok(())
    }

    fn push(&mut self, line: ExceptionLine) -> Result<(), TableError> {
        self.waiting.push(line);
        if self.waiting.len() >= LINES_A_BATCH { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), TableError> {
        let lines = std::mem::take(&mut self.waiting);
        if lines.is_empty() {
            return Ok(());
        }
        self.writer.write(&to_batch(&self.schema, &lines)?)
    }

    pub(super) fn finish(mut self) -> Result<WrittenTable, StageError> {
        self.flush().map_err(failed)?;
        let file = self.writer.finish().map_err(failed)?;
        Ok(WrittenTable { name: EXCEPTIONS.to_owned(), path: self.path, rows: file.rows, digest: file.digest })
    }
}

/// Reads the lines back from a batch of the table.
pub fn exception_lines(batch: &RecordBatch) -> Result<Vec<ExceptionLine>, TableError> {
    let read = |row: usize| {
        let text = |name: &str| text_at(batch, name, row);
        let amount = |name: &str| decimal_at(batch, name, row).map(|amount| amount.map(trimmed));
        Ok(ExceptionLine {
            check: text("check")?.unwrap_or_default(),
            kind: text("kind")?.unwrap_or_default(),
            class: text("class")?.unwrap_or_default(),
            severity: text("severity")?.unwrap_or_default(),
            key: text("key")?.unwrap_or_default(),
            columns: text("columns")?,
            currency: text("currency")?,
            note: text("note")?,
            left: amount("left_amount")?,
            right: amount("right_amount")?,
            amount: amount("amount")?,
        })
    };
    (0..batch.num_rows()).map(read).collect()
}

/// At least two decimals, and no trailing zeros after the second.
fn trimmed(amount: Decimal) -> Decimal {
    let short = amount.normalized();
    short.rescaled(short.scale().max(2)).unwrap_or(amount)
}

fn schema() -> SchemaRef {
    let optional = ["columns", "currency", "note"];
    let text = TEXT_COLUMNS.map(|name| Field::new(name, DataType::Utf8, optional.contains(&name)));
    let amounts = AMOUNT_COLUMNS.map(|name| Field::new(name, DataType::Decimal128(38, 10), true));
    Arc::new(Schema::new(text.into_iter().chain(amounts).collect::<Vec<_>>()))
}

fn to_batch(schema: &SchemaRef, lines: &[ExceptionLine]) -> Result<RecordBatch, TableError> {
    let texts: [fn(&ExceptionLine) -> Option<&str>; 8] = [
        |line| Some(&line.check),
        |line| Some(&line.kind),
        |line| Some(&line.class),
        |line| Some(&line.severity),
        |line| Some(&line.key),
        |line| line.columns.as_deref(),
        |line| line.currency.as_deref(),
        |line| line.note.as_deref(),
    ];
    let amounts: [fn(&ExceptionLine) -> Option<Decimal>; 3] = [|line| line.left, |line| line.right, |line| line.amount];
    let mut columns: Vec<ArrayRef> = Vec::new();
    for of in texts {
        let mut builder = StringBuilder::new();
        for line in lines {
            builder.append_option(of(line));
        }
        columns.push(Arc::new(builder.finish()));
    }
    for (of, name) in amounts.into_iter().zip(AMOUNT_COLUMNS) {
        let mut builder = Decimal128Builder::new().with_data_type(DataType::Decimal128(38, 10));
        for (row, line) in lines.iter().enumerate() {
            let problem =
                |error| TableError::Value { column: name.to_owned(), row: row + 1, problem: format!("{error}") };
            builder.append_option(
                of(line).map(|amount| amount.rescaled(SCALE)).transpose().map_err(problem)?.map(Decimal::unscaled),
            );
        }
        columns.push(Arc::new(builder.finish()));
    }
    RecordBatch::try_new(Arc::clone(schema), columns)
        .map_err(|source| TableError::Arrow { action: "list the exceptions", source })
}

fn reject_line(data_set: &str, batch: &RecordBatch, row: usize) -> Result<ExceptionLine, TableError> {
    let text = |name: &str| text_at(batch, name, row).map(Option::unwrap_or_default);
    Ok(ExceptionLine {
        check: data_set.to_owned(),
        kind: "reject".to_owned(),
        class: "bad_value".to_owned(),
        severity: "finding".to_owned(),
        key: format!("{} line {}", text("origin")?, text("line")?),
        columns: Some(text("column")?),
        note: Some(format!("{} ({})", text("problem")?, text("masked")?)),
        ..ExceptionLine::default()
    })
}

fn key_text(batch: &RecordBatch, key: &[String], row: usize) -> Result<String, TableError> {
    let pairs = key.iter().map(|name| Ok(format!("{name}={}", text_at(batch, name, row)?.unwrap_or_default())));
    Ok(pairs.collect::<Result<Vec<_>, TableError>>()?.join(", "))
}

fn column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a ArrayRef, TableError> {
    batch.column_by_name(name).ok_or_else(|| TableError::NoSuchColumn { column: name.to_owned() })
}

fn text_at(batch: &RecordBatch, name: &str, row: usize) -> Result<Option<String>, TableError> {
    cell_text(column(batch, name)?, row)
}

fn decimal_at(batch: &RecordBatch, name: &str, row: usize) -> Result<Option<Decimal>, TableError> {
    let column = column(batch, name)?;
    let wrong = || TableError::WrongType {
        column: name.to_owned(),
        expected: "decimal".to_owned(),
        found: column.data_type().to_string(),
    };
    let values = column.as_primitive_opt::<Decimal128Type>().ok_or_else(wrong)?;
    if values.is_null(row) {
        return Ok(None);
    }
    let scale = u8::try_from(values.scale()).map_err(|_| wrong())?;
    Decimal::new(values.value(row), scale).map(Some).map_err(|_| wrong())
}

/// The amount of a side and its currency; the currency of an absent amount is not known.
fn amount_at(
    batch: &RecordBatch,
    place: Option<&AmountPlace>,
    row: usize,
) -> Result<(Option<Decimal>, Option<String>), TableError> {
    let Some(place) = place else { return Ok((None, None)) };
    let Some(amount) = decimal_at(batch, &place.column, row)? else { return Ok((None, None)) };
    let currency = match &place.currency {
        CurrencyOf::Fixed(currency) => Some(currency.to_string()),
        CurrencyOf::Column(column) => text_at(batch, column, row)?,
    };
    Ok((Some(amount), currency))
}

fn difference(left: Option<Decimal>, right: Option<Decimal>) -> Result<Option<Decimal>, TableError> {
    let overflow = || TableError::TotalOverflow { column: "amount".to_owned(), currency: "an exception".to_owned() };
    if left.is_none() && right.is_none() {
        return Ok(None);
    }
    let (left, right) = (left.unwrap_or_default(), right.unwrap_or_default());
    left.checked_sub(right).map(Some).map_err(|_| overflow())
}

fn failed(source: TableError) -> StageError {
    StageError::Table { table: EXCEPTIONS.to_owned(), source }
}
