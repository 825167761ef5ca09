//! Keys that are more than once on a side: rows paired in a declared order, or sums compared.
//!
//! Nothing is picked silently: where rows that differ stand equal in the order, no pair is made. Amounts of different
//! currencies never add. The rows of one key are held, of both sides; nothing else is.

use std::collections::BTreeMap;
use std::ops::Range;

use arrow::datatypes::i256;
use tieout_model::{ComparisonClass, Currency, Side};

use super::cursor::{Chunk, Cursor};
use super::key::converter;
use super::number::WideNumbers;
use super::plan::{ComparisonPlan, SumPlan};
use super::value::Difference;
use crate::ReconcileError;

/// Whether it would be arbitrary which row of a side is paired with the n-th row of the other.
///
/// It is when one of the first `pairs` rows stands equal in the order with a row that differs from it in a compared
/// column.
pub(super) fn is_arbitrary(
    plan: &ComparisonPlan,
    side: Side,
    chunk: &Chunk,
    rows: Range<usize>,
    pairs: usize,
) -> Result<bool, ReconcileError> {
    let paired = rows.start..rows.end.min(rows.start + pairs);
    let mut start = paired.start;
    while start < paired.end {
        let tied = (start..rows.end).take_while(|row| chunk.ties(*row)).count();
        if tied > 0 && differ(plan, side, chunk, start, tied + 1)? {
            return Ok(true);
        }
        start += tied + 1;
    }
    Ok(false)
}

/// Whether rows of one side differ in a compared column.
fn differ(
    plan: &ComparisonPlan,
    side: Side,
    chunk: &Chunk,
    start: usize,
    count: usize,
) -> Result<bool, ReconcileError> {
    if plan.values.is_empty() {
        return Ok(false);
    }
    let batch = chunk.batch.slice(start, count);
    let columns = plan.values.iter().map(|value| value.pair.common(side, batch.columns()));
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let rows = converter(plan.values.iter().map(|value| &value.pair))?.convert_columns(&columns)?;
    Ok((1..rows.num_rows()).any(|row| rows.row(row) != rows.row(0)))
}

/// The class of a key whose sums are compared: the rows at hand of each side.
pub(super) fn class_of_sums(
    plan: &SumPlan,
    (left, left_rows): (&Cursor<'_>, Range<usize>),
    (right, right_rows): (&Cursor<'_>, Range<usize>),
) -> Result<ComparisonClass, ReconcileError> {
    let lefts = sums(plan, Side::Left, left, left_rows)?;
    let rights = sums(plan, Side::Right, right, right_rows)?;
    let mut class = ComparisonClass::GroupMatched;
    for currency in lefts.keys().chain(rights.keys()) {
        let sum = |sums: &BTreeMap<_, i256>| sums.get(currency).copied().unwrap_or(i256::ZERO);
        let difference = plan.rule.difference(sum(&lefts), sum(&rights));
        if difference.ok_or_else(|| plan.pair.too_wide())? == Difference::Beyond {
            class = ComparisonClass::GroupMismatch;
        }
    }
    Ok(class)
}

/// The sums of a side by currency, unscaled; without a currency where the column is no amount.
fn sums(
    plan: &SumPlan,
    side: Side,
    cursor: &Cursor<'_>,
    rows: Range<usize>,
) -> Result<BTreeMap<Option<Currency>, i256>, ReconcileError> {
    let Some(chunk) = cursor.chunk() else { return Ok(BTreeMap::new()) };
    let mut by_number: BTreeMap<Option<usize>, i256> = BTreeMap::new();
    let mut add = |number, value| {
        let sum = by_number.entry(number).or_insert(i256::ZERO);
        *sum = sum.checked_add(value).ok_or_else(|| ReconcileError::Overflow { column: plan.pair.name.clone() })?;
        Ok::<_, ReconcileError>(())
    };
    let place = plan.amounts.map(|(left, right)| if side == Side::Left { left } else { right });
    if let Some(amounts) = place.and_then(|place| chunk.amounts.get(place)) {
        for (value, currency) in rows.filter_map(|row| amounts.get(row)) {
            add(Some(currency), i256::from_i128(value))?;
        }
    } else {
        let column = plan.pair.column(side, chunk.batch.columns())?;
        let numbers = WideNumbers::read(column).ok_or_else(|| plan.pair.absent())?;
        for value in rows.filter_map(|row| numbers.get(row)) {
            add(None, value)?;
        }
    }
    let currency = |number: Option<usize>| number.and_then(|number| cursor.currencies.get(number)).cloned();
    Ok(by_number.into_iter().map(|(number, sum)| (currency(number), sum)).collect())
}
