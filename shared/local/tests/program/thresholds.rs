//! Threshold checks end to end, and what changed in a definition between two runs.

use tieout_catalog::ChangedLine;
use tieout_evidence::{Verdict, verify_package};
use tieout_model::{Outcome, ReasonCode, RunResult, ThresholdStatus};
use tieout_pipeline::changes_since;

use crate::harness::{Bench, store};

const DEFINITION: &str = r#"
schema = 1
id = "cells"
title = "Cells"
description = "Unexplained amounts of companies and lines against their thresholds."
owner = { name = "Owner", email = "owner@example.com" }
reviewer = { name = "Reviewer", email = "reviewer@example.com" }
cutoff = { rule = "previous_month_end", time_zone = "UTC" }
sources = [{ name = "folder", kind = "files", folder = "sample" }]

[[data_sets]]
name = "cells"
source = "folder"
file = "cells.csv"
key = ["company", "line"]
format = { kind = "csv" }
columns = [
  { name = "company", type = "text" },
  { name = "line", type = "text" },
  { name = "accounts", type = "text" },
  { name = "currency", type = "text" },
  { name = "unexplained_lcy", type = "decimal(38,10)", currency_column = "currency" },
  { name = "fx_rate", type = "decimal(38,10)", nullable = true },
  { name = "reason", type = "text", nullable = true },
]
tests = [{ test = "min_rows", rows = 1 }]

[[threshold_contracts]]
id = "limits"
files = "thresholds/*.toml"
currency = "USD"
first = "company"

[[threshold_checks]]
id = "matrix"
data_set = "cells"
subject = ["company", "line"]
amount = "unexplained_lcy"
rate = "fx_rate"
currency_column = "currency"
contract = "limits"
kind = "bucket_usd"
question = { company = "company", accounts = "accounts" }
not_operated_column = "reason"
severity = "finding"
finding = "over_threshold"
display = ["unexplained_lcy"]
matrix = { rows = "company", columns = "line" }

[notify]
from = { name = "Tieout", email = "tieout@example.com" }
recipients = [{ role = "owner", on = ["exceptions"] }]
"#;
const CONTRACT: &str = r#"version = 1
effective_from = "2023-01-01"

[[rules]]
id = "default"
kind = "bucket_usd"
value = "1000"

[[rules]]
id = "vouchers"
kind = "bucket_usd"
value = "2000"
scope = { accounts = ["18412"] }
"#;

fn bench(cells: &str, contract: &str) -> Bench {
    let cells = format!("company,line,accounts,currency,unexplained_lcy,fx_rate,reason\n{cells}");
    let files = [("control.toml", DEFINITION), ("thresholds/v1.toml", contract), ("sample/cells.csv", cells.as_str())];
    Bench::with_files("cells", &files, "2024-01-31")
}

fn statuses(result: &RunResult) -> Vec<ThresholdStatus> {
    let matrix = result.threshold_checks[0].matrix.as_ref().unwrap();
    matrix.cells.iter().map(|cell| cell.status).collect()
}

#[tokio::test]
async fn cells_at_their_threshold_are_found_in_result_report_and_message() {
    let cells = "A,prepayments,18350,EGP,50000,50,\nA,vouchers,18412,EGP,-99999.99,50,\nB,vouchers,18412,NGN,1,1650,\n";
    let (result, folder) = bench(cells, CONTRACT).result().await;
    assert_eq!((result.outcome, result.reasons.len()), (Outcome::Exceptions, 1), "{:?}", result.reasons);
    assert_eq!(result.reasons[0].code, ReasonCode::ThresholdReached);
    assert_eq!(statuses(&result), [ThresholdStatus::Investigate, ThresholdStatus::Ok, ThresholdStatus::Ok]);
    assert_eq!(result.headline(), "1 exception, USD 1,000.00 in the largest finding");
    let report = std::fs::read_to_string(folder.path().join(result.report.as_ref().unwrap())).unwrap();
    for text in ["investigate USD 1,000.00", "ok USD -2,000.00", "limits version 1, in force from 2023-01-01"] {
        assert!(report.contains(text), "{text}");
    }
    let package = folder.path().join(result.package.as_ref().unwrap());
    let verified = verify_package(&package).unwrap();
    assert_eq!(verified.verdict, Verdict::Intact, "{verified:?}");
    let mail = std::fs::read_dir(folder.path().join("outbox")).unwrap().next().unwrap().unwrap().path();
    let mail = std::fs::read_to_string(mail).unwrap();
    assert!(mail.contains("THRESHOLDS") && mail.contains("1 to investigate, 0 not operated"), "{mail}");
}

#[tokio::test]
async fn a_cell_without_a_rate_keeps_the_run_from_concluding_with_every_reason() {
    let cells = "A,prepayments,18350,EGP,50000,,\nA,vouchers,18412,EGP,1,50,counterpart_missing\nB,vouchers,18412,NGN,1,0,no_actuals\n";
    let (result, _) = bench(cells, CONTRACT).result().await;
    let reasons: Vec<_> = result.reasons.iter().map(|reason| (reason.code, reason.detail.as_str())).collect();
    let expected = [
        (ReasonCode::NoActuals, "1 of 3 rows: company=B, line=vouchers"),
        (ReasonCode::FxRateMissing, "2 of 3 rows: company=A, line=prepayments; company=B, line=vouchers"),
        (ReasonCode::CounterpartMissing, "1 of 3 rows: company=A, line=vouchers"),
    ];
    assert_eq!((result.outcome, reasons), (Outcome::NotOperated, expected.to_vec()));
    let cells = "A,prepayments,18350,EGP,0,50,\n";
    let later = CONTRACT.replace("2023-01-01", "2024-02-01");
    let (result, _) = bench(cells, &later).result().await;
    assert_eq!(result.reasons[0].code, ReasonCode::ThresholdMissing);
}

#[tokio::test]
async fn a_changed_threshold_is_told_since_the_run_before() {
    let cells = "A,prepayments,18350,EGP,1,50,\n";
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    bench(cells, CONTRACT).operate(&store, folder.path()).await.unwrap();
    let changed = bench(cells, &CONTRACT.replace("\"1000\"", "\"1500\""));
    let since = changes_since(&store, &changed.control, "2024-01-31".parse().unwrap(), None).await.unwrap().unwrap();
    let paths: Vec<&str> = since.changes.iter().map(|change| change.path.as_str()).collect();
    assert_eq!(paths, ["thresholds/v1.toml"]);
    let added = |line: &ChangedLine| matches!(line, ChangedLine::Added(text) if text == "value = \"1500\"");
    assert!(since.changes[0].lines.iter().any(added), "{:?}", since.changes[0].lines);
    let operated = changed.operate_again(&store, folder.path(), true).await.unwrap();
    let report = folder.path().join(operated.result.report.unwrap());
    let report = std::fs::read_to_string(report).unwrap();
    assert!(report.contains("Changed in the definition since 2024-01-31, run 0001"), "the first page says it");
    assert!(report.contains("thresholds/v1.toml (+1 \u{2212}1 lines)"));
    let none = changes_since(&store, &changed.control, "2024-01-30".parse().unwrap(), None).await.unwrap();
    assert!(none.is_none());
}
