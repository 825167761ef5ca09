//! A part of one side's keys: collected, indexed, then asked for the keys of the other side.
//!
//! 24 bytes a row and about one for the index. A key that is more than once on either side has no partner.

use std::sync::atomic::{AtomicU32, Ordering};

use super::candidates::Marks;
use super::scatter::Keyed;

/// Rows of a bucket, about.
const BUCKET_ROWS: usize = 4;
/// From this many rows a bucket is sorted and searched by halves; only repeated keys fill a bucket so far.
const LONG_BUCKET: usize = 32;

/// No row of the other side; there are fewer rows.
pub(super) const NOBODY: u32 = u32::MAX;
/// More than one row, on one side or the other.
const MANY: u32 = u32::MAX - 1;

/// A row; of the side that is held, with its partner.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Held {
    key: [u64; 2],
    row: u32,
    /// The row of the other side with this key, `NOBODY` or `MANY`.
    partner: u32,
}

impl Keyed for Held {
    fn new(key: [u64; 2], _: u64, row: u32) -> Self {
        Self { key, row, partner: NOBODY }
    }

    fn key(&self) -> &[u64; 2] {
        &self.key
    }
}

/// For each row of the streamed side the row of the held side with the same key, where both keys are there once.
#[derive(Debug)]
pub(super) struct Partners(Vec<AtomicU32>);

impl Partners {
    pub(super) fn new(rows: usize) -> Self {
        Self((0..rows).map(|_| AtomicU32::new(NOBODY)).collect())
    }

    fn set(&self, row: u32, partner: u32) {
        if let Some(place) = self.0.get(row as usize) {
            place.store(partner, Ordering::Relaxed);
        }
    }

    /// The partner of a row.
    pub(super) fn of(&self, row: usize) -> u32 {
        self.0.get(row).map_or(NOBODY, |partner| partner.load(Ordering::Relaxed))
    }

    /// The partners of `count` rows from the `first` on.
    pub(super) fn window(&self, first: usize, count: usize) -> impl Iterator<Item = u32> {
        let window = self.0.get(first..first + count).unwrap_or_default();
        window.iter().map(|partner| partner.load(Ordering::Relaxed))
    }
}

/// The keys of a partition.
#[derive(Debug, Default)]
pub(super) struct HeldKeys {
    rows: Vec<Held>,
    /// Where each bucket begins; made by `index`.
    starts: Vec<u32>,
    bucket_bits: u32,
    /// Work space of `probe`.
    places: Vec<(u32, u32)>,
}

impl HeldKeys {
    /// None yet, with room for rows.
    pub(super) fn with_capacity(rows: usize) -> Self {
        Self { rows: Vec::with_capacity(rows), ..Self::default() }
    }

    /// Adds keys.
    pub(super) fn extend(&mut self, entries: &[Held]) {
        self.rows.extend_from_slice(entries);
    }

    /// Groups the keys into buckets and finds those that are there more than once.
    ///
    /// `room` is memory that is used again and again.
    pub(super) fn index(&mut self, room: &mut Vec<Held>) {
        self.bucket_bits = (self.rows.len() / BUCKET_ROWS).max(1).next_power_of_two().trailing_zeros();
        let mut starts = vec![0_u32; (1 << self.bucket_bits) + 1];
        for held in &self.rows {
            if let Some(count) = starts.get_mut(self.bucket(&held.key) + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut next = starts.clone();
        // Every place of the room gets its row below.
        room.resize(self.rows.len(), Held::default());
        for held in &self.rows {
            let Some(at) = next.get_mut(self.bucket(&held.key)) else { continue };
            if let Some(place) = room.get_mut(*at as usize) {
                *place = *held;
            }
            *at += 1;
        }
        std::mem::swap(&mut self.rows, room);
        for bounds in starts.windows(2) {
            if let [start, end] = *bounds
                && let Some(bucket) = self.rows.get_mut(start as usize..end as usize)
            {
                find_repeated(bucket);
            }
        }
        self.starts = starts;
    }

    /// The bucket of a key. Partitions are told apart by the high bits of the other word.
    fn bucket(&self, key: &[u64; 2]) -> usize {
        // A bucket's number has at most 31 bits: there are fewer buckets than rows.
        usize::try_from(key[1] & ((1 << self.bucket_bits) - 1)).unwrap_or_default()
    }

    /// Looks up keys of the other side, notes partners and marks the rows that certainly have none.
    ///
    /// In three passes over the block, so that the waits for memory of its keys overlap: what a bucket holds decides
    /// nothing before all of them are on their way.
    pub(super) fn probe(&mut self, entries: &[Held], partners: &Partners, others: &Marks) {
        let mut places = std::mem::take(&mut self.places);
        places.clear();
        places.extend(entries.iter().map(|entry| {
            let bucket = self.bucket(&entry.key);
            match self.starts.get(bucket..bucket + 2) {
                Some(&[start, end]) => (start, end),
                _ => (0, 0),
            }
        }));
        let first_word = |(start, _): &(u32, u32)| self.rows.get(*start as usize).map_or(0, |held| held.key[0]);
        std::hint::black_box(places.iter().map(first_word).fold(0, u64::wrapping_add));
        for (entry, (start, end)) in entries.iter().zip(places.iter()) {
            let bucket = self.rows.get_mut(*start as usize..*end as usize).unwrap_or_default();
            match find(bucket, &entry.key) {
                Some(held) => held.meet(entry.row, partners, others),
                None => others.mark(entry.row),
            }
        }
        self.places = places;
    }

    /// Marks the rows of this side that have no partner.
    pub(super) fn finish(&self, own: &Marks) {
        for held in &self.rows {
            if matches!(held.partner, NOBODY | MANY) {
                own.mark(held.row);
            }
        }
    }
}

impl Held {
    fn meet(&mut self, row: u32, partners: &Partners, others: &Marks) {
        match self.partner {
            NOBODY => {
                self.partner = row;
                partners.set(row, self.row);
            }
            MANY => others.mark(row),
            other => {
                self.partner = MANY;
                partners.set(other, NOBODY);
                others.mark(other);
                others.mark(row);
            }
        }
    }
}

fn find<'a>(bucket: &'a mut [Held], key: &[u64; 2]) -> Option<&'a mut Held> {
    let at = if bucket.len() > LONG_BUCKET {
        let at = bucket.partition_point(|other| other.key < *key);
        bucket.get(at).is_some_and(|held| held.key == *key).then_some(at)
    } else {
        bucket.iter().position(|other| other.key == *key)
    };
    bucket.get_mut(at?)
}

fn find_repeated(bucket: &mut [Held]) {
    if bucket.len() > LONG_BUCKET {
        bucket.sort_unstable_by_key(|held| held.key);
    }
    // Equal keys of a sorted bucket are neighbours; in a short one every pair is looked at.
    let reach = if bucket.len() > LONG_BUCKET { 1 } else { bucket.len() };
    for at in 1..bucket.len() {
        let (before, rest) = bucket.split_at_mut(at);
        let Some(held) = rest.first_mut() else { continue };
        for other in before.iter_mut().rev().take(reach) {
            if other.key == held.key {
                (other.partner, held.partner) = (MANY, MANY);
            }
        }
    }
}
