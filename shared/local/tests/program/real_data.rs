//! The control `purchase-orders` on the real `AdventureWorks` extracts, against answers that were worked out elsewhere.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The extracts, when they lie beside the repository.
fn extracts() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/adventureworks");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: the AdventureWorks extracts are not at ../shared/data/adventureworks");
    None
}

fn run(data: &Path, cutoff_date: &str) -> (Value, Option<i32>) {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_tieout"))
        .args(["run", "purchase-orders", "--format", "json", "--cutoff-date", cutoff_date, "--data"])
        .arg(data)
        .arg("--store")
        .arg(folder.path())
        .output()
        .unwrap();
    (serde_json::from_slice(&output.stdout).unwrap(), output.status.code())
}

fn check(cutoff_date: &str, orders: u64, lines: u64, after_cutoff: Option<u64>, total: &str, short: (u64, &str)) {
    let Some(data) = extracts() else { return };
    let (result, code) = run(&data, cutoff_date);
    assert_eq!((code, result["outcome"].as_str()), (Some(1), Some("exceptions")));
    let data_set =
        |name: &str| result["data_sets"].as_array().unwrap().iter().find(|each| each["name"] == name).unwrap();
    assert_eq!(
        (data_set("orders")["rows"].as_u64(), data_set("order_lines")["rows"].as_u64()),
        (Some(orders), Some(lines))
    );
    assert_eq!(data_set("orders")["totals"][0]["amount"], total);
    assert_eq!(data_set("orders")["excluded"][0]["rows"].as_u64(), after_cutoff);
    let tie_out = result["tie_outs"].as_array().unwrap().iter().find(|each| each["id"] == "order-lines").unwrap();
    assert_eq!([&tie_out["left"], &tie_out["right"], &tie_out["difference"]], [total, total, "0.0000"]);
    let short_receipts = result["assertions"].as_array().unwrap().iter().find(|each| each["id"] == "short-receipts");
    let short_receipts = short_receipts.unwrap();
    assert_eq!(short_receipts["rows_failed"].as_u64(), Some(short.0));
    assert_eq!((&short_receipts["amount"], &short_receipts["currency"]), (&short.1.into(), &"USD".into()));
    for id in ["total-due", "line-total", "stocked-quantity"] {
        let assertion = result["assertions"].as_array().unwrap().iter().find(|each| each["id"] == id).unwrap();
        assert_eq!(assertion["rows_failed"], 0, "{id}");
    }
    assert_eq!(result["tables"][0]["name"], "exceptions");
    assert_eq!(result["tables"][0]["rows"].as_u64(), Some(short.0));
}

#[test]
fn every_figure_of_the_golden_file_is_found() {
    let Some(data) = extracts() else { return };
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/../catalog/controls/purchase-orders/golden/expected.json");
    let expected: Value = serde_json::from_slice(&std::fs::read(golden).unwrap()).unwrap();
    let (result, _) = run(&data, "2024-12-31");
    crate::golden::covers("result", &expected, &result);
}

#[test]
fn orders_up_to_the_end_of_2024() {
    check("2024-12-31", 1603, 3602, Some(2409), "24645232.1360", (149, "212639.1085"));
}

#[test]
fn orders_of_all_dates() {
    check("2026-10-31", 4012, 8845, None, "63791994.8380", (380, "551448.9940"));
}
