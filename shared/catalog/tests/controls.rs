//! The shipped controls load, and name what their golden files expect.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use tieout_catalog::{Control, ControlFolder, builtin, check_schemas, load};
use tieout_model::ColumnSchema;

fn folder(name: &str) -> ControlFolder {
    builtin().into_iter().find(|folder| folder.name == name).unwrap()
}

fn columns(columns: &[(&str, &str)]) -> Vec<ColumnSchema> {
    let column = |&(name, data_type): &(&str, &str)| ColumnSchema {
        name: name.to_owned(),
        data_type: data_type.to_owned(),
        nullable: true,
    };
    columns.iter().map(column).collect()
}

fn ids(control: &Control) -> Vec<&str> {
    let comparisons = control.comparisons.iter().map(|comparison| comparison.id.as_str());
    let tie_outs = control.tie_outs.iter().map(|tie_out| tie_out.id.as_str());
    comparisons.chain(tie_outs).chain(control.assertions.iter().map(|assertion| assertion.id.as_str())).collect()
}

#[test]
fn the_shipped_controls_are_in_order_of_name_and_load() {
    let names: Vec<_> = builtin().into_iter().map(|folder| folder.name).collect();
    assert_eq!(names, ["bank-ledger", "pg-01", "purchase-orders"]);
    for folder in builtin() {
        let control = load(&folder).unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
        assert_eq!(control.id.as_str(), folder.name);
    }
}

#[test]
fn purchase_orders_checks_orders_against_lines() {
    let folder = folder("purchase-orders");
    let control = load(&folder).unwrap();
    let expected = [
        "order-line-totals",
        "order-lines",
        "order-lines-by-order",
        "total-due",
        "line-total",
        "stocked-quantity",
        "short-receipts",
    ];
    assert_eq!(ids(&control), expected);
    assert_eq!(control.files.keys().collect::<Vec<_>>(), ["control.toml", "line_totals.sql"]);
    let line_totals =
        columns(&[("purchase_order_id", "integer"), ("line_total", "decimal(19,4)"), ("line_count", "integer")]);
    check_schemas(&control, &folder, &BTreeMap::from([("line_totals".to_owned(), line_totals)])).unwrap();
}

#[test]
fn bank_ledger_has_its_sample_and_every_kind_of_check() {
    let folder = folder("bank-ledger");
    let control = load(&folder).unwrap();
    let expected =
        ["statement-ledger", "movement", "movement-by-day", "value-date", "payments-approved", "no-empty-entries"];
    assert_eq!(ids(&control), expected);
    for file in ["sample/statement.csv", "sample/ledger.csv", "sample/trailer.csv"] {
        assert!(folder.files.contains_key(file), "{file}");
        assert!(!control.files.contains_key(file), "{file} is data, not definition");
    }
    let large_payments = columns(&[
        ("entry", "integer"),
        ("posted_on", "date"),
        ("reference", "text"),
        ("counterparty", "text"),
        ("approved_by", "text"),
        ("currency", "text"),
        ("amount", "decimal(18,2)"),
    ]);
    check_schemas(&control, &folder, &BTreeMap::from([("large_payments".to_owned(), large_payments)])).unwrap();
}

#[test]
fn the_digest_is_over_names_and_bytes_of_the_definition_only() {
    let mut folder = folder("bank-ledger");
    let before = load(&folder).unwrap().digest;
    folder.files.insert("sample/statement.csv".to_owned(), b"other".to_vec());
    assert_eq!(load(&folder).unwrap().digest, before);
    folder.files.get_mut("large_payments.sql").unwrap().push(b'\n');
    assert_ne!(load(&folder).unwrap().digest, before);
}
