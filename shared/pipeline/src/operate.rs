//! Operates a control on one machine: the pipeline read aloud.

use std::collections::BTreeMap;
use std::path::Path;

use tieout_catalog::Control;
use tieout_extract::{ParameterError, bind_parameters};
use tieout_model::RunResult;

use crate::evidence::final_result;
use crate::extract::Sources;
use crate::layout::RunLayout;
use crate::ports::{ArtifactStore, Clock, Notifier, Progress, QueryEngine};
use crate::run::{Begun, Limits, RunContext, as_text, begin};
use crate::scratch::Scratch;
use crate::wire::{RunDocument, RunRequest};
use crate::{StageError, evidence, extract, notify, reconcile};

/// Everything that a run may touch.
pub struct Ports<'a> {
    /// Where artifacts are kept.
    pub store: &'a dyn ArtifactStore,
    /// Where data sets come from.
    pub sources: &'a Sources,
    /// What runs SQL.
    pub engine: &'a dyn QueryEngine,
    /// Who delivers messages.
    pub notifiers: &'a [&'a dyn Notifier],
    /// Folder for files on their way; what a run puts there is removed when it ends.
    pub scratch: &'a Path,
    /// How much of the machine a run may use.
    pub limits: Limits,
    /// What tells the time.
    pub clock: &'a dyn Clock,
    /// Who watches.
    pub progress: &'a dyn Progress,
}

/// A run that has ended.
#[derive(Debug, Clone)]
pub struct Operated {
    /// What it found, with the places of package and report.
    pub result: RunResult,
    /// The request as it was committed.
    pub document: RunDocument,
    /// The parameters of this call as text; those of a committed run are in its document.
    pub bound_parameters: BTreeMap<String, String>,
    /// Whether the run had been committed before this call.
    pub was_committed: bool,
}

/// Why a control was not operated to its end.
#[derive(Debug, thiserror::Error)]
pub enum OperateError {
    /// A parameter was refused; nothing has run.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// A stage stopped; the same request goes on where it stopped.
    #[error(transparent)]
    Stage(#[from] StageError),
}

/// Runs all four stages of a request, or returns the run that is committed already.
pub async fn operate(
    control: &Control,
    request: &RunRequest,
    code_version: &str,
    ports: &Ports<'_>,
) -> Result<Operated, OperateError> {
    let given = request.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let parameters = bind_parameters(control, request.cutoff_date, given)?;
    let begun = begin(control, request, &parameters, code_version, ports.store, ports.clock).await?;
    let (document, was_committed) = match begun {
        Begun::Open(document) => (document, false),
        Begun::Committed(document) => (document, true),
    };
    let run = RunContext {
        control,
        layout: RunLayout::new(&document.run_id),
        document,
        parameters,
        scratch: Scratch::new(ports.scratch)?,
        limits: ports.limits,
        progress: ports.progress,
    };
    let extracted = extract::run(&run, ports.store, ports.sources).await?;
    let reconciled = reconcile::run(&run, &extracted, ports.store, ports.engine).await?;
    let packaged = evidence::run(&run, &extracted, &reconciled, ports.store).await?;
    notify::run(&run, &reconciled, &packaged, ports.store, ports.notifiers).await?;
    let result = reconcile::read_result(&run, ports.store, &reconciled).await?;
    let result = final_result(result, &packaged, ports.store)?;
    Ok(Operated { result, bound_parameters: as_text(&run.parameters), document: run.document, was_committed })
}
