//! The source of kind `postgres` against a real server.
//!
//! Each test starts a server of its own in a scratch folder; without `PostgreSQL` it says so and is skipped.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod answers;
mod failures;
mod large;
mod support;
mod tls;
