//! Why a comparison, tie-out or assertion could not be carried out.
//!
//! A message names the check, the data set and the column, and never a cell's content.

use arrow::error::ArrowError;
use tieout_model::{Reason, ReasonCode};
use tieout_tables::TableError;

/// Why a check could not be carried out. A difference is never an error: it is a result.
#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    /// What is asked for does not fit the data sets' columns.
    #[error("{problem}")]
    Plan {
        /// What does not fit.
        problem: String,
        /// What to do about it.
        cure: String,
    },
    /// A batch has other columns than its data set.
    #[error("a batch of '{data_set}' does not have the columns of its data set")]
    WrongColumns {
        /// The data set.
        data_set: String,
    },
    /// The rows of a side do not come in the order of the key.
    #[error("row {row} of '{data_set}' does not come in the order of the key")]
    Unsorted {
        /// The data set.
        data_set: String,
        /// 1-based row.
        row: u64,
    },
    /// An amount has no currency, or none that is a currency code.
    #[error("a row has an amount in column '{column}', but column '{currency_column}' {problem}")]
    Currency {
        /// The amount column.
        column: String,
        /// The currency column.
        currency_column: String,
        /// What is wrong with the currency.
        problem: &'static str,
    },
    /// A failed row cannot be valued.
    #[error("the amount at stake is null in {rows} of the rows that fail")]
    NotValued {
        /// Rows of the batch with the first such row.
        rows: u64,
    },
    /// A sum needs more than 38 digits.
    #[error("the sum of column '{column}' needs more than 38 digits")]
    Overflow {
        /// The amount column.
        column: String,
    },
    /// A text that a rule takes from a column may not stand in what a classification gives.
    #[error("rule '{rule}' takes a text from column '{column}' that [[allowed]] of the rules does not have")]
    NotAllowed {
        /// The rule.
        rule: String,
        /// The column.
        column: String,
    },
    /// A side has more rows than the engine numbers.
    #[error("a side has more than 4,294,967,295 rows")]
    TooManyRows,
    /// The limit of memory does not even allow reading.
    #[error("a memory limit of {} MiB is too small", limit_bytes >> 20)]
    MemoryLimit {
        /// The limit.
        limit_bytes: u64,
        /// What is needed at least.
        least_bytes: u64,
    },
    /// The fingerprints and the rows themselves do not say the same.
    #[error("{matched} keys are equal by fingerprint, {confirmed} by their rows")]
    Fingerprint {
        /// Matched by fingerprint.
        matched: u64,
        /// Matched by rows.
        confirmed: u64,
    },
    /// A number needs more digits than are held at the scale of the column it is compared with.
    #[error("a number in column '{column}', or a difference of two, needs more than 76 digits")]
    TooWide {
        /// The column, by its left name.
        column: String,
    },
    /// A table could not be read or written.
    #[error("a table could not be read or written")]
    Table(#[from] TableError),
    /// Arrow refused an operation.
    #[error("a batch could not be processed")]
    Arrow(#[from] ArrowError),
}

impl ReconcileError {
    /// The reason to record: the check `subject` could not be carried out.
    pub fn reason(&self, subject: &str) -> Reason {
        let code = match self {
            Self::Overflow { .. } | Self::Table(TableError::TotalOverflow { .. }) => ReasonCode::AmountOverflow,
            _ => ReasonCode::CheckFailed,
        };
        let mut detail = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            detail = format!("{detail}: {error}");
            cause = error.source();
        }
        Reason { code, subject: subject.to_owned(), detail, cure: self.cure() }
    }

    fn cure(&self) -> String {
        let cure = match self {
            Self::Plan { cure, .. } => cure,
            Self::Currency { .. } => "give every amount a currency of three capital letters, such as USD",
            Self::NotValued { .. } => "write the amount's expression so that it is never null, with coalesce",
            Self::Overflow { .. } => "look for an amount that is out of all proportion, or split the data set",
            Self::TooWide { .. } => "cast the column to decimal with fewer digits on both sides",
            Self::WrongColumns { .. } | Self::Unsorted { .. } => {
                "run the control again; if it stays, report it as a fault of the program"
            }
            Self::NotAllowed { .. } => "map the column to the allowed texts, or add the combination to [[allowed]]",
            Self::TooManyRows => "split the data set, for example by company or month",
            Self::MemoryLimit { least_bytes, .. } => {
                return format!("allow {} MiB or more, or fewer threads", least_bytes.div_ceil(1 << 20));
            }
            Self::Fingerprint { .. } => "run it again; if it stays, report it as a fault of the program",
            Self::Table(_) | Self::Arrow(_) => "remove the cause and run the control again",
        };
        cure.to_owned()
    }
}

/// Shorthand for the error of a plan.
pub(crate) fn misfit(problem: impl Into<String>, cure: impl Into<String>) -> ReconcileError {
    ReconcileError::Plan { problem: problem.into(), cure: cure.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_tells_the_cause_and_the_cure() {
        let error = ReconcileError::from(TableError::NoSuchColumn { column: "amount".into() });
        let reason = error.reason("total");
        assert_eq!(reason.detail, "a table could not be read or written: the table has no column 'amount'");
        assert_eq!((reason.code, reason.subject.as_str()), (ReasonCode::CheckFailed, "total"));
        assert!(!reason.cure.is_empty());
    }

    #[test]
    fn a_sum_that_is_too_large_has_a_code_of_its_own() {
        let error = ReconcileError::Overflow { column: "amount".into() };
        assert_eq!(error.reason("x").code, ReasonCode::AmountOverflow);
    }
}
