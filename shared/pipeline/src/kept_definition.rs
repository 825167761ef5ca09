//! Definitions that runs had: kept in the store once for each digest, and read back for what changed since.
//!
//! A definition that is read back is the one of its digest, or it is refused.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tieout_catalog::{Control, FileChange, definition_changes, definition_digest};
use tieout_model::{ControlId, CutoffDate, Digest, RunId, RunNumber, StageName};

use crate::StageError;
use crate::layout::{RunLayout, control_prefix, definition_key};
use crate::ports::{ArtifactStore, StoreError};
use crate::wire::{RunDocument, WIRE_SCHEMA, from_json, to_json};

/// The files of a definition, by path below the control's folder.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptDefinition {
    /// Version of this format.
    schema: u32,
    /// Path to text.
    files: BTreeMap<String, String>,
}

/// What changed in a definition since a run.
#[derive(Debug, Clone)]
pub struct ChangesSince {
    /// The run.
    pub run: RunId,
    /// The digest of its definition.
    pub definition: Digest,
    /// The files that differ from it.
    pub changes: Vec<FileChange>,
}

/// Keeps the definition of a control; one that is kept already stays as it is.
pub(crate) async fn keep(control: &Control, run: &RunId, store: &dyn ArtifactStore) -> Result<(), StageError> {
    let text = |(path, bytes): (&String, &Vec<u8>)| Some((path.clone(), String::from_utf8(bytes.clone()).ok()?));
    let files: BTreeMap<String, String> = control.files.iter().filter_map(text).collect();
    let key = definition_key(&control.id, control.digest);
    let bytes = to_json(&key, &KeptDefinition { schema: WIRE_SCHEMA, files })?;
    store.put_bytes_if_absent(&key, &bytes).await.map_err(|source| failed(&run.to_string(), source))?;
    Ok(())
}

/// What changed in a control's definition since a run: the one of this number, or the latest of a cutoff date.
///
/// `None` when there is no such run.
pub async fn changes_since(
    store: &dyn ArtifactStore,
    control: &Control,
    cutoff_date: CutoffDate,
    run: Option<RunNumber>,
) -> Result<Option<ChangesSince>, StageError> {
    let wanted = |id: &RunId| id.cutoff_date == cutoff_date && run.is_none_or(|run| run == id.run);
    let Some(run) = runs(store, &control.id).await?.into_iter().rfind(wanted) else { return Ok(None) };
    since(store, control, run).await.map(Some)
}

/// What changed since the run before this one, whatever its cutoff date; `None` when it is the first.
pub(crate) async fn changes_since_before(
    store: &dyn ArtifactStore,
    control: &Control,
    this: &RunId,
) -> Result<Option<ChangesSince>, StageError> {
    let order = |id: &RunId| (id.cutoff_date, id.run);
    let earlier = |id: &RunId| order(id) < order(this);
    let Some(run) = runs(store, &control.id).await?.into_iter().rfind(earlier) else { return Ok(None) };
    match since(store, control, run).await {
        // A run of an older program kept no definition: that it is not known must not stop this run.
        Err(StageError::Store { source: StoreError::Missing { .. }, .. }) => Ok(None),
        found => found.map(Some),
    }
}

/// The committed runs of a control, by cutoff date and number.
async fn runs(store: &dyn ArtifactStore, control: &ControlId) -> Result<Vec<RunId>, StageError> {
    let prefix = control_prefix(control);
    let keys = store.list(&prefix).await.map_err(|source| failed(&prefix, source))?;
    let ending = format!("/{}/manifest.json", StageName::Notify);
    let run = |key: &String| {
        let (cutoff, run) = key.strip_prefix(&prefix)?.strip_suffix(&ending)?.split_once("/run=")?;
        Some(RunId { control: control.clone(), cutoff_date: cutoff.parse().ok()?, run: run.parse().ok()? })
    };
    let mut runs: Vec<RunId> = keys.iter().filter_map(run).collect();
    runs.sort_by_key(|id| (id.cutoff_date, id.run));
    Ok(runs)
}

async fn since(store: &dyn ArtifactStore, control: &Control, run: RunId) -> Result<ChangesSince, StageError> {
    let read = async |key: String| {
        let bytes = store.get_bytes(&key).await.map_err(|source| failed(&run.to_string(), source))?;
        let missing = || failed(&run.to_string(), StoreError::Missing { key: key.clone() });
        Ok::<_, StageError>((bytes.ok_or_else(missing)?, key))
    };
    let (bytes, key) = read(RunLayout::new(&run).request()).await?;
    let document: RunDocument = from_json(&key, &bytes)?;
    let definition = document.definition;
    if definition == control.digest {
        return Ok(ChangesSince { run, definition, changes: Vec::new() });
    }
    let (bytes, key) = read(definition_key(&control.id, definition)).await?;
    let kept: KeptDefinition = from_json(&key, &bytes)?;
    let before: BTreeMap<String, Vec<u8>> =
        kept.files.into_iter().map(|(path, text)| (path, text.into_bytes())).collect();
    let found = definition_digest(&before);
    if found != definition {
        return Err(failed(&run.to_string(), StoreError::Corrupt { key, expected: definition, found }));
    }
    Ok(ChangesSince { run, definition, changes: definition_changes(&before, &control.files) })
}

fn failed(run: &str, source: StoreError) -> StageError {
    StageError::Store { run: run.to_owned(), stage: StageName::Extract, source }
}
