//! Asks a busy source again, with a pause that grows.

use super::backoff::{MAX_TRIES, wait_after};
use super::data_set::Failure;
use crate::ports::Pause;

/// How a source is asked.
pub(super) struct Patience<'a> {
    pause: &'a dyn Pause,
    tries: u32,
}

impl<'a> Patience<'a> {
    /// A database is asked several times, another source once.
    pub(super) fn new(pause: &'a dyn Pause, is_database: bool) -> Self {
        Self { pause, tries: if is_database { MAX_TRIES } else { 1 } }
    }

    /// Asks until there is an answer or no try is left.
    pub(super) async fn ask<T>(&self, mut question: impl AsyncFnMut() -> Result<T, Failure>) -> Result<T, Failure> {
        let mut tries = 1;
        loop {
            match question().await {
                Err(Failure::Busy(detail)) if tries < self.tries => {
                    tracing::warn!(tries, detail, "the source is busy and will be asked again");
                    self.pause.pause(wait_after(tries, self.pause.chance())).await;
                    tries += 1;
                }
                other => return other,
            }
        }
    }
}
