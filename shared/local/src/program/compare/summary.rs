//! `summary.json`: what a comparison found, for programs.
//!
//! The same rows give the same bytes: no path, no time, nothing of the machine. Amounts are exact text.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};
use tieout_model::{Absorbed, ClassAmount, ClassCount, ComparisonResult, NormalisedColumn, Side, WhatIf};

use super::Written;
use super::explained::ExplainedRows;
use super::spec::TypeNote;

/// Version of the document.
const SCHEMA: u32 = 1;

/// What a comparison found. Counts are keys, except where they say rows.
#[derive(Debug, Serialize)]
pub(crate) struct Summary {
    schema: u32,
    /// Whether there is no exception.
    pub(crate) equal: bool,
    pub(crate) rows_left: u64,
    pub(crate) rows_right: u64,
    matched: u64,
    within_tolerance: u64,
    mismatch: u64,
    /// Columns in which some key differs beyond tolerance.
    pub(crate) mismatch_by_column: BTreeMap<String, u64>,
    only_left: u64,
    only_right: u64,
    duplicate_keys: u64,
    duplicate_rows_left: u64,
    duplicate_rows_right: u64,
    null_key_rows_left: u64,
    null_key_rows_right: u64,
    ambiguous_keys: u64,
    group_matched_keys: u64,
    group_mismatch_keys: u64,
    keys_merged: u64,
    normalised: Vec<NormalisedColumn>,
    pub(crate) absorbed: Vec<Absorbed>,
    pub(crate) what_if: Vec<WhatIf>,
    /// The values of the columns of `--by`, and the sum of right minus left; absent without `--sum-diff`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) amount_diff: Option<Vec<Value>>,
    classes: Vec<ClassCount>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    amounts: Vec<ClassAmount>,
    /// The nearest candidates of rows on one side only; absent without `--relax`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) explained: Option<ExplainedRows>,
    /// Rows of the files beside this one.
    pub(crate) files: BTreeMap<&'static str, u64>,
    /// Types that differ and were compared by value.
    pub(crate) type_differences: Vec<TypeNote>,
    pub(crate) warnings: Vec<String>,
}

impl Summary {
    /// The summary of a result. `sums` says whether differences were to be added up.
    pub(super) fn new(
        result: ComparisonResult,
        rows: [u64; 2],
        sums: bool,
        notes: Vec<TypeNote>,
        written: Written,
    ) -> Self {
        let [rows_left, rows_right] = rows;
        let equal = is_equal(&result);
        let ComparisonResult { details, mismatch_by_column, .. } = result;
        Self {
            schema: SCHEMA,
            equal,
            rows_left,
            rows_right,
            matched: result.matched,
            within_tolerance: result.within_tolerance,
            mismatch: result.mismatch,
            mismatch_by_column: mismatch_by_column.into_iter().filter(|(_, keys)| *keys > 0).collect(),
            only_left: result.only_left,
            only_right: result.only_right,
            duplicate_keys: result.duplicate_keys,
            duplicate_rows_left: result.duplicate_rows_left,
            duplicate_rows_right: result.duplicate_rows_right,
            null_key_rows_left: result.null_key_rows_left,
            null_key_rows_right: result.null_key_rows_right,
            ambiguous_keys: details.ambiguous_keys,
            group_matched_keys: details.group_matched_keys,
            group_mismatch_keys: details.group_mismatch_keys,
            keys_merged: details.keys_merged,
            normalised: details.normalised,
            absorbed: details.absorbed,
            what_if: details.what_if,
            amount_diff: sums.then(|| {
                let mut differences = details.differences;
                differences.sort_by(|left, right| left.by.cmp(&right.by));
                let row = |by: Vec<Option<String>>, amount: String| {
                    Value::Array(by.into_iter().map(|value| json!(value)).chain([json!(amount)]).collect())
                };
                differences.into_iter().map(|sum| row(sum.by, sum.amount.to_string())).collect()
            }),
            classes: result.classes,
            amounts: result.amounts,
            explained: written.explained,
            files: written.files,
            type_differences: notes,
            warnings: warnings(rows_left, rows_right),
        }
    }

    /// The classes in report order, each with its keys (where keys are counted) and its rows on both sides.
    pub(crate) fn class_lines(&self) -> Vec<(&'static str, Option<u64>, u64, u64)> {
        use tieout_model::ComparisonClass as Class;
        let rows = |class: Class, side: Side| {
            self.classes.iter().filter(|count| count.class == class && count.side == side).map(|count| count.rows).sum()
        };
        let keys = |class: Class| match class {
            Class::Matched => Some(self.matched),
            Class::WithinTolerance => Some(self.within_tolerance),
            Class::Mismatch => Some(self.mismatch),
            Class::OnlyLeft => Some(self.only_left),
            Class::OnlyRight => Some(self.only_right),
            Class::DuplicateKey => Some(self.duplicate_keys),
            Class::Ambiguous => Some(self.ambiguous_keys),
            Class::GroupMatched => Some(self.group_matched_keys),
            Class::GroupMismatch => Some(self.group_mismatch_keys),
            Class::NullKey => None,
        };
        let line = |class: Class| (class.as_str(), keys(class), rows(class, Side::Left), rows(class, Side::Right));
        let is_shown = |class: &Class| !class.is_declared() || keys(*class).is_some_and(|keys| keys > 0);
        Class::ALL.into_iter().filter(is_shown).map(line).collect()
    }

    /// Keys that are the same only because of normalisation, in all and by column.
    pub(crate) fn merged(&self) -> (u64, &[NormalisedColumn]) {
        (self.keys_merged, &self.normalised)
    }
}

/// Whether nothing is an exception: every row in a class that is none, and no cap exceeded.
fn is_equal(result: &ComparisonResult) -> bool {
    let is_clean = |count: &ClassCount| count.rows == 0 || !count.class.is_exception();
    result.classes.iter().all(is_clean) && !result.details.absorbed.iter().any(|absorbed| absorbed.over_cap)
}

fn warnings(rows_left: u64, rows_right: u64) -> Vec<String> {
    let sides = [("left", rows_left), ("right", rows_right)].into_iter().filter(|(_, rows)| *rows == 0);
    sides.map(|(side, _)| format!("the {side} side has no rows")).collect()
}
