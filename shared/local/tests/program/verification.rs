//! Every change to a run's folder or package is found and named.

use std::fs;
use std::path::{Path, PathBuf};

use tieout_evidence::{Verdict, verify_package};
use tieout_local::verify_run;

use crate::harness::{Bench, run_folder, tree};

async fn a_run() -> (tempfile::TempDir, PathBuf) {
    let (_, folder) = Bench::bank_ledger().result().await;
    let run = run_folder(folder.path(), "bank-ledger", "2024-01-31", "0001");
    (folder, run)
}

fn package_of(run: &Path) -> PathBuf {
    run.join("evidence/attempt=1/bank-ledger-2024-01-31-0001.zip")
}

/// Files that `tieout verify` names for the run.
fn named(run: &Path) -> Vec<String> {
    let verification = verify_run(run).unwrap();
    assert_eq!(verification.verdict, Verdict::Broken);
    verification.problems.iter().map(|problem| problem.file.clone()).collect()
}

#[tokio::test]
async fn an_untouched_run_is_intact() {
    let (_folder, run) = a_run().await;
    let verification = verify_run(&run).unwrap();
    assert_eq!((verification.verdict, verification.problems), (Verdict::Intact, Vec::new()));
}

#[tokio::test]
async fn a_byte_flipped_in_any_file_of_the_run_is_found_and_the_file_named() {
    let (_folder, run) = a_run().await;
    for (name, bytes) in tree(&run) {
        for place in [0, bytes.len() / 3, bytes.len() - 1] {
            let mut changed = bytes.clone();
            changed[place] ^= 0x04;
            fs::write(run.join(&name), &changed).unwrap();
            let named = named(&run);
            assert!(named.iter().any(|file| file.ends_with(&name)), "byte {place} of {name}: {named:?}");
        }
        fs::write(run.join(&name), &bytes).unwrap();
    }
    assert_eq!(verify_run(&run).unwrap().verdict, Verdict::Intact);
}

#[tokio::test]
async fn a_file_dropped_added_or_swapped_in_the_run_is_named() {
    let (_folder, run) = a_run().await;
    for (name, bytes) in tree(&run) {
        fs::remove_file(run.join(&name)).unwrap();
        let named = named(&run);
        assert!(named.iter().any(|file| file.ends_with(&name)), "{name} dropped: {named:?}");
        fs::write(run.join(&name), &bytes).unwrap();
    }
    fs::write(run.join("evidence/attempt=1/extra.txt"), "x").unwrap();
    assert!(named(&run)[0].ends_with("extra.txt"));
    fs::remove_file(run.join("evidence/attempt=1/extra.txt")).unwrap();
    let (one, other) = (run.join("evidence/attempt=1/report.html"), run.join("evidence/attempt=1/exceptions.csv"));
    let (first, second) = (fs::read(&one).unwrap(), fs::read(&other).unwrap());
    fs::write(&one, &second).unwrap();
    fs::write(&other, &first).unwrap();
    assert_eq!(named(&run).len(), 2);
}

#[tokio::test]
async fn any_of_200_bytes_flipped_in_the_package_is_found() {
    let (_folder, run) = a_run().await;
    let package = package_of(&run);
    let bytes = fs::read(&package).unwrap();
    let copy = run.parent().unwrap().join("copy.zip");
    // A linear congruential generator (Numerical Recipes) with a fixed seed: the same places every time.
    let mut state = 20_240_131_u64;
    for _ in 0..200 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223) % (1 << 32);
        let place = usize::try_from(state).unwrap() % bytes.len();
        let mut changed = bytes.clone();
        changed[place] ^= 1 << (state >> 16 & 7);
        fs::write(&copy, &changed).unwrap();
        let verification = verify_package(&copy).unwrap();
        assert_eq!(verification.verdict, Verdict::Broken, "byte {place}");
        assert!(!verification.problems[0].file.is_empty());
    }
}

#[tokio::test]
async fn the_package_checks_with_the_tools_of_any_unix() {
    let (_folder, run) = a_run().await;
    let unpacked = run.parent().unwrap().join("unpacked");
    let script = format!(
        "import zipfile; zipfile.ZipFile({:?}).extractall({:?})",
        package_of(&run).display().to_string(),
        unpacked.display().to_string()
    );
    let python = std::process::Command::new("python3").args(["-c", &script]).status();
    let Ok(true) = python.map(|status| status.success()) else {
        eprintln!("skipped: python3 is not here to unpack the zip");
        return;
    };
    let sums = std::process::Command::new("sha256sum")
        .args(["--check", "--strict", "--quiet", "checksums.sha256"])
        .current_dir(&unpacked)
        .status()
        .unwrap();
    assert!(sums.success());
    assert_eq!(verify_package(&unpacked).unwrap().verdict, Verdict::Intact);
}
