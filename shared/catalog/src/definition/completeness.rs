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
    /// `unique_key`: no key of the data set is more than once in the population.
    UniqueKey,
    /// `source_count`: the source delivered as many rows as a list of control totals states for this data set.
    SourceCount {
        /// The data set with the columns `dataset`, `rows` and `amount`.
        data_set: String,
    },
    /// `control_total`: amounts of every row that was delivered add up to what a list of control totals states. The sum
    /// goes over all currencies: it proves that nothing changed on the way, and is no amount of money.
    ControlTotal {
        /// The data set with the columns `dataset`, `rows` and `amount`.
        data_set: String,
        /// The amount columns that are added.
        columns: Vec<String>,
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
    /// The list of control totals that the test reads.
    pub fn control_totals(&self) -> Option<&str> {
        match self {
            Self::SourceCount { data_set } | Self::ControlTotal { data_set, .. } => Some(data_set),
            _ => None,
        }
    }

    /// The name of the test as it stands in `control.toml` and results.
    pub fn name(&self) -> &'static str {
        match self {
            Self::MinRows { .. } => "min_rows",
            Self::ExpectedCount { .. } => "expected_count",
            Self::ExpectedTotal { .. } => "expected_total",
            Self::WitnessPresent { .. } => "witness_present",
            Self::WitnessAbsent { .. } => "witness_absent",
            Self::UniqueKey => "unique_key",
            Self::SourceCount { .. } => "source_count",
            Self::ControlTotal { .. } => "control_total",
            Self::Freshness { .. } => "freshness",
        }
    }
}

/// The columns of a list of control totals: the data set that a row speaks of, its rows, and the sum of its amounts.
pub const CONTROL_TOTALS_COLUMNS: [&str; 3] = ["dataset", "rows", "amount"];

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
