//! Rows of both sides that have one key and other values: the held row is found from the streamed one, which was taken.
//!
//! Most columns of such a pair are equal, and the fingerprints tell when all that differ have been read.

use std::sync::{Mutex, PoisonError};

use arrow::array::BooleanBufferBuilder;
use arrow::buffer::BooleanBuffer;
use arrow::compute::interleave_record_batch;
use arrow::record_batch::RecordBatch;

use super::held_keys::{NOBODY, Partners};
use super::in_memory::{Taken, ValuesByRow};
use super::workers::share_out;
use super::{Candidates, Fingerprinted, Numbered};
use crate::ReconcileError;

/// A row of the held side, and where the other side's row was taken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Pair {
    held: u32,
    batch: usize,
    at: usize,
}

/// The pairs whose streamed row was taken.
pub(super) struct Pairs<'a> {
    batches: Vec<&'a RecordBatch>,
    /// By row group of the held side, in order.
    groups: Vec<Vec<Pair>>,
}

/// Rows of a row group, read.
pub(super) type Restored = Option<(BooleanBuffer, RecordBatch)>;

impl<'a> Pairs<'a> {
    pub(super) fn new(
        held: &Numbered<'_, impl Fingerprinted>,
        streamed: &Numbered<'_, impl Fingerprinted>,
        candidates: &Candidates,
        taken: &'a Taken,
        partners: &Partners,
    ) -> Self {
        let (mut batches, mut pairs) = (Vec::new(), Vec::new());
        for ((taken, rows), first) in taken.iter().zip(&candidates.groups).zip(&streamed.firsts) {
            // A row group is one batch, which has its candidates in order.
            let Some(batch) = taken.as_ref().and_then(|batches| batches.first()) else { continue };
            for (at, row) in rows.set_indices().enumerate() {
                let held = partners.of(*first as usize + row);
                if held != NOBODY {
                    pairs.push(Pair { held, batch: batches.len(), at });
                }
            }
            batches.push(batch);
        }
        pairs.sort_unstable();
        let mut rest = pairs.as_slice();
        let ends = held.firsts.iter().skip(1).map(|first| *first as usize).chain([held.rows]);
        let groups = ends.map(|end| {
            let (group, behind) = rest.split_at(rest.partition_point(|pair| (pair.held as usize) < end));
            rest = behind;
            group.to_vec()
        });
        Self { groups: groups.collect(), batches }
    }

    /// Reads the rows of the held side, each row group on its own.
    pub(super) fn restore(
        &self,
        held: &Numbered<'_, impl Fingerprinted>,
        values: &ValuesByRow,
        threads: usize,
    ) -> Result<Vec<Restored>, ReconcileError> {
        let restored: Vec<_> = self.groups.iter().map(|_| Mutex::new(None)).collect();
        let work = |(): &mut (), group: usize| {
            let (Some(pairs), Some(first)) = (self.groups.get(group), held.firsts.get(group)) else { return Ok(()) };
            let (Some(place), false) = (restored.get(group), pairs.is_empty()) else { return Ok(()) };
            let mut rows = BooleanBufferBuilder::new(0);
            for pair in pairs {
                rows.append_n((pair.held - first) as usize - rows.len(), false);
                rows.append(true);
            }
            let count = held.group_rows.get(group).copied().unwrap_or_default();
            rows.append_n(count - rows.len(), false);
            let rows = rows.finish();
            let places: Vec<(usize, usize)> = pairs.iter().map(|pair| (pair.batch, pair.at)).collect();
            let others = interleave_record_batch(&self.batches, &places)?;
            let values: Vec<u64> = pairs.iter().map(|pair| values.get(pair.held)).collect();
            let batch = held.side.rows_like(group, &rows, &others, &values)?;
            *place.lock().unwrap_or_else(PoisonError::into_inner) = Some((rows, batch));
            Ok(())
        };
        share_out(self.groups.len(), threads, || (), work, Ok)?;
        Ok(restored.into_iter().map(|place| place.into_inner().unwrap_or_else(PoisonError::into_inner)).collect())
    }
}
