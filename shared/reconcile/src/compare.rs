//! The comparison of two data sets by key: both sides sorted by it, then one streaming merge.
//!
//! Each row of each side falls into exactly one class, a null in a key matches nothing, and nothing is picked silently.
//! The answer depends on the rows alone, not on their order or batches. Memory holds the sort's buffers, two batches
//! a side and the exceptions of one batch, whatever the size of the sides; only where duplicates are paired or summed
//! does it hold the rows of one key.

mod cursor;
mod details;
mod exceptions;
mod fingerprints;
mod form;
mod group;
mod key;
mod merge;
mod moment;
mod number;
mod pair;
mod plan;
mod side;
mod spec;
mod tally;
mod value;
mod written;

pub use merge::resolve;
pub use plan::ComparisonPlan;
pub use spec::{ComparisonSpec, SideSchema, SumDifference};

use arrow::record_batch::RecordBatch;
use tieout_tables::TableError;

/// The batches of a table in order.
pub trait Batches: Iterator<Item = Result<RecordBatch, TableError>> {}

impl<I: Iterator<Item = Result<RecordBatch, TableError>>> Batches for I {}
