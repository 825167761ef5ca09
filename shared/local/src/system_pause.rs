//! The port `Pause` on one machine: the runtime's timer and the operating system's random bytes.

use std::time::Duration;

use async_trait::async_trait;
use tieout_pipeline::ports::Pause;

/// Waits for real.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemPause;

#[async_trait]
impl Pause for SystemPause {
    async fn pause(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    fn chance(&self) -> u64 {
        // Without random bytes all wait equally long, which is worse and still right.
        getrandom::u64().unwrap_or_default()
    }
}
