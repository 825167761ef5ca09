//! What a comparison found: its classes, counts and amounts.
//!
//! Every row of each side is in exactly one class, and the classes of a side foot to its population.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Currency, Decimal};

/// A class of a comparison. The order is the order of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ComparisonClass {
    /// The key is once on each side and every compared column is equal.
    Matched,
    /// Some columns differ, each by no more than its tolerance.
    WithinTolerance,
    /// A column differs by more than its tolerance.
    Mismatch,
    /// The key is on the left side only.
    OnlyLeft,
    /// The key is on the right side only.
    OnlyRight,
    /// The key is more than once on a side; its rows are not compared further.
    DuplicateKey,
    /// A part of the key is null; a null never equals anything.
    NullKey,
    /// The rows of the key, paired in a declared order, could be paired in more than one way.
    Ambiguous,
    /// The key is more than once on a side, and the sums of both sides are equal or within tolerance.
    GroupMatched,
    /// The key is more than once on a side, and the sums of both sides differ.
    GroupMismatch,
}

impl ComparisonClass {
    /// Every class in report order.
    pub const ALL: [Self; 10] = [
        Self::Matched,
        Self::WithinTolerance,
        Self::Mismatch,
        Self::OnlyLeft,
        Self::OnlyRight,
        Self::DuplicateKey,
        Self::NullKey,
        Self::Ambiguous,
        Self::GroupMatched,
        Self::GroupMismatch,
    ];

    /// The name as it stands in tables and `result.json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::WithinTolerance => "within_tolerance",
            Self::Mismatch => "mismatch",
            Self::OnlyLeft => "only_left",
            Self::OnlyRight => "only_right",
            Self::DuplicateKey => "duplicate_key",
            Self::NullKey => "null_key",
            Self::Ambiguous => "ambiguous",
            Self::GroupMatched => "group_matched",
            Self::GroupMismatch => "group_mismatch",
        }
    }

    /// Whether only a declaration (`duplicates`) brings the class about.
    pub fn is_declared(self) -> bool {
        matches!(self, Self::Ambiguous | Self::GroupMatched | Self::GroupMismatch)
    }

    /// Whether rows of this class are exceptions.
    pub fn is_exception(self) -> bool {
        !matches!(self, Self::Matched | Self::WithinTolerance | Self::GroupMatched)
    }
}

/// A side of a comparison or tie-out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The first data set.
    Left,
    /// The second data set.
    Right,
}

/// What a comparison found. Counts are keys, except where they say rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComparisonResult {
    /// Id in the definition.
    pub id: String,
    /// Name of the left data set.
    pub left: String,
    /// Name of the right data set.
    pub right: String,
    /// Keys equal in every compared column.
    pub matched: u64,
    /// Keys that differ within tolerance only.
    pub within_tolerance: u64,
    /// Keys that differ beyond tolerance.
    pub mismatch: u64,
    /// Keys on the left only.
    pub only_left: u64,
    /// Keys on the right only.
    pub only_right: u64,
    /// Keys that are more than once on a side.
    pub duplicate_keys: u64,
    /// Rows of those keys on the left.
    pub duplicate_rows_left: u64,
    /// Rows of those keys on the right.
    pub duplicate_rows_right: u64,
    /// Rows on the left with a null in the key.
    pub null_key_rows_left: u64,
    /// Rows on the right with a null in the key.
    pub null_key_rows_right: u64,
    /// Per compared column, keys of class mismatch in which it differs beyond tolerance.
    pub mismatch_by_column: BTreeMap<String, u64>,
    /// Rows by side and class.
    pub classes: Vec<ClassCount>,
    /// Amounts by side, class, column and currency.
    pub amounts: Vec<ClassAmount>,
    /// Figures of what the definition declares beyond key and columns.
    #[serde(flatten)]
    pub details: ComparisonDetails,
}

/// Figures of a comparison that are there only where the definition declares what they count.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComparisonDetails {
    /// Keys that could be paired in more than one way.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub ambiguous_keys: u64,
    /// Keys whose sums agree although they are more than once on a side.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub group_matched_keys: u64,
    /// Keys that are more than once on a side and whose sums differ.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub group_mismatch_keys: u64,
    /// What tolerance absorbed, by column and currency.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absorbed: Vec<Absorbed>,
    /// What normalisation changed, by column of the key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub normalised: Vec<NormalisedColumn>,
    /// Keys that are equal only because of normalisation, whatever their class.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub keys_merged: u64,
    /// What other tolerances would have left.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub what_if: Vec<WhatIf>,
    /// Sums of `right - left` over the compared pairs, by the values of the declared columns; zeros are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<DifferenceSum>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands the field by reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// What the tolerance of one column absorbed in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absorbed {
    /// The compared column, by its left name.
    pub column: String,
    /// The currency, where the column is an amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// Keys of class within tolerance in which the column differs.
    pub keys: u64,
    /// The sum of their absolute differences; of dates and timestamps, of the days begun.
    pub total: Decimal,
    /// The most that is allowed, where it is declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<Decimal>,
    /// Whether the total is over the cap.
    pub over_cap: bool,
}

/// What normalisation did to one column of the key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NormalisedColumn {
    /// The column, by its left name.
    pub column: String,
    /// Matched, duplicate and grouped keys in which the column is written in more than one way.
    pub keys_merged: u64,
}

/// How many keys would be unmatched under another absolute tolerance of one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhatIf {
    /// The compared column, by its left name.
    pub column: String,
    /// The absolute tolerance in place of the column's own.
    pub tolerance: Decimal,
    /// Compared keys that differ in the column by more.
    pub keys: u64,
    /// The sum of the absolute differences of those keys, by currency where the column is an amount.
    pub amounts: Vec<WhatIfAmount>,
}

/// An amount in a currency, or without one where the column is not an amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhatIfAmount {
    /// The currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// The exact sum.
    pub amount: Decimal,
}

/// A sum of differences.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DifferenceSum {
    /// Values of the declared columns; absent for null.
    pub by: Vec<Option<String>>,
    /// The sum of `right - left`.
    pub amount: Decimal,
}

/// Rows of one class on one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassCount {
    /// The side.
    pub side: Side,
    /// The class.
    pub class: ComparisonClass,
    /// Rows.
    pub rows: u64,
}

/// The sum of one amount column over one class on one side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassAmount {
    /// The side.
    pub side: Side,
    /// The class.
    pub class: ComparisonClass,
    /// The amount column of that side.
    pub column: String,
    /// The currency.
    pub currency: Currency,
    /// The exact sum.
    pub amount: Decimal,
}
