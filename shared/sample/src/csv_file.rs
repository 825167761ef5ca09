//! One CSV file of a sample, written row by row while its rows and amounts are counted.
//!
//! RFC 4180: comma, quotes where they are needed, a carriage return and a line feed at the end of each row.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use csv::{Terminator, Writer, WriterBuilder};

use crate::cell::{Cell, Spelling};
use crate::error::SampleError;

/// What a CSV file looks like.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    /// The header row.
    pub(crate) headers: Vec<&'static str>,
    /// Places of the columns that the control total adds up.
    pub(crate) amounts: Vec<usize>,
    /// How values are spelled.
    pub(crate) spelling: Spelling,
    /// Whether the file begins with a byte order mark.
    pub(crate) marked: bool,
    /// The column that is left out of the file, by its place.
    pub(crate) without: Option<usize>,
    /// A column that is written again at the end, under another header.
    pub(crate) repeated: Option<(usize, &'static str)>,
}

/// A CSV file while it is written.
pub(crate) struct CsvFile {
    path: PathBuf,
    layout: Layout,
    writer: Writer<BufWriter<File>>,
    text: String,
    rows: u64,
    total: i128,
}

/// Rows and amount of a file, for the list of control totals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Total {
    pub(crate) rows: u64,
    /// In ten-thousandths.
    pub(crate) amount: i128,
}

impl CsvFile {
    pub(crate) fn create(path: &Path, layout: Layout) -> Result<Self, SampleError> {
        let failed = |error: std::io::Error| SampleError::file(path, error);
        let mut file = BufWriter::with_capacity(1 << 18, File::create(path).map_err(failed)?);
        if layout.marked {
            file.write_all("\u{feff}".as_bytes()).map_err(failed)?;
        }
        let writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(file);
        let mut created = Self { path: path.to_owned(), layout, writer, text: String::new(), rows: 0, total: 0 };
        created.write_headers()?;
        Ok(created)
    }

    /// Writes a row; it has one cell for each header.
    pub(crate) fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), SampleError> {
        debug_assert_eq!(cells.len(), self.layout.headers.len(), "{}", self.path.display());
        self.rows += 1;
        self.total += self.layout.amounts.iter().map(|place| cells[*place].summand()).sum::<i128>();
        for (place, cell) in cells.iter().enumerate() {
            if self.layout.without != Some(place) {
                self.field(cell)?;
            }
        }
        if let Some((place, _)) = self.layout.repeated {
            self.field(&cells[place])?;
        }
        self.end_row()
    }

    /// Ends the file.
    pub(crate) fn finish(mut self) -> Result<Total, SampleError> {
        self.writer.flush().map_err(|error| SampleError::file(&self.path, error))?;
        Ok(Total { rows: self.rows, amount: self.total })
    }

    fn write_headers(&mut self) -> Result<(), SampleError> {
        let kept = self.layout.headers.iter().enumerate().filter(|(place, _)| self.layout.without != Some(*place));
        let mut headers: Vec<&str> = kept.map(|(_, header)| *header).collect();
        headers.extend(self.layout.repeated.map(|(_, header)| header));
        self.writer.write_record(&headers).map_err(|error| SampleError::file(&self.path, error))
    }

    fn field(&mut self, cell: &Cell<'_>) -> Result<(), SampleError> {
        self.text.clear();
        cell.spell(&self.layout.spelling, &mut self.text);
        self.writer.write_field(&self.text).map_err(|error| SampleError::file(&self.path, error))
    }

    fn end_row(&mut self) -> Result<(), SampleError> {
        self.writer.write_record(None::<&[u8]>).map_err(|error| SampleError::file(&self.path, error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell::{Cents, cells};

    fn written(layout: Layout) -> (String, Total) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let mut file = CsvFile::create(&path, layout).unwrap();
        file.row(&cells!["say \"no\",\nthen", Cents(150)]).unwrap();
        file.row(&cells![None::<&str>, Cents(-25)]).unwrap();
        let total = file.finish().unwrap();
        (std::fs::read_to_string(&path).unwrap(), total)
    }

    fn layout() -> Layout {
        Layout {
            headers: vec!["a", "b c"],
            amounts: vec![1],
            spelling: Spelling { null: "NULL", decimals: 2, flags: ["0", "1"], between: ' ' },
            marked: false,
            without: None,
            repeated: None,
        }
    }

    #[test]
    fn rows_are_quoted_where_needed_and_counted() {
        let (text, total) = written(layout());
        assert_eq!(text, "a,b c\r\n\"say \"\"no\"\",\nthen\",1.50\r\nNULL,-0.25\r\n");
        assert_eq!(total, Total { rows: 2, amount: 12_500 });
    }

    #[test]
    fn a_column_can_be_left_out_or_repeated() {
        let (text, _) = written(Layout { without: Some(0), repeated: Some((1, "B_C")), marked: true, ..layout() });
        assert_eq!(text, "\u{feff}b c,B_C\r\n1.50,1.50\r\n-0.25,-0.25\r\n");
    }
}
