//! Numbers that look random and are not: each thing of a sample has a generator of its own.
//!
//! A generator is keyed by the sample's seed and the place of the thing (company, kind, index), so that nothing
//! depends on the order in which things are made, and a larger sample repeats what a smaller one holds.

use jiff::SignedDuration;
use jiff::civil::DateTime;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// A generator of one thing.
pub(crate) struct Chance(ChaCha8Rng);

impl Chance {
    /// The generator of the thing at this place.
    pub(crate) fn of(seed: u64, company: &str, kind: u64, index: u64) -> Self {
        let mut key = [0_u8; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        for (place, letter) in key[8..16].iter_mut().zip(company.bytes()) {
            *place = letter;
        }
        key[16..24].copy_from_slice(&kind.to_le_bytes());
        key[24..].copy_from_slice(&index.to_le_bytes());
        Self(ChaCha8Rng::from_seed(key))
    }

    /// A number from 0 to `limit - 1`; 0 for a limit of 0.
    pub(crate) fn below(&mut self, limit: u32) -> u32 {
        let product = u64::from(self.0.next_u32()) * u64::from(limit);
        u32::try_from(product >> 32).unwrap_or(0)
    }

    /// A number from `least` to `most`.
    pub(crate) fn between(&mut self, least: i64, most: i64) -> i64 {
        let width = u32::try_from(most - least + 1).unwrap_or(u32::MAX);
        least + i64::from(self.below(width))
    }

    /// One of several.
    pub(crate) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let place = self.below(u32::try_from(of.len()).unwrap_or(u32::MAX));
        &of[usize::try_from(place).unwrap_or(0)]
    }

    /// Whether something happens that happens once in `times`.
    pub(crate) fn once_in(&mut self, times: u32) -> bool {
        self.below(times) == 0
    }

    /// A moment of whole seconds in `[from, to)`; `from` where the window is empty.
    pub(crate) fn moment(&mut self, from: DateTime, to: DateTime) -> DateTime {
        let seconds = u32::try_from(to.duration_since(from).as_secs()).unwrap_or(0);
        from.saturating_add(SignedDuration::from_secs(i64::from(self.below(seconds))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_gives_the_same_numbers_and_another_place_others() {
        let three = |company, index| {
            let mut chance = Chance::of(7, company, 1, index);
            [chance.below(1000), chance.below(1000), chance.below(1000)]
        };
        assert_eq!(three("EC_NG", 5), three("EC_NG", 5));
        assert_ne!(three("EC_NG", 5), three("EC_NG", 6));
        assert_ne!(three("EC_NG", 5), three("EC_KE", 5));
    }

    #[test]
    fn moments_stay_in_their_window() {
        let from = jiff::civil::date(2025, 9, 30).at(0, 0, 0, 0);
        let to = jiff::civil::date(2025, 10, 1).at(0, 0, 0, 0);
        for index in 0..200 {
            let moment = Chance::of(1, "", 2, index).moment(from, to);
            assert!(moment >= from && moment < to);
        }
        assert_eq!(Chance::of(1, "", 2, 0).moment(to, from), to);
    }
}
