//! What the writer writes.

use std::fs;

use tieout_evidence::{Content, EvidenceError, PackageFile, Verdict, write_package};
use tieout_model::{Digest, TestOutcome};

use crate::run::{Run, lines, package_file, unzip};

#[test]
fn a_package_as_it_was_written_is_intact_in_both_forms() {
    let run = Run::new();
    let zip = run.pack();
    let folder = run.folder.path().join("unpacked");
    for (path, bytes) in unzip(&zip) {
        let at = folder.join(path);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        fs::write(at, bytes).unwrap();
    }
    for (path, skipped) in [(&zip, 0), (&folder, 1)] {
        let found = tieout_evidence::verify_package(path).unwrap();
        assert_eq!(lines(&found), Vec::<String>::new());
        assert_eq!(found.verdict, Verdict::Intact);
        assert_eq!(found.header.as_ref(), Some(&run.header));
        assert_eq!(found.files, run.files.len() as u64 + 3);
        let not_passed = found.checks.iter().filter(|check| check.result != TestOutcome::Passed).count();
        assert_eq!(not_passed, skipped, "{:#?}", found.checks);
    }
}

#[test]
fn every_check_of_the_run_is_carried_out() {
    let found = Run::new().verify();
    let names: Vec<&str> = found.checks.iter().map(|check| check.name.as_str()).collect();
    let expected = [
        "files",
        "zip",
        "request",
        "definition",
        "result",
        "data set statement",
        "data set ledger",
        "table comparison-statement-ledger",
        "table assertion-large-enough",
        "table tie-out-total",
        "comparison statement-ledger",
        "tie-out total",
        "assertion large-enough",
        "footing",
        "outcome",
    ];
    assert_eq!(names, expected);
}

#[test]
fn equal_files_give_equal_bytes_in_whatever_order_and_form_they_come() {
    let run = Run::new();
    let (first, second) = (run.folder.path().join("first.zip"), run.folder.path().join("second.zip"));
    let written = run.pack_to(&first);
    let from = run.folder.path().join("files");
    fs::create_dir(&from).unwrap();
    let files = run.files.iter().rev().enumerate().map(|(index, (path, bytes))| {
        let file = from.join(index.to_string());
        fs::write(&file, bytes).unwrap();
        PackageFile { path: path.clone(), content: Content::File(file) }
    });
    let again = write_package(&run.header, files.collect(), &second).unwrap();
    let bytes = fs::read(&first).unwrap();
    assert!(bytes == fs::read(&second).unwrap(), "both packages have the same bytes");
    assert_eq!(again, written);
    assert_eq!((written.size_bytes, written.digest), (bytes.len() as u64, Digest::of(&bytes)));
}

#[test]
fn a_common_reader_finds_the_files_in_order_with_the_closing_files_last() {
    let run = Run::new();
    let found = unzip(&run.pack());
    let (files, closing) = found.split_at(run.files.len());
    assert!(files.iter().map(|(path, bytes)| (path, bytes)).eq(run.files.iter()), "every file in order of path");
    let names: Vec<&str> = closing.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(names, ["README.txt", "manifest.json", "checksums.sha256"]);
}

#[test]
fn checksums_are_those_of_every_other_file() {
    let found = unzip(&Run::new().pack());
    let (checksums, others) = found.split_last().unwrap();
    let mut expected = Vec::new();
    for (path, bytes) in others {
        expected.extend(format!("{}  {path}\n", Digest::of(bytes).to_hex()).into_bytes());
    }
    assert_eq!(checksums.1, expected);
}

#[test]
fn the_readme_names_the_three_commands() {
    let found = unzip(&Run::new().pack());
    let readme = found.iter().find(|(path, _)| path == "README.txt").unwrap();
    let text = String::from_utf8(readme.1.clone()).unwrap();
    for command in ["unzip PACKAGE.zip", "sha256sum -c checksums.sha256", "tieout verify PACKAGE.zip"] {
        assert!(text.contains(command), "{command}");
    }
}

#[test]
fn a_path_that_could_do_harm_is_refused() {
    let run = Run::new();
    let to = run.folder.path().join("refused.zip");
    for paths in [
        ["../escape", "a"],
        ["/absolute", "a"],
        ["back\\slash", "a"],
        ["line\nfeed", "a"],
        ["C:drive", "a"],
        ["", "a"],
        ["manifest.json", "a"],
        ["checksums.sha256", "a"],
        ["README.txt", "a"],
        ["a", "a"],
        ["a", "a/b"],
        ["README.txt/b", "a"],
    ] {
        let files = paths.iter().map(|path| package_file(path, b"x")).collect();
        let refused = write_package(&run.header, files, &to);
        assert!(matches!(refused, Err(EvidenceError::PathRefused { .. })), "{paths:?}");
        assert!(!to.exists(), "nothing is written: {paths:?}");
    }
}

#[test]
fn a_file_that_cannot_be_read_stops_the_packing_and_is_named() {
    let run = Run::new();
    let gone = run.folder.path().join("gone");
    let file = PackageFile { path: "data".to_owned(), content: Content::File(gone) };
    let error = write_package(&run.header, vec![file], &run.folder.path().join("to.zip")).unwrap_err();
    assert!(error.to_string().contains("gone"), "{error}");
}
