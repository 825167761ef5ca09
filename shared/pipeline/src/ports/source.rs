//! The port `Source`: delivers the rows of a data set in Arrow batches, with every row that did not convert.

use std::path::PathBuf;

use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
use tieout_catalog::{DataSet, DatabaseSource};
use tieout_extract::database::BoundText;
use tieout_model::{CutoffDate, Decimal, Digest, Parameter, ReasonCode};

use super::Parameters;

/// Why a data set could not be read. A finding for the control (`not_operated`), not a failure of the program,
/// except for `Transient`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// The source says no for good: a missing file or column, an unreadable encoding, a broken archive.
    #[error("{detail}")]
    Refused {
        /// The kind of reason for the result.
        code: ReasonCode,
        /// What and where (file, sheet, line, column), without cell contents.
        detail: String,
        /// What to do about it.
        cure: String,
    },
    /// Trying again may help.
    #[error("{detail}")]
    Transient {
        /// What happened.
        detail: String,
    },
}

/// What to read.
#[derive(Debug, Clone)]
pub struct SourceRequest<'a> {
    /// The settings of a source that is a database.
    pub database: Option<&'a DatabaseSource>,
    /// The data set's definition with its contract.
    pub data_set: &'a DataSet,
    /// The cutoff date.
    pub cutoff_date: CutoffDate,
    /// All bound parameters, `cutoff_date` among them.
    pub parameters: &'a Parameters,
    /// The folder that stands for the root of a source of kind `files`.
    pub folder: Option<PathBuf>,
    /// The part to read of a data set that is read in ranges; `None` reads it as a whole.
    pub range: Option<&'a SourceRange>,
}

/// A range of the column by which a data set is read in parts: `after < value <= until`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRange {
    /// The last value of the range before; `None` for the first range.
    pub after: Option<Parameter>,
    /// The last value of this range; `None` for the last range.
    pub until: Option<Parameter>,
}

/// What a source says of its own answer, so that what landed can be held against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceProof {
    /// Rows of the driving table under all filters and without the enrichment joins.
    pub rows: u64,
    /// Sums of the control-total columns of what the query selects, by column of the contract.
    pub totals: Vec<(String, Decimal)>,
    /// The server's own name for itself.
    pub server: String,
    /// The database of the connection.
    pub database: String,
    /// The login.
    pub login: String,
    /// What the server's clock showed when the reading began, as the server writes it.
    pub server_clock: String,
    /// Digest of the text of the query as it was sent.
    pub query_digest: Digest,
    /// The isolation under which answer and proof were read, such as `snapshot`.
    pub isolation: String,
}

/// A row that did not convert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// File name (without the folder) or another name for the place of origin.
    pub origin: String,
    /// 1-based line of the file (of a workbook: row of the sheet; of Parquet: row number).
    pub line: u64,
    /// Column of the contract.
    pub column: String,
    /// The value with digits as 9 and letters as A or a, cut to 40 characters: its shape, not its content.
    pub masked: String,
    /// Why it does not convert, such as `has more than 2 decimals`.
    pub problem: String,
}

/// The next rows, in the order of the source.
#[derive(Debug, Clone)]
pub struct SourceBatch {
    /// Rows that converted, with exactly the contract's columns and types.
    pub rows: RecordBatch,
    /// Rows that did not: one entry a row, for its first bad value.
    pub rejects: Vec<Reject>,
    /// Bytes of the input consumed since the reader was opened (compressed size).
    pub bytes_read: u64,
}

/// Delivers batches until there are no more.
#[async_trait]
pub trait SourceReader: Send {
    /// The next batch; `None` at the end.
    async fn next_batch(&mut self) -> Result<Option<SourceBatch>, SourceError>;

    /// What was read, for evidence: file names with sizes, or the query as sent. No secrets, no absolute paths.
    fn origins(&self) -> Vec<String>;

    /// What is worth knowing of the reading, for evidence: headers that were not matched letter by letter, columns that
    /// nothing asked for.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }

    /// Size of the whole input in bytes, where it is known.
    fn size_bytes(&self) -> Option<u64>;

    /// The query as it was sent with its values apart; `None` where nothing is sent.
    fn sent(&self) -> Option<BoundText> {
        None
    }

    /// What the source says of the answer, read in the same session and at the same point in time; `None` where a
    /// source cannot say it. Called once, after the last batch.
    async fn proof(&mut self) -> Option<SourceProof> {
        None
    }
}

/// Opens data sets of one kind of source.
///
/// An implementation MUST deliver the same rows in the same order for the same input, MUST NOT drop a row without
/// a `Reject`, and MUST NOT hold more than a bounded number of rows.
#[async_trait]
pub trait Source: Send + Sync {
    /// Whether there is anything to read; opening says what is missing. Only a source of files can be without.
    async fn is_present(&self, _request: &SourceRequest<'_>) -> Result<bool, SourceError> {
        Ok(true)
    }

    /// The ranges in which a data set is to be read, in order and without gaps; none for one that is read as a whole.
    async fn ranges(&self, _request: &SourceRequest<'_>) -> Result<Vec<SourceRange>, SourceError> {
        Ok(Vec::new())
    }

    /// The text that reads a data set as a whole, with its values apart; `None` where nothing is sent.
    async fn text(&self, _request: &SourceRequest<'_>) -> Result<Option<BoundText>, SourceError> {
        Ok(None)
    }

    /// What the source says now of a data set, without reading it: for data sets that were read in ranges.
    async fn prove(&self, _request: &SourceRequest<'_>) -> Result<Option<SourceProof>, SourceError> {
        Ok(None)
    }

    /// Opens a data set for reading.
    async fn open(&self, request: &SourceRequest<'_>) -> Result<Box<dyn SourceReader>, SourceError>;
}
