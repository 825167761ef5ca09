//! The scratch folder of a run: files on their way to or from the store, known by their digest.
//!
//! A file that a stage has just published need not be fetched again by the next stage of the same process.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tieout_model::{Artifact, Digest, Sha256Stream};

use crate::StageError;
use crate::ports::{ArtifactStore, StoreError, Stored};

/// A folder that is removed when the run ends.
#[derive(Debug)]
pub struct Scratch {
    folder: TempDir,
}

impl Scratch {
    /// A new folder below `parent`.
    pub fn new(parent: &Path) -> Result<Self, StageError> {
        let folder = tempfile::Builder::new().prefix("run-").tempdir_in(parent);
        let folder = folder.map_err(|source| failed("make a folder", source))?;
        std::fs::create_dir(folder.path().join("known")).map_err(|source| failed("make a folder", source))?;
        Ok(Self { folder })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A path for a new file; `name` may hold folders.
    pub fn file(&self, name: &str) -> Result<PathBuf, StageError> {
        let path = self.folder.path().join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|source| failed("make a folder", source))?;
        }
        Ok(path)
    }

    /// Keeps a finished file under its digest, for the stages that follow.
    pub fn keep(&self, path: &Path, digest: Digest) -> Result<PathBuf, StageError> {
        let known = self.known(digest);
        std::fs::rename(path, &known).map_err(|source| failed("move a file", source))?;
        Ok(known)
    }

    /// A local copy of an artifact, fetched from the store unless it is here, with size and digest checked.
    pub async fn fetch(&self, store: &dyn ArtifactStore, artifact: &Artifact) -> Result<PathBuf, StoreError> {
        let known = self.known(artifact.digest);
        if known.exists() {
            return Ok(known);
        }
        let arriving = known.with_extension("arriving");
        let missing = || StoreError::Missing { key: artifact.path.clone() };
        let stored = store.get_file(&artifact.path, &arriving).await?.ok_or_else(missing)?;
        check(artifact, stored)?;
        let failed = |source| StoreError::Transient { action: "keep", key: artifact.path.clone(), source };
        std::fs::rename(&arriving, &known).map_err(failed)?;
        Ok(known)
    }

    fn known(&self, digest: Digest) -> PathBuf {
        self.folder.path().join("known").join(digest.to_hex())
    }
}

/// The bytes of a small artifact, with size and digest checked.
pub(crate) async fn fetch_bytes(store: &dyn ArtifactStore, artifact: &Artifact) -> Result<Vec<u8>, StoreError> {
    let missing = || StoreError::Missing { key: artifact.path.clone() };
    let bytes = store.get_bytes(&artifact.path).await?.ok_or_else(missing)?;
    check(artifact, Stored { size_bytes: bytes.len() as u64, digest: Digest::of(&bytes) })?;
    Ok(bytes)
}

fn check(artifact: &Artifact, stored: Stored) -> Result<(), StoreError> {
    if stored.digest == artifact.digest && stored.size_bytes == artifact.size_bytes {
        return Ok(());
    }
    Err(StoreError::Corrupt { key: artifact.path.clone(), expected: artifact.digest, found: stored.digest })
}

/// Size and digest of a local file.
pub(crate) fn measure(path: &Path) -> Result<Stored, StageError> {
    let file = File::open(path).map_err(|source| failed("read a file", source))?;
    let mut reader = BufReader::new(file);
    let mut stream = Sha256Stream::default();
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let length = reader.read(&mut buffer).map_err(|source| failed("read a file", source))?;
        match buffer.get(..length) {
            Some(piece) if !piece.is_empty() => stream.update(piece),
            _ => break,
        }
    }
    let (digest, size_bytes) = stream.finish();
    Ok(Stored { size_bytes, digest })
}

pub(crate) fn failed(action: &'static str, source: std::io::Error) -> StageError {
    StageError::Scratch { action, source }
}
