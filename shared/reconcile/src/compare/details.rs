//! What tolerance absorbed, what other tolerances would have left, and sums of differences.
//!
//! Only pairs that differ are counted: a pair that is equal in every compared column adds nothing to any figure.

use std::collections::BTreeMap;

use arrow::array::ArrayRef;
use arrow::datatypes::i256;
use tieout_model::{
    Absorbed, ComparisonClass, ComparisonDetails, Currency, Decimal, DifferenceSum, Side, WhatIf, WhatIfAmount,
};
use tieout_tables::cell_text;

use super::cursor::Chunk;
use super::number::decimal;
use super::plan::{ByColumn, ComparisonPlan, DifferencePlan, WhatIfPlan};
use super::value::{BoundPair, Difference, DoesNotFit, ValuePair};
use crate::ReconcileError;
use crate::amount::Currencies;

/// The compared columns of one batch of each side.
#[derive(Debug)]
pub(super) struct Bound {
    /// By compared column.
    pub(super) values: Vec<BoundPair>,
    /// By column over whose values differences are summed: left and right, as they are shown.
    by: Vec<(ArrayRef, ArrayRef)>,
}

impl Bound {
    /// Binds the plan to one batch of each side.
    pub(super) fn new(plan: &ComparisonPlan, left: &Chunk, right: &Chunk) -> Result<Self, ReconcileError> {
        let (lefts, rights) = (left.batch.columns(), right.batch.columns());
        let values = plan.values.iter().map(|value| value.bind(lefts, rights)).collect::<Result<_, _>>()?;
        let shown = |column: &ByColumn| match column {
            ByColumn::Key(place) => {
                let key = plan.key.get(*place)?;
                let (left, right) = (left.keys.columns.get(*place)?, right.keys.columns.get(*place)?);
                Some(key.pair.show(left).and_then(|left| Ok((left, key.pair.show(right)?))))
            }
            ByColumn::Value(place) => {
                let pair = &plan.values.get(*place)?.pair;
                let show = |side, columns| pair.show(&pair.common(side, columns)?);
                Some(show(Side::Left, lefts).and_then(|left| Ok((left, show(Side::Right, rights)?))))
            }
        };
        let by = plan.difference.iter().flat_map(|difference| &difference.by).filter_map(shown);
        Ok(Self { values, by: by.collect::<Result<_, _>>()? })
    }
}

/// A pair of rows that differs, with the batches that they are in.
#[derive(Debug, Clone, Copy)]
pub(super) struct DifferingPair<'a> {
    pub(super) class: ComparisonClass,
    pub(super) bound: &'a Bound,
    /// The batch of the left row.
    pub(super) chunk: &'a Chunk,
    pub(super) left: usize,
    pub(super) right: usize,
    /// By compared column.
    pub(super) differences: &'a [Difference],
}

/// Keys and the sum of their differences.
#[derive(Debug, Default)]
struct Figure {
    keys: u64,
    sum: i256,
}

/// By number of the left side's currency; `None` for a column that is no amount.
type ByCurrency = BTreeMap<Option<usize>, Figure>;

/// Figures of the pairs that differ.
#[derive(Debug)]
pub(super) struct DetailTally<'a> {
    plan: &'a ComparisonPlan,
    /// By compared column.
    absorbed: Vec<ByCurrency>,
    /// By column to try, then by tolerance: all keys, and what those with two values add up to.
    what_if: Vec<Vec<(u64, ByCurrency)>>,
    differences: BTreeMap<Vec<Option<String>>, i256>,
}

impl<'a> DetailTally<'a> {
    /// Starts at zero.
    pub(super) fn new(plan: &'a ComparisonPlan) -> Self {
        let tried = |what_if: &WhatIfPlan| what_if.tolerances.iter().map(|_| Default::default()).collect();
        Self {
            plan,
            absorbed: plan.values.iter().map(|_| ByCurrency::new()).collect(),
            what_if: plan.what_if.iter().map(tried).collect(),
            differences: BTreeMap::new(),
        }
    }

    /// Counts a pair that differs.
    pub(super) fn pair(&mut self, pair: &DifferingPair<'_>) -> Result<(), ReconcileError> {
        if pair.class == ComparisonClass::WithinTolerance {
            for (place, value) in self.plan.values.iter().enumerate() {
                if value.absorbs.is_some() && pair.differences.get(place) == Some(&Difference::Tolerated) {
                    let apart = pair.apart(place).map_err(|DoesNotFit| value.pair.too_wide())?;
                    if let (Some(apart), Some(absorbed)) = (apart, self.absorbed.get_mut(place)) {
                        add(absorbed, pair.currency(value), apart).ok_or_else(|| overflow(value))?;
                    }
                }
            }
        }
        for (plan, tried) in self.plan.what_if.iter().zip(&mut self.what_if) {
            let Some(value) = self.plan.values.get(plan.value) else { continue };
            if pair.differences.get(plan.value) != Some(&Difference::None) {
                let apart = pair.apart(plan.value).map_err(|DoesNotFit| value.pair.too_wide())?;
                for ((_, limit), (keys, sums)) in plan.tolerances.iter().zip(tried) {
                    if apart.is_none_or(|apart| apart > *limit) {
                        *keys += 1;
                        if let Some(apart) = apart {
                            add(sums, pair.currency(value), apart).ok_or_else(|| overflow(value))?;
                        }
                    }
                }
            }
        }
        if let Some(plan) = &self.plan.difference {
            self.difference(plan, pair)?;
        }
        Ok(())
    }

    /// Adds `right - left`; what is null adds nothing.
    fn difference(&mut self, plan: &DifferencePlan, pair: &DifferingPair<'_>) -> Result<(), ReconcileError> {
        let (Some(value), Some(bound)) = (self.plan.values.get(plan.value), pair.bound.values.get(plan.value)) else {
            return Ok(());
        };
        let misfit = |DoesNotFit| value.pair.too_wide();
        let left = bound.left_number(pair.left).map_err(misfit)?;
        let right = bound.right_number(pair.right).map_err(misfit)?;
        let texts = |column: fn(&(ArrayRef, ArrayRef)) -> &ArrayRef, row| {
            pair.bound.by.iter().map(|by| cell_text(column(by), row)).collect::<Result<Vec<_>, _>>()
        };
        let left_by = texts(|by| &by.0, pair.left)?;
        let right_by = texts(|by| &by.1, pair.right)?;
        for (by, amount) in [(left_by, left.map(i256::wrapping_neg)), (right_by, right)] {
            if let Some(amount) = amount {
                let sum = self.differences.entry(by).or_insert(i256::ZERO);
                *sum = sum.checked_add(amount).ok_or_else(|| overflow(value))?;
            }
        }
        Ok(())
    }

    /// Adds the figures to those of the comparison.
    pub(super) fn finish(self, currencies: &Currencies, details: &mut ComparisonDetails) -> Result<(), ReconcileError> {
        for (value, figures) in self.plan.values.iter().zip(&self.absorbed) {
            let Some(absorbs) = value.absorbs else { continue };
            for (currency, keys, total) in in_order(figures, currencies, absorbs.scale, value)? {
                let over_cap = absorbs.cap.is_some_and(|cap| total > cap);
                let column = value.pair.name.clone();
                details.absorbed.push(Absorbed { column, currency, keys, total, cap: absorbs.cap, over_cap });
            }
        }
        for (plan, tried) in self.plan.what_if.iter().zip(&self.what_if) {
            let Some(value) = self.plan.values.get(plan.value) else { continue };
            for ((tolerance, _), (keys, sums)) in plan.tolerances.iter().zip(tried) {
                let amounts = in_order(sums, currencies, plan.scale, value)?.into_iter();
                details.what_if.push(WhatIf {
                    column: value.pair.name.clone(),
                    tolerance: *tolerance,
                    keys: *keys,
                    amounts: amounts.map(|(currency, _, amount)| WhatIfAmount { currency, amount }).collect(),
                });
            }
        }
        let Some(plan) = &self.plan.difference else { return Ok(()) };
        let Some(value) = self.plan.values.get(plan.value) else { return Ok(()) };
        for (by, sum) in self.differences.into_iter().filter(|(_, sum)| *sum != i256::ZERO) {
            let amount = decimal(sum, plan.scale).ok_or_else(|| overflow(value))?;
            details.differences.push(DifferenceSum { by, amount });
        }
        Ok(())
    }
}

impl DifferingPair<'_> {
    /// How far the values of a compared column are apart; `None` when one of them is null.
    fn apart(&self, place: usize) -> Result<Option<i256>, DoesNotFit> {
        self.bound.values.get(place).map_or(Ok(None), |value| value.apart(self.left, self.right))
    }

    /// The currency of the left row, where the column is an amount.
    fn currency(&self, value: &ValuePair) -> Option<usize> {
        self.chunk.amounts.get(value.amount?)?.get(self.left).map(|(_, currency)| currency)
    }
}

fn add(figures: &mut ByCurrency, currency: Option<usize>, apart: i256) -> Option<()> {
    let figure = figures.entry(currency).or_default();
    figure.keys += 1;
    figure.sum = figure.sum.checked_add(apart)?;
    Some(())
}

/// Currency, keys and sum, in order of currency code.
fn in_order(
    figures: &ByCurrency,
    currencies: &Currencies,
    scale: u8,
    value: &ValuePair,
) -> Result<Vec<(Option<Currency>, u64, Decimal)>, ReconcileError> {
    let entry = |(number, figure): (&Option<usize>, &Figure)| {
        let currency = number.and_then(|number| currencies.get(number)).cloned();
        Ok((currency, figure.keys, decimal(figure.sum, scale).ok_or_else(|| overflow(value))?))
    };
    let mut entries = figures.iter().map(entry).collect::<Result<Vec<_>, ReconcileError>>()?;
    entries.sort_by(|left, right| left.0.cmp(&right.0));
    Ok(entries)
}

fn overflow(value: &ValuePair) -> ReconcileError {
    ReconcileError::Overflow { column: value.pair.name.clone() }
}
