//! Committed runs, read back from the store alone: for questions, for the browser, for verification.

use serde::de::DeserializeOwned;
use tieout_model::{Artifact, ControlId, CutoffDate, Manifest, RunId, RunNumber, RunResult, StageName};

use crate::StageError;
use crate::evidence::REPORT_HTML;
use crate::extract::EXTRACTED;
use crate::layout::{RunLayout, run_number_of, runs_prefix};
use crate::ports::{ArtifactStore, StoreError};
use crate::reconcile::RECONCILED;
use crate::scratch::fetch_bytes;
use crate::wire::{DataSetCommit, Extracted, Reconciled, RunDocument, from_json};

/// A committed run.
#[derive(Debug, Clone)]
pub struct PastRun {
    /// The request.
    pub document: RunDocument,
    /// The answer, with the places of package and report.
    pub result: RunResult,
    /// Every data set, extracted and derived.
    pub data_sets: Vec<DataSetCommit>,
    /// The manifests of all stages, in order.
    pub manifests: Vec<Manifest>,
}

impl PastRun {
    /// The tables that SQL can ask, by name: the population of every data set, then the result tables with `_` in
    /// the place of `-`.
    pub fn tables(&self) -> Vec<(String, &Artifact)> {
        let data_sets = self.data_sets.iter().filter_map(|commit| Some((commit.name.clone(), commit.rows.as_ref()?)));
        let named =
            |path: &str| self.manifests.iter().flat_map(|manifest| &manifest.artifacts).find(|each| each.path == path);
        let results =
            self.result.tables.iter().filter_map(|table| Some((table.name.replace('-', "_"), named(&table.path)?)));
        data_sets.chain(results).collect()
    }
}

/// The latest committed run of a control and cutoff date; `None` when there is none.
pub async fn latest(
    store: &dyn ArtifactStore,
    control: &ControlId,
    cutoff_date: CutoffDate,
) -> Result<Option<PastRun>, StageError> {
    let prefix = runs_prefix(control, cutoff_date);
    let keys = store.list(&prefix).await.map_err(|source| failed(&prefix, source))?;
    let ending = format!("/{}/manifest.json", StageName::Notify);
    let numbers = keys.iter().filter(|key| key.ends_with(&ending)).filter_map(|key| run_number_of(&prefix, key));
    match numbers.max() {
        Some(run) => read(store, control, cutoff_date, run).await.map(Some),
        None => Ok(None),
    }
}

/// A committed run of this number.
pub async fn read(
    store: &dyn ArtifactStore,
    control: &ControlId,
    cutoff_date: CutoffDate,
    run: RunNumber,
) -> Result<PastRun, StageError> {
    let run_id = RunId { control: control.clone(), cutoff_date, run };
    let layout = RunLayout::new(&run_id);
    let document = document_at(store, &layout.request()).await?;
    let mut manifests: Vec<Manifest> = Vec::new();
    for stage in StageName::ALL {
        manifests.push(document_at(store, &layout.manifest(stage)).await?);
    }
    let extracted: Extracted = named(store, &manifests, EXTRACTED).await?;
    let reconciled: Reconciled = named(store, &manifests, RECONCILED).await?;
    let mut result: RunResult = named(store, &manifests, "reconcile/result.json").await?;
    result.package = Some(store.locate(&artifact(&manifests, ".zip")?.path));
    result.report = Some(store.locate(&artifact(&manifests, REPORT_HTML)?.path));
    let data_sets = extracted.data_sets.into_iter().chain(reconciled.derived).collect();
    Ok(PastRun { document, result, data_sets, manifests })
}

fn artifact<'a>(manifests: &'a [Manifest], ending: &str) -> Result<&'a Artifact, StageError> {
    let missing =
        || StageError::Document { key: ending.to_owned(), detail: "no manifest of the run names it".to_owned() };
    manifests
        .iter()
        .flat_map(|manifest| &manifest.artifacts)
        .find(|each| each.path.ends_with(ending))
        .ok_or_else(missing)
}

async fn named<T: DeserializeOwned>(
    store: &dyn ArtifactStore,
    manifests: &[Manifest],
    ending: &str,
) -> Result<T, StageError> {
    let artifact = artifact(manifests, ending)?;
    let bytes = fetch_bytes(store, artifact).await.map_err(|source| failed(&artifact.path, source))?;
    from_json(&artifact.path, &bytes)
}

async fn document_at<T: DeserializeOwned>(store: &dyn ArtifactStore, key: &str) -> Result<T, StageError> {
    let missing = || failed(key, StoreError::Missing { key: key.to_owned() });
    let bytes = store.get_bytes(key).await.map_err(|source| failed(key, source))?.ok_or_else(missing)?;
    from_json(key, &bytes)
}

fn failed(key: &str, source: StoreError) -> StageError {
    StageError::Store { run: key.to_owned(), stage: StageName::Notify, source }
}
