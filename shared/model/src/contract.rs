//! A contract: the columns that a data set promises, and how their text forms are to be read.
//!
//! A form that the contract does not declare is refused, never guessed.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

use crate::{Currency, MAX_PRECISION};

/// The text is not a column type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("is not a column type: use text, integer, decimal(precision,scale), boolean, date or timestamp")]
pub struct ColumnTypeError;

/// The type of a column. These six are all there are; Arrow's other types are cast to them or refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ColumnType {
    /// UTF-8 text (Arrow `Utf8`).
    Text,
    /// 64-bit signed integer (Arrow `Int64`).
    Integer,
    /// Exact decimal (Arrow `Decimal128`).
    Decimal {
        /// Digits in all, 1 to 38.
        precision: u8,
        /// Digits after the mark, at most the precision.
        scale: u8,
    },
    /// True or false (Arrow `Boolean`).
    Boolean,
    /// Civil date (Arrow `Date32`).
    Date,
    /// Civil date and time to the microsecond, in the books' own time zone (Arrow `Timestamp(Microsecond, None)`).
    Timestamp,
}

impl fmt::Display for ColumnType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text => formatter.write_str("text"),
            Self::Integer => formatter.write_str("integer"),
            Self::Decimal { precision, scale } => write!(formatter, "decimal({precision},{scale})"),
            Self::Boolean => formatter.write_str("boolean"),
            Self::Date => formatter.write_str("date"),
            Self::Timestamp => formatter.write_str("timestamp"),
        }
    }
}

impl FromStr for ColumnType {
    type Err = ColumnTypeError;

    fn from_str(text: &str) -> Result<Self, ColumnTypeError> {
        match text {
            "text" => return Ok(Self::Text),
            "integer" => return Ok(Self::Integer),
            "boolean" => return Ok(Self::Boolean),
            "date" => return Ok(Self::Date),
            "timestamp" => return Ok(Self::Timestamp),
            _ => {}
        }
        let inside = text.strip_prefix("decimal(").and_then(|rest| rest.strip_suffix(')')).ok_or(ColumnTypeError)?;
        let (precision, scale) = inside.split_once(',').ok_or(ColumnTypeError)?;
        let number = |part: &str| part.trim().parse::<u8>().map_err(|_| ColumnTypeError);
        let (precision, scale) = (number(precision)?, number(scale)?);
        if precision == 0 || precision > MAX_PRECISION || scale > precision {
            return Err(ColumnTypeError);
        }
        Ok(Self::Decimal { precision, scale })
    }
}

/// Where the currency of an amount column comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CurrencyOf {
    /// Every amount is in this currency.
    Fixed(Currency),
    /// Each row names its currency in this text column of the same data set.
    Column(String),
}

/// An amount column and its currency: what control totals are taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AmountColumn {
    /// The decimal column.
    pub column: String,
    /// Where its currency comes from.
    pub currency: CurrencyOf,
}

/// How numbers are written. What is not declared is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberFormat {
    /// The decimal mark, `.` or `,`.
    pub decimal_mark: char,
    /// Marks that may stand between groups of three digits before the decimal mark, one kind in one number; a space
    /// here also admits the no-break space (U+00A0), the narrow no-break space (U+202F) and the thin space (U+2009).
    /// Empty: no grouping.
    pub group_marks: Vec<char>,
    /// Forms of negative numbers besides a leading ASCII hyphen-minus, which is always read.
    pub negative: Vec<NegativeForm>,
    /// Whether a leading `+` is read.
    pub plus_sign: bool,
    /// A currency sign or code that may stand before or after the number, with or without a space between.
    pub currency_sign: Option<String>,
    /// Whether scientific notation such as `1e3` is read (exactly).
    pub exponent: bool,
}

impl Default for NumberFormat {
    /// `-1234.56` and nothing else.
    fn default() -> Self {
        Self {
            decimal_mark: '.',
            group_marks: Vec::new(),
            negative: Vec::new(),
            plus_sign: false,
            currency_sign: None,
            exponent: false,
        }
    }
}

/// A form of a negative number besides the leading hyphen-minus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NegativeForm {
    /// `(1.00)`; no sign may stand inside.
    Parentheses,
    /// `1.00-`.
    TrailingMinus,
    /// U+2212 in front, as word processors write it.
    UnicodeMinus,
}

/// The one form into which the texts of a column are brought, so that what means the same is the same everywhere.
///
/// Spaces around a text, no-break spaces included, are dropped by all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Normalise {
    /// `code`: upper case.
    Code,
    /// `key`: upper case, and a whole number loses the `.0` that spreadsheets add. What reads like `1.23E+11` is
    /// refused: its digits are gone.
    Key,
    /// `label`: lower case, spaces as `_`.
    Label,
}

/// How the text of a column becomes a value.
#[expect(clippy::struct_excessive_bools, reason = "each is a key of a definition and stands alone")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueFormat {
    /// Numbers: decimals and integers.
    pub number: NumberFormat,
    /// Dates, as a `strptime` pattern (`%Y-%m-%d`).
    pub date: String,
    /// Timestamps, as `strptime` patterns tried in order; a pattern without a time reads midnight.
    pub timestamp: Vec<String>,
    /// Texts that mean null, compared exactly after trimming when `trim` is set.
    pub null: Vec<String>,
    /// Texts that mean true.
    pub true_values: Vec<String>,
    /// Texts that mean false.
    pub false_values: Vec<String>,
    /// Whether spaces (also no-break spaces) around a value are dropped.
    pub trim: bool,
    /// Whether the case of letters in words for true and false is passed over.
    pub ignore_case: bool,
    /// The form of texts.
    pub normalise: Option<Normalise>,
    /// Whether a null decimal is zero.
    pub null_as_zero: bool,
    /// Days whose midnight means that there is no date, in dates and timestamps.
    pub null_dates: Vec<Date>,
    /// How many decimals of a second may be other than zero, 6 to 9. Those after the sixth are cut, so a moment can
    /// only move back, and never over the start of a day.
    pub fraction_digits: u8,
    /// Whether a timestamp may end in `Z` or `+hh:mm`; it is then brought to the time zone of its row
    /// ([`Contract::zone`]).
    pub offset: bool,
}

impl Default for ValueFormat {
    fn default() -> Self {
        let list = |values: &[&str]| values.iter().map(|&value| value.to_owned()).collect();
        Self {
            number: NumberFormat::default(),
            date: "%Y-%m-%d".to_owned(),
            timestamp: list(&["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d"]),
            null: list(&[""]),
            true_values: list(&["true", "1"]),
            false_values: list(&["false", "0"]),
            trim: true,
            ignore_case: false,
            normalise: None,
            null_as_zero: false,
            null_dates: Vec::new(),
            fraction_digits: 6,
            offset: false,
        }
    }
}

/// One column of a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Name in tables and SQL.
    pub name: String,
    /// The column's type.
    pub data_type: ColumnType,
    /// Whether null may occur; where it may not, a null rejects its row.
    pub nullable: bool,
    /// Whether the column must be in the source; an absent optional column is all null.
    pub required: bool,
    /// Names under which the source may call it, tried in order; the first is the declared header or the name.
    pub headers: Vec<String>,
    /// How its text is read.
    pub format: ValueFormat,
}

/// How the headers of a source are held against those of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HeaderMatch {
    /// A header or an alias, letter by letter.
    #[default]
    Exact,
    /// The header letter by letter, then the header with only its letters a to z (in lower case) and digits kept, then
    /// an alias in that form. The first step that hits wins.
    Folded,
}

/// A last row that is no data but the total of the rows above it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TotalRow {
    /// The text column that holds a label instead of a value.
    pub column: String,
    /// The labels, compared without regard to case.
    pub labels: Vec<String>,
}

/// A header with only its letters a to z, in lower case, and digits kept: `Entry No_` and `EntryNo` are `entryno`.
pub fn folded(header: &str) -> String {
    header.chars().filter(char::is_ascii_alphanumeric).map(|kept| kept.to_ascii_lowercase()).collect()
}

/// A text that a row has through another of its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookup {
    /// The text column of the row that is looked up.
    pub on: String,
    /// Texts by what is looked up.
    pub texts: BTreeMap<String, String>,
    /// What holds for a text that is not there, and for null.
    pub otherwise: Option<String>,
}

impl Lookup {
    /// The text for a row whose column `on` is `key`.
    pub fn text(&self, key: Option<&str>) -> Option<&str> {
        key.and_then(|key| self.texts.get(key)).or(self.otherwise.as_ref()).map(String::as_str)
    }
}

/// The columns that a data set promises.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Contract {
    /// Columns in table order.
    pub columns: Vec<Column>,
    /// Columns that identify a row and sort the table; empty when nothing does.
    pub key: Vec<String>,
    /// Amount columns, for control totals.
    pub amounts: Vec<AmountColumn>,
    /// How the source's headers are matched.
    pub header_match: HeaderMatch,
    /// Text columns that no source has, by name: they are looked up when a row is read.
    pub lookups: BTreeMap<String, Lookup>,
    /// The IANA time zone of a row, for timestamps that carry an offset.
    pub zone: Option<Lookup>,
    /// The total row that a file may end with.
    pub total_row: Option<TotalRow>,
}

impl Contract {
    /// The column of this name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_print_as_they_are_read() {
        for text in ["text", "integer", "decimal(19,4)", "boolean", "date", "timestamp"] {
            assert_eq!(text.parse::<ColumnType>().unwrap().to_string(), text);
        }
        for text in ["float", "decimal", "decimal(39,2)", "decimal(2,3)", "decimal(0,0)", "Text", ""] {
            assert_eq!(text.parse::<ColumnType>(), Err(ColumnTypeError), "{text}");
        }
    }
}
