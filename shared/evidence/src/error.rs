//! Why a package could not be written or read: places and cures, never the contents of a file.
//!
//! A package that was changed is not an error: the verifier answers with problems. These are for what stands in the
//! way of an answer.

use std::io;
use std::path::PathBuf;

/// Why a package could not be written, or could not be verified at all.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// A file or folder on this machine could not be used.
    #[error("could not {action} '{}'", path.display())]
    Io {
        /// What was tried: `read`, `write`, `list`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file cannot stand in a package under this path.
    #[error("'{path}' cannot be a path inside an evidence package: it {why}; name the file differently")]
    PathRefused {
        /// The path, control characters escaped.
        path: String,
        /// What is wrong with it, such as `has a '..' part`.
        why: &'static str,
    },
    /// A file was written to while it was packed.
    #[error("'{}' changed while it was packed as '{member}'; let nothing write to it and run again", path.display())]
    FileChanged {
        /// The file.
        path: PathBuf,
        /// Its path inside the package.
        member: String,
    },
    /// A manifest could not be put into JSON.
    #[error("could not write the package's manifest")]
    Json(#[from] serde_json::Error),
}

impl EvidenceError {
    /// Wraps an error of the file system: `action` is a verb such as `read`.
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }
}
