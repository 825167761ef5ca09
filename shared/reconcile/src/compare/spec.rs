//! What a comparison is asked for, by names of columns.
//!
//! Nothing here was checked against the columns that there are; `ComparisonPlan::new` does that.

use arrow::datatypes::SchemaRef;
use tieout_model::{AmountColumn, ComparedColumn, Duplicates, KeyColumn, WhatIfColumn};

/// A side of a comparison: a data set with its columns and amount columns.
#[derive(Debug, Clone)]
pub struct SideSchema {
    /// Name of the data set.
    pub name: String,
    /// Its columns, of wide types only.
    pub schema: SchemaRef,
    /// Its amount columns, summed by class.
    pub amounts: Vec<AmountColumn>,
}

/// A comparison as it is declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparisonSpec {
    /// Id in the definition.
    pub id: String,
    /// The columns that identify a row on both sides; at least one.
    pub key: Vec<KeyColumn>,
    /// The columns that are compared.
    pub columns: Vec<ComparedColumn>,
    /// What happens with a key that is more than once on a side. Paired rows that have no partner are `only_left` or
    /// `only_right`; so are, paired or summed, all rows of a key that one side does not have. What tolerance absorbs
    /// between sums is not part of what the tolerance of the column absorbed.
    pub duplicates: Duplicates,
    /// Differences to add up.
    pub sum_difference: Option<SumDifference>,
    /// Other tolerances whose effect is to be told.
    pub what_if: Vec<WhatIfColumn>,
}

/// The sum of `right - left` over the compared pairs, by the values of columns in their common form.
///
/// Where a column to sum by differs between the sides, the left amount counts negatively under the left value and the
/// right one positively under the right value. A null amount adds nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SumDifference {
    /// The left name of a compared numeric column.
    pub amount: String,
    /// Left names of key or compared columns.
    pub by: Vec<String>,
}
