//! The house rules hold for every text file of this repository.

use tieout_testkit::tidy;

#[test]
fn every_file_keeps_the_house_rules() {
    let files = tidy::read_repository(&tidy::repository_root().unwrap()).unwrap();
    let violations = tidy::file_violations(&files);
    assert!(violations.is_empty(), "{}", tidy::listed(&violations));
}

#[test]
fn the_files_that_carry_the_rules_are_read() {
    let files = tidy::read_repository(&tidy::repository_root().unwrap()).unwrap();
    for path in
        ["Cargo.toml", "Cargo.lock", "Makefile", ".ci/run", "shared/model/src/lib.rs", "shared/testkit/tests/tidy.rs"]
    {
        assert!(files.iter().any(|file| file.path == path), "{path} was not read");
    }
    assert!(files.iter().all(|file| !file.path.starts_with("target/") && !file.path.starts_with(".git/")));
}
