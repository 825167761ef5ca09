//! Who and what a run is: control, cutoff date, attempt number, stage.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::CutoffDate;

/// The text is not a valid name or number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// Not a control id.
    #[error("'{text}' is not a control id: use lower-case letters, digits and single hyphens, at most 64")]
    Control {
        /// What was given.
        text: String,
    },
    /// Not a run number.
    #[error("'{text}' is not a run number: four digits from 0001 to 9999")]
    Run {
        /// What was given.
        text: String,
    },
}

/// A control's name, such as `bank-ledger`: safe in paths, object keys and e-mail subjects.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ControlId(String);

impl ControlId {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ControlId {
    type Err = IdentityError;

    fn from_str(text: &str) -> Result<Self, IdentityError> {
        let part_is_good = |part: &str| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        if text.len() <= 64 && text.split('-').all(part_is_good) {
            return Ok(Self(text.to_owned()));
        }
        Err(IdentityError::Control { text: text.to_owned() })
    }
}

impl TryFrom<String> for ControlId {
    type Error = IdentityError;

    fn try_from(text: String) -> Result<Self, IdentityError> {
        text.parse()
    }
}

impl From<ControlId> for String {
    fn from(id: ControlId) -> Self {
        id.0
    }
}

impl fmt::Display for ControlId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

/// The number of a run of one control and cutoff date, from 1 to 9999, written with four digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RunNumber(u16);

impl RunNumber {
    /// The first run.
    pub const FIRST: Self = Self(1);

    /// The number after this one; `None` after 9999.
    pub fn next(self) -> Option<Self> {
        (self.0 < 9999).then(|| Self(self.0 + 1))
    }
}

impl FromStr for RunNumber {
    type Err = IdentityError;

    fn from_str(text: &str) -> Result<Self, IdentityError> {
        let refused = || IdentityError::Run { text: text.to_owned() };
        if text.len() != 4 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(refused());
        }
        match text.parse() {
            Ok(number) if number > 0 => Ok(Self(number)),
            _ => Err(refused()),
        }
    }
}

impl TryFrom<String> for RunNumber {
    type Error = IdentityError;

    fn try_from(text: String) -> Result<Self, IdentityError> {
        text.parse()
    }
}

impl From<RunNumber> for String {
    fn from(number: RunNumber) -> Self {
        number.to_string()
    }
}

impl fmt::Display for RunNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}", self.0)
    }
}

/// One run: one control, one cutoff date, one number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RunId {
    /// The control.
    pub control: ControlId,
    /// The cutoff date.
    pub cutoff_date: CutoffDate,
    /// The run's number.
    pub run: RunNumber,
}

impl fmt::Display for RunId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {} run {}", self.control, self.cutoff_date, self.run)
    }
}

/// A stage of the pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StageName {
    /// Reads the data sets as of the cutoff date.
    Extract,
    /// Derives, compares, ties out, asserts, concludes.
    Reconcile,
    /// Packages everything that an auditor needs.
    Evidence,
    /// Tells the people who must act.
    Notify,
}

impl StageName {
    /// The stages in the order in which they run.
    pub const ALL: [Self; 4] = [Self::Extract, Self::Reconcile, Self::Evidence, Self::Notify];

    /// The name as it stands in paths.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Extract => "extract",
            Self::Reconcile => "reconcile",
            Self::Evidence => "evidence",
            Self::Notify => "notify",
        }
    }
}

impl fmt::Display for StageName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_control_id_cannot_climb_out_of_its_folder() {
        assert!("pg-01".parse::<ControlId>().is_ok());
        for text in ["", "..", "a/b", "A", "a--b", "-a", "a b", "é", &"a".repeat(65)] {
            assert!(text.parse::<ControlId>().is_err(), "{text}");
        }
    }

    #[test]
    fn run_numbers_have_four_digits() {
        assert_eq!(RunNumber::FIRST.to_string(), "0001");
        assert_eq!("0042".parse::<RunNumber>().unwrap().next().unwrap().to_string(), "0043");
        assert_eq!("9999".parse::<RunNumber>().unwrap().next(), None);
        for text in ["1", "0000", "00001", "+001", "abcd"] {
            assert!(text.parse::<RunNumber>().is_err(), "{text}");
        }
    }
}
