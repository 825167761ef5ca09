//! What a threshold check found: for every row, whether its amount stays below the threshold that a contract sets.

use serde::{Deserialize, Serialize};

use crate::{Currency, CurrencyAmount, CutoffDate, Decimal, Digest, ReasonCode, Severity};

/// The rows of a data set against the thresholds of a contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThresholdCheckResult {
    /// Id in the definition.
    pub id: String,
    /// The data set whose rows were checked.
    pub data_set: String,
    /// The column with the amount that is held against the threshold.
    pub amount: String,
    /// The column with the rate; absent where the amounts are in the thresholds' own currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<String>,
    /// The contract that answered; absent when none was in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<ContractInForce>,
    /// The currency of the thresholds.
    pub currency: Currency,
    /// How grave a row at or above its threshold is.
    pub severity: Severity,
    /// The name of such a row in the exceptions table.
    pub finding: String,
    /// Rows checked: the whole population.
    pub rows: u64,
    /// Rows below their threshold.
    pub ok: u64,
    /// Rows at or above their threshold.
    pub investigate: u64,
    /// Rows for which this could not be said.
    pub not_operated: u64,
    /// Why not, with the rows; a row may have several reasons.
    pub reasons: Vec<RowReason>,
    /// The largest amount at or above its threshold, without sign, converted and rounded for display.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub largest: Option<Decimal>,
    /// The amounts at or above their threshold, without sign, by their own currency.
    pub amounts: Vec<CurrencyAmount>,
    /// Every row, where the definition asks for a matrix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matrix: Option<Matrix>,
}

/// The version of a threshold contract that was in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractInForce {
    /// Id in the definition.
    pub id: String,
    /// Its version.
    pub version: u32,
    /// The first cutoff date for which it is in force.
    pub effective_from: CutoffDate,
    /// The file below the control's folder.
    pub file: String,
    /// SHA-256 of the file's bytes.
    pub digest: Digest,
}

/// Rows that could not be judged, by one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowReason {
    /// The reason.
    pub code: ReasonCode,
    /// Rows with it.
    pub rows: u64,
    /// The first of these rows, by the columns that name a row.
    pub subjects: Vec<String>,
}

/// The rows as a matrix of two of their columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matrix {
    /// The column whose texts name the lines.
    pub rows: String,
    /// The column whose texts name the columns.
    pub columns: String,
    /// The cells, in the order of the data set.
    pub cells: Vec<MatrixCell>,
}

/// One cell of a matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatrixCell {
    /// The line.
    pub row: String,
    /// The column.
    pub column: String,
    /// The currency of the amount, where the row has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// The amount that is held against the threshold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Decimal>,
    /// The amount converted and rounded for display.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub converted: Option<Decimal>,
    /// The threshold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<Decimal>,
    /// The rule that set it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Whether the amount is below it.
    pub status: ThresholdStatus,
    /// Why that could not be said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<ReasonCode>,
}

/// Whether an amount stays below its threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThresholdStatus {
    /// It does.
    Ok,
    /// It is at or above the threshold.
    Investigate,
    /// It could not be said.
    NotOperated,
}

impl ThresholdStatus {
    /// The name as it stands in results.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Investigate => "investigate",
            Self::NotOperated => "not_operated",
        }
    }
}
