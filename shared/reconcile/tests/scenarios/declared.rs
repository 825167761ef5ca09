//! What a comparison may declare: tolerances, caps, normalisation, duplicates, what-if and sums of differences.

use tieout_model::{
    ComparisonClass, DayTolerance, Duplicates, NormalisationStep, RelativeBase, RelativeTolerance, Side, Tolerance,
    WhatIfColumn,
};
use tieout_reconcile::SumDifference;

use super::books::{absolute, bank, by_reference, compared, exactly, names, reconcile, steps, told, value};

#[test]
fn at_exactly_the_tolerance_it_is_within() {
    let relative = |base| Tolerance {
        relative: Some(RelativeTolerance { fraction: value("0.01"), base }),
        ..Tolerance::default()
    };
    // One percent of 101.00 is 1.01, of 100.00 it is 1.00.
    for (tolerance, right, class) in [
        (absolute("0.05"), "100.05", "within_tolerance"),
        (absolute("0.05"), "99.95", "within_tolerance"),
        (absolute("0.05"), "100.06", "mismatch"),
        (relative(RelativeBase::Left), "101.00", "within_tolerance"),
        (relative(RelativeBase::Left), "101.01", "mismatch"),
        (relative(RelativeBase::Right), "101.01", "within_tolerance"),
        (relative(RelativeBase::Right), "98.99", "mismatch"),
        (relative(RelativeBase::Max), "101.01", "within_tolerance"),
        (relative(RelativeBase::Max), "99.00", "within_tolerance"),
        (relative(RelativeBase::Max), "98.99", "mismatch"),
        (Tolerance { absolute: Some(value("1.05")), ..relative(RelativeBase::Left) }, "101.05", "within_tolerance"),
    ] {
        let spec = by_reference(vec![compared("amount", tolerance)]);
        let (_, lines) = reconcile(spec, "A 100.00 EUR x", &format!("A {right} EUR x")).unwrap();
        assert_eq!(lines, [format!("{class} A 100.00 {right} amount")], "{tolerance:?}");
    }
}

#[test]
fn the_bank_may_book_a_day_earlier_and_up_to_three_days_later() {
    let days = Some(DayTolerance { before: 1, after: 3 });
    let spec = by_reference(vec![compared("day", Tolerance { days, ..Tolerance::default() })]);
    let statement = "A 1 EUR x 10\n B 1 EUR x 10\n C 1 EUR x 10\n D 1 EUR x 10\n E 1 EUR x 10\n F 1 EUR x -";
    let ledger = "A 1 EUR x 9\n B 1 EUR x 13\n C 1 EUR x 8\n D 1 EUR x 14\n E 1 EUR x 10\n F 1 EUR x 1";
    let (result, lines) = told(spec, statement, ledger, &["class", "reference"]).unwrap();
    assert_eq!(lines, ["within_tolerance A", "within_tolerance B", "mismatch C", "mismatch D", "mismatch F"]);
    let absorbed = &result.details.absorbed[0];
    assert_eq!((absorbed.column.as_str(), absorbed.keys, absorbed.total), ("day", 2, value("4")));
}

#[test]
fn what_tolerance_absorbs_is_told_by_currency_and_held_against_the_cap() {
    let tolerance = Tolerance { cap: Some(value("0.09")), ..absolute("0.05") };
    let spec = by_reference(vec![compared("amount", tolerance), exactly("text")]);
    let statement = "A 1.00 EUR x\n B 1.00 EUR x\n C 1.00 USD x\n D 1.00 USD x\n E 1.00 EUR x";
    // D's text makes it a mismatch, so nothing of it is absorbed.
    let ledger = "A 1.05 EUR x\n B 0.95 EUR x\n C 1.05 USD x\n D 1.05 USD y\n E 1.00 EUR x";
    let (result, _) = reconcile(spec, statement, ledger).unwrap();
    let absorbed: Vec<String> = result
        .details
        .absorbed
        .iter()
        .map(|part| {
            let currency = part.currency.as_ref().unwrap();
            format!("{} {currency} {} {} over cap: {}", part.column, part.keys, part.total, part.over_cap)
        })
        .collect();
    assert_eq!(absorbed, ["amount EUR 2 0.10 over cap: true", "amount USD 1 0.05 over cap: false"]);
}

#[test]
fn references_are_matched_however_they_are_written_and_the_report_says_so() {
    let mut spec = bank();
    spec.key[0].normalisation =
        steps(&[NormalisationStep::Trim, NormalisationStep::Case, NormalisationStep::LeadingZeros]);
    let statement = "00AB 1 EUR x\n _cd 5 EUR x\n EF 1 EUR x\n gh 1 EUR x\n GH 1 EUR x\n 007 1 EUR x";
    let ledger = "ab 1 EUR x\n CD_ 7 EUR x\n EF 1 EUR x\n gh 1 EUR x";
    let columns = ["class", "reference", "left_reference", "right_reference"];
    let (result, lines) = told(spec, statement, ledger, &columns).unwrap();
    assert_eq!(
        lines,
        [
            "only_left 7 007 -",
            "mismatch cd  cd CD ",
            "duplicate_key gh GH -",
            "duplicate_key gh gh -",
            "duplicate_key gh - gh",
        ]
    );
    // ab, cd and gh are written in two ways; ef is written alike, and 007 has no partner.
    assert_eq!((result.matched, result.details.keys_merged), (2, 3));
    let normalised = &result.details.normalised;
    assert_eq!((normalised.len(), normalised[0].column.as_str(), normalised[0].keys_merged), (1, "reference", 3));
}

#[test]
fn a_compared_text_may_be_brought_into_one_form_as_well() {
    let mut spec = bank();
    spec.columns[1].normalisation = steps(&[NormalisationStep::Case]);
    let (result, lines) = reconcile(spec, "A 1 EUR Rent\n B 1 EUR rent", "A 1 EUR RENT\n B 1 EUR wages").unwrap();
    assert_eq!((result.matched, lines), (1, vec!["mismatch B 1.00 1.00 text".to_owned()]));
}

#[test]
fn instalments_are_paired_one_to_one_in_the_order_of_their_days() {
    let mut spec = bank();
    spec.duplicates = Duplicates::Pair(vec![names("day")]);
    let statement = "A 30 EUR x 3\n A 10 EUR x 1\n A 20 EUR x 2\n B 5 EUR x 1";
    let ledger = "A 20.01 EUR x 5\n A 10 EUR x 4\n B 5 EUR x 1\n C 1 EUR x 1\n C 2 EUR x 1";
    let (result, lines) = reconcile(spec, statement, ledger).unwrap();
    assert_eq!(
        lines,
        [
            "within_tolerance A 20.00 20.01 amount",
            "only_left A 30.00 - -",
            "only_right C - 1.00 -",
            "only_right C - 2.00 -",
        ]
    );
    assert_eq!((result.matched, result.within_tolerance, result.duplicate_keys), (2, 1, 0));
}

#[test]
fn a_pairing_that_could_be_another_is_ambiguous_and_lists_all_candidates() {
    let mut spec = bank();
    spec.duplicates = Duplicates::Pair(vec![names("day")]);
    // Two different amounts on one day could change places; two equal ones could not be told apart.
    let statement = "A 10 EUR x 1\n A 20 EUR x 1\n B 7 EUR x 1\n B 7 EUR x 1";
    let ledger = "A 10 EUR x 1\n A 20 EUR x 2\n B 7 EUR x 1";
    let (result, lines) = reconcile(spec.clone(), statement, ledger).unwrap();
    assert_eq!(
        lines,
        [
            "ambiguous A 10.00 - -",
            "ambiguous A 20.00 - -",
            "ambiguous A - 10.00 -",
            "ambiguous A - 20.00 -",
            "only_left B 7.00 - -",
        ]
    );
    assert_eq!((result.details.ambiguous_keys, result.matched, result.only_left), (1, 1, 1));
    // What stands equal but has no partner anyway leaves nothing to choose.
    let statement = "A 10 EUR x 1\n A 20 EUR x 2\n A 30 EUR x 2";
    let (_, lines) = reconcile(spec, statement, "A 10 EUR x 1").unwrap();
    assert_eq!(lines, ["only_left A 20.00 - -", "only_left A 30.00 - -"]);
}

#[test]
fn one_payment_for_many_invoices_agrees_by_currency_and_never_across() {
    let mut spec = bank();
    spec.duplicates = Duplicates::Sum(names("amount"));
    let statement = "
        A 60.00 EUR part
        A 40.00 EUR part
        A 5.00 USD fee
        B 60.00 EUR part
        B 40.00 USD part
        C 10.00 EUR once
        D 1.00 EUR alone
        D 2.00 EUR alone
    ";
    let ledger = "
        A 100.01 EUR whole
        A 5.00 USD whole
        B 100.00 EUR whole
        C 10.00 EUR once
    ";
    let (result, lines) = reconcile(spec, statement, ledger).unwrap();
    assert_eq!(
        lines,
        [
            "group_matched A 5.00 - -",
            "group_matched A 40.00 - -",
            "group_matched A 60.00 - -",
            "group_matched A - 5.00 -",
            "group_matched A - 100.01 -",
            "group_mismatch B 40.00 - -",
            "group_mismatch B 60.00 - -",
            "group_mismatch B - 100.00 -",
            "only_left D 1.00 - -",
            "only_left D 2.00 - -",
        ]
    );
    assert_eq!((result.details.group_matched_keys, result.details.group_mismatch_keys), (1, 1));
    assert_eq!((result.matched, result.only_left, result.duplicate_keys), (1, 2, 0));
    let rows = |class| result.classes.iter().find(|count| count.side == Side::Left && count.class == class);
    assert_eq!(rows(ComparisonClass::GroupMatched).map(|count| count.rows), Some(3));
}

#[test]
fn a_key_more_often_than_a_batch_holds_is_paired_and_summed_as_a_whole() {
    let lines = |days: std::ops::Range<usize>| -> String {
        days.map(|day| format!("A 0.01 EUR x {day}\n")).collect::<Vec<_>>().concat()
    };
    let (statement, ledger) = (lines(0..20_000) + "B 1 EUR x 1", lines(3..20_001) + "B 1 EUR x 1");
    let mut spec = bank();
    spec.duplicates = Duplicates::Pair(vec![names("day")]);
    let (result, lines) = reconcile(spec.clone(), &statement, &ledger).unwrap();
    assert_eq!((result.matched, lines.len()), (19_999, 2));
    spec.duplicates = Duplicates::Sum(names("amount"));
    let (result, lines) = reconcile(spec, &statement, &ledger).unwrap();
    assert_eq!((result.details.group_mismatch_keys, result.matched, lines.len()), (1, 1, 39_998));
}

#[test]
fn other_tolerances_are_tried_in_the_same_run() {
    let mut spec = by_reference(vec![compared("amount", absolute("0.05"))]);
    let tolerances = ["0", "0.01", "0.05", "1"].map(value).to_vec();
    spec.what_if = vec![WhatIfColumn { column: "amount".into(), tolerances }];
    let statement = "A 1.00 EUR x\n B 1.00 EUR x\n C 1.00 USD x\n D 1.00 EUR x\n E 1.00 EUR x\n F - EUR x";
    let ledger = "A 1.00 EUR x\n B 1.01 EUR x\n C 1.05 USD x\n D 2.00 EUR x\n E 3.00 EUR x\n F 1.00 EUR x";
    let (result, _) = reconcile(spec, statement, ledger).unwrap();
    let told: Vec<String> = result
        .details
        .what_if
        .iter()
        .map(|what_if| {
            let part =
                |part: &tieout_model::WhatIfAmount| format!("{} {}", part.currency.as_ref().unwrap(), part.amount);
            let amounts: Vec<String> = what_if.amounts.iter().map(part).collect();
            format!("{}: {} keys, {}", what_if.tolerance, what_if.keys, amounts.join(" and "))
        })
        .collect();
    // F has no amount on one side: over every tolerance, by an amount that nobody knows.
    assert_eq!(
        told,
        [
            "0: 5 keys, EUR 3.01 and USD 0.05",
            "0.01: 4 keys, EUR 3.00 and USD 0.05",
            "0.05: 3 keys, EUR 3.00",
            "1: 2 keys, EUR 2.00",
        ]
    );
}

#[test]
fn differences_are_summed_by_columns_and_move_with_the_value_that_changed() {
    let mut spec = by_reference(vec![exactly("amount"), exactly("currency"), exactly("text")]);
    spec.sum_difference = Some(SumDifference { amount: "amount".into(), by: vec!["text".into(), "currency".into()] });
    let statement =
        "A 1.00 EUR x\n B 5.00 EUR x\n C 2.00 EUR x\n D 2.00 EUR x\n E 9.00 EUR x\n F 3.00 EUR -\n G 8.00 EUR x";
    let ledger = "A 1.50 EUR x\n B 5.00 EUR y\n C 3.00 EUR z\n D 1.00 EUR z\n F 4.00 EUR -\n G 8.00 EUR x";
    let (result, _) = reconcile(spec, statement, ledger).unwrap();
    let told: Vec<String> = result
        .details
        .differences
        .iter()
        .map(|sum| {
            let by: Vec<&str> = sum.by.iter().map(|by| by.as_deref().unwrap_or("-")).collect();
            format!("{} {}", by.join(" "), sum.amount)
        })
        .collect();
    // x: 0.50 of A, less B, C and D, which are under another text in the ledger. E has no partner.
    assert_eq!(told, ["- EUR 1.00", "x EUR -8.50", "y EUR 5.00", "z EUR 4.00"]);
}
