//! Records of delimited text with their line numbers, as strict as the format allows.
//!
//! `csv-core` splits the cells. What it lets pass and would move the borders of records is refused here: a quote that
//! is never closed, and text behind a closing quote. A blank line between records is a record of one empty cell; blank
//! lines at the end are none.

use csv_core::ReadRecordResult;
use memchr::{memchr, memchr2};
use tieout_pipeline::ports::SourceError;

use super::refusal::unreadable;
use super::text::{TextWindow, count_lines};

/// The most cells in a record; Excel's limit of columns, far above any contract.
const MAX_CELLS: usize = 16_384;

/// Reads one record after the other.
pub(super) struct CsvRecords {
    window: TextWindow,
    core: csv_core::Reader,
    delimiter: u8,
    quote: Option<u8>,
    /// Line in which the unread bytes begin, 1-based.
    line: u64,
    /// Whether the last byte consumed was `\r`, so that a `\n` next belongs to it.
    after_return: bool,
    /// Blank lines passed over that are records once another record follows.
    blanks: u64,
    cells: Vec<u8>,
    ends: Vec<usize>,
}

/// One record.
#[derive(Debug, Clone, Copy)]
pub(super) struct CsvRecord<'a> {
    /// Line in which it begins, 1-based.
    pub(super) line: u64,
    text: &'a str,
    ends: &'a [usize],
}

impl<'a> CsvRecord<'a> {
    /// Number of cells, at least 1.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Text of all cells, in bytes.
    pub(super) fn size_bytes(&self) -> usize {
        self.text.len()
    }

    /// The cell at a 0-based position, if there is one.
    pub(super) fn cell(&self, position: usize) -> Option<&'a str> {
        let start = match position {
            0 => 0,
            _ => *self.ends.get(position - 1)?,
        };
        self.text.get(start..*self.ends.get(position)?)
    }
}

impl CsvRecords {
    /// Takes decoded text; `skip_lines` lines are passed over first.
    pub(super) fn new(
        window: TextWindow,
        delimiter: u8,
        quote: Option<u8>,
        skip_lines: u64,
    ) -> Result<Self, SourceError> {
        let mut builder = csv_core::ReaderBuilder::new();
        builder.delimiter(delimiter).quoting(quote.is_some());
        if let Some(quote) = quote {
            builder.quote(quote);
        }
        let mut records = Self {
            window,
            core: builder.build(),
            delimiter,
            quote,
            line: 1,
            after_return: false,
            blanks: 0,
            cells: vec![0; 4096],
            ends: vec![0; 64],
        };
        for _ in 0..skip_lines {
            records.skip_line(skip_lines)?;
        }
        Ok(records)
    }

    /// Name of the file.
    pub(super) fn name(&self) -> &str {
        self.window.name()
    }

    /// Bytes of the file read so far.
    pub(super) fn bytes_read(&self) -> u64 {
        self.window.bytes_read()
    }

    /// The text, for its origin, when `next` has returned `None`.
    pub(super) fn into_window(self) -> TextWindow {
        self.window
    }

    /// The next record; `None` at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<CsvRecord<'_>>, SourceError> {
        if self.blanks == 0 {
            self.skip_blank_lines()?;
        }
        if self.window.unread().is_empty() {
            return Ok(None);
        }
        if self.blanks > 0 {
            let line = self.line - self.blanks;
            self.blanks -= 1;
            return Ok(Some(CsvRecord { line, text: "", ends: &[0] }));
        }
        let (read_bytes, cell_bytes, cells) = self.split_record()?;
        let line = self.line;
        self.leave_record(read_bytes)?;
        let text = self.window.text_of(self.cells.get(..cell_bytes).unwrap_or_default(), line)?;
        let ends = self.ends.get(..cells).unwrap_or_default();
        // Two halves of a character on both sides of a delimiter are valid together and not alone.
        if !ends.iter().all(|end| text.is_char_boundary(*end)) {
            return Err(self.refuse(line, "a cell ends within a character", "declare the right `encoding`"));
        }
        Ok(Some(CsvRecord { line, text, ends }))
    }

    /// Passes over line ends up to the next record, and counts the blank lines among them.
    fn skip_blank_lines(&mut self) -> Result<(), SourceError> {
        loop {
            let Some(byte) = self.window.unread().first().copied() else {
                if self.window.grow(self.line)? {
                    continue;
                }
                return Ok(());
            };
            match byte {
                b'\n' if self.after_return => {}
                b'\n' | b'\r' => {
                    self.blanks += 1;
                    self.line += 1;
                }
                _ => return Ok(()),
            }
            self.after_return = byte == b'\r';
            self.window.consume(1);
        }
    }

    /// Splits the record that begins at the first unread byte, and leaves it unread. Returns its length with its line
    /// end, the length of all its cells, and their number.
    fn split_record(&mut self) -> Result<(usize, usize, usize), SourceError> {
        let (mut read, mut written, mut cells) = (0, 0, 0);
        loop {
            let input = self.window.unread().get(read..).unwrap_or_default();
            let at_end = input.is_empty() && !self.window.grow(self.line)?;
            // Every record ends with its line. If this one does not take the line end for its own, the file ends within
            // quotes.
            let input = if at_end { b"\n" } else { self.window.unread().get(read..).unwrap_or_default() };
            let target = self.cells.get_mut(written..).unwrap_or_default();
            let ends = self.ends.get_mut(cells..).unwrap_or_default();
            let (result, read_now, written_now, cells_now) = self.core.read_record(input, target, ends);
            read += if at_end { 0 } else { read_now };
            written += written_now;
            cells += cells_now;
            match result {
                ReadRecordResult::Record => return Ok((read, written, cells)),
                ReadRecordResult::OutputFull => self.cells.resize(self.cells.len() * 2, 0),
                ReadRecordResult::OutputEndsFull if self.ends.len() < MAX_CELLS => {
                    self.ends.resize(self.ends.len() * 2, 0);
                }
                ReadRecordResult::OutputEndsFull => {
                    let problem = format!("the record that begins here has more than {MAX_CELLS} cells");
                    return Err(self.refuse(self.line, &problem, "correct `delimiter`, or deliver the file again"));
                }
                ReadRecordResult::InputEmpty if !at_end => {}
                ReadRecordResult::InputEmpty | ReadRecordResult::End => {
                    let problem = "a quote in the record that begins here is never closed";
                    return Err(self.refuse(self.line, problem, "close it, or set `quote` as the file has it"));
                }
            }
        }
    }

    /// Checks the quotes of the record just split, counts its lines and consumes it.
    fn leave_record(&mut self, read_bytes: usize) -> Result<(), SourceError> {
        let record = self.window.unread().get(..read_bytes).unwrap_or_default();
        self.after_return = record.last() == Some(&b'\r');
        let body = record.strip_suffix(b"\n").or(record.strip_suffix(b"\r")).unwrap_or(record);
        let mut inner_lines = 0;
        if let Some(quote) = self.quote
            && memchr(quote, body).is_some()
        {
            if let Some(at) = misplaced_quote(body, self.delimiter, quote) {
                let line = self.line + count_lines(body.get(..at).unwrap_or_default());
                let problem = "text follows a closing quote";
                return Err(self.refuse(
                    line,
                    problem,
                    "double the quotes inside a cell, or set `quote` as the file has it",
                ));
            }
            inner_lines = count_lines(body);
        }
        self.line += inner_lines + 1;
        self.window.consume(read_bytes);
        Ok(())
    }

    fn skip_line(&mut self, declared: u64) -> Result<(), SourceError> {
        loop {
            let unread = self.window.unread();
            if self.after_return && unread.first() == Some(&b'\n') {
                self.window.consume(1);
                self.after_return = false;
                continue;
            }
            if let Some(at) = memchr2(b'\n', b'\r', unread) {
                self.after_return = unread.get(at) == Some(&b'\r');
                self.window.text_of(unread.get(..at).unwrap_or_default(), self.line)?;
                self.window.consume(at + 1);
                self.line += 1;
                return Ok(());
            }
            if !self.window.grow(self.line)? {
                let problem = format!("the file ends within the {declared} rows to skip");
                return Err(self.refuse(self.line, &problem, "correct `skip_rows`, or deliver the file again"));
            }
        }
    }

    fn refuse(&self, line: u64, problem: &str, cure: &str) -> SourceError {
        unreadable(format!("{}, line {line}: {problem}", self.name()), cure)
    }
}

/// Position of the first byte that stands behind a closing quote and is neither a delimiter nor the record's end.
fn misplaced_quote(record: &[u8], delimiter: u8, quote: u8) -> Option<usize> {
    let mut at = 0;
    while let Some(&first) = record.get(at) {
        if first == quote {
            at += 1;
            loop {
                // A quote that is missing here cannot be: the record would not have ended.
                at += memchr(quote, record.get(at..)?)? + 1;
                match record.get(at) {
                    Some(&byte) if byte == quote => at += 1,
                    Some(&byte) if byte != delimiter => return Some(at),
                    _ => break,
                }
            }
        } else {
            at += memchr(delimiter, record.get(at..)?)?;
        }
        at += 1;
    }
    None
}
