//! The two files: what kind each is, and what columns it has.
//!
//! The kind follows from the end of the name. Parquet says its own types; of a text file the values are surveyed.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::datatypes::{DataType, Schema};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use tieout_model::Side;
use tieout_pipeline::ports::SourceError;
use tieout_sources::{GivenFile, GivenFormat, Readings, Survey, SurveyedColumn};
use tieout_tables::wide_schema;

use super::super::arguments::{CompareArguments, ReadingArguments};
use super::super::failure::Failure;

/// A file to compare.
#[derive(Debug)]
pub(super) struct Input {
    /// The path as it was given; also the name in messages.
    pub(super) path: PathBuf,
    /// What is in it.
    pub(super) content: Content,
}

/// The name of a column, and its wide type or why it cannot be compared.
pub(super) type ParquetColumn = (String, Result<DataType, String>);

/// What is in a file.
#[derive(Debug)]
pub(super) enum Content {
    /// Columns with their wide types, or why a column cannot be compared.
    Parquet(Vec<ParquetColumn>),
    /// A file whose values are text.
    Text(GivenFile, Survey),
}

impl Input {
    /// Opens both files; a failure of the left one is told first.
    pub(super) fn open_both(arguments: &CompareArguments) -> Result<[Self; 2], Failure> {
        let open = |path: &Path, side: Side| Self::open(path, side, &arguments.reading);
        let (left, right) = std::thread::scope(|scope| {
            let left = scope.spawn(|| open(&arguments.left, Side::Left));
            let right = open(&arguments.right, Side::Right);
            (left.join(), right)
        });
        let left =
            left.map_err(|_| Failure::machine(format!("reading '{}' broke off", arguments.left.display())))??;
        let mut both = [left, right?];
        adopt_columns(&mut both);
        let reading = &arguments.reading;
        if let Some((column, _)) = reading.types.first()
            && both.iter().all(Self::is_parquet)
        {
            let message = format!("--type {column}=... is for text files, and both files are Parquet; leave it out");
            return Err(Failure::bad_input_text(message));
        }
        Ok(both)
    }

    fn open(path: &Path, side: Side, reading: &ReadingArguments) -> Result<Self, Failure> {
        let content = match kind_of(path)? {
            Kind::Parquet => Content::Parquet(parquet_columns(path)?),
            Kind::Csv { delimiter } => {
                let delimiter = of_side(&reading.delimiter, side, "--delimiter")?.copied().unwrap_or(delimiter);
                surveyed(path, GivenFormat::Csv { delimiter })?
            }
            Kind::Xlsx => {
                surveyed(path, GivenFormat::Xlsx { sheet: of_side(&reading.sheet, side, "--sheet")?.cloned() })?
            }
            Kind::JsonLines => surveyed(path, GivenFormat::JsonLines)?,
        };
        Ok(Self { path: path.to_owned(), content })
    }

    /// The name in messages.
    pub(super) fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// Whether the file is compared in place.
    pub(super) fn is_parquet(&self) -> bool {
        matches!(self.content, Content::Parquet(_))
    }

    /// The names of its columns in order.
    pub(super) fn columns(&self) -> Vec<&str> {
        match &self.content {
            Content::Parquet(columns) => columns.iter().map(|(name, _)| name.as_str()).collect(),
            Content::Text(_, survey) => survey.columns.iter().map(|column| column.name.as_str()).collect(),
        }
    }
}

/// JSON lines without a line name no columns: such a side has those of the other one.
fn adopt_columns(both: &mut [Input; 2]) {
    let [left, right] = both;
    adopt(left, right);
    adopt(right, left);
}

fn adopt(own: &mut Input, other: &Input) {
    let Content::Text(_, survey) = &mut own.content else { return };
    if !survey.has_header && survey.rows == 0 {
        let column = |name: &str| SurveyedColumn {
            header: name.to_owned(),
            name: name.to_owned(),
            readings: Readings::default(),
        };
        survey.columns = other.columns().into_iter().map(column).collect();
    }
}

enum Kind {
    Parquet,
    Csv { delimiter: u8 },
    JsonLines,
    Xlsx,
}

fn kind_of(path: &Path) -> Result<Kind, Failure> {
    let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let inner = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
    match inner.rsplit_once('.').map(|(_, end)| end) {
        Some("parquet" | "pq") if inner == name => Ok(Kind::Parquet),
        Some("xlsx") if inner == name => Ok(Kind::Xlsx),
        Some("csv" | "txt") => Ok(Kind::Csv { delimiter: b',' }),
        Some("tsv") => Ok(Kind::Csv { delimiter: b'\t' }),
        Some("jsonl" | "ndjson") => Ok(Kind::JsonLines),
        Some("parquet" | "pq" | "xlsx") => Err(Failure::bad_input_text(format!(
            "'{}' is a workbook or Parquet file within another compression; unpack it first",
            path.display()
        ))),
        _ => Err(Failure::bad_input_text(format!(
            "'{}': the end of the name tells no kind of file; there are .parquet, .xlsx, and .csv, .tsv, .txt, .jsonl, \
             .ndjson with or without .gz or .zst",
            path.display()
        ))),
    }
}

/// The value for a side: one value is for both.
fn of_side<'a, T>(values: &'a [T], side: Side, option: &str) -> Result<Option<&'a T>, Failure> {
    match (values, side) {
        ([], _) => Ok(None),
        ([both], _) => Ok(Some(both)),
        ([left, _], Side::Left) => Ok(Some(left)),
        ([_, right], Side::Right) => Ok(Some(right)),
        _ => Err(Failure::bad_input_text(format!("{option} is given {} times; give it once or twice", values.len()))),
    }
}

fn surveyed(path: &Path, format: GivenFormat) -> Result<Content, Failure> {
    let file = GivenFile::open(path, format).map_err(|error| refusal(&error))?;
    let survey = file.survey().map_err(|error| refusal(&error))?;
    Ok(Content::Text(file, survey))
}

/// A file that cannot be read: bad input, or a machine that fails now and may not later.
pub(super) fn refusal(error: &SourceError) -> Failure {
    match error {
        SourceError::Refused { detail, cure, .. } => Failure::bad_input_text(format!("{detail}; {cure}")),
        SourceError::Transient { detail } => Failure::machine(format!("{detail}; try again")),
    }
}

fn parquet_columns(path: &Path) -> Result<Vec<ParquetColumn>, Failure> {
    let refused = |error: &dyn std::error::Error| {
        Failure::bad_input_text(format!(
            "'{}' is not a whole Parquet file\n  because {}\n  deliver it again, or give the file its right ending",
            path.display(),
            super::super::failure::chain(error)
        ))
    };
    let opened = |error: std::io::Error| {
        Failure::bad_input_text(format!(
            "file '{}' cannot be opened ({}); correct the path",
            path.display(),
            error.kind()
        ))
    };
    if !std::fs::metadata(path).map_err(opened)?.is_file() {
        return Err(Failure::bad_input_text(format!("'{}' is not a file; name a file", path.display())));
    }
    let file = File::open(path).map_err(opened)?;
    // As the engine reads it: the types are those of Parquet itself, not what the writer's library noted beside them.
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let metadata = ArrowReaderMetadata::load(&file, options).map_err(|error| refused(&error))?;
    let column = |field: &arrow::datatypes::FieldRef| {
        let alone = Schema::new(vec![field.clone()]);
        let wide = wide_schema(&alone).map_err(|error| error.to_string());
        let data_type =
            wide.map(|schema| schema.fields().iter().map(|field| field.data_type().clone()).collect::<Vec<_>>());
        (field.name().clone(), data_type.map(|types| types.first().cloned().unwrap_or(DataType::Utf8)))
    };
    Ok(metadata.schema().fields().iter().map(column).collect())
}
