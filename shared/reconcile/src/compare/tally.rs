//! Counts of keys, rows and amounts by class: the figures of a comparison.
//!
//! Every row of every side is counted here exactly once, by the merge, and nowhere else.

use std::collections::BTreeMap;

use tieout_model::{ClassAmount, ClassCount, ComparisonClass, ComparisonDetails, ComparisonResult, Side};

use super::cursor::Chunk;
use super::plan::ComparisonPlan;
use super::value::Difference;
use crate::ReconcileError;
use crate::amount::{AmountPlan, Currencies, Sums};

/// The figures of one side.
#[derive(Debug, Default)]
struct SideTally {
    rows: [u64; ComparisonClass::ALL.len()],
    /// By class, then by amount column.
    sums: [Vec<Sums>; ComparisonClass::ALL.len()],
}

/// The figures of both sides.
#[derive(Debug)]
pub(super) struct Tally<'a> {
    plan: &'a ComparisonPlan,
    left: SideTally,
    right: SideTally,
    /// Keys whose rows all have one class because they are more than once, by class.
    keys: [u64; ComparisonClass::ALL.len()],
    mismatches: Vec<u64>,
}

impl<'a> Tally<'a> {
    /// Starts at zero.
    pub(super) fn new(plan: &'a ComparisonPlan) -> Self {
        let side = |side| {
            let columns = plan.side(side).amounts.len();
            SideTally { sums: std::array::from_fn(|_| vec![Sums::default(); columns]), ..SideTally::default() }
        };
        let mismatches = vec![0; plan.values.len()];
        Self {
            plan,
            left: side(Side::Left),
            right: side(Side::Right),
            keys: [0; ComparisonClass::ALL.len()],
            mismatches,
        }
    }

    /// Counts a row of a batch.
    pub(super) fn row(
        &mut self,
        side: Side,
        class: ComparisonClass,
        chunk: &Chunk,
        row: usize,
    ) -> Result<(), ReconcileError> {
        let tally = if side == Side::Left { &mut self.left } else { &mut self.right };
        let slot = slot(class);
        if let Some(rows) = tally.rows.get_mut(slot) {
            *rows += 1;
        }
        let Some(sums) = tally.sums.get_mut(slot) else { return Ok(()) };
        let plans = &self.plan.side(side).amounts;
        for ((sum, amounts), plan) in sums.iter_mut().zip(&chunk.amounts).zip(plans) {
            if let Some((amount, currency)) = amounts.get(row) {
                sum.add(amount, currency).ok_or_else(|| ReconcileError::Overflow { column: plan.column.clone() })?;
            }
        }
        Ok(())
    }

    /// Counts a key whose rows all have one class because they are more than once on a side.
    pub(super) fn key(&mut self, class: ComparisonClass) {
        if let Some(keys) = self.keys.get_mut(slot(class)) {
            *keys += 1;
        }
    }

    /// Counts the columns of a key of class mismatch.
    pub(super) fn mismatch(&mut self, differences: &[Difference]) {
        for (count, difference) in self.mismatches.iter_mut().zip(differences) {
            *count += u64::from(*difference == Difference::Beyond);
        }
    }

    /// The result of the comparison.
    pub(super) fn finish(
        self,
        left_currencies: &Currencies,
        right_currencies: &Currencies,
        details: ComparisonDetails,
    ) -> Result<ComparisonResult, ReconcileError> {
        use ComparisonClass as Class;
        let rows = |tally: &SideTally, class| tally.rows.get(slot(class)).copied().unwrap_or(0);
        let (left, right) = (self.plan.side(Side::Left), self.plan.side(Side::Right));
        let mut amounts = self.left.amounts(Side::Left, &left.amounts, left_currencies)?;
        amounts.extend(self.right.amounts(Side::Right, &right.amounts, right_currencies)?);
        let names = self.plan.values.iter().map(|value| value.pair.name.clone());
        let keys = |class| self.keys.get(slot(class)).copied().unwrap_or(0);
        Ok(ComparisonResult {
            id: self.plan.id.clone(),
            left: left.name.clone(),
            right: right.name.clone(),
            matched: rows(&self.left, Class::Matched),
            within_tolerance: rows(&self.left, Class::WithinTolerance),
            mismatch: rows(&self.left, Class::Mismatch),
            only_left: rows(&self.left, Class::OnlyLeft),
            only_right: rows(&self.right, Class::OnlyRight),
            duplicate_keys: keys(Class::DuplicateKey),
            duplicate_rows_left: rows(&self.left, Class::DuplicateKey),
            duplicate_rows_right: rows(&self.right, Class::DuplicateKey),
            null_key_rows_left: rows(&self.left, Class::NullKey),
            null_key_rows_right: rows(&self.right, Class::NullKey),
            mismatch_by_column: names.zip(self.mismatches).collect::<BTreeMap<_, _>>(),
            classes: self.left.counts(Side::Left).chain(self.right.counts(Side::Right)).collect(),
            amounts,
            details: ComparisonDetails {
                ambiguous_keys: keys(Class::Ambiguous),
                group_matched_keys: keys(Class::GroupMatched),
                group_mismatch_keys: keys(Class::GroupMismatch),
                ..details
            },
        })
    }
}

impl SideTally {
    /// Rows by class, for every class that can be on the side; of those that need a declaration, the ones that occur.
    fn counts(&self, side: Side) -> impl Iterator<Item = ClassCount> {
        let other = if side == Side::Left { ComparisonClass::OnlyRight } else { ComparisonClass::OnlyLeft };
        let counts = ComparisonClass::ALL.into_iter().zip(self.rows);
        let counts = counts.filter(move |(class, rows)| *class != other && (!class.is_declared() || *rows > 0));
        counts.map(move |(class, rows)| ClassCount { side, class, rows })
    }

    /// Sums by class, column and currency, for what occurs.
    fn amounts(
        &self,
        side: Side,
        plans: &[AmountPlan],
        currencies: &Currencies,
    ) -> Result<Vec<ClassAmount>, ReconcileError> {
        let mut amounts = Vec::new();
        for (class, sums) in ComparisonClass::ALL.into_iter().zip(&self.sums) {
            for (plan, sum) in plans.iter().zip(sums) {
                amounts.extend(sum.finish(plan, currencies)?.into_iter().map(|(currency, amount)| ClassAmount {
                    side,
                    class,
                    column: plan.column.clone(),
                    currency,
                    amount,
                }));
            }
        }
        Ok(amounts)
    }
}

/// The place of a class in report order.
fn slot(class: ComparisonClass) -> usize {
    match class {
        ComparisonClass::Matched => 0,
        ComparisonClass::WithinTolerance => 1,
        ComparisonClass::Mismatch => 2,
        ComparisonClass::OnlyLeft => 3,
        ComparisonClass::OnlyRight => 4,
        ComparisonClass::DuplicateKey => 5,
        ComparisonClass::NullKey => 6,
        ComparisonClass::Ambiguous => 7,
        ComparisonClass::GroupMatched => 8,
        ComparisonClass::GroupMismatch => 9,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_follow_report_order() {
        assert_eq!(ComparisonClass::ALL.map(slot), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
}
