//! Adapters of the port `Source`: where the rows of a data set come from.
//!
//! One file per kind of source. An adapter delivers every row or names it in a `Reject`; what it cannot read exactly
//! it refuses.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking"))]

mod database;
mod files;
mod postgres;
mod rows;
mod sqlserver;

pub use files::{FilesSource, GivenFile, GivenFormat, Readings, Survey, SurveyedColumn};
pub use postgres::PostgresSource;
pub use sqlserver::SqlServerSource;
