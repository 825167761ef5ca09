//! The bytes of a package's zip around its files: local headers, directory records, the end.
//!
//! For given paths and contents there is exactly one valid form, so every byte of a package can be recomputed.
//! Writer and verifier both take it from here; the README of this crate spells it out for other verifiers.

/// Signature in front of a file's local header.
pub(crate) const LOCAL_SIGNATURE: [u8; 4] = *b"PK\x03\x04";
/// Signature of a directory record.
pub(crate) const DIRECTORY_SIGNATURE: [u8; 4] = *b"PK\x01\x02";
/// Signature of the record that ends the directory.
pub(crate) const END_SIGNATURE: [u8; 4] = *b"PK\x05\x06";
/// Length of a local header before its name.
pub(crate) const LOCAL_FIXED_BYTES: u64 = 30;
/// Length of a directory record before its name.
pub(crate) const DIRECTORY_FIXED_BYTES: u64 = 46;
/// Length of the end record, which has no comment.
pub(crate) const END_BYTES: u64 = 22;
/// Length of the two ZIP64 records in front of the end record.
pub(crate) const ZIP64_END_BYTES: u64 = 56 + 20;

const ZIP64_END_SIGNATURE: [u8; 4] = *b"PK\x06\x06";
const ZIP64_LOCATOR_SIGNATURE: [u8; 4] = *b"PK\x06\x07";
/// Version 4.5 of the format, the one with ZIP64.
const VERSION_ZIP64: u16 = 45;
/// Version 1.0: stored entries.
const VERSION_STORED: u16 = 10;
/// Made by version 4.5 on a Unix-like system, so that permissions are understood.
const MADE_BY: u16 = 3 << 8 | VERSION_ZIP64;
/// Bit 11: names are UTF-8. No other flag is set.
const FLAGS: u16 = 1 << 11;
/// Midnight.
const TIME: u16 = 0;
/// 1980-01-01, the first day that a zip can name.
const DATE: u16 = 1 << 5 | 1;
/// A regular file with permissions `rw-r--r--`.
const ATTRIBUTES: u32 = 0o100_644 << 16;
/// A 32-bit field with this value has its real value in a ZIP64 field.
const IN_ZIP64_32: u32 = u32::MAX;
/// A 16-bit field with this value has its real value in a ZIP64 field.
const IN_ZIP64_16: u16 = u16::MAX;
/// The extra field that holds 64-bit values.
const ZIP64_EXTRA: u16 = 1;

/// A file in a zip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Path inside the package, as its UTF-8 bytes.
    pub(crate) name: Vec<u8>,
    /// Length of the file in bytes.
    pub(crate) size: u64,
    /// CRC-32 (IEEE) of the file.
    pub(crate) crc: u32,
    /// Where its local header begins, in bytes from the start of the zip.
    pub(crate) offset: u64,
}

impl Entry {
    /// The local header, which stands directly in front of the file's bytes.
    pub(crate) fn local_header(&self) -> Vec<u8> {
        let zip64 = is_large(self.size);
        let mut bytes = Vec::with_capacity(64 + self.name.len());
        bytes.extend(LOCAL_SIGNATURE);
        put_u16(&mut bytes, if zip64 { VERSION_ZIP64 } else { VERSION_STORED });
        self.put_common(&mut bytes);
        put_u16(&mut bytes, if zip64 { 20 } else { 0 });
        bytes.extend(&self.name);
        if zip64 {
            put_u16(&mut bytes, ZIP64_EXTRA);
            put_u16(&mut bytes, 16);
            put_u64(&mut bytes, self.size);
            put_u64(&mut bytes, self.size);
        }
        bytes
    }

    /// The record in the directory.
    pub(crate) fn directory_record(&self) -> Vec<u8> {
        let mut extra = Vec::new();
        if is_large(self.size) {
            put_u64(&mut extra, self.size);
            put_u64(&mut extra, self.size);
        }
        if is_large(self.offset) {
            put_u64(&mut extra, self.offset);
        }
        let mut bytes = Vec::with_capacity(96 + self.name.len());
        bytes.extend(DIRECTORY_SIGNATURE);
        put_u16(&mut bytes, MADE_BY);
        put_u16(&mut bytes, if extra.is_empty() { VERSION_STORED } else { VERSION_ZIP64 });
        self.put_common(&mut bytes);
        put_u16(&mut bytes, if extra.is_empty() { 0 } else { narrow_u16(extra.len() as u64 + 4) });
        put_u16(&mut bytes, 0); // comment length
        put_u16(&mut bytes, 0); // disk number
        put_u16(&mut bytes, 0); // internal attributes
        put_u32(&mut bytes, ATTRIBUTES);
        put_u32(&mut bytes, narrow_u32(self.offset));
        bytes.extend(&self.name);
        if !extra.is_empty() {
            put_u16(&mut bytes, ZIP64_EXTRA);
            put_u16(&mut bytes, narrow_u16(extra.len() as u64));
            bytes.extend(extra);
        }
        bytes
    }

    /// Where the local header of the next file begins.
    pub(crate) fn next_offset(&self) -> u64 {
        self.data_offset().saturating_add(self.size)
    }

    /// Where the file's bytes begin.
    pub(crate) fn data_offset(&self) -> u64 {
        let extra = if is_large(self.size) { 20 } else { 0 };
        self.offset.saturating_add(LOCAL_FIXED_BYTES + extra + self.name.len() as u64)
    }

    /// What both headers share: flags to the length of the name.
    fn put_common(&self, bytes: &mut Vec<u8>) {
        put_u16(bytes, FLAGS);
        put_u16(bytes, 0); // method: stored
        put_u16(bytes, TIME);
        put_u16(bytes, DATE);
        put_u32(bytes, self.crc);
        put_u32(bytes, narrow_u32(self.size)); // compressed size
        put_u32(bytes, narrow_u32(self.size));
        put_u16(bytes, narrow_u16(self.name.len() as u64));
    }
}

/// The end of a zip whose directory has `entries` records in `size` bytes from `offset` on.
pub(crate) fn end_records(entries: u64, size: u64, offset: u64) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(98);
    if entries >= u64::from(IN_ZIP64_16) || is_large(size) || is_large(offset) {
        bytes.extend(ZIP64_END_SIGNATURE);
        put_u64(&mut bytes, 44); // length of the rest of this record
        put_u16(&mut bytes, MADE_BY);
        put_u16(&mut bytes, VERSION_ZIP64);
        put_u32(&mut bytes, 0); // this disk
        put_u32(&mut bytes, 0); // disk of the directory
        put_u64(&mut bytes, entries); // on this disk
        put_u64(&mut bytes, entries);
        put_u64(&mut bytes, size);
        put_u64(&mut bytes, offset);
        bytes.extend(ZIP64_LOCATOR_SIGNATURE);
        put_u32(&mut bytes, 0); // disk of the record above
        put_u64(&mut bytes, offset.saturating_add(size));
        put_u32(&mut bytes, 1); // disks
    }
    bytes.extend(END_SIGNATURE);
    put_u16(&mut bytes, 0); // this disk
    put_u16(&mut bytes, 0); // disk of the directory
    put_u16(&mut bytes, narrow_u16(entries));
    put_u16(&mut bytes, narrow_u16(entries));
    put_u32(&mut bytes, narrow_u32(size));
    put_u32(&mut bytes, narrow_u32(offset));
    put_u16(&mut bytes, 0); // comment length
    bytes
}

/// Whether a value needs a ZIP64 field.
fn is_large(value: u64) -> bool {
    value >= u64::from(IN_ZIP64_32)
}

fn narrow_u32(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(IN_ZIP64_32)
}

fn narrow_u16(value: u64) -> u16 {
    u16::try_from(value).unwrap_or(IN_ZIP64_16)
}

fn put_u16(bytes: &mut Vec<u8>, value: u16) {
    bytes.extend(value.to_le_bytes());
}

fn put_u32(bytes: &mut Vec<u8>, value: u32) {
    bytes.extend(value.to_le_bytes());
}

fn put_u64(bytes: &mut Vec<u8>, value: u64) {
    bytes.extend(value.to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::io::{Read, Seek, SeekFrom, Write};

    fn entry(name: &str, size: u64, crc: u32, offset: u64) -> Entry {
        Entry { name: name.as_bytes().to_vec(), size, crc, offset }
    }

    #[test]
    fn the_form_is_fixed_byte_by_byte() {
        let entry = entry("a.txt", 3, 0x0403_0201, 0);
        let common = [0, 8, 0, 0, 0, 0, 0x21, 0, 1, 2, 3, 4, 3, 0, 0, 0, 3, 0, 0, 0, 5, 0];
        let local: Vec<u8> = [b"PK\x03\x04\x0a\0".as_slice(), &common, b"\0\0a.txt"].concat();
        assert_eq!(entry.local_header(), local);
        let tail = b"\0\0\0\0\0\0\0\0\0\0\xa4\x81\0\0\0\0a.txt";
        let record: Vec<u8> = [b"PK\x01\x02\x2d\x03\x0a\0".as_slice(), &common, tail].concat();
        assert_eq!(entry.directory_record(), record);
        let end = b"PK\x05\x06\0\0\0\0\x01\0\x01\0\x33\0\0\0\x26\0\0\0\0\0";
        assert_eq!(end_records(1, 51, 38), end);
        assert_eq!((entry.data_offset(), entry.next_offset()), (35, 38));
    }

    #[test]
    fn a_common_reader_finds_files_beyond_four_gigabytes() {
        const SIZE: u64 = 5 * 1024 * 1024 * 1024;
        let large = entry("large", SIZE, 0, 0);
        let text = b"behind it";
        let mut crc = crc32fast::Hasher::new();
        crc.update(text);
        let small = entry("small", text.len() as u64, crc.finalize(), large.next_offset());
        // The large file is a hole, so that the test writes a few hundred bytes only.
        let mut zip: File = tempfile::tempfile().unwrap();
        zip.write_all(&large.local_header()).unwrap();
        zip.seek(SeekFrom::Start(small.offset)).unwrap();
        zip.write_all(&small.local_header()).unwrap();
        zip.write_all(text).unwrap();
        let directory = [large.directory_record(), small.directory_record()].concat();
        zip.write_all(&directory).unwrap();
        zip.write_all(&end_records(2, directory.len() as u64, small.next_offset())).unwrap();

        let mut archive = zip::ZipArchive::new(zip).unwrap();
        assert_eq!(archive.by_name("large").unwrap().size(), SIZE);
        let mut found = String::new();
        archive.by_name("small").unwrap().read_to_string(&mut found).unwrap();
        assert_eq!(found.as_bytes(), text);
    }

    #[test]
    fn the_limits_of_the_old_fields_are_where_zip64_begins() {
        for (size, extra) in [(0xffff_fffe, 0), (0xffff_ffff, 20)] {
            assert_eq!(entry("x", size, 0, 0).local_header().len(), 31 + extra, "{size:x}");
        }
        for (offset, extra) in [(0xffff_fffe, 0), (0xffff_ffff, 12)] {
            assert_eq!(entry("x", 1, 0, offset).directory_record().len(), 47 + extra, "{offset:x}");
        }
        assert_eq!(end_records(0xfffe, 1, 1).len(), 22);
        for (entries, size, offset) in [(0xffff, 1, 1), (1, 0xffff_ffff, 1), (1, 1, 0xffff_ffff)] {
            assert_eq!(end_records(entries, size, offset).len(), 98);
        }
    }
}
