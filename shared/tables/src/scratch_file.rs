//! A file without a name in the scratch folder: bytes go in, then come out in the same order.
//!
//! It has no name, so nothing is left behind however the program ends.

use std::fs::File;
use std::io::{BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::TableError;

const BUFFER_BYTES: usize = 256 * 1024;

/// A scratch file that is being written.
#[derive(Debug)]
pub struct ScratchFile {
    folder: PathBuf,
    file: BufWriter<File>,
}

impl ScratchFile {
    /// Makes an empty file in a folder.
    pub fn create(folder: &Path) -> Result<Self, TableError> {
        let file = tempfile::tempfile_in(folder).map_err(TableError::file("make a scratch file in", folder))?;
        Ok(Self { folder: folder.to_owned(), file: BufWriter::with_capacity(BUFFER_BYTES, file) })
    }

    /// Appends bytes.
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), TableError> {
        self.file.write_all(bytes).map_err(TableError::file("write a scratch file in", &self.folder))
    }

    /// Ends writing and goes back to the first byte.
    pub fn finish(self) -> Result<ScratchReader, TableError> {
        let failed = |error| TableError::file("write a scratch file in", &self.folder)(error);
        let mut file = self.file.into_inner().map_err(|error| failed(error.into_error()))?;
        file.rewind().map_err(TableError::file("read a scratch file in", &self.folder))?;
        Ok(ScratchReader { folder: self.folder, file })
    }
}

/// A scratch file that is being read.
#[derive(Debug)]
pub struct ScratchReader {
    folder: PathBuf,
    file: File,
}

impl ScratchReader {
    /// Reads the next bytes into `buffer`, as many as it holds or as are left; returns how many.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize, TableError> {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.file.read(rest) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(TableError::file("read a scratch file in", &self.folder)(error)),
            }
        }
        Ok(filled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_out_as_they_went_in_and_nothing_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = ScratchFile::create(folder.path()).unwrap();
        for number in 0..100_000_u32 {
            file.append(&number.to_le_bytes()).unwrap();
        }
        let mut reader = file.finish().unwrap();
        let mut buffer = vec![0; 300_000];
        assert_eq!(reader.read(&mut buffer).unwrap(), 300_000);
        assert_eq!(buffer[299_996..], 74_999_u32.to_le_bytes());
        assert_eq!(reader.read(&mut buffer).unwrap(), 100_000);
        assert_eq!(reader.read(&mut buffer).unwrap(), 0);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let error = ScratchFile::create(Path::new("/does/not/exist")).unwrap_err();
        assert_eq!(error.to_string(), "could not make a scratch file in '/does/not/exist'");
    }
}
