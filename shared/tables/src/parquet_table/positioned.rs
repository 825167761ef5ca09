//! A file read by position, for several threads at once.
//!
//! What `parquet` does for a `File` moves the one cursor that all its clones share; here nobody has a cursor.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use ::parquet::errors::{ParquetError, Result};
use ::parquet::file::reader::{ChunkReader, Length};
use bytes::Bytes;

use super::buffers::Buffers;
use crate::TableError;

/// Bytes read ahead where a page header is looked for; the page itself is read in one piece.
const HEADER_BYTES: usize = 512;

/// A file of known length.
#[derive(Debug, Clone)]
pub(crate) struct PositionedFile {
    file: Arc<File>,
    length: u64,
    buffers: Buffers,
}

impl PositionedFile {
    pub(crate) fn open(path: &Path) -> std::result::Result<Self, TableError> {
        let file = File::open(path).map_err(TableError::file("open", path))?;
        let length = file.metadata().map_err(TableError::file("measure", path))?.len();
        Ok(Self { file: Arc::new(file), length, buffers: Buffers::default() })
    }

    /// Memory for what is read.
    pub(super) fn buffers(&self) -> Buffers {
        self.buffers.clone()
    }
}

impl Length for PositionedFile {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for PositionedFile {
    type T = BufReader<FilePosition>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        let position = FilePosition { file: Arc::clone(&self.file), position: start };
        Ok(BufReader::with_capacity(HEADER_BYTES, position))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        // Before memory is taken: a damaged file can name any length.
        if start.checked_add(length as u64).is_none_or(|end| end > self.length) {
            return Err(ParquetError::EOF(format!(
                "{length} bytes at byte {start} are beyond the end of the file ({} bytes)",
                self.length
            )));
        }
        let mut buffer = self.buffers.take(length);
        self.file.read_exact_at(buffer.as_mut(), start)?;
        Ok(buffer.freeze())
    }
}

/// A place in the file from which one reader goes on by itself.
#[derive(Debug)]
pub(crate) struct FilePosition {
    file: Arc<File>,
    position: u64,
}

impl Read for FilePosition {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(buffer, self.position)?;
        self.position = self.position.saturating_add(read as u64);
        Ok(read)
    }
}
