//! Explanations as an accountant would read them: open rows of a bank statement and a ledger, and what is near them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BinaryArray, Date32Array, Decimal128Array, Decimal256Array, Float64Array, StringArray,
    Time64MicrosecondArray, TimestampNanosecondArray,
};
use arrow::datatypes::i256;
use arrow::record_batch::RecordBatch;
use tieout_model::ColumnNames;
use tieout_reconcile::{ExplainSpec, Explained, ReconcileError, explain, explanations_schema};
use tieout_tables::{TableError, cell_text};

/// What fits in memory needs no folder.
fn scratch() -> &'static Path {
    Path::new("/nonexistent/scratch")
}

fn names(left: &str, right: &str) -> ColumnNames {
    ColumnNames { left: left.into(), right: right.into() }
}

fn texts(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

/// `class account reference amount text` a line; `-` is null. The amount and text belong to the side of the class.
fn exceptions(lines: &str) -> RecordBatch {
    let rows: Vec<Vec<&str>> = lines.lines().map(|line| line.split_whitespace().collect()).collect();
    let rows: Vec<Vec<&str>> = rows.into_iter().filter(|row| !row.is_empty()).collect();
    let cell = |row: &Vec<&str>, index: usize| Some(row[index].to_owned()).filter(|cell| cell != "-");
    let text =
        |index: usize| -> ArrayRef { Arc::new(rows.iter().map(|row| cell(row, index)).collect::<StringArray>()) };
    let of_side = |row: &Vec<&str>, index, side: &str| cell(row, index).filter(|_| row[0].ends_with(side));
    let note = |side| -> ArrayRef { Arc::new(rows.iter().map(|row| of_side(row, 4, side)).collect::<StringArray>()) };
    let amount = |side, scale: u8| -> ArrayRef {
        let unscaled =
            |text: String| text.parse::<tieout_model::Decimal>().unwrap().rescaled(scale).unwrap().unscaled();
        let values: Decimal128Array = rows.iter().map(|row| of_side(row, 3, side).map(unscaled)).collect();
        Arc::new(values.with_precision_and_scale(18, i8::try_from(scale).unwrap()).unwrap())
    };
    RecordBatch::try_from_iter_with_nullable([
        ("class", text(0), true),
        ("account", text(1), true),
        ("reference", text(2), true),
        ("left_amount", amount("left", 2), true),
        ("left_text", note("left"), true),
        ("right_value", amount("right", 4), true),
        ("right_memo", note("right"), true),
        ("diff_columns", Arc::new(StringArray::from(vec![None::<&str>; rows.len()])), true),
    ])
    .unwrap()
}

fn bank(relax: &[&[&str]]) -> ExplainSpec {
    ExplainSpec {
        key: texts(&["account", "reference"]),
        compared: vec![names("amount", "value"), names("text", "memo")],
        relax: relax.iter().map(|columns| texts(columns)).collect(),
        amount: Some(names("amount", "value")),
    }
}

/// The explanations, a line as its cells.
fn explained(spec: &ExplainSpec, table: &RecordBatch) -> Result<(Explained, Vec<String>), ReconcileError> {
    let mut lines = Vec::new();
    let batches = (0..table.num_rows()).map(|row| Ok(table.slice(row, 1)));
    let explained = explain(spec, &table.schema(), batches, scratch(), &mut |batch| {
        let cell = |column, row| cell_text(batch.column(column), row).unwrap().unwrap_or("-".into());
        let line = |row| (0..batch.num_columns()).map(|column| cell(column, row)).collect::<Vec<_>>().join(" ");
        lines.extend((0..batch.num_rows()).map(line));
        Ok(())
    })?;
    Ok((explained, lines))
}

#[test]
fn open_rows_of_a_month_are_explained_from_both_sides() {
    let table = exceptions(
        "
        mismatch   1200 B000 9.00 bank-fee
        only_left  1200 B001 100.00 rent
        only_left  1200 B002 250.00 wages
        only_left  1300 B003 80.00 power
        only_left  1400 B009 5.00 card
        only_right 1200 B01 100.0000 rent
        only_right 1200 B020 205.0000 wages
        only_right 1300 B003x 80.0050 power
        only_right 1300 B003y 79.9900 power
        only_right 1500 B777 1.0000 travel
        duplicate_key 1400 B009 5.00 card
        ",
    );
    let (explained, lines) = explained(&bank(&[&["account"]]), &table).unwrap();
    assert_eq!(
        lines,
        [
            "left 1200 B001 nearest account 1 1200 B01 reference 0.0000",
            "left 1200 B002 nearest account 1 1200 B020 reference,amount -45.0000",
            "left 1300 B003 nearest account 1 1300 B003x reference,amount 0.0050",
            "left 1400 B009 none - 0 - - - -",
            "right 1200 B01 nearest account 1 1200 B001 reference 0.0000",
            "right 1200 B020 nearest account 1 1200 B002 reference,amount 45.0000",
            "right 1300 B003x nearest account 1 1300 B003 reference,amount -0.0050",
            "right 1300 B003y nearest account 1 1300 B003 reference,amount 0.0100",
            "right 1500 B777 none - 0 - - - -",
        ]
    );
    assert_eq!((explained.left.nearest, explained.left.none), (3, 1));
    assert_eq!((explained.right.nearest, explained.right.none), (4, 1));
    assert_eq!((explained.relaxed[0].columns.join(","), explained.relaxed[0].found.nearest), ("account".into(), 7));
}

#[test]
fn rows_that_are_equally_near_are_all_listed_and_none_is_picked() {
    let table = exceptions(
        "
        only_left  1200 B001 100.00 rent
        only_right 1200 C3 100.0100 rent
        only_right 1200 C1 99.9900 rent
        only_right 1200 C2 100.0200 rent
        only_right 1200 C4 - rent
        ",
    );
    let (explained, lines) = explained(&bank(&[&["account"]]), &table).unwrap();
    assert_eq!(
        lines[..2],
        [
            "left 1200 B001 ambiguous account 2 1200 C1 reference,amount -0.0100",
            "left 1200 B001 ambiguous account 2 1200 C3 reference,amount 0.0100",
        ]
    );
    assert_eq!(lines[5], "right 1200 C4 nearest account 1 1200 B001 reference,amount -");
    assert_eq!((explained.left.ambiguous, explained.relaxed[0].found.ambiguous), (1, 1));
}

#[test]
fn of_many_that_are_equally_near_ten_are_listed_and_all_counted() {
    let rights = (10..35).rev().map(|number| format!("only_right 1200 C{number} 7 rent"));
    let lines: Vec<String> = std::iter::once("only_left 1200 B001 7.00 rent".to_owned()).chain(rights).collect();
    let table = exceptions(&lines.join("\n"));
    let (_, lines) = explained(&bank(&[&["account"]]), &table).unwrap();
    let of_left: Vec<&String> = lines.iter().filter(|line| line.starts_with("left")).collect();
    assert_eq!(of_left.len(), 10);
    assert_eq!(of_left[0], "left 1200 B001 ambiguous account 25 1200 C10 reference 0.0000");
    assert_eq!(of_left[9], "left 1200 B001 ambiguous account 25 1200 C19 reference 0.0000");
}

#[test]
fn the_first_relaxed_key_with_a_candidate_answers_even_where_a_later_one_has_a_nearer_row() {
    let table = exceptions(
        "
        only_left  1200 B001 100.00 rent
        only_right 1300 B001 7.0000 other
        only_right 1200 B002 100.0000 rent
        ",
    );
    let (explained, lines) = explained(&bank(&[&["reference"], &["account"]]), &table).unwrap();
    assert_eq!(
        lines,
        [
            "left 1200 B001 nearest reference 1 1300 B001 account,amount,text -93.0000",
            "right 1200 B002 nearest account 1 1200 B001 reference 0.0000",
            "right 1300 B001 nearest reference 1 1200 B001 account,amount,text 93.0000",
        ]
    );
    assert_eq!(explained.relaxed.iter().map(|relaxed| relaxed.found.nearest).collect::<Vec<_>>(), [2, 1]);
}

#[test]
fn nulls_in_a_relaxed_key_never_agree_and_in_a_compared_column_are_equal() {
    let table = exceptions(
        "
        only_left  - B001 - -
        only_right - B002 - -
        only_left  1200 B003 - -
        only_right 1200 B004 - -
        ",
    );
    let (_, lines) = explained(&bank(&[&["account"]]), &table).unwrap();
    assert_eq!(
        lines,
        [
            "left - B001 none - 0 - - - -",
            "left 1200 B003 nearest account 1 1200 B004 reference -",
            "right - B002 none - 0 - - - -",
            "right 1200 B004 nearest account 1 1200 B003 reference -",
        ]
    );
}

#[test]
fn without_an_amount_only_columns_count() {
    let table = exceptions(
        "
        only_left  1200 B001 100.00 rent
        only_right 1200 C1 5.0000 rent
        only_right 1200 C2 99.0000 rent
        ",
    );
    let spec = ExplainSpec { amount: None, ..bank(&[&["account"]]) };
    let (_, lines) = explained(&spec, &table).unwrap();
    assert_eq!(lines[0], "left 1200 B001 ambiguous account 2 1200 C1 reference,amount -");
    let spec = ExplainSpec { compared: vec![names("text", "memo")], ..bank(&[&["account"]]) };
    let (_, lines) = explained(&spec, &table).unwrap();
    assert_eq!(lines[0], "left 1200 B001 nearest account 1 1200 C2 reference -1.0000");
}

/// A left and a right row of account 1 with these keys and values.
fn pair(keys: ArrayRef, left: ArrayRef, right: ArrayRef) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable([
        ("class", Arc::new(StringArray::from(vec!["only_left", "only_right"])) as _, true),
        ("account", Arc::new(StringArray::from(vec!["1", "1"])) as _, true),
        ("key", keys, true),
        ("left_x", left, true),
        ("right_x", right, true),
    ])
    .unwrap()
}

fn wide(values: [Option<i64>; 2], scale: i8) -> ArrayRef {
    let values: Decimal256Array = values.into_iter().map(|value| value.map(i256::from)).collect();
    Arc::new(values.with_precision_and_scale(76, scale).unwrap())
}

#[test]
fn every_type_of_a_comparison_may_be_in_the_key_and_be_compared() {
    let keys: [ArrayRef; 6] = [
        Arc::new(Float64Array::from(vec![0.5, -0.0])),
        Arc::new(BinaryArray::from(vec![&[0_u8, 255][..], &[1]])),
        Arc::new(Date32Array::from(vec![1, 2])),
        Arc::new(Time64MicrosecondArray::from(vec![1, 2])),
        Arc::new(TimestampNanosecondArray::from(vec![1, 2]).with_timezone("UTC")),
        wide([Some(1), Some(2)], 2),
    ];
    let day = 86_400_000_000_000;
    let moments: ArrayRef = Arc::new(TimestampNanosecondArray::from(vec![None, Some(day)]).with_timezone("UTC"));
    let values: [(ArrayRef, ArrayRef, &str); 2] = [
        (Arc::new(Date32Array::from(vec![Some(1), None])), moments, "key"),
        (wide([Some(-150), None], 2), wide([None, Some(-1_501)], 3), "key,x"),
    ];
    for key in keys {
        for (left, right, differs_in) in &values {
            let table = pair(Arc::clone(&key), Arc::clone(left), Arc::clone(right));
            let spec = ExplainSpec {
                key: texts(&["account", "key"]),
                compared: vec![names("x", "x")],
                relax: vec![texts(&["account"])],
                amount: None,
            };
            let mut found = Vec::new();
            explain(&spec, &table.schema(), std::iter::once(Ok(table.clone())), scratch(), &mut |batch| {
                assert_eq!(batch.column(2).data_type(), key.data_type());
                found.extend((0..2).map(|row| cell_text(batch.column_by_name("differs_in").unwrap(), row).unwrap()));
                Ok(())
            })
            .unwrap();
            assert_eq!(found, vec![Some((*differs_in).to_owned()); 2]);
        }
    }
}

#[test]
fn a_difference_that_the_table_cannot_hold_is_an_error() {
    let most = 10_i128.pow(38) - 1;
    let decimals = |values: [Option<i128>; 2]| -> ArrayRef {
        Arc::new(Decimal128Array::from(values.to_vec()).with_precision_and_scale(38, 0).unwrap())
    };
    let table = pair(wide([Some(1), Some(2)], 0), decimals([Some(most), None]), decimals([None, Some(-1)]));
    let spec = ExplainSpec {
        key: texts(&["account", "key"]),
        compared: Vec::new(),
        relax: vec![texts(&["account"])],
        amount: Some(names("x", "x")),
    };
    let error = explain(&spec, &table.schema(), std::iter::once(Ok(table.clone())), scratch(), &mut |_| Ok(()));
    assert!(matches!(error, Err(ReconcileError::Overflow { column }) if column == "x"));
}

#[test]
fn other_columns_and_errors_on_the_way_end_it() {
    let table = exceptions("only_left 1200 B001 100.00 rent");
    let spec = bank(&[&["account"]]);
    let broken = || Err(TableError::NoSuchColumn { column: "x".into() });
    assert!(explain(&spec, &table.schema(), std::iter::once(broken()), scratch(), &mut |_| Ok(())).is_err());
    let rows = || std::iter::once(Ok(table.clone()));
    assert!(explain(&spec, &table.schema(), rows(), scratch(), &mut |_| broken().map(|_| ())).is_err());
    let other = std::iter::once(Ok(table.project(&[0, 1, 2, 3]).unwrap()));
    let error = explain(&spec, &table.schema(), other, scratch(), &mut |_| Ok(())).unwrap_err();
    assert!(matches!(error, ReconcileError::Table(TableError::WrongColumns { .. })));
    let misspelt = ExplainSpec { relax: vec![texts(&["acount"])], ..spec };
    let error = explanations_schema(&misspelt, &table.schema()).unwrap_err();
    assert_eq!(error.to_string(), "column 'acount' of a relaxed key is not in the key");
}
