//! The folders that must be gone when the program ends, however it ends.
//!
//! An interruption comes on a thread of its own while others still write: from the moment it is noted here nothing
//! more is committed, and what a writer then fails with is no answer.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How often a folder is removed while a writer may still add to it.
const ATTEMPTS: usize = 5;

/// Folders to clear away, known to the thread that waits for an interruption.
#[derive(Debug, Clone, Default)]
pub(super) struct Leftovers(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    folders: Vec<PathBuf>,
    interrupted: bool,
}

impl Leftovers {
    /// Notes a folder that exists, or is about to.
    pub(super) fn note(&self, folder: &Path) {
        self.known().folders.push(folder.to_owned());
    }

    /// Does what must not be cut in two by an interruption; `None` when there was one.
    pub(super) fn unless_interrupted<T>(&self, act: impl FnOnce() -> T) -> Option<T> {
        let known = self.known();
        (!known.interrupted).then(act)
    }

    /// Clears everything away because the program is interrupted.
    pub(super) fn clear(&self) {
        let mut known = self.known();
        known.interrupted = true;
        for folder in std::mem::take(&mut known.folders) {
            let removed = (0..ATTEMPTS).any(|_| std::fs::remove_dir_all(&folder).is_ok() || !folder.exists());
            if !removed {
                eprintln!("tieout: '{}' could not be removed and may be deleted", folder.display());
            }
        }
    }

    /// Waits for the end of the process if it was interrupted: the thread that cleared away ends it.
    pub(super) fn end_if_interrupted(&self) {
        while self.known().interrupted {
            std::thread::park();
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // Whoever panicked did so after the list was whole again.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_an_interruption_nothing_is_left_and_nothing_is_committed() {
        let folder = tempfile::tempdir().unwrap();
        let staged = folder.path().join("staged");
        std::fs::create_dir_all(staged.join("inner")).unwrap();
        let leftovers = Leftovers::default();
        leftovers.note(&staged);
        assert_eq!(leftovers.unless_interrupted(|| 1), Some(1));
        leftovers.clone().clear();
        assert!(!staged.exists());
        assert_eq!(leftovers.unless_interrupted(|| 1), None);
    }
}
