//! How long to wait before a source is asked again: twice as long each time, and never in step with others.

use std::time::Duration;

/// How often a data set is read before its source counts as unreachable.
pub(super) const MAX_TRIES: u32 = 5;

/// The wait after the first try, in milliseconds.
const FIRST_MS: u64 = 500;

/// The longest wait, in milliseconds.
const LONGEST_MS: u64 = 30_000;

/// The wait after `tries` tries: between half and the whole of a time that doubles; `chance` is any number.
pub(super) fn wait_after(tries: u32, chance: u64) -> Duration {
    let doubled = FIRST_MS.saturating_mul(1_u64 << tries.saturating_sub(1).min(16));
    let longest = doubled.min(LONGEST_MS);
    let half = longest / 2;
    Duration::from_millis(half + chance % (longest - half + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_limit_and_differ_by_chance() {
        let between = |tries: u32| (wait_after(tries, 0).as_millis(), wait_after(tries, u64::MAX - 1).as_millis());
        assert_eq!(wait_after(1, 0).as_millis(), 250);
        assert!((250..=500).contains(&between(1).1));
        assert_eq!(wait_after(2, 0).as_millis(), 500);
        assert_eq!(wait_after(40, 0).as_millis(), 15_000);
        assert!(wait_after(40, 15_000).as_millis() == 30_000);
    }
}
