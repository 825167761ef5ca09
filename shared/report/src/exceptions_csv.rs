//! The file `exceptions.csv`: one line an exception, for a spreadsheet to filter.
//!
//! RFC 4180 with CRLF. It begins with a byte order mark, without which spreadsheet programs misread every letter
//! outside ASCII. Text cannot become a formula; amounts are plain numbers and stay numbers.

use std::borrow::Cow;
use std::io::Write;

use tieout_model::Decimal;

use crate::{ExceptionKind, ReportError};

const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();

const HEADER: [&str; 9] =
    ["check", "kind", "class", "key", "detail", "currency", "left_amount", "right_amount", "difference"];

/// One exception.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExceptionRow<'a> {
    /// Id of the check, or name of the data set.
    pub check: &'a str,
    /// The kind of check.
    pub kind: ExceptionKind,
    /// The class within the check, such as `only_left`.
    pub class: &'a str,
    /// What identifies the row; see [`join_key`].
    pub key: &'a str,
    /// What is wrong with it: columns that differ with both values, the predicate that fails, ...
    pub detail: &'a str,
    /// Currency of the amounts, where there are any.
    pub currency: Option<&'a str>,
    /// Amount on the left, or the amount at stake.
    pub left_amount: Option<Decimal>,
    /// Amount on the right.
    pub right_amount: Option<Decimal>,
    /// Left less right.
    pub difference: Option<Decimal>,
}

/// Writes exceptions one by one; holds none of them.
#[derive(Debug)]
pub struct ExceptionsCsv<W: Write> {
    writer: csv::Writer<W>,
    rows: u64,
}

impl<W: Write> ExceptionsCsv<W> {
    /// Begins the file with its header.
    pub fn new(mut output: W) -> Result<Self, ReportError> {
        output.write_all(BYTE_ORDER_MARK).map_err(|error| ReportError::Csv(error.into()))?;
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(output);
        writer.write_record(HEADER).map_err(ReportError::Csv)?;
        Ok(Self { writer, rows: 0 })
    }

    /// Appends an exception.
    pub fn push(&mut self, row: &ExceptionRow<'_>) -> Result<(), ReportError> {
        let amount = |amount: Option<Decimal>| amount.map(|amount| amount.to_string()).unwrap_or_default();
        let record = [
            inert(row.check),
            Cow::Borrowed(row.kind.as_str()),
            inert(row.class),
            inert(row.key),
            inert(row.detail),
            inert(row.currency.unwrap_or_default()),
            Cow::Owned(amount(row.left_amount)),
            Cow::Owned(amount(row.right_amount)),
            Cow::Owned(amount(row.difference)),
        ];
        self.writer.write_record(record.iter().map(|cell| cell.as_bytes())).map_err(ReportError::Csv)?;
        self.rows = self.rows.saturating_add(1);
        Ok(())
    }

    /// Exceptions written so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Ends the file and gives the output back.
    pub fn finish(self) -> Result<W, ReportError> {
        self.writer.into_inner().map_err(|error| ReportError::Csv(error.into_error().into()))
    }
}

/// A key of several columns as one text: the parts with ` | ` between them, `(null)` for null.
pub fn join_key(parts: &[Option<&str>]) -> String {
    parts.iter().map(|part| part.unwrap_or("(null)")).collect::<Vec<_>>().join(" | ")
}

/// `text` with an apostrophe before every character that could begin a formula, and before a control character at
/// its very start.
///
/// A formula begins at the start of a cell, and also after a separator of other locales (`;`, tab, line break), at
/// which a program that takes it for the delimiter starts a new cell. Spaces and quotes before it do not help.
fn inert(text: &str) -> Cow<'_, str> {
    let mut at_start = true;
    let mut safe = String::new();
    let mut copied = 0;
    for (place, character) in text.char_indices() {
        let control = place == 0 && matches!(character, '\t' | '\r' | '\n');
        if control || (at_start && begins_formula(character)) {
            safe.push_str(text.get(copied..place).unwrap_or_default());
            safe.push('\'');
            copied = place;
        }
        at_start = match character {
            ';' | '\t' | '\r' | '\n' => true,
            ' ' | '"' | '\u{FEFF}' | '\u{A0}' => at_start,
            _ => false,
        };
    }
    if safe.is_empty() {
        return Cow::Borrowed(text);
    }
    safe.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(safe)
}

/// Also the full-width forms, which some locales read as the plain ones.
fn begins_formula(character: char) -> bool {
    matches!(character, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row<'a>(key: &'a str, detail: &'a str) -> ExceptionRow<'a> {
        ExceptionRow {
            check: "statement-ledger",
            kind: ExceptionKind::Comparison,
            class: "mismatch",
            key,
            detail,
            currency: Some("EUR"),
            left_amount: Some("-1234.50".parse().unwrap()),
            right_amount: None,
            difference: Some("-0.01".parse().unwrap()),
        }
    }

    fn written(rows: &[ExceptionRow<'_>]) -> String {
        let mut file = ExceptionsCsv::new(Vec::new()).unwrap();
        for row in rows {
            file.push(row).unwrap();
        }
        assert_eq!(file.rows(), rows.len() as u64);
        String::from_utf8(file.finish().unwrap()).unwrap()
    }

    #[test]
    fn a_line_has_both_amounts_as_plain_numbers_and_ends_in_crlf() {
        assert_eq!(
            written(&[row("R-1", "amount differs")]),
            "\u{FEFF}check,kind,class,key,detail,currency,left_amount,right_amount,difference\r\n\
             statement-ledger,comparison,mismatch,R-1,amount differs,EUR,-1234.50,,-0.01\r\n"
        );
    }

    #[test]
    fn text_that_could_become_a_formula_is_neutralised() {
        for (text, safe) in [
            ("=1+1", "'=1+1"),
            ("+49 30 1", "'+49 30 1"),
            ("-5", "'-5"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t'=1"),
            ("\r=1", "'\r'=1"),
            ("  =1", "  '=1"),
            ("\"=1", "\"'=1"),
            ("a;=1", "a;'=1"),
            ("a\n-1", "a\n'-1"),
            ("＝1", "'＝1"),
            ("a=b, 3-2, x@y", "a=b, 3-2, x@y"),
            ("", ""),
        ] {
            assert_eq!(inert(text), safe);
        }
    }

    #[test]
    fn any_text_survives_a_reader_of_the_format() {
        let hostile = "a,\"b\"\r\nc;d";
        let text = written(&[row(hostile, "x"), row("plain", hostile)]);
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{FEFF}').as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!((rows.len(), rows.first().unwrap().get(3)), (2, Some(hostile)));
        assert_eq!(rows.last().unwrap().get(4), Some(hostile));
    }

    #[test]
    fn a_null_in_a_key_is_told_from_an_empty_text() {
        assert_eq!(join_key(&[Some("a"), None, Some("")]), "a | (null) | ");
    }
}
