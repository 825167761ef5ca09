//! What follows from the declared parts of a comparison: groups, ambiguous pairs, caps, what-if.

use super::*;
use crate::{Absorbed, NormalisedColumn, WhatIf, WhatIfAmount, exception_count};

fn absorbed(keys: u64, total: &str, cap: Option<&str>, over_cap: bool) -> Absorbed {
    Absorbed {
        column: "amount".into(),
        currency: "EUR".parse().ok(),
        keys,
        total: total.parse().unwrap(),
        cap: cap.map(|cap| cap.parse().unwrap()),
        over_cap,
    }
}

fn what_if(tolerance: &str, keys: u64, amount: &str) -> WhatIf {
    let amounts = vec![WhatIfAmount { currency: "EUR".parse().ok(), amount: amount.parse().unwrap() }];
    WhatIf { column: "amount".into(), tolerance: tolerance.parse().unwrap(), keys, amounts }
}

/// Eight matched and two within tolerance, with what the tolerance absorbed.
fn within_tolerance(result: &mut RunResult, absorbed: Vec<Absorbed>) {
    let comparison = &mut result.comparisons[0];
    (comparison.matched, comparison.within_tolerance) = (8, 2);
    comparison.details.absorbed = absorbed;
    classes(comparison, &[(ComparisonClass::Matched, 8), (ComparisonClass::WithinTolerance, 2)]);
    foot(result);
}

/// The same rows of each class on both sides.
fn classes(comparison: &mut ComparisonResult, rows: &[(ComparisonClass, u64)]) {
    let of_side = |side| rows.iter().map(move |&(class, rows)| ClassCount { side, class, rows });
    comparison.classes = [Side::Left, Side::Right].into_iter().flat_map(of_side).collect();
}

#[test]
fn a_tolerance_over_its_cap_is_an_exception_and_a_finding() {
    let (outcome, reasons) =
        concluded(|result| within_tolerance(result, vec![absorbed(2, "0.10", Some("0.10"), false)]));
    assert_eq!((outcome, reasons), (Outcome::Clean, Vec::new()), "at exactly the cap it is held");
    let over = vec![absorbed(2, "0.11", Some("0.10"), true)];
    let (outcome, reasons) = concluded(|result| within_tolerance(result, over.clone()));
    assert_eq!(outcome, Outcome::Exceptions);
    let expected = "comparison_differences statement-ledger: statement against ledger: tolerance of amount absorbed EUR \
                    0.11, over its cap of EUR 0.10";
    assert_eq!(reasons, [expected]);
    let mut result = clean();
    within_tolerance(&mut result, over);
    result.outcome = Outcome::Exceptions;
    assert_eq!(exception_count(&result.findings()), 1);
    assert_eq!(result.headline(), "1 exception, EUR 0.11 in the largest finding");
}

#[test]
fn sums_that_agree_are_clean_and_those_that_differ_and_ambiguous_keys_are_exceptions() {
    let grouped = |matched, mismatch, ambiguous| {
        concluded(|result| {
            let comparison = &mut result.comparisons[0];
            comparison.matched = 4;
            comparison.details.group_matched_keys = u64::from(matched > 0);
            comparison.details.group_mismatch_keys = u64::from(mismatch > 0);
            comparison.details.ambiguous_keys = u64::from(ambiguous > 0);
            classes(
                comparison,
                &[
                    (ComparisonClass::Matched, 4),
                    (ComparisonClass::Ambiguous, ambiguous),
                    (ComparisonClass::GroupMatched, matched),
                    (ComparisonClass::GroupMismatch, mismatch),
                ],
            );
            foot(result);
        })
    };
    assert_eq!(grouped(6, 0, 0), (Outcome::Clean, Vec::new()));
    let (outcome, reasons) = grouped(0, 4, 2);
    assert_eq!(outcome, Outcome::Exceptions);
    let expected = "comparison_differences statement-ledger: statement against ledger: 1 that could be paired in more \
                    than one way, 1 whose sums differ";
    assert_eq!(reasons, [expected]);
}

#[test]
fn details_that_contradict_the_figures_are_a_failed_check() {
    let changes: [fn(&mut RunResult); 10] = [
        |result| within_tolerance(result, vec![absorbed(2, "0.11", Some("0.10"), false)]),
        |result| within_tolerance(result, vec![absorbed(2, "0.09", Some("0.10"), true)]),
        |result| within_tolerance(result, vec![absorbed(2, "0.09", None, true)]),
        |result| within_tolerance(result, vec![absorbed(3, "0.09", None, false)]),
        |result| within_tolerance(result, vec![absorbed(0, "0.09", None, false)]),
        |result| within_tolerance(result, vec![absorbed(2, "-0.09", None, false)]),
        |result| within_tolerance(result, vec![absorbed(1, "0.09", None, false), absorbed(1, "0.01", None, false)]),
        |result| result.comparisons[0].details.group_matched_keys = 1,
        |result| {
            result.comparisons[0].details.normalised = vec![NormalisedColumn { column: "id".into(), keys_merged: 1 }];
        },
        |result| {
            result.comparisons[0].details.what_if = vec![what_if("0.01", 1, "0.05"), what_if("0.02", 2, "0.05")];
        },
    ];
    for (place, change) in changes.into_iter().enumerate() {
        let (outcome, reasons) = concluded(change);
        assert_eq!(outcome, Outcome::NotOperated, "{place}");
        assert!(reasons[0].starts_with("check_failed statement-ledger: "), "{place}: {reasons:?}");
    }
}

#[test]
fn a_larger_tolerance_leaves_less_in_whatever_order_they_are_declared() {
    let (outcome, reasons) = concluded(|result| {
        let of_other = WhatIf { column: "fee".into(), ..what_if("0", 9, "9.00") };
        let details = &mut result.comparisons[0].details;
        details.what_if = vec![what_if("1", 1, "2.00"), what_if("0", 3, "2.10"), of_other];
        details.normalised = vec![NormalisedColumn { column: "id".into(), keys_merged: 2 }];
        details.keys_merged = 3;
    });
    assert_eq!((outcome, reasons), (Outcome::Clean, Vec::new()));
    let (outcome, _) = concluded(|result| {
        result.comparisons[0].details.what_if = vec![what_if("1", 1, "2.20"), what_if("0", 3, "2.10")];
    });
    assert_eq!(outcome, Outcome::NotOperated);
}
