//! How the fingerprints of a side are divided: into partitions, and which of them memory holds at once.
//!
//! The division decides where a fingerprint waits and never what is found.

use super::in_memory::TAKEN_BYTES;
use super::partition::Entry;
use super::scatter::Scatter;
use crate::ReconcileError;

/// Fingerprints of a partition, about: together with their index they fit the cache of a core.
const PARTITION_ROWS: u64 = 32 * 1024;
const LEAST_BITS: u32 = 4;
const MOST_BITS: u32 = 12;

/// Bytes that one indexed fingerprint takes, with some room for uneven partitions.
const ROW_BYTES: u64 = 33;
/// Bytes that one indexed key takes, with some room for uneven partitions.
const KEY_BYTES: u64 = 28;
/// Bytes of a row of the other side: its partner.
const PARTNER_BYTES: u64 = 4;
/// Bytes that reading takes: what does not depend on threads, and for each thread pages of every column.
const BASE_BYTES: u64 = 48 << 20;
const THREAD_BYTES: u64 = 32 << 20;
/// The least that must be left for fingerprints.
const LEAST_BYTES: u64 = 16 << 20;

/// The division of a side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    /// There are `2^bits` partitions.
    pub(super) bits: u32,
    /// How many of them memory holds from the beginning; the others wait in the scratch folder.
    pub(super) resident: usize,
    /// How many partitions share one scratch file, and are held at once when its turn comes.
    pub(super) bundle: usize,
    /// About how many fingerprints a partition has.
    pub(super) partition_rows: usize,
    /// How many threads read and match: as many as asked for, or as the limit of memory allows.
    pub(super) threads: usize,
}

impl Layout {
    /// Divides a side of `rows` rows for a limit of memory, if there is one.
    pub(super) fn new(rows: u64, threads: usize, limit_bytes: Option<u64>) -> Result<Self, ReconcileError> {
        let bits = (rows / PARTITION_ROWS).max(1).next_power_of_two().trailing_zeros().clamp(LEAST_BITS, MOST_BITS);
        let partitions = 1_usize << bits;
        let expected = rows >> bits;
        // Six standard deviations of how many of `rows` fall into a partition; repeated keys may need more.
        let partition_rows = expected + 6 * expected.isqrt() + 16;
        let whole = Self {
            bits,
            resident: partitions,
            bundle: partitions,
            partition_rows: usize::try_from(partition_rows).unwrap_or(0),
            threads,
        };
        let Some(limit) = limit_bytes else { return Ok(whole) };
        let a_thread = THREAD_BYTES + Scatter::<Entry>::size_bytes(bits);
        let allowed = limit.saturating_sub(BASE_BYTES + LEAST_BYTES) / a_thread;
        let threads = (threads as u64).min(allowed).max(1);
        let whole = Self { threads: usize::try_from(threads).unwrap_or(1), ..whole };
        let least = BASE_BYTES + threads * a_thread + LEAST_BYTES;
        if limit < least {
            return Err(ReconcileError::MemoryLimit { limit_bytes: limit, least_bytes: least });
        }
        let held = limit - least + LEAST_BYTES;
        if rows.saturating_mul(ROW_BYTES) <= held {
            return Ok(whole);
        }
        let fit = |bytes: u64| usize::try_from(bytes / (partition_rows * ROW_BYTES)).unwrap_or(partitions);
        Ok(Self { resident: fit(held).min(partitions), bundle: fit(held / threads).max(1), ..whole })
    }

    /// Whether memory holds the keys of one side and, for each row of the other one, its partner.
    pub(super) fn holds_keys(&self, held: usize, streamed: usize, limit_bytes: Option<u64>) -> bool {
        let Some(limit) = limit_bytes else { return true };
        let reading = BASE_BYTES + self.threads as u64 * (THREAD_BYTES + Scatter::<Entry>::size_bytes(self.bits));
        let (held, streamed) = (held as u64 * KEY_BYTES, streamed as u64 * PARTNER_BYTES);
        let needed = [held, streamed, TAKEN_BYTES as u64].into_iter().fold(reading, u64::saturating_add);
        self.bundles() == 0 && needed <= limit
    }

    /// How many scratch files there are.
    pub(super) fn bundles(&self) -> usize {
        ((1_usize << self.bits) - self.resident).div_ceil(self.bundle)
    }

    /// Where a partition is: held in memory, or in which scratch file and the how manieth there.
    pub(super) fn place(&self, partition: usize) -> Place {
        match partition.checked_sub(self.resident) {
            None => Place::Held(partition),
            Some(waiting) => Place::Waiting(waiting / self.bundle),
        }
    }

    /// The position of a waiting partition in its scratch file.
    pub(super) fn position_in_bundle(&self, partition: usize) -> usize {
        partition.saturating_sub(self.resident) % self.bundle
    }
}

/// Where a partition is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In memory, at this place.
    Held(usize),
    /// In the scratch file of this number.
    Waiting(usize),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_limit_everything_is_held() {
        for rows in [0, 1, 1_000_000, 50_000_000, 1_000_000_000] {
            let layout = Layout::new(rows, 2, None).unwrap();
            assert_eq!((layout.resident, layout.bundles()), (1 << layout.bits, 0));
        }
    }

    #[test]
    fn a_limit_makes_partitions_wait_and_each_has_one_place() {
        let layout = Layout::new(50_000_000, 2, Some(1 << 30)).unwrap();
        assert!(layout.resident > 0 && layout.resident < 1 << layout.bits);
        let places: Vec<Place> = (0..1 << layout.bits).map(|partition| layout.place(partition)).collect();
        assert_eq!(places.iter().filter(|place| matches!(place, Place::Held(_))).count(), layout.resident);
        assert_eq!(places.last(), Some(&Place::Waiting(layout.bundles() - 1)));
        assert_eq!(layout.position_in_bundle(layout.resident + layout.bundle), 0);
    }

    #[test]
    fn a_limit_that_does_not_hold_all_threads_takes_fewer() {
        let threads = |asked, limit_mib: u64| Layout::new(1_000, asked, Some(limit_mib << 20)).unwrap().threads;
        assert_eq!([threads(2, 256), threads(7, 256), threads(64, 100)], [2, 5, 1]);
    }

    #[test]
    fn a_limit_that_is_too_small_says_how_much_is_needed() {
        let error = Layout::new(1_000, 2, Some(1 << 20)).unwrap_err();
        assert_eq!(error.to_string(), "a memory limit of 1 MiB is too small");
    }
}
