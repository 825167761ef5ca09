//! Tests of the whole: controls run end to end on one machine. One binary, because each would link the SQL engine.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod command_line;
mod compare;
mod compare_declared;
mod compare_files;
mod compare_machine;
mod compare_refusals;
mod comparisons;
mod databases;
mod faults;
mod golden;
mod harness;
mod not_operated;
mod pg_01;
mod pg_01_over_sql_server;
mod real_data;
mod rules;
mod runs;
mod same_bytes;
mod scripted_source;
mod sqlserver;
mod thresholds;
mod verification;
mod wire;
