//! Compares data sets by key, agrees totals, classifies rows by rules, checks assertions row by row.
//!
//! Pure over Arrow batches: no file but those of `tieout_tables`, no clock, no runtime, and every amount is exact.
//! Footing and the verdict follow from the results alone and are therefore in `tieout_model`, where the auditor's
//! verifier finds them too.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking"))]

mod amount;
mod assertion;
mod classify;
mod compare;
mod engine;
mod error;
mod explain;
mod filter;
mod fingerprinted;
mod matched_amounts;
mod threshold;
mod tie_out;

pub use assertion::{AMOUNT_COLUMN, AssertionCheck, AssertionPlan, AtStakePlan, HOLDS_COLUMN};
pub use classify::{Classifier, classified_schema, coverage_batch};
pub use compare::{Batches, ComparisonPlan, ComparisonSpec, SideSchema, SumDifference, resolve};
pub use engine::{EngineSettings, compare_tables};
pub use error::ReconcileError;
pub use explain::{ExplainSpec, Explained, Explainer, FoundCounts, RelaxedCounts, explain, explanations_schema};
pub use threshold::ThresholdRows;
pub use tie_out::{GroupTotal, SideTotals, TieOut, tie_out};
