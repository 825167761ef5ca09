//! Values of accounting and audit: exact decimals, currencies, cutoff dates, digests, and what a run found.
//!
//! Pure: no clock, no environment, no file system, no async runtime, no Arrow. Every other crate speaks in these
//! words, and a stage hands the next one only values of this crate.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking"))]

mod absorbed;
mod class_line;
mod classification_result;
mod comparison;
mod comparison_result;
mod conclude;
mod contract;
mod currency;
mod cutoff;
mod decimal;
mod digest;
mod display;
mod exclusion;
mod finding;
mod footing;
mod identity;
mod manifest;
mod merkle;
mod outcome;
mod parameter;
mod result;
mod rules;
mod threshold_check;
mod threshold_contract;
mod threshold_result;
mod words;

pub use class_line::{AmountPair, ClassLine};
pub use classification_result::{ClassificationResult, RuleCoverage, RuleStatus};
pub use comparison::{
    ColumnNames, ComparedColumn, DayTolerance, Duplicates, KeyColumn, Normalisation, NormalisationStep, RelativeBase,
    RelativeTolerance, Tolerance, UnknownStep, WhatIfColumn,
};
pub use comparison_result::{
    Absorbed, ClassAmount, ClassCount, ComparisonClass, ComparisonDetails, ComparisonResult, DifferenceSum,
    NormalisedColumn, Side, WhatIf, WhatIfAmount,
};
pub use conclude::conclude;
pub use contract::{
    AmountColumn, Column, ColumnType, ColumnTypeError, Contract, CurrencyOf, HeaderMatch, Lookup, NegativeForm,
    Normalise, NumberFormat, TotalRow, ValueFormat, folded,
};
pub use currency::{Currency, CurrencyError};
pub use cutoff::{CutoffDate, CutoffDateError};
pub use decimal::{Decimal, DecimalError, MAX_PRECISION};
pub use digest::{Digest, DigestError, Sha256Stream};
pub use display::{group_digits, visible, visible_line};
pub use exclusion::{AFTER_CUTOFF, BEFORE_PERIOD};
pub use finding::{Finding, counted, exception_count, largest_amounts};
pub use footing::{foot_comparison, foot_data_set};
pub use identity::{ControlId, IdentityError, RunId, RunNumber, StageName};
pub use manifest::{Artifact, MANIFEST_SCHEMA, Manifest};
pub use merkle::MerkleTree;
pub use outcome::{Outcome, Reason, ReasonCode};
pub use parameter::{Parameter, Parameters};
pub use result::{
    AssertionResult, ColumnSchema, ColumnTotal, CurrencyAmount, DataSetKind, DataSetResult, Excluded, FootingLine,
    RESULT_SCHEMA, Rejected, RunResult, Severity, StatedTotal, TableResult, TestOutcome, TestResult, TieOutResult,
    TieOutStatus,
};
pub use rules::{Allowed, AllowedTexts, Assign, Condition, Phrase, Rule, RuleSet, Sign, Test};
pub use threshold_check::{MatrixColumns, ThresholdCheck, converted_name};
pub use threshold_contract::{ThresholdContract, ThresholdQuestion, ThresholdRule, ThresholdVersion};
pub use threshold_result::{ContractInForce, Matrix, MatrixCell, RowReason, ThresholdCheckResult, ThresholdStatus};
pub use words::{fold_text, words_of};
