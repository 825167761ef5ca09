//! A zip read from the back: the end record, and the directory that it points to.
//!
//! The records are read by their own lengths and then held against the one valid form for what they claim.

use std::io;

use super::front::{field_u16, field_u32, field_u64, local_header};
use super::zip::{Found, ZipBytes};
use crate::archive::{
    DIRECTORY_FIXED_BYTES, DIRECTORY_SIGNATURE, END_BYTES, END_SIGNATURE, Entry, ZIP64_END_BYTES, end_records,
};
use crate::member_path::MAX_PATH_BYTES;

/// The files that the directory lists.
pub(super) struct Directory {
    /// The files in order of their records.
    pub(super) found: Vec<Found>,
    /// Whether directory and end have the one valid form for what they claim, and the files fill everything before.
    pub(super) is_canonical: bool,
}

/// Where the directory lies, as the end record says.
struct End {
    entries: u64,
    offset: u64,
    /// Where the directory must end: the first byte of the end records.
    limit: u64,
}

/// Reads the directory; `None` when the end record does not lead to one.
pub(super) fn directory(zip: &ZipBytes) -> io::Result<Option<Directory>> {
    let Some(end) = end(zip)? else { return Ok(None) };
    let (mut found, mut bytes, mut at, mut is_canonical) = (Vec::new(), 0_u64, end.offset, true);
    while at < end.limit {
        let Some((entry, length)) = record(zip, at)? else { return Ok(None) };
        let canonical = entry.directory_record();
        is_canonical &= zip.read(at, canonical.len())? == canonical;
        bytes += canonical.len() as u64;
        at = at.saturating_add(length);
        found.push(with_local_header(zip, entry)?);
    }
    if at != end.limit || found.len() as u64 != end.entries {
        return Ok(None);
    }
    let files_end = found.iter().try_fold(0, |at, file| (file.entry.offset == at).then(|| file.entry.next_offset()));
    let canonical_end = end_records(end.entries, bytes, end.offset);
    is_canonical &= files_end == Some(end.offset) && zip.read(end.limit, canonical_end.len() + 1)? == canonical_end;
    if is_canonical {
        // The local headers may be damaged; in the valid form their lengths follow from the directory.
        for file in &mut found {
            file.data_offset = file.entry.data_offset();
        }
    }
    let fits = |file: &Found| file.data_offset.saturating_add(file.entry.size) <= end.offset;
    // Files that share bytes could make a small zip take for ever to read.
    let all_bytes = found.iter().fold(0_u64, |sum, file| sum.saturating_add(file.entry.size));
    let is_readable = found.iter().all(fits) && all_bytes <= end.offset;
    Ok(is_readable.then_some(Directory { found, is_canonical }))
}

fn end(zip: &ZipBytes) -> io::Result<Option<End>> {
    let Some(mut limit) = zip.size.checked_sub(END_BYTES) else { return Ok(None) };
    let record = zip.read(limit, 22)?;
    if !record.starts_with(&END_SIGNATURE) {
        return Ok(None);
    }
    let (mut entries, mut size) = (u64::from(field_u16(&record, 10)), u64::from(field_u32(&record, 12)));
    let mut offset = u64::from(field_u32(&record, 16));
    let is_zip64 = entries == u64::from(u16::MAX) || [size, offset].contains(&u64::from(u32::MAX));
    if is_zip64 && let Some(at) = limit.checked_sub(ZIP64_END_BYTES) {
        let record = zip.read(at, 56)?;
        (entries, size, offset) = (field_u64(&record, 32), field_u64(&record, 40), field_u64(&record, 48));
        limit = at;
    }
    let leads_there = offset.checked_add(size) == Some(limit);
    Ok(leads_there.then_some(End { entries, offset, limit }))
}

/// The record at `at` and its length; `None` when there is none, or one with a longer name than a file has.
fn record(zip: &ZipBytes, at: u64) -> io::Result<Option<(Entry, u64)>> {
    let fixed = zip.read(at, 46)?;
    if fixed.len() < 46 || !fixed.starts_with(&DIRECTORY_SIGNATURE) {
        return Ok(None);
    }
    let lengths = [28, 30, 32].map(|field| usize::from(field_u16(&fixed, field)));
    let [name_length, extra_length, comment_length] = lengths;
    if name_length > MAX_PATH_BYTES {
        return Ok(None);
    }
    let mut name = zip.read(at.saturating_add(DIRECTORY_FIXED_BYTES), name_length + extra_length)?;
    let extra = name.split_off(name_length.min(name.len()));
    let (mut size, mut offset) = (u64::from(field_u32(&fixed, 20)), u64::from(field_u32(&fixed, 42)));
    if extra.starts_with(&[1, 0]) {
        let mut value_at = 4;
        if size == u64::from(u32::MAX) {
            size = field_u64(&extra, value_at);
            value_at += 16; // both sizes
        }
        if offset == u64::from(u32::MAX) {
            offset = field_u64(&extra, value_at);
        }
    }
    let entry = Entry { name, size, crc: field_u32(&fixed, 16), offset };
    Ok(Some((entry, DIRECTORY_FIXED_BYTES + (name_length + extra_length + comment_length) as u64)))
}

/// Adds what the local header says: where the bytes begin, and the name if it is another one.
fn with_local_header(zip: &ZipBytes, entry: Entry) -> io::Result<Found> {
    let (data_offset, other_name) = match local_header(zip, entry.offset)? {
        Some(local) => (local.data_offset, (local.entry.name != entry.name).then_some(local.entry.name)),
        None => (entry.data_offset(), None),
    };
    Ok(Found { entry, data_offset, other_name })
}
