//! What the tolerances of a comparison absorbed: counted and added up again from its rows within tolerance.
//!
//! Keys are counted for every column. Differences are added up where the table has both sides of a number under one
//! name. Sums of several rows that agree within tolerance are not listed as pairs; where there are such, the rows
//! show only the least that was absorbed.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::Array;
use arrow::record_batch::RecordBatch;
use tieout_model::{Absorbed, AmountColumn, ComparisonClass, ComparisonResult, Currency, CurrencyOf, Decimal};
use tieout_tables::TableError;

use super::recount::{numbers, open, text_column};
use crate::read::Member;

/// The column of an exceptions table with the names of the columns that differ, separated by commas.
const DIFFERENCES_COLUMN: &str = "diff_columns";

/// A compared column and the currency of its amounts.
type Subject = (String, Option<Currency>);

/// What was absorbed of one column in one currency.
#[derive(Default)]
struct Sum {
    keys: u64,
    total: Decimal,
    /// The rows do not show the differences, or their sum is beyond 38 digits.
    unknown: bool,
}

/// What is wrong with the recorded figures, as the rest of a sentence that begins with the table's name.
///
/// `amounts` are the amount columns of the left data set.
pub(super) fn differences(
    table: &Member,
    comparison: &ComparisonResult,
    amounts: &[AmountColumn],
) -> Result<Vec<String>, TableError> {
    let mut found = BTreeMap::new();
    if comparison.within_tolerance > 0 {
        for batch in open(table)? {
            add(&mut found, &batch?, amounts)?;
        }
    }
    let recorded: BTreeMap<Subject, &Absorbed> =
        comparison.details.absorbed.iter().map(|of| ((of.column.clone(), of.currency.clone()), of)).collect();
    let subjects: BTreeSet<&Subject> = found.keys().chain(recorded.keys()).collect();
    let at_least = comparison.details.group_matched_keys > 0;
    let of = |subject| difference(subject, found.get(subject), recorded.get(subject).copied(), at_least);
    Ok(subjects.into_iter().filter_map(of).collect())
}

/// Adds the rows of a batch that are within tolerance.
fn add(found: &mut BTreeMap<Subject, Sum>, batch: &RecordBatch, amounts: &[AmountColumn]) -> Result<(), TableError> {
    let (classes, differing) = (text_column(batch, "class")?, text_column(batch, DIFFERENCES_COLUMN)?);
    let mut apart: BTreeMap<&str, Option<Vec<Option<Decimal>>>> = BTreeMap::new();
    for (row, (class, columns)) in classes.iter().zip(differing).enumerate() {
        if class != Some(ComparisonClass::WithinTolerance.as_str()) {
            continue;
        }
        for column in columns.unwrap_or_default().split(',').filter(|column| !column.is_empty()) {
            let currency = currency_of(batch, row, column, amounts);
            let sum = found.entry((column.to_owned(), currency)).or_default();
            sum.keys += 1;
            let apart = apart.entry(column).or_insert_with(|| differences_of(batch, column));
            let apart = apart.as_ref().and_then(|apart| apart.get(row).copied().flatten());
            match apart.and_then(|apart| sum.total.checked_add(apart).ok()) {
                Some(total) => sum.total = total,
                None => sum.unknown = true,
            }
        }
    }
    Ok(())
}

/// The absolute differences of a column, row by row; `None` where the table does not have two numbers of this name.
fn differences_of(batch: &RecordBatch, column: &str) -> Option<Vec<Option<Decimal>>> {
    let side = |side: &str| numbers(batch, &format!("{side}_{column}")).ok();
    let apart = |(left, right): (Option<Decimal>, Option<Decimal>)| Some(left?.checked_sub(right?).ok()?.abs());
    Some(side("left")?.into_iter().zip(side("right")?).map(apart).collect())
}

/// The currency of the left row, where the column is an amount.
fn currency_of(batch: &RecordBatch, row: usize, column: &str, amounts: &[AmountColumn]) -> Option<Currency> {
    match &amounts.iter().find(|amount| amount.column == column)?.currency {
        CurrencyOf::Fixed(currency) => Some(currency.clone()),
        CurrencyOf::Column(name) => {
            // A column of the key has its own name in the table.
            let values = text_column(batch, &format!("left_{name}")).or_else(|_| text_column(batch, name)).ok()?;
            values.is_valid(row).then(|| values.value(row))?.parse().ok()
        }
    }
}

fn difference(subject: &Subject, found: Option<&Sum>, recorded: Option<&Absorbed>, at_least: bool) -> Option<String> {
    let none = Sum::default();
    let found = found.unwrap_or(&none);
    let (keys, total) = recorded.map_or((0, Decimal::ZERO), |recorded| (recorded.keys, recorded.total));
    let (column, currency) = subject;
    let currency = currency.as_ref().map(|currency| format!(" in {currency}")).unwrap_or_default();
    let agrees = keys == found.keys || (at_least && keys > found.keys);
    if !agrees {
        let found = found.keys;
        return Some(format!(
            "lists {found} keys whose {column} differs within tolerance{currency}, result.json says {keys}"
        ));
    }
    let agrees = found.unknown || total == found.total || (at_least && total > found.total);
    if !agrees {
        let found = found.total;
        return Some(format!(
            "has differences of {column} within tolerance{currency} that add up to {found}, result.json says {total}"
        ));
    }
    None
}
