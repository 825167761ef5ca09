//! What keeps a control from operating: a scenario each, none of which may look like "nothing found".

use tieout_evidence::{Verdict, verify_package};
use tieout_model::{Outcome, ReasonCode, RunResult};

use crate::harness::Bench;

const DEFINITION: &str = r#"
schema = 1
id = "small"
title = "Small"
description = "Two lists that must agree."
owner = { name = "Owner", email = "owner@example.com" }
reviewer = { name = "Reviewer", email = "reviewer@example.com" }
cutoff = { rule = "previous_month_end", time_zone = "UTC" }
sources = [{ name = "folder", kind = "files", folder = "sample" }]
comparisons = [{ id = "agree", left = "one", right = "other", key = ["id"], columns = [{ name = "amount" }] }]
tie_outs = [{ id = "total", left = { data_set = "one", column = "amount" }, right = { data_set = "other", column = "amount" } }]

[[data_sets]]
name = "one"
source = "folder"
file = "one.csv"
key = ["id"]
format = { kind = "csv" }
columns = [{ name = "id", type = "text" }, { name = "amount", type = "decimal(10,2)", currency = "EUR" }]
tests = [{ test = "min_rows", rows = 1 }]

[[data_sets]]
name = "other"
source = "folder"
file = "other.csv"
key = ["id"]
format = { kind = "csv" }
columns = [{ name = "id", type = "text" }, { name = "amount", type = "decimal(10,2)", currency = "EUR" }]
tests = [{ test = "expected_count", data_set = "one" }]

[notify]
from = { name = "Tieout", email = "tieout@example.com" }
recipients = [{ role = "owner", on = ["not_operated"] }]
"#;

async fn run(definition: &str, files: &[(&str, &str)]) -> (RunResult, tempfile::TempDir) {
    let files: Vec<(&str, &str)> = [("control.toml", definition)].into_iter().chain(files.iter().copied()).collect();
    Bench::with_files("small", &files, "2024-01-31").result().await
}

fn codes(result: &RunResult) -> Vec<(ReasonCode, &str)> {
    result.reasons.iter().map(|reason| (reason.code, reason.subject.as_str())).collect()
}

#[tokio::test]
async fn equal_lists_are_clean() {
    let list = "id,amount\na,1.00\nb,2.00\n";
    let (result, folder) = run(DEFINITION, &[("sample/one.csv", list), ("sample/other.csv", list)]).await;
    assert_eq!((result.outcome, codes(&result)), (Outcome::Clean, Vec::new()));
    assert!(!folder.path().join("outbox").exists(), "nobody asked to be told of a clean run");
}

#[tokio::test]
async fn a_missing_file_is_not_an_empty_one() {
    let (result, _folder) = run(DEFINITION, &[("sample/one.csv", "id,amount\na,1.00\n")]).await;
    assert_eq!(result.outcome, Outcome::NotOperated);
    let codes = codes(&result);
    assert!(codes.contains(&(ReasonCode::DatasetMissing, "other")), "{codes:?}");
    assert!(
        codes.contains(&(ReasonCode::CheckFailed, "agree")),
        "a check that was not carried out is named: {codes:?}"
    );
    assert!(codes.contains(&(ReasonCode::CheckFailed, "total")), "{codes:?}");
    assert!(result.data_sets.iter().all(|data_set| data_set.name != "other"), "it has no figures, not even zero");
}

#[tokio::test]
async fn a_value_that_does_not_convert_is_never_dropped() {
    let files = [("sample/one.csv", "id,amount\na,1.00\nb,2x\n"), ("sample/other.csv", "id,amount\na,1.00\n")];
    let (result, _folder) = run(DEFINITION, &files).await;
    assert_eq!(result.outcome, Outcome::NotOperated);
    assert!(codes(&result).contains(&(ReasonCode::BadValue, "one")), "{:?}", result.reasons);
    assert_eq!((result.data_sets[0].rows_read, result.data_sets[0].rejected.rows), (2, 1));
}

#[tokio::test]
async fn a_failed_completeness_test_keeps_the_control_from_concluding() {
    let files = [("sample/one.csv", "id,amount\na,1.00\n"), ("sample/other.csv", "id,amount\na,1.00\nb,0.00\n")];
    let (result, _folder) = run(DEFINITION, &files).await;
    assert_eq!(result.outcome, Outcome::NotOperated);
    assert!(codes(&result).contains(&(ReasonCode::CompletenessFailed, "other")), "{:?}", result.reasons);
}

#[tokio::test]
async fn a_missing_column_names_the_nearest_header() {
    let files = [("sample/one.csv", "id,amuont\na,1.00\n"), ("sample/other.csv", "id,amount\na,1.00\n")];
    let (result, _folder) = run(DEFINITION, &files).await;
    let reason = result.reasons.iter().find(|reason| reason.code == ReasonCode::ColumnMissing).unwrap();
    assert_eq!(reason.subject, "one");
    assert!(format!("{} {}", reason.detail, reason.cure).contains("amuont"), "{reason:?}");
}

#[tokio::test]
async fn a_sum_that_cannot_be_held_is_not_operated() {
    let definition = DEFINITION.replace("decimal(10,2)", "decimal(38,2)");
    let nines = "9".repeat(36);
    let list = format!("id,amount\na,{nines}.00\nb,{nines}.00\n");
    let (result, _folder) = run(&definition, &[("sample/one.csv", &list), ("sample/other.csv", &list)]).await;
    assert_eq!(result.outcome, Outcome::NotOperated);
    assert!(codes(&result).contains(&(ReasonCode::AmountOverflow, "one")), "{:?}", result.reasons);
}

#[tokio::test]
async fn a_run_that_did_not_operate_leaves_a_package_and_a_message() {
    let (result, folder) = run(DEFINITION, &[("sample/one.csv", "id,amount\na,1.00\n")]).await;
    let verification = verify_package(&folder.path().join(result.package.unwrap())).unwrap();
    assert_eq!((verification.verdict, verification.problems), (Verdict::Intact, Vec::new()));
    assert_eq!(std::fs::read_dir(folder.path().join("outbox")).unwrap().count(), 1);
}
