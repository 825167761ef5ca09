//! Parameters of a run: typed values that are bound in SQL, never spliced into it.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;

use crate::Decimal;

/// A bound parameter's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parameter {
    /// Text.
    Text(String),
    /// Integer.
    Integer(i64),
    /// Exact decimal.
    Decimal(Decimal),
    /// True or false.
    Boolean(bool),
    /// Civil date.
    Date(Date),
    /// Texts in order, each once. In SQL a table of the parameter's name with the one column `value`.
    List(Vec<String>),
}

/// Bound parameters by name, without the `$`.
pub type Parameters = BTreeMap<String, Parameter>;

impl fmt::Display for Parameter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => formatter.write_str(text),
            Self::Integer(number) => write!(formatter, "{number}"),
            Self::Decimal(number) => write!(formatter, "{number}"),
            Self::Boolean(truth) => write!(formatter, "{truth}"),
            Self::Date(date) => write!(formatter, "{date}"),
            Self::List(values) => formatter.write_str(&values.join(",")),
        }
    }
}
