//! Amounts of the rows that the filter matched: read for their own sake, never inferred from what is left.
//!
//! Only the amount columns and their currencies are read.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use arrow::array::BooleanArray;
use arrow::compute::{filter_record_batch, not};
use tieout_model::{ClassAmount, ComparisonClass, ComparisonResult, Currency, Decimal, Side};
use tieout_tables::ParquetTable;

use crate::ReconcileError;
use crate::amount::{AmountPlan, Currencies, Sums};
use crate::compare::ComparisonPlan;
use crate::filter::{Candidates, share_out};

/// Sums by amount column and currency.
type Amounts = BTreeMap<(usize, Currency), Decimal>;

/// Adds the amounts of one side's matched rows to the result.
pub(crate) fn matched_amounts(
    plan: &ComparisonPlan,
    side: Side,
    table: &ParquetTable,
    candidates: &Candidates,
    threads: usize,
    result: &mut ComparisonResult,
) -> Result<(), ReconcileError> {
    let amounts = plan.amounts(side);
    if amounts.is_empty() {
        return Ok(());
    }
    let mut columns: Vec<usize> = amounts.iter().flat_map(AmountPlan::positions).collect();
    columns.sort_unstable();
    columns.dedup();
    let plans: Vec<AmountPlan> = amounts.iter().map(|amount| amount.projected(&columns)).collect();
    let total: Mutex<Amounts> = Mutex::new(Amounts::new());
    let work = |(): &mut (), group: usize| {
        let Some(rows) = candidates.groups.get(group) else { return Ok(()) };
        let found = group_amounts(&plans, table, group, &columns, &BooleanArray::new(rows.clone(), None))?;
        let mut total = total.lock().unwrap_or_else(PoisonError::into_inner);
        found.into_iter().try_for_each(|(key, amount)| add(&mut total, &plans, key, amount))
    };
    share_out(table.groups(), threads, || (), work, Ok)?;
    let total = total.into_inner().unwrap_or_else(PoisonError::into_inner);
    for ((column, currency), amount) in total {
        if let Some(plan) = amounts.get(column) {
            add_to_result(result, side, &plan.column, currency, amount)?;
        }
    }
    // The order of a result: side, class, column as declared, currency. The other side stays in its order.
    let place = |amount: &ClassAmount| amounts.iter().position(|plan| plan.column == amount.column);
    result.amounts.sort_by(|one, other| {
        let within = |amount: &ClassAmount| (amount.side == side).then(|| (amount.class, place(amount)));
        let sides = one.side.cmp(&other.side).then_with(|| within(one).cmp(&within(other)));
        if one.side == side { sides.then_with(|| one.currency.cmp(&other.currency)) } else { sides }
    });
    Ok(())
}

fn group_amounts(
    plans: &[AmountPlan],
    table: &ParquetTable,
    group: usize,
    columns: &[usize],
    candidates: &BooleanArray,
) -> Result<Amounts, ReconcileError> {
    let mut currencies = Currencies::default();
    let mut sums = vec![Sums::default(); plans.len()];
    let mut first = 0;
    for batch in table.read_group(group, columns)? {
        let batch = batch?;
        let matched = not(&candidates.slice(first, batch.num_rows().min(candidates.len().saturating_sub(first))))?;
        first += batch.num_rows();
        let batch = filter_record_batch(&batch, &matched)?;
        for (plan, sums) in plans.iter().zip(&mut sums) {
            let amounts = plan.read(&batch, &mut currencies)?;
            for (amount, currency) in (0..batch.num_rows()).filter_map(|row| amounts.get(row)) {
                let overflow = || ReconcileError::Overflow { column: plan.column.clone() };
                sums.add(amount, currency).ok_or_else(overflow)?;
            }
        }
    }
    let mut found = Amounts::new();
    for (column, (plan, sums)) in plans.iter().zip(&sums).enumerate() {
        found.extend(sums.finish(plan, &currencies)?.into_iter().map(|(currency, sum)| ((column, currency), sum)));
    }
    Ok(found)
}

fn add(
    total: &mut Amounts,
    plans: &[AmountPlan],
    key: (usize, Currency),
    amount: Decimal,
) -> Result<(), ReconcileError> {
    let column = plans.get(key.0).map(|plan| plan.column.clone()).unwrap_or_default();
    let sum = total.entry(key).or_insert(Decimal::ZERO);
    *sum = sum.checked_add(amount).map_err(|_| ReconcileError::Overflow { column })?;
    Ok(())
}

/// Adds to the amount that the resolver found for matched rows, if it found any.
fn add_to_result(
    result: &mut ComparisonResult,
    side: Side,
    column: &str,
    currency: Currency,
    amount: Decimal,
) -> Result<(), ReconcileError> {
    let class = ComparisonClass::Matched;
    let known = result.amounts.iter_mut().find(|known| {
        known.side == side && known.class == class && known.column == column && known.currency == currency
    });
    let Some(known) = known else {
        result.amounts.push(ClassAmount { side, class, column: column.to_owned(), currency, amount });
        return Ok(());
    };
    let overflow = |_| ReconcileError::Overflow { column: column.to_owned() };
    known.amount = known.amount.checked_add(amount).map_err(overflow)?;
    Ok(())
}
