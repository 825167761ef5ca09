//! What a back end answers: steps that are carried out one after the other.
//!
//! An answer is an iterator, so that millions of rows need no memory.

use std::sync::Arc;
use std::time::Duration;

use super::column::TdsColumn;
use super::value::TdsValue;

/// An error of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerError {
    /// Number, such as 1205 for a deadlock.
    pub number: u32,
    /// Class (severity): up to 16 a mistake of the request, 20 and more end the connection.
    pub class: u8,
    /// Text.
    pub message: String,
}

impl ServerError {
    /// An error of class 16.
    pub fn new(number: u32, message: &str) -> Self {
        Self { number, class: 16, message: message.to_owned() }
    }

    /// This session was chosen as the victim of a deadlock.
    pub fn deadlock() -> Self {
        let message = "Transaction (Process ID 51) was deadlocked on lock resources with another process and has \
                       been chosen as the deadlock victim. Rerun the transaction.";
        Self { number: 1205, class: 13, message: message.to_owned() }
    }

    /// The login may not read a table.
    pub fn permission_denied(table: &str) -> Self {
        let message = format!("The SELECT permission was denied on the object '{table}'.");
        Self { number: 229, class: 14, message }
    }

    /// A lock was waited for too long.
    pub fn lock_timeout() -> Self {
        Self::new(1222, "Lock request time out period exceeded.")
    }
}

/// One step of an answer.
#[derive(Debug, Clone)]
pub enum Step {
    /// A result set with these columns begins.
    Columns(Vec<TdsColumn>),
    /// A row of it.
    Row(Vec<TdsValue>),
    /// Rows that are encoded already by [`Answer::encoded`], with their number.
    Encoded(Arc<[u8]>, u64),
    /// What was said so far is written, and the server waits.
    Wait(Duration),
    /// The request fails.
    Error(ServerError),
    /// What was said so far is written, then half of one more row, and the connection is closed.
    DropInRow,
    /// The result set ends here, and another follows.
    EndResult,
}

/// An answer to a request.
pub struct Answer {
    pub(super) steps: Box<dyn Iterator<Item = Step> + Send>,
    pub(super) chunk_bytes: usize,
}

impl Answer {
    /// Steps from an iterator.
    pub fn steps(steps: impl Iterator<Item = Step> + Send + 'static) -> Self {
        Self { steps: Box::new(steps), chunk_bytes: 8000 }
    }

    /// Success without rows.
    pub fn done() -> Self {
        Self::steps(std::iter::empty())
    }

    /// An error and nothing else.
    pub fn error(error: ServerError) -> Self {
        Self::steps(std::iter::once(Step::Error(error)))
    }

    /// One result set.
    pub fn table(columns: Vec<TdsColumn>, rows: Vec<Vec<TdsValue>>) -> Self {
        Self::rows(columns, rows.into_iter())
    }

    /// One result set whose rows come from an iterator.
    pub fn rows(columns: Vec<TdsColumn>, rows: impl Iterator<Item = Vec<TdsValue>> + Send + 'static) -> Self {
        Self::steps(std::iter::once(Step::Columns(columns)).chain(rows.map(Step::Row)))
    }

    /// One result set of `times` times the same block of rows, which is encoded once: the fastest there is.
    pub fn encoded(columns: Vec<TdsColumn>, block: &[Vec<TdsValue>], times: u64) -> std::io::Result<Self> {
        let bytes: Arc<[u8]> = Self::encode(&columns, block)?.into();
        let count = u64::try_from(block.len()).unwrap_or(u64::MAX);
        let blocks = (0..times).map(move |_| Step::Encoded(Arc::clone(&bytes), count));
        Ok(Self::steps(std::iter::once(Step::Columns(columns)).chain(blocks)))
    }

    /// The bytes of a block of rows on the wire.
    pub fn encode(columns: &[TdsColumn], block: &[Vec<TdsValue>]) -> std::io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        for row in block {
            super::tokens::row(columns, row, 8000, &mut bytes)?;
        }
        Ok(bytes)
    }

    /// Cuts long values into chunks of this many bytes.
    #[must_use]
    pub fn in_chunks_of(mut self, chunk_bytes: usize) -> Self {
        self.chunk_bytes = chunk_bytes;
        self
    }
}
