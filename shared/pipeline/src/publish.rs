//! Artifacts first, manifest last: how a stage makes its files exist.
//!
//! A stage finishes all its files in scratch and then publishes them under an attempt. What an earlier, broken
//! attempt left with the same bytes is taken over, so that a retry ends in the same keys and bytes as a run that
//! never failed; where the bytes differ, the next attempt number is taken. Only the manifest makes them exist.

use std::path::PathBuf;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tieout_model::{Artifact, Digest, MANIFEST_SCHEMA, Manifest, StageName};

use crate::StageError;
use crate::ports::{ArtifactStore, PutOutcome, StoreError};
use crate::run::RunContext;
use crate::scratch::{fetch_bytes, measure};
use crate::wire::{from_json, to_json};

/// A finished file that waits to be published.
#[derive(Debug)]
pub(crate) struct StagedFile {
    /// Path below the attempt.
    pub name: String,
    /// What is in it.
    pub content: StagedContent,
}

/// The content of a staged file.
#[derive(Debug)]
pub(crate) enum StagedContent {
    /// A small document.
    Bytes(Vec<u8>),
    /// A file in scratch.
    File(PathBuf),
}

/// The attempts that are tried before a stage gives up: each one means that other bytes were left behind.
const MAX_ATTEMPTS: u32 = 1000;

/// Publishes the files of a stage under one attempt and returns their artifacts in the order of `files`.
pub(crate) async fn publish(
    run: &RunContext<'_>,
    store: &dyn ArtifactStore,
    stage: StageName,
    files: &[StagedFile],
) -> Result<Vec<Artifact>, StageError> {
    let measured = files.iter().map(measure_staged).collect::<Result<Vec<_>, _>>()?;
    'attempts: for attempt in 1..=MAX_ATTEMPTS {
        let mut artifacts = Vec::with_capacity(files.len());
        for (file, (digest, size_bytes)) in files.iter().zip(&measured) {
            let path = run.layout.artifact(stage, attempt, &file.name);
            let artifact = Artifact { path, size_bytes: *size_bytes, digest: *digest };
            if !put(run, store, &artifact, &file.content).await.map_err(|source| run.store_failed(stage, source))? {
                continue 'attempts;
            }
            artifacts.push(artifact);
        }
        for (file, (digest, _)) in files.iter().zip(&measured) {
            if let StagedContent::File(path) = &file.content {
                run.scratch.keep(path, *digest)?;
            }
        }
        return Ok(artifacts);
    }
    Err(StageError::Conflict { key: run.layout.artifact(stage, MAX_ATTEMPTS, "") })
}

/// Writes a document under a fixed key, unless it is there with the same bytes.
pub(crate) async fn publish_fixed(
    run: &RunContext<'_>,
    store: &dyn ArtifactStore,
    stage: StageName,
    key: &str,
    bytes: Vec<u8>,
) -> Result<Artifact, StageError> {
    let artifact = Artifact { path: key.to_owned(), size_bytes: bytes.len() as u64, digest: Digest::of(&bytes) };
    let content = StagedContent::Bytes(bytes);
    let is_ours = put(run, store, &artifact, &content).await.map_err(|source| run.store_failed(stage, source))?;
    if is_ours { Ok(artifact) } else { Err(StageError::Conflict { key: key.to_owned() }) }
}

/// Commits a stage. When another process committed first, its manifest is the one that counts and is returned.
pub(crate) async fn commit(
    run: &RunContext<'_>,
    store: &dyn ArtifactStore,
    stage: StageName,
    inputs: Vec<Artifact>,
    mut artifacts: Vec<Artifact>,
) -> Result<Committed, StageError> {
    artifacts.sort();
    artifacts.dedup();
    let run_id = run.document.run_id.clone();
    let manifest = Manifest { schema: MANIFEST_SCHEMA, run_id, stage, inputs, artifacts };
    let key = run.layout.manifest(stage);
    let (manifest, bytes) = commit_document(run, store, stage, &key, manifest).await?;
    Ok(Committed::new(key, manifest, &bytes))
}

/// Puts a document if it is absent and returns the one that is there: ours, or that of whoever came first.
pub(crate) async fn commit_document<T: Serialize + DeserializeOwned>(
    run: &RunContext<'_>,
    store: &dyn ArtifactStore,
    stage: StageName,
    key: &str,
    document: T,
) -> Result<(T, Vec<u8>), StageError> {
    let bytes = to_json(key, &document)?;
    let store_failed = |source| run.store_failed(stage, source);
    match store.put_bytes_if_absent(key, &bytes).await.map_err(store_failed)? {
        PutOutcome::Written => Ok((document, bytes)),
        PutOutcome::Existed => {
            let missing = || store_failed(StoreError::Missing { key: key.to_owned() });
            let bytes = store.get_bytes(key).await.map_err(store_failed)?.ok_or_else(missing)?;
            Ok((from_json(key, &bytes)?, bytes))
        }
    }
}

/// A committed stage: its manifest, and the manifest as an artifact that the next stage names as its input.
#[derive(Debug, Clone)]
pub struct Committed {
    /// What the stage committed.
    pub manifest: Manifest,
    /// The manifest file itself.
    pub artifact: Artifact,
}

impl Committed {
    fn new(key: String, manifest: Manifest, bytes: &[u8]) -> Self {
        let artifact = Artifact { path: key, size_bytes: bytes.len() as u64, digest: Digest::of(bytes) };
        Self { manifest, artifact }
    }

    /// The committed stage of a run; `None` when it has not committed.
    pub async fn read(
        run: &RunContext<'_>,
        store: &dyn ArtifactStore,
        stage: StageName,
    ) -> Result<Option<Self>, StageError> {
        let key = run.layout.manifest(stage);
        let Some(bytes) = store.get_bytes(&key).await.map_err(|source| run.store_failed(stage, source))? else {
            return Ok(None);
        };
        Ok(Some(Self::new(key.clone(), from_json(&key, &bytes)?, &bytes)))
    }

    /// The artifact whose path ends with `name`.
    pub fn artifact_named(&self, name: &str) -> Result<&Artifact, StageError> {
        self.manifest.artifacts.iter().find(|artifact| artifact.path.ends_with(name)).ok_or_else(|| {
            StageError::Document { key: self.artifact.path.clone(), detail: format!("names no '{name}'") }
        })
    }

    /// Reads a JSON document that the manifest names, digest checked.
    pub async fn document<T: DeserializeOwned>(
        &self,
        run: &RunContext<'_>,
        store: &dyn ArtifactStore,
        name: &str,
    ) -> Result<T, StageError> {
        let artifact = self.artifact_named(name)?;
        let bytes =
            fetch_bytes(store, artifact).await.map_err(|source| run.store_failed(self.manifest.stage, source))?;
        from_json(&artifact.path, &bytes)
    }
}

fn measure_staged(file: &StagedFile) -> Result<(Digest, u64), StageError> {
    match &file.content {
        StagedContent::Bytes(bytes) => Ok((Digest::of(bytes), bytes.len() as u64)),
        StagedContent::File(path) => measure(path).map(|stored| (stored.digest, stored.size_bytes)),
    }
}

/// Puts a file; `false` when the key holds other bytes.
async fn put(
    run: &RunContext<'_>,
    store: &dyn ArtifactStore,
    artifact: &Artifact,
    content: &StagedContent,
) -> Result<bool, StoreError> {
    let outcome = match content {
        StagedContent::Bytes(bytes) => store.put_bytes_if_absent(&artifact.path, bytes).await?,
        StagedContent::File(path) => store.put_file_if_absent(&artifact.path, path).await?,
    };
    if outcome == PutOutcome::Written {
        return Ok(true);
    }
    let copy = run.scratch.path().join("left-behind");
    let left = store.get_file(&artifact.path, &copy).await?;
    Ok(left.is_some_and(|left| left.digest == artifact.digest && left.size_bytes == artifact.size_bytes))
}
