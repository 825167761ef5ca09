//! One byte of a package is flipped: it is found, and the file that covers the byte is named.

use std::fs;
use std::ops::Range;
use std::path::Path;

use tieout_evidence::{Verdict, verify_package};

use crate::run::{Run, lines, unzip};

/// Which bytes of a zip belong to which file: header and contents, and the record in the directory.
struct Map {
    ranges: Vec<(Range<usize>, String)>,
    /// Bytes that are not the contents of a file.
    structure: Vec<usize>,
}

impl Map {
    fn of(path: &Path) -> Self {
        let size = |at: u64| usize::try_from(at).unwrap();
        let length = size(fs::metadata(path).unwrap().len());
        let mut archive = zip::ZipArchive::new(fs::File::open(path).unwrap()).unwrap();
        let (mut ranges, mut contents, mut records) = (Vec::new(), Vec::new(), Vec::new());
        for index in 0..archive.len() {
            let file = archive.by_index(index).unwrap();
            let name = file.name().unwrap().into_owned();
            let (from, start) = (size(file.header_start()), size(file.data_start().unwrap()));
            let end = start + size(file.size());
            ranges.push((from..end, name.clone()));
            contents.push(start..end);
            records.push((size(file.central_header_start()), name));
        }
        let directory_end = length - 22;
        let ends = records.iter().skip(1).map(|record| record.0).chain([directory_end]);
        let directory: Vec<_> = records.iter().zip(ends).map(|((from, name), to)| (*from..to, name.clone())).collect();
        ranges.extend(directory);
        ranges.push((directory_end..length, "zip directory".to_owned()));
        let covered = ranges.iter().map(|(range, _)| range.len()).sum::<usize>();
        assert_eq!(covered, length, "every byte of the zip belongs to something");
        let structure = (0..length).filter(|at| contents.iter().all(|range| !range.contains(at))).collect();
        Self { ranges, structure }
    }

    fn owner(&self, at: usize) -> &str {
        let owner = self.ranges.iter().find(|(range, _)| range.contains(&at));
        owner.map(|(_, name)| name.as_str()).unwrap()
    }
}

/// A fixed sequence of numbers (xorshift64), so that a failure can be repeated.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit).unwrap()).unwrap()
    }
}

fn assert_found_at(bytes: &[u8], at: usize, mask: u8, owner: &str, folder: &Path) {
    let mut flipped = bytes.to_vec();
    flipped[at] ^= mask;
    let path = folder.join("flipped.zip");
    fs::write(&path, flipped).unwrap();
    let found = verify_package(&path).unwrap();
    assert_eq!(found.verdict, Verdict::Broken, "byte {at} of {owner}, mask {mask:#x}");
    let first = &found.problems[0];
    assert_eq!(first.file, owner, "byte {at}, mask {mask:#x}: {:#?}", lines(&found));
}

#[test]
fn two_hundred_bytes_anywhere_in_the_zip() {
    let run = Run::new();
    let zip = run.pack();
    let (bytes, map, mut numbers) = (fs::read(&zip).unwrap(), Map::of(&zip), Numbers(0x9e37_79b9_7f4a_7c15));
    for _ in 0..200 {
        let (at, mask) = (numbers.below(bytes.len()), u8::try_from(numbers.below(255) + 1).unwrap());
        assert_found_at(&bytes, at, mask, map.owner(at), run.folder.path());
    }
}

#[test]
fn two_hundred_bytes_of_headers_and_directory() {
    let run = Run::new();
    let zip = run.pack();
    let (bytes, map, mut numbers) = (fs::read(&zip).unwrap(), Map::of(&zip), Numbers(0x2545_f491_4f6c_dd1d));
    for _ in 0..200 {
        let at = map.structure[numbers.below(map.structure.len())];
        let mask = u8::try_from(numbers.below(255) + 1).unwrap();
        assert_found_at(&bytes, at, mask, map.owner(at), run.folder.path());
    }
}

#[test]
fn the_first_middle_and_last_byte_of_every_file_in_the_folder() {
    let run = Run::new();
    let folder = run.folder.path().join("unpacked");
    let files = unzip(&run.pack());
    for (path, bytes) in &files {
        let at = folder.join(path);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        fs::write(at, bytes).unwrap();
    }
    for (path, bytes) in &files {
        for at in [0, bytes.len() / 2, bytes.len() - 1] {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            fs::write(folder.join(path), flipped).unwrap();
            let found = verify_package(&folder).unwrap();
            assert_eq!(found.verdict, Verdict::Broken, "byte {at} of {path}");
            assert_eq!(&found.problems[0].file, path, "byte {at}: {:#?}", lines(&found));
        }
        fs::write(folder.join(path), bytes).unwrap();
    }
    assert_eq!(verify_package(&folder).unwrap().verdict, Verdict::Intact);
}

#[test]
fn a_zip_that_ends_early_or_goes_on_is_broken_wherever_it_is_cut() {
    let run = Run::new();
    let bytes = fs::read(run.pack()).unwrap();
    let path = run.folder.path().join("cut.zip");
    for length in (0..bytes.len()).step_by(211) {
        fs::write(&path, &bytes[..length]).unwrap();
        assert_eq!(verify_package(&path).unwrap().verdict, Verdict::Broken, "{length} bytes");
    }
    for junk in [b"\0".as_slice(), &bytes] {
        fs::write(&path, [bytes.as_slice(), junk].concat()).unwrap();
        assert_eq!(verify_package(&path).unwrap().verdict, Verdict::Broken, "{} bytes more", junk.len());
        fs::write(&path, [junk, bytes.as_slice()].concat()).unwrap();
        assert_eq!(verify_package(&path).unwrap().verdict, Verdict::Broken, "{} bytes before", junk.len());
    }
}
