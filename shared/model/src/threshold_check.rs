//! Threshold checks: every row of a data set against the threshold that a contract sets for it.
//!
//! An amount is below its threshold when `|amount| < value x rate`, compared exactly; an equal amount is not.

use std::collections::BTreeMap;

use crate::{CurrencyOf, Severity};

/// A threshold check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThresholdCheck {
    /// Id in results.
    pub id: String,
    /// The data set whose rows are checked.
    pub data_set: String,
    /// Columns that name a row.
    pub subject: Vec<String>,
    /// The amount that is held against the threshold.
    pub amount: String,
    /// The currency of the amount.
    pub currency: CurrencyOf,
    /// Column with the rate: units of the amount's currency for one unit of the contract's. Absent is one for one.
    pub rate: Option<String>,
    /// Id of the threshold contract.
    pub contract: String,
    /// The kind of its rules that answers.
    pub kind: String,
    /// Dimension of the contract's scopes to the column that specifies it.
    pub question: BTreeMap<String, String>,
    /// Column with the reasons for which a row cannot be judged; null where there is none.
    pub not_operated_column: Option<String>,
    /// How grave a row at or above its threshold is.
    pub severity: Severity,
    /// The name of such a row among the exceptions.
    pub finding: String,
    /// Amount columns that are also shown in the contract's currency.
    pub display: Vec<String>,
    /// The columns by which the rows are shown as a matrix.
    pub matrix: Option<MatrixColumns>,
}

/// The columns of a matrix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatrixColumns {
    /// The column whose texts name the lines.
    pub rows: String,
    /// The column whose texts name the columns.
    pub columns: String,
}

/// The name of an amount column in a contract's currency, by its code in lower case: `variance_lcy` in US dollars is
/// `variance_usd`.
pub fn converted_name(column: &str, code: &str) -> String {
    format!("{}_{code}", column.strip_suffix("_lcy").unwrap_or(column))
}
