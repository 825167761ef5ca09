//! The files of a package, wherever they lie: in the zip, or in a folder into which it was unpacked.
//!
//! Nothing is unpacked and nothing is believed: a file is a range of bytes, and what a zip says of it is a claim.

mod directory;
mod folder;
mod front;
mod member;
mod shape;
mod zip;

use std::path::Path;

pub(crate) use member::Member;
pub(crate) use shape::ZipShape;

use crate::{EvidenceError, Problem};

/// What problems of the zip as a whole are filed under: its directory is no file with a path.
pub(crate) const ZIP_DIRECTORY: &str = "zip directory";

/// A package that was opened.
pub(crate) struct Opened {
    /// Its files in the order in which they lie in it, each measured.
    pub(crate) members: Vec<Member>,
    /// The form of the zip; `None` for a folder.
    pub(crate) zip: Option<ZipShape>,
    /// What cannot be read at all, such as a symbolic link or a zip that is cut off.
    pub(crate) problems: Vec<Problem>,
}

/// Opens a package and measures every file in it.
pub(crate) fn open(path: &Path) -> Result<Opened, EvidenceError> {
    let about = std::fs::metadata(path).map_err(EvidenceError::io("read", path))?;
    if about.is_dir() { folder::open(path) } else { zip::open(path) }
}
