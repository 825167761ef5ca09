//! Every mutation of a real file is read, or refused by name: no panic, no hang, no memory without end.
//!
//! A few thousand cases run with all tests. To hunt: `TIEOUT_FUZZ_CASES=1000000 cargo nextest run -p tieout-sources
//! --test fuzz`, with another `TIEOUT_FUZZ_SEED` each time. A failure prints its seed and keeps its input; put the
//! input into `corpus/` once it is understood, so that it is read ever after.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod containers;
mod formats;
mod limits;
mod mutator;
mod panics;
mod reading;

use std::fs;
use std::path::Path;

use self::containers::mutate_inside;
use self::formats::{Kind, data_set};
use self::limits::{Failures, seeds};
use self::mutator::{Dice, mutate};
use self::reading::{Found, read};

/// A file of the corpus.
struct Sample {
    name: String,
    bytes: Vec<u8>,
}

/// The corpus in order of name.
fn corpus() -> Vec<Sample> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus");
    let mut samples: Vec<Sample> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| Sample {
            name: path.file_name().unwrap().to_str().unwrap().to_owned(),
            bytes: fs::read(path).unwrap(),
        })
        .collect();
    samples.sort_by(|left, right| left.name.cmp(&right.name));
    samples
}

/// Mutates files of one kind and reads each mutation.
fn hunt(kind: Kind, test: &str, cases: u64) {
    let corpus = corpus();
    let own: Vec<&Sample> = corpus.iter().filter(|sample| kind.is_of(&sample.name)).collect();
    let mut failures = Failures::new(test);
    let (mut whole, mut rejected, mut refused) = (0, 0, 0);
    for seed in seeds(cases) {
        let mut dice = Dice::new(seed);
        let sample = own[dice.below(own.len())];
        let other = if dice.one_in(4) { &corpus[dice.below(corpus.len())] } else { own[dice.below(own.len())] };
        let inside = dice.one_in(2).then(|| mutate_inside(&mut dice, &sample.name, &sample.bytes, &other.bytes));
        let bytes = inside.flatten().unwrap_or_else(|| mutate(&mut dice, &sample.bytes, &other.bytes));
        let form = sample.name.clone();
        match failures.run(seed, &sample.name, &bytes, move |folder, name| read(folder, &data_set(&form, name))) {
            Some(Found::Rows { rejects: 0, .. }) => whole += 1,
            Some(Found::Rows { .. }) => rejected += 1,
            Some(Found::Refusal) => refused += 1,
            None => {}
        }
    }
    println!("{test}: {whole} read, {rejected} read with rejects, {refused} refused");
    failures.conclude();
    assert!(cases < 100 || whole > 0 && refused > 0, "the mutations are too weak or too strong to tell anything");
}

#[test]
fn every_file_of_the_corpus_is_read_or_refused_as_it_stands() {
    let mut failures = Failures::new("corpus");
    for Sample { name, bytes } in corpus() {
        let form = name.clone();
        let found = failures.run(0, &name, &bytes, move |folder, name| read(folder, &data_set(&form, name)));
        let is_sound = !name.starts_with("broken-");
        assert!(
            !is_sound || matches!(found, Some(Found::Rows { rows, .. }) if rows > 0 || name == "empty.parquet"),
            "{name}: {found:?}"
        );
    }
    failures.conclude();
}

#[test]
fn mutated_csv_files_are_read_or_refused() {
    hunt(Kind::Csv, "csv", 2000);
}

#[test]
fn mutated_json_lines_are_read_or_refused() {
    hunt(Kind::JsonLines, "json-lines", 1000);
}

#[test]
fn mutated_workbooks_are_read_or_refused() {
    hunt(Kind::Xlsx, "xlsx", 1000);
}

#[test]
fn mutated_parquet_files_are_read_or_refused() {
    hunt(Kind::Parquet, "parquet", 2000);
}
