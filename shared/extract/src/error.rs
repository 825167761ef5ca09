//! Why rows could not be split or tested: each one makes the data set `not_operated`.

use tieout_tables::TableError;

/// An error of this crate; permanent, since the same rows fail the same way again.
#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    /// A row has no date to compare with the cutoff date.
    #[error("column '{column}' is null in {rows} rows, so it is not known whether they belong to the period")]
    NullDate {
        /// The cutoff column.
        column: String,
        /// Rows without a date in the batch at hand.
        rows: usize,
    },
    /// A row has no text by which it would be selected.
    #[error("column '{column}' is null in {rows} rows, so it is not known whether they are selected")]
    NullSelected {
        /// The column.
        column: String,
        /// Rows without a text in the batch at hand.
        rows: usize,
    },
    /// A parameter that rows are selected by is not a list of this run.
    #[error("the run has no list parameter '{parameter}'")]
    NotAList {
        /// The parameter.
        parameter: String,
    },
    /// A column that the definition names is not in the rows.
    #[error("column '{column}' is not in the rows")]
    ColumnAbsent {
        /// The column.
        column: String,
    },
    /// A column cannot serve as a date.
    #[error("column '{column}' is neither a date nor a timestamp")]
    NotADate {
        /// The column.
        column: String,
    },
    /// The text of a witness does not convert to its column's type.
    #[error("the witness value for column '{column}' {problem}")]
    Witness {
        /// The column.
        column: String,
        /// Why.
        problem: String,
    },
    /// Arrow or a table refused.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Arrow refused a computation.
    #[error("the rows could not be computed with")]
    Arrow(#[from] arrow::error::ArrowError),
}
