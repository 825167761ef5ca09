//! The tie-out: two totals agreed per currency, and group by group.
//!
//! Amounts of different currencies never add, a total that one side lacks is zero, and a difference is judged
//! against the threshold of its currency only.

mod group;
mod side;
mod table;

pub use side::SideTotals;

use std::cmp::Ordering;

use group::GroupValue;
use tieout_model::{Currency, Decimal, DecimalError, TieOutResult, TieOutStatus};

use crate::ReconcileError;

/// What a tie-out found.
#[derive(Debug, Clone)]
pub struct TieOut {
    /// For `result.json`: the total per currency, then every group that is over its threshold.
    pub results: Vec<TieOutResult>,
    /// Every group, in order of group value and currency; without grouping, the totals.
    pub groups: Vec<GroupTotal>,
    /// Currencies that have amounts but no threshold, though the tie-out names thresholds for others. Their
    /// differences are judged against zero, and the control must count as not operated.
    pub missing_thresholds: Vec<Currency>,
    id: String,
    by: Vec<String>,
    scale: u8,
}

/// The two totals of one group and currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupTotal {
    group: Vec<GroupValue>,
    currency: Currency,
    left: Decimal,
    right: Decimal,
    difference: Decimal,
    threshold: Decimal,
    status: TieOutStatus,
}

/// Agrees two totals.
///
/// `thresholds` holds the smallest difference that is investigated, by currency; when it is empty, any difference
/// is. Groups are equal by value: numbers across types and scales, null with null. Amounts come at the larger scale
/// of both columns. When neither side has an amount, each currency that a definition fixes gets a row of zeros.
/// Errors: groups of types that do not compare, sums beyond 38 digits.
pub fn tie_out(
    id: &str,
    left: SideTotals,
    right: SideTotals,
    thresholds: &[(Currency, Decimal)],
) -> Result<TieOut, ReconcileError> {
    left.refuse_other_groups(&right)?;
    let scale = left.scale().max(right.scale());
    let by = left.by().to_vec();
    let column = left.column().to_owned();
    let judge = Judge { thresholds, scale, column: &column };
    let mut totals = judge.agree(left.totals()?.into_iter().map(Ok), right.totals()?.into_iter().map(Ok))?;
    let mut missing_thresholds: Vec<Currency> = totals.iter().map(|total| total.currency.clone()).collect();
    missing_thresholds.retain(|currency| !thresholds.is_empty() && judge.threshold(currency).is_none());
    let mut results: Vec<TieOutResult> = Vec::with_capacity(totals.len());
    if by.is_empty() {
        results.extend(totals.iter().map(|total| total.result(id, &by)));
        return Ok(TieOut { results, groups: totals, missing_thresholds, id: id.to_owned(), by, scale });
    }
    let groups = judge.agree(left.into_groups(), right.into_groups())?;
    let over = |total: &&GroupTotal| total.status == TieOutStatus::OverThreshold;
    for total in totals.drain(..) {
        let of_currency = || groups.iter().filter(|group| group.currency == total.currency);
        results.push(TieOutResult {
            groups: Some(of_currency().count() as u64),
            groups_over_threshold: Some(of_currency().filter(over).count() as u64),
            ..total.result(id, &by)
        });
    }
    results.extend(groups.iter().filter(over).map(|group| group.result(id, &by)));
    Ok(TieOut { results, groups, missing_thresholds, id: id.to_owned(), by, scale })
}

/// A sum of one side by group and currency, in ascending order.
type Sum = (Vec<GroupValue>, Currency, Decimal);

/// Judges differences against thresholds.
struct Judge<'a> {
    thresholds: &'a [(Currency, Decimal)],
    scale: u8,
    column: &'a str,
}

impl Judge<'_> {
    fn threshold(&self, currency: &Currency) -> Option<Decimal> {
        self.thresholds.iter().find(|(known, _)| known == currency).map(|(_, amount)| *amount)
    }

    /// Merges the sums of both sides, each in ascending order.
    fn agree(
        &self,
        mut lefts: impl Iterator<Item = Result<Sum, ReconcileError>>,
        mut rights: impl Iterator<Item = Result<Sum, ReconcileError>>,
    ) -> Result<Vec<GroupTotal>, ReconcileError> {
        let (mut left, mut right) = (lefts.next().transpose()?, rights.next().transpose()?);
        let mut totals = Vec::new();
        let zero = Decimal::zero(self.scale);
        loop {
            let order = match (&left, &right) {
                (None, None) => return Ok(totals),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(left), Some(right)) => (&left.0, &left.1).cmp(&(&right.0, &right.1)),
            };
            let from_left =
                if order == Ordering::Greater { None } else { std::mem::replace(&mut left, lefts.next().transpose()?) };
            let from_right =
                if order == Ordering::Less { None } else { std::mem::replace(&mut right, rights.next().transpose()?) };
            let amount = |sum: &Option<Sum>| sum.as_ref().map_or(zero, |sum| sum.2);
            let (left_amount, right_amount) = (amount(&from_left), amount(&from_right));
            if let Some((group, currency, _)) = from_left.or(from_right) {
                let total = self.total(group, currency, left_amount, right_amount);
                totals.push(total.map_err(|_| ReconcileError::Overflow { column: self.column.to_owned() })?);
            }
        }
    }

    fn total(
        &self,
        group: Vec<GroupValue>,
        currency: Currency,
        left: Decimal,
        right: Decimal,
    ) -> Result<GroupTotal, DecimalError> {
        let (left, right) = (left.rescaled(self.scale)?, right.rescaled(self.scale)?);
        let difference = left.checked_sub(right)?;
        let threshold = self.threshold(&currency).unwrap_or(Decimal::zero(self.scale));
        let status = TieOutStatus::of(difference, threshold);
        Ok(GroupTotal { group, currency, left, right, difference, threshold, status })
    }
}

impl GroupTotal {
    /// The row for `result.json`; a null group value is left out of the group.
    fn result(&self, id: &str, by: &[String]) -> TieOutResult {
        let group = by.iter().zip(&self.group).filter_map(|(column, value)| Some((column.clone(), value.text()?)));
        TieOutResult {
            id: id.to_owned(),
            group: group.collect(),
            currency: self.currency.clone(),
            left: self.left,
            right: self.right,
            difference: self.difference,
            threshold: self.threshold,
            status: self.status,
            groups: None,
            groups_over_threshold: None,
        }
    }
}

#[cfg(test)]
mod tests;
