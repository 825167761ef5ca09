//! Who is told what, in which words: from a result to a complete e-mail.
//!
//! Pure: date, message id and recipients are inputs, and nothing is random; the same input gives the same bytes. A
//! message's body holds verdict, counts, sums and reasons, never the contents of a row.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking"))]

mod compose;
mod error;
mod input;
mod recipient;
mod subject;
mod summary;

pub use compose::compose;
pub use error::NotifyError;
pub use input::{ATTACHMENT_LIMIT_BYTES, ExceptionsFile, MessageInput};
pub use recipient::{Address, Subscriber, recipients_for};
pub use subject::subject;
