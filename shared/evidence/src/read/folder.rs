//! A package that was unpacked into a folder.
//!
//! Only regular files count; a link could show the verifier something else than the next reader.

use std::fs;
use std::path::Path;

use super::member::Place;
use super::{Member, Opened};
use crate::manifest::rank;
use crate::{EvidenceError, Problem};

/// Reads a folder: its files in the order in which a zip has them.
pub(super) fn open(root: &Path) -> Result<Opened, EvidenceError> {
    let mut opened = Opened { members: Vec::new(), zip: None, problems: Vec::new() };
    add_folder(root, "", &mut opened)?;
    opened.members.sort_by(|left, right| rank(&left.path).cmp(&rank(&right.path)));
    opened.problems.sort_by(|left, right| left.file.cmp(&right.file));
    Ok(opened)
}

fn add_folder(folder: &Path, prefix: &str, opened: &mut Opened) -> Result<(), EvidenceError> {
    for item in fs::read_dir(folder).map_err(EvidenceError::io("list", folder))? {
        let item = item.map_err(EvidenceError::io("list", folder))?;
        let at = item.path();
        let path = format!("{prefix}{}", item.file_name().to_string_lossy());
        let about = fs::symlink_metadata(&at).map_err(EvidenceError::io("read", &at))?;
        if about.is_dir() {
            add_folder(&at, &format!("{path}/"), opened)?;
        } else if about.is_file() {
            opened.members.push(Member::measure(path, Place::whole(&at, about.len()))?);
        } else {
            opened.problems.push(Problem::new(&path, "is a link or a device, where a package has files"));
        }
    }
    Ok(())
}
