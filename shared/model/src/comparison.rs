//! How rows are matched and values compared: the words that a control definition, the command line and the engine
//! share.
//!
//! Everything here is declared or absent. Absent means: exactly, by value, and nothing is picked silently.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Decimal;

/// One step by which a value is brought into a common form before it is matched.
///
/// The order of the variants is the order in which steps are applied, whatever the order of their declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NormalisationStep {
    /// Text: Unicode normalisation form C.
    Nfc,
    /// Text: white space at both ends is dropped.
    Trim,
    /// Text: upper and lower case are the same.
    Case,
    /// Text: zeros before a further letter or digit are dropped; `0007` is `7`, `000` is `0`.
    LeadingZeros,
    /// Text: what reads as a decimal number is compared by value; `1.0` and `+1` are `1`, other text stays as it is.
    Number,
    /// Timestamp: the time of day is dropped (of an instant with a time zone: in UTC).
    Date,
}

impl NormalisationStep {
    /// Every step in order of application.
    pub const ALL: [Self; 6] = [Self::Nfc, Self::Trim, Self::Case, Self::LeadingZeros, Self::Number, Self::Date];

    /// The name in definitions, on the command line and in results.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Nfc => "nfc",
            Self::Trim => "trim",
            Self::Case => "case",
            Self::LeadingZeros => "leading_zeros",
            Self::Number => "number",
            Self::Date => "date",
        }
    }
}

impl FromStr for NormalisationStep {
    type Err = UnknownStep;

    fn from_str(text: &str) -> Result<Self, UnknownStep> {
        Self::ALL.into_iter().find(|step| step.as_str() == text).ok_or_else(|| UnknownStep(text.to_owned()))
    }
}

impl fmt::Display for NormalisationStep {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A name that is no step of a normalisation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no normalisation; there are nfc, trim, case, leading_zeros, number and date")]
pub struct UnknownStep(pub String);

/// The steps declared for a column; empty compares exactly.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Normalisation(pub BTreeSet<NormalisationStep>);

impl Normalisation {
    /// Whether nothing is declared.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a step is declared.
    pub fn has(&self, step: NormalisationStep) -> bool {
        self.0.contains(&step)
    }
}

/// What a relative tolerance is a fraction of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RelativeBase {
    /// The absolute value of the left side.
    Left,
    /// The absolute value of the right side.
    #[default]
    Right,
    /// The larger absolute value of the two.
    Max,
}

/// A relative tolerance: a difference `d` is tolerated when `|d| <= fraction × base`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelativeTolerance {
    /// The fraction, zero or more; `0.01` is one percent.
    pub fraction: Decimal,
    /// What it is a fraction of.
    pub base: RelativeBase,
}

/// A tolerance in days: `right - left` is tolerated from `-before` to `+after` days, both ends included.
///
/// Of timestamps the whole span counts: one day and one second is more than one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayTolerance {
    /// Days by which the right side may be earlier.
    pub before: u32,
    /// Days by which the right side may be later.
    pub after: u32,
}

/// The tolerance of one compared column. A difference is tolerated when at least one of the declared limits holds it;
/// at exactly the limit it is held.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tolerance {
    /// Largest absolute difference; numeric columns only.
    pub absolute: Option<Decimal>,
    /// Largest difference as a fraction; numeric columns only.
    pub relative: Option<RelativeTolerance>,
    /// Span in days; dates and timestamps only.
    pub days: Option<DayTolerance>,
    /// The most that the tolerated absolute differences may add up to, per currency where the column has one; beyond
    /// it the comparison is an exception. Needs `absolute` or `relative`.
    pub cap: Option<Decimal>,
}

/// What happens with a key that is more than once on a side.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Duplicates {
    /// A class of its own: the rows of both sides are listed and not compared further.
    #[default]
    List,
    /// The rows are paired one to one: each side's rows of the key in order of these columns (names of the left side
    /// with those of the right), first with first. Rows that are left over are `only_left` or `only_right`; where
    /// rows that differ stand equal in the order, the key is `ambiguous`.
    Pair(Vec<ColumnNames>),
    /// The sums of this amount column are compared, per currency: one to many, many to one and many to many.
    Sum(ColumnNames),
}

/// A column of the left side and its counterpart on the right.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ColumnNames {
    /// Column of the left side; also the name under which both are reported.
    pub left: String,
    /// Column of the right side.
    pub right: String,
}

/// A pair of key columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyColumn {
    /// The columns.
    pub names: ColumnNames,
    /// Steps by which both sides are brought into one form first; empty matches exactly.
    pub normalisation: Normalisation,
}

/// A compared pair of columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparedColumn {
    /// The columns; differences are reported under the left name.
    pub names: ColumnNames,
    /// Differences that are tolerated; the default tolerates none.
    pub tolerance: Tolerance,
    /// Steps by which both sides are brought into one form first; empty compares exactly.
    pub normalisation: Normalisation,
}

/// Absolute tolerances in place of a column's own. A null against a value is over every tolerance, by no amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhatIfColumn {
    /// The left name of a compared numeric column.
    pub column: String,
    /// The tolerances, in the order in which they are reported.
    pub tolerances: Vec<Decimal>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_named_and_ordered_as_they_are_applied() {
        let mut steps = NormalisationStep::ALL;
        steps.sort_unstable();
        assert_eq!(steps, NormalisationStep::ALL);
        for step in steps {
            assert_eq!(step.as_str().parse(), Ok(step));
            assert_eq!(serde_json::to_string(&step).unwrap(), format!("\"{step}\""));
        }
        assert_eq!("upper".parse::<NormalisationStep>(), Err(UnknownStep("upper".to_owned())));
    }
}
