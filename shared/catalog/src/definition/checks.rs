//! What a control checks besides comparisons: tie-outs and assertions, with their thresholds.
//!
//! A threshold is declared or absent; absent means that any difference counts.

use tieout_model::{Currency, CurrencyOf, Decimal, Severity};

/// An agreement of two totals.
#[derive(Debug, Clone)]
pub struct TieOut {
    /// Id in results.
    pub id: String,
    /// Left total.
    pub left: TotalOf,
    /// Right total.
    pub right: TotalOf,
    /// Columns that both sides have, by which the totals are also agreed group by group; empty for the total only.
    pub by: Vec<String>,
    /// Ids of the thresholds, at most one per currency; empty investigates any difference.
    pub thresholds: Vec<String>,
}

/// An amount column of a data set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TotalOf {
    /// The data set.
    pub data_set: String,
    /// Its amount column.
    pub column: String,
}

/// A predicate that must hold for every row of a data set.
#[derive(Debug, Clone)]
pub struct Assertion {
    /// Id in results.
    pub id: String,
    /// The data set.
    pub data_set: String,
    /// SQL predicate over the data set's columns; null counts as not held.
    pub holds: String,
    /// What it means when a row fails, for people.
    pub description: String,
    /// How grave a failure is.
    pub severity: Severity,
    /// The name of a failed row among the exceptions; `failed` where none is given.
    pub finding: Option<String>,
    /// Columns that name a failed row; empty for the key of the data set.
    pub subject: Vec<String>,
    /// The amount at stake in a failed row.
    pub at_stake: Option<AtStake>,
}

/// The amount at stake in a failed row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtStake {
    /// SQL expression with a decimal or integer value.
    pub expression: String,
    /// Its currency.
    pub currency: CurrencyOf,
    /// Decimals to print at least; digits beyond are kept unless they are zeros.
    pub decimals: u8,
}

/// A threshold: the smallest absolute difference that is investigated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Threshold {
    /// Id that tie-outs refer to.
    pub id: String,
    /// The amount, above zero.
    pub amount: Decimal,
    /// Its currency.
    pub currency: Currency,
}
