//! What a classification did: for each rule the rows that it took, and those that an earlier rule took before it.

use serde::{Deserialize, Serialize};

use crate::{CurrencyAmount, Digest};

/// The coverage of a classification's rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassificationResult {
    /// The derived data set whose rows are classified.
    pub data_set: String,
    /// The version of the rule file.
    pub version: u32,
    /// SHA-256 of the rule file's bytes.
    pub digest: Digest,
    /// Rows classified: the whole population of the data set.
    pub rows: u64,
    /// Rules in order of number, then what no rule took.
    pub rules: Vec<RuleCoverage>,
}

/// The coverage of one rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleCoverage {
    /// The rule's number; absent for the rows that no rule took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    /// The rule's id.
    pub id: String,
    /// Whether it took rows.
    pub status: RuleStatus,
    /// Rows that it took.
    pub rows: u64,
    /// Rows that it would have taken, had no earlier rule done so.
    pub shadowed: u64,
    /// The amount of the rows that it took, by currency.
    pub amounts: Vec<CurrencyAmount>,
}

/// Whether a rule took rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleStatus {
    /// It took rows.
    Fired,
    /// It was tried on every row and took none.
    NeverFired,
    /// A column that it looks at is absent or holds no value, so it could not take any.
    NotEvaluated,
}

impl RuleStatus {
    /// The name as it stands in results.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fired => "fired",
            Self::NeverFired => "never_fired",
            Self::NotEvaluated => "not_evaluated",
        }
    }
}
