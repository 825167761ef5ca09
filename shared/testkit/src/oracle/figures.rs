//! What the naive oracle counts beside the classes.
//!
//! Every figure is added up pair by pair and key by key, over every pair and every key.

use std::collections::{BTreeMap, BTreeSet};

use tieout_model::{ComparisonClass, Decimal, DecimalError};

use super::cell::{Apart, OracleCell};
use super::{OracleComparison, Row, form};

/// Amounts by currency; without one for a column that is no amount.
type ByCurrency = BTreeMap<Option<String>, Decimal>;

/// Figures of what a comparison declares.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OracleFigures {
    /// Keys that could be paired in more than one way.
    pub ambiguous_keys: u64,
    /// Keys whose sums agree.
    pub group_matched_keys: u64,
    /// Keys whose sums differ.
    pub group_mismatch_keys: u64,
    /// Keys that are listed as duplicates.
    pub duplicate_keys: u64,
    /// Keys that are written in more than one way.
    pub keys_merged: u64,
    /// The same by column of the key that is normalised, by its place in the key.
    pub merged_by_column: BTreeMap<usize, u64>,
    /// By place of the compared column and currency: keys, and what tolerance absorbed.
    pub absorbed: BTreeMap<(usize, Option<String>), (u64, Decimal)>,
    /// By column to try, then by tolerance: keys over it, and their differences.
    pub what_if: Vec<Vec<(u64, ByCurrency)>>,
    /// Sums of differences that are not zero.
    pub differences: BTreeMap<Vec<Option<String>>, Decimal>,
}

impl OracleFigures {
    pub(super) fn new(comparison: &OracleComparison) -> Self {
        let normalised = comparison.key.iter().enumerate().filter(|(_, pair)| !pair.steps.is_empty());
        Self {
            merged_by_column: normalised.map(|(place, _)| (place, 0)).collect(),
            what_if: comparison.what_if.iter().map(|(_, limits)| vec![(0, ByCurrency::new()); limits.len()]).collect(),
            ..Self::default()
        }
    }

    /// Counts a key with partners or of a class of its own; `rows` are all its rows, with 0 for left and 1 for right.
    pub(super) fn key(&mut self, comparison: &OracleComparison, class: Option<ComparisonClass>, rows: &[(Row, usize)]) {
        match class {
            Some(ComparisonClass::Ambiguous) => self.ambiguous_keys += 1,
            Some(ComparisonClass::GroupMatched) => self.group_matched_keys += 1,
            Some(ComparisonClass::GroupMismatch) => self.group_mismatch_keys += 1,
            Some(ComparisonClass::DuplicateKey) => self.duplicate_keys += 1,
            _ => {}
        }
        let mut merged = false;
        for (place, count) in &mut self.merged_by_column {
            let Some(pair) = comparison.key.get(*place) else { continue };
            let written: BTreeSet<Option<&OracleCell>> =
                rows.iter().map(|(row, side)| row.get(if *side == 0 { pair.left } else { pair.right })).collect();
            *count += u64::from(written.len() > 1);
            merged |= written.len() > 1;
        }
        self.keys_merged += u64::from(merged);
    }

    /// Counts a pair.
    pub(super) fn pair(
        &mut self,
        comparison: &OracleComparison,
        class: ComparisonClass,
        spans: &[Apart],
        left: &Row,
        right: &Row,
    ) -> Result<(), DecimalError> {
        let currency = |place: usize| {
            let (column, _) = comparison.currency.filter(|_| comparison.amounts.contains(&place))?;
            left.get(column)?.text()
        };
        for (place, span) in spans.iter().enumerate() {
            if let (ComparisonClass::WithinTolerance, Apart::Different { by: Some(by), .. }) = (class, span) {
                let (keys, total) = self.absorbed.entry((place, currency(place))).or_default();
                *keys += 1;
                *total = total.checked_add(*by)?;
            }
        }
        for ((place, limits), tried) in comparison.what_if.iter().zip(&mut self.what_if) {
            let Some(Apart::Different { by, .. }) = spans.get(*place) else { continue };
            for (_, (keys, sums)) in limits.iter().zip(tried).filter(|(limit, _)| by.is_none_or(|by| by > **limit)) {
                *keys += 1;
                if let Some(by) = by {
                    let sum = sums.entry(currency(*place)).or_default();
                    *sum = sum.checked_add(*by)?;
                }
            }
        }
        let Some((place, by)) = &comparison.difference else { return Ok(()) };
        let Some(column) = comparison.columns.get(*place) else { return Ok(()) };
        for (side, row) in [left, right].into_iter().enumerate() {
            let Some(amount) = form(row, &column.pair, side).number() else { continue };
            let amount = if side == 0 { amount.negated() } else { amount };
            let group: Vec<Option<String>> = by.iter().map(|pair| form(row, pair, side).text()).collect();
            let sum = self.differences.entry(group.clone()).or_default();
            *sum = sum.checked_add(amount)?;
            if sum.is_zero() {
                self.differences.remove(&group);
            }
        }
        Ok(())
    }
}
