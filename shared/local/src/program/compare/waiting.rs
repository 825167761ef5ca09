//! What is being done, for people who wait: a line on a terminal, nothing elsewhere.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::ProgressBar;

/// A line on standard error that goes away at its end.
#[derive(Debug)]
pub(super) struct Waiting(ProgressBar);

impl Waiting {
    /// Nothing is shown yet.
    pub(super) fn new() -> Self {
        if !std::io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let line = ProgressBar::new_spinner();
        line.enable_steady_tick(Duration::from_millis(120));
        Self(line)
    }

    /// Says what is being done.
    pub(super) fn says(&self, what: impl Into<String>) {
        self.0.set_message(what.into());
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
