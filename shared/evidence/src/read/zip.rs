//! A package as a zip: which of its two lists of files holds together, and the files that it names.
//!
//! A zip says everything twice, in front of each file and in its directory. Where one of the two is damaged the
//! other one still finds every file and names the place.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use super::directory::directory;
use super::front::walk;
use super::member::Place;
use super::shape::ZipShape;
use super::{Member, Opened, ZIP_DIRECTORY};
use crate::archive::Entry;
use crate::manifest::{CLOSING_FILES, parse_checksum_line};
use crate::{EvidenceError, Problem};

/// The most that is read of a list of checksums only to tell two names apart.
const MAX_NAMES_BYTES: u64 = 64 * 1024 * 1024;

/// A file that a list names.
pub(super) struct Found {
    /// What the list says of it.
    pub(super) entry: Entry,
    /// Where its bytes begin.
    pub(super) data_offset: u64,
    /// The name in its local header, where the directory has another one.
    pub(super) other_name: Option<Vec<u8>>,
}

/// Reads a zip: its files in the order of the list that holds together.
pub(super) fn open(path: &Path) -> Result<Opened, EvidenceError> {
    let (zip, found, problems) = read(path).map_err(EvidenceError::io("read", path))?;
    let offsets = found.iter().map(|file| file.entry.offset).collect();
    let members = found.into_iter().map(|file| {
        let place = Place { file: path.to_owned(), offset: file.data_offset, size: file.entry.size };
        let name = String::from_utf8_lossy(&file.entry.name).into_owned();
        Ok(Member { recorded_crc: Some(file.entry.crc), ..Member::measure(name, place)? })
    });
    let members = members.collect::<Result<Vec<_>, EvidenceError>>()?;
    Ok(Opened { members, zip: Some(ZipShape { zip, offsets }), problems })
}

fn read(path: &Path) -> io::Result<(ZipBytes, Vec<Found>, Vec<Problem>)> {
    let zip = ZipBytes::open(path)?;
    let (mut found, problems) = files(&zip)?;
    settle_names(&zip, &mut found)?;
    Ok((zip, found, problems))
}

/// The files by the list that holds together, and a problem when neither does.
fn files(zip: &ZipBytes) -> io::Result<(Vec<Found>, Vec<Problem>)> {
    let mut directory = directory(zip)?;
    if let Some(valid) = directory.take_if(|directory| directory.is_canonical) {
        return Ok((valid.found, Vec::new()));
    }
    let front = walk(zip)?;
    if front.is_canonical && front.cut_off.is_none() && !front.found.is_empty() {
        return Ok((front.found, Vec::new()));
    }
    // Not a package as the writer makes it. What can be read is still compared, to name what else is wrong.
    if let Some(readable) = directory {
        return Ok((readable.found, Vec::new()));
    }
    let problem = match front.cut_off {
        Some(name) => Problem::new(&name, "is cut off: the zip ends before the file does"),
        None => Problem::new(ZIP_DIRECTORY, "cannot be read: this is not a whole zip"),
    };
    Ok((front.found, vec![problem]))
}

/// Where directory and local header call a file differently, takes the name that the checksums know.
fn settle_names(zip: &ZipBytes, found: &mut [Found]) -> io::Result<()> {
    if found.iter().all(|file| file.other_name.is_none()) {
        return Ok(());
    }
    let mut known: BTreeSet<Vec<u8>> = CLOSING_FILES.map(|name| name.as_bytes().to_vec()).into();
    // The checksums are the last file, whatever they are called.
    if let Some(last) = found.last().filter(|last| last.entry.size <= MAX_NAMES_BYTES) {
        let text = zip.read(last.data_offset, usize::try_from(last.entry.size).unwrap_or(0))?;
        let text = String::from_utf8_lossy(&text);
        known.extend(text.lines().filter_map(parse_checksum_line).map(|(_, path)| path.as_bytes().to_vec()));
    }
    for file in found {
        let is_known = |name: &Vec<u8>| known.contains(name);
        if let Some(other) = file.other_name.take_if(|other| is_known(other))
            && !is_known(&file.entry.name)
        {
            file.entry.name = other;
        }
    }
    Ok(())
}

/// The bytes of a zip.
pub(super) struct ZipBytes {
    file: File,
    /// Length in bytes.
    pub(super) size: u64,
}

impl ZipBytes {
    fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        Ok(Self { file, size })
    }

    /// At most `length` bytes from `offset` on; fewer at the end of the file.
    pub(super) fn read(&self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        if offset < self.size {
            let mut file = &self.file;
            file.seek(SeekFrom::Start(offset))?;
            file.take(length as u64).read_to_end(&mut bytes)?;
        }
        Ok(bytes)
    }
}
