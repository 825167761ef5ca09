//! One file that is given by its path, outside of any control.
//!
//! It is read by the same readers as the files of a data set and just as strictly; only that its contract is made
//! from what stands in it, and not before.

use std::io::ErrorKind;
use std::path::Path;

use tieout_catalog::{Compression, Encoding, FileFormat};
use tieout_model::{Column, ColumnType, Contract, ReasonCode, ValueFormat};
use tieout_pipeline::ports::{SourceError, SourceReader};

use super::csv::CsvFormat;
use super::folder::InputFile;
use super::refusal::{refused, unreadable};
use super::survey::{Survey, SurveyedColumn, survey};
use super::{Plan, start_reading};

/// The row of a sheet that names its columns, 1-based.
pub(super) const HEADER_ROW: u32 = 1;

/// How a given file is written. Text is UTF-8 or has a byte order mark; the first row names the columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GivenFormat {
    /// Delimited text with double quotes.
    Csv {
        /// One ASCII byte between cells.
        delimiter: u8,
    },
    /// A sheet of a workbook.
    Xlsx {
        /// Its name; without one the only sheet.
        sheet: Option<String>,
    },
    /// One JSON object a line.
    JsonLines,
}

/// One file that is given by its path.
#[derive(Debug, Clone)]
pub struct GivenFile {
    file: InputFile,
    format: GivenFormat,
}

impl GivenFile {
    /// Finds a file; the compression follows from the end of its name.
    pub fn open(path: &Path, format: GivenFormat) -> Result<Self, SourceError> {
        let name = path.display().to_string();
        let metadata = std::fs::metadata(path).map_err(|error| match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => {
                refused(ReasonCode::DatasetMissing, format!("there is no file '{name}'"), "correct the path")
            }
            kind => unreadable(format!("file '{name}' cannot be opened ({kind})"), "check its permissions"),
        })?;
        if !metadata.is_file() {
            return Err(unreadable(format!("'{name}' is not a file"), "name a file"));
        }
        let file = InputFile { name, path: path.to_owned(), size_bytes: metadata.len() };
        let given = Self { file, format };
        given.plan(Contract::default()).check_compression()?;
        Ok(given)
    }

    /// The path as it was given, which is also the name in messages.
    pub fn name(&self) -> &str {
        &self.file.name
    }

    /// Its columns, and what their values read as. Reads every row.
    pub fn survey(&self) -> Result<Survey, SourceError> {
        survey(&self.file, &self.format)
    }

    /// Reads columns as given types, in the order given.
    ///
    /// An empty cell is null. Of what is not text, spaces at its ends are dropped and an exponent is read.
    pub fn read(&self, columns: &[(&SurveyedColumn, ColumnType)]) -> Result<Box<dyn SourceReader>, SourceError> {
        let columns = columns.iter().map(|(column, data_type)| typed(column, *data_type));
        let contract = Contract { columns: columns.collect(), ..Contract::default() };
        start_reading(&self.file.name, self.plan(contract))
    }

    fn plan(&self, contract: Contract) -> Plan {
        let format = match &self.format {
            GivenFormat::Csv { delimiter } => csv_format(*delimiter).into(),
            GivenFormat::Xlsx { sheet } => FileFormat::Xlsx { sheet: sheet.clone(), header_row: HEADER_ROW },
            GivenFormat::JsonLines => FileFormat::JsonLines,
        };
        Plan { files: vec![self.file.clone()], format, compression: Compression::ByName, contract }
    }
}

/// CSV as it is given.
pub(super) fn csv_format(delimiter: u8) -> CsvFormat {
    CsvFormat { delimiter, quote: Some(b'"'), header: true, skip_rows: 0, encoding: Encoding::Utf8 }
}

fn typed(column: &SurveyedColumn, data_type: ColumnType) -> Column {
    let words = |words: [&str; 4]| words.map(str::to_owned).to_vec();
    let mut format = ValueFormat {
        trim: data_type != ColumnType::Text,
        true_values: words(["true", "True", "TRUE", "1"]),
        false_values: words(["false", "False", "FALSE", "0"]),
        ..ValueFormat::default()
    };
    format.number.exponent = true;
    Column {
        name: column.name.clone(),
        data_type,
        nullable: true,
        required: false,
        headers: vec![column.header.clone()],
        format,
    }
}
