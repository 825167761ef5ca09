//! A clock that stands still.

use jiff::Timestamp;
use tieout_pipeline::ports::Clock;

/// A clock that always tells the same time.
#[derive(Debug, Clone, Copy)]
pub struct FixedClock(pub Timestamp);

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}
