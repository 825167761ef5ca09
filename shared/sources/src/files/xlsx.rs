//! Excel workbooks: rows of one sheet.
//!
//! Text cells are read as the contract declares; numbers, dates and booleans are taken for what they are. A formula
//! counts by its stored result, and a formula error or a formula without a result is a bad value.

use std::io::Cursor;

use calamine::{CellErrorType, DataRef, XlsxCellReader};
use tieout_model::{Column, ColumnType, Contract, ReasonCode};
use tieout_pipeline::ports::SourceError;

use super::collector::{Place, RowSink};
use super::excel::{write_number, write_serial};
use super::folder::InputFile;
use super::header::{Headers, match_headers};
use super::input::Origin;
use super::refusal::unreadable;
use super::row::{Form, Row};
use super::workbook::{broken, load, sheet_name};

type Bytes = Cursor<Vec<u8>>;

/// The rows among which a header is searched.
const SEARCHED_ROWS: u32 = 30;

/// Reads all rows of a sheet into a sink. `header_row` is 1-based; 0 takes the first of the first rows that holds every
/// required header.
pub(super) fn read(
    file: &InputFile,
    sheet: Option<&str>,
    header_row: u32,
    contract: &Contract,
    sink: &mut dyn RowSink,
) -> Result<Origin, SourceError> {
    let (mut workbook, origin) = load(file)?;
    let sheet = sheet_name(&workbook, sheet, &file.name)?;
    let is_1904 = workbook.has_1904_epoch();
    let reader = workbook.worksheet_cells_reader(&sheet).map_err(|error| broken(&file.name, &error))?;
    let mut rows = SheetRows {
        place: format!("sheet '{sheet}' of {}", file.name),
        origin: &origin,
        header_row,
        is_1904,
        contract,
        sink,
        headers: Vec::new(),
        columns: None,
        notes: Vec::new(),
        unfit: None,
        row: Row::default(),
        row_has_content: false,
        rows_taken: header_row,
        text: String::new(),
    };
    rows.read(reader)?;
    let notes = std::mem::take(&mut rows.notes);
    Ok(Origin { notes, ..origin })
}

/// The rows of a sheet, gathered from its stream of cells. Rows are counted from 1 as Excel shows them.
struct SheetRows<'a> {
    place: String,
    origin: &'a Origin,
    header_row: u32,
    is_1904: bool,
    contract: &'a Contract,
    sink: &'a mut dyn RowSink,
    /// Texts of the header row by column of the sheet.
    headers: Vec<String>,
    /// For each column of the sheet, its column in the contract; `None` before the header was read.
    columns: Option<Vec<Option<usize>>>,
    /// How the header was matched.
    notes: Vec<String>,
    /// Why the first row that was searched for a header is none.
    unfit: Option<SourceError>,
    row: Row,
    /// Whether the present row has any cell that is not empty, in a column of the contract or not.
    row_has_content: bool,
    /// The last row that was taken or rejected.
    rows_taken: u32,
    /// Scratch for the text of one cell.
    text: String,
}

impl SheetRows<'_> {
    fn read(&mut self, mut reader: XlsxCellReader<'_, Bytes>) -> Result<(), SourceError> {
        let name = &self.origin.name;
        let mut present = 0;
        while let Some(cell) = reader.next_cell_with_formula_metadata().map_err(|error| broken(name, &error))? {
            let (row, column) = (cell.pos.0.saturating_add(1), usize::try_from(cell.pos.1).unwrap_or(usize::MAX));
            if row < present {
                let detail = format!("{}: the rows are out of order at row {row}", self.place);
                return Err(unreadable(detail, "open the workbook in Excel and save it again"));
            }
            if row > present {
                self.leave_row(present)?;
                present = row;
            }
            if row == self.header_row || self.is_searched(row) {
                take_header(&mut self.headers, column, &cell.value);
            } else if row > self.header_row && self.header_row > 0 {
                self.take_cell(column, &cell.value, cell.formula.is_some());
            }
        }
        self.leave_row(present)?;
        if self.columns.is_none() {
            return Err(self.unfit.take().unwrap_or_else(|| self.no_header()));
        }
        Ok(())
    }

    /// Whether the header is still searched, and may be in this row.
    fn is_searched(&self, row: u32) -> bool {
        self.header_row == 0 && row <= SEARCHED_ROWS
    }

    /// Finishes the row that the stream of cells has left behind.
    fn leave_row(&mut self, row: u32) -> Result<(), SourceError> {
        if row == self.header_row && row > 0 {
            self.match_header()?;
        } else if self.header_row == 0 {
            self.try_header(row)?;
        } else if row > self.header_row && self.row_has_content {
            let origin = self.origin.name.as_str();
            let bytes_read = self.origin.size_bytes;
            for blank in self.rows_taken + 1..row {
                let place = Place { origin, line: u64::from(blank), bytes_read };
                self.sink.reject_row(place, "is a blank row".to_owned())?;
            }
            self.rows_taken = row;
            let place = Place { origin, line: u64::from(row), bytes_read };
            self.sink.push_row(place, &self.row.cells(), self.row.size_bytes())?;
        }
        self.row.clear(self.contract.columns.len());
        self.row_has_content = false;
        Ok(())
    }

    /// Takes a row as the header when it holds every required one.
    fn try_header(&mut self, row: u32) -> Result<(), SourceError> {
        if self.headers.iter().all(String::is_empty) || !self.is_searched(row) {
            return Ok(());
        }
        match self.match_header() {
            Ok(()) => (self.header_row, self.rows_taken) = (row, row),
            Err(error @ SourceError::Refused { code: ReasonCode::ColumnMissing, .. }) => {
                self.unfit.get_or_insert(error);
                self.headers.clear();
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn match_header(&mut self) -> Result<(), SourceError> {
        if self.headers.iter().all(String::is_empty) {
            return Err(self.no_header());
        }
        let headers: Vec<&str> = self.headers.iter().map(String::as_str).collect();
        let Headers { positions, notes } = match_headers(&self.place, &headers, self.contract)?;
        self.notes = notes;
        let mut columns = vec![None; headers.len()];
        for (column, position) in positions.into_iter().enumerate() {
            if let Some(slot) = position.and_then(|position| columns.get_mut(position)) {
                *slot = Some(column);
            }
        }
        self.columns = Some(columns);
        Ok(())
    }

    fn no_header(&self) -> SourceError {
        let detail = format!("{}: row {} should name the columns and is empty", self.place, self.header_row);
        unreadable(detail, "correct `header_row` or `sheet`, or deliver the file again")
    }

    fn take_cell(&mut self, column: usize, value: &DataRef<'_>, is_formula: bool) {
        self.text.clear();
        let position = self.columns.as_ref().and_then(|columns| columns.get(column).copied().flatten());
        let target = position.and_then(|position| Some((position, self.contract.columns.get(position)?)));
        let form = match (value, is_formula) {
            (DataRef::Empty, false) => return,
            (DataRef::Empty, true) => Form::Bad("is a formula without a stored result"),
            _ => write_value(value, target.map(|(_, column)| column), self.is_1904, &mut self.text),
        };
        self.row_has_content |= !self.text.is_empty() || matches!(form, Form::Bad(_));
        if let Some((position, _)) = target {
            self.row.set(position, &self.text, form);
        }
    }
}

/// The header of a sheet. `header_row` is 1-based.
pub(super) fn headers(file: &InputFile, sheet: Option<&str>, header_row: u32) -> Result<Vec<String>, SourceError> {
    let (mut workbook, _) = load(file)?;
    let sheet = sheet_name(&workbook, sheet, &file.name)?;
    let mut reader = workbook.worksheet_cells_reader(&sheet).map_err(|error| broken(&file.name, &error))?;
    let mut headers = Vec::new();
    while let Some(cell) = reader.next_cell().map_err(|error| broken(&file.name, &error))? {
        let (row, column) = (cell.get_position().0.saturating_add(1), cell.get_position().1);
        if row > header_row {
            break;
        }
        if row == header_row {
            take_header(&mut headers, usize::try_from(column).unwrap_or(usize::MAX), cell.get_value());
        }
    }
    Ok(headers)
}

fn take_header(headers: &mut Vec<String>, column: usize, value: &DataRef<'_>) {
    let mut text = String::new();
    match value {
        DataRef::String(string) => text.push_str(string),
        DataRef::SharedString(string) => text.push_str(string),
        DataRef::Float(number) => {
            write_number(*number, &mut text);
        }
        // Nothing else makes a name.
        _ => {}
    }
    if headers.len() <= column {
        headers.resize(column + 1, String::new());
    }
    if let Some(header) = headers.get_mut(column) {
        *header = text;
    }
}

/// Appends a cell's text and says how it is to be read in its column; a column that the contract lacks takes anything.
fn write_value(value: &DataRef<'_>, column: Option<&Column>, is_1904: bool, text: &mut String) -> Form {
    let holds_dates = column.is_none_or(|column| matches!(column.data_type, ColumnType::Date | ColumnType::Timestamp));
    match value {
        DataRef::Empty => return Form::Declared,
        DataRef::String(string) => {
            text.push_str(string);
            return Form::Declared;
        }
        DataRef::SharedString(string) => {
            text.push_str(string);
            return Form::Declared;
        }
        DataRef::Int(number) => text.push_str(&number.to_string()),
        DataRef::Float(number) => {
            if !write_number(*number, text) {
                return Form::Bad("is not a number that Excel can show");
            }
        }
        DataRef::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        DataRef::DateTime(serial) if serial.is_duration() => return Form::Bad("is a duration, not a date"),
        DataRef::DateTime(_) | DataRef::DateTimeIso(_) if !holds_dates => {
            return Form::Bad("is a date cell, and the column holds no dates");
        }
        DataRef::DateTime(serial) => {
            if let Err(problem) = write_serial(serial.as_f64(), is_1904, text) {
                return Form::Bad(problem);
            }
        }
        DataRef::DateTimeIso(moment) => {
            text.push_str(moment);
            if !moment.contains('T') {
                text.push_str("T00:00:00");
            }
        }
        DataRef::DurationIso(_) => return Form::Bad("is a duration, not a date"),
        DataRef::Error(error) => return Form::Bad(formula_error(error)),
    }
    Form::Plain
}

fn formula_error(error: &CellErrorType) -> &'static str {
    match error {
        CellErrorType::Div0 => "is the formula error #DIV/0!",
        CellErrorType::NA => "is the formula error #N/A",
        CellErrorType::Name => "is the formula error #NAME?",
        CellErrorType::Null => "is the formula error #NULL!",
        CellErrorType::Num => "is the formula error #NUM!",
        CellErrorType::Ref => "is the formula error #REF!",
        CellErrorType::Value => "is the formula error #VALUE!",
        CellErrorType::GettingData => "is the formula error #GETTING_DATA",
    }
}
