//! The port `Notifier` on a folder: each message becomes one `.eml` file that a mail program opens.
//!
//! The file is named after the message id and made only once, so a second delivery of a message changes nothing.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use tempfile::NamedTempFile;
use tieout_pipeline::ports::{Notifier, NotifyError, Receipt};

/// Name of the channel.
const CHANNEL: &str = "outbox";

/// A folder of messages.
#[derive(Debug, Clone)]
pub struct Outbox {
    folder: PathBuf,
}

impl Outbox {
    /// An outbox at `folder`, which is made with the first message.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    fn put(&self, name: &str, message: &[u8]) -> std::io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let mut incoming = NamedTempFile::new_in(&self.folder)?;
        incoming.write_all(message)?;
        incoming.as_file().sync_all()?;
        match fs::hard_link(incoming.path(), self.folder.join(name)) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl Notifier for Outbox {
    fn channel(&self) -> &'static str {
        CHANNEL
    }

    async fn deliver(&self, message_id: &str, message: &[u8]) -> Result<Receipt, NotifyError> {
        let plain = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
        let name = message_id.trim_matches(['<', '>']);
        let name: String = name.chars().map(|each| if plain(each) { each } else { '_' }).collect();
        let name = format!("{}.eml", name.trim_start_matches('.'));
        self.put(&name, message)
            .map_err(|error| NotifyError::Transient { channel: CHANNEL, detail: error.to_string() })?;
        Ok(Receipt { schema: 1, channel: CHANNEL.to_owned(), message_id: message_id.to_owned(), reference: name })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_message_is_delivered_once() {
        let folder = tempfile::tempdir().unwrap();
        let outbox = Outbox::new(&folder.path().join("outbox"));
        let first = outbox.deliver("bank-ledger.2024-01-31.0001@example.com", b"one").await.unwrap();
        let second = outbox.deliver("bank-ledger.2024-01-31.0001@example.com", b"two").await.unwrap();
        assert_eq!(first, second);
        let files: Vec<_> = fs::read_dir(folder.path().join("outbox")).unwrap().map(Result::unwrap).collect();
        assert_eq!(files.len(), 1);
        assert_eq!(fs::read(files[0].path()).unwrap(), b"one");
    }

    #[tokio::test]
    async fn a_message_id_cannot_climb_out_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let outbox = Outbox::new(&folder.path().join("outbox"));
        let receipt = outbox.deliver("../../x@example.com", b"one").await.unwrap();
        assert!(folder.path().join("outbox").join(&receipt.reference).exists(), "{}", receipt.reference);
    }
}
