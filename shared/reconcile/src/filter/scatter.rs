//! Fingerprints on their way to their partitions: a small buffer for each, handed on when it is full.
//!
//! A thread has a scatter of its own, so that partitions are locked once for many rows and not once for each.

use super::partition::Entry;
use crate::ReconcileError;

/// Fingerprints of a partition that are handed on at once.
const BUFFER_ROWS: usize = 128;

/// The buffers of one thread.
#[derive(Debug)]
pub(super) struct Scatter {
    partition_bits: u32,
    buffers: Vec<Vec<Entry>>,
}

/// Takes the fingerprints of a partition, from one thread.
pub(super) type Deliver<'a> = &'a mut dyn FnMut(usize, &[Entry]) -> Result<(), ReconcileError>;

/// Takes the fingerprints of a partition, from any thread.
pub(super) type Receive<'a> = &'a (dyn Fn(usize, &[Entry]) -> Result<(), ReconcileError> + Sync);

impl Scatter {
    /// Bytes that the buffers of a thread take.
    pub(super) fn size_bytes(partition_bits: u32) -> u64 {
        ((BUFFER_ROWS * size_of::<Entry>()) as u64) << partition_bits
    }

    /// Empty buffers for `2^partition_bits` partitions.
    pub(super) fn new(partition_bits: u32) -> Self {
        let buffers = (0..1_usize << partition_bits).map(|_| Vec::with_capacity(BUFFER_ROWS)).collect();
        Self { partition_bits, buffers }
    }

    /// Adds a fingerprint.
    pub(super) fn push(&mut self, entry: Entry, deliver: Deliver<'_>) -> Result<(), ReconcileError> {
        let partition = partition_of(&entry, self.partition_bits);
        let Some(buffer) = self.buffers.get_mut(partition) else { return Ok(()) };
        buffer.push(entry);
        if buffer.len() < BUFFER_ROWS {
            return Ok(());
        }
        deliver(partition, buffer)?;
        buffer.clear();
        Ok(())
    }

    /// Hands on what is left.
    pub(super) fn finish(self, deliver: Deliver<'_>) -> Result<(), ReconcileError> {
        let mut filled = self.buffers.iter().enumerate().filter(|(_, buffer)| !buffer.is_empty());
        filled.try_for_each(|(partition, buffer)| deliver(partition, buffer))
    }
}

/// The partition of a fingerprint: the high bits of its key's first word.
pub(super) fn partition_of(entry: &Entry, partition_bits: u32) -> usize {
    let [first, _] = entry.key;
    // The bits of a 64-bit shift by 64 are none, which `checked_shr` says as well.
    usize::try_from(first.checked_shr(u64::BITS - partition_bits).unwrap_or(0)).unwrap_or(0)
}
