//! One file of a package: its path, where its bytes lie, and what they measure.
//!
//! A reader never leaves the file's own range, whatever the bytes inside say.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Take};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

use crate::EvidenceError;
use crate::measure::{Measured, measure};

/// A file of a package.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    /// Path inside the package.
    pub(crate) path: String,
    /// Where its bytes lie.
    pub(crate) place: Place,
    /// What its bytes measure.
    pub(crate) measured: Measured,
    /// The CRC-32 that the zip records; `None` in a folder.
    pub(crate) recorded_crc: Option<u32>,
}

impl Member {
    /// Takes the measure of the bytes at `place`.
    pub(crate) fn measure(path: String, place: Place) -> Result<Self, EvidenceError> {
        let mut reader = place.open().map_err(EvidenceError::io("read", &place.file))?;
        let measured = measure(&mut reader).map_err(EvidenceError::io("read", &place.file))?;
        Ok(Self { path, place, measured, recorded_crc: None })
    }

    /// The bytes; only for files that are small by their nature.
    pub(crate) fn bytes(&self) -> Result<Vec<u8>, EvidenceError> {
        let mut bytes = Vec::new();
        let read = self.place.open().and_then(|mut reader| reader.read_to_end(&mut bytes));
        read.map_err(EvidenceError::io("read", &self.place.file))?;
        Ok(bytes)
    }
}

/// A range of bytes of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// The file: the zip, or the file in the folder.
    pub(crate) file: PathBuf,
    /// Where the range begins.
    pub(crate) offset: u64,
    /// Its length in bytes.
    pub(crate) size: u64,
}

impl Place {
    /// The whole of a file of this size.
    pub(crate) fn whole(file: &Path, size: u64) -> Self {
        Self { file: file.to_owned(), offset: 0, size }
    }

    /// Reads the range from its start.
    pub(crate) fn open(&self) -> io::Result<Take<File>> {
        self.open_at(0)
    }

    /// Reads the range from `start` on. Each call has a file position of its own.
    fn open_at(&self, start: u64) -> io::Result<Take<File>> {
        let outside = || io::Error::new(io::ErrorKind::UnexpectedEof, "a position outside the file");
        let left = self.size.checked_sub(start).ok_or_else(outside)?;
        let from = self.offset.checked_add(start).ok_or_else(outside)?;
        let mut file = File::open(&self.file)?;
        file.seek(SeekFrom::Start(from))?;
        Ok(file.take(left))
    }
}

impl Length for Place {
    fn len(&self) -> u64 {
        self.size
    }
}

impl ChunkReader for Place {
    type T = BufReader<Take<File>>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        Ok(BufReader::new(self.open_at(start)?))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        // Checked before memory is taken: the length comes from the file and may be anything.
        let is_inside = u64::try_from(length).is_ok_and(|length| start.saturating_add(length) <= self.size);
        if !is_inside {
            return Err(ParquetError::EOF("a column lies outside the file".to_owned()));
        }
        let mut bytes = vec![0; length];
        self.open_at(start)?.read_exact(&mut bytes)?;
        Ok(bytes.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_stays_within_its_range() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("zip");
        std::fs::write(&file, b"before|inside|after").unwrap();
        let place = Place { file, offset: 7, size: 6 };
        let mut text = String::new();
        place.open().unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "inside");
        assert_eq!(place.get_bytes(2, 4).unwrap(), "side");
        for (start, length) in [(2, 5), (7, 0), (0, usize::MAX), (u64::MAX, 1)] {
            assert!(place.get_bytes(start, length).is_err(), "{length} bytes from {start}");
        }
    }
}
