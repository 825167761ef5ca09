//! Which rows belong to the population, and whether what came back is whole.
//!
//! Pure over Arrow: it sees batches and figures, never a source, a store or a clock.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking"))]

mod cross_tests;
pub mod database;
mod error;
mod membership;
mod parameters;
mod proof_tests;
mod repeated_keys;
mod scope;
mod tests_of_rows;

pub use cross_tests::{OtherDataSet, cross_tests};
pub use error::ExtractError;
pub use membership::{Membership, MembershipBuilder};
pub use parameters::{ParameterError, bind_parameters, built_in_parameters};
pub use proof_tests::{ProvenTotal, no_proof, proof_tests};
pub use scope::{ScopeFilter, Split};
pub use tests_of_rows::RowTests;
