//! Derived data sets of a definition: computed by SQL or by rules from the data sets before them.

use tieout_model::{AmountColumn, RuleSet};

use super::DataSetTest;

/// A data set computed from the data sets before it.
#[derive(Debug, Clone)]
pub struct Derived {
    /// Name in SQL and results.
    pub name: String,
    /// How it is computed.
    pub by: DerivedBy,
    /// Columns that identify a row and sort the table; empty sorts by all columns in order.
    pub key: Vec<String>,
    /// Amount columns, for control totals.
    pub amounts: Vec<AmountColumn>,
    /// Completeness and accuracy tests.
    pub tests: Vec<DataSetTest>,
    /// Text column of the answer that keeps a row out of the population, by its text as the reason; null keeps it in.
    ///
    /// The column is not part of the population.
    pub excluded_by: Option<String>,
}

/// How a derived data set is computed.
#[derive(Debug, Clone)]
pub enum DerivedBy {
    /// By one SELECT statement.
    Sql {
        /// Path of the `.sql` file below the control's folder.
        path: String,
        /// Its text.
        text: String,
    },
    /// By rules that are tried on every row of one data set.
    Rules {
        /// Path of the rule file below the control's folder.
        path: String,
        /// The data set whose rows are classified.
        from: String,
        /// The rules.
        rules: RuleSet,
    },
}

impl Derived {
    /// The path of the file that says how it is computed.
    pub fn path(&self) -> &str {
        match &self.by {
            DerivedBy::Sql { path, .. } | DerivedBy::Rules { path, .. } => path,
        }
    }
}
