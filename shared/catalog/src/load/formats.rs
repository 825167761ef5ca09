//! How the bytes of a file become rows: the key `format` of a data set.
//!
//! The defaults are plain CSV: comma, double quotes, one header row, UTF-8.

use super::reader::Reader;
use super::value::{Text, Value};
use super::value_formats::value_format;
use crate::definition::{Compression, Encoding, FileFormat};
use tieout_model::ValueFormat;

/// A file format and how values are written in it.
pub(crate) struct Format {
    /// How bytes become rows; `None` when it could not be read.
    pub(crate) file: Option<FileFormat>,
    /// How values are written unless a column says otherwise.
    pub(crate) values: ValueFormat,
}

impl Format {
    /// The format of a data set whose `format` could not be read.
    pub(crate) fn unknown() -> Self {
        Self { file: None, values: ValueFormat::default() }
    }

    /// Whether the values are text that is read by a value format; Parquet holds typed values.
    pub(crate) fn has_text_values(&self) -> bool {
        self.file != Some(FileFormat::Parquet)
    }

    /// Whether the columns are named once, in front of all rows.
    pub(crate) fn has_header_row(&self) -> bool {
        self.has_column_names() && self.file != Some(FileFormat::JsonLines)
    }

    /// Whether columns are found by name; otherwise they follow the contract's order.
    pub(crate) fn has_column_names(&self) -> bool {
        !matches!(self.file, Some(FileFormat::Csv { header: false, .. }))
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Csv,
    Xlsx,
    Parquet,
    JsonLines,
}

/// Reads the table `format`.
pub(crate) fn format(reader: &mut Reader<'_>) -> Option<Format> {
    let kinds = [("csv", Kind::Csv), ("xlsx", Kind::Xlsx), ("parquet", Kind::Parquet), ("json_lines", Kind::JsonLines)];
    let Some(kind) = reader.text("kind").and_then(|text| text.choice(&kinds)) else {
        reader.accept_rest();
        return None;
    };
    let file = match kind {
        Kind::Csv => csv(reader),
        Kind::Xlsx => xlsx(reader),
        Kind::Parquet => return Some(Format { file: Some(FileFormat::Parquet), values: ValueFormat::default() }),
        Kind::JsonLines => Some(FileFormat::JsonLines),
    };
    Some(Format { file, values: value_format(reader, &ValueFormat::default()) })
}

/// Reads the key `compression`; absent goes by the end of the file's name.
pub(crate) fn compression(reader: &mut Reader<'_>) -> Compression {
    let choices = [("none", Compression::None), ("gzip", Compression::Gzip), ("zstd", Compression::Zstd)];
    let chosen = reader.optional_text("compression").and_then(|text| text.choice(&choices));
    chosen.unwrap_or(Compression::ByName)
}

fn csv(reader: &mut Reader<'_>) -> Option<FileFormat> {
    let delimiter = reader.optional_text("delimiter").map_or(Some(b','), |text| ascii(&text));
    let quote_text = reader.optional_text("quote");
    let quote = match &quote_text {
        // An empty text says that quotes have no meaning.
        Some(text) if text.as_str().is_empty() => Some(None),
        Some(text) => ascii(text).map(Some),
        None => Some(Some(b'"')),
    };
    if let (Some(text), Some(Some(quote)), Some(delimiter)) = (&quote_text, quote, delimiter)
        && quote == delimiter
    {
        text.report("'quote' and 'delimiter' must differ");
    }
    let header = reader.flag_or("header", true);
    let skip_rows = reader.optional("skip_rows").map_or(Some(0), |value| value.whole());
    let encodings = [("utf-8", Encoding::Utf8), ("latin-1", Encoding::Latin1), ("utf-16", Encoding::Utf16)];
    let encoding = reader.optional_text("encoding").map_or(Some(Encoding::Utf8), |text| text.choice(&encodings));
    Some(FileFormat::Csv { delimiter: delimiter?, quote: quote?, header, skip_rows: skip_rows?, encoding: encoding? })
}

fn xlsx(reader: &mut Reader<'_>) -> Option<FileFormat> {
    let sheet = reader.optional_text("sheet").map(|text| text.to_owned());
    let row = reader.optional("header_row");
    if let Some(value) = row.as_ref().filter(|value| value.is_text()) {
        value.text()?.choice(&[("search", ())])?;
        return Some(FileFormat::Xlsx { sheet, header_row: 0 });
    }
    let header_row = row.as_ref().map_or(Some(1), Value::whole);
    if let (Some(value), Some(0)) = (&row, header_row) {
        value.report("'header_row' counts from 1");
    }
    Some(FileFormat::Xlsx { sheet, header_row: header_row? })
}

/// One ASCII character that can stand between cells: not a letter, a digit or a line end.
fn ascii(text: &Text<'_>) -> Option<u8> {
    match text.as_str().as_bytes() {
        [byte] if byte.is_ascii() && !byte.is_ascii_alphanumeric() && !matches!(byte, b'\r' | b'\n' | 0) => Some(*byte),
        _ => {
            text.report(format!("{} must be one ASCII character that is no letter, digit or line end", text.name()));
            None
        }
    }
}
