//! An Excel workbook in memory, checked before any of it is believed.
//!
//! The archive is unpacked once only to verify its checksums, which a reader that stops at the end of a sheet never
//! reaches, and to learn its true size: a small archive can hold more than the machine has memory.

use std::fs::File;
use std::io::{Cursor, Read};

use calamine::{Reader, SheetType, Xlsx, XlsxError};
use tieout_model::{ReasonCode, Sha256Stream};
use tieout_pipeline::ports::SourceError;
use zip::ZipArchive;

use super::folder::InputFile;
use super::input::{Origin, open};
use super::nearest::nearest;
use super::refusal::{refused, transient, unreadable};

/// The largest workbook, in bytes on the disk. A full sheet of a million rows stays below it.
const MAX_WORKBOOK_BYTES: u64 = 256 * 1024 * 1024;

/// The largest table of shared strings, which is held in memory, in bytes.
const MAX_STRINGS_BYTES: u64 = 512 * 1024 * 1024;

/// The largest of all other members of the archive, in bytes.
const MAX_MEMBER_BYTES: u64 = 8 * 1024 * 1024 * 1024;

const OPEN_AND_SAVE: &str = "open it in Excel and save it as .xlsx, or deliver the file again";

/// A workbook that lies in memory.
pub(super) type Workbook = Xlsx<Cursor<Vec<u8>>>;

/// Reads a workbook whole and opens it.
pub(super) fn load(file: &InputFile) -> Result<(Workbook, Origin), SourceError> {
    let name = &file.name;
    let bytes = read_whole(open(file)?, name)?;
    let mut hash = Sha256Stream::default();
    hash.update(&bytes);
    let (digest, size_bytes) = hash.finish();
    // A workbook with a password is another kind of file; the archive check would only call it damaged.
    let is_compound = bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]);
    if !is_compound {
        verify_archive(&bytes, name)?;
    }
    let workbook = Xlsx::new(Cursor::new(bytes)).map_err(|error| broken(name, &error))?;
    Ok((workbook, Origin { name: name.clone(), size_bytes, digest, notes: Vec::new() }))
}

/// The name of the sheet to read: the declared one, or the only one.
pub(super) fn sheet_name(workbook: &Workbook, declared: Option<&str>, file: &str) -> Result<String, SourceError> {
    let sheets = workbook.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let names: Vec<&str> = sheets.map(|sheet| sheet.name.as_str()).collect();
    match (declared, names.as_slice()) {
        (Some(declared), names) if names.contains(&declared) => Ok(declared.to_owned()),
        (Some(declared), names) => {
            let near = nearest(declared, names.iter().copied());
            let cure = near.map_or_else(
                || format!("set `sheet` to one of: '{}'", names.join("', '")),
                |near| format!("did you mean '{near}'?"),
            );
            Err(refused(ReasonCode::DatasetMissing, format!("{file} has no sheet '{declared}'"), cure))
        }
        (None, [only]) => Ok((*only).to_owned()),
        (None, names) => {
            let detail = format!("{file} has {} sheets, and the definition names none", names.len());
            Err(unreadable(detail, format!("set `sheet` to one of: '{}'", names.join("', '"))))
        }
    }
}

/// The workbook does not hold what an Excel workbook holds.
pub(super) fn broken(name: &str, error: &XlsxError) -> SourceError {
    let what = match error {
        XlsxError::Password => "is protected by a password".to_owned(),
        XlsxError::FileNotFound(member) => format!("is not a whole Excel workbook: it lacks {member}"),
        // The other errors may quote a cell.
        _ => "is damaged or not an Excel workbook".to_owned(),
    };
    unreadable(format!("{name} {what}"), OPEN_AND_SAVE)
}

fn read_whole(file: File, name: &str) -> Result<Vec<u8>, SourceError> {
    let mut bytes = Vec::new();
    file.take(MAX_WORKBOOK_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| transient(format!("{name} could not be read to its end ({})", error.kind())))?;
    if bytes.len() as u64 > MAX_WORKBOOK_BYTES {
        return Err(unreadable(format!("{name} is larger than 256 MiB"), "deliver the data as CSV or Parquet"));
    }
    Ok(bytes)
}

/// Unpacks every member to nowhere: a wrong checksum, an encrypted or an oversized member is refused.
fn verify_archive(bytes: &[u8], name: &str) -> Result<(), SourceError> {
    let damaged = || unreadable(format!("{name} is damaged or not an Excel workbook"), OPEN_AND_SAVE);
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    for index in 0..archive.len() {
        let member = archive.by_index(index).map_err(|_| damaged())?;
        let path = member.name().map_err(|_| damaged())?;
        let is_strings = path.to_ascii_lowercase().ends_with("sharedstrings.xml");
        let limit = if is_strings { MAX_STRINGS_BYTES } else { MAX_MEMBER_BYTES };
        let size = std::io::copy(&mut member.take(limit + 1), &mut std::io::sink()).map_err(|_| damaged())?;
        if size > limit {
            let detail = format!("{name} unpacks to more than a workbook of this kind can hold");
            return Err(unreadable(detail, "deliver the data as CSV or Parquet"));
        }
    }
    Ok(())
}
