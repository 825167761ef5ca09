//! Extracted data sets of a definition: where the rows come from and which of them belong.
//!
//! A data set refers only to those before it, except in its tests.

use jiff::civil::Date;
use tieout_model::{Contract, CutoffDate};

use super::DataSetTest;

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
    /// Runs that need the data set; in another run it is not read and has no rows.
    pub only_for: Option<OnlyFor>,
    /// Whether a data set that cannot be found has no rows, instead of keeping the control from operating.
    pub optional: bool,
}

/// The runs that need a data set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnlyFor {
    /// A list parameter.
    pub parameter: String,
    /// The values of which the list must hold at least one.
    pub any: Vec<String>,
}

/// What to read from a source, by kind of source.
#[derive(Debug, Clone)]
pub enum DataSetQuery {
    /// Files below the source's folder.
    Files(FilesQuery),
    /// The answer of a database.
    Database(Box<DatabaseQuery>),
}

/// Files and how they are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilesQuery {
    /// File name, or a pattern with `*` in its last part; several matches are read in order of name.
    pub file: String,
    /// How the bytes become rows.
    pub format: FileFormat,
    /// Compression of the bytes.
    pub compression: Compression,
}

/// A text for a database, and what it takes to prove that its answer is whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseQuery {
    /// Path of the `.sql` file below the control's folder.
    pub path: String,
    /// Its text: one `WITH ... SELECT ... ORDER BY` in the source's dialect.
    pub text: String,
    /// The WITH query that reads the driving table under all filters and without enrichment joins.
    pub population: String,
    /// Columns of the contract that are summed for the proof.
    pub control_total: Vec<String>,
    /// Ranges of a column in which the answer is read, each committed on its own.
    pub chunks: Option<Chunks>,
    /// What is read instead when the data folder of a run holds it.
    pub export: Option<FilesQuery>,
}

/// Ranges of a column in which an answer is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunks {
    /// Column of the population whose values are cut into ranges; it has no nulls.
    pub column: String,
    /// About how many rows a range holds.
    pub rows: u64,
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
        /// 1-based row that names the columns; 0 is the first of the first 30 rows that holds every required header.
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
    /// Columns whose text must be in a list parameter, in order; looked at before the dates.
    pub selected: Vec<Selected>,
    /// Date or timestamp column: later than the cutoff date is `after_cutoff`. Null is a rejected row.
    pub cutoff_column: Option<String>,
    /// First day that belongs to the period; earlier is `before_period`. Needs `cutoff_column`.
    pub since: Option<PeriodStart>,
    /// A row belongs only if its header row does.
    pub within: Option<Within>,
}

/// A column whose text must be in a list parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selected {
    /// Text column. Spaces around a text and its case do not count; null is an error, never a row left out.
    pub column: String,
    /// The list parameter.
    pub parameter: String,
    /// The reason of rows that are kept out.
    pub reason: String,
}

/// The first day of a period, from the cutoff date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeriodStart {
    /// `cutoff_date`: the cutoff date itself.
    CutoffDate,
    /// A date in the definition.
    Fixed(Date),
    /// `month_start`: first day of the cutoff date's month.
    MonthStart,
    /// `year_start`: first of January of the cutoff date's year.
    YearStart,
}

impl PeriodStart {
    /// The day at this cutoff date.
    pub fn on(self, cutoff: CutoffDate) -> Date {
        match self {
            Self::CutoffDate => cutoff.date(),
            Self::Fixed(date) => date,
            Self::MonthStart => cutoff.month_start(),
            Self::YearStart => cutoff.year_start(),
        }
    }
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
