//! A zip read from the front: from local header to local header, until something else begins.
//!
//! This view needs nothing of the directory at the end, so it still names the files when the directory is damaged.

use std::io;

use super::zip::{Found, ZipBytes};
use crate::archive::{Entry, LOCAL_FIXED_BYTES, LOCAL_SIGNATURE};
use crate::member_path::MAX_PATH_BYTES;

/// The files that stand one after the other from the front.
pub(super) struct Front {
    /// The files, up to the first place where none begins.
    pub(super) found: Vec<Found>,
    /// That place, in bytes from the start.
    pub(super) end: u64,
    /// Name of the file that would reach beyond the end of the zip.
    pub(super) cut_off: Option<String>,
    /// Whether every local header has the one valid form for what it claims.
    pub(super) is_canonical: bool,
}

/// A local header as it stands in the zip.
pub(super) struct LocalHeader {
    pub(super) entry: Entry,
    /// Where the file's bytes begin, by the header's own lengths.
    pub(super) data_offset: u64,
}

/// Walks from local header to local header.
pub(super) fn walk(zip: &ZipBytes) -> io::Result<Front> {
    let mut front = Front { found: Vec::new(), end: 0, cut_off: None, is_canonical: true };
    while let Some(LocalHeader { entry, data_offset }) = local_header(zip, front.end)? {
        let next = data_offset.saturating_add(entry.size);
        if next > zip.size {
            front.cut_off = Some(String::from_utf8_lossy(&entry.name).into_owned());
            break;
        }
        let canonical = entry.local_header();
        front.is_canonical &= zip.read(front.end, canonical.len())? == canonical;
        front.found.push(Found { entry, data_offset, other_name: None });
        front.end = next;
    }
    Ok(front)
}

/// The local header at `offset`; `None` when there is none, or one with a longer name than a file of a package has.
pub(super) fn local_header(zip: &ZipBytes, offset: u64) -> io::Result<Option<LocalHeader>> {
    let fixed = zip.read(offset, 30)?;
    if fixed.len() < 30 || !fixed.starts_with(&LOCAL_SIGNATURE) {
        return Ok(None);
    }
    let name_length = usize::from(field_u16(&fixed, 26));
    let extra_length = usize::from(field_u16(&fixed, 28));
    if name_length > MAX_PATH_BYTES {
        return Ok(None);
    }
    let mut name = zip.read(offset.saturating_add(LOCAL_FIXED_BYTES), name_length + extra_length)?;
    let extra = name.split_off(name_length.min(name.len()));
    let mut size = u64::from(field_u32(&fixed, 18));
    if size == u64::from(u32::MAX) && extra.starts_with(&[1, 0]) {
        size = field_u64(&extra, 4);
    }
    let entry = Entry { name, size, crc: field_u32(&fixed, 14), offset };
    let data_offset = offset.saturating_add(LOCAL_FIXED_BYTES + (name_length + extra_length) as u64);
    Ok(Some(LocalHeader { entry, data_offset }))
}

/// The little-endian 16-bit number at `at`; zero beyond the end.
pub(super) fn field_u16(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes(field(bytes, at))
}

/// The little-endian 32-bit number at `at`; zero beyond the end.
pub(super) fn field_u32(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(field(bytes, at))
}

/// The little-endian 64-bit number at `at`; zero beyond the end.
pub(super) fn field_u64(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(field(bytes, at))
}

fn field<const LENGTH: usize>(bytes: &[u8], at: usize) -> [u8; LENGTH] {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or([0; LENGTH])
}
