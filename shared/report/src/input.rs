//! What a report is made from: a result, and what people need besides to read it.
//!
//! Everything here may come from outside; nothing is trusted to be free of markup.

use tieout_model::{ColumnSchema, RunResult};

/// The most rows of one exceptions table that the page shows; the rest is in `exceptions.csv`.
pub const ROWS_IN_REPORT: usize = 500;

/// What a report is made from.
#[derive(Debug, Clone, Copy)]
pub struct ReportInput<'a> {
    /// What the run found.
    pub result: &'a RunResult,
    /// Who prepares: a display name.
    pub owner: &'a str,
    /// Who reviews: a display name.
    pub reviewer: &'a str,
    /// What the control is for.
    pub description: &'a str,
    /// Version of the program that ran.
    pub code_version: &'a str,
    /// File name of the evidence package, for the commands that verify it.
    pub package_file: &'a str,
    /// What each tie-out agrees.
    pub tie_outs: &'a [TieOutSides],
    /// What each assertion says.
    pub assertions: &'a [AssertionText],
    /// Exceptions tables in the order in which they are shown.
    pub exceptions: &'a [ExceptionTable],
    /// What changed in the definition since the run before; `None` when there was none.
    pub changes: Option<&'a DefinitionChanges>,
}

/// What changed in a control's definition since another run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefinitionChanges {
    /// The run, such as `2024-01-31, run 0001`.
    pub since: String,
    /// Each file that differs, in words; empty when none does.
    pub files: Vec<String>,
}

/// What a tie-out agrees, in words such as `orders.sub_total`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TieOutSides {
    /// Id of the tie-out.
    pub id: String,
    /// The left total.
    pub left: String,
    /// The right total.
    pub right: String,
}

/// What an assertion says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssertionText {
    /// Id of the assertion.
    pub id: String,
    /// What it means when a row fails.
    pub description: String,
    /// The predicate that holds for every good row.
    pub holds: String,
}

/// Rows of one check that need a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExceptionTable {
    /// Id of the check, or name of the data set.
    pub id: String,
    /// What the rows are.
    pub title: String,
    /// The kind of check.
    pub kind: ExceptionKind,
    /// The columns, in order.
    pub columns: Vec<ColumnSchema>,
    /// The first rows as canonical text, one cell a column, `None` for null. Rows past [`ROWS_IN_REPORT`] are not
    /// shown.
    pub rows: Vec<Vec<Option<String>>>,
    /// Rows in the whole table.
    pub total_rows: u64,
}

/// What makes rows exceptions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExceptionKind {
    /// A comparison put them into an exception class.
    Comparison,
    /// They fail an assertion.
    Assertion,
    /// A group's totals do not agree.
    TieOut,
    /// Their amounts are at or above their threshold.
    Threshold,
    /// They did not convert.
    Rejects,
    /// They were kept out of the population.
    Excluded,
}

impl ExceptionKind {
    /// The name as it stands in `exceptions.csv`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Comparison => "comparison",
            Self::Assertion => "assertion",
            Self::TieOut => "tie_out",
            Self::Threshold => "threshold",
            Self::Rejects => "rejects",
            Self::Excluded => "excluded",
        }
    }

    /// The name for people.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Comparison => "Comparison",
            Self::Assertion => "Assertion",
            Self::TieOut => "Tie-out",
            Self::Threshold => "Threshold check",
            Self::Rejects => "Rows that did not convert",
            Self::Excluded => "Rows outside the population",
        }
    }
}
