//! Rows against a contract, with the numbers of worked examples.

use super::*;
use arrow::array::{Decimal128Array, StringArray};
use tieout_model::{CurrencyOf, Digest, MatrixColumns, Severity};

fn rule(id: &str, value: &str, scope: &[(&str, &str)]) -> ThresholdRule {
    ThresholdRule {
        id: id.to_owned(),
        kind: "bucket_usd".to_owned(),
        value: value.parse().unwrap(),
        scope: scope.iter().map(|&(name, text)| (name.to_owned(), vec![text.to_owned()])).collect(),
    }
}

fn contract() -> ThresholdContract {
    let rules = vec![rule("default", "1000", &[]), rule("vouchers", "2000", &[("accounts", "18412")])];
    ThresholdContract {
        id: "limits".to_owned(),
        currency: "USD".parse().unwrap(),
        first: Some("company".to_owned()),
        versions: vec![ThresholdVersion {
            version: 1,
            effective_from: "2025-01-01".parse().unwrap(),
            path: "thresholds/v1.toml".to_owned(),
            digest: Digest::of(b"v1"),
            rules,
        }],
    }
}

fn check() -> ThresholdCheck {
    ThresholdCheck {
        id: "matrix".to_owned(),
        data_set: "cells".to_owned(),
        subject: vec!["company".to_owned(), "line".to_owned()],
        amount: "unexplained_lcy".to_owned(),
        currency: CurrencyOf::Column("currency".to_owned()),
        rate: Some("fx_rate".to_owned()),
        contract: "limits".to_owned(),
        kind: "bucket_usd".to_owned(),
        question: [("company", "company"), ("accounts", "accounts")].map(|(a, b)| (a.to_owned(), b.to_owned())).into(),
        not_operated_column: Some("reason".to_owned()),
        severity: Severity::Finding,
        finding: "over".to_owned(),
        display: vec!["unexplained_lcy".to_owned()],
        matrix: Some(MatrixColumns { rows: "company".to_owned(), columns: "line".to_owned() }),
    }
}

/// Company, account, amount, rate, reason.
type Row = (&'static str, &'static str, &'static str, Option<&'static str>, Option<&'static str>);

fn batch(rows: &[Row]) -> RecordBatch {
    let text = |of: fn(&Row) -> &str| Arc::new(StringArray::from_iter_values(rows.iter().map(of))) as _;
    let amount = |text: &str| text.parse::<Decimal>().unwrap().rescaled(10).unwrap().unscaled();
    let decimals = |values: Vec<Option<i128>>| {
        Arc::new(Decimal128Array::from(values).with_precision_and_scale(38, 10).unwrap()) as _
    };
    RecordBatch::try_from_iter_with_nullable(vec![
        ("company", text(|row| row.0), false),
        ("line", text(|row| row.1), false),
        ("accounts", text(|row| row.1), false),
        ("currency", text(|_| "EGP"), false),
        ("unexplained_lcy", decimals(rows.iter().map(|row| Some(amount(row.2))).collect()), true),
        ("fx_rate", decimals(rows.iter().map(|row| row.3.map(amount)).collect()), true),
        ("reason", Arc::new(rows.iter().map(|row| row.4).collect::<StringArray>()) as _, true),
    ])
    .unwrap()
}

fn judged(rows: &[Row], cutoff: &str) -> (RecordBatch, ThresholdCheckResult) {
    let (batch, check, contract) = (batch(rows), check(), contract());
    let mut judge = ThresholdRows::new(&check, &contract, cutoff.parse().unwrap(), &batch.schema()).unwrap();
    let answer = judge.judge(&batch).unwrap();
    assert_eq!(answer.schema(), judge.schema());
    (answer, judge.finish())
}

fn cells(batch: &RecordBatch, columns: &[&str], row: usize) -> Vec<String> {
    let cell = |name: &&str| cell_text(batch.column_by_name(name).unwrap(), row).unwrap().unwrap_or_default();
    columns.iter().map(cell).collect()
}

#[test]
fn an_equal_amount_is_investigated_and_a_smaller_one_is_ok() {
    // Worked example 30, and 31 for the second account.
    let rows: [Row; 5] = [
        ("JM_EG", "18350", "50000", Some("50"), None),
        ("JM_EG", "18350", "-49999.99", Some("50"), None),
        ("JM_EG", "18350", "1000", Some("50"), None),
        ("JM_EG", "18412", "99999.99", Some("50"), None),
        ("JM_EG", "18412", "-100000", Some("50"), None),
    ];
    let (answer, result) = judged(&rows, "2025-09-30");
    let columns = ["status", "threshold_rule", "threshold_usd", "threshold_lcy", "unexplained_usd"];
    let (value, of_rule) = (|row| cells(&answer, &columns, row), |id: &str| id.to_owned());
    assert_eq!(
        value(0),
        [
            of_rule("investigate"),
            of_rule("default"),
            "1000.0000000000".into(),
            "50000.0000000000".into(),
            "1000.00".into()
        ]
    );
    assert_eq!(value(1)[0], "ok");
    assert_eq!((value(2)[0].as_str(), value(2)[4].as_str()), ("ok", "20.00"));
    assert_eq!((value(3)[0].as_str(), value(3)[1].as_str()), ("ok", "vouchers"));
    assert_eq!((value(4)[0].as_str(), value(4)[4].as_str()), ("investigate", "-2000.00"));
    assert_eq!((result.rows, result.ok, result.investigate, result.not_operated), (5, 3, 2, 0));
    assert_eq!(result.largest.unwrap().to_string(), "2000.00");
    assert_eq!(result.amounts[0].amount, "150000".parse().unwrap());
    assert_eq!(result.matrix.unwrap().cells.len(), 5);
    let in_force = result.contract.unwrap();
    assert_eq!((in_force.version, in_force.digest), (1, Digest::of(b"v1")));
    assert_eq!(
        cells(&answer, &["threshold_sha256", "threshold_version"], 0),
        [Digest::of(b"v1").to_hex(), "1".to_owned()]
    );
}

#[test]
fn a_row_that_cannot_be_judged_has_every_reason_and_no_converted_amount() {
    // Worked example 37: a rate that is null, zero or negative.
    let rows: [Row; 4] = [
        ("EC_IC", "18350", "560000", None, None),
        ("EC_IC", "18350", "560000", Some("0"), Some("counterpart_missing")),
        ("EC_IC", "18350", "560000", Some("-1"), None),
        ("HF_SN", "18350", "1", Some("560"), Some("no_actuals")),
    ];
    let (answer, result) = judged(&rows, "2025-09-30");
    let columns = ["status", "reason", "unexplained_usd", "unexplained_lcy"];
    assert_eq!(cells(&answer, &columns, 0), ["not_operated", "fx_rate_missing", "", "560000.0000000000"]);
    assert_eq!(cells(&answer, &columns, 1)[1], "fx_rate_missing, counterpart_missing");
    assert_eq!(cells(&answer, &columns, 3)[..3], ["not_operated", "no_actuals", ""]);
    assert_eq!((result.ok, result.investigate, result.not_operated), (0, 0, 4));
    let reasons: Vec<_> = result.reasons.iter().map(|reason| (reason.code, reason.rows)).collect();
    let expected = [(ReasonCode::NoActuals, 1), (ReasonCode::FxRateMissing, 3), (ReasonCode::CounterpartMissing, 1)];
    assert_eq!(reasons, expected);
    assert_eq!(result.reasons[0].subjects, ["company=HF_SN, line=18350"]);
}

#[test]
fn without_a_contract_in_force_nothing_is_ok() {
    let (_, result) = judged(&[("JM_EG", "18350", "0", Some("50"), None)], "2024-12-31");
    assert_eq!((result.not_operated, result.reasons[0].code), (1, ReasonCode::ThresholdMissing));
    assert_eq!(result.contract, None);
}

#[test]
fn a_reason_that_is_none_is_refused_without_its_text() {
    let batch = batch(&[("JM_EG", "18350", "0", Some("50"), Some("secret"))]);
    let (check, contract) = (check(), contract());
    let mut judge = ThresholdRows::new(&check, &contract, "2025-09-30".parse().unwrap(), &batch.schema()).unwrap();
    let error = judge.judge(&batch).unwrap_err().to_string();
    assert_eq!(error, "column 'reason' has a text that is no reason for not operating");
}
