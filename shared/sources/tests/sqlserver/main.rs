//! SQL Server over the real wire protocol, spoken by the test server of `testkit`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod bound;
mod connecting;
mod failing;
mod many_rows;
mod proving;
mod support;
mod types;
mod types_refused;
