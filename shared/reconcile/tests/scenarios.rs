//! Comparisons as an accountant would lay them out: a bank statement, a ledger, and what is to be found.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "scenarios/books.rs"]
mod books;
#[path = "scenarios/declared.rs"]
mod declared;
#[path = "scenarios/types.rs"]
mod types;

use tieout_model::Side;
use tieout_reconcile::{ComparisonPlan, resolve};
use tieout_tables::TableError;

use books::{bank, batches, books, reconcile, scratch, side};

#[test]
fn a_month_with_a_case_of_every_class() {
    let statement = "
        B004 19.99 EUR phone
        -    7.00 EUR fee
        B001 100.00 EUR rent
        B006 60.00 EUR water
        B002 250.00 EUR wages
        B003 80.01 EUR power
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
    let (result, lines) = reconcile(bank(), statement, ledger).unwrap();
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
    let (result, _) = reconcile(bank(), statement, ledger).unwrap();
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
    let (result, lines) = reconcile(bank(), "A 1 EUR x\n A 1 EUR x\n A 2 EUR x", "").unwrap();
    assert_eq!((result.duplicate_keys, result.only_left), (1, 0));
    assert_eq!(lines.len(), 3, "one line for each row");
}

#[test]
fn null_equals_null_and_differs_from_zero() {
    let ledger = "A - EUR -\n B 0 EUR x\n C 0 EUR x";
    let (_, lines) = reconcile(bank(), "A - EUR -\n B - EUR x\n C 0 EUR -", ledger).unwrap();
    assert_eq!(lines, ["mismatch B - 0.00 amount", "mismatch C 0.00 0.00 text"]);
}

#[test]
fn two_empty_sides_have_nothing_to_say() {
    let (result, lines) = reconcile(bank(), "", "").unwrap();
    assert_eq!((result.matched, lines.len()), (0, 0));
    assert!(result.classes.iter().all(|count| count.rows == 0) && result.amounts.is_empty());
}

#[test]
fn an_amount_without_a_currency_is_refused_without_showing_it() {
    let error = reconcile(bank(), "A 1 - x", "").unwrap_err().to_string();
    assert_eq!(error, "a row has an amount in column 'amount', but column 'currency' is null there");
    let error = reconcile(bank(), "A 1 euro x", "").unwrap_err().to_string();
    assert_eq!(error, "a row has an amount in column 'amount', but column 'currency' holds no currency code there");
}

#[test]
fn an_error_of_a_side_ends_the_comparison() {
    let batch = books("A 1 EUR x");
    let plan = ComparisonPlan::new(bank(), side("statement", &batch), side("ledger", &batch)).unwrap();
    let broken = || vec![Err(TableError::NoSuchColumn { column: "x".into() })].into_iter();
    assert!(resolve(&plan, broken(), batches(&batch), &scratch(), &mut |_| Ok(())).is_err());
    let refuse = &mut |_| Err(TableError::NoSuchColumn { column: "x".into() });
    assert!(resolve(&plan, batches(&batch), Vec::new().into_iter(), &scratch(), refuse).is_err());
    let other = batch.project(&[0, 1, 3]).unwrap();
    let error = resolve(&plan, batches(&other), batches(&batch), &scratch(), &mut |_| Ok(())).unwrap_err();
    assert_eq!(error.to_string(), "a batch of 'statement' does not have the columns of its data set");
}

#[test]
fn a_key_more_often_than_a_batch_holds_is_listed_in_full() {
    let rows = 20_000;
    let statement = "A 0.01 EUR x\n".repeat(rows);
    let (result, lines) = reconcile(bank(), &statement, "A 1 EUR x").unwrap();
    assert_eq!((result.duplicate_keys, lines.len()), (1, rows + 1));
    assert_eq!(lines.last().unwrap(), "duplicate_key A - 1.00 -");
    assert_eq!(result.amounts[0].amount, "200.00".parse().unwrap());
}
