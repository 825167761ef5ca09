//! Writes an evidence package: a zip of stored files with one valid form for given files.
//!
//! Equal files and an equal header give equal bytes; clock, machine and order of the list have no say.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use tieout_model::{Artifact, Digest};

use crate::manifest::{CHECKSUMS_FILE, CLOSING_FILES, MANIFEST_FILE, README_FILE, checksum_line};
use crate::member_path::{parents, path_problem};
use crate::zip_writer::ZipWriter;
use crate::{EvidenceError, PACKAGE_SCHEMA, PackageHeader, PackageManifest};

/// The text for the person who opens the package. It says nothing of one run, so it can be read in advance.
const README: &str = include_str!("README.txt");

/// Where the bytes of a file come from.
#[derive(Debug, Clone)]
pub enum Content {
    /// These bytes.
    Bytes(Vec<u8>),
    /// The bytes of this file, which is streamed and may have any size.
    File(PathBuf),
}

/// A file that goes into a package.
#[derive(Debug, Clone)]
pub struct PackageFile {
    /// Path inside the package with `/` between its parts, such as `data/orders/rows.parquet`.
    pub path: String,
    /// Its bytes.
    pub content: Content,
}

/// Size and digest of a package that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// Length of the zip in bytes.
    pub size_bytes: u64,
    /// SHA-256 of the zip.
    pub digest: Digest,
}

/// Writes the package to `to`, replacing what is there, and says what was written.
///
/// The zip has `files` in order of path, then `README.txt`, `manifest.json` and `checksums.sha256`, which the
/// writer makes. Refuses a path that is absolute, climbs out, occurs twice, is the folder of another, is one of the
/// three closing names, or has control characters, backslashes or colons. After an error `to` is not a package.
pub fn write_package(header: &PackageHeader, files: Vec<PackageFile>, to: &Path) -> Result<Stored, EvidenceError> {
    let files = in_order(files)?;
    let mut zip = ZipWriter::create(to)?;
    let mut listed = Vec::with_capacity(files.len() + 1);
    for file in files {
        let member = match &file.content {
            Content::Bytes(bytes) => zip.add_bytes(&file.path, bytes)?,
            Content::File(from) => zip.add_file(&file.path, from)?,
        };
        listed.push(member);
    }
    listed.push(zip.add_bytes(README_FILE, README.as_bytes())?);
    let manifest = PackageManifest { schema: PACKAGE_SCHEMA, header: header.clone(), files: listed };
    let of_manifest = zip.add_bytes(MANIFEST_FILE, &manifest.to_bytes()?)?;
    zip.add_bytes(CHECKSUMS_FILE, checksums(&manifest.files, &of_manifest).as_bytes())?;
    let (digest, size_bytes) = zip.finish()?;
    Ok(Stored { size_bytes, digest })
}

/// The text of `checksums.sha256`.
fn checksums(files: &[Artifact], manifest: &Artifact) -> String {
    files.iter().chain([manifest]).map(|file| checksum_line(file.digest, &file.path)).collect()
}

/// The files by path, every path checked.
fn in_order(mut files: Vec<PackageFile>) -> Result<Vec<PackageFile>, EvidenceError> {
    files.sort_by(|left, right| left.path.cmp(&right.path));
    let mut paths: BTreeSet<&str> = CLOSING_FILES.into();
    for file in &files {
        let problem = path_problem(&file.path).or_else(|| {
            let is_new = paths.insert(&file.path);
            (!is_new).then_some("is taken by another file of the package")
        });
        if let Some(why) = problem {
            return Err(refused(&file.path, why));
        }
    }
    for file in &files {
        if parents(&file.path).any(|folder| paths.contains(folder)) {
            return Err(refused(&file.path, "lies in a folder whose name is taken by a file"));
        }
    }
    Ok(files)
}

fn refused(path: &str, why: &'static str) -> EvidenceError {
    EvidenceError::PathRefused { path: path.escape_debug().to_string(), why }
}
