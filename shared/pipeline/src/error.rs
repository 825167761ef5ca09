//! Why a stage did not finish. Findings are not here: they are values in the result.

use tieout_evidence::EvidenceError;
use tieout_model::{ControlId, CutoffDate, Digest, RunId, StageName};
use tieout_tables::TableError;

use crate::ports::{EngineError, NotifyError, StoreError};

/// A stage or a run could not go on.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// The store failed.
    #[error("{stage} of {run} stopped because of the store")]
    Store {
        /// The run.
        run: String,
        /// The stage.
        stage: StageName,
        /// Why.
        #[source]
        source: StoreError,
    },
    /// A source failed in a way that may pass.
    #[error("data set '{data_set}' could not be read: {detail}; try again")]
    SourceBusy {
        /// The data set.
        data_set: String,
        /// What happened.
        detail: String,
    },
    /// The scratch folder failed.
    #[error("could not {action} in the scratch folder; make room or set TMPDIR to a folder with room")]
    Scratch {
        /// What was tried.
        action: &'static str,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A table that an earlier stage wrote cannot be read, or a new one cannot be written.
    #[error("table '{table}' could not be processed")]
    Table {
        /// The table.
        table: String,
        /// Why.
        #[source]
        source: TableError,
    },
    /// A document of the run cannot be read.
    #[error("'{key}' is not a document of this version of tieout: {detail}")]
    Document {
        /// Its key.
        key: String,
        /// Why.
        detail: String,
    },
    /// A file under a fixed key differs from what this run would write.
    #[error("'{key}' was left by another attempt with other contents; run again with --rerun")]
    Conflict {
        /// The key.
        key: String,
    },
    /// The definition changed under an unfinished run.
    #[error("{run} was begun with another definition ({begun}, now {now}); run again with --rerun")]
    DefinitionChanged {
        /// The run.
        run: RunId,
        /// Digest at the beginning.
        begun: Digest,
        /// Digest now.
        now: Digest,
    },
    /// The parameters changed under an unfinished run.
    #[error("{run} was begun with other parameters ({begun}); give the same ones, or run again with --rerun")]
    ParametersChanged {
        /// The run.
        run: RunId,
        /// The parameters at the beginning.
        begun: String,
    },
    /// The stage before has not committed.
    #[error("{run} has no committed {stage} stage")]
    StageMissing {
        /// The run.
        run: RunId,
        /// The stage that should have committed.
        stage: StageName,
    },
    /// No run number is left.
    #[error("control '{control}' has 9999 runs for {cutoff_date}; archive some of them")]
    NoRunNumber {
        /// The control.
        control: ControlId,
        /// The cutoff date.
        cutoff_date: CutoffDate,
    },
    /// The evidence package could not be written.
    #[error("the evidence package could not be written")]
    Evidence(#[from] EvidenceError),
    /// The report could not be rendered.
    #[error("the report could not be written")]
    Report(#[from] tieout_report::ReportError),
    /// The message could not be composed.
    #[error("the message could not be composed")]
    Message(#[from] tieout_notify::NotifyError),
    /// No channel accepted the message.
    #[error("the message of {run} was not delivered")]
    NotDelivered {
        /// The run.
        run: RunId,
        /// Why.
        #[source]
        source: NotifyError,
    },
    /// The engine failed outside a check.
    #[error("the SQL engine failed")]
    Engine(#[from] EngineError),
}

impl StageError {
    /// Stops the stage when a table failed because of the disk: nothing is wrong with the books then, and the same
    /// command goes on when there is room. Every other error comes back, to become a reason of the result.
    pub(crate) fn stop_on_disk_failure<E>(
        table: &str,
        error: E,
        of: impl FnOnce(E) -> Result<TableError, E>,
    ) -> Result<E, Self>
    where
        E: From<TableError>,
    {
        match of(error) {
            Ok(source @ (TableError::File { .. } | TableError::Parquet { .. })) => {
                Err(Self::Table { table: table.to_owned(), source })
            }
            Ok(other) => Ok(other.into()),
            Err(error) => Ok(error),
        }
    }
}

/// An error with its whole chain of causes, in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}
