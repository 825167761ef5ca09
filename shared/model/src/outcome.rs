//! The verdict of a run and the reasons for it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The three outcomes, from best to worst; the worst of several wins (`max`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Everything was read and checked, and nothing was found.
    Clean,
    /// Everything was read and checked, and something was found.
    Exceptions,
    /// Something was missing, unread, unchecked or unconvertible: the control could not conclude.
    NotOperated,
}

impl Outcome {
    /// The exit code of the program for this outcome: 0 clean, 1 exceptions, 3 not operated.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Exceptions => 1,
            Self::NotOperated => 3,
        }
    }

    /// The name as it stands in `result.json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Exceptions => "exceptions",
            Self::NotOperated => "not_operated",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// Why an outcome is not clean, as a fixed code that programs can rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasonCode {
    /// A data set's source could not be found.
    DatasetMissing,
    /// A data set's source does not answer.
    SourceUnreachable,
    /// A data set's source was found and could not be read.
    SourceUnreadable,
    /// A required column is absent.
    ColumnMissing,
    /// Two columns claim the same field.
    HeaderAmbiguous,
    /// A value did not convert, and more rows are affected than the contract tolerates.
    BadValue,
    /// A key that must be unique is not.
    DuplicateKey,
    /// A look-up that must give one row gives several.
    FanOut,
    /// A data set that must have rows has none.
    EmptyDataset,
    /// A source delivered rows outside the window that it was asked for.
    OutOfWindow,
    /// The query that ran is not the one that was approved.
    BaselineChanged,
    /// A completeness test failed.
    CompletenessFailed,
    /// A completeness test could not be carried out.
    CompletenessNotProven,
    /// Figures within a row, or between rows, do not agree as they must.
    AccuracyFailed,
    /// The newest row is older than the freshness test allows.
    StaleSource,
    /// There are no actual balances to compare with.
    NoActuals,
    /// There is no rate for a currency at the cutoff date, or it is not above zero.
    FxRateMissing,
    /// The rows that a figure is set against are missing altogether.
    CounterpartMissing,
    /// A derived data set could not be computed.
    DerivationFailed,
    /// A comparison, tie-out or assertion could not be carried out.
    CheckFailed,
    /// The classes of a side do not add up to its population.
    DoesNotFoot,
    /// No threshold is defined for what is asked.
    ThresholdMissing,
    /// Several thresholds apply equally to what is asked.
    ThresholdAmbiguous,
    /// A sum is too large to be held exactly.
    AmountOverflow,
    /// A comparison found differences.
    ComparisonDifferences,
    /// A tie-out's difference is at or above its threshold.
    TieOutOverThreshold,
    /// Amounts are at or above the threshold that a contract sets for them.
    ThresholdReached,
    /// Rows fail an assertion.
    AssertionFailed,
    /// Rows that no rule of a classification takes.
    Unclassified,
    /// Rows were rejected, within what the contract tolerates.
    RowsRejected,
}

impl ReasonCode {
    /// Every code, in order.
    pub const ALL: [Self; 30] = [
        Self::DatasetMissing,
        Self::SourceUnreachable,
        Self::SourceUnreadable,
        Self::ColumnMissing,
        Self::HeaderAmbiguous,
        Self::BadValue,
        Self::DuplicateKey,
        Self::FanOut,
        Self::EmptyDataset,
        Self::OutOfWindow,
        Self::BaselineChanged,
        Self::CompletenessFailed,
        Self::CompletenessNotProven,
        Self::AccuracyFailed,
        Self::StaleSource,
        Self::NoActuals,
        Self::FxRateMissing,
        Self::CounterpartMissing,
        Self::DerivationFailed,
        Self::CheckFailed,
        Self::DoesNotFoot,
        Self::ThresholdMissing,
        Self::ThresholdAmbiguous,
        Self::AmountOverflow,
        Self::ComparisonDifferences,
        Self::TieOutOverThreshold,
        Self::ThresholdReached,
        Self::AssertionFailed,
        Self::Unclassified,
        Self::RowsRejected,
    ];

    /// The code of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == name)
    }

    /// The name as it stands in results.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DatasetMissing => "dataset_missing",
            Self::SourceUnreachable => "source_unreachable",
            Self::SourceUnreadable => "source_unreadable",
            Self::ColumnMissing => "column_missing",
            Self::HeaderAmbiguous => "header_ambiguous",
            Self::BadValue => "bad_value",
            Self::DuplicateKey => "duplicate_key",
            Self::FanOut => "fan_out",
            Self::EmptyDataset => "empty_dataset",
            Self::OutOfWindow => "out_of_window",
            Self::BaselineChanged => "baseline_changed",
            Self::CompletenessFailed => "completeness_failed",
            Self::CompletenessNotProven => "completeness_not_proven",
            Self::AccuracyFailed => "accuracy_failed",
            Self::StaleSource => "stale_source",
            Self::NoActuals => "no_actuals",
            Self::FxRateMissing => "fx_rate_missing",
            Self::CounterpartMissing => "counterpart_missing",
            Self::DerivationFailed => "derivation_failed",
            Self::CheckFailed => "check_failed",
            Self::DoesNotFoot => "does_not_foot",
            Self::ThresholdMissing => "threshold_missing",
            Self::ThresholdAmbiguous => "threshold_ambiguous",
            Self::AmountOverflow => "amount_overflow",
            Self::ComparisonDifferences => "comparison_differences",
            Self::TieOutOverThreshold => "tie_out_over_threshold",
            Self::ThresholdReached => "threshold_reached",
            Self::AssertionFailed => "assertion_failed",
            Self::Unclassified => "unclassified",
            Self::RowsRejected => "rows_rejected",
        }
    }

    /// The outcome that a reason of this kind leads to.
    pub fn outcome(self) -> Outcome {
        match self {
            Self::ComparisonDifferences
            | Self::TieOutOverThreshold
            | Self::ThresholdReached
            | Self::AssertionFailed
            | Self::Unclassified
            | Self::RowsRejected => Outcome::Exceptions,
            _ => Outcome::NotOperated,
        }
    }
}

/// One reason for an outcome: what, on which subject, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reason {
    /// The kind of reason.
    pub code: ReasonCode,
    /// The data set, comparison, tie-out or assertion it is about.
    pub subject: String,
    /// What was seen, in a sentence, without row contents.
    pub detail: String,
    /// What the reader can do about it.
    pub cure: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_outcome_wins() {
        assert_eq!(Outcome::Clean.max(Outcome::Exceptions), Outcome::Exceptions);
        assert_eq!(Outcome::NotOperated.max(Outcome::Exceptions), Outcome::NotOperated);
    }

    #[test]
    fn every_reason_has_the_name_that_stands_in_results() {
        for code in ReasonCode::ALL {
            assert_eq!(serde_json::to_string(&code).unwrap(), format!("\"{}\"", code.as_str()));
            assert_eq!(ReasonCode::named(code.as_str()), Some(code));
        }
    }

    #[test]
    fn names_and_exit_codes_are_fixed() {
        for (outcome, name, code) in [
            (Outcome::Clean, "clean", 0),
            (Outcome::Exceptions, "exceptions", 1),
            (Outcome::NotOperated, "not_operated", 3),
        ] {
            assert_eq!((outcome.to_string().as_str(), outcome.exit_code()), (name, code));
            assert_eq!(serde_json::to_string(&outcome).unwrap(), format!("\"{name}\""));
        }
    }
}
