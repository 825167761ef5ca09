//! The embedded SQL engine (`DataFusion`) behind the port `QueryEngine`.
//!
//! One SELECT over the given Parquet files and nothing else: parameters are bound as values, no binary float, clock,
//! chance, silent conversion or wrapped number gets into an answer, and no error text holds a cell's content. What
//! authors of controls may write is in this crate's `README.md`.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking"))]

mod answer;
mod conversions;
mod date_trunc;
mod engine;
mod exact;
mod failure;
mod functions;
mod order;
mod parameters;
mod problem;
mod rewrite;
mod session;
mod shape;
mod sql_text;
mod sql_types;
mod statement;
mod sums;
mod tables;
mod workers;

pub use engine::{EmbeddedEngine, EngineSettings};
