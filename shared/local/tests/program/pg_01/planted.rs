//! PG-01 over a sample: it finds exactly what was planted, and concludes nothing where something is missing.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;
use tieout_model::{Outcome, ReasonCode};
use tieout_sample::pg01::{Request, write};

use super::answer::Answer;

const CUTOFF: &str = "2025-09-30";

/// A small sample of these companies, with these defects; all of both where none are named.
fn sample(companies: &[&str], defects: Option<&[&str]>) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<String>>();
    let request = Request {
        folder: folder.path().to_owned(),
        source_tables: None,
        rows: 2_000,
        companies: owned(companies),
        seed: 1,
        defects: defects.map(owned),
        cutoff_date: CUTOFF.parse().unwrap(),
    };
    write(&request).unwrap();
    folder
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}

/// Kind, severity, company and subject of each exception, by the answer beside the sample.
fn planted(folder: &Path) -> (BTreeSet<String>, Value) {
    let bytes = fs::read(folder.join("planted.json")).unwrap();
    let answer: Value = serde_json::from_slice(&bytes).unwrap();
    let expected = answer["expected"].clone();
    let line = |each: &Value| ["kind", "severity", "company", "subject"].map(|key| text(each, key)).join(" | ");
    (expected["exceptions"].as_array().unwrap().iter().map(line).collect(), expected)
}

/// The same of what a run found: a key is `company=EC_NG, line=collections`.
fn found(answer: &Answer) -> BTreeSet<String> {
    let rows = answer.rows("exceptions", &["class", "severity", "key"]);
    let line = |row: &String| {
        let (head, key) = row.rsplit_once(" | ").unwrap();
        let values: Vec<&str> = key.split(", ").map(|part| part.split_once('=').unwrap().1).collect();
        let subject = if values.len() == 1 { values[0].to_owned() } else { values[1..].join(" ") };
        format!("{head} | {} | {subject}", values[0])
    };
    rows.iter().map(line).collect()
}

#[tokio::test]
async fn what_was_planted_is_found_and_nothing_else() {
    let sample = sample(&[], None);
    let answer = Answer::of_folder(sample.path(), CUTOFF, "all", "all").await;
    let (expected, all) = planted(sample.path());
    assert_eq!(found(&answer), expected);
    assert_eq!(answer.result.outcome, Outcome::Exceptions, "{:?}", answer.reasons());
    let columns =
        ["company", "line", "actual_lcy", "target_lcy", "bridge_vtc_lcy", "bridge_timing_lcy", "unexplained_lcy"];
    let cells: BTreeSet<String> = answer.rows("cells", &columns).into_iter().collect();
    let cell = |each: &Value| columns.map(|column| text(each, column)).join(" | ");
    let expected: BTreeSet<String> = all["tie_out"].as_array().unwrap().iter().map(cell).collect();
    assert_eq!(cells, expected);
}

/// Runs over a sample of one company without defects, after something was done to its files.
async fn after(spoil: impl FnOnce(&Path)) -> Answer {
    let sample = sample(&["EC_NG"], Some(&[]));
    spoil(sample.path());
    Answer::of_folder(sample.path(), CUTOFF, "EC_NG", "all").await
}

fn edit(folder: &Path, file: &str, edit: impl FnOnce(String) -> String) {
    let path = folder.join(file);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(path, edit(text)).unwrap();
}

fn assert_not_operated(answer: &Answer, code: ReasonCode, subject: &str) {
    assert_eq!(answer.result.outcome, Outcome::NotOperated);
    assert!(answer.reasons().contains(&(code, subject)), "{:?}", answer.reasons());
}

#[tokio::test]
async fn nothing_is_found_in_books_that_tie() {
    let answer = after(|_| {}).await;
    assert_eq!(answer.reasons(), []);
    assert_eq!(answer.result.outcome, Outcome::Clean);
}

#[tokio::test]
async fn a_data_set_that_is_gone_is_named() {
    let answer = after(|folder| fs::remove_file(folder.join("ipe_31.csv")).unwrap()).await;
    assert_not_operated(&answer, ReasonCode::DatasetMissing, "ipe_31");
}

#[tokio::test]
async fn a_rate_that_is_gone_is_named() {
    let without = |text: String| {
        text.lines().filter(|line| !line.contains("EC_NG")).fold(String::new(), |all, line| all + line + "\n")
    };
    let answer = after(|folder| {
        edit(folder, "cr_05.csv", without);
        fs::write(folder.join("control_totals.csv"), totals_of_rates(folder)).unwrap();
    })
    .await;
    assert_not_operated(&answer, ReasonCode::FxRateMissing, "tie_out");
}

/// The control totals with the rates counted anew: the file is whole, and a rate was never there.
fn totals_of_rates(folder: &Path) -> String {
    let rows = fs::read_to_string(folder.join("cr_05.csv")).unwrap().lines().count() - 1;
    let totals = fs::read_to_string(folder.join("control_totals.csv")).unwrap();
    let line = |line: &str| match line.strip_prefix("cr_05,") {
        Some(rest) => format!("cr_05,{rows},{}\n", rest.split_once(',').unwrap().1),
        None => format!("{line}\n"),
    };
    totals.lines().map(line).fold(String::new(), |all, line| all + &line)
}

#[tokio::test]
async fn a_column_that_is_renamed_is_named() {
    let answer = after(|folder| edit(folder, "ipe_07.csv", |text| text.replacen("rem_amt_LCY", "Open items", 1))).await;
    assert_not_operated(&answer, ReasonCode::ColumnMissing, "ipe_07");
}

#[tokio::test]
async fn a_key_that_is_there_twice_is_named() {
    let twice = |text: String| {
        let booked = text.lines().find(|line| line.contains(",2025-0")).unwrap().to_owned();
        format!("{}\n{booked}\n", text.trim_end())
    };
    let answer = after(|folder| edit(folder, "cr_03.csv", twice)).await;
    assert_not_operated(&answer, ReasonCode::DuplicateKey, "cr_03");
}

#[tokio::test]
async fn a_file_that_is_cut_off_is_named() {
    let cut = |text: String| {
        let lines: Vec<&str> = text.lines().collect();
        lines[..lines.len() - 5].join("\n") + "\n"
    };
    let answer = after(|folder| edit(folder, "ipe_10.csv", cut)).await;
    assert_not_operated(&answer, ReasonCode::CompletenessFailed, "ipe_10");
}
