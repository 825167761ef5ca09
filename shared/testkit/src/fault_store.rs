//! A store that fails at a chosen operation, to show that a retry ends as if nothing had happened.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use tieout_pipeline::ports::{ArtifactStore, PutOutcome, StoreError, Stored};

/// When the chosen operation fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultMoment {
    /// Before it has had any effect: the process was killed, or the request was lost.
    Before,
    /// After it took effect: the answer was lost.
    After,
}

/// A store in front of another one.
#[derive(Debug)]
pub struct FaultStore<S> {
    inner: S,
    moment: FaultMoment,
    /// Operations until the one that fails; counts down.
    left: AtomicU64,
}

impl<S> FaultStore<S> {
    /// Fails once, at operation `number` (from 1).
    pub fn failing_at(inner: S, number: u64, moment: FaultMoment) -> Self {
        Self { inner, moment, left: AtomicU64::new(number) }
    }

    /// Never fails.
    pub fn never_failing(inner: S) -> Self {
        Self::failing_at(inner, u64::MAX, FaultMoment::Before)
    }

    /// Whether the operation that was to fail has come.
    pub fn has_failed(&self) -> bool {
        self.left.load(Ordering::SeqCst) == 0
    }

    /// Counts an operation; true when it is the one that fails.
    fn is_the_one(&self) -> bool {
        let before = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        before == Ok(1)
    }

    async fn guard<T>(
        &self,
        action: &'static str,
        key: &str,
        operation: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        let fails = self.is_the_one();
        let fault = || StoreError::Transient {
            action,
            key: key.to_owned(),
            source: io::Error::new(io::ErrorKind::ConnectionReset, "injected fault"),
        };
        if fails && self.moment == FaultMoment::Before {
            return Err(fault());
        }
        let outcome = operation.await?;
        if fails { Err(fault()) } else { Ok(outcome) }
    }
}

#[async_trait]
impl<S: ArtifactStore> ArtifactStore for FaultStore<S> {
    async fn put_bytes_if_absent(&self, key: &str, bytes: &[u8]) -> Result<PutOutcome, StoreError> {
        self.guard("write", key, self.inner.put_bytes_if_absent(key, bytes)).await
    }

    async fn put_file_if_absent(&self, key: &str, from: &Path) -> Result<PutOutcome, StoreError> {
        self.guard("write", key, self.inner.put_file_if_absent(key, from)).await
    }

    async fn get_bytes(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.guard("read", key, self.inner.get_bytes(key)).await
    }

    async fn get_file(&self, key: &str, to: &Path) -> Result<Option<Stored>, StoreError> {
        self.guard("read", key, self.inner.get_file(key, to)).await
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        self.guard("list", prefix, self.inner.list(prefix)).await
    }

    /// The same wherever the inner store lies, so that what two runs left can be compared byte for byte.
    fn locate(&self, key: &str) -> String {
        format!("store/{key}")
    }
}
