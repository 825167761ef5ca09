//! Why a table could not be read, written or converted.
//!
//! A message names the column, the row or the file and never a cell's content.

use std::path::{Path, PathBuf};

use ::parquet::errors::ParquetError;
use arrow::datatypes::DataType;
use arrow::error::ArrowError;

/// Why a table could not be read, written or converted.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// A column's type is none of the six that tables hold, and does not convert to one without loss.
    #[error("column '{column}' has type {data_type}, which a table does not hold: {cure}")]
    UnsupportedType {
        /// The column.
        column: String,
        /// Arrow's name of the type.
        data_type: String,
        /// What to do about it.
        cure: String,
    },
    /// A column is not there.
    #[error("the table has no column '{column}'")]
    NoSuchColumn {
        /// The column that was asked for.
        column: String,
    },
    /// Two columns have the same name.
    #[error("two columns are called '{column}': give one of them another name")]
    DuplicateColumn {
        /// Their name.
        column: String,
    },
    /// A column has another type than it must have.
    #[error("column '{column}' is {found} and must be {expected}")]
    WrongType {
        /// The column.
        column: String,
        /// What it must be.
        expected: String,
        /// What it is.
        found: String,
    },
    /// A batch has other columns than the table it belongs to.
    #[error("a batch has the columns {found} where the table has {expected}")]
    WrongColumns {
        /// The table's columns.
        expected: String,
        /// The batch's columns.
        found: String,
    },
    /// A value does not fit its column.
    #[error("column '{column}', row {row}: the value {problem}")]
    Value {
        /// The column.
        column: String,
        /// 1-based row within the batch.
        row: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// A text is too long for the length field of the canonical encoding.
    #[error("a text of {size_bytes} bytes is longer than a table holds (4 GiB)")]
    TextTooLong {
        /// Its length.
        size_bytes: usize,
    },
    /// A control total needs more than 38 digits.
    #[error("the total of column '{column}' in {currency} needs more than 38 digits")]
    TotalOverflow {
        /// The amount column.
        column: String,
        /// The currency code.
        currency: String,
    },
    /// A file could not be opened, read or written.
    #[error("could not {action} '{}'", path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A Parquet file could not be read or written.
    #[error("could not {action} the Parquet file '{}'", path.display())]
    Parquet {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: ParquetError,
    },
    /// What a Parquet file holds is not what it says it holds.
    #[error("the Parquet file '{}' is damaged: column '{column}' {problem}; write it anew", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The column.
        column: String,
        /// What is wrong.
        problem: String,
    },
    /// Arrow refused an operation.
    #[error("could not {action}")]
    Arrow {
        /// What was tried.
        action: &'static str,
        /// Why.
        #[source]
        source: ArrowError,
    },
}

impl TableError {
    pub(crate) fn file(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { action, path, source }
    }

    pub(crate) fn parquet(action: &'static str, path: &Path) -> impl FnOnce(ParquetError) -> Self {
        let path = path.to_owned();
        move |source| Self::Parquet { action, path, source }
    }

    pub(crate) fn arrow(action: &'static str) -> impl FnOnce(ArrowError) -> Self {
        move |source| Self::Arrow { action, source }
    }

    pub(crate) fn unsupported(column: &str, data_type: &DataType, cure: &str) -> Self {
        Self::UnsupportedType { column: column.to_owned(), data_type: data_type.to_string(), cure: cure.to_owned() }
    }
}
