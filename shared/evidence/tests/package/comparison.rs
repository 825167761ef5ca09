//! Someone changes what a comparison says its tolerance absorbed: the rows, or the other figures, give it away.

use tieout_evidence::Verdict;
use tieout_model::{Absorbed, ClassCount, ComparisonClass, Outcome, Side};

use crate::arrays::{amounts, text};
use crate::run::{Run, lines};

const TABLE: &str = "tables/comparison-statement-ledger.parquet";

/// The run whose one mismatch, of EUR 0.01, is within a tolerance with this cap; `forge` then changes what is
/// recorded. Gives the verifier's problems.
fn forged(cap: &str, forge: impl FnOnce(&mut Run)) -> Vec<String> {
    let mut run = Run::new();
    let (bytes, file) = run.table(&[
        (
            "class",
            text(&["within_tolerance", "only_left", "only_left", "duplicate_key", "duplicate_key", "only_right"]),
        ),
        ("reference", text(&["C", "D", "E", "F", "F", "G"])),
        ("left_amount", amounts(&[3001, 500, 700, 0, 0, 0])),
        ("right_amount", amounts(&[3000, 0, 0, 900, 900, 100])),
        ("diff_columns", text(&["amount", "", "", "", "", ""])),
    ]);
    run.files.insert(TABLE.to_owned(), bytes);
    (run.result.tables[0].rows, run.result.tables[0].digest) = (file.rows, file.digest);
    let comparison = &mut run.result.comparisons[0];
    (comparison.within_tolerance, comparison.mismatch) = (1, 0);
    comparison.mismatch_by_column.clear();
    for class in comparison
        .classes
        .iter_mut()
        .map(|count| &mut count.class)
        .chain(comparison.amounts.iter_mut().map(|amount| &mut amount.class))
        .filter(|class| **class == ComparisonClass::Mismatch)
    {
        *class = ComparisonClass::WithinTolerance;
    }
    let cap: tieout_model::Decimal = cap.parse().unwrap();
    let total = "0.01".parse().unwrap();
    comparison.details.absorbed = vec![Absorbed {
        column: "amount".to_owned(),
        currency: "EUR".parse().ok(),
        keys: 1,
        total,
        cap: Some(cap),
        over_cap: total > cap,
    }];
    run.settle();
    forge(&mut run);
    let found = run.verify();
    let problems = lines(&found);
    assert_eq!(found.verdict == Verdict::Broken, !problems.is_empty());
    problems
}

#[test]
fn what_a_tolerance_absorbed_is_added_up_again() {
    assert_eq!(forged("0.01", |_| {}), [""; 0]);
    assert_eq!(forged("0.00", |run| assert_eq!(run.result.outcome, Outcome::Exceptions)), [""; 0]);
    let problems = forged("1.00", |run| {
        run.result.comparisons[0].details.absorbed[0].total = "0.02".parse().unwrap();
        run.settle();
    });
    let what = "has differences of amount within tolerance in EUR that add up to 0.01, result.json says 0.02";
    assert_eq!(problems, [format!("{TABLE}: {what}")]);
}

#[test]
fn what_a_tolerance_absorbed_is_counted_again_in_each_currency() {
    let problems = forged("1.00", |run| {
        run.result.comparisons[0].details.absorbed.clear();
        run.settle();
    });
    let missing = "lists 1 keys whose amount differs within tolerance in EUR, result.json says 0";
    assert_eq!(problems, [format!("{TABLE}: {missing}")]);
    let problems = forged("1.00", |run| {
        run.result.comparisons[0].details.absorbed[0].currency = "USD".parse().ok();
        run.settle();
    });
    let other = "lists 0 keys whose amount differs within tolerance in USD, result.json says 1";
    assert_eq!(problems, [format!("{TABLE}: {missing}"), format!("{TABLE}: {other}")]);
}

#[test]
fn a_total_over_its_cap_cannot_be_recorded_as_held() {
    let problems = forged("0.00", |run| {
        run.result.comparisons[0].details.absorbed[0].over_cap = false;
        run.write_result();
    });
    let contradiction = "comparison statement-ledger: what its tolerances absorbed contradicts its other figures or its \
                         caps";
    assert_eq!(problems.first(), Some(&format!("result.json: {contradiction}")));
    assert_eq!(problems.get(1).map(|problem| problem.starts_with("result.json: records the outcome")), Some(true));
}

#[test]
fn rows_of_a_declared_class_are_held_against_the_table() {
    let problems = forged("1.00", |run| {
        let comparison = &mut run.result.comparisons[0];
        comparison.duplicate_keys = 0;
        comparison.duplicate_rows_right = 0;
        comparison.details.group_matched_keys = 1;
        let (side, class) = (Side::Right, ComparisonClass::GroupMatched);
        comparison.classes.retain(|count| count.class != ComparisonClass::DuplicateKey);
        comparison.classes.push(ClassCount { side, class, rows: 2 });
        for amount in comparison.amounts.iter_mut().filter(|amount| amount.class == ComparisonClass::DuplicateKey) {
            amount.class = class;
        }
        run.settle();
    });
    let expected = [
        format!("{TABLE}: lists 2 rows of class duplicate_key, result.json counts 0"),
        format!("{TABLE}: lists 0 rows of class group_matched, result.json counts 2"),
    ];
    assert_eq!(problems, expected);
}
