//! A part of one side's fingerprints: collected, indexed, then asked for the fingerprints of the other side.
//!
//! 28 bytes a row and about one for the index and one for the state; nothing of the row itself. A key that is more
//! than once on either side, or whose values differ, is never matched: its rows become candidates.

use super::candidates::Marks;
use super::scatter::Keyed;

/// The fingerprint of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    /// Fingerprint of the key.
    pub(super) key: [u64; 2],
    /// Fingerprint of the compared values.
    pub(super) value: u64,
    /// Position of the row in its side.
    pub(super) row: u32,
}

impl Keyed for Entry {
    fn new(key: [u64; 2], value: u64, row: u32) -> Self {
        Self { key, value, row }
    }

    fn key(&self) -> &[u64; 2] {
        &self.key
    }
}

/// Rows of a bucket, about.
const BUCKET_ROWS: usize = 4;
/// From this many rows a bucket is sorted and searched by halves; only repeated keys fill a bucket so far.
const LONG_BUCKET: usize = 32;

/// What is known of a row's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Not on the other side, so far.
    Alone,
    /// Once on each side with equal values; `values` holds the other side's row now.
    Equal,
    /// Once on each side with other values; both rows are candidates.
    Different,
    /// More than once on a side.
    Repeated,
}

/// The fingerprints of a partition.
#[derive(Debug, Default)]
pub(super) struct Partition {
    keys: Vec<[u64; 2]>,
    values: Vec<u64>,
    rows: Vec<u32>,
    /// Where each bucket begins; made by `index`.
    starts: Vec<u32>,
    states: Vec<State>,
    bucket_bits: u32,
    /// Work space of `probe`.
    places: Vec<(u32, u32)>,
}

impl Partition {
    /// An empty partition with room for rows.
    pub(super) fn with_capacity(rows: usize) -> Self {
        let (keys, values) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
        Self { keys, values, rows: Vec::with_capacity(rows), ..Self::default() }
    }

    /// Adds fingerprints.
    pub(super) fn extend(&mut self, entries: &[Entry]) {
        self.keys.extend(entries.iter().map(|entry| entry.key));
        self.values.extend(entries.iter().map(|entry| entry.value));
        self.rows.extend(entries.iter().map(|entry| entry.row));
    }

    /// Groups the fingerprints into buckets and finds the keys that are there more than once.
    pub(super) fn index(&mut self) {
        self.bucket_bits = (self.keys.len() / BUCKET_ROWS).max(1).next_power_of_two().trailing_zeros();
        let mut starts = vec![0_u32; (1 << self.bucket_bits) + 1];
        for key in &self.keys {
            if let Some(count) = starts.get_mut(self.bucket(key) + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        self.reorder(&starts);
        self.states = vec![State::Alone; self.keys.len()];
        for bounds in starts.windows(2) {
            if let [start, end] = *bounds
                && end - start > 1
            {
                self.find_repeated(start as usize, end as usize);
            }
        }
        self.starts = starts;
    }

    /// The bucket of a key. Partitions are told apart by the high bits of the other word.
    fn bucket(&self, key: &[u64; 2]) -> usize {
        // A bucket's number has at most 31 bits: there are fewer buckets than rows.
        usize::try_from(key[1] & ((1 << self.bucket_bits) - 1)).unwrap_or_default()
    }

    /// Puts the fingerprints into the order of their buckets.
    fn reorder(&mut self, starts: &[u32]) {
        let count = self.keys.len();
        let mut next = starts.to_vec();
        let (mut keys, mut values, mut rows) = (vec![[0; 2]; count], vec![0; count], vec![0; count]);
        for ((key, value), row) in self.keys.iter().zip(&self.values).zip(&self.rows) {
            let Some(at) = next.get_mut(self.bucket(key)) else { continue };
            let place = *at as usize;
            *at += 1;
            if let (Some(to_key), Some(to_value), Some(to_row)) =
                (keys.get_mut(place), values.get_mut(place), rows.get_mut(place))
            {
                (*to_key, *to_value, *to_row) = (*key, *value, *row);
            }
        }
        (self.keys, self.values, self.rows) = (keys, values, rows);
    }

    fn find_repeated(&mut self, start: usize, end: usize) {
        if end - start > LONG_BUCKET {
            self.sort_bucket(start, end);
        }
        let (Some(keys), Some(states)) = (self.keys.get(start..end), self.states.get_mut(start..end)) else { return };
        // Equal keys of a sorted bucket are neighbours; in a short one every pair is looked at.
        let reach = if keys.len() > LONG_BUCKET { 1 } else { keys.len() };
        for (at, key) in keys.iter().enumerate() {
            for (other, candidate) in keys.iter().enumerate().skip(at + 1).take(reach) {
                if key == candidate
                    && let Ok([first, second]) = states.get_disjoint_mut([at, other])
                {
                    (*first, *second) = (State::Repeated, State::Repeated);
                }
            }
        }
    }

    fn sort_bucket(&mut self, start: usize, end: usize) {
        let (Some(keys), Some(values), Some(rows)) =
            (self.keys.get_mut(start..end), self.values.get_mut(start..end), self.rows.get_mut(start..end))
        else {
            return;
        };
        let mut sorted: Vec<Entry> = keys
            .iter()
            .zip(values.iter())
            .zip(rows.iter())
            .map(|((key, value), row)| Entry { key: *key, value: *value, row: *row })
            .collect();
        sorted.sort_unstable_by_key(|entry| entry.key);
        for (((key, value), row), entry) in keys.iter_mut().zip(values).zip(rows).zip(sorted) {
            (*key, *value, *row) = (entry.key, entry.value, entry.row);
        }
    }

    /// Looks up fingerprints of the other side and marks the candidates among them.
    ///
    /// In three passes over the block, so that the waits for memory of its entries overlap.
    pub(super) fn probe(&mut self, entries: &[Entry], others: &Marks) {
        let mut places = std::mem::take(&mut self.places);
        places.clear();
        places.extend(entries.iter().map(|entry| {
            let bucket = self.bucket(&entry.key);
            match self.starts.get(bucket..bucket + 2) {
                Some(&[start, end]) => (start, end),
                _ => (0, 0),
            }
        }));
        for (entry, place) in entries.iter().zip(places.iter_mut()) {
            *place = self.find(&entry.key, *place);
        }
        for (entry, &(at, found)) in entries.iter().zip(places.iter()) {
            if found == 0 {
                others.mark(entry.row);
            } else {
                self.meet(at as usize, entry, others);
            }
        }
        self.places = places;
    }

    /// The place of a key in its bucket as `(place, 1)`, or `(_, 0)` when it is not there.
    fn find(&self, key: &[u64; 2], (start, end): (u32, u32)) -> (u32, u32) {
        let bucket = self.keys.get(start as usize..end as usize).unwrap_or_default();
        let at = if bucket.len() > LONG_BUCKET {
            let at = bucket.partition_point(|other| other < key);
            (bucket.get(at) == Some(key)).then_some(at)
        } else {
            bucket.iter().position(|other| other == key)
        };
        // A bucket has fewer rows than a side, which `u32` counts.
        at.and_then(|at| u32::try_from(at).ok()).map_or((start, 0), |at| (start + at, 1))
    }

    fn meet(&mut self, at: usize, entry: &Entry, others: &Marks) {
        let (Some(state), Some(value)) = (self.states.get_mut(at), self.values.get_mut(at)) else { return };
        match *state {
            State::Alone if *value == entry.value => {
                *state = State::Equal;
                *value = u64::from(entry.row);
            }
            State::Alone => {
                *state = State::Different;
                others.mark(entry.row);
            }
            State::Equal => {
                *state = State::Repeated;
                others.mark(entry.row);
                others.mark(u32::try_from(*value).unwrap_or(entry.row));
            }
            State::Different | State::Repeated => {
                *state = State::Repeated;
                others.mark(entry.row);
            }
        }
    }

    /// Marks the rows of this side that are not matched; returns how many are.
    pub(super) fn finish(&self, own: &Marks) -> u64 {
        let mut matched = 0;
        for (state, row) in self.states.iter().zip(&self.rows) {
            if *state == State::Equal {
                matched += 1;
            } else {
                own.mark(*row);
            }
        }
        matched
    }
}
