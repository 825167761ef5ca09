//! Books in lines of text, and their comparison told in lines of text.

use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Decimal128Array, StringArray};
use arrow::record_batch::RecordBatch;
use tieout_model::{
    AmountColumn, ColumnNames, ComparedColumn, ComparisonResult, CurrencyOf, Decimal, Duplicates, KeyColumn,
    Normalisation, NormalisationStep, Tolerance,
};
use tieout_reconcile::{ComparisonPlan, ComparisonSpec, ReconcileError, SideSchema, resolve};
use tieout_tables::{TableError, cell_text};

/// `reference amount currency text [day]` a line, in any order; `-` is null, `_` a blank, and days are counted.
pub(crate) fn books(lines: &str) -> RecordBatch {
    let cell = |cell: &str| (cell != "-").then(|| cell.replace('_', " "));
    let lines = lines.lines().filter(|line| !line.trim().is_empty());
    let rows: Vec<Vec<Option<String>>> = lines.map(|line| line.split_whitespace().map(cell).collect()).collect();
    let get = |row: &Vec<Option<String>>, index: usize| row.get(index).cloned().flatten();
    let text = |index: usize| -> ArrayRef { Arc::new(rows.iter().map(|row| get(row, index)).collect::<StringArray>()) };
    let cents = |cell: String| cell.parse::<Decimal>().unwrap().rescaled(2).unwrap().unscaled();
    let amounts: Decimal128Array = rows.iter().map(|row| get(row, 1).map(cents)).collect();
    let days: Date32Array = rows.iter().map(|row| get(row, 4).map(|day| day.parse().unwrap())).collect();
    RecordBatch::try_from_iter_with_nullable([
        ("reference", text(0), true),
        ("amount", Arc::new(amounts.with_precision_and_scale(18, 2).unwrap()) as _, true),
        ("currency", text(2), true),
        ("text", text(3), true),
        ("day", Arc::new(days) as _, true),
    ])
    .unwrap()
}

pub(crate) fn side(name: &str, batch: &RecordBatch) -> SideSchema {
    let amount = AmountColumn { column: "amount".into(), currency: CurrencyOf::Column("currency".into()) };
    SideSchema { name: name.into(), schema: batch.schema(), amounts: vec![amount] }
}

pub(crate) fn names(name: &str) -> ColumnNames {
    ColumnNames { left: name.into(), right: name.into() }
}

pub(crate) fn steps(steps: &[NormalisationStep]) -> Normalisation {
    Normalisation(steps.iter().copied().collect())
}

pub(crate) fn value(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub(crate) fn compared(name: &str, tolerance: Tolerance) -> ComparedColumn {
    ComparedColumn { names: names(name), tolerance, normalisation: Normalisation::default() }
}

pub(crate) fn exactly(name: &str) -> ComparedColumn {
    compared(name, Tolerance::default())
}

pub(crate) fn absolute(limit: &str) -> Tolerance {
    Tolerance { absolute: Some(value(limit)), ..Tolerance::default() }
}

/// By reference; these columns are compared.
pub(crate) fn by_reference(columns: Vec<ComparedColumn>) -> ComparisonSpec {
    ComparisonSpec {
        id: "bank".into(),
        key: vec![KeyColumn { names: names("reference"), normalisation: Normalisation::default() }],
        columns,
        duplicates: Duplicates::List,
        sum_difference: None,
        what_if: Vec::new(),
    }
}

/// By reference; amounts to a cent, texts exactly.
pub(crate) fn bank() -> ComparisonSpec {
    by_reference(vec![compared("amount", absolute("0.01")), exactly("text")])
}

/// The result, and the exceptions as `class reference left-amount right-amount diff_columns`.
pub(crate) fn reconcile(
    spec: ComparisonSpec,
    statement: &str,
    ledger: &str,
) -> Result<(ComparisonResult, Vec<String>), ReconcileError> {
    told(spec, statement, ledger, &["class", "reference", "left_amount", "right_amount", "diff_columns"])
}

/// The result, and these columns of the exceptions.
pub(crate) fn told(
    spec: ComparisonSpec,
    statement: &str,
    ledger: &str,
    columns: &[&str],
) -> Result<(ComparisonResult, Vec<String>), ReconcileError> {
    let (left, right) = (books(statement), books(ledger));
    let plan = ComparisonPlan::new(spec, side("statement", &left), side("ledger", &right))?;
    let mut lines = Vec::new();
    let result = resolve(&plan, batches(&left), batches(&right), &scratch(), &mut |batch| {
        for row in 0..batch.num_rows() {
            let cell = |name: &&str| cell_text(batch.column_by_name(name).unwrap(), row);
            let cells = columns.iter().map(|name| Ok(cell(name)?.unwrap_or("-".into())));
            lines.push(cells.collect::<Result<Vec<_>, TableError>>()?.join(" "));
        }
        Ok(())
    })?;
    Ok((result, lines))
}

/// The rows two by two.
pub(crate) fn batches(batch: &RecordBatch) -> impl Iterator<Item = Result<RecordBatch, TableError>> {
    let starts = (0..batch.num_rows()).step_by(2);
    starts.map(|start| Ok(batch.slice(start, 2.min(batch.num_rows() - start)))).collect::<Vec<_>>().into_iter()
}

pub(crate) fn scratch() -> PathBuf {
    std::env::temp_dir()
}
