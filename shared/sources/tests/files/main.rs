//! Files of every format, written byte by byte, read through the port `Source`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::format_push_string, clippy::format_collect, reason = "a test is read more often than it runs")]

mod csv;
mod encodings;
mod given;
mod json_lines;
mod parquet;
mod port;
mod reading_rules;
mod support;
mod xlsx;
