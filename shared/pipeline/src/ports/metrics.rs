//! The ports `Metrics` and `Progress`: figures about a run that never decide anything and never fail it.

use tieout_model::StageName;

/// Receives figures about a run.
pub trait Metrics: Send + Sync {
    /// Adds a figure. MUST NOT fail or block the run.
    fn record(&self, name: &str, value: u64, dimension: &str);
}

/// Is told how far a stage has come, for a person who watches.
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
