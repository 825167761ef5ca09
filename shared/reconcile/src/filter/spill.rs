//! Fingerprints that wait in the scratch folder because memory does not hold their partitions.
//!
//! Fixed-size records, little-endian; what was written is what is read, or an error.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use tieout_tables::{ScratchFile, ScratchReader};

use super::partition::Entry;
use crate::ReconcileError;

/// Bytes of a fingerprint in a file.
const RECORD_BYTES: usize = 28;
/// Fingerprints that are read at once.
const BLOCK_ROWS: usize = 8192;

/// A file that several threads fill.
#[derive(Debug)]
pub(super) struct Spill(Mutex<ScratchFile>);

impl Spill {
    /// An empty file.
    pub(super) fn create(folder: &Path) -> Result<Self, ReconcileError> {
        Ok(Self(Mutex::new(ScratchFile::create(folder)?)))
    }

    /// Appends fingerprints.
    pub(super) fn append(&self, entries: &[Entry]) -> Result<(), ReconcileError> {
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for Entry { key: [first, second], value, row } in entries {
            let mut record = [0; RECORD_BYTES];
            let words = first.to_le_bytes().into_iter().chain(second.to_le_bytes()).chain(value.to_le_bytes());
            for (to, byte) in record.iter_mut().zip(words.chain(row.to_le_bytes())) {
                *to = byte;
            }
            file.append(&record)?;
        }
        Ok(())
    }

    /// Reads everything back, block by block.
    pub(super) fn read(
        self,
        each: &mut dyn FnMut(&[Entry]) -> Result<(), ReconcileError>,
    ) -> Result<(), ReconcileError> {
        let file = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut reader: ScratchReader = file.finish()?;
        let mut bytes = vec![0; RECORD_BYTES * BLOCK_ROWS];
        let mut entries = Vec::with_capacity(BLOCK_ROWS);
        loop {
            let count = reader.read(&mut bytes)?;
            entries.clear();
            entries.extend(bytes.get(..count).unwrap_or_default().chunks_exact(RECORD_BYTES).map(entry));
            if entries.is_empty() {
                return Ok(());
            }
            each(&entries)?;
        }
    }
}

/// A record as a fingerprint.
fn entry(record: &[u8]) -> Entry {
    let word = |at: usize| {
        let bytes = record.get(at..at + 8).and_then(|bytes| bytes.try_into().ok());
        u64::from_le_bytes(bytes.unwrap_or_default())
    };
    let row = record.get(24..28).and_then(|bytes| bytes.try_into().ok()).unwrap_or_default();
    Entry { key: [word(0), word(8)], value: word(16), row: u32::from_le_bytes(row) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_come_back_as_they_went() {
        let folder = tempfile::tempdir().unwrap();
        let entries: Vec<Entry> = (0..20_000_u32)
            .map(|row| Entry { key: [u64::MAX - u64::from(row), 7], value: u64::from(row) << 40, row })
            .collect();
        let spill = Spill::create(folder.path()).unwrap();
        for block in entries.chunks(300) {
            spill.append(block).unwrap();
        }
        let mut read = Vec::new();
        spill
            .read(&mut |block| {
                read.extend_from_slice(block);
                Ok(())
            })
            .unwrap();
        assert_eq!(read, entries);
    }
}
