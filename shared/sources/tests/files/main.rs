//! Files of every format, written byte by byte, read through the port `Source`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod csv;
mod encodings;
mod json_lines;
mod parquet;
mod port;
mod support;
mod xlsx;
