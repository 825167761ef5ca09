//! The port `ArtifactStore` on a folder.
//!
//! A file is written in full under `.incoming`, then linked to its key: a link appears as a whole or not at all, and
//! of two links to one key exactly one succeeds. Nothing that is there is ever changed.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use tempfile::NamedTempFile;
use tieout_model::Sha256Stream;
use tieout_pipeline::ports::{ArtifactStore, PutOutcome, StoreError, Stored};

/// Where files are written before they appear under their key.
const INCOMING: &str = ".incoming";

/// A folder that keeps artifacts.
#[derive(Debug, Clone)]
pub struct FolderStore {
    root: PathBuf,
}

impl FolderStore {
    /// A store at `root`, which is made when it does not exist.
    pub fn open(root: &Path) -> io::Result<Self> {
        fs::create_dir_all(root.join(INCOMING))?;
        Ok(Self { root: root.to_owned() })
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn path_of(&self, key: &str) -> io::Result<PathBuf> {
        let climbs = key.split('/').any(|part| part.is_empty() || part == "." || part == "..");
        if climbs || key.contains('\\') {
            return Err(io::Error::new(ErrorKind::InvalidInput, "the key is not a plain relative path"));
        }
        Ok(self.root.join(key))
    }

    /// Fills a file in `.incoming` and gives it its key.
    fn put(&self, key: &str, fill: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<PutOutcome> {
        let path = self.path_of(key)?;
        if path.try_exists()? {
            return Ok(PutOutcome::Existed);
        }
        let mut incoming = NamedTempFile::new_in(self.root.join(INCOMING))?;
        fill(incoming.as_file_mut())?;
        incoming.as_file().sync_all()?;
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        match fs::hard_link(incoming.path(), &path) {
            Ok(()) => Ok(PutOutcome::Written),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(PutOutcome::Existed),
            Err(error) => Err(error),
        }
    }
}

#[async_trait]
impl ArtifactStore for FolderStore {
    async fn put_bytes_if_absent(&self, key: &str, bytes: &[u8]) -> Result<PutOutcome, StoreError> {
        self.put(key, |file| file.write_all(bytes)).map_err(|source| failed("write", key, source))
    }

    async fn put_file_if_absent(&self, key: &str, from: &Path) -> Result<PutOutcome, StoreError> {
        let copy = |file: &mut File| io::copy(&mut File::open(from)?, file).map(drop);
        self.put(key, copy).map_err(|source| failed("write", key, source))
    }

    async fn get_bytes(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        absent_is_none(self.path_of(key).and_then(fs::read)).map_err(|source| failed("read", key, source))
    }

    async fn get_file(&self, key: &str, to: &Path) -> Result<Option<Stored>, StoreError> {
        let copied = self.path_of(key).and_then(|path| copy_and_hash(&path, to));
        absent_is_none(copied).map_err(|source| failed("read", key, source))
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        let folder = prefix.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut keys = Vec::new();
        walk(&self.root.join(folder), folder, &mut keys).map_err(|source| failed("list", prefix, source))?;
        keys.retain(|key| key.starts_with(prefix));
        keys.sort();
        Ok(keys)
    }

    fn locate(&self, key: &str) -> String {
        self.root.join(key).display().to_string()
    }
}

fn walk(folder: &Path, key: &str, keys: &mut Vec<String>) -> io::Result<()> {
    let Some(entries) = absent_is_none(fs::read_dir(folder))? else { return Ok(()) };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // Names that begin with a dot are not artifacts: files on their way in, or the desktop's own.
        if name.starts_with('.') {
            continue;
        }
        let key = if key.is_empty() { name } else { format!("{key}/{name}") };
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), &key, keys)?;
        } else {
            keys.push(key);
        }
    }
    Ok(())
}

fn copy_and_hash(from: &Path, to: &Path) -> io::Result<Stored> {
    let (mut from, mut to) = (File::open(from)?, File::create(to)?);
    let mut stream = Sha256Stream::default();
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let length = from.read(&mut buffer)?;
        let Some(piece) = buffer.get(..length).filter(|piece| !piece.is_empty()) else { break };
        stream.update(piece);
        to.write_all(piece)?;
    }
    let (digest, size_bytes) = stream.finish();
    Ok(Stored { size_bytes, digest })
}

fn absent_is_none<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn failed(action: &'static str, key: &str, source: io::Error) -> StoreError {
    StoreError::Transient { action, key: key.to_owned(), source }
}
