//! Completeness and accuracy tests of a data set: what a second source or a known row says of it.
//!
//! A figure to test against is stated in the definition or comes from another data set, never from the data set itself.

use std::collections::BTreeMap;

use tieout_model::{Currency, Decimal};

/// A completeness or accuracy test of one data set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DataSetTest {
    /// `min_rows`: the population has at least this many rows.
    MinRows {
        /// Rows.
        rows: u64,
    },
    /// `expected_count`: the population has exactly as many rows as a second source says.
    ExpectedCount {
        /// The second source.
        expected: ExpectedCount,
    },
    /// `expected_total`: a control total equals what a second source says, per currency.
    ExpectedTotal {
        /// The amount column of this data set.
        column: String,
        /// The second source.
        expected: ExpectedTotal,
    },
    /// `witness_present`: a row known to exist is in the population.
    WitnessPresent {
        /// Column to text, read by the column's own format; all must equal.
        row: BTreeMap<String, String>,
    },
    /// `witness_absent`: a row known not to belong is not in the population.
    WitnessAbsent {
        /// Column to text, read by the column's own format; all must equal.
        row: BTreeMap<String, String>,
    },
    /// `freshness`: the latest value of a date column is at most this many days before the cutoff date.
    Freshness {
        /// Date or timestamp column.
        column: String,
        /// Days.
        max_age_days: u32,
    },
}

impl DataSetTest {
    /// The name of the test as it stands in `control.toml` and results.
    pub fn name(&self) -> &'static str {
        match self {
            Self::MinRows { .. } => "min_rows",
            Self::ExpectedCount { .. } => "expected_count",
            Self::ExpectedTotal { .. } => "expected_total",
            Self::WitnessPresent { .. } => "witness_present",
            Self::WitnessAbsent { .. } => "witness_absent",
            Self::Freshness { .. } => "freshness",
        }
    }
}

/// Where an expected count comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpectedCount {
    /// A figure in the definition.
    Rows(u64),
    /// The number of rows of another data set, earlier or later.
    RowsOf {
        /// Its name.
        data_set: String,
    },
    /// The sum of an integer column of another data set (such as a trailer record).
    SumOf {
        /// Its name.
        data_set: String,
        /// The integer column.
        column: String,
    },
}

/// Where an expected total comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpectedTotal {
    /// A figure in the definition.
    Amount {
        /// The amount.
        amount: Decimal,
        /// Its currency.
        currency: Currency,
    },
    /// The control total of an amount column of another data set.
    TotalOf {
        /// Its name.
        data_set: String,
        /// The amount column.
        column: String,
    },
}
