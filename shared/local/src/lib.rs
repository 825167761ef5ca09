//! The ports on one machine, and the program `tieout`.
//!
//! The store is a folder, the clock is the system's, mail goes to an outbox folder; nothing has to be installed.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking"))]

mod folder_store;
mod library;
mod machine_secrets;
mod outbox;
pub mod program;
mod run_folder;
mod system_clock;
mod system_pause;
mod terminal_progress;

pub use folder_store::FolderStore;
pub use library::{Library, LibraryError};
pub use machine_secrets::MachineSecrets;
pub use outbox::Outbox;
pub use run_folder::{RunFolderError, RunVerification, verify_run};
pub use system_clock::SystemClock;
pub use system_pause::SystemPause;
pub use terminal_progress::{PlainProgress, TerminalProgress, progress_for};
