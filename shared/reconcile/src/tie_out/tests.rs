//! Tie-outs as an accountant would lay them out: rows of both sides, thresholds, what is reported.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Decimal128Array, Int64Array, StringArray};
use arrow::datatypes::Decimal128Type;
use arrow::record_batch::RecordBatch;
use tieout_model::{AmountColumn, CurrencyOf};

use super::*;

/// Account, currency, amount in cents.
type Row<'a> = (Option<&'a str>, &'a str, Option<i128>);

fn batch(rows: &[Row<'_>]) -> RecordBatch {
    let amounts: Decimal128Array = rows.iter().map(|row| row.2).collect();
    RecordBatch::try_from_iter_with_nullable([
        ("account", Arc::new(rows.iter().map(|row| row.0).collect::<StringArray>()) as ArrayRef, true),
        ("currency", Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.1))) as _, false),
        ("amount", Arc::new(amounts.with_precision_and_scale(18, 2).unwrap()) as _, true),
    ])
    .unwrap()
}

fn side(rows: &[Row<'_>], by: &[&str]) -> SideTotals {
    let by: Vec<String> = by.iter().map(|&name| name.to_owned()).collect();
    let amount = AmountColumn { column: "amount".into(), currency: CurrencyOf::Column("currency".into()) };
    let mut totals = SideTotals::new(batch(rows).schema_ref(), &amount, &by).unwrap();
    for piece in rows.chunks(2) {
        totals.update(&batch(piece)).unwrap();
    }
    totals
}

fn thresholds(list: &[(&str, &str)]) -> Vec<(Currency, Decimal)> {
    list.iter().map(|(currency, amount)| (currency.parse().unwrap(), amount.parse().unwrap())).collect()
}

/// `group currency left right difference status` of every result row.
fn lines(found: &TieOut) -> Vec<String> {
    let line = |row: &TieOutResult| {
        let group: Vec<&str> = row.group.values().map(String::as_str).collect();
        format!("[{}] {} {} {} {} {:?}", group.join(","), row.currency, row.left, row.right, row.difference, row.status)
    };
    found.results.iter().map(line).collect()
}

#[test]
fn totals_agree_per_currency() {
    let left =
        side(&[(Some("a"), "EUR", Some(1050)), (Some("b"), "USD", Some(100)), (Some("a"), "EUR", Some(-50))], &[]);
    let right = side(&[(Some("x"), "EUR", Some(1000)), (Some("y"), "USD", Some(99)), (None, "CHF", Some(1))], &[]);
    let found = tie_out("total", left, right, &[]).unwrap();
    assert_eq!(
        lines(&found),
        ["[] CHF 0.00 0.01 -0.01 OverThreshold", "[] EUR 10.00 10.00 0.00 Ok", "[] USD 1.00 0.99 0.01 OverThreshold"]
    );
    assert!(found.missing_thresholds.is_empty(), "naming none investigates any difference");
}

#[test]
fn a_currency_without_a_threshold_is_reported() {
    let left = side(&[(None, "EUR", Some(100)), (None, "USD", Some(100))], &[]);
    let right = side(&[(None, "EUR", Some(150)), (None, "USD", Some(100))], &[]);
    let found = tie_out("total", left, right, &thresholds(&[("EUR", "0.51")])).unwrap();
    assert_eq!(lines(&found), ["[] EUR 1.00 1.50 -0.50 Ok", "[] USD 1.00 1.00 0.00 Ok"]);
    assert_eq!(found.missing_thresholds, ["USD".parse().unwrap()]);
}

#[test]
fn a_difference_equal_to_the_threshold_is_over_it() {
    let found = |right| {
        let sides = (side(&[(None, "EUR", Some(100))], &[]), side(&[(None, "EUR", Some(right))], &[]));
        tie_out("total", sides.0, sides.1, &thresholds(&[("EUR", "0.50")])).unwrap().results[0].status
    };
    assert_eq!(found(149), TieOutStatus::Ok);
    assert_eq!(found(150), TieOutStatus::OverThreshold);
    assert_eq!(found(50), TieOutStatus::OverThreshold);
}

#[test]
fn groups_are_agreed_one_by_one_even_when_the_total_agrees() {
    let left = [(Some("1000"), "EUR", Some(100)), (Some("1200"), "EUR", Some(300)), (None, "EUR", Some(5))];
    let right = [(Some("1000"), "EUR", Some(200)), (Some("1200"), "EUR", Some(200)), (None, "EUR", Some(5))];
    let found = tie_out("total", side(&left, &["account"]), side(&right, &["account"]), &[]).unwrap();
    assert_eq!(
        lines(&found),
        [
            "[] EUR 4.05 4.05 0.00 Ok",
            "[1000] EUR 1.00 2.00 -1.00 OverThreshold",
            "[1200] EUR 3.00 2.00 1.00 OverThreshold",
        ]
    );
    assert_eq!((found.results[0].groups, found.results[0].groups_over_threshold), (Some(3), Some(2)));
    assert_eq!(found.groups.len(), 3, "the table has every group");
}

#[test]
fn a_group_of_null_is_shown_without_its_column() {
    let right = side(&[(None, "EUR", Some(5))], &["account"]);
    let found = tie_out("total", side(&[], &["account"]), right, &[]).unwrap();
    assert_eq!(found.results.len(), 2);
    assert!(found.results[1].group.is_empty());
    let table = found.batches().next().unwrap().unwrap();
    assert!(table.column_by_name("account").unwrap().is_null(0));
}

#[test]
fn two_empty_sides_show_a_row_of_zeros_where_the_currency_is_fixed() {
    let empty = || {
        let amount = AmountColumn { column: "amount".into(), currency: CurrencyOf::Fixed("EUR".parse().unwrap()) };
        SideTotals::new(batch(&[]).schema_ref(), &amount, &[]).unwrap()
    };
    assert_eq!(lines(&tie_out("total", empty(), empty(), &[]).unwrap()), ["[] EUR 0.00 0.00 0.00 Ok"]);
    assert!(tie_out("total", side(&[], &[]), side(&[], &[]), &[]).unwrap().results.is_empty());
}

#[test]
fn a_null_amount_adds_nothing_and_makes_no_group() {
    let left = side(&[(Some("a"), "EUR", None), (Some("b"), "EUR", Some(1))], &["account"]);
    let found = tie_out("total", left, side(&[(Some("b"), "EUR", Some(1))], &["account"]), &[]).unwrap();
    assert_eq!((found.results.len(), found.groups.len()), (1, 1));
}

/// Order number in the given type, amount 1.00.
fn numbered(order: ArrayRef) -> SideTotals {
    let amounts = Decimal128Array::from_iter_values(vec![10_000; order.len()]).with_precision_and_scale(20, 4).unwrap();
    let batch = RecordBatch::try_from_iter([("order", order), ("amount", Arc::new(amounts) as _)]).unwrap();
    let amount = AmountColumn { column: "amount".into(), currency: CurrencyOf::Fixed("EUR".parse().unwrap()) };
    let mut totals = SideTotals::new(batch.schema_ref(), &amount, &["order".to_owned()]).unwrap();
    totals.update(&batch).unwrap();
    totals
}

#[test]
fn groups_of_numbers_are_equal_by_value_and_in_numeric_order() {
    let left = numbered(Arc::new(Int64Array::from(vec![10, 9, -1])));
    let decimals = Decimal128Array::from_iter_values([900, 1000, -100]).with_precision_and_scale(9, 2).unwrap();
    let found = tie_out("orders", left, numbered(Arc::new(decimals)), &[]).unwrap();
    assert_eq!(lines(&found), ["[] EUR 3.0000 3.0000 0.0000 Ok"]);
    let table = found.batches().next().unwrap().unwrap();
    let orders: Vec<_> = table.column_by_name("order").unwrap().as_string::<i32>().iter().flatten().collect();
    assert_eq!(orders, ["-1", "9", "10"]);
}

#[test]
fn groups_of_types_that_never_equal_are_refused() {
    let (left, right) =
        (numbered(Arc::new(Int64Array::from(vec![1]))), numbered(Arc::new(StringArray::from(vec!["1"]))));
    let error = tie_out("orders", left, right, &[]).unwrap_err();
    assert_eq!(error.to_string(), "group column 'order' has types on the two sides that do not compare");
}

#[test]
fn the_table_holds_amounts_and_thresholds_at_one_scale() {
    let found = tie_out(
        "total",
        side(&[(None, "EUR", Some(100))], &[]),
        side(&[(None, "EUR", Some(90))], &[]),
        &thresholds(&[("EUR", "0.125")]),
    )
    .unwrap();
    let table = found.batches().next().unwrap().unwrap();
    assert_eq!(table.schema(), found.schema().unwrap());
    let figure = |name: &str| table.column_by_name(name).unwrap().as_primitive::<Decimal128Type>().value(0);
    assert_eq!(["left", "right", "difference", "threshold"].map(figure), [1000, 900, 100, 125]);
}

#[test]
fn a_sum_beyond_38_digits_is_an_error() {
    let largest = 10_i128.pow(38) - 1;
    let totals = side(&[(None, "EUR", Some(largest)), (None, "EUR", Some(1))], &[]);
    let error = tie_out("total", totals, side(&[], &[]), &[]).unwrap_err();
    assert_eq!(error.to_string(), "the sum of column 'amount' needs more than 38 digits");
}
