//! Files of a package are dropped, added, renamed or swapped: each is found and named, in both forms.

use std::fs;
use std::io::Write;
use std::path::Path;

use tieout_evidence::{Verdict, Verification, verify_package};
use zip::write::SimpleFileOptions;

use crate::run::{Run, lines, unzip};

type Files = Vec<(String, Vec<u8>)>;

/// What the verifier says of these files, zipped by a common writer and laid out in a folder.
fn verify_both(files: &Files, folder: &Path) -> [Verification; 2] {
    let zip = folder.join("rewritten.zip");
    let mut writer = zip::ZipWriter::new(fs::File::create(&zip).unwrap());
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let root = folder.join("laid-out");
    if root.exists() {
        fs::remove_dir_all(&root).unwrap();
    }
    for (path, bytes) in files {
        writer.start_file(path.as_str(), options).unwrap();
        writer.write_all(bytes).unwrap();
        let at = root.join(path);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        fs::write(at, bytes).unwrap();
    }
    writer.finish().unwrap();
    [verify_package(&zip).unwrap(), verify_package(&root).unwrap()]
}

/// Asserts that both forms are broken, that the first problem is with the first name, and that all are named.
fn assert_named(files: &Files, names: &[&str], folder: &Path) {
    for found in verify_both(files, folder) {
        assert_eq!(found.verdict, Verdict::Broken, "{names:?}");
        assert_eq!(found.problems[0].file, names[0], "{:#?}", lines(&found));
        for name in names {
            assert!(found.problems.iter().any(|problem| problem.file == *name), "{name}: {:#?}", lines(&found));
        }
    }
}

#[test]
fn files_that_a_common_writer_zipped_again_are_not_the_package() {
    let run = Run::new();
    let [zip, folder] = verify_both(&unzip(&run.pack()), run.folder.path());
    assert_eq!(zip.verdict, Verdict::Broken, "its bytes are not those that were written");
    assert_eq!(folder.verdict, Verdict::Intact, "{:#?}", lines(&folder));
}

#[test]
fn a_dropped_file_is_named() {
    let run = Run::new();
    let files = unzip(&run.pack());
    for index in 0..files.len() {
        let mut rest = files.clone();
        let (name, _) = rest.remove(index);
        assert_named(&rest, &[&name], run.folder.path());
    }
}

#[test]
fn an_added_file_is_named() {
    let run = Run::new();
    let files = unzip(&run.pack());
    for name in ["aaa.txt", "data/statement/more.parquet", "tables/more.parquet", "zzz.txt"] {
        let mut more = files.clone();
        let (packed, _closing) = files.split_at(files.len() - 3);
        let place = packed.partition_point(|(path, _)| path.as_str() < name);
        more.insert(place, (name.to_owned(), b"more".to_vec()));
        assert_named(&more, &[name], run.folder.path());
    }
}

#[test]
fn a_renamed_file_is_named_by_both_names() {
    let run = Run::new();
    let files = unzip(&run.pack());
    for index in 0..files.len() {
        let mut renamed = files.clone();
        let old = renamed[index].0.clone();
        let new = format!("{old}.old");
        renamed[index].0.clone_from(&new);
        for found in verify_both(&renamed, run.folder.path()) {
            for name in [&old, &new] {
                assert!(found.problems.iter().any(|problem| problem.file == *name), "{name}: {:#?}", lines(&found));
            }
        }
    }
}

#[test]
fn swapped_files_are_both_named() {
    let run = Run::new();
    let files = unzip(&run.pack());
    for index in 1..files.len() {
        let mut swapped = files.clone();
        let (first, second) = (swapped[index - 1].1.clone(), swapped[index].1.clone());
        (swapped[index - 1].1, swapped[index].1) = (second, first);
        let (first, second) = (files[index - 1].0.as_str(), files[index].0.as_str());
        for found in verify_both(&swapped, run.folder.path()) {
            assert_eq!(found.verdict, Verdict::Broken);
            for name in [first, second] {
                assert!(found.problems.iter().any(|problem| problem.file == name), "{name}: {:#?}", lines(&found));
            }
        }
    }
}

#[test]
fn a_zip_whose_names_climb_out_is_broken_and_nothing_is_unpacked() {
    let run = Run::new();
    let zip = run.pack();
    let bytes = fs::read(&zip).unwrap();
    for (name, other) in [("log.jsonl", "../jsonl1"), ("log.jsonl", "/og.jsonl"), ("log.jsonl", "run\\jsonl")] {
        let changed = replaced(&bytes, name, other);
        fs::write(&zip, changed).unwrap();
        let found = verify_package(&zip).unwrap();
        let named = found.problems.iter().find(|problem| problem.file == other).unwrap();
        assert!(named.what.contains("no file of a package can have"), "{}", named.what);
    }
}

#[test]
fn two_files_of_one_name_are_found() {
    let run = Run::new();
    let mut files = unzip(&run.pack());
    files.push(("run.jsoo".to_owned(), b"{}".to_vec()));
    verify_both(&files, run.folder.path());
    let zip = run.folder.path().join("rewritten.zip");
    let changed = replaced(&fs::read(&zip).unwrap(), "run.jsoo", "run.json");
    fs::write(&zip, changed).unwrap();
    let found = verify_package(&zip).unwrap();
    assert_eq!(found.verdict, Verdict::Broken);
    assert!(lines(&found).contains(&"run.json: is there more than once".to_owned()), "{:#?}", lines(&found));
}

#[cfg(unix)]
#[test]
fn a_link_in_the_folder_is_not_followed() {
    let run = Run::new();
    let files = unzip(&run.pack());
    verify_both(&files, run.folder.path());
    let root = run.folder.path().join("laid-out");
    fs::rename(root.join("report.html"), run.folder.path().join("elsewhere.html")).unwrap();
    std::os::unix::fs::symlink(run.folder.path().join("elsewhere.html"), root.join("report.html")).unwrap();
    let found = verify_package(&root).unwrap();
    assert_eq!(found.verdict, Verdict::Broken);
    assert!(lines(&found)[0].starts_with("report.html: is a link"), "{:#?}", lines(&found));
}

#[test]
fn what_is_no_package_is_broken_and_what_is_not_there_is_an_error() {
    let run = Run::new();
    let folder = run.folder.path().join("empty");
    fs::create_dir(&folder).unwrap();
    assert_eq!(verify_package(&folder).unwrap().verdict, Verdict::Broken);
    let file = run.folder.path().join("text.zip");
    fs::write(&file, "not a zip at all, but long enough to look for its end").unwrap();
    let found = verify_package(&file).unwrap();
    assert_eq!(found.problems[0].file, "zip directory");
    assert!(verify_package(&run.folder.path().join("nowhere.zip")).is_err());
}

/// Replaces a name by another of the same length wherever it stands.
fn replaced(bytes: &[u8], name: &str, other: &str) -> Vec<u8> {
    assert_eq!(name.len(), other.len());
    let mut changed = bytes.to_vec();
    let places: Vec<usize> =
        (0..=bytes.len() - name.len()).filter(|&at| bytes[at..].starts_with(name.as_bytes())).collect();
    for at in places {
        changed[at..at + other.len()].copy_from_slice(other.as_bytes());
    }
    changed
}
