//! What a message is made from.

use jiff::Timestamp;
use tieout_model::{Digest, RunResult};

use crate::Address;

/// The largest `exceptions.csv` that is attached, in bytes; a larger one is pointed to.
///
/// Base64 makes a third more of it, and many mail servers refuse messages above 10 MB.
pub const ATTACHMENT_LIMIT_BYTES: u64 = 5 * 1024 * 1024;

/// What a message is made from.
#[derive(Debug, Clone, Copy)]
pub struct MessageInput<'a> {
    /// What the run found.
    pub result: &'a RunResult,
    /// The sender.
    pub from: &'a Address,
    /// Who is told; see [`recipients_for`](crate::recipients_for).
    pub recipients: &'a [Address],
    /// The message's date, written in UTC to the second.
    pub date: Timestamp,
    /// The message's id, `<left@right>`: the same for every delivery of this message.
    pub message_id: &'a str,
    /// The exceptions, where there are any.
    pub exceptions: Option<ExceptionsFile<'a>>,
    /// Where the report lies.
    pub report: &'a str,
    /// Where the evidence package lies.
    pub package: &'a str,
    /// Digest of the evidence package.
    pub package_digest: Digest,
}

/// The file `exceptions.csv`.
#[derive(Debug, Clone, Copy)]
pub struct ExceptionsFile<'a> {
    /// Where it lies.
    pub location: &'a str,
    /// Its length in bytes.
    pub size_bytes: u64,
    /// Its content; not needed, and not attached, above [`ATTACHMENT_LIMIT_BYTES`].
    pub content: Option<&'a [u8]>,
}

impl<'a> ExceptionsFile<'a> {
    /// The content, if it is small enough to attach.
    pub(crate) fn attachable(&self) -> Option<&'a [u8]> {
        self.content.filter(|content| self.size_bytes.max(content.len() as u64) <= ATTACHMENT_LIMIT_BYTES)
    }
}
