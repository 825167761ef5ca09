//! A control's definition after loading: every name resolved, every default filled in, nothing left to guess.

use std::collections::BTreeMap;

use tieout_model::{
    AmountColumn, ColumnType, Contract, ControlId, Currency, CurrencyOf, Decimal, Digest, Outcome, Severity,
};

/// A control: the whole of `control.toml` and its `.sql` files.
#[derive(Debug, Clone)]
pub struct Control {
    /// The control's id; equals the name of its folder.
    pub id: ControlId,
    /// A title for people.
    pub title: String,
    /// What the control is for.
    pub description: String,
    /// Who prepares.
    pub owner: Person,
    /// Who reviews; never the owner.
    pub reviewer: Person,
    /// How the cutoff date is found when none is given.
    pub cutoff: CutoffRule,
    /// Parameters besides the cutoff date, bound in SQL as `$name`.
    pub parameters: Vec<Parameter>,
    /// Where data sets are read from.
    pub sources: Vec<SourceDefinition>,
    /// Extracted data sets, in order; a data set may only refer to earlier ones.
    pub data_sets: Vec<DataSet>,
    /// Derived data sets, in order; each may use every data set before it.
    pub derived: Vec<Derived>,
    /// Comparisons of two data sets by key.
    pub comparisons: Vec<Comparison>,
    /// Agreements of two totals.
    pub tie_outs: Vec<TieOut>,
    /// Predicates that must hold for every row.
    pub assertions: Vec<Assertion>,
    /// Thresholds by id.
    pub thresholds: Vec<Threshold>,
    /// Who is told.
    pub notify: Notify,
    /// The definition files by path below the control's folder: `control.toml` and every `.sql` file it names.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Digest over names and bytes of `files`.
    pub digest: Digest,
}

/// A person by name and mail address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Display name.
    pub name: String,
    /// Mail address.
    pub email: String,
}

/// How the cutoff date is found when none is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CutoffRule {
    /// The rule.
    pub kind: CutoffRuleKind,
    /// IANA name of the time zone in which "today" is taken.
    pub time_zone: String,
}

/// The rules there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CutoffRuleKind {
    /// `previous_month_end`: the last day of the month before today.
    PreviousMonthEnd,
    /// `previous_day`: yesterday.
    PreviousDay,
}

/// A parameter of a control.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Name, bound as `$name`.
    pub name: String,
    /// Type of the value.
    pub data_type: ColumnType,
    /// Value when none is given, as text; a parameter without one must be given.
    pub default: Option<String>,
}

/// A source: where data sets are read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceDefinition {
    /// Name that data sets refer to.
    pub name: String,
    /// The kind and its settings.
    pub kind: SourceKind,
}

/// The kinds of source there are. Adding one adds a variant here and a file under `shared/sources/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceKind {
    /// `files`: a folder of files.
    Files {
        /// Folder relative to the control's own folder, used when no data folder is given.
        folder: String,
    },
}

/// An extracted data set.
#[derive(Debug, Clone)]
pub struct DataSet {
    /// Name in SQL and results.
    pub name: String,
    /// Name of its source.
    pub source: String,
    /// What to read from the source.
    pub query: DataSetQuery,
    /// What is promised.
    pub contract: Contract,
    /// Which rows belong to the population.
    pub scope: Scope,
    /// How many rows may fail to convert before the data set is not operated.
    pub rejects_tolerated: u64,
    /// Completeness and accuracy tests.
    pub tests: Vec<DataSetTest>,
}

/// What to read from a source, by kind of source.
#[derive(Debug, Clone)]
pub enum DataSetQuery {
    /// Files below the source's folder.
    Files {
        /// File name, or a pattern with `*` in its last part; several matches are read in order of name.
        file: String,
        /// How the bytes become rows.
        format: FileFormat,
        /// Compression of the bytes.
        compression: Compression,
    },
}

/// How the bytes of a file become rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileFormat {
    /// Delimited text.
    Csv {
        /// One ASCII byte between cells.
        delimiter: u8,
        /// The quote character; `None` when quotes have no meaning.
        quote: Option<u8>,
        /// Whether the first row names the columns; otherwise cells follow the contract's order.
        header: bool,
        /// Rows to pass over before the header (or the first row).
        skip_rows: u64,
        /// The text encoding; a byte order mark always wins.
        encoding: Encoding,
    },
    /// An Excel workbook.
    Xlsx {
        /// Sheet name; `None` takes the only sheet and refuses a workbook with several.
        sheet: Option<String>,
        /// 1-based row that names the columns.
        header_row: u32,
    },
    /// Parquet; `value` formats have no effect.
    Parquet,
    /// One JSON object a line.
    JsonLines,
}

/// Text encodings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without byte order mark; an invalid byte is an error.
    Utf8,
    /// ISO 8859-1 (every byte is the code point of the same number).
    Latin1,
    /// UTF-16 with byte order mark; without one, little endian.
    Utf16,
}

/// Compression of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// By the end of the name: `.gz`, `.zst`, otherwise none.
    ByName,
    /// None.
    None,
    /// gzip, all members.
    Gzip,
    /// Zstandard, all frames.
    Zstd,
}

/// Which rows that were read belong to the population; the others are counted by reason.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Date or timestamp column: later than the cutoff date is `after_cutoff`. Null is a rejected row.
    pub cutoff_column: Option<String>,
    /// First day that belongs to the period; earlier is `before_period`. Needs `cutoff_column`.
    pub since: Option<PeriodStart>,
    /// A row belongs only if its header row does.
    pub within: Option<Within>,
}

/// The first day of a period, from the cutoff date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeriodStart {
    /// `month_start`: first day of the cutoff date's month.
    MonthStart,
    /// `year_start`: first of January of the cutoff date's year.
    YearStart,
}

/// Membership through another data set: lines follow their header.
///
/// A row whose columns `on` equal a row in the population of `data_set` belongs; one whose header was excluded is
/// excluded for the header's reason; one without any header is excluded as `not_in_<data_set>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Within {
    /// An earlier data set.
    pub data_set: String,
    /// Columns that both have under the same name and type.
    pub on: Vec<String>,
}

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

/// A data set computed by SQL from the data sets before it.
#[derive(Debug, Clone)]
pub struct Derived {
    /// Name in SQL and results.
    pub name: String,
    /// Path of the `.sql` file below the control's folder.
    pub sql_path: String,
    /// Its text: one SELECT statement.
    pub sql: String,
    /// Columns that identify a row and sort the table; empty sorts by all columns in order.
    pub key: Vec<String>,
    /// Amount columns, for control totals.
    pub amounts: Vec<AmountColumn>,
    /// Completeness and accuracy tests.
    pub tests: Vec<DataSetTest>,
}

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
    pub key: Vec<ColumnPair>,
    /// Pairs of compared columns with their tolerances.
    pub columns: Vec<ComparedColumn>,
}

/// A column of the left side and its counterpart on the right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnPair {
    /// Column of the left data set.
    pub left: String,
    /// Column of the right data set.
    pub right: String,
}

/// A compared pair of columns. A difference `d` is tolerated when `|d| <= absolute` or `|d| <= relative × |right|`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparedColumn {
    /// The columns.
    pub pair: ColumnPair,
    /// Largest tolerated absolute difference; numeric columns only.
    pub absolute: Option<Decimal>,
    /// Largest tolerated difference as a fraction of the right side; numeric columns only.
    pub relative: Option<Decimal>,
}

/// An agreement of two totals.
#[derive(Debug, Clone)]
pub struct TieOut {
    /// Id in results.
    pub id: String,
    /// Left total.
    pub left: TotalOf,
    /// Right total.
    pub right: TotalOf,
    /// Columns that both sides have, by which the totals are also agreed group by group; empty for the total only.
    pub by: Vec<String>,
    /// Ids of the thresholds, at most one per currency; empty investigates any difference.
    pub thresholds: Vec<String>,
}

/// An amount column of a data set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TotalOf {
    /// The data set.
    pub data_set: String,
    /// Its amount column.
    pub column: String,
}

/// A predicate that must hold for every row of a data set.
#[derive(Debug, Clone)]
pub struct Assertion {
    /// Id in results.
    pub id: String,
    /// The data set.
    pub data_set: String,
    /// SQL predicate over the data set's columns; null counts as not held.
    pub holds: String,
    /// What it means when a row fails, for people.
    pub description: String,
    /// How grave a failure is.
    pub severity: Severity,
    /// The amount at stake in a failed row.
    pub at_stake: Option<AtStake>,
}

/// The amount at stake in a failed row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtStake {
    /// SQL expression with a decimal or integer value.
    pub expression: String,
    /// Its currency.
    pub currency: CurrencyOf,
    /// Decimals to print at least; digits beyond are kept unless they are zeros.
    pub decimals: u8,
}

/// A threshold: the smallest absolute difference that is investigated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Threshold {
    /// Id that tie-outs refer to.
    pub id: String,
    /// The amount, above zero.
    pub amount: Decimal,
    /// Its currency.
    pub currency: Currency,
}

/// Who is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notify {
    /// Sender address.
    pub from: Person,
    /// Recipients.
    pub recipients: Vec<Recipient>,
}

/// A recipient and the outcomes they are told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// The person.
    pub person: Person,
    /// `owner`, `reviewer` or `other`.
    pub role: String,
    /// Outcomes of which this recipient is told.
    pub on: Vec<Outcome>,
}
