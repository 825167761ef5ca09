//! Comparisons as an accountant would lay them out: a bank statement, a ledger, and what is to be found.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Int64Array, StringArray, TimestampMicrosecondArray,
};
use arrow::record_batch::RecordBatch;
use tieout_model::{AmountColumn, ComparisonResult, CurrencyOf, Side};
use tieout_reconcile::{ComparedColumn, ComparisonPlan, ReconcileError, SideSchema, compare};
use tieout_tables::{TableError, cell_text};

/// `reference amount currency text` a line, in the order of reference; `-` is null.
fn table(lines: &str) -> RecordBatch {
    let rows: Vec<Vec<Option<String>>> = lines
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.split_whitespace().map(|cell| (cell != "-").then(|| cell.to_owned())).collect())
        .collect();
    let text =
        |index: usize| -> ArrayRef { Arc::new(rows.iter().map(|row| row[index].clone()).collect::<StringArray>()) };
    let cents = |cell: &String| cell.parse::<tieout_model::Decimal>().unwrap().rescaled(2).unwrap().unscaled();
    let amounts: Decimal128Array = rows.iter().map(|row| row[1].as_ref().map(cents)).collect();
    RecordBatch::try_from_iter_with_nullable([
        ("reference", text(0), true),
        ("amount", Arc::new(amounts.with_precision_and_scale(18, 2).unwrap()) as _, true),
        ("currency", text(2), true),
        ("text", text(3), true),
    ])
    .unwrap()
}

fn side(name: &str, batch: &RecordBatch) -> SideSchema {
    let amount = AmountColumn { column: "amount".into(), currency: CurrencyOf::Column("currency".into()) };
    SideSchema { name: name.into(), schema: batch.schema(), amounts: vec![amount] }
}

fn compared(name: &str, absolute: Option<&str>) -> ComparedColumn {
    let absolute = absolute.map(|text| text.parse().unwrap());
    ComparedColumn { left: name.into(), right: name.into(), absolute, relative: None }
}

/// The result, and the exceptions as `class reference left-amount right-amount diff_columns`; amounts to 0.01 and
/// texts exactly.
fn reconcile(statement: &str, ledger: &str) -> Result<(ComparisonResult, Vec<String>), ReconcileError> {
    let (left, right) = (table(statement), table(ledger));
    let key = [("reference".to_owned(), "reference".to_owned())];
    let columns = [compared("amount", Some("0.01")), compared("text", None)];
    let plan = ComparisonPlan::new("bank", side("statement", &left), side("ledger", &right), &key, &columns)?;
    let mut lines = Vec::new();
    let result = compare(&plan, batches(&left), batches(&right), &mut |batch| {
        for row in 0..batch.num_rows() {
            let cells = ["class", "reference", "left_amount", "right_amount", "diff_columns"];
            let cell = |name: &&str| cell_text(batch.column_by_name(name).unwrap(), row);
            let cells =
                cells.iter().map(|name| Ok(cell(name)?.unwrap_or("-".into()))).collect::<Result<Vec<_>, TableError>>();
            lines.push(cells?.join(" "));
        }
        Ok(())
    })?;
    Ok((result, lines))
}

/// The rows two by two.
fn batches(batch: &RecordBatch) -> impl Iterator<Item = Result<RecordBatch, TableError>> {
    let starts = (0..batch.num_rows()).step_by(2);
    starts.map(|start| Ok(batch.slice(start, 2.min(batch.num_rows() - start)))).collect::<Vec<_>>().into_iter()
}

#[test]
fn a_month_with_a_case_of_every_class() {
    let statement = "
        -    7.00 EUR fee
        B001 100.00 EUR rent
        B002 250.00 EUR wages
        B003 80.01 EUR power
        B004 19.99 EUR phone
        B006 60.00 EUR water
        B006 60.00 EUR water
        B007 5.00 USD card
        B008 - EUR pending
    ";
    let ledger = "
        B001 100.00 EUR rent
        B002 205.00 EUR wages
        B003 80.00 EUR power
        B004 19.99 EUR telephone
        B005 45.00 EUR travel
        B006 60.00 EUR water
        B007 5.01 USD Card
        B008 - EUR pending
    ";
    let (result, lines) = reconcile(statement, ledger).unwrap();
    assert_eq!(
        lines,
        [
            "null_key - 7.00 - -",
            "mismatch B002 250.00 205.00 amount",
            "within_tolerance B003 80.01 80.00 amount",
            "mismatch B004 19.99 19.99 text",
            "only_right B005 - 45.00 -",
            "duplicate_key B006 60.00 - -",
            "duplicate_key B006 60.00 - -",
            "duplicate_key B006 - 60.00 -",
            "mismatch B007 5.00 5.01 amount,text",
        ]
    );
    let keys = [result.matched, result.within_tolerance, result.mismatch, result.only_left, result.only_right];
    assert_eq!(keys, [2, 1, 3, 0, 1]);
    assert_eq!((result.duplicate_keys, result.duplicate_rows_left, result.duplicate_rows_right), (1, 2, 1));
    assert_eq!((result.null_key_rows_left, result.null_key_rows_right), (1, 0));
    // B007's amount differs by a cent, within tolerance; only its text makes it a mismatch.
    let by_column: Vec<_> = result.mismatch_by_column.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    assert_eq!(by_column, [("amount", 1), ("text", 2)]);
}

#[test]
fn amounts_are_summed_by_side_class_and_currency() {
    let statement = "
        A 100.00 EUR x
        B 50.00 USD x
        C 10.00 EUR x
        D -4.00 EUR x
    ";
    let ledger = "
        A 100.00 EUR x
        B 50.00 USD x
        C 12.00 EUR x
    ";
    let (result, _) = reconcile(statement, ledger).unwrap();
    let amounts: Vec<String> = result
        .amounts
        .iter()
        .map(|part| {
            let side = if part.side == Side::Left { "statement" } else { "ledger" };
            format!("{side} {} {} {}", part.class.as_str(), part.currency, part.amount)
        })
        .collect();
    assert_eq!(
        amounts,
        [
            "statement matched EUR 100.00",
            "statement matched USD 50.00",
            "statement mismatch EUR 10.00",
            "statement only_left EUR -4.00",
            "ledger matched EUR 100.00",
            "ledger matched USD 50.00",
            "ledger mismatch EUR 12.00",
        ]
    );
}

#[test]
fn a_key_that_is_twice_on_one_side_only_is_a_duplicate_not_a_missing_row() {
    let (result, lines) = reconcile("A 1 EUR x\n A 1 EUR x\n A 2 EUR x", "").unwrap();
    assert_eq!((result.duplicate_keys, result.only_left), (1, 0));
    assert_eq!(lines.len(), 3, "one line for each row");
}

#[test]
fn null_equals_null_and_differs_from_zero() {
    let (_, lines) = reconcile("A - EUR -\n B - EUR x\n C 0 EUR -", "A - EUR -\n B 0 EUR x\n C 0 EUR x").unwrap();
    assert_eq!(lines, ["mismatch B - 0.00 amount", "mismatch C 0.00 0.00 text"]);
}

#[test]
fn two_empty_sides_have_nothing_to_say() {
    let (result, lines) = reconcile("", "").unwrap();
    assert_eq!((result.matched, lines.len()), (0, 0));
    assert!(result.classes.iter().all(|count| count.rows == 0) && result.amounts.is_empty());
}

#[test]
fn a_side_that_is_not_sorted_is_refused_and_named() {
    for (statement, ledger, expected) in [
        ("B 1 EUR x\n A 1 EUR x", "", "row 2 of 'statement' does not come in the order of the key"),
        ("", "A 1 EUR x\n C 1 EUR x\n B 1 EUR x", "row 3 of 'ledger' does not come in the order of the key"),
        ("A 1 EUR x\n - 1 EUR x", "", "row 2 of 'statement' does not come in the order of the key"),
    ] {
        assert_eq!(reconcile(statement, ledger).unwrap_err().to_string(), expected);
    }
}

#[test]
fn an_amount_without_a_currency_is_refused_without_showing_it() {
    let error = reconcile("A 1 - x", "").unwrap_err().to_string();
    assert_eq!(error, "a row has an amount in column 'amount', but column 'currency' is null there");
    let error = reconcile("A 1 euro x", "").unwrap_err().to_string();
    assert_eq!(error, "a row has an amount in column 'amount', but column 'currency' holds no currency code there");
}

#[test]
fn an_error_of_a_side_ends_the_comparison() {
    let batch = table("A 1 EUR x");
    let key = [("reference".to_owned(), "reference".to_owned())];
    let plan = ComparisonPlan::new("bank", side("statement", &batch), side("ledger", &batch), &key, &[]).unwrap();
    let broken = || vec![Err(TableError::NoSuchColumn { column: "x".into() })].into_iter();
    assert!(compare(&plan, broken(), batches(&batch), &mut |_| Ok(())).is_err());
    let refuse = &mut |_| Err(TableError::NoSuchColumn { column: "x".into() });
    assert!(compare(&plan, batches(&batch), Vec::new().into_iter(), refuse).is_err());
    let other = batch.project(&[0, 1, 3]).unwrap();
    let error = compare(&plan, batches(&other), batches(&batch), &mut |_| Ok(())).unwrap_err();
    assert_eq!(error.to_string(), "a batch of 'statement' does not have the columns of its data set");
}

#[test]
fn a_key_more_often_than_a_batch_holds_is_listed_in_full() {
    let rows = 20_000;
    let statement = "A 0.01 EUR x\n".repeat(rows);
    let (result, lines) = reconcile(&statement, "A 1 EUR x").unwrap();
    assert_eq!((result.duplicate_keys, lines.len()), (1, rows + 1));
    assert_eq!(lines.last().unwrap(), "duplicate_key A - 1.00 -");
    assert_eq!(result.amounts[0].amount, "200.00".parse().unwrap());
}

/// A table of one key column, compared with itself in another type; how many keys match, and the first key listed.
fn keys(left: ArrayRef, right: ArrayRef) -> (ComparisonResult, Vec<String>) {
    let table = |key: ArrayRef| {
        RecordBatch::try_from_iter_with_nullable([("id", Arc::clone(&key), true), ("value", key, true)])
    };
    let (left, right) = (table(left).unwrap(), table(right).unwrap());
    let side =
        |name: &str, batch: &RecordBatch| SideSchema { name: name.into(), schema: batch.schema(), amounts: vec![] };
    let key = [("id".to_owned(), "id".to_owned())];
    let columns = [compared("value", None)];
    let plan = ComparisonPlan::new("keys", side("left", &left), side("right", &right), &key, &columns).unwrap();
    let mut listed = Vec::new();
    let result = compare(&plan, batches(&left), batches(&right), &mut |batch| {
        listed.extend((0..batch.num_rows()).map(|row| cell_text(batch.column(1), row).unwrap().unwrap()));
        Ok(())
    });
    (result.unwrap(), listed)
}

fn decimals(precision: u8, scale: i8, unscaled: &[i128]) -> ArrayRef {
    let values = Decimal128Array::from_iter_values(unscaled.iter().copied());
    Arc::new(values.with_precision_and_scale(precision, scale).unwrap())
}

#[test]
fn keys_and_values_of_numbers_are_equal_by_value_across_types_and_scales() {
    let integers = || -> ArrayRef { Arc::new(Int64Array::from(vec![-10, 2, 3, i64::MAX])) };
    let largest = i128::from(i64::MAX);
    for (right, shown) in [
        (decimals(20, 0, &[-10, 2, 4, largest]), ["3", "4"]),
        (decimals(21, 2, &[-1000, 200, 400, largest * 100]), ["3.00", "4.00"]),
        (
            decimals(38, 19, &[-10, 2, 4, 5].map(|value| value * 10_i128.pow(19))),
            ["3.0000000000000000000", "4.0000000000000000000"],
        ),
    ] {
        let (result, listed) = keys(integers(), right);
        assert!(result.matched >= 2 && result.mismatch == 0, "{result:?}");
        assert_eq!(listed[..2], shown);
    }
    // No decimal of 38 digits holds both, so the key is shown as text.
    let (result, listed) =
        keys(decimals(38, 0, &[1, 2, 10_i128.pow(37)]), decimals(38, 37, &[10_i128.pow(37), 3 * 10_i128.pow(37)]));
    assert_eq!((result.matched, result.only_left, result.only_right), (1, 2, 1));
    assert!(listed[0].starts_with("2.000") && listed[1].starts_with("3.000"), "{listed:?}");
}

#[test]
fn keys_and_values_may_be_dates_timestamps_and_booleans() {
    let dates = |days: [i32; 3]| -> ArrayRef { Arc::new(Date32Array::from(days.to_vec())) };
    let moments = |micros: [i64; 3]| -> ArrayRef { Arc::new(TimestampMicrosecondArray::from(micros.to_vec())) };
    let flags = |values: Vec<bool>| -> ArrayRef { Arc::new(BooleanArray::from(values)) };
    let (result, listed) = keys(dates([-1, 0, 19_000]), dates([-1, 1, 19_000]));
    assert_eq!((result.matched, listed), (2, vec!["1970-01-01".to_owned(), "1970-01-02".to_owned()]));
    let (result, listed) = keys(moments([-1, 0, 1]), moments([0, 1, 2]));
    assert_eq!((result.matched, result.only_left, result.only_right, listed.len()), (2, 1, 1, 2));
    let (result, listed) = keys(flags(vec![false, true]), flags(vec![true]));
    assert_eq!((result.matched, listed), (1, vec!["false".to_owned()]));
}
