//! The port `Pause`: lets time pass before something is tried again.
//!
//! Neither the clock nor chance reaches any output: they decide when to ask again, never what comes back.

use std::time::Duration;

use async_trait::async_trait;

/// Waits, and gives numbers of chance so that many who wait do not wake at once.
#[async_trait]
pub trait Pause: Send + Sync {
    /// Returns after about this long.
    async fn pause(&self, duration: Duration);

    /// Any number; each one another.
    fn chance(&self) -> u64;
}

/// Never waits, for tests and for sources that are never asked twice.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoPause;

#[async_trait]
impl Pause for NoPause {
    async fn pause(&self, _duration: Duration) {}

    fn chance(&self) -> u64 {
        0
    }
}
