//! The filter before a comparison: finds the rows that are certainly matched, by fingerprints alone.
//!
//! One side's fingerprints are collected in partitions, then the other side's are looked up as they are read. Matched
//! are the keys that are once on each side with equal values; every other row is a candidate, noted as one bit, and
//! is judged in full afterwards. Where memory holds the keys of one side, keys come first and values after them, and
//! most candidates are read on the way (`in_memory`); else both come at once and partitions wait in the scratch
//! folder. What is found does not depend on threads, order, partitions or spilling. Two rows that differ are taken for
//! equal with a probability that `tieout_tables::FingerprintKeys` states.

mod candidates;
mod held_keys;
mod in_memory;
mod layout;
mod pairs;
mod partition;
mod scatter;
mod spill;
mod workers;

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use arrow::buffer::BooleanBuffer;
use arrow::record_batch::RecordBatch;
use tieout_tables::{Choose, Fingerprints, TableError};

pub(crate) use self::candidates::Candidates;
use self::candidates::Marks;
use self::in_memory::match_in_memory;
use self::layout::{Layout, Place};
use self::partition::{Entry, Partition};
use self::scatter::{Deliver, Keyed, Receive, Scatter, partition_of};
use self::spill::Spill;
pub(crate) use self::workers::share_out;
use crate::ReconcileError;

/// A side whose rows have fingerprints.
pub(crate) trait Fingerprinted: Sync {
    /// Rows by row group.
    fn group_rows(&self) -> Vec<usize>;

    /// Hands on the fingerprints of a row group in order, in windows.
    fn fingerprint(
        &self,
        group: usize,
        sink: &mut dyn FnMut(&Fingerprints) -> Result<(), TableError>,
    ) -> Result<(), TableError>;

    /// The same with the keys alone.
    fn key_fingerprints(
        &self,
        group: usize,
        sink: &mut dyn FnMut(&Fingerprints) -> Result<(), TableError>,
    ) -> Result<(), TableError>;

    /// The same with the values alone; the answer are the rows that were chosen of the windows, if any.
    fn value_fingerprints(&self, group: usize, choose: Choose<'_>) -> Result<Option<RecordBatch>, TableError>;

    /// Some rows of a row group. For each the row of the other side with the same key is known, and the fingerprint of
    /// its own values.
    fn rows_like(
        &self,
        group: usize,
        rows: &BooleanBuffer,
        others: &RecordBatch,
        values: &[u64],
    ) -> Result<RecordBatch, TableError>;
}

/// How the filter works; nothing of it changes what it finds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FilterSettings<'a> {
    pub(crate) threads: usize,
    pub(crate) memory_limit_bytes: Option<u64>,
    pub(crate) scratch: &'a Path,
}

/// What the filter found.
#[derive(Debug)]
pub(crate) struct Filtered {
    /// Keys that are once on each side with equal values.
    pub(crate) matched: u64,
    /// The other rows of each side.
    pub(crate) left: Candidates,
    pub(crate) right: Candidates,
}

/// Filters two sides. The smaller one is held, the other one is streamed past it.
pub(crate) fn filter(
    left: &impl Fingerprinted,
    right: &impl Fingerprinted,
    settings: FilterSettings<'_>,
) -> Result<Filtered, ReconcileError> {
    let rows = |groups: Vec<usize>| groups.into_iter().sum::<usize>();
    if rows(left.group_rows()) <= rows(right.group_rows()) {
        let (matched, left, right) = match_sides(left, right, settings)?;
        Ok(Filtered { matched, left, right })
    } else {
        let (matched, right, left) = match_sides(right, left, settings)?;
        Ok(Filtered { matched, left, right })
    }
}

/// Holds one side, streams the other; returns the matched keys and the candidates of both in that order.
fn match_sides(
    held: &impl Fingerprinted,
    streamed: &impl Fingerprinted,
    settings: FilterSettings<'_>,
) -> Result<(u64, Candidates, Candidates), ReconcileError> {
    let (held_side, streamed_side) = (Numbered::new(held)?, Numbered::new(streamed)?);
    let layout = Layout::new(held_side.rows as u64, settings.threads, settings.memory_limit_bytes)?;
    if layout.holds_keys(held_side.rows, streamed_side.rows, settings.memory_limit_bytes) {
        return match_in_memory(&held_side, &streamed_side, layout);
    }
    let store = Store::new(layout, settings.scratch)?;
    let (held_marks, streamed_marks) = (Marks::new(held_side.rows), Marks::new(streamed_side.rows));

    held_side.scatter(layout, &held_marks, &|partition, entries| store.keep(partition, entries))?;
    let resident = store.partitions.len();
    let index = |(): &mut (), partition: usize| {
        store.index(partition);
        Ok(())
    };
    share_out(resident, layout.threads, || (), index, Ok)?;
    let probes = layout.spills(settings.scratch)?;
    streamed_side.scatter(layout, &streamed_marks, &|partition, entries| match layout.place(partition) {
        Place::Held(place) => {
            store.probe(place, entries, &streamed_marks);
            Ok(())
        }
        Place::Waiting(bundle) => probes.get(bundle).map_or(Ok(()), |spill| spill.append(entries)),
    })?;

    let matched = Mutex::new(0);
    let add = |count: u64| *matched.lock().unwrap_or_else(PoisonError::into_inner) += count;
    let Store { partitions, spills, .. } = store;
    for partition in partitions {
        add(partition.into_inner().unwrap_or_else(PoisonError::into_inner).finish(&held_marks));
    }
    let waiting: Vec<_> = spills.into_iter().zip(probes).map(|pair| Mutex::new(Some(pair))).collect();
    let match_waiting = |(): &mut (), bundle: usize| {
        let pair = waiting.get(bundle).and_then(|pair| pair.lock().unwrap_or_else(PoisonError::into_inner).take());
        let Some((kept, probes)) = pair else { return Ok(()) };
        add(match_bundle(layout, kept, probes, &held_marks, &streamed_marks)?);
        Ok(())
    };
    share_out(waiting.len(), layout.threads, || (), match_waiting, Ok)?;
    let matched = matched.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok((matched, held_marks.finish(&held_side.group_rows), streamed_marks.finish(&streamed_side.group_rows)))
}

/// Matches what waited in one scratch file of each side.
fn match_bundle(
    layout: Layout,
    kept: Spill,
    probes: Spill,
    held: &Marks,
    streamed: &Marks,
) -> Result<u64, ReconcileError> {
    let mut partitions: Vec<Partition> =
        (0..layout.bundle).map(|_| Partition::with_capacity(layout.partition_rows)).collect();
    let at = |entry: &Entry| layout.position_in_bundle(partition_of(entry, layout.bits));
    kept.read(&mut |entries| {
        for entry in entries {
            if let Some(partition) = partitions.get_mut(at(entry)) {
                partition.extend(std::slice::from_ref(entry));
            }
        }
        Ok(())
    })?;
    partitions.iter_mut().for_each(Partition::index);
    probes.read(&mut |entries| {
        for entry in entries {
            if let Some(partition) = partitions.get_mut(at(entry)) {
                partition.probe(std::slice::from_ref(entry), streamed);
            }
        }
        Ok(())
    })?;
    Ok(partitions.iter().map(|partition| partition.finish(held)).sum())
}

/// A side whose rows are numbered through all its row groups.
struct Numbered<'a, F> {
    side: &'a F,
    group_rows: Vec<usize>,
    /// Number of the first row of each group.
    firsts: Vec<u32>,
    rows: usize,
}

impl<'a, F: Fingerprinted> Numbered<'a, F> {
    fn new(side: &'a F) -> Result<Self, ReconcileError> {
        let group_rows = side.group_rows();
        let mut firsts = Vec::with_capacity(group_rows.len());
        let mut rows = 0_usize;
        for group in &group_rows {
            firsts.push(u32::try_from(rows).map_err(|_| ReconcileError::TooManyRows)?);
            rows += group;
        }
        // The last row must have a number too, and two numbers have a meaning of their own.
        u32::try_from(rows.saturating_add(2)).map_err(|_| ReconcileError::TooManyRows)?;
        Ok(Self { side, group_rows, firsts, rows })
    }

    /// Reads all fingerprints and hands them on by partition; a row with a null in its key is a candidate at once.
    fn scatter(&self, layout: Layout, marks: &Marks, deliver: Receive<'_, Entry>) -> Result<(), ReconcileError> {
        self.scatter_windows(layout, marks, deliver, &|group, sink| self.side.fingerprint(group, sink))
    }

    /// The same without values.
    fn scatter_keys<E: Keyed>(
        &self,
        layout: Layout,
        marks: &Marks,
        deliver: Receive<'_, E>,
    ) -> Result<(), ReconcileError> {
        self.scatter_windows(layout, marks, deliver, &|group, sink| self.side.key_fingerprints(group, sink))
    }

    fn scatter_windows<E: Keyed>(
        &self,
        layout: Layout,
        marks: &Marks,
        deliver: Receive<'_, E>,
        read: ReadWindows<'_>,
    ) -> Result<(), ReconcileError> {
        let work = |scatter: &mut Scatter<E>, group: usize| {
            let first = self.firsts.get(group).copied().unwrap_or_default();
            let mut deliver = |partition: usize, entries: &[E]| deliver(partition, entries);
            let mut failed = Ok(());
            read(group, &mut |window| {
                if failed.is_ok() {
                    failed = push_window(scatter, first, window, marks, &mut deliver);
                }
                Ok(())
            })?;
            failed
        };
        let begin = || Scatter::new(layout.bits);
        share_out(self.group_rows.len(), layout.threads, begin, work, |scatter| {
            scatter.finish(&mut |to, rows| deliver(to, rows))
        })
    }
}

/// Takes the windows of a row group.
type Sink<'a> = &'a mut dyn FnMut(&Fingerprints) -> Result<(), TableError>;

/// Reads the windows of a row group.
type ReadWindows<'a> = &'a (dyn Fn(usize, Sink<'_>) -> Result<(), TableError> + Sync);

fn push_window<E: Keyed>(
    scatter: &mut Scatter<E>,
    first_of_group: u32,
    window: &Fingerprints,
    marks: &Marks,
    deliver: Deliver<'_, E>,
) -> Result<(), ReconcileError> {
    let first = u32::try_from(window.first_row).ok().and_then(|row| row.checked_add(first_of_group));
    let first = first.ok_or(ReconcileError::TooManyRows)?;
    let mut nulls = window.null_keys.iter().copied().peekable();
    let values = window.values.iter().copied().chain(std::iter::repeat(0));
    for ((at, key), value) in (0_u32..).zip(&window.keys).zip(values) {
        let row = first + at;
        if nulls.next_if_eq(&at).is_some() {
            marks.mark(row);
        } else {
            scatter.push(E::new(*key, value, row), deliver)?;
        }
    }
    Ok(())
}

/// The fingerprints of the side that is held.
struct Store {
    layout: Layout,
    partitions: Vec<Mutex<Partition>>,
    spills: Vec<Spill>,
}

impl Store {
    fn new(layout: Layout, scratch: &Path) -> Result<Self, ReconcileError> {
        let partitions = 0..layout.resident;
        let partitions = partitions.map(|_| Mutex::new(Partition::with_capacity(layout.partition_rows)));
        Ok(Self { layout, partitions: partitions.collect(), spills: layout.spills(scratch)? })
    }

    fn keep(&self, partition: usize, entries: &[Entry]) -> Result<(), ReconcileError> {
        match self.layout.place(partition) {
            Place::Held(place) => {
                if let Some(partition) = self.partitions.get(place) {
                    partition.lock().unwrap_or_else(PoisonError::into_inner).extend(entries);
                }
                Ok(())
            }
            Place::Waiting(bundle) => self.spills.get(bundle).map_or(Ok(()), |spill| spill.append(entries)),
        }
    }

    fn index(&self, partition: usize) {
        if let Some(partition) = self.partitions.get(partition) {
            partition.lock().unwrap_or_else(PoisonError::into_inner).index();
        }
    }

    fn probe(&self, partition: usize, entries: &[Entry], others: &Marks) {
        if let Some(partition) = self.partitions.get(partition) {
            partition.lock().unwrap_or_else(PoisonError::into_inner).probe(entries, others);
        }
    }
}

impl Layout {
    /// A scratch file for each bundle.
    fn spills(&self, scratch: &Path) -> Result<Vec<Spill>, ReconcileError> {
        (0..self.bundles()).map(|_| Spill::create(scratch)).collect()
    }
}

#[cfg(test)]
mod tests;
