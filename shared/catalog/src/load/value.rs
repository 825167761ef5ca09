//! One value of `control.toml` with its place: read as the type that the definition asks for, or reported.
//!
//! Every reading returns `None` only after the mistake was reported.

use std::ops::Range;
use std::str::FromStr;

use tieout_model::{Currency, Decimal};
use toml::de::{DeTable, DeValue};

use super::document::Document;
use super::quoted::offset_in_source;
use crate::nearest::did_you_mean;

/// A value with its place and the name to call it by in messages.
#[derive(Clone)]
pub(crate) struct Value<'a> {
    document: &'a Document<'a>,
    node: &'a DeValue<'a>,
    span: Range<usize>,
    name: String,
}

impl<'a> Value<'a> {
    /// A value under a key.
    pub(crate) fn new(document: &'a Document<'a>, node: &'a DeValue<'a>, span: Range<usize>, key: &str) -> Self {
        Self { document, node, span, name: format!("'{key}'") }
    }

    /// Reports a mistake at this value.
    pub(crate) fn report(&self, message: impl Into<String>) {
        self.document.report(self.span.start, message, None);
    }

    /// The text of a string.
    pub(crate) fn text(&self) -> Option<Text<'a>> {
        match self.node {
            DeValue::String(text) => {
                let (span, name) = (self.span.clone(), self.name.clone());
                Some(Text { document: self.document, content: text, span, name })
            }
            _ => self.wrong_type("text in quotes"),
        }
    }

    /// A text that holds exactly one decimal number. A TOML number is refused: it would be a binary float.
    pub(crate) fn decimal(&self) -> Option<Decimal> {
        let DeValue::String(text) = self.node else {
            return self.wrong_type("an exact decimal in quotes, such as \"100.00\"");
        };
        text.parse().map_err(|error| self.report(format!("{} is '{text}', which {error}", self.name))).ok()
    }

    /// True or false.
    pub(crate) fn flag(&self) -> Option<bool> {
        match self.node {
            DeValue::Boolean(flag) => Some(*flag),
            _ => self.wrong_type("true or false"),
        }
    }

    /// A whole number in the range of `T`.
    pub(crate) fn whole<T: FromStr>(&self) -> Option<T> {
        let DeValue::Integer(number) = self.node else {
            return self.wrong_type("a whole number");
        };
        let parsed = if number.radix() == 10 { number.as_str().parse().ok() } else { None };
        if parsed.is_none() {
            self.report(format!("{} is {number}, which is out of range", self.name));
        }
        parsed
    }

    /// The entries of an array.
    pub(crate) fn entries(&self) -> Option<Vec<Self>> {
        let DeValue::Array(entries) = self.node else {
            return self.wrong_type("an array");
        };
        let name = format!("an entry of {}", self.name.trim_start_matches("an entry of "));
        let entry = |node: &'a toml::Spanned<DeValue<'a>>| Self {
            document: self.document,
            node: node.get_ref(),
            span: node.span(),
            name: name.clone(),
        };
        Some(entries.iter().map(entry).collect())
    }

    /// The texts of an array of strings.
    pub(crate) fn texts(&self) -> Option<Vec<Text<'a>>> {
        Some(self.entries()?.iter().filter_map(Value::text).collect())
    }

    /// The table and the document it is in.
    pub(crate) fn table(&self) -> Option<(&'a Document<'a>, &'a DeTable<'a>, Range<usize>)> {
        match self.node {
            DeValue::Table(table) => Some((self.document, table, self.span.clone())),
            _ => self.wrong_type("a table"),
        }
    }

    /// Whether the value is text.
    pub(crate) fn is_text(&self) -> bool {
        matches!(self.node, DeValue::String(_))
    }

    /// Whether the value is a table.
    pub(crate) fn is_table(&self) -> bool {
        matches!(self.node, DeValue::Table(_))
    }

    /// Reports an array without entries.
    pub(crate) fn require_entries(&self) {
        if matches!(self.node, DeValue::Array(entries) if entries.is_empty()) {
            self.report(format!("{} must not be empty", self.name));
        }
    }

    /// The name to call it by in messages, in quotes.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    fn wrong_type<T>(&self, wanted: &str) -> Option<T> {
        let found = match self.node {
            DeValue::String(_) => "text",
            DeValue::Integer(_) => "an integer",
            DeValue::Float(_) => "a float",
            DeValue::Boolean(_) => "a boolean",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "an array",
            DeValue::Table(_) => "a table",
        };
        self.report(format!("{} must be {wanted}, not {found}", self.name));
        None
    }
}

/// A text with its place.
#[derive(Clone)]
pub(crate) struct Text<'a> {
    document: &'a Document<'a>,
    content: &'a str,
    span: Range<usize>,
    name: String,
}

impl<'a> Text<'a> {
    /// The text of a key itself, called `key 'text'` in messages.
    pub(crate) fn of_key(document: &'a Document<'a>, text: &'a str, span: Range<usize>) -> Self {
        Self { document, content: text, span, name: format!("key '{text}'") }
    }

    /// The text.
    pub(crate) fn as_str(&self) -> &'a str {
        self.content
    }

    /// The text, owned.
    pub(crate) fn to_owned(&self) -> String {
        self.content.to_owned()
    }

    /// The name to call it by in messages, in quotes.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Reports a mistake at this text.
    pub(crate) fn report(&self, message: impl Into<String>) {
        self.document.report(self.span.start, message, None);
    }

    /// Reports a mistake at this text with what to do about it.
    pub(crate) fn report_with_help(&self, message: impl Into<String>, help: impl Into<String>) {
        self.document.report(self.span.start, message, Some(help.into()));
    }

    /// Reports a name that nothing has, with the nearest of those that there are.
    pub(crate) fn report_unknown<'n>(&self, message: impl Into<String>, known: impl IntoIterator<Item = &'n str>) {
        self.document.report(self.span.start, message, did_you_mean(self.content, known));
    }

    /// Reports a mistake at a line and column inside the text, both from 1.
    pub(crate) fn report_inside(&self, line: u64, column: u64, message: String, help: Option<String>) {
        let raw = self.document.slice(self.span.clone());
        let offset = self.span.start.saturating_add(offset_in_source(raw, line, column));
        self.document.report(offset, message, help);
    }

    /// The value that goes with the text; another text is reported with the nearest right one.
    pub(crate) fn choice<T: Clone>(&self, choices: &[(&str, T)]) -> Option<T> {
        if let Some((_, value)) = choices.iter().find(|(name, _)| *name == self.content) {
            return Some(value.clone());
        }
        let names = || choices.iter().map(|(name, _)| *name);
        let all = names().collect::<Vec<_>>().join(", ");
        self.report_unknown(format!("{} is '{}'; there are: {all}", self.name(), self.content), names());
        None
    }

    /// A currency code.
    pub(crate) fn currency(&self) -> Option<Currency> {
        self.content
            .parse()
            .map_err(|error| self.report(format!("{} is '{}': {error}", self.name(), self.content)))
            .ok()
    }
}
