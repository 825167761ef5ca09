//! Delimited text: rows of a CSV file.
//!
//! A row with another number of cells than the header (without a header: than the contract) is a reject as a whole,
//! because no cell of it can be trusted to stand in its column.

use tieout_catalog::{Encoding, FileFormat};
use tieout_model::{Contract, ReasonCode};
use tieout_pipeline::ports::SourceError;
use tieout_tables::InputCell;

use super::collector::{Place, RowSink};
use super::csv_records::CsvRecords;
use super::header::{Headers, match_headers};
use super::input::{Input, Origin};
use super::refusal::{refused, unreadable};
use super::text::TextWindow;

/// How a CSV file is written: the fields of `FileFormat::Csv`.
#[derive(Debug, Clone, Copy)]
pub(super) struct CsvFormat {
    pub(super) delimiter: u8,
    pub(super) quote: Option<u8>,
    pub(super) header: bool,
    pub(super) skip_rows: u64,
    pub(super) encoding: Encoding,
}

impl From<CsvFormat> for FileFormat {
    fn from(format: CsvFormat) -> Self {
        let CsvFormat { delimiter, quote, header, skip_rows, encoding } = format;
        Self::Csv { delimiter, quote, header, skip_rows, encoding }
    }
}

/// Where the cells of a row belong.
struct Layout {
    positions: Vec<Option<usize>>,
    width: usize,
    /// What sets the width, for a reject.
    set_by: &'static str,
    notes: Vec<String>,
}

/// Reads all rows of a file into a sink.
pub(super) fn read(
    input: Input,
    format: CsvFormat,
    contract: &Contract,
    sink: &mut dyn RowSink,
) -> Result<Origin, SourceError> {
    let window = TextWindow::open(input, format.encoding)?;
    let mut records = CsvRecords::new(window, format.delimiter, format.quote, format.skip_rows)?;
    let name = records.name().to_owned();
    let layout = if format.header {
        read_header(&mut records, contract)?
    } else {
        let width = contract.columns.len();
        Layout { positions: (0..width).map(Some).collect(), width, set_by: "the contract", notes: Vec::new() }
    };
    let mut cells: Vec<InputCell<'_>> = Vec::new();
    loop {
        let bytes_read = records.bytes_read();
        let Some(record) = records.next()? else { break };
        let place = Place { origin: &name, line: record.line, bytes_read };
        if record.len() != layout.width {
            let has = counted(record.len(), "cell");
            let problem = format!("has {has}, {} has {}", layout.set_by, counted(layout.width, "column"));
            sink.reject_row(place, problem)?;
            continue;
        }
        let mut row = emptied(cells);
        row.extend(layout.positions.iter().map(|position| {
            position.and_then(|position| record.cell(position)).map_or(InputCell::Null, InputCell::Declared)
        }));
        sink.push_row(place, &row, record.size_bytes())?;
        cells = emptied(row);
    }
    Ok(Origin { notes: layout.notes, ..records.into_window().origin() })
}

/// The header of a file.
pub(super) fn headers(input: Input, format: CsvFormat) -> Result<Vec<String>, SourceError> {
    let window = TextWindow::open(input, format.encoding)?;
    let mut records = CsvRecords::new(window, format.delimiter, format.quote, format.skip_rows)?;
    Ok(header(&mut records)?.into_iter().map(str::to_owned).collect())
}

fn read_header(records: &mut CsvRecords, contract: &Contract) -> Result<Layout, SourceError> {
    let name = records.name().to_owned();
    let headers = header(records)?;
    let Headers { positions, notes } = match_headers(&name, &headers, contract).map_err(|error| match error {
        SourceError::Refused { code: ReasonCode::ColumnMissing, detail, .. } if headers.len() == 1 => {
            let cure = "correct `delimiter`: as declared, the whole header is one cell; or else `header` or `aliases`";
            refused(ReasonCode::ColumnMissing, detail, cure)
        }
        other => other,
    })?;
    Ok(Layout { positions, width: headers.len(), set_by: "the header", notes })
}

fn header(records: &mut CsvRecords) -> Result<Vec<&str>, SourceError> {
    let name = records.name().to_owned();
    let cure = "deliver the file again, correct `skip_rows`, or set `header = false`";
    let Some(header) = records.next()? else {
        return Err(unreadable(format!("{name} is empty: not even a header is there"), cure));
    };
    let headers: Vec<&str> = (0..header.len()).filter_map(|position| header.cell(position)).collect();
    if headers == [""] {
        return Err(unreadable(format!("{name}, line {}: the header is a blank line", header.line), cure));
    }
    Ok(headers)
}

/// An empty vector for cells of another record in the same memory: collecting a vector's own iterator keeps its
/// allocation, and a row costs none.
fn emptied<'a>(mut cells: Vec<InputCell<'_>>) -> Vec<InputCell<'a>> {
    cells.clear();
    cells.into_iter().map(|_| InputCell::Null).collect()
}

fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}
