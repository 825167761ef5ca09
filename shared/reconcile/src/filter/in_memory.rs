//! The filter where memory holds one side's keys: first the keys of both sides, then their values.
//!
//! What the keys tell is known before the values are read, and what the values of the streamed side tell is known
//! while their pages are at hand: rows that have to be judged in full are taken from them then. Only the rows of the
//! held side whose values differ are read again.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use arrow::record_batch::RecordBatch;
use tieout_tables::{Fingerprints, TableError};

use super::candidates::Marks;
use super::held_keys::{Held, HeldKeys, NOBODY, Partners};
use super::layout::Layout;
use super::pairs::Pairs;
use super::workers::share_out;
use super::{Candidates, Fingerprinted, Numbered};
use crate::ReconcileError;

/// The most bytes of rows that are kept from their pages; what is beyond is read again.
pub(super) const TAKEN_BYTES: usize = 48 << 20;
/// One row in so many of a row group may be taken.
const TAKEN_PART: usize = 8;

/// Matches two sides; returns the matched keys and the candidates of the held and the streamed side.
pub(super) fn match_in_memory(
    held: &Numbered<'_, impl Fingerprinted>,
    streamed: &Numbered<'_, impl Fingerprinted>,
    layout: Layout,
) -> Result<(u64, Candidates, Candidates), ReconcileError> {
    let (held_marks, streamed_marks) = (Marks::new(held.rows), Marks::new(streamed.rows));
    let partners = match_keys(held, streamed, layout, &held_marks, &streamed_marks)?;
    let (alone, values) = (held_marks.copied(), ValuesByRow::new(held.rows));
    let room = AtomicUsize::new(TAKEN_BYTES);
    let held_taken = held.values(layout.threads, &room, &|first, window, wanted| {
        for (row, value) in (first..).zip(&window.values) {
            values.set(row, *value);
        }
        wanted.extend(
            (0_u32..)
                .zip(first..first + window.values.len())
                .filter_map(|(at, row)| alone.is_marked(row).then_some(at)),
        );
    })?;
    let matched = AtomicU64::new(0);
    let streamed_taken = streamed.values(layout.threads, &room, &|first, window, wanted| {
        let mut equal = 0;
        // All values of the other side first, so that the waits for memory overlap.
        let rows = partners.window(first, window.values.len()).map(|partner| (partner, values.get(partner)));
        let rows: Vec<(u32, u64)> = rows.collect();
        for ((at, value), (partner, held_value)) in (0_u32..).zip(&window.values).zip(rows) {
            if partner != NOBODY && held_value == *value {
                equal += 1;
                continue;
            }
            if partner != NOBODY {
                held_marks.mark(partner);
                streamed_marks.mark_at(first + at as usize);
            }
            wanted.push(at);
        }
        matched.fetch_add(equal, Ordering::Relaxed);
    })?;
    let (all_held, all_streamed) = (held_marks.finish(&held.group_rows), streamed_marks.finish(&streamed.group_rows));
    let pairs = Pairs::new(held, streamed, &all_streamed, &streamed_taken, &partners);
    let restored = pairs.restore(held, &values, layout.threads)?;
    let held = all_held.without(held_taken, Some(&alone.finish(&held.group_rows))).restored(restored);
    Ok((matched.into_inner(), held, all_streamed.without(streamed_taken, None)))
}

/// Finds the partners of the streamed side's rows, and marks the rows of both sides that have none.
fn match_keys(
    held: &Numbered<'_, impl Fingerprinted>,
    streamed: &Numbered<'_, impl Fingerprinted>,
    layout: Layout,
    held_marks: &Marks,
    streamed_marks: &Marks,
) -> Result<Partners, ReconcileError> {
    let partitions: Vec<_> =
        (0..layout.resident).map(|_| Mutex::new(HeldKeys::with_capacity(layout.partition_rows))).collect();
    let with = |partition: usize, work: &mut dyn FnMut(&mut HeldKeys)| {
        if let Some(partition) = partitions.get(partition) {
            work(&mut partition.lock().unwrap_or_else(PoisonError::into_inner));
        }
        Ok(())
    };
    held.scatter_keys(layout, held_marks, &|partition, entries: &[Held]| {
        with(partition, &mut |keys| keys.extend(entries))
    })?;
    let index = |room: &mut Vec<Held>, partition: usize| with(partition, &mut |keys| keys.index(room));
    share_out(partitions.len(), layout.threads, Vec::new, index, |_| Ok(()))?;
    let partners = Partners::new(streamed.rows);
    streamed.scatter_keys(layout, streamed_marks, &|partition, entries: &[Held]| {
        with(partition, &mut |keys| keys.probe(entries, &partners, streamed_marks))
    })?;
    let finish = |(): &mut (), partition: usize| {
        with(partition, &mut |keys| {
            keys.finish(held_marks);
            *keys = HeldKeys::default();
        })
    };
    share_out(partitions.len(), layout.threads, || (), finish, Ok)?;
    Ok(partners)
}

/// The values' fingerprint of each row of the held side.
pub(super) struct ValuesByRow(Vec<AtomicU64>);

impl ValuesByRow {
    fn new(rows: usize) -> Self {
        Self((0..rows).map(|_| AtomicU64::new(0)).collect())
    }

    fn set(&self, row: usize, value: u64) {
        if let Some(place) = self.0.get(row) {
            place.store(value, Ordering::Relaxed);
        }
    }

    pub(super) fn get(&self, row: u32) -> u64 {
        self.0.get(row as usize).map_or(0, |value| value.load(Ordering::Relaxed))
    }
}

/// What was taken of each row group, unless it was too much.
pub(super) type Taken = Vec<Option<Vec<RecordBatch>>>;

/// Looks at a window, given its first row in the side, and adds the rows of it that are to be taken.
type Look<'a> = &'a (dyn Fn(usize, &Fingerprints, &mut Vec<u32>) + Sync);

impl<F: Fingerprinted> Numbered<'_, F> {
    /// Reads the values of all rows; returns what was taken of each row group, unless it was too much.
    fn values(&self, threads: usize, room: &AtomicUsize, look: Look<'_>) -> Result<Taken, ReconcileError> {
        let taken: Vec<_> = self.group_rows.iter().map(|_| Mutex::new(None)).collect();
        let work = |(): &mut (), group: usize| {
            let batch = self.group_values(group, room, look)?;
            if let Some(place) = taken.get(group) {
                *place.lock().unwrap_or_else(PoisonError::into_inner) = batch;
            }
            Ok(())
        };
        share_out(self.group_rows.len(), threads, || (), work, Ok)?;
        Ok(taken.into_iter().map(|place| place.into_inner().unwrap_or_else(PoisonError::into_inner)).collect())
    }

    fn group_values(
        &self,
        group: usize,
        room: &AtomicUsize,
        look: Look<'_>,
    ) -> Result<Option<Vec<RecordBatch>>, TableError> {
        let first = self.firsts.get(group).map_or(0, |first| *first as usize);
        let most = self.group_rows.get(group).map_or(0, |rows| rows / TAKEN_PART);
        let (mut count, mut fits) = (0, room.load(Ordering::Relaxed) > 0);
        let batch = self.side.value_fingerprints(group, &mut |window, wanted| {
            look(first + window.first_row, window, wanted);
            count += wanted.len();
            fits &= count <= most;
            if !fits {
                wanted.clear();
            }
            Ok(())
        })?;
        if !fits {
            return Ok(None);
        }
        let size = batch.as_ref().map_or(0, RecordBatch::get_array_memory_size);
        let has_room = |left: usize| left.checked_sub(size);
        let fits = room.fetch_update(Ordering::Relaxed, Ordering::Relaxed, has_room).is_ok();
        Ok(fits.then(|| batch.into_iter().collect()))
    }
}
