//! The port `Progress`: bars on a terminal, plain lines elsewhere; always on standard error.

use std::io::IsTerminal;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use tieout_model::StageName;
use tieout_pipeline::ports::Progress;

/// Bars when standard error is a terminal, plain lines when it is not.
pub fn progress_for() -> Box<dyn Progress> {
    if std::io::stderr().is_terminal() { Box::new(TerminalProgress::new()) } else { Box::new(PlainProgress::default()) }
}

/// One line a stage, with its rows and its time in milliseconds.
#[derive(Debug, Default)]
pub struct PlainProgress {
    began: Mutex<Option<Instant>>,
}

impl PlainProgress {
    fn began(&self) -> MutexGuard<'_, Option<Instant>> {
        // A poisoned lock only means that some other thread stopped while writing; the time is still good.
        self.began.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress for PlainProgress {
    fn stage_began(&self, _stage: StageName) {
        *self.began() = Some(moment());
    }

    fn step_began(&self, _step: &str, _size_bytes: Option<u64>) {}

    fn step_advanced(&self, _rows: u64, _bytes: u64) {}

    fn stage_ended(&self, stage: StageName, rows: u64) {
        let duration_ms = self.began().map_or(0, |began| moment().duration_since(began).as_millis());
        eprintln!("{stage}: {rows} rows in {duration_ms} ms");
    }
}

#[expect(clippy::disallowed_methods, reason = "how long a stage took is shown to people and decides nothing")]
fn moment() -> Instant {
    Instant::now()
}

/// A bar for the present step: rows, bytes and the time left where the size is known.
#[derive(Debug)]
pub struct TerminalProgress {
    present: Mutex<Present>,
}

#[derive(Debug)]
struct Present {
    stage: Option<StageName>,
    bar: ProgressBar,
}

impl TerminalProgress {
    fn new() -> Self {
        Self { present: Mutex::new(Present { stage: None, bar: ProgressBar::hidden() }) }
    }

    fn with(&self, act: impl FnOnce(&mut Present)) {
        act(&mut self.present.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Progress for TerminalProgress {
    fn stage_began(&self, stage: StageName) {
        self.with(|present| present.stage = Some(stage));
    }

    fn step_began(&self, step: &str, size_bytes: Option<u64>) {
        self.with(|present| {
            present.bar.finish_and_clear();
            let (bar, template) = match size_bytes {
                Some(size) => (ProgressBar::new(size), "{prefix:>9} {msg:<28} {bar:24} {bytes}/{total_bytes} {eta}"),
                None => (ProgressBar::new_spinner(), "{prefix:>9} {msg:<28} {spinner}"),
            };
            let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
            bar.set_style(style);
            bar.set_prefix(present.stage.map_or("", StageName::as_str));
            bar.set_message(step.to_owned());
            bar.enable_steady_tick(Duration::from_millis(120));
            present.bar = bar;
        });
    }

    fn step_advanced(&self, rows: u64, bytes: u64) {
        self.with(|present| {
            let message = present.bar.message();
            let name = message.split("  ").next().unwrap_or_default().to_owned();
            present.bar.set_message(format!("{name}  {} rows", HumanCount(rows)));
            present.bar.set_position(bytes);
        });
    }

    fn stage_ended(&self, stage: StageName, rows: u64) {
        self.with(|present| {
            present.bar.finish_and_clear();
            eprintln!("{:>9} {} rows", stage.as_str(), HumanCount(rows));
        });
    }
}
