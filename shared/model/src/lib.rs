//! Values of accounting and audit: exact decimals, currencies, cutoff dates, digests, and what a run found.
//!
//! Pure: no clock, no environment, no file system, no async runtime, no Arrow. Every other crate speaks in these
//! words, and a stage hands the next one only values of this crate.

mod contract;
mod currency;
mod cutoff;
mod decimal;
mod digest;
mod exclusion;
mod identity;
mod manifest;
mod merkle;
mod outcome;
mod result;

pub use contract::{
    AmountColumn, Column, ColumnType, ColumnTypeError, Contract, CurrencyOf, NegativeForm, NumberFormat, ValueFormat,
};
pub use currency::{Currency, CurrencyError};
pub use cutoff::{CutoffDate, CutoffDateError};
pub use decimal::{Decimal, DecimalError, MAX_PRECISION};
pub use digest::{Digest, DigestError, Sha256Stream};
pub use exclusion::{AFTER_CUTOFF, BEFORE_PERIOD};
pub use identity::{ControlId, IdentityError, RunId, RunNumber, StageName};
pub use manifest::{Artifact, MANIFEST_SCHEMA, Manifest};
pub use merkle::MerkleTree;
pub use outcome::{Outcome, Reason, ReasonCode};
pub use result::{
    AssertionResult, ClassAmount, ClassCount, ColumnSchema, ColumnTotal, ComparisonClass, ComparisonResult,
    CurrencyAmount, DataSetKind, DataSetResult, Excluded, FootingLine, RESULT_SCHEMA, Rejected, RunResult, Severity,
    Side, TableResult, TestOutcome, TestResult, TieOutResult, TieOutStatus,
};
