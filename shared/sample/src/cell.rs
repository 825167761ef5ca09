//! One value of a made-up row, before it becomes text in a CSV file or a typed value in a source table.
//!
//! Amounts are whole cents and rates whole ten-thousandths: nothing here is ever a binary float.

use std::borrow::Cow;
use std::fmt::Write as _;

use jiff::civil::{Date, DateTime};

/// An amount in hundredths of its currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Cents(pub(crate) i64);

/// An exchange rate in ten-thousandths of local currency per US dollar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rate(pub(crate) i64);

/// One value of a row.
#[derive(Debug, Clone)]
pub(crate) enum Cell<'a> {
    Null,
    Text(Cow<'a, str>),
    Int(i64),
    Flag(bool),
    Amount(Cents),
    Rate(Rate),
    Moment(DateTime),
    Day(Date),
}

/// A row of cells, each made by `Cell::from`.
macro_rules! cells {
    ($($value:expr),* $(,)?) => { [$($crate::cell::Cell::from($value)),*] };
}
pub(crate) use cells;

/// How the values of one CSV file are spelled: exports come from different clients.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spelling {
    /// What stands for null.
    pub(crate) null: &'static str,
    /// Decimals of an amount, at least two.
    pub(crate) decimals: usize,
    /// False and true.
    pub(crate) flags: [&'static str; 2],
    /// What stands between day and time.
    pub(crate) between: char,
}

impl Cell<'_> {
    /// The value in hundredths of hundredths, where it is one that a control total adds up.
    pub(crate) fn summand(&self) -> i128 {
        match self {
            Self::Amount(Cents(cents)) => i128::from(*cents) * 100,
            Self::Rate(Rate(rate)) => i128::from(*rate),
            _ => 0,
        }
    }

    /// Writes the value as text, without quotes.
    pub(crate) fn spell(&self, spelling: &Spelling, text: &mut String) {
        let written = match self {
            Self::Null => text.write_str(spelling.null),
            Self::Text(value) => text.write_str(value),
            Self::Int(value) => write!(text, "{value}"),
            Self::Flag(value) => text.write_str(spelling.flags[usize::from(*value)]),
            Self::Amount(value) => {
                spell_amount(*value, spelling.decimals, text);
                Ok(())
            }
            Self::Rate(Rate(value)) => write!(text, "{}.{:04}", value / 10_000, value % 10_000),
            Self::Day(value) => write!(text, "{value}"),
            Self::Moment(value) => {
                spell_moment(*value, spelling.between, text);
                Ok(())
            }
        };
        debug_assert!(written.is_ok(), "text in memory takes everything");
    }
}

fn spell_amount(Cents(cents): Cents, decimals: usize, text: &mut String) {
    if cents < 0 {
        text.push('-');
    }
    let cents = cents.unsigned_abs();
    let _ = write!(text, "{}.{:02}", cents / 100, cents % 100);
    text.extend(std::iter::repeat_n('0', decimals.saturating_sub(2)));
}

fn spell_moment(moment: DateTime, between: char, text: &mut String) {
    let _ = write!(
        text,
        "{:04}-{:02}-{:02}{between}{:02}:{:02}:{:02}",
        moment.year(),
        moment.month(),
        moment.day(),
        moment.hour(),
        moment.minute(),
        moment.second()
    );
    let micros = moment.subsec_nanosecond() / 1000;
    if micros != 0 {
        let _ = write!(text, ".{micros:06}");
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(Cow::Borrowed(value))
    }
}

impl<'a> From<&'a String> for Cell<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(Cow::Borrowed(value))
    }
}

impl From<String> for Cell<'_> {
    fn from(value: String) -> Self {
        Self::Text(Cow::Owned(value))
    }
}

impl From<i64> for Cell<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<bool> for Cell<'_> {
    fn from(value: bool) -> Self {
        Self::Flag(value)
    }
}

impl From<Cents> for Cell<'_> {
    fn from(value: Cents) -> Self {
        Self::Amount(value)
    }
}

impl From<Rate> for Cell<'_> {
    fn from(value: Rate) -> Self {
        Self::Rate(value)
    }
}

impl From<DateTime> for Cell<'_> {
    fn from(value: DateTime) -> Self {
        Self::Moment(value)
    }
}

impl From<Date> for Cell<'_> {
    fn from(value: Date) -> Self {
        Self::Day(value)
    }
}

impl<'a, T: Into<Cell<'a>>> From<Option<T>> for Cell<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(cell: &Cell<'_>, decimals: usize) -> String {
        let mut text = String::new();
        let spelling = Spelling { null: "NULL", decimals, flags: ["0", "1"], between: ' ' };
        cell.spell(&spelling, &mut text);
        text
    }

    #[test]
    fn amounts_keep_their_sign_and_every_cent() {
        assert_eq!(spelled(&Cell::from(Cents(-5)), 2), "-0.05");
        assert_eq!(spelled(&Cell::from(Cents(-123_456)), 4), "-1234.5600");
        assert_eq!(spelled(&Cell::from(Rate(15_314_200)), 2), "1531.4200");
    }

    #[test]
    fn moments_show_parts_of_a_second_only_where_there_are_some() {
        let moment = jiff::civil::date(2025, 9, 30).at(16, 40, 0, 0);
        assert_eq!(spelled(&Cell::from(moment), 2), "2025-09-30 16:40:00");
        let last = jiff::civil::date(2025, 9, 30).at(23, 59, 59, 999_999_000);
        assert_eq!(spelled(&Cell::from(last), 2), "2025-09-30 23:59:59.999999");
        assert_eq!(spelled(&Cell::from(None::<bool>), 2), "NULL");
    }
}
