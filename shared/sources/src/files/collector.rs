//! Gathers rows and rejects into batches of bounded size and hands them on.
//!
//! Every row that is offered ends in a batch or in its rejects. Where a batch ends depends on the input alone.

use arrow::record_batch::RecordBatch;
use tieout_model::Contract;
use tieout_pipeline::ports::{Reject, SourceBatch, SourceError};
use tieout_tables::{BatchBuilder, InputCell, RowProblem, TableError};
use tokio::sync::mpsc::Sender;

use super::input::Origin;
use super::refusal::{transient, unreadable};
use super::total_row::{Refusal, TotalWatch};

/// The most rows and rejects of a batch together.
pub(crate) const MAX_BATCH_ROWS: usize = 8192;

/// A batch ends with the row that brings its cells to this size, in bytes.
pub(crate) const MAX_BATCH_BYTES: usize = 8 * 1024 * 1024;

/// What a reading thread says.
pub(super) enum Message {
    /// The next rows.
    Batch(SourceBatch),
    /// All rows of all files were delivered.
    End(Vec<Origin>),
    /// The data set cannot be read.
    Failed(SourceError),
}

/// Where a row stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    /// Name of the file.
    pub(super) origin: &'a str,
    /// Line, row of the sheet, or row number; 1-based.
    pub(super) line: u64,
    /// Bytes of this file read so far.
    pub(super) bytes_read: u64,
}

/// Takes the rows of a file as they are read.
pub(super) trait RowSink {
    /// Takes a row: one cell for each column of the contract, `size_bytes` of text in all.
    fn push_row(&mut self, place: Place<'_>, cells: &[InputCell<'_>], size_bytes: usize) -> Result<(), SourceError>;

    /// Takes a row that is bad as a whole, for a reason such as a wrong number of cells.
    fn reject_row(&mut self, place: Place<'_>, problem: String) -> Result<(), SourceError>;

    /// Takes a row that is bad for one column, where the value itself says nothing.
    fn reject_cell(&mut self, place: Place<'_>, column: String, problem: &str) -> Result<(), SourceError>;
}

/// Gathers the rows of a data set.
pub(super) struct Collector {
    builder: BatchBuilder,
    first_column: String,
    rejects: Vec<Reject>,
    cell_bytes: usize,
    earlier_bytes: u64,
    bytes_read: u64,
    origins: Vec<Origin>,
    total_watch: Option<TotalWatch>,
    sender: Sender<Message>,
}

impl RowSink for Collector {
    fn push_row(&mut self, place: Place<'_>, cells: &[InputCell<'_>], size_bytes: usize) -> Result<(), SourceError> {
        if let Some(watch) = &mut self.total_watch {
            match watch.take(place, cells) {
                Ok(false) => {}
                Ok(true) => return self.advance(place.bytes_read),
                Err(Refusal::Row(problem)) => return self.reject(place, problem),
                Err(Refusal::File(error)) => return Err(error),
            }
        }
        match self.builder.push_cells(cells) {
            Ok(()) => {
                self.cell_bytes += size_bytes;
                self.advance(place.bytes_read)
            }
            Err(problem) => self.reject(place, problem),
        }
    }

    fn reject_row(&mut self, place: Place<'_>, problem: String) -> Result<(), SourceError> {
        self.reject(place, RowProblem { column: String::new(), masked: String::new(), problem })
    }

    fn reject_cell(&mut self, place: Place<'_>, column: String, problem: &str) -> Result<(), SourceError> {
        self.reject(place, RowProblem { column, masked: String::new(), problem: problem.to_owned() })
    }
}

impl Collector {
    /// An empty collector for rows of this contract.
    pub(super) fn new(contract: &Contract, sender: Sender<Message>) -> Self {
        Self {
            builder: BatchBuilder::new(contract),
            first_column: contract.columns.first().map(|column| column.name.clone()).unwrap_or_default(),
            rejects: Vec::new(),
            cell_bytes: 0,
            earlier_bytes: 0,
            bytes_read: 0,
            origins: Vec::new(),
            total_watch: TotalWatch::new(contract),
            sender,
        }
    }

    /// Takes rows that are columns already, at most `MAX_BATCH_ROWS` of them, with the rejects among them.
    pub(super) fn push_batch(
        &mut self,
        rows: RecordBatch,
        rejects: Vec<Reject>,
        bytes_read: u64,
    ) -> Result<(), SourceError> {
        self.flush()?;
        self.bytes_read = bytes_read;
        self.send(rows, rejects)
    }

    /// Ends a file.
    pub(super) fn end_file(&mut self, origin: Origin) -> Result<(), SourceError> {
        if self.total_watch.is_some() {
            self.flush()?;
        }
        if let Some(watch) = &mut self.total_watch {
            watch.end_file(&origin.name)?;
        }
        self.earlier_bytes += origin.size_bytes;
        self.bytes_read = 0;
        self.origins.push(origin);
        Ok(())
    }

    /// Hands on what is left, then the end.
    pub(super) fn finish(mut self) -> Result<(), SourceError> {
        self.flush()?;
        let origins = std::mem::take(&mut self.origins);
        self.sender.blocking_send(Message::End(origins)).map_err(|_| nobody_listens())
    }

    fn reject(&mut self, place: Place<'_>, problem: RowProblem) -> Result<(), SourceError> {
        let RowProblem { mut column, masked, problem } = problem;
        if column.is_empty() {
            column.clone_from(&self.first_column);
        }
        self.rejects.push(Reject { origin: place.origin.to_owned(), line: place.line, column, masked, problem });
        self.advance(place.bytes_read)
    }

    fn advance(&mut self, bytes_read: u64) -> Result<(), SourceError> {
        self.bytes_read = bytes_read;
        let full = self.builder.len() + self.rejects.len() >= MAX_BATCH_ROWS || self.cell_bytes >= MAX_BATCH_BYTES;
        if full { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), SourceError> {
        if self.builder.is_empty() && self.rejects.is_empty() {
            return Ok(());
        }
        let rows = self.builder.finish().map_err(|error| table_failure(&error))?;
        let rejects = std::mem::take(&mut self.rejects);
        self.cell_bytes = 0;
        self.send(rows, rejects)
    }

    fn send(&mut self, rows: RecordBatch, rejects: Vec<Reject>) -> Result<(), SourceError> {
        if let Some(watch) = &mut self.total_watch {
            watch.add(&rows)?;
        }
        let bytes_read = self.earlier_bytes + self.bytes_read;
        let batch = SourceBatch { rows, rejects, bytes_read };
        self.sender.blocking_send(Message::Batch(batch)).map_err(|_| nobody_listens())
    }
}

/// Rows that passed every check did not become a batch.
fn table_failure(error: &TableError) -> SourceError {
    unreadable(format!("rows do not make a table: {error}"), "report this with the control's definition")
}

/// The reader was dropped: nobody will see this either.
fn nobody_listens() -> SourceError {
    transient("reading was given up")
}
