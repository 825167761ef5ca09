//! Why a sample could not be written.
//!
//! Every message names the argument or the place, and what to do about it.

use std::path::PathBuf;

/// Why a sample could not be written.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// An argument that no sample can be made from.
    #[error("{argument} {problem}; {cure}")]
    Argument {
        /// The argument as it is spelled on the command line.
        argument: String,
        /// What is wrong with it.
        problem: String,
        /// What to do.
        cure: String,
    },
    /// The folder cannot take the sample.
    #[error("{argument} '{}' {problem}; choose another folder, or empty it", path.display())]
    Folder {
        /// The argument as it is spelled on the command line.
        argument: &'static str,
        /// The folder.
        path: PathBuf,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A file could not be written.
    #[error("'{}' could not be written; look at the space and the permissions there", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl SampleError {
    pub(crate) fn argument(argument: &str, problem: impl Into<String>, cure: impl Into<String>) -> Self {
        Self::Argument { argument: argument.to_owned(), problem: problem.into(), cure: cure.into() }
    }

    pub(crate) fn file(path: impl Into<PathBuf>, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::File { path: path.into(), source: source.into() }
    }
}
