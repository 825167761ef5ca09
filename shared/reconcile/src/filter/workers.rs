//! Numbered tasks shared out among threads.
//!
//! When tasks fail, the error of the lowest number that was reached is the answer; no new task begins after the first.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::ReconcileError;

/// Carries out tasks `0..count` on up to `threads` threads. Each thread makes a state, works with it, and finishes it.
pub(crate) fn share_out<S>(
    count: usize,
    threads: usize,
    begin: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, usize) -> Result<(), ReconcileError> + Sync,
    finish: impl Fn(S) -> Result<(), ReconcileError> + Sync,
) -> Result<(), ReconcileError> {
    let next = AtomicUsize::new(0);
    let failed: Mutex<Option<(usize, ReconcileError)>> = Mutex::new(None);
    let fail = |task: usize, error| {
        next.store(count, Ordering::Relaxed);
        let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
        if failed.as_ref().is_none_or(|(first, _)| task < *first) {
            *failed = Some((task, error));
        }
    };
    let run = || {
        let mut state = begin();
        loop {
            let task = next.fetch_add(1, Ordering::Relaxed);
            if task >= count {
                break;
            }
            if let Err(error) = work(&mut state, task) {
                return fail(task, error);
            }
        }
        if let Err(error) = finish(state) {
            fail(count, error);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.clamp(1, count.max(1)) {
            scope.spawn(run);
        }
        run();
    });
    match failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some((_, error)) => Err(error),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::misfit;

    #[test]
    fn every_task_is_done_once_whatever_the_threads() {
        for threads in [0, 1, 2, 7] {
            let done: Vec<AtomicUsize> = (0..50).map(|_| AtomicUsize::new(0)).collect();
            let states = AtomicUsize::new(0);
            let finish = |()| {
                states.fetch_add(1, Ordering::Relaxed);
                Ok(())
            };
            let work = |(): &mut (), task: usize| {
                done[task].fetch_add(1, Ordering::Relaxed);
                Ok(())
            };
            share_out(50, threads, || (), work, finish).unwrap();
            assert!(done.iter().all(|count| count.load(Ordering::Relaxed) == 1));
            assert_eq!(states.load(Ordering::Relaxed), threads.max(1));
        }
    }

    #[test]
    fn a_failure_is_the_answer() {
        let work = |(): &mut (), task: usize| if task == 3 { Err(misfit("task 3", "")) } else { Ok(()) };
        let error = share_out(10, 1, || (), work, |()| Ok(())).unwrap_err();
        assert_eq!(error.to_string(), "task 3");
    }
}
