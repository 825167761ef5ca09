//! The command line of `tieout compare`.
//!
//! Columns are named as the left side names them; where the right side has another name, `left=right` says so once.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use tieout_model::{ColumnNames, ColumnType, DayTolerance, Decimal, Normalisation, RelativeTolerance};

use super::column_values::{
    byte_size, column_names, columns_list, days_of, decimal_of, delimiter, normalisation_of, relative_of,
    tolerances_of, type_of,
};

/// Examples at the end of the help of `tieout compare`.
pub(super) const EXAMPLES: &str = "Examples:\n  \
    tieout compare left.csv right.csv --on company,document_no --abs-tol amount=0.05\n  \
    tieout compare left.csv right.csv --on company,document_no --output differences\n  \
    tieout compare left.csv right.csv --on company,document_no --what-if amount=0,0.01,0.05\n\n\
    Files by the end of their names: .parquet, .xlsx, .csv, .tsv, .txt, .jsonl, .ndjson; text also\n\
    with .gz or .zst.\n\
    Exit codes: 0 equal or within tolerance, 1 differences, 2 bad input and nothing was written,\n\
    3 the machine failed, 130 interrupted.";

/// `tieout compare`.
#[derive(Debug, Args)]
pub struct CompareArguments {
    /// The left file.
    pub left: PathBuf,
    /// The right file.
    pub right: PathBuf,
    /// Columns that identify a row: `a,b`, or `left=right` where the names differ.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', required = true, value_parser = column_names)]
    pub on: Vec<ColumnNames>,
    /// Folder to write `summary.json` and `exceptions.parquet` into; it appears whole or not at all.
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Which columns are compared.
    #[command(flatten)]
    pub columns: ColumnArguments,
    /// What counts as equal.
    #[command(flatten)]
    pub equality: EqualityArguments,
    /// Keys that are more than once on a side.
    #[command(flatten)]
    pub duplicates: DuplicateArguments,
    /// What is reported besides.
    #[command(flatten)]
    pub report: ReportArguments,
    /// How text files are read.
    #[command(flatten)]
    pub reading: ReadingArguments,
    /// How the machine is used.
    #[command(flatten)]
    pub machine: MachineArguments,
}

/// Which columns are compared.
#[derive(Debug, Args)]
#[command(next_help_heading = "Columns")]
pub struct ColumnArguments {
    /// Compare only these; without it every column that is not in the key.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    pub columns: Vec<String>,
    /// Leave these out, on whichever side they are.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', conflicts_with = "columns")]
    pub ignore: Vec<String>,
    /// Columns to compare whose names differ.
    #[arg(long, value_name = "LEFT=RIGHT", value_delimiter = ',', value_parser = column_names)]
    pub map: Vec<ColumnNames>,
}

/// What counts as equal.
#[derive(Debug, Args)]
#[command(next_help_heading = "Equality")]
pub struct EqualityArguments {
    /// Largest difference of a number that is tolerated, `amount=0.05`.
    #[arg(long, value_name = "COLUMN=NUMBER", value_delimiter = ',', value_parser = decimal_of)]
    pub abs_tol: Vec<(String, Decimal)>,
    /// Largest difference as a fraction of the right side, `amount=0.01`; of another base, `amount=0.01:left` or `:max`.
    #[arg(long, value_name = "COLUMN=FRACTION", value_delimiter = ',', value_parser = relative_of)]
    pub rel_tol: Vec<(String, RelativeTolerance)>,
    /// Days by which the right date may differ, `booked=2`; earlier and later apart, `booked=-1/+3`.
    #[arg(long, value_name = "COLUMN=DAYS", value_delimiter = ',', value_parser = days_of)]
    pub days_tol: Vec<(String, DayTolerance)>,
    /// The most that tolerance may absorb in all, `amount=100`; more is an exception.
    #[arg(long, value_name = "COLUMN=NUMBER", value_delimiter = ',', value_parser = decimal_of)]
    pub cap: Vec<(String, Decimal)>,
    /// Bring a column into one form first, `name=trim+case`: nfc, trim, case, `leading_zeros`, number (`1.0` is `1`),
    /// date (a timestamp's day).
    #[arg(long, value_name = "COLUMN=STEPS", value_delimiter = ',', value_parser = normalisation_of)]
    pub normalise: Vec<(String, Normalisation)>,
}

/// Keys that are more than once on a side.
#[derive(Debug, Args)]
#[command(next_help_heading = "Duplicate keys")]
pub struct DuplicateArguments {
    /// List their rows, pair them one to one by `--order`, or compare the sums of `--sum`.
    #[arg(long, value_enum, default_value_t = DuplicateRule::List)]
    pub duplicates: DuplicateRule,
    /// Columns by which the rows of a key are paired, first with first.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', value_parser = column_names)]
    pub order: Vec<ColumnNames>,
    /// The amount that is summed for each key.
    #[arg(long, value_name = "COLUMN", value_parser = column_names)]
    pub sum: Option<ColumnNames>,
    /// The column that names the currency of amounts; amounts of different currencies never add.
    #[arg(long, value_name = "COLUMN", value_parser = column_names)]
    pub currency: Option<ColumnNames>,
}

/// What happens with a key that is more than once on a side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DuplicateRule {
    /// A class of its own; the rows of both sides are listed.
    List,
    /// One to one in a declared order.
    Pair,
    /// Sum against sum.
    Sum,
}

/// What is reported besides.
#[derive(Debug, Args)]
#[command(next_help_heading = "Report")]
pub struct ReportArguments {
    /// Add up right minus left of this column over the compared rows.
    #[arg(long, value_name = "COLUMN")]
    pub sum_diff: Option<String>,
    /// Key columns or compared columns by whose values `--sum-diff` is split.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', requires = "sum_diff")]
    pub by: Vec<String>,
    /// What other tolerances would leave, `amount=0,0.01,0.05`.
    #[arg(long, value_name = "COLUMN=NUMBERS", value_parser = tolerances_of)]
    pub what_if: Vec<(String, Vec<Decimal>)>,
    /// Look for the nearest candidate of each unmatched row among the rows that agree in these columns of the key.
    #[arg(long, value_name = "COLUMNS", value_parser = columns_list, requires = "output")]
    pub relax: Vec<Vec<String>>,
}

/// How text files are read.
#[derive(Debug, Args)]
#[command(next_help_heading = "Text files")]
pub struct ReadingArguments {
    /// The type of a column: text, integer, `decimal(18,2)`, boolean, date or timestamp. Repeat it for more columns.
    #[arg(long = "type", value_name = "COLUMN=TYPE", value_parser = type_of)]
    pub types: Vec<(String, ColumnType)>,
    /// The character between cells of CSV, or `tab`; given twice: of the left file, of the right file.
    #[arg(long, value_name = "CHARACTER", value_parser = delimiter)]
    pub delimiter: Vec<u8>,
    /// The sheet of a workbook; given twice: of the left file, of the right file.
    #[arg(long, value_name = "NAME")]
    pub sheet: Vec<String>,
}

/// How the machine is used. None of it changes a byte of the answer.
#[derive(Debug, Args)]
#[command(next_help_heading = "Machine")]
pub struct MachineArguments {
    /// Compare every row in full instead of trusting equal hashes of 128 bits of the key and 64 of the values.
    #[arg(long)]
    pub paranoid: bool,
    /// Threads; without it all that the machine has.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
    /// The most memory to use, such as `1GB` or `512MiB`; beyond it the folder for temporary files is used.
    #[arg(long, value_name = "SIZE", value_parser = byte_size)]
    pub memory_limit: Option<u64>,
    /// Folder for temporary files; without it the system's.
    #[arg(long, value_name = "DIR")]
    pub scratch: Option<PathBuf>,
}
