//! Fingerprints on their way to their partitions: a small buffer for each, handed on when it is full.
//!
//! A thread has a scatter of its own, so that partitions are locked once for many rows and not once for each.

use crate::ReconcileError;

/// Fingerprints of a partition that are handed on at once.
const BUFFER_ROWS: usize = 512;

/// What is scattered: a row with the fingerprint of its key.
pub(super) trait Keyed: Copy {
    /// A row.
    fn new(key: [u64; 2], value: u64, row: u32) -> Self;

    /// The fingerprint of its key.
    fn key(&self) -> &[u64; 2];
}

/// The buffers of one thread.
#[derive(Debug)]
pub(super) struct Scatter<E> {
    partition_bits: u32,
    buffers: Vec<Vec<E>>,
}

/// Takes the fingerprints of a partition, from one thread.
pub(super) type Deliver<'a, E> = &'a mut dyn FnMut(usize, &[E]) -> Result<(), ReconcileError>;

/// Takes the fingerprints of a partition, from any thread.
pub(super) type Receive<'a, E> = &'a (dyn Fn(usize, &[E]) -> Result<(), ReconcileError> + Sync);

impl<E: Keyed> Scatter<E> {
    /// Bytes that the buffers of a thread take.
    pub(super) fn size_bytes(partition_bits: u32) -> u64 {
        ((BUFFER_ROWS * size_of::<E>()) as u64) << partition_bits
    }

    /// Empty buffers for `2^partition_bits` partitions.
    pub(super) fn new(partition_bits: u32) -> Self {
        let buffers = (0..1_usize << partition_bits).map(|_| Vec::with_capacity(BUFFER_ROWS)).collect();
        Self { partition_bits, buffers }
    }

    /// Adds a fingerprint.
    pub(super) fn push(&mut self, entry: E, deliver: Deliver<'_, E>) -> Result<(), ReconcileError> {
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
    pub(super) fn finish(self, deliver: Deliver<'_, E>) -> Result<(), ReconcileError> {
        let mut filled = self.buffers.iter().enumerate().filter(|(_, buffer)| !buffer.is_empty());
        filled.try_for_each(|(partition, buffer)| deliver(partition, buffer))
    }
}

/// The partition of a fingerprint: the high bits of its key's first word.
pub(super) fn partition_of(entry: &impl Keyed, partition_bits: u32) -> usize {
    let [first, _] = *entry.key();
    // The bits of a 64-bit shift by 64 are none, which `checked_shr` says as well.
    usize::try_from(first.checked_shr(u64::BITS - partition_bits).unwrap_or(0)).unwrap_or(0)
}
