//! Runs: which run a request belongs to, and what its stages share.
//!
//! `run.json` is put if absent, so of two requests at the same moment one begins the run and the other joins it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use tieout_catalog::Control;
use tieout_model::{Artifact, CutoffDate, Manifest, Parameters, RunId, RunNumber, StageName};

use crate::StageError;
use crate::layout::{RunLayout, run_number_of, runs_prefix};
use crate::ports::{ArtifactStore, Clock, Progress, StoreError};
use crate::scratch::Scratch;
use crate::wire::{RunDocument, RunRequest, WIRE_SCHEMA, from_json, to_json};

/// How much of the machine a run may use outside its SQL engine. No byte of what it writes depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Threads of a comparison.
    pub threads: usize,
    /// Bytes that a comparison may keep in memory; beyond it goes to the scratch folder.
    pub memory_limit_bytes: u64,
}

/// What the stages of one run share.
pub struct RunContext<'a> {
    /// The definition.
    pub control: &'a Control,
    /// The request as it was committed.
    pub document: RunDocument,
    /// Typed parameters, for binding.
    pub parameters: Parameters,
    /// Every key of the run.
    pub layout: RunLayout,
    /// Local files.
    pub scratch: Scratch,
    /// How much of the machine it may use.
    pub limits: Limits,
    /// Who watches.
    pub progress: &'a dyn Progress,
}

impl RunContext<'_> {
    /// The cutoff date.
    pub fn cutoff_date(&self) -> CutoffDate {
        self.document.run_id.cutoff_date
    }

    /// A store's failure in a stage of this run.
    pub fn store_failed(&self, stage: StageName, source: StoreError) -> StageError {
        StageError::Store { run: self.document.run_id.to_string(), stage, source }
    }

    /// A local copy of an artifact for a stage of this run, with size and digest checked.
    pub(crate) async fn fetch(
        &self,
        store: &dyn ArtifactStore,
        stage: StageName,
        artifact: &Artifact,
    ) -> Result<PathBuf, StageError> {
        self.scratch.fetch(store, artifact).await.map_err(|source| self.store_failed(stage, source))
    }

    /// All bound parameters as text.
    pub fn parameters_as_text(&self) -> BTreeMap<String, String> {
        as_text(&self.parameters)
    }
}

/// A run that a request belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// The run is to be carried out, from the beginning or from where it stopped.
    Open(RunDocument),
    /// The run was committed before.
    Committed(RunDocument),
}

/// Finds or begins the run of a request.
///
/// Without `rerun` that is the latest run of the control and cutoff date, or the first one. With `rerun` it is a
/// new one, unless another process is just beginning the same one.
pub async fn begin(
    control: &Control,
    request: &RunRequest,
    parameters: &Parameters,
    code_version: &str,
    store: &dyn ArtifactStore,
    clock: &dyn Clock,
) -> Result<Begun, StageError> {
    let latest = latest_run(store, control, request.cutoff_date).await?;
    let run = match latest {
        Some(latest) if !request.rerun => {
            let run_id = RunId { control: control.id.clone(), cutoff_date: request.cutoff_date, run: latest };
            return join(control, parameters, store, &run_id).await;
        }
        Some(latest) => latest
            .next()
            .ok_or_else(|| StageError::NoRunNumber { control: control.id.clone(), cutoff_date: request.cutoff_date })?,
        None => RunNumber::FIRST,
    };
    let run_id = RunId { control: control.id.clone(), cutoff_date: request.cutoff_date, run };
    let document = RunDocument {
        schema: WIRE_SCHEMA,
        run_id: run_id.clone(),
        interim: !request.cutoff_date.is_month_end(),
        definition: control.digest,
        code_version: code_version.to_owned(),
        parameters: as_text(parameters),
        trigger: request.trigger.clone(),
        started_at: clock.now(),
    };
    // Before the request, so that no run is without the definition that it had.
    crate::kept_definition::keep(control, &run_id, store).await?;
    let key = RunLayout::new(&run_id).request();
    store.put_bytes_if_absent(&key, &to_json(&key, &document)?).await.map_err(|source| failed(&run_id, source))?;
    join(control, parameters, store, &run_id).await
}

/// The run as it is in the store.
async fn join(
    control: &Control,
    parameters: &Parameters,
    store: &dyn ArtifactStore,
    run_id: &RunId,
) -> Result<Begun, StageError> {
    let layout = RunLayout::new(run_id);
    let read = async |key: String| {
        let bytes = store.get_bytes(&key).await.map_err(|source| failed(run_id, source))?;
        Ok::<_, StageError>((key, bytes))
    };
    let (key, bytes) = read(layout.request()).await?;
    let bytes = bytes.ok_or_else(|| failed(run_id, StoreError::Missing { key: key.clone() }))?;
    let document: RunDocument = from_json(&key, &bytes)?;
    if let (key, Some(bytes)) = read(layout.manifest(StageName::Notify)).await? {
        from_json::<Manifest>(&key, &bytes)?;
        return Ok(Begun::Committed(document));
    }
    if document.definition != control.digest {
        return Err(StageError::DefinitionChanged {
            run: run_id.clone(),
            begun: document.definition,
            now: control.digest,
        });
    }
    if document.parameters != as_text(parameters) {
        let begun = document.parameters.iter().map(|(name, value)| format!("{name}={value}"));
        let begun = begun.collect::<Vec<_>>().join(", ");
        return Err(StageError::ParametersChanged { run: run_id.clone(), begun });
    }
    Ok(Begun::Open(document))
}

/// Bound parameters as they stand in `run.json`.
pub(crate) fn as_text(parameters: &Parameters) -> BTreeMap<String, String> {
    parameters.iter().map(|(name, value)| (name.clone(), value.to_string())).collect()
}

async fn latest_run(
    store: &dyn ArtifactStore,
    control: &Control,
    cutoff: CutoffDate,
) -> Result<Option<RunNumber>, StageError> {
    let prefix = runs_prefix(&control.id, cutoff);
    let run_id = RunId { control: control.id.clone(), cutoff_date: cutoff, run: RunNumber::FIRST };
    let keys = store.list(&prefix).await.map_err(|source| failed(&run_id, source))?;
    // A run exists from the moment its request does; files without a request belong to nothing.
    let with_request = keys.iter().filter(|key| key.ends_with("/run.json"));
    Ok(with_request.filter_map(|key| run_number_of(&prefix, key)).max())
}

fn failed(run: &RunId, source: StoreError) -> StageError {
    StageError::Store { run: run.to_string(), stage: StageName::Extract, source }
}
