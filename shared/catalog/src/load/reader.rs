//! Takes the keys of one table by name and type, and at the end reports the keys that nobody asked for.
//!
//! A caller asks for every key of its table before it gives up on any: a key not asked for counts as unknown.

use std::ops::Range;

use toml::de::DeTable;

use super::document::Document;
use super::value::{Text, Value};
use crate::nearest::did_you_mean;

/// A table being read.
#[must_use = "finish the reader to report unknown keys"]
pub(crate) struct Reader<'a> {
    document: &'a Document<'a>,
    table: &'a DeTable<'a>,
    span: Range<usize>,
    asked: Vec<&'static str>,
    any_key: bool,
}

impl<'a> Reader<'a> {
    /// Starts on a table.
    pub(crate) fn new((document, table, span): (&'a Document<'a>, &'a DeTable<'a>, Range<usize>)) -> Self {
        Self { document, table, span, asked: Vec::new(), any_key: false }
    }

    /// The value of a key; absent is fine.
    pub(crate) fn optional(&mut self, key: &'static str) -> Option<Value<'a>> {
        self.asked.push(key);
        let node = self.table.get(key)?;
        Some(Value::new(self.document, node.get_ref(), node.span(), key))
    }

    /// The value of a key; absent is reported.
    pub(crate) fn required(&mut self, key: &'static str) -> Option<Value<'a>> {
        let value = self.optional(key);
        if value.is_none() {
            self.report(format!("missing key '{key}'"));
        }
        value
    }

    /// The text of a key that must be there.
    pub(crate) fn text(&mut self, key: &'static str) -> Option<Text<'a>> {
        self.required(key)?.text()
    }

    /// The text of a key that may be there.
    pub(crate) fn optional_text(&mut self, key: &'static str) -> Option<Text<'a>> {
        self.optional(key)?.text()
    }

    /// The flag of a key, or its default.
    pub(crate) fn flag_or(&mut self, key: &'static str, default: bool) -> bool {
        self.optional(key).and_then(|value| value.flag()).unwrap_or(default)
    }

    /// The texts of a key that must be there and not empty.
    pub(crate) fn texts(&mut self, key: &'static str) -> Option<Vec<Text<'a>>> {
        let value = self.required(key)?;
        value.require_entries();
        value.texts()
    }

    /// The texts of a key; none when it is absent.
    pub(crate) fn optional_texts(&mut self, key: &'static str) -> Vec<Text<'a>> {
        self.optional(key).and_then(|value| value.texts()).unwrap_or_default()
    }

    /// Readers over an array of tables; none when it is absent.
    pub(crate) fn tables(&mut self, key: &'static str) -> Vec<Reader<'a>> {
        let entries = self.optional(key).and_then(|value| value.entries()).unwrap_or_default();
        entries.iter().filter_map(Value::table).map(Reader::new).collect()
    }

    /// Reads each entry of an array of tables and finishes it; entries that could not be read are left out.
    pub(crate) fn each<T>(&mut self, key: &'static str, mut read: impl FnMut(&mut Reader<'a>) -> Option<T>) -> Vec<T> {
        let mut values = Vec::new();
        for mut reader in self.tables(key) {
            match read(&mut reader) {
                Some(value) => values.push(value),
                None => reader.document.report_left_out(reader.span.start),
            }
            reader.finish();
        }
        values
    }

    /// Reads a table that must be there and finishes it.
    pub(crate) fn table<T>(&mut self, key: &'static str, read: impl FnOnce(&mut Reader<'a>) -> Option<T>) -> Option<T> {
        read_table(&self.required(key)?, read)
    }

    /// Every key of the table with its value, for tables whose keys are names of the user's choice.
    pub(crate) fn all(&mut self) -> Vec<(Text<'a>, Value<'a>)> {
        self.any_key = true;
        let entry = |(key, node): (&'a toml::Spanned<_>, &'a toml::Spanned<_>)| {
            let value = Value::new(self.document, node.get_ref(), node.span(), key_text(key));
            (Text::of_key(self.document, key_text(key), key.span()), value)
        };
        self.table.iter().map(entry).collect()
    }

    /// Whether the table has the key.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Takes every key that was not asked for as known: what it may be depends on a value that could not be read.
    pub(crate) fn accept_rest(&mut self) {
        self.any_key = true;
    }

    /// Reports a mistake of the table as a whole, at its header.
    pub(crate) fn report(&self, message: impl Into<String>) {
        self.document.report(self.span.start, message, None);
    }

    /// The document that the table is in.
    pub(crate) fn document(&self) -> &'a Document<'a> {
        self.document
    }

    /// Reports every key that nobody asked for, with the nearest one that was.
    pub(crate) fn finish(self) {
        if self.any_key {
            return;
        }
        for key in self.table.keys() {
            let name = key_text(key);
            if !self.asked.contains(&name) {
                let help = did_you_mean(name, self.asked.iter().copied());
                self.document.report(key.span().start, format!("unknown key '{name}'"), help);
            }
        }
    }
}

/// Reads a value as a table and finishes it.
pub(crate) fn read_table<'a, T>(value: &Value<'a>, read: impl FnOnce(&mut Reader<'a>) -> Option<T>) -> Option<T> {
    let mut reader = Reader::new(value.table()?);
    let read = read(&mut reader);
    reader.finish();
    read
}

fn key_text<'a>(key: &'a toml::Spanned<toml::de::DeString<'a>>) -> &'a str {
    key.get_ref()
}
