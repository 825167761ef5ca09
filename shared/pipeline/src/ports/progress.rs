//! The port `Progress`: is told how far a run has come; never decides anything and never fails it.

use tieout_model::StageName;

/// Is told how far a run has come, for a person who watches.
pub trait Progress: Send + Sync {
    /// A stage began.
    fn stage_began(&self, stage: StageName);

    /// A step of a stage began, such as one data set; `size_bytes` is the input's size where it is known.
    fn step_began(&self, step: &str, size_bytes: Option<u64>);

    /// So much of the present step is done since the step began.
    fn step_advanced(&self, rows: u64, bytes: u64);

    /// The stage ended after `rows` rows.
    fn stage_ended(&self, stage: StageName, rows: u64);
}

/// Tells nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn stage_began(&self, _stage: StageName) {}

    fn step_began(&self, _step: &str, _size_bytes: Option<u64>) {}

    fn step_advanced(&self, _rows: u64, _bytes: u64) {}

    fn stage_ended(&self, _stage: StageName, _rows: u64) {}
}
