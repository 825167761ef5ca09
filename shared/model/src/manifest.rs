//! A manifest: the list that commits a stage, and its artifacts.
//!
//! Only what a manifest names exists; a manifest is written once.

use serde::{Deserialize, Serialize};

use crate::{Digest, RunId, StageName};

/// The version of the manifest's wire format.
pub const MANIFEST_SCHEMA: u32 = 1;

/// One file with its key below the store's root, size and digest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Artifact {
    /// Key below the root of the store, with `/` between the parts.
    pub path: String,
    /// Length in bytes.
    pub size_bytes: u64,
    /// SHA-256 of the bytes.
    pub digest: Digest,
}

/// What a stage committed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of this format.
    pub schema: u32,
    /// The run.
    #[serde(flatten)]
    pub run_id: RunId,
    /// The stage that wrote it.
    pub stage: StageName,
    /// What the stage read: the manifest before it, and the run's request.
    pub inputs: Vec<Artifact>,
    /// What the stage wrote, ordered by path.
    pub artifacts: Vec<Artifact>,
}
