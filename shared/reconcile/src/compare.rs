//! The comparison of two data sets by key: one streaming merge of two sides that are sorted by it.
//!
//! Each row of each side falls into exactly one class, a null in a key matches nothing, and a side that turns out
//! not to be sorted is an error. Memory holds two batches a side and the exceptions of one batch, whatever the size
//! of the sides or of a group of equal keys.

mod cursor;
mod exceptions;
mod key;
mod merge;
mod plan;
mod tally;
mod value;

pub use merge::compare;
pub use plan::{ComparedColumn, ComparisonPlan, SideSchema};

use arrow::record_batch::RecordBatch;
use tieout_tables::TableError;

/// The batches of a table in order.
pub trait Batches: Iterator<Item = Result<RecordBatch, TableError>> {}

impl<I: Iterator<Item = Result<RecordBatch, TableError>>> Batches for I {}
