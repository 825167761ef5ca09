//! A comparison as it is defined: how the rows of two data sets are matched, and what may differ between them.
//!
//! Everything is declared or absent. Absent means: exactly, by value, and nothing is picked silently.

use tieout_model::{ComparedColumn, Duplicates, KeyColumn, WhatIfColumn};

/// A comparison of two data sets by key.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// Id in results.
    pub id: String,
    /// Left data set.
    pub left: String,
    /// Right data set.
    pub right: String,
    /// Pairs of key columns.
    pub key: Vec<KeyColumn>,
    /// Pairs of compared columns with their tolerances.
    pub columns: Vec<ComparedColumn>,
    /// What happens with a key that is more than once on a side.
    pub duplicates: Duplicates,
    /// Other tolerances of compared columns, of which the result says what they would leave.
    pub what_if: Vec<WhatIfColumn>,
    /// Sets of key columns, by their left names, that must still agree when the nearest candidate of an unmatched row
    /// is looked for; in the order in which they are tried. Empty looks for none.
    pub relax: Vec<Vec<String>>,
    /// Whether every row is compared in full, also where its fingerprint says that it is equal.
    pub paranoid: bool,
}
