//! Builders, fakes, fault-injecting store, naive oracle, tidy.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking"))]

mod fault_store;
mod fixed_clock;
mod oracle;
pub mod postgres;
mod store_conformance;
pub mod tds;
pub mod tidy;

pub use fault_store::{FaultMoment, FaultStore};
pub use fixed_clock::FixedClock;
pub use oracle::{
    OracleCell, OracleColumn, OracleComparison, OracleDuplicates, OracleFigures, OracleFinding, OracleFloat,
    OracleGroup, OraclePair, compare_naively, tie_out_naively,
};
pub use store_conformance::check_store;
