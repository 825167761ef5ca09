//! A table of the page: headers, rows and cells that know how they look, but hold plain text.
//!
//! Nothing here is markup; the template turns it into HTML and escapes every text.

use tieout_model::{Decimal, group_digits};

/// A table.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    /// What it shows, for readers who do not see it.
    pub(crate) label: String,
    pub(crate) headers: Vec<Header>,
    pub(crate) rows: Vec<Row>,
}

/// A column's header.
#[derive(Debug, Clone)]
pub(crate) struct Header {
    pub(crate) text: String,
    /// Whether the column holds figures, which stand to the right.
    pub(crate) figures: bool,
}

/// A row.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) look: Look,
    pub(crate) cells: Vec<Cell>,
}

/// How a row looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// Like any other.
    Plain,
    /// Nothing in it asks for attention.
    Quiet,
    /// A sum over the rows above.
    Total,
    /// Goes on with the row above.
    More,
}

/// What a status means to the reader; shown by a shape and a word, not by colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// As it should be.
    Good,
    /// Asks for attention.
    Warn,
    /// Failed, or was never done.
    Bad,
}

/// One cell.
#[derive(Debug, Clone)]
pub(crate) enum Cell {
    /// Words, or an outside value.
    Text(String),
    /// A name, with a sentence about it (which may be empty).
    Named(String, String),
    /// A figure other than zero.
    Figure(String),
    /// A figure that is zero.
    Zero(String),
    /// Nothing is known or nothing belongs here; shown as a dash, which is not zero.
    Nothing,
    /// A status.
    Status(Tone, String),
}

impl Header {
    /// The text in parts between which a line may break: the names of columns have no spaces.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &str> {
        self.text.split_inclusive(['_', '.'])
    }
}

impl Table {
    /// A table without rows; headers that begin with `#` are of figures.
    pub(crate) fn new<S: AsRef<str>>(label: impl Into<String>, headers: impl IntoIterator<Item = S>) -> Self {
        let header = |text: &str| match text.strip_prefix('#') {
            Some(text) => Header { text: text.to_owned(), figures: true },
            None => Header { text: text.to_owned(), figures: false },
        };
        let headers = headers.into_iter().map(|text| header(text.as_ref())).collect();
        Self { label: label.into(), headers, rows: Vec::new() }
    }

    pub(crate) fn push(&mut self, look: Look, cells: Vec<Cell>) {
        self.rows.push(Row { look, cells });
    }

    /// Whether a column, counted from 0, holds figures.
    pub(crate) fn has_figures(&self, column: usize) -> bool {
        self.headers.get(column).is_some_and(|header| header.figures)
    }
}

impl Cell {
    /// Shown as nothing at all: the row above says it.
    pub(crate) const SAME: Self = Self::Text(String::new());

    /// Whether a word in it is so long that a printed column must break it anywhere.
    pub(crate) fn has_long_word(&self) -> bool {
        let long = |text: &String| text.split_whitespace().any(|word| word.chars().count() > 24);
        match self {
            Self::Text(text) => long(text),
            Self::Named(name, about) => long(name) || long(about),
            _ => false,
        }
    }

    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(crate) fn amount(amount: Decimal) -> Self {
        if amount.is_zero() { Self::Zero(amount.grouped()) } else { Self::Figure(amount.grouped()) }
    }

    pub(crate) fn amount_or_nothing(amount: Option<Decimal>) -> Self {
        amount.map_or(Self::Nothing, Self::amount)
    }

    pub(crate) fn count(count: u64) -> Self {
        let text = group_digits(&count.to_string());
        if count == 0 { Self::Zero(text) } else { Self::Figure(text) }
    }

    pub(crate) fn count_or_nothing(count: Option<u64>) -> Self {
        count.map_or(Self::Nothing, Self::count)
    }
}

impl Look {
    /// The class of the row in the page's style sheet.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Quiet => "quiet",
            Self::Total => "total",
            Self::More => "more",
        }
    }
}

impl Tone {
    /// The class of the status in the page's style sheet.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Bad => "bad",
        }
    }

    /// A shape that says the same as the colour.
    pub(crate) fn shape(self) -> &'static str {
        match self {
            Self::Good => "✓",
            Self::Warn => "▲",
            Self::Bad => "✕",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_and_nothing_are_told_apart() {
        assert!(matches!(Cell::amount(Decimal::zero(2)), Cell::Zero(text) if text == "0.00"));
        assert!(matches!(Cell::amount("-1234.50".parse().unwrap()), Cell::Figure(text) if text == "-1,234.50"));
        assert!(matches!(Cell::amount_or_nothing(None), Cell::Nothing));
        assert!(matches!(Cell::count(1603), Cell::Figure(text) if text == "1,603"));
    }
}
