//! Reads the repository's text files: what git would track, whether or not it is committed yet.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ignore::{DirEntry, WalkBuilder};

use super::SourceFile;

/// The root of the repository that this crate was built in.
pub fn repository_root() -> io::Result<PathBuf> {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()
}

/// Every text file below `root` that `.gitignore` does not name, in order of path. A file with a NUL byte is no text.
pub fn read_repository(root: &Path) -> io::Result<Vec<SourceFile>> {
    let mut files = Vec::new();
    for entry in WalkBuilder::new(root).hidden(false).require_git(false).parents(false).filter_entry(is_ours).build() {
        let entry = entry.map_err(io::Error::other)?;
        if entry.file_type().is_some_and(|kind| kind.is_file()) {
            let bytes = fs::read(entry.path())?;
            if !bytes.contains(&0) {
                let path = relative(root, entry.path())?;
                files.push(SourceFile { path, text: String::from_utf8_lossy(&bytes).into_owned() });
            }
        }
    }
    files.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(files)
}

/// Whether an entry is the repository's own: neither git's data nor a build folder, wherever that was put.
fn is_ours(entry: &DirEntry) -> bool {
    entry.file_name() != ".git" && !entry.path().join("CACHEDIR.TAG").is_file()
}

fn relative(root: &Path, path: &Path) -> io::Result<String> {
    let below = path.strip_prefix(root).map_err(io::Error::other)?;
    let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
    Ok(parts.join("/"))
}
