//! From results to files for people: `report.html` and `exceptions.csv`.
//!
//! Pure: a result goes in, text comes out. Same result, same bytes; all outside text is escaped.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking"))]

mod error;
mod exceptions_csv;
mod input;
mod page;
mod section;
mod table;

pub use error::ReportError;
pub use exceptions_csv::{ExceptionRow, ExceptionsCsv, join_key};
pub use input::{
    AssertionText, DefinitionChanges, ExceptionKind, ExceptionTable, ROWS_IN_REPORT, ReportInput, TieOutSides,
};
pub use page::render_html;
