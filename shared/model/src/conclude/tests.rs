//! What a run concludes, as an accountant would put it: one scenario, its outcome, its reasons.

mod comparisons;

use std::collections::BTreeMap;

use super::*;
use crate::{
    AssertionResult, ClassCount, ComparisonClass, ComparisonDetails, ComparisonResult, CurrencyAmount, DataSetKind,
    DataSetResult, Digest, Excluded, RESULT_SCHEMA, Rejected, Severity, Side, TestOutcome, TestResult, TieOutResult,
    TieOutStatus, foot_comparison, foot_data_set,
};

fn data_set(name: &str, rows: u64) -> DataSetResult {
    DataSetResult {
        name: name.into(),
        kind: DataSetKind::Extracted,
        rows,
        rows_read: rows,
        digest: Digest::of(b""),
        columns: Vec::new(),
        totals: Vec::new(),
        excluded: Vec::new(),
        rejected: Rejected::default(),
        tests: vec![test("min_rows", TestOutcome::NotRun, None, None)],
        sources: Vec::new(),
        notes: Vec::new(),
    }
}

fn test(name: &str, result: TestOutcome, expected: Option<&str>, found: Option<&str>) -> TestResult {
    let text = |value: Option<&str>| value.map(str::to_owned);
    TestResult { test: name.into(), result, expected: text(expected), found: text(found), detail: String::new() }
}

/// Ten statement rows against ten ledger rows, all matched.
fn comparison() -> ComparisonResult {
    let class = |side| ClassCount { side, class: ComparisonClass::Matched, rows: 10 };
    ComparisonResult {
        id: "statement-ledger".into(),
        left: "statement".into(),
        right: "ledger".into(),
        matched: 10,
        within_tolerance: 0,
        mismatch: 0,
        only_left: 0,
        only_right: 0,
        duplicate_keys: 0,
        duplicate_rows_left: 0,
        duplicate_rows_right: 0,
        null_key_rows_left: 0,
        null_key_rows_right: 0,
        mismatch_by_column: BTreeMap::new(),
        classes: vec![class(Side::Left), class(Side::Right)],
        amounts: Vec::new(),
        details: ComparisonDetails::default(),
    }
}

fn tie_out(left: &str, right: &str, threshold: &str) -> TieOutResult {
    let amount = |text: &str| text.parse::<crate::Decimal>().unwrap();
    let difference = amount(left).checked_sub(amount(right)).unwrap();
    TieOutResult {
        id: "total".into(),
        group: BTreeMap::new(),
        currency: "EUR".parse().unwrap(),
        left: amount(left),
        right: amount(right),
        difference,
        threshold: amount(threshold),
        status: TieOutStatus::of(difference, amount(threshold)),
        groups: None,
        groups_over_threshold: None,
    }
}

fn assertion(severity: Severity, failed: u64) -> AssertionResult {
    let (currency, amount) = ("EUR".parse::<crate::Currency>().unwrap(), "120.50".parse::<crate::Decimal>().unwrap());
    AssertionResult {
        id: "positive".into(),
        data_set: "ledger".into(),
        severity,
        rows_checked: 10,
        rows_failed: failed,
        currency: Some(currency.clone()),
        amount: Some(amount),
        amounts: vec![CurrencyAmount { currency, amount }],
    }
}

/// A run in which everything was read and everything agrees.
fn clean() -> RunResult {
    let mut result = RunResult {
        schema: RESULT_SCHEMA,
        control: "bank-ledger".parse().unwrap(),
        title: "Bank statement against cash ledger".into(),
        cutoff_date: "2024-12-31".parse().unwrap(),
        interim: false,
        run: "0001".parse().unwrap(),
        definition: Digest::of(b""),
        outcome: Outcome::NotOperated,
        reasons: Vec::new(),
        data_sets: vec![data_set("statement", 10), data_set("ledger", 10)],
        comparisons: vec![comparison()],
        tie_outs: vec![tie_out("100.00", "100.00", "5.00")],
        assertions: vec![assertion(Severity::Finding, 0)],
        threshold_checks: Vec::new(),
        classifications: Vec::new(),
        footing: Vec::new(),
        tables: Vec::new(),
        package: None,
        report: None,
    };
    foot(&mut result);
    result
}

fn foot(result: &mut RunResult) {
    result.footing = result.data_sets.iter().flat_map(|data_set| foot_data_set(data_set, None)).collect();
    for comparison in &result.comparisons {
        result.footing.extend(foot_comparison(comparison, &result.data_sets[0], &result.data_sets[1]));
    }
}

fn given(code: ReasonCode, subject: &str) -> Reason {
    Reason { code, subject: subject.into(), detail: "told by the extraction".into(), cure: "act".into() }
}

/// The outcome, and `code subject: detail` of every reason.
fn concluded(change: impl FnOnce(&mut RunResult)) -> (Outcome, Vec<String>) {
    let mut result = clean();
    change(&mut result);
    let (outcome, reasons) = conclude(&result);
    assert!(reasons.iter().all(|reason| !reason.cure.is_empty()));
    let lines = reasons.iter().map(|reason| {
        let code = serde_json::to_string(&reason.code).unwrap();
        format!("{} {}: {}", code.trim_matches('"'), reason.subject, reason.detail)
    });
    let lines = lines.collect();
    result.reasons = reasons.clone();
    assert_eq!(conclude(&result), (outcome, reasons), "concluding again changes nothing");
    (outcome, lines)
}

#[test]
fn everything_read_and_everything_agrees_is_clean() {
    assert_eq!(concluded(|_| {}), (Outcome::Clean, Vec::new()));
}

#[test]
fn differences_of_a_comparison_are_exceptions() {
    let (outcome, reasons) = concluded(|result| {
        let comparison = &mut result.comparisons[0];
        (comparison.matched, comparison.mismatch, comparison.only_left, comparison.only_right) = (7, 1, 2, 2);
        comparison.classes = [Side::Left, Side::Right]
            .into_iter()
            .flat_map(|side| {
                let only = if side == Side::Left { ComparisonClass::OnlyLeft } else { ComparisonClass::OnlyRight };
                [(ComparisonClass::Matched, 7), (ComparisonClass::Mismatch, 1), (only, 2)]
                    .map(|(class, rows)| ClassCount { side, class, rows })
            })
            .collect();
        foot(result);
    });
    assert_eq!(outcome, Outcome::Exceptions);
    let expected = "comparison_differences statement-ledger: statement against ledger: 1 beyond tolerance, 2 only in \
                    statement, 2 only in ledger";
    assert_eq!(reasons, [expected]);
}

#[test]
fn differences_within_tolerance_leave_the_run_clean() {
    let (outcome, reasons) = concluded(|result| {
        let comparison = &mut result.comparisons[0];
        (comparison.matched, comparison.within_tolerance) = (0, 10);
        for count in &mut comparison.classes {
            count.class = ComparisonClass::WithinTolerance;
        }
        foot(result);
    });
    assert_eq!((outcome, reasons), (Outcome::Clean, Vec::new()));
}

#[test]
fn a_difference_is_over_from_the_threshold_on() {
    for (left, right, threshold, over) in [
        ("104.99", "100.00", "5.00", false),
        ("105.00", "100.00", "5.00", true),
        ("95.00", "100.00", "5.00", true),
        ("100.00", "100.00", "0", false),
        ("100.01", "100.00", "0", true),
    ] {
        let (outcome, reasons) = concluded(|result| result.tie_outs = vec![tie_out(left, right, threshold)]);
        assert_eq!(outcome == Outcome::Exceptions, over, "{left} {right} {threshold}");
        assert_eq!(reasons.len(), usize::from(over));
    }
}

#[test]
fn groups_that_cancel_out_in_the_total_are_still_found() {
    let (outcome, reasons) = concluded(|result| {
        let total = &mut result.tie_outs[0];
        (total.groups, total.groups_over_threshold) = (Some(12), Some(2));
        for (left, right) in [("10.00", "20.00"), ("20.00", "10.00")] {
            let mut group = tie_out(left, right, "5.00");
            group.group.insert("account".into(), left.into());
            result.tie_outs.push(group);
        }
    });
    assert_eq!(outcome, Outcome::Exceptions);
    assert_eq!(reasons, ["tie_out_over_threshold total: 2 of 12 groups in EUR over threshold"]);
}

#[test]
fn a_failed_assertion_is_an_exception_unless_it_is_for_review() {
    let (outcome, reasons) = concluded(|result| result.assertions = vec![assertion(Severity::Finding, 3)]);
    assert_eq!(outcome, Outcome::Exceptions);
    assert_eq!(reasons, ["assertion_failed positive: 3 of 10 rows of ledger fail, EUR 120.50 at stake"]);
    let (outcome, reasons) = concluded(|result| result.assertions = vec![assertion(Severity::Review, 3)]);
    assert_eq!((outcome, reasons), (Outcome::Clean, Vec::new()));
}

#[test]
fn an_assertion_that_did_not_see_the_whole_population_has_failed() {
    let (outcome, reasons) = concluded(|result| result.assertions[0].rows_checked = 9);
    assert_eq!(outcome, Outcome::NotOperated);
    assert_eq!(reasons, ["check_failed positive: checked 9 rows, but the population has 10"]);
}

#[test]
fn a_population_that_is_not_proven_whole_is_not_operated() {
    for (test, line) in [
        (
            test("min_rows", TestOutcome::Failed, Some("at least 20"), Some("10")),
            "completeness_failed ledger: the test min_rows failed: expected at least 20, found 10",
        ),
        (
            test("freshness", TestOutcome::Failed, None, Some("2024-11-02")),
            "stale_source ledger: the test freshness failed: found 2024-11-02",
        ),
        (
            test("expected_count", TestOutcome::NotRun, Some("rows of trailer"), None),
            "completeness_not_proven ledger: the test expected_count could not be carried out: expected rows of trailer",
        ),
    ] {
        let (outcome, reasons) = concluded(|result| result.data_sets[1].tests.push(test));
        assert_eq!((outcome, reasons), (Outcome::NotOperated, vec![line.to_owned()]));
    }
}

#[test]
fn rejects_within_what_is_tolerated_are_exceptions_and_beyond_it_not_operated() {
    let reject = |rows, tolerated| {
        concluded(|result| {
            result.data_sets[1].rows_read += rows;
            result.data_sets[1].rejected = Rejected { rows, tolerated };
            foot(result);
        })
    };
    let line = "rows_rejected ledger: 1 of 11 rows read did not convert; 1 tolerated";
    assert_eq!(reject(1, 1), (Outcome::Exceptions, vec![line.to_owned()]));
    let line = "bad_value ledger: 2 of 12 rows read did not convert; 1 tolerated";
    assert_eq!(reject(2, 1), (Outcome::NotOperated, vec![line.to_owned()]));
}

#[test]
fn a_run_that_does_not_foot_is_not_operated() {
    let (outcome, reasons) = concluded(|result| {
        result.data_sets[0].excluded.push(Excluded { reason: "after_cutoff".into(), rows: 2, totals: Vec::new() });
        foot(result);
    });
    assert_eq!(outcome, Outcome::NotOperated);
    let expected = "does_not_foot statement: rows: population 10 + after_cutoff 2 + rejected 0 do not add up to 10";
    assert_eq!(reasons, [expected]);
}

#[test]
fn a_recorded_claim_that_a_line_foots_is_added_up_again() {
    let (outcome, _) = concluded(|result| result.footing[0].whole = crate::Decimal::from(11_u64));
    assert_eq!(outcome, Outcome::NotOperated);
    let (outcome, _) = concluded(|result| result.footing[0].foots = false);
    assert_eq!(outcome, Outcome::NotOperated);
}

#[test]
fn a_population_without_footing_is_not_operated() {
    let (outcome, reasons) = concluded(|result| result.footing.retain(|line| line.subject != "statement-ledger/right"));
    assert_eq!(outcome, Outcome::NotOperated);
    assert_eq!(reasons, ["does_not_foot statement-ledger/right: the population was not footed"]);
}

#[test]
fn figures_that_contradict_each_other_are_a_failed_check() {
    let changes: [fn(&mut RunResult); 4] = [
        |result| result.comparisons[0].matched = 9,
        |result| result.comparisons[0].duplicate_keys = 1,
        |result| result.tie_outs[0].difference = "0.01".parse().unwrap(),
        |result| result.tie_outs[0].status = TieOutStatus::OverThreshold,
    ];
    for change in changes {
        let (outcome, reasons) = concluded(change);
        assert_eq!(outcome, Outcome::NotOperated);
        assert!(reasons[0].starts_with("check_failed "), "{reasons:?}");
    }
}

#[test]
fn what_was_never_read_is_kept_and_comes_first() {
    let (outcome, reasons) = concluded(|result| {
        result.assertions = vec![assertion(Severity::Finding, 1)];
        result.reasons = vec![given(ReasonCode::DatasetMissing, "trailer")];
    });
    assert_eq!(outcome, Outcome::NotOperated);
    assert_eq!(reasons[0], "dataset_missing trailer: told by the extraction");
    assert!(reasons[1].starts_with("assertion_failed positive"));
}

#[test]
fn recorded_reasons_that_the_figures_do_not_bear_out_are_dropped() {
    let (outcome, reasons) = concluded(|result| {
        result.reasons = vec![
            given(ReasonCode::ComparisonDifferences, "statement-ledger"),
            given(ReasonCode::CompletenessFailed, "ledger"),
            given(ReasonCode::DoesNotFoot, "ledger"),
        ];
    });
    assert_eq!((outcome, reasons), (Outcome::Clean, Vec::new()));
}

#[test]
fn the_extractions_own_words_on_a_bad_value_are_not_doubled() {
    let (_, reasons) = concluded(|result| {
        result.data_sets[1].rows_read = 11;
        result.data_sets[1].rejected = Rejected { rows: 1, tolerated: 0 };
        foot(result);
        result.reasons = vec![given(ReasonCode::BadValue, "ledger")];
    });
    assert_eq!(reasons, ["bad_value ledger: told by the extraction"]);
}

#[test]
fn a_run_over_nothing_is_not_operated() {
    let (outcome, _) = concluded(|result| {
        result.data_sets.clear();
        result.comparisons.clear();
        result.assertions.clear();
        result.footing.clear();
    });
    assert_eq!(outcome, Outcome::NotOperated);
}
