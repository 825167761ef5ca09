//! A sample of PG-01 is consistent in itself: what its files hold is what its answer says.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;
use tieout_model::Decimal;
use tieout_sample::pg01::{Request, write};

type Row = BTreeMap<String, String>;

fn request(folder: &Path, rows: u64, defects: Option<&[&str]>) -> Request {
    Request {
        folder: folder.to_owned(),
        source_tables: None,
        rows,
        companies: Vec::new(),
        seed: 1,
        defects: defects.map(|names| names.iter().map(|name| (*name).to_owned()).collect()),
        cutoff_date: "2025-09-30".parse().unwrap(),
    }
}

fn sample(rows: u64, defects: Option<&[&str]>) -> (TempDir, Value) {
    let folder = tempfile::tempdir().unwrap();
    write(&request(folder.path(), rows, defects)).unwrap();
    let answer = serde_json::from_slice(&fs::read(folder.path().join("planted.json")).unwrap()).unwrap();
    (folder, answer)
}

fn rows(folder: &Path, name: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(folder.join(format!("{name}.csv"))).unwrap();
    let headers: Vec<String> =
        reader.headers().unwrap().iter().map(|header| header.trim_start_matches('\u{feff}').to_owned()).collect();
    let record = |record: csv::StringRecord| headers.iter().cloned().zip(record.iter().map(str::to_owned)).collect();
    reader.records().map(|it| record(it.unwrap())).collect()
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap_or_else(|_| panic!("'{text}' is no decimal"))
}

fn sum<'a>(rows: impl Iterator<Item = &'a Row>, column: &str) -> Decimal {
    rows.map(|row| row[column].as_str())
        .filter(|text| !matches!(*text, "" | "NULL"))
        .fold(Decimal::ZERO, |sum, text| sum.checked_add(decimal(text)).unwrap())
}

const KEYS: [(&str, &str, &str, &str); 12] = [
    ("cr_03", "id_company", "Entry No_", "Amount"),
    ("cr_04", "ID_COMPANY", "", "BALANCE_AT_DATE"),
    ("cr_05", "Company_Code", "", "FX_rate"),
    ("ipe_07", "id_company", "Entry No_", "rem_amt_LCY"),
    ("ipe_08", "ID_COMPANY", "id", "remaining_amount"),
    ("ipe_08_usage", "ID_Company", "", "TotalAmountUsed"),
    ("ipe_10", "ID_COMPANY", "COD_OMS_SALES_ORDER_ITEM", "PAID_FOR_ITEMS"),
    ("ipe_11", "ID_Company", "SC_ID_Transaction", "SC_Transaction_Amount"),
    ("ipe_12", "ID_COMPANY", "", "amount_expected"),
    ("ipe_31", "ID_Company", "Source_Id", "Amount"),
    ("ipe_34", "ID_COMPANY", "COD_OMS_SALES_ORDER_ITEM", "AmountToRefund"),
    ("jdash", "Company", "", "Amount Used"),
];

#[test]
fn keys_are_unique_and_control_totals_are_those_of_the_files() {
    let (folder, _) = sample(2000, None);
    let totals: BTreeMap<String, Row> =
        rows(folder.path(), "control_totals").into_iter().map(|row| (row["dataset"].clone(), row)).collect();
    for (name, company, key, amount) in KEYS {
        let rows = rows(folder.path(), name);
        assert_eq!(totals[name]["rows"], rows.len().to_string(), "{name}");
        let mut total = sum(rows.iter(), amount);
        if name == "ipe_10" {
            total = total.checked_add(sum(rows.iter(), "PAID_FOR_SHIPPING")).unwrap();
        }
        assert_eq!(decimal(&totals[name]["amount"]), total, "{name}");
        if !key.is_empty() {
            let keys: BTreeSet<(&str, &str)> =
                rows.iter().map(|row| (row[company].as_str(), row[key].as_str())).collect();
            assert_eq!(keys.len(), rows.len(), "{name}");
        }
    }
}

#[test]
fn the_balances_are_targets_and_bridges_and_what_was_planted() {
    let (folder, answer) = sample(2000, None);
    let accounts = BTreeMap::from([
        ("collections", vec!["13001", "13002"]),
        ("customer_receivables", vec!["13003", "13004", "13009"]),
        ("delivered_not_reconciled", vec!["13005", "13024"]),
        ("refund_liability", vec!["18317"]),
        ("customer_prepayments", vec!["18350"]),
        ("voucher_liability", vec!["18412"]),
    ]);
    let balances = rows(folder.path(), "cr_04");
    let cells = answer["expected"]["tie_out"].as_array().unwrap();
    assert_eq!(cells.len(), 54);
    for cell in cells {
        let of = |name: &str| decimal(cell[name].as_str().unwrap());
        let is_of = |row: &&Row| {
            row["ID_COMPANY"] == cell["company"]
                && row["CURRENCY"] == cell["currency"]
                && row["CLOSING_DATE"].starts_with("2025-09-30")
                && accounts[cell["line"].as_str().unwrap()].contains(&row["GROUP_COA_ACCOUNT_NO"].as_str())
        };
        assert_eq!(sum(balances.iter().filter(is_of), "BALANCE_AT_DATE"), of("actual_lcy"), "{cell}");
        let explained = of("target_lcy").checked_add(of("explained_lcy")).unwrap();
        assert_eq!(explained.checked_add(of("unexplained_lcy")).unwrap(), of("actual_lcy"), "{cell}");
    }
}

#[test]
fn every_usual_defect_is_planted_once_and_must_be_found() {
    let (_folder, answer) = sample(2000, None);
    let exceptions = answer["expected"]["exceptions"].as_array().unwrap();
    let planted = answer["planted"].as_array().unwrap();
    let kinds: BTreeSet<&str> = planted.iter().map(|it| it["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds.len(), 13, "the twelve usual ones, and one cell just below its threshold: {kinds:?}");
    for it in planted.iter().filter(|it| it["severity"] != "none") {
        let found = |other: &&Value| other["kind"] == it["kind"] && other["company"] == it["company"];
        assert!(exceptions.iter().any(|other| found(&other)), "{it}");
    }
    assert_eq!(answer["expected"]["outcome"], "exceptions");
}

#[test]
fn a_sample_without_defects_is_clean_and_a_larger_one_ties_too() {
    for rows in [2000, 9000] {
        let (_folder, answer) = sample(rows, Some(&["none"]));
        assert_eq!(answer["expected"]["outcome"], "clean");
        assert_eq!(answer["planted"], serde_json::json!([]));
        for bucket in answer["expected"]["voucher_variance"].as_array().unwrap() {
            let both = bucket["voucher_type"].is_string()
                && ["Issuance", "Usage", "Expired"].contains(&bucket["category"].as_str().unwrap_or_default());
            assert!(!both || bucket["variance_lcy"] == "0.00", "{bucket}");
        }
    }
}

#[test]
fn the_ledger_has_as_many_lines_as_asked_for() {
    let (_folder, answer) = sample(3001, None);
    let coverage = answer["expected"]["coverage"].as_array().unwrap();
    let lines: u64 = coverage.iter().map(|row| row["rows"].as_u64().unwrap()).sum();
    assert!((3001..3020).contains(&lines), "{lines}: planted lines may come on top");
    let rules: BTreeSet<&str> = coverage.iter().map(|row| row["rule_id"].as_str().unwrap()).collect();
    assert_eq!(rules.len(), 26, "the 24 rules, and what no rule takes: {rules:?}");
}

#[test]
fn what_cannot_operate_is_planted_when_asked_for() {
    let (folder, answer) = sample(2000, Some(&["dataset_missing", "column_missing", "completeness_not_proven"]));
    assert!(!folder.path().join("ipe_31.csv").exists());
    assert!(rows(folder.path(), "ipe_08").iter().all(|row| !row.contains_key("is_active")));
    assert!(rows(folder.path(), "control_totals").iter().all(|row| row["dataset"] != "cr_03"));
    assert_eq!(answer["expected"]["outcome"], "not_operated");
}
