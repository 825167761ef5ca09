//! What a run found: the value behind `result.json`.
//!
//! Amounts are exact decimals written as text. Lists keep the order of the control's definition, and within one
//! entry the order of key or currency, so equal inputs give equal bytes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    ClassificationResult, ComparisonResult, ControlId, Currency, CutoffDate, Decimal, Digest, Outcome, Reason,
    ReasonCode, RunNumber, ThresholdCheckResult,
};

/// The version of the wire format of `result.json`.
pub const RESULT_SCHEMA: u32 = 1;

/// The machine's answer: everything a run found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunResult {
    /// Version of this format.
    pub schema: u32,
    /// The control.
    pub control: ControlId,
    /// The control's title, for people.
    pub title: String,
    /// The cutoff date.
    pub cutoff_date: CutoffDate,
    /// Whether the cutoff date is not the month end that the control's rule asks for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub interim: bool,
    /// The run's number.
    pub run: RunNumber,
    /// Digest of the control's definition files.
    pub definition: Digest,
    /// The verdict: the worst of all reasons.
    pub outcome: Outcome,
    /// All reasons, worst first; empty exactly when the outcome is clean.
    pub reasons: Vec<Reason>,
    /// Extracted and derived data sets in the order of the definition.
    pub data_sets: Vec<DataSetResult>,
    /// Comparisons in the order of the definition.
    pub comparisons: Vec<ComparisonResult>,
    /// Tie-outs: for each its total per currency, then every group that is not ok.
    pub tie_outs: Vec<TieOutResult>,
    /// Assertions in the order of the definition.
    pub assertions: Vec<AssertionResult>,
    /// Threshold checks in the order of the definition.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub threshold_checks: Vec<ThresholdCheckResult>,
    /// Classifications in the order of the definition.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classifications: Vec<ClassificationResult>,
    /// How each population adds up.
    pub footing: Vec<FootingLine>,
    /// The tables that were written.
    pub tables: Vec<TableResult>,
    /// Key of the evidence package; absent inside the package itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// Key of the report; absent inside the package itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
}

/// Where a data set comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataSetKind {
    /// Read from a source.
    Extracted,
    /// Computed by SQL from other data sets.
    Derived,
}

/// One data set: its population, what was kept out of it, and whether it is whole.
///
/// `rows_read = rows + Σ excluded.rows + rejected.rows`, always.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataSetResult {
    /// Name in the definition.
    pub name: String,
    /// Extracted or derived.
    pub kind: DataSetKind,
    /// Rows in the population.
    pub rows: u64,
    /// Rows that the source delivered.
    pub rows_read: u64,
    /// Canonical digest of the population's rows.
    pub digest: Digest,
    /// The columns, in order.
    pub columns: Vec<ColumnSchema>,
    /// Control totals of the population, by amount column and currency.
    pub totals: Vec<ColumnTotal>,
    /// What was kept out of the population, by reason.
    pub excluded: Vec<Excluded>,
    /// Rows that did not convert.
    pub rejected: Rejected,
    /// Completeness and accuracy tests; one `not_run` entry when none is declared.
    pub tests: Vec<TestResult>,
    /// Where the rows came from: file names or a query, without secrets; empty for derived data sets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
    /// What is worth knowing of the reading: headers that were not matched letter by letter, unknown columns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// A column's name and type, in the words of the control definition (`decimal(19,4)`, `text`, ...).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnSchema {
    /// Column name.
    pub name: String,
    /// Type in definition words.
    #[serde(rename = "type")]
    pub data_type: String,
    /// Whether null may occur.
    pub nullable: bool,
}

/// A sum of one amount column in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnTotal {
    /// The amount column.
    pub column: String,
    /// The currency of the amounts.
    pub currency: Currency,
    /// The exact sum.
    pub amount: Decimal,
}

/// Rows kept out of the population for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excluded {
    /// The reason, such as `after_cutoff`.
    pub reason: String,
    /// Rows kept out.
    pub rows: u64,
    /// Their control totals.
    pub totals: Vec<ColumnTotal>,
}

/// Rows that did not convert.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// Rows with at least one value that did not convert.
    pub rows: u64,
    /// How many the contract tolerates.
    pub tolerated: u64,
}

/// How a test of a data set went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TestOutcome {
    /// Carried out and held.
    Passed,
    /// Carried out and did not hold.
    Failed,
    /// Not declared, or could not be carried out.
    NotRun,
}

/// A completeness or accuracy test with both of its figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestResult {
    /// The kind of test, such as `min_rows`.
    pub test: String,
    /// How it went.
    pub result: TestOutcome,
    /// What the definition expects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// A sentence for people; empty when the figures say it all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// What a list of control totals states of one data set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatedTotal {
    /// The data set.
    pub data_set: String,
    /// Its rows.
    pub rows: Option<i64>,
    /// The sum of its amounts.
    pub amount: Option<Decimal>,
}

/// Whether two totals agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TieOutStatus {
    /// The absolute difference is below the threshold, or exactly zero.
    Ok,
    /// The absolute difference is at or above the threshold.
    OverThreshold,
}

/// Two totals of one group and currency, agreed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TieOutResult {
    /// Id in the definition.
    pub id: String,
    /// Group column to value; empty for the total over all groups.
    pub group: BTreeMap<String, String>,
    /// The currency of all amounts of the row.
    pub currency: Currency,
    /// Total of the left side.
    pub left: Decimal,
    /// Total of the right side.
    pub right: Decimal,
    /// `left - right`.
    pub difference: Decimal,
    /// The smallest absolute difference that is investigated; a threshold of zero investigates any difference.
    pub threshold: Decimal,
    /// Whether the totals agree.
    pub status: TieOutStatus,
    /// On the total row of a grouped tie-out: how many groups there are and how many are not ok.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<u64>,
    /// See `groups`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups_over_threshold: Option<u64>,
}

/// How grave a failed assertion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Makes the outcome `exceptions`.
    Finding,
    /// Is listed for review and leaves the outcome as it is.
    Review,
    /// Keeps the control from concluding, for this reason.
    NotOperated(ReasonCode),
}

impl Severity {
    /// The name as it stands in definitions and results.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Finding => "finding",
            Self::Review => "review",
            Self::NotOperated(_) => "not_operated",
        }
    }
}

/// An amount in a currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CurrencyAmount {
    /// The currency.
    pub currency: Currency,
    /// The exact amount.
    pub amount: Decimal,
}

/// How many rows fail a predicate, and the amount at stake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssertionResult {
    /// Id in the definition.
    pub id: String,
    /// The data set whose rows were checked.
    pub data_set: String,
    /// How grave a failure is.
    pub severity: Severity,
    /// Rows checked: the whole population.
    pub rows_checked: u64,
    /// Rows for which the predicate is not true; a predicate that is null counts as failed.
    pub rows_failed: u64,
    /// The currency, when all amounts at stake share one.
    pub currency: Option<Currency>,
    /// The amount at stake, when all share one currency.
    pub amount: Option<Decimal>,
    /// The amount at stake by currency.
    pub amounts: Vec<CurrencyAmount>,
}

/// One line of a footing: the parts of a population and the whole they must add up to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FootingLine {
    /// The data set, or the comparison and side.
    pub subject: String,
    /// The amount column; absent for rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// The currency; absent for rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// Name and figure of every part.
    pub parts: Vec<(String, Decimal)>,
    /// The whole, counted independently of the parts.
    pub whole: Decimal,
    /// Whether the parts add up to the whole exactly.
    pub foots: bool,
}

/// A table that the run wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableResult {
    /// Name of the table.
    pub name: String,
    /// Key below the root of the store.
    pub path: String,
    /// Rows.
    pub rows: u64,
    /// Canonical digest of the rows.
    pub digest: Digest,
}
