//! Rows that are held in memory, and their order.
//!
//! The size that is counted is the memory that is held: a slice of a larger batch is copied, so that it does not keep
//! the larger batch.

use arrow::array::{Array, UInt32Array};
use arrow::compute::{interleave_record_batch, take_record_batch};
use arrow::record_batch::RecordBatch;
use arrow::row::Rows;

use super::key::SortKey;
use crate::TableError;

/// The most rows of a batch that is pushed; larger ones are cut.
pub(super) const MAX_BATCH_ROWS: usize = 8_192;

/// About the most bytes of a batch that comes out of memory.
pub(super) const OUTPUT_BYTES: usize = 4 << 20;

/// Batches with their keys, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    batches: Vec<RecordBatch>,
    keys: Vec<Rows>,
    rows: usize,
    size_bytes: usize,
}

/// A row's place and the first bytes of its key, which decide most comparisons.
#[derive(Debug, Clone, Copy)]
struct Entry {
    prefix: u64,
    batch: u32,
    row: u32,
}

impl Buffer {
    /// Takes a batch of at most [`MAX_BATCH_ROWS`] rows.
    pub(super) fn push(&mut self, batch: RecordBatch, key: &SortKey) -> Result<(), TableError> {
        let batch = without_slack(batch)?;
        let keys = key.rows(&batch)?;
        self.rows += batch.num_rows();
        self.size_bytes += batch.get_array_memory_size() + keys.size() + batch.num_rows() * size_of::<Entry>();
        self.batches.push(batch);
        self.keys.push(keys);
        Ok(())
    }

    /// Bytes that are held.
    pub(super) fn size_bytes(&self) -> usize {
        self.size_bytes
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The rows in order, in batches of about `batch_bytes`.
    pub(super) fn sorted(self, batch_bytes: usize) -> SortedBuffer {
        let mut order = Vec::with_capacity(self.rows);
        for (batch, keys) in (0_u32..).zip(&self.keys) {
            order.extend((0_u32..).zip(keys.iter()).map(|(row, key)| Entry { prefix: prefix(key.data()), batch, row }));
        }
        let key = |entry: &Entry| self.keys.get(entry.batch as usize).map(|keys| keys.row(entry.row as usize));
        // The place decides between equal keys, so the order is stable though the algorithm is not.
        order.sort_unstable_by(|left, right| {
            let by_key = || key(left).cmp(&key(right));
            let by_place = || (left.batch, left.row).cmp(&(right.batch, right.row));
            left.prefix.cmp(&right.prefix).then_with(by_key).then_with(by_place)
        });
        let row_bytes = (self.size_bytes / self.rows.max(1)).max(1);
        let batch_rows = (batch_bytes / row_bytes).clamp(1, MAX_BATCH_ROWS);
        SortedBuffer { batches: self.batches, order, next: 0, batch_rows }
    }
}

/// Rows in order, to be taken batch by batch.
#[derive(Debug)]
pub(super) struct SortedBuffer {
    batches: Vec<RecordBatch>,
    order: Vec<Entry>,
    next: usize,
    batch_rows: usize,
}

impl Iterator for SortedBuffer {
    type Item = Result<RecordBatch, TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.order.get(self.next..).filter(|rest| !rest.is_empty())?;
        let places = rest.iter().take(self.batch_rows).map(|entry| (entry.batch as usize, entry.row as usize));
        let places: Vec<(usize, usize)> = places.collect();
        self.next += places.len();
        let batches: Vec<&RecordBatch> = self.batches.iter().collect();
        let batch = interleave_record_batch(&batches, &places);
        if batch.is_err() {
            self.next = self.order.len();
        }
        Some(batch.map_err(TableError::arrow("put rows in order")))
    }
}

/// The first eight bytes of a key as a number; a shorter key is filled with zeros, which leaves the order as it is.
fn prefix(key: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    bytes.iter_mut().zip(key).for_each(|(byte, key)| *byte = *key);
    u64::from_be_bytes(bytes)
}

/// The batch, copied if it holds on to more than twice what its rows need.
fn without_slack(batch: RecordBatch) -> Result<RecordBatch, TableError> {
    let mut needed = 0;
    for array in batch.columns() {
        let bytes = array.to_data().get_slice_memory_size();
        needed += bytes.map_err(TableError::arrow("measure a batch"))?;
    }
    if batch.get_array_memory_size() <= needed.saturating_mul(2) {
        return Ok(batch);
    }
    let all: UInt32Array = (0_u32..).take(batch.num_rows()).collect();
    take_record_batch(&batch, &all).map_err(TableError::arrow("copy the rows of a batch"))
}
