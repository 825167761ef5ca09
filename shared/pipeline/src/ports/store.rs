//! The port `ArtifactStore`: keeps files under keys; on AWS a bucket, on one machine a folder.

use std::path::Path;

use async_trait::async_trait;
use tieout_model::Digest;

/// Why a store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The operation failed; trying again may help.
    #[error("could not {action} '{key}' in the store")]
    Transient {
        /// What was tried: `read`, `write`, `list`.
        action: &'static str,
        /// The key.
        key: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The key is absent although a manifest names it.
    #[error("'{key}' is not in the store although a manifest names it; restore it or run again with --rerun")]
    Missing {
        /// The key.
        key: String,
    },
    /// The bytes are not those that were written.
    #[error("'{key}' has changed since it was written: expected {expected}, found {found}")]
    Corrupt {
        /// The key.
        key: String,
        /// The digest that a manifest names.
        expected: Digest,
        /// The digest of what is there.
        found: Digest,
    },
}

/// Size and digest of what is in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// Length in bytes.
    pub size_bytes: u64,
    /// SHA-256 of the bytes.
    pub digest: Digest,
}

/// What became of a put-if-absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutOutcome {
    /// The bytes were written.
    Written,
    /// The key was there before; nothing was written.
    Existed,
}

/// Keeps files under keys. Keys have `/` between their parts and never begin with one.
///
/// An implementation MUST make a put visible as a whole or not at all, MUST let exactly one of several simultaneous
/// puts of a key win, and MUST NOT change or delete what is there.
#[async_trait]
pub trait ArtifactStore: Send + Sync {
    /// Writes `bytes` under `key` unless the key exists.
    async fn put_bytes_if_absent(&self, key: &str, bytes: &[u8]) -> Result<PutOutcome, StoreError>;

    /// Writes the file at `from` under `key` unless the key exists.
    async fn put_file_if_absent(&self, key: &str, from: &Path) -> Result<PutOutcome, StoreError>;

    /// The bytes under `key`; `None` when the key is absent. For small files.
    async fn get_bytes(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// Copies the file under `key` to `to` and says what was copied; `None` when the key is absent.
    async fn get_file(&self, key: &str, to: &Path) -> Result<Option<Stored>, StoreError>;

    /// All keys that begin with `prefix`, in order.
    async fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError>;

    /// Where a person finds what is under `key`: a path, or an address of the storage service.
    fn locate(&self, key: &str) -> String;
}
