//! Compares data sets by key, agrees totals, checks assertions row by row.
//!
//! Pure over Arrow batches: no file, no clock, no runtime, and every amount is exact. Footing and the verdict follow
//! from the results alone and are therefore in `tieout_model`, where the auditor's verifier finds them too.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking"))]

mod amount;
mod assertion;
mod compare;
mod error;
mod filter;
mod tie_out;

pub use assertion::{AMOUNT_COLUMN, AssertionCheck, AssertionPlan, AtStakePlan, HOLDS_COLUMN};
pub use compare::{Batches, ComparedColumn, ComparisonPlan, SideSchema, compare};
pub use error::ReconcileError;
pub use tie_out::{GroupTotal, SideTotals, TieOut, tie_out};
