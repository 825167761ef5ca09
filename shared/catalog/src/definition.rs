//! A control's definition after loading: the values behind `control.toml`.
//!
//! Every name is resolved and every default filled in; nothing is left to guess.

mod checks;
mod comparison;
mod completeness;
mod data_set;
mod derived;
mod parameter;
mod source;

use std::collections::BTreeMap;

use tieout_model::{ControlId, Digest, Outcome, ThresholdCheck, ThresholdContract};

pub use checks::{Assertion, AtStake, Threshold, TieOut, TotalOf};
pub use comparison::Comparison;
pub use completeness::{CONTROL_TOTALS_COLUMNS, DataSetTest, ExpectedCount, ExpectedTotal};
pub use data_set::{
    Chunks, Compression, DataSet, DataSetQuery, DatabaseQuery, Encoding, FileFormat, FilesQuery, OnlyFor, PeriodStart,
    Scope, Selected, Within,
};
pub use derived::{Derived, DerivedBy};
pub use parameter::{Member, Parameter, ParameterType, Registry};
pub use source::{DatabaseDialect, DatabaseSource, Isolation, SourceDefinition, SourceKind};

/// A control: the whole of `control.toml` and its `.sql` files.
#[derive(Debug, Clone)]
pub struct Control {
    /// The control's id; equals the name of its folder.
    pub id: ControlId,
    /// A title for people.
    pub title: String,
    /// What the control is for.
    pub description: String,
    /// Who prepares.
    pub owner: Person,
    /// Who reviews; never the owner.
    pub reviewer: Person,
    /// How the cutoff date is found when none is given.
    pub cutoff: CutoffRule,
    /// Parameters besides the cutoff date, bound in SQL as `$name`.
    pub parameters: Vec<Parameter>,
    /// Where data sets are read from.
    pub sources: Vec<SourceDefinition>,
    /// Extracted data sets, in order; a data set may only refer to earlier ones.
    pub data_sets: Vec<DataSet>,
    /// Derived data sets, in order; each may use every data set before it.
    pub derived: Vec<Derived>,
    /// Comparisons of two data sets by key.
    pub comparisons: Vec<Comparison>,
    /// Agreements of two totals.
    pub tie_outs: Vec<TieOut>,
    /// Predicates that must hold for every row.
    pub assertions: Vec<Assertion>,
    /// Thresholds by id.
    pub thresholds: Vec<Threshold>,
    /// Threshold contracts with all their versions.
    pub threshold_contracts: Vec<ThresholdContract>,
    /// Rows that are held against a threshold contract.
    pub threshold_checks: Vec<ThresholdCheck>,
    /// Who is told.
    pub notify: Notify,
    /// The definition files by path below the control's folder: `control.toml` and every file that it
    /// names as part of the definition: `.sql` files and tables.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Digest over names and bytes of `files`.
    pub digest: Digest,
}

/// A person by name and mail address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Display name.
    pub name: String,
    /// Mail address.
    pub email: String,
}

/// How the cutoff date is found when none is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CutoffRule {
    /// The rule.
    pub kind: CutoffRuleKind,
    /// IANA name of the time zone in which "today" is taken.
    pub time_zone: String,
}

/// The rules there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CutoffRuleKind {
    /// `previous_month_end`: the last day of the month before today.
    PreviousMonthEnd,
    /// `previous_day`: yesterday.
    PreviousDay,
}

/// Who is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notify {
    /// Sender address.
    pub from: Person,
    /// Recipients.
    pub recipients: Vec<Recipient>,
}

/// A recipient and the outcomes they are told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// The person.
    pub person: Person,
    /// `owner`, `reviewer` or `other`.
    pub role: String,
    /// Outcomes of which this recipient is told.
    pub on: Vec<Outcome>,
}
