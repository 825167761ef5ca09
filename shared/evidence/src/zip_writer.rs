//! Writes the zip of a package from front to back.
//!
//! Each file is read twice: once to measure it, because its header stands in front of it, and once to copy it. The
//! second pass finds the file in the page cache and proves that it did not change in between.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tieout_model::{Artifact, Digest, Sha256Stream};

use crate::EvidenceError;
use crate::archive::{Entry, end_records};
use crate::measure::{BUFFER_BYTES, Measured, for_each_piece, measure};

/// A zip that is being written.
pub(crate) struct ZipWriter {
    path: PathBuf,
    out: HashingWriter,
    entries: Vec<Entry>,
}

impl ZipWriter {
    /// Begins a zip at `path`, replacing what is there.
    pub(crate) fn create(path: &Path) -> Result<Self, EvidenceError> {
        let file = File::create(path).map_err(EvidenceError::io("write", path))?;
        let out = HashingWriter {
            file: BufWriter::with_capacity(BUFFER_BYTES, file),
            sha: Sha256Stream::default(),
            offset: 0,
        };
        Ok(Self { path: path.to_owned(), out, entries: Vec::new() })
    }

    /// Adds a file with these bytes.
    pub(crate) fn add_bytes(&mut self, name: &str, bytes: &[u8]) -> Result<Artifact, EvidenceError> {
        let measured = measure(&mut &*bytes).map_err(EvidenceError::io("write", &self.path))?;
        self.begin(name, measured)?;
        self.out.write_all(bytes).map_err(EvidenceError::io("write", &self.path))?;
        Ok(artifact(name, measured))
    }

    /// Adds a copy of the file at `from`.
    pub(crate) fn add_file(&mut self, name: &str, from: &Path) -> Result<Artifact, EvidenceError> {
        let open = || File::open(from).map_err(EvidenceError::io("read", from));
        let measured = measure(&mut open()?).map_err(EvidenceError::io("read", from))?;
        self.begin(name, measured)?;
        let (mut size, mut crc) = (0, crc32fast::Hasher::new());
        for_each_piece(&mut open()?, |piece| {
            size += piece.len() as u64;
            crc.update(piece);
            self.out.write_all(piece)
        })
        .map_err(EvidenceError::io("copy into the package", from))?;
        if (size, crc.finalize()) != (measured.size, measured.crc) {
            return Err(EvidenceError::FileChanged { path: from.to_owned(), member: name.to_owned() });
        }
        Ok(artifact(name, measured))
    }

    /// Writes the directory and gives digest and length of the whole zip.
    pub(crate) fn finish(mut self) -> Result<(Digest, u64), EvidenceError> {
        self.write_directory().map_err(EvidenceError::io("write", &self.path))?;
        Ok(self.out.sha.finish())
    }

    fn begin(&mut self, name: &str, measured: Measured) -> Result<(), EvidenceError> {
        let entry =
            Entry { name: name.as_bytes().to_vec(), size: measured.size, crc: measured.crc, offset: self.out.offset };
        self.out.write_all(&entry.local_header()).map_err(EvidenceError::io("write", &self.path))?;
        self.entries.push(entry);
        Ok(())
    }

    fn write_directory(&mut self) -> io::Result<()> {
        let start = self.out.offset;
        for entry in &self.entries {
            self.out.write_all(&entry.directory_record())?;
        }
        let size = self.out.offset - start;
        self.out.write_all(&end_records(self.entries.len() as u64, size, start))?;
        self.out.flush()
    }
}

fn artifact(name: &str, measured: Measured) -> Artifact {
    Artifact { path: name.to_owned(), size_bytes: measured.size, digest: measured.digest }
}

/// A file that hashes and counts what is written to it.
struct HashingWriter {
    file: BufWriter<File>,
    sha: Sha256Stream,
    offset: u64,
}

impl Write for HashingWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.sha.update(bytes.get(..written).unwrap_or_default());
        self.offset += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
