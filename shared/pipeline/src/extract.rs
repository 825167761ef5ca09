//! The extract stage: reads every data set as of the cutoff date and commits each on its own.
//!
//! Reads: the sources and `run.json`. Writes: data sets and its manifest. May touch: store and sources.

mod absent;
mod backoff;
mod chunks;
mod data_set;
mod landed;
mod patience;
mod reading;
mod side_by_side;
mod sinks;

use landed::carry_out_proof_tests;
pub(crate) use sinks::{LazyTable, Population};

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use tieout_catalog::{DataSet, DataSetTest, ExpectedCount, SourceKind};
use tieout_extract::{OtherDataSet, cross_tests};
use tieout_model::{Artifact, StageName};

use crate::StageError;
use crate::ports::{ArtifactStore, NoPause, Pause, Source};
use crate::publish::{Committed, StagedContent, StagedFile, commit, publish};
use crate::run::RunContext;
use crate::wire::{DataSetCommit, Extracted, WIRE_SCHEMA, to_json};

/// Name of the document that lists all data sets, below the attempt.
pub const EXTRACTED: &str = "data-sets.json";

const STAGE: StageName = StageName::Extract;

/// The sources that a run may read, by kind, and the folders that stand for sources of kind `files`.
#[derive(Clone)]
pub struct Sources {
    /// Adapters by kind, such as `files`.
    pub kinds: BTreeMap<&'static str, Arc<dyn Source>>,
    /// The folder given for this run, which replaces the definition's folder.
    pub data_folder: Option<PathBuf>,
    /// The control's own folder, to which a definition's folder is relative.
    pub control_folder: PathBuf,
    /// How time passes before a busy database is asked again.
    pub pause: Arc<dyn Pause>,
}

impl Default for Sources {
    fn default() -> Self {
        let (data_folder, control_folder) = (None, PathBuf::new());
        Self { kinds: BTreeMap::new(), data_folder, control_folder, pause: Arc::new(NoPause) }
    }
}

impl Sources {
    fn of(&self, kind: &SourceKind) -> (Option<&Arc<dyn Source>>, Option<PathBuf>) {
        match kind {
            SourceKind::Files { folder } => {
                let folder = self.data_folder.clone().unwrap_or_else(|| self.control_folder.join(folder));
                (self.kinds.get("files"), Some(folder))
            }
            // What is part of the definition is read from there, whatever data folder is given.
            SourceKind::Definition { folder } => (self.kinds.get("files"), Some(self.control_folder.join(folder))),
            SourceKind::SqlServer(_) | SourceKind::Postgres(_) => (self.kinds.get(kind.name()), None),
        }
    }
}

/// Extracts every data set that is not committed yet, then commits the stage.
pub async fn run(run: &RunContext<'_>, store: &dyn ArtifactStore, sources: &Sources) -> Result<Committed, StageError> {
    if let Some(committed) = Committed::read(run, store, STAGE).await? {
        return Ok(committed);
    }
    run.progress.stage_began(STAGE);
    let mut commits = side_by_side::extract_all(run, store, sources).await?;
    let inputs = vec![request_artifact(run, store).await?];
    let mut artifacts: Vec<Artifact> = Vec::new();
    for commit in &commits {
        artifacts.extend(commit.artifacts().cloned());
        artifacts.push(committed_document(run, store, &commit.name).await?);
    }
    carry_out_cross_tests(&run.control.data_sets, &mut commits);
    let rows = commits.iter().filter_map(|commit| commit.result.as_ref()).map(|result| result.rows).sum();
    let extracted = Extracted { schema: WIRE_SCHEMA, data_sets: commits };
    let document =
        StagedFile { name: EXTRACTED.to_owned(), content: StagedContent::Bytes(to_json(EXTRACTED, &extracted)?) };
    artifacts.extend(publish(run, store, STAGE, &[document]).await?);
    let committed = commit(run, store, STAGE, inputs, artifacts).await?;
    run.progress.stage_ended(STAGE, rows);
    Ok(committed)
}

/// The integer columns of `data_set` whose sums tests of this control ask for.
pub(crate) fn summed_columns<'a>(tests: impl IntoIterator<Item = &'a DataSetTest>, data_set: &str) -> Vec<String> {
    let mut columns: Vec<String> = tests
        .into_iter()
        .filter_map(|test| match test {
            DataSetTest::ExpectedCount { expected: ExpectedCount::SumOf { data_set: other, column } }
                if other == data_set =>
            {
                Some(column.clone())
            }
            _ => None,
        })
        .collect();
    columns.sort();
    columns.dedup();
    columns
}

fn carry_out_cross_tests(definitions: &[DataSet], commits: &mut [DataSetCommit]) {
    let all = commits.to_vec();
    for (definition, commit) in definitions.iter().zip(commits) {
        if let Some(result) = &mut commit.result
            && !commit.absent
        {
            cross_tests(result, &definition.tests, &commit.read_totals, |name| other_data_set(&all, name));
        }
        carry_out_proof_tests(definition, commit);
    }
}

/// The figures of a data set that was read.
pub(crate) fn other_data_set<'a>(commits: &'a [DataSetCommit], name: &str) -> Option<OtherDataSet<'a>> {
    let commit = commits.iter().find(|commit| commit.name == name)?;
    let result = commit.result.as_ref()?;
    Some(OtherDataSet { result, integer_sums: &commit.integer_sums, stated: &commit.stated })
}

async fn request_artifact(run: &RunContext<'_>, store: &dyn ArtifactStore) -> Result<Artifact, StageError> {
    artifact_at(run, store, run.layout.request()).await
}

async fn committed_document(
    run: &RunContext<'_>,
    store: &dyn ArtifactStore,
    data_set: &str,
) -> Result<Artifact, StageError> {
    artifact_at(run, store, run.layout.data_set_commit(data_set)).await
}

/// A document under a fixed key, as an artifact.
async fn artifact_at(run: &RunContext<'_>, store: &dyn ArtifactStore, key: String) -> Result<Artifact, StageError> {
    let failed = |source| run.store_failed(STAGE, source);
    let missing = || failed(crate::ports::StoreError::Missing { key: key.clone() });
    let bytes = store.get_bytes(&key).await.map_err(failed)?.ok_or_else(missing)?;
    Ok(Artifact { size_bytes: bytes.len() as u64, digest: tieout_model::Digest::of(&bytes), path: key })
}

/// Reads what the stage handed on.
pub async fn read(
    run: &RunContext<'_>,
    store: &dyn ArtifactStore,
    committed: &Committed,
) -> Result<Extracted, StageError> {
    committed.document(run, store, EXTRACTED).await
}
