//! The form of a zip against the one valid form for its files.
//!
//! Headers, directory and end are made anew and compared byte for byte, so that no byte of a package is left out:
//! what is not checked here is the content of a file, which has its digest.

use std::io;

use super::zip::ZipBytes;
use super::{Member, ZIP_DIRECTORY};
use crate::Problem;
use crate::archive::{Entry, end_records};

/// The bytes of a zip, and where its files stand in it.
pub(crate) struct ZipShape {
    pub(super) zip: ZipBytes,
    /// Where each file's local header begins, in the order of the members.
    pub(super) offsets: Vec<u64>,
}

impl ZipShape {
    /// What differs from the valid form, in the order of the zip. `members` are those of the same package.
    pub(crate) fn problems(&self, members: &[Member]) -> io::Result<Vec<Problem>> {
        let (mut problems, mut entries, mut offset) = (Vec::new(), Vec::with_capacity(members.len()), 0);
        for (member, &found_at) in members.iter().zip(&self.offsets) {
            if found_at != offset {
                let what = format!("begins at byte {found_at} of the zip, where it must begin at byte {offset}");
                problems.push(Problem::new(&member.path, what));
                return Ok(problems);
            }
            let name = member.path.as_bytes().to_vec();
            let entry = Entry { name, size: member.measured.size, crc: member.measured.crc, offset };
            if let Some(at) = self.difference(offset, &entry.local_header())? {
                let what = format!("the zip's header in front of it is not the one that belongs to it (byte {at})");
                problems.push(Problem::new(&member.path, what));
            }
            offset = entry.next_offset();
            entries.push((entry, &member.path));
        }
        problems.extend(self.directory_problems(&entries, offset)?);
        Ok(problems)
    }

    /// What differs in the directory and the end, which begin at `start`.
    fn directory_problems(&self, entries: &[(Entry, &String)], start: u64) -> io::Result<Vec<Problem>> {
        let (mut problems, mut at) = (Vec::new(), start);
        for (entry, path) in entries {
            let record = entry.directory_record();
            if let Some(at) = self.difference(at, &record)? {
                let what = format!("its record in the zip's directory is not the one that belongs to it (byte {at})");
                problems.push(Problem::new(path, what));
            }
            at = at.saturating_add(record.len() as u64);
        }
        let end = end_records(entries.len() as u64, at.saturating_sub(start), start);
        if let Some(at) = self.difference(at, &end)? {
            problems
                .push(Problem::new(ZIP_DIRECTORY, format!("its end is not the one that belongs to it (byte {at})")));
        }
        let end_at = at.saturating_add(end.len() as u64);
        if self.zip.size != end_at {
            let what = format!("the zip has {} bytes, where its files and directory make {end_at}", self.zip.size);
            problems.push(Problem::new(ZIP_DIRECTORY, what));
        }
        Ok(problems)
    }

    /// The first byte of the zip from `offset` on that is not as expected.
    fn difference(&self, offset: u64, expected: &[u8]) -> io::Result<Option<u64>> {
        let found = self.zip.read(offset, expected.len())?;
        let same = found.iter().zip(expected).take_while(|(found, expected)| found == expected).count();
        Ok((same < expected.len()).then(|| offset.saturating_add(same as u64)))
    }
}
