//! The port `Notifier`: hands a finished message to a channel.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// Why a message was not handed over.
#[derive(Debug, thiserror::Error)]
pub enum NotifyError {
    /// The channel did not accept the message; trying again may help.
    #[error("the {channel} channel did not accept the message: {detail}")]
    Transient {
        /// Name of the channel.
        channel: &'static str,
        /// What it said.
        detail: String,
    },
}

/// Proof that a channel accepted a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// Version of this format.
    pub schema: u32,
    /// Name of the channel, such as `outbox`.
    pub channel: String,
    /// The message's own id, which makes a second delivery recognisable.
    pub message_id: String,
    /// Where the channel put it, or the id that it gave.
    pub reference: String,
}

/// Hands a complete RFC 5322 message to a channel.
#[async_trait]
pub trait Notifier: Send + Sync {
    /// Name of the channel, such as `outbox`; part of the receipt's key.
    fn channel(&self) -> &'static str;

    /// Hands the message over. MUST deliver at most once per `message_id`, however often it is called.
    async fn deliver(&self, message_id: &str, message: &[u8]) -> Result<Receipt, NotifyError>;
}
