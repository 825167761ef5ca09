//! Which rows of a side still have to be looked at: one bit a row.
//!
//! Bits are only ever set, in any order and from any thread, so the set does not depend on who found a row first.

use std::sync::atomic::{AtomicU64, Ordering};

use arrow::buffer::{BooleanBuffer, Buffer};
use arrow::record_batch::RecordBatch;

use super::in_memory::Taken;
use super::pairs::Restored;

/// Candidates while they are being found.
#[derive(Debug)]
pub(super) struct Marks {
    words: Vec<AtomicU64>,
}

impl Marks {
    /// No row of `rows`.
    pub(super) fn new(rows: usize) -> Self {
        Self { words: (0..rows.div_ceil(64)).map(|_| AtomicU64::new(0)).collect() }
    }

    /// Marks a row.
    pub(super) fn mark(&self, row: u32) {
        if let Some(word) = self.words.get(row as usize / 64) {
            word.fetch_or(1 << (row % 64), Ordering::Relaxed);
        }
    }

    /// Marks a row that is numbered by its place in memory.
    pub(super) fn mark_at(&self, row: usize) {
        if let Some(word) = self.words.get(row / 64) {
            word.fetch_or(1 << (row % 64), Ordering::Relaxed);
        }
    }

    /// Whether a row is marked.
    pub(super) fn is_marked(&self, row: usize) -> bool {
        self.words.get(row / 64).is_some_and(|word| word.load(Ordering::Relaxed) >> (row % 64) & 1 == 1)
    }

    /// The marks as they are now.
    pub(super) fn copied(&self) -> Self {
        let word = |word: &AtomicU64| AtomicU64::new(word.load(Ordering::Relaxed));
        Self { words: self.words.iter().map(word).collect() }
    }

    /// The rows that were marked, by row group.
    pub(super) fn finish(self, group_rows: &[usize]) -> Candidates {
        let words: Vec<u64> = self.words.into_iter().map(AtomicU64::into_inner).collect();
        let rows: usize = group_rows.iter().sum();
        let bits = BooleanBuffer::new(Buffer::from_vec(words), 0, rows);
        let mut first = 0;
        let groups = group_rows.iter().map(|&rows| {
            let group = bits.slice(first, rows);
            first += rows;
            group
        });
        let groups: Vec<BooleanBuffer> = groups.collect();
        Candidates { unread: groups.clone(), groups, read: Vec::new() }
    }
}

/// The rows of a side that still have to be looked at, by row group.
#[derive(Debug, Clone)]
pub(crate) struct Candidates {
    pub(crate) groups: Vec<BooleanBuffer>,
    /// Those among them that are still to be read.
    pub(crate) unread: Vec<BooleanBuffer>,
    /// The others.
    pub(crate) read: Vec<RecordBatch>,
}

impl Candidates {
    /// Every row.
    pub(crate) fn all(group_rows: &[usize]) -> Self {
        let groups: Vec<BooleanBuffer> = group_rows.iter().map(|&rows| BooleanBuffer::new_set(rows)).collect();
        Self { unread: groups.clone(), groups, read: Vec::new() }
    }

    /// Takes over rows of row groups that were read after all.
    pub(super) fn restored(mut self, restored: Vec<Restored>) -> Self {
        for (unread, restored) in self.unread.iter_mut().zip(restored) {
            if let Some((rows, batch)) = restored {
                *unread = &*unread & &!&rows;
                self.read.push(batch);
            }
        }
        self
    }

    /// Takes over what was read already of each row group: all its candidates, or those among `taken`.
    pub(super) fn without(mut self, read: Taken, taken: Option<&Candidates>) -> Self {
        for (group, batches) in read.into_iter().enumerate() {
            let (Some(batches), Some(unread)) = (batches, self.unread.get_mut(group)) else { continue };
            *unread = match taken.and_then(|taken| taken.groups.get(group)) {
                Some(taken) => &*unread & &!taken,
                None => BooleanBuffer::new_unset(unread.len()),
            };
            self.read.extend(batches);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marked_rows_come_back_by_group() {
        let marks = Marks::new(200);
        for row in [0, 63, 64, 130, 199, 199] {
            marks.mark(row);
        }
        let candidates = marks.finish(&[64, 0, 100, 36]);
        let rows: Vec<Vec<usize>> = candidates.groups.iter().map(|group| group.set_indices().collect()).collect();
        assert_eq!(rows, [vec![0, 63], vec![], vec![0, 66], vec![35]]);
        let all = Candidates::all(&[3, 4]).groups;
        assert_eq!(all.iter().map(BooleanBuffer::count_set_bits).collect::<Vec<_>>(), [3, 4]);
    }
}
