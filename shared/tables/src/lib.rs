//! Tables: Arrow schemas and contracts, text to typed values, canonical row digests, control totals, sorting, Parquet.
//!
//! Six column types and no others travel between stages: text is Arrow `Utf8`, integer `Int64`, decimal `Decimal128`,
//! boolean `Boolean`, date `Date32`, timestamp `Timestamp(Microsecond, None)`. What is not exactly one of them is
//! converted without loss or refused. No error text holds a cell's content. Files that are only compared may hold
//! more: the wide types of [`wide_schema`].
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking"))]

mod builder;
mod cell;
mod conform;
mod digest;
mod error;
mod fingerprint;
mod house;
mod input_cell;
mod mask;
mod moment;
mod normalise;
mod number;
mod parquet;
mod parquet_table;
mod parse;
mod read_cell;
mod row_rules;
mod schema;
mod scratch_file;
mod settle;
mod sort;
mod text_form;
mod threshold;
mod timestamp;
mod totals;
mod typed;
mod wide;

pub use builder::{BatchBuilder, RowProblem};
pub use cell::cell_text;
pub use conform::{Conformed, conform};
pub use digest::TableDigest;
pub use error::TableError;
pub use fingerprint::{Alike, CellForm, Choose, FingerprintColumn, FingerprintKeys, FingerprintPlan, Fingerprints};
pub use house::{house_schema, to_house};
pub use input_cell::InputCell;
pub use mask::mask;
pub use normalise::normalised;
pub use parquet::{TableFile, TableReader, TableWriter};
pub use parquet_table::ParquetTable;
pub use parse::{Value, ValueProblem, parse_value};
pub use schema::{arrow_type, column_schemas, column_type, schema_of};
pub use scratch_file::{ScratchFile, ScratchReader};
pub use sort::{SortedBatches, Sorter};
pub use text_form::TextForm;
pub use threshold::{converted, is_below, product};
pub use totals::Totals;
pub use typed::TypedValue;
pub use wide::{to_wide, wide_schema};
