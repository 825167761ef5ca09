//! Consistent made-up data sets for the shipped controls, with planted defects and the answer beside them.
//!
//! A sample is a function of its request: same request, same bytes. It is written row by row, so that its size is
//! bounded by the disk and not by memory. The answer is computed here in plain Rust and shares nothing with the
//! control's SQL and rules: that is what makes it worth comparing with.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking"))]

mod calendar;
mod cell;
mod chance;
mod csv_file;
mod error;
pub mod pg01;
mod source_table;

pub use error::SampleError;
