//! Sorted runs in the scratch folder, as Arrow streams.
//!
//! Runs are numbered in the order in which their rows came, and keep that order: it decides between equal keys.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::StreamWriter;
use arrow::record_batch::RecordBatch;
use tempfile::TempDir;

use super::key::SortKey;
use super::merge::Merge;
use crate::TableError;

/// The runs of a sort and the folder that holds them.
#[derive(Debug)]
pub(super) struct Runs {
    schema: SchemaRef,
    key: Arc<SortKey>,
    scratch: PathBuf,
    folder: Option<TempDir>,
    files: Vec<PathBuf>,
    written: u64,
}

impl Runs {
    /// No runs yet; the folder is made for the first.
    pub(super) fn new(schema: SchemaRef, key: Arc<SortKey>, scratch: &Path) -> Self {
        Self { schema, key, scratch: scratch.to_owned(), folder: None, files: Vec::new(), written: 0 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Writes sorted batches as the next run.
    pub(super) fn write(
        &mut self,
        batches: impl Iterator<Item = Result<RecordBatch, TableError>>,
    ) -> Result<(), TableError> {
        let file = self.write_file(batches)?;
        self.files.push(file);
        Ok(())
    }

    /// Merges neighbouring runs until at most `fan_in` (at least 2) are left.
    pub(super) fn reduce(&mut self, fan_in: usize) -> Result<(), TableError> {
        while self.files.len() > fan_in {
            // One merge of as few runs as suffice, or else a pass over all of them.
            let surplus = self.files.len() - fan_in + 1;
            let (merged, kept) =
                if surplus <= fan_in { (surplus, self.files.split_off(surplus)) } else { (fan_in, Vec::new()) };
            let before = std::mem::take(&mut self.files);
            for group in before.chunks(merged) {
                let merge = Merge::new(group, Arc::clone(&self.key))?;
                self.write(merge)?;
                for file in group {
                    std::fs::remove_file(file).map_err(TableError::file("remove", file))?;
                }
            }
            self.files.extend(kept);
        }
        Ok(())
    }

    /// All runs, merged.
    pub(super) fn merge(&self) -> Result<Merge, TableError> {
        Merge::new(&self.files, Arc::clone(&self.key))
    }

    fn write_file(
        &mut self,
        batches: impl Iterator<Item = Result<RecordBatch, TableError>>,
    ) -> Result<PathBuf, TableError> {
        let name = format!("run-{}.arrow", self.written);
        self.written += 1;
        let path = self.folder()?.join(name);
        let file = File::create(&path).map_err(TableError::file("create", &path))?;
        let failed = || TableError::arrow("write a run of a sort to the scratch folder");
        let mut writer = StreamWriter::try_new(BufWriter::new(file), &self.schema).map_err(failed())?;
        for batch in batches {
            writer.write(&batch?).map_err(failed())?;
        }
        let mut file = writer.into_inner().map_err(failed())?;
        file.flush().map_err(TableError::file("write", &path))?;
        Ok(path)
    }

    fn folder(&mut self) -> Result<&Path, TableError> {
        if self.folder.is_none() {
            let made = tempfile::Builder::new().prefix("sort-").tempdir_in(&self.scratch);
            self.folder = Some(made.map_err(TableError::file("make a folder in", &self.scratch))?);
        }
        Ok(self.folder.as_ref().map_or(self.scratch.as_path(), TempDir::path))
    }
}

/// Reads the batches of a run.
pub(super) type RunReader = StreamReader<BufReader<File>>;

/// Opens a run for reading.
pub(super) fn open(path: &Path) -> Result<RunReader, TableError> {
    let file = File::open(path).map_err(TableError::file("open", path))?;
    StreamReader::try_new(BufReader::new(file), None)
        .map_err(TableError::arrow("read a run of a sort from the scratch folder"))
}
