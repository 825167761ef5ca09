//! What went wrong while a query ran, as a message that holds no cell's content.
//!
//! The engine's own texts quote the value that they failed on; they are never passed on as they are.

use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use datafusion::common::DataFusionError;
use tieout_pipeline::ports::EngineError;
use tieout_tables::{TableError, column_type, mask};

/// A failure that a function of this crate found; a fixed text, so it holds no cell's content.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Fault(&'static str);

impl Fault {
    pub(crate) fn error(text: &'static str) -> DataFusionError {
        DataFusionError::External(Box::new(Self(text)))
    }
}

/// The error for a query that failed while it ran.
pub(crate) fn execution(error: &DataFusionError, memory_limit_bytes: usize) -> EngineError {
    EngineError::Execution(match error.find_root() {
        DataFusionError::ArrowError(error, _) => arrow_message(error),
        DataFusionError::ResourcesExhausted(_) => format!(
            "it needs more memory than the limit of {} MiB, or more room for temporary files: raise the limit, or \
             select fewer columns and aggregate before joining",
            memory_limit_bytes / (1024 * 1024)
        ),
        DataFusionError::ParquetError(error) => format!("a table's Parquet file could not be read: {error}"),
        DataFusionError::ObjectStore(error) => format!("a table's file could not be read: {error}"),
        DataFusionError::IoError(error) => format!("a file could not be read or written: {error}"),
        DataFusionError::External(error) if error.is::<Fault>() => error.to_string(),
        other => masked(&in_house_words(&other.message())),
    })
}

/// The error for an answer that a table cannot hold.
pub(crate) fn unfit(error: &TableError) -> EngineError {
    match error {
        TableError::UnsupportedType { column, data_type, cure } => {
            EngineError::UnsupportedType { column: column.clone(), data_type: data_type.clone(), cure: cure.clone() }
        }
        other => EngineError::Execution(other.to_string()),
    }
}

/// What an error of a kernel means, without the value that it quotes.
pub(crate) fn arrow_message(error: &ArrowError) -> String {
    match error {
        ArrowError::DivideByZero => "a division by zero: guard the divisor with nullif(divisor, 0)".to_owned(),
        ArrowError::ArithmeticOverflow(_) | ArrowError::ComputeError(_) | ArrowError::InvalidArgumentError(_) => {
            "a number has more digits than its type holds: cast to fewer decimals before computing".to_owned()
        }
        ArrowError::CastError(text) | ArrowError::ParseError(text) => match type_in(text) {
            Some(name) => format!("a value does not convert to {name}"),
            None => "a value does not convert to the type that it is cast to".to_owned(),
        },
        ArrowError::IoError(_, error) => format!("a file could not be read or written: {error}"),
        ArrowError::ParquetError(text) => format!("a table's Parquet file could not be read: {text}"),
        other => format!("the engine failed with {}", variant(other)),
    }
}

/// The engine's text on one line, types by their house names.
pub(crate) fn in_house_words(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    // The engine appends its own reading of a mismatch to the sentence that says it.
    let sentence = line.split(" (DataType").next().unwrap_or(line);
    let mut words = sentence.to_owned();
    for (engine, house) in [
        ("Utf8View", "text"),
        ("LargeUtf8", "text"),
        ("Utf8", "text"),
        ("Int64", "integer"),
        ("Int32", "integer"),
        ("Decimal128", "decimal"),
        ("Date32", "date"),
        ("Boolean", "boolean"),
        ("Timestamp(µs)", "timestamp"),
        ("Timestamp(ns)", "timestamp"),
        ("Float64", "binary float"),
    ] {
        words = words.replace(engine, house);
    }
    words
}

/// The text with all that stands in single quotes, and every digit, masked.
fn masked(text: &str) -> String {
    let digits = |part: &str| part.replace(|letter: char| letter.is_ascii_digit(), "9");
    let parts = text.split('\'').enumerate();
    let parts = parts.map(|(at, part)| if at % 2 == 1 { mask(part) } else { digits(part) });
    parts.collect::<Vec<_>>().join("'")
}

/// The house name of the type that stands after the last ` to ` of an engine's text.
fn type_in(text: &str) -> Option<String> {
    let after = ["value of ", "to type ", " to "].iter().find_map(|lead| Some(text.rsplit_once(lead)?.1))?;
    let end = after.find(") ").or_else(|| after.find(").")).map_or_else(|| after.find([' ', '.']), |at| Some(at + 1));
    let name = after.get(..end.unwrap_or(after.len()))?;
    let data_type: DataType = name.parse().ok()?;
    column_type(&data_type).map(|column_type| column_type.to_string())
}

fn variant(error: &ArrowError) -> String {
    format!("{error:?}").split(['(', ' ', '{']).next().unwrap_or_default().to_owned()
}
