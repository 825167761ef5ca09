//! What stands in a file of which nothing is declared: its columns, and what their values read as.
//!
//! A survey reads every row once and keeps none. A row that cannot be read as a row is refused with its place.

use tieout_catalog::Compression;
use tieout_model::{Column, ColumnType, Contract, ValueFormat};
use tieout_pipeline::ports::SourceError;
use tieout_tables::InputCell;

use super::collector::{Place, RowSink};
use super::folder::InputFile;
use super::given::{GivenFormat, HEADER_ROW, csv_format};
use super::input::Input;
use super::readings::Readings;
use super::refusal::unreadable;
use super::{csv, json_keys, json_lines, xlsx};

/// What stands in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// Its columns in order.
    pub columns: Vec<SurveyedColumn>,
    /// Its rows.
    pub rows: u64,
    /// Whether the file names its columns even without rows; JSON lines do not.
    pub has_header: bool,
}

/// A column of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SurveyedColumn {
    /// Its name, without spaces at its ends; `column_3` where the third has none.
    pub name: String,
    /// Its header as it stands in the file.
    pub header: String,
    /// What its values read as.
    pub readings: Readings,
}

/// Surveys a file.
pub(super) fn survey(file: &InputFile, format: &GivenFormat) -> Result<Survey, SourceError> {
    let input = || Input::open(file, Compression::ByName);
    let headers = match format {
        GivenFormat::Csv { delimiter } => csv::headers(input()?, csv_format(*delimiter))?,
        GivenFormat::Xlsx { sheet } => xlsx::headers(file, sheet.as_deref(), HEADER_ROW)?,
        GivenFormat::JsonLines => json_keys::keys(input()?)?,
    };
    let columns: Vec<SurveyedColumn> = headers.into_iter().enumerate().map(surveyed).collect();
    refuse_equal_names(&file.name, &columns)?;
    let contract = contract(&columns);
    let mut taker = Surveyor { columns, format: ValueFormat { trim: false, ..ValueFormat::default() }, rows: 0 };
    match format {
        GivenFormat::Csv { delimiter } => csv::read(input()?, csv_format(*delimiter), &contract, &mut taker)?,
        GivenFormat::Xlsx { sheet } => xlsx::read(file, sheet.as_deref(), HEADER_ROW, &contract, &mut taker)?,
        GivenFormat::JsonLines => json_lines::read(input()?, &contract, &mut taker)?,
    };
    Ok(Survey { columns: taker.columns, rows: taker.rows, has_header: *format != GivenFormat::JsonLines })
}

fn surveyed((position, header): (usize, String)) -> SurveyedColumn {
    let name = header.trim();
    let name = if name.is_empty() { format!("column_{}", position + 1) } else { name.to_owned() };
    SurveyedColumn { name, header, readings: Readings::default() }
}

fn refuse_equal_names(file: &str, columns: &[SurveyedColumn]) -> Result<(), SourceError> {
    let mut names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair.first() == pair.last()).and_then(|pair| pair.first()) {
        Some(name) => {
            Err(unreadable(format!("{file} has two columns called '{name}'"), "give one of them another name"))
        }
        None => Ok(()),
    }
}

/// A contract under which every cell comes through as it is. Timestamps let date cells through; nothing is converted.
fn contract(columns: &[SurveyedColumn]) -> Contract {
    let column = |column: &SurveyedColumn| Column {
        name: column.name.clone(),
        data_type: ColumnType::Timestamp,
        nullable: true,
        required: false,
        headers: vec![column.header.clone()],
        format: ValueFormat { trim: false, ..ValueFormat::default() },
    };
    Contract { columns: columns.iter().map(column).collect(), ..Contract::default() }
}

/// Looks at every cell and keeps none.
struct Surveyor {
    columns: Vec<SurveyedColumn>,
    format: ValueFormat,
    rows: u64,
}

impl RowSink for Surveyor {
    fn push_row(&mut self, _place: Place<'_>, cells: &[InputCell<'_>], _size_bytes: usize) -> Result<(), SourceError> {
        self.rows += 1;
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            column.readings.take(cell, &self.format);
        }
        Ok(())
    }

    fn reject_row(&mut self, place: Place<'_>, problem: String) -> Result<(), SourceError> {
        let detail = format!("{}, line {}: the row {problem}", place.origin, place.line);
        Err(unreadable(detail, "correct the row, or deliver the file again"))
    }

    fn reject_cell(&mut self, place: Place<'_>, column: String, problem: &str) -> Result<(), SourceError> {
        let detail = format!("{}, line {}: column '{column}' {problem}", place.origin, place.line);
        Err(unreadable(detail, "correct the row, or deliver the file again"))
    }
}
