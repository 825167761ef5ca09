//! Plans that can be carried out, and what refuses those that cannot.

use arrow::datatypes::TimeUnit;
use tieout_model::{AmountColumn, CurrencyOf, DayTolerance, NormalisationStep, Tolerance};

use super::*;
use tieout_model::KeyColumn;

fn side(name: &str, fields: &[(&str, DataType)]) -> SideSchema {
    let fields: Vec<Field> =
        fields.iter().map(|(name, data_type)| Field::new(*name, data_type.clone(), true)).collect();
    SideSchema { name: name.into(), schema: Arc::new(Schema::new(fields)), amounts: Vec::new() }
}

fn names(left: &str, right: &str) -> ColumnNames {
    ColumnNames { left: left.into(), right: right.into() }
}

fn steps(steps: &[NormalisationStep]) -> Normalisation {
    Normalisation(steps.iter().copied().collect())
}

fn compared(left: &str, right: &str, tolerance: Tolerance) -> ComparedColumn {
    ComparedColumn { names: names(left, right), tolerance, normalisation: Normalisation::default() }
}

fn exact(left: &str, right: &str) -> ComparedColumn {
    compared(left, right, Tolerance::default())
}

fn absolute(limit: &str) -> Tolerance {
    Tolerance { absolute: Some(limit.parse().unwrap()), ..Tolerance::default() }
}

fn days() -> Tolerance {
    Tolerance { days: Some(DayTolerance { before: 1, after: 3 }), ..Tolerance::default() }
}

/// A comparison by `left = right` that compares `columns`.
fn spec(key: (&str, &str), columns: &[ComparedColumn]) -> ComparisonSpec {
    ComparisonSpec {
        id: "c".into(),
        key: vec![KeyColumn { names: names(key.0, key.1), normalisation: Normalisation::default() }],
        columns: columns.to_vec(),
        duplicates: Duplicates::List,
        sum_difference: None,
        what_if: Vec::new(),
    }
}

fn statement() -> SideSchema {
    side(
        "statement",
        &[
            ("id", DataType::Int64),
            ("amount", DataType::Decimal128(18, 2)),
            ("note", DataType::Utf8),
            ("class", DataType::Utf8),
            ("day", DataType::Date32),
            ("rate", DataType::Float64),
            ("at", DataType::Timestamp(TimeUnit::Microsecond, None)),
        ],
    )
}

fn ledger() -> SideSchema {
    side(
        "ledger",
        &[
            ("nr", DataType::Decimal128(10, 0)),
            ("wide", DataType::Decimal128(38, 30)),
            ("amount", DataType::Decimal128(18, 4)),
            ("memo", DataType::Utf8),
            ("rate", DataType::Float64),
            ("at", DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()))),
            ("date", DataType::Date32),
        ],
    )
}

fn plan(spec: ComparisonSpec) -> Result<ComparisonPlan, ReconcileError> {
    ComparisonPlan::new(spec, statement(), ledger())
}

/// The problem and its cure.
fn refused(result: Result<ComparisonPlan, ReconcileError>) -> (String, String) {
    let ReconcileError::Plan { problem, cure } = result.unwrap_err() else { panic!("not the error of a plan") };
    (problem, cure)
}

fn columns(plan: &ComparisonPlan) -> Vec<String> {
    let schema = plan.exceptions_schema();
    schema.fields().iter().map(|field| format!("{} {}", field.name(), field.data_type())).collect()
}

#[test]
fn the_exceptions_table_has_the_key_both_sides_and_what_differs() {
    let found = columns(&plan(spec(("id", "nr"), &[compared("amount", "amount", absolute("0.01"))])).unwrap());
    assert_eq!(
        found,
        [
            "class Utf8",
            "id Decimal128(19, 0)",
            "left_amount Decimal128(18, 2)",
            "left_note Utf8",
            "left_class Utf8",
            "left_day Date32",
            "left_rate Float64",
            "left_at Timestamp(µs)",
            "right_wide Decimal128(38, 30)",
            "right_amount Decimal128(18, 4)",
            "right_memo Utf8",
            "right_rate Float64",
            "right_at Timestamp(ns, \"UTC\")",
            "right_date Date32",
            "diff_columns Utf8",
        ]
    );
}

#[test]
fn a_normalised_key_is_shown_in_its_form_and_as_each_side_writes_it() {
    let mut spec = spec(("at", "date"), &[]);
    spec.key[0].normalisation = steps(&[NormalisationStep::Date]);
    let found = columns(&plan(spec).unwrap());
    assert_eq!(found[1], "at Date32");
    assert!(found.contains(&"left_at Timestamp(µs)".into()) && found.contains(&"right_date Date32".into()));
}

#[test]
fn a_numeric_key_beyond_38_digits_is_shown_as_text() {
    let plan = plan(spec(("id", "wide"), &[])).unwrap();
    assert_eq!(plan.exceptions_schema().field(1).data_type(), &DataType::Utf8);
}

#[test]
fn columns_that_do_not_compare_are_refused_with_both_places() {
    for (spec, expected) in [
        (spec(("idd", "nr"), &[]), "'statement' has no column 'idd'"),
        (spec(("note", "nr"), &[]), "key column 'note' of 'statement' is text, but 'nr' of 'ledger' is decimal(10,0)"),
        (
            spec(("id", "nr"), &[exact("day", "memo")]),
            "column 'day' of 'statement' is date, but 'memo' of 'ledger' is text",
        ),
        (
            spec(("id", "nr"), &[exact("at", "at")]),
            "column 'at' of 'statement' is timestamp, but 'at' of 'ledger' is timestamp with time zone",
        ),
        (
            spec(("id", "nr"), &[exact("note", "memo"), exact("note", "memo")]),
            "column 'note' of 'statement' is compared twice",
        ),
        (spec(("class", "memo"), &[]), "two columns of the exceptions table would be called 'class'"),
    ] {
        assert_eq!(refused(plan(spec)).0, expected);
    }
    let mut keyless = spec(("id", "nr"), &[]);
    keyless.key.clear();
    assert_eq!(refused(plan(keyless)).0, "there is no key");
    let lists = side("a", &[("id", DataType::Int64), ("x", DataType::LargeUtf8)]);
    let result = ComparisonPlan::new(spec(("id", "id"), &[]), lists.clone(), lists);
    assert_eq!(refused(result).0, "column 'x' of 'a' has type LargeUtf8");
    let twice = side("a", &[("id", DataType::Int64), ("id", DataType::Int64)]);
    let result = ComparisonPlan::new(spec(("id", "id"), &[]), twice.clone(), twice);
    assert_eq!(refused(result).0, "two columns of 'a' are called 'id'");
}

#[test]
fn a_tolerance_that_does_not_apply_is_refused_with_the_cure() {
    let cap = |tolerance| Tolerance { cap: Some("1".parse().unwrap()), ..tolerance };
    for (column, problem, cure) in [
        (compared("note", "memo", absolute("1")), "has a tolerance, but is no decimal", "cast it to decimal"),
        (compared("rate", "rate", absolute("1")), "has a tolerance, but is no decimal", "cast it to decimal"),
        (compared("day", "date", absolute("1")), "has a tolerance, but is no decimal", "in days"),
        (compared("amount", "amount", days()), "has a tolerance in days, but is no date", "absolute or relative"),
        (compared("amount", "amount", absolute("-1")), "is below zero", "zero or more"),
        (compared("amount", "amount", cap(Tolerance::default())), "has a cap, but no", "the tolerance that"),
        (compared("day", "date", cap(days())), "has a cap, but no", "leave the cap out"),
    ] {
        let (found, found_cure) = refused(plan(spec(("id", "nr"), &[column])));
        assert!(found.contains(problem) && found_cure.contains(cure), "{found}: {found_cure}");
    }
}

#[test]
fn a_normalisation_that_does_not_apply_is_refused_with_the_cure() {
    for (key, step, expected) in [
        (("id", "nr"), NormalisationStep::Trim, "declare the normalisation 'trim' on text only"),
        (("note", "memo"), NormalisationStep::Date, "declare the normalisation 'date' on timestamps only"),
        (("day", "date"), NormalisationStep::Date, "declare the normalisation 'date' on timestamps only"),
    ] {
        let mut spec = spec(key, &[]);
        spec.key[0].normalisation = steps(&[step]);
        assert_eq!(refused(plan(spec)).1, expected);
    }
}

#[test]
fn orders_sums_what_ifs_and_differences_need_columns_that_can_have_them() {
    let with = |change: &dyn Fn(&mut ComparisonSpec)| {
        let mut spec = spec(("id", "nr"), &[exact("amount", "amount"), exact("note", "memo")]);
        change(&mut spec);
        refused(plan(spec)).0
    };
    let sum = |amount: &str, by: &str| Some(SumDifference { amount: amount.into(), by: vec![by.into()] });
    let tolerances = |limit: &str| vec![limit.parse().unwrap()];
    assert!(with(&|spec| spec.duplicates = Duplicates::Pair(vec![])).contains("in no order"));
    assert!(with(&|spec| spec.duplicates = Duplicates::Pair(vec![names("day", "memo")])).contains("is date, but"));
    assert!(with(&|spec| spec.duplicates = Duplicates::Sum(names("note", "memo"))).contains("is not numeric"));
    assert!(with(&|spec| spec.sum_difference = sum("note", "id")).contains("not compared as a number"));
    assert!(with(&|spec| spec.sum_difference = sum("amount", "day")).contains("no key and not compared"));
    let what_if = |column: &str, limit| vec![WhatIfColumn { column: column.into(), tolerances: tolerances(limit) }];
    assert!(with(&|spec| spec.what_if = what_if("note", "1")).contains("not compared as a number"));
    assert!(with(&|spec| spec.what_if = what_if("amount", "-1")).contains("below zero"));
    let mut one_currency = statement();
    let currency = CurrencyOf::Fixed("EUR".parse().unwrap());
    one_currency.amounts = vec![AmountColumn { column: "amount".into(), currency }];
    let mut sums = spec(("id", "nr"), &[]);
    sums.duplicates = Duplicates::Sum(names("amount", "amount"));
    assert!(refused(ComparisonPlan::new(sums, one_currency, ledger())).0.contains("one side has no currency"));
}
