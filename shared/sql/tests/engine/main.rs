//! The embedded engine over real Parquet files, by topic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod arithmetic;
mod fixture;
mod limits;
mod queries;
mod refusals;
mod types;
