//! Every mutation of a real Parquet file is read as one table by every way of reading it, or refused by name.
//!
//! The corpus, the mutations and the limits are those of the readers of sources; how to hunt is said there
//! (`shared/sources/tests/fuzz/main.rs`). Where a mutated file is still read, the fingerprints taken from its pages
//! must be those of the rows that Arrow reads, and fetching some rows must give those rows.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod chosen;
#[path = "../../../sources/tests/fuzz/limits.rs"]
mod limits;
#[path = "../../../sources/tests/fuzz/mutator.rs"]
mod mutator;
#[path = "../../../sources/tests/fuzz/panics.rs"]
mod panics;
mod reading;

use std::fs;
use std::path::Path;

use self::limits::{Failures, seeds};
use self::mutator::{Dice, mutate};
use self::reading::{Found, read};

/// Name and bytes of every Parquet file of the corpus, in order of name.
fn corpus() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sources/tests/fuzz/corpus");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut samples: Vec<(String, Vec<u8>)> = paths
        .filter(|path| path.extension().is_some_and(|end| end == "parquet"))
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap()))
        .collect();
    samples.sort();
    samples
}

#[test]
fn every_file_of_the_corpus_is_one_table_by_every_way_of_reading_it() {
    let mut failures = Failures::new("tables-corpus");
    for (seed, (name, bytes)) in (0..).zip(corpus()) {
        let found = failures.run(seed, &name, &bytes, move |folder, name| read(&folder.join(name), seed));
        assert!(name.starts_with("broken-") || matches!(found, Some(Found::Table { .. })), "{name}: {found:?}");
    }
    failures.conclude();
}

#[test]
fn mutated_files_are_one_table_by_every_way_of_reading_them_or_refused() {
    const CASES: u64 = 1500;
    let corpus = corpus();
    let mut failures = Failures::new("tables");
    let (mut whole, mut partly, mut refused) = (0, 0, 0);
    for seed in seeds(CASES) {
        let mut dice = Dice::new(seed);
        let (name, bytes) = &corpus[dice.below(corpus.len())];
        let (_, other) = &corpus[dice.below(corpus.len())];
        let bytes = mutate(&mut dice, bytes, other);
        match failures.run(seed, name, &bytes, move |folder, name| read(&folder.join(name), seed)) {
            Some(Found::Table { refused: 0 }) => whole += 1,
            Some(Found::Table { .. }) => partly += 1,
            Some(Found::Refusal) => refused += 1,
            None => {}
        }
    }
    println!("{whole} read, {partly} read but for some row groups, {refused} refused");
    failures.conclude();
}
