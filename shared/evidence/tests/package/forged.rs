//! Someone changes what a package records and makes every checksum fit again: the figures still give it away.

use tieout_evidence::{DataSetSummary, Verdict};
use tieout_model::Outcome;

use crate::run::{Run, lines};

/// Makes a run, lets `forge` change it, packs it with fitting checksums and gives the verifier's problems.
fn forged(forge: impl FnOnce(&mut Run)) -> Vec<String> {
    let mut run = Run::new();
    forge(&mut run);
    let found = run.verify();
    let problems = lines(&found);
    assert_eq!(found.verdict == Verdict::Broken, !problems.is_empty());
    problems
}

fn assert_first(problems: &[String], expected: &str) {
    assert!(problems.first().is_some_and(|first| first.starts_with(expected)), "{expected}\n{problems:#?}");
}

#[test]
fn a_verdict_that_does_not_follow_is_found() {
    let problems = forged(|run| {
        run.result.outcome = Outcome::Clean;
        run.result.reasons.clear();
        run.write_result();
    });
    let expected = "result.json: records the outcome clean; from its figures follows exceptions";
    assert_eq!(problems, [expected]);
}

#[test]
fn a_reason_that_was_taken_out_is_found() {
    let problems = forged(|run| {
        run.result.reasons.remove(0);
        run.write_result();
    });
    assert_eq!(problems, ["result.json: records other reasons for its outcome than follow from its figures"]);
}

#[test]
fn a_total_changed_in_the_result_alone_is_found() {
    let problems = forged(|run| {
        run.result.data_sets[0].totals[0].amount = "72.02".parse().unwrap();
        run.write_result();
    });
    assert_first(
        &problems,
        "result.json: data set statement: column amount in EUR adds up to 72.01, recorded is 72.02",
    );
}

#[test]
fn a_total_changed_everywhere_is_found_by_the_rows() {
    let problems = forged(|run| {
        run.result.data_sets[0].totals[0].amount = "72.02".parse().unwrap();
        run.result.comparisons[0].amounts[1].amount = "30.02".parse().unwrap();
        run.settle();
    });
    assert_eq!(problems, ["data/statement/rows.parquet: column amount in EUR adds up to 72.01, recorded is 72.02"]);
}

#[test]
fn a_total_written_with_other_decimals_is_found() {
    let problems = forged(|run| {
        run.result.data_sets[0].totals[0].amount = "72.010".parse().unwrap();
        run.settle();
    });
    assert_first(&problems, "data/statement/rows.parquet: column amount in EUR adds up to 72.01, recorded is 72.010");
}

#[test]
fn a_currency_that_was_dropped_is_found() {
    let problems = forged(|run| {
        run.result.data_sets[1].totals.pop();
        run.settle();
    });
    assert_first(&problems, "data/ledger/rows.parquet: column amount in USD adds up to 1.00, recorded is nothing");
}

#[test]
fn a_summary_that_contradicts_the_result_is_found() {
    let problems = forged(|run| {
        let path = "data/ledger/summary.json";
        let mut summary: DataSetSummary = serde_json::from_slice(&run.files[path]).unwrap();
        summary.data_set.tests.clear();
        run.files.insert(path.to_owned(), summary.to_bytes().unwrap());
    });
    assert_eq!(problems, ["data/ledger/summary.json: does not say the same as result.json"]);
    let problems = forged(|run| {
        let path = "data/ledger/summary.json";
        let mut summary: DataSetSummary = serde_json::from_slice(&run.files[path]).unwrap();
        summary.data_set.rows = 7;
        run.files.insert(path.to_owned(), summary.to_bytes().unwrap());
    });
    assert_eq!(problems, ["data/ledger/summary.json: data set ledger: 6 rows are there, 7 are recorded"]);
}

#[test]
fn rows_of_another_data_set_are_found() {
    let problems = forged(|run| {
        let rows = run.files["data/statement/rows.parquet"].clone();
        run.files.insert("data/ledger/rows.parquet".to_owned(), rows);
    });
    assert!(problems.iter().all(|problem| problem.starts_with("data/ledger/rows.parquet: ")), "{problems:#?}");
    assert_eq!(
        problems.first().map(String::as_str),
        Some("data/ledger/rows.parquet: cannot be counted: the table has no column 'currency'")
    );
}

#[test]
fn a_count_of_excluded_or_rejected_rows_is_held_against_the_rows() {
    let problems = forged(|run| {
        run.result.data_sets[0].excluded[0].rows = 3;
        run.result.data_sets[0].rows_read = 10;
        run.settle();
    });
    assert_eq!(
        problems,
        ["data/statement/excluded.parquet: excluded as after_cutoff: 2 rows are there, 3 are recorded"]
    );
    let problems = forged(|run| {
        run.result.data_sets[0].excluded[1].totals[0].amount = "0.02".parse().unwrap();
        run.settle();
    });
    let expected = "data/statement/excluded.parquet: excluded as before_period: column amount in EUR adds up to 0.01, \
                    recorded is 0.02";
    assert_eq!(problems, [expected]);
    let problems = forged(|run| {
        run.result.data_sets[0].rejected.rows = 0;
        run.result.data_sets[0].rows_read = 8;
        run.settle();
    });
    assert_eq!(problems, ["data/statement/rejects.parquet: 1 rejected rows are there, 0 are recorded"]);
}

#[test]
fn excluded_rows_that_were_taken_out_are_found() {
    let problems = forged(|run| {
        run.files.remove("data/statement/excluded.parquet");
    });
    assert_eq!(problems.len(), 2);
    assert_first(&problems, "data/statement/excluded.parquet: excluded as after_cutoff: 0 rows are there, 2 are");
}

#[test]
fn counts_of_a_comparison_are_held_against_its_exceptions() {
    let problems = forged(|run| {
        let comparison = &mut run.result.comparisons[0];
        (comparison.matched, comparison.mismatch) = (3, 0);
        comparison.mismatch_by_column.clear();
        for count in &mut comparison.classes {
            match count.class {
                tieout_model::ComparisonClass::Matched => count.rows = 3,
                tieout_model::ComparisonClass::Mismatch => count.rows = 0,
                _ => {}
            }
        }
        run.settle();
    });
    assert_eq!(
        problems,
        ["tables/comparison-statement-ledger.parquet: lists 1 rows of class mismatch, result.json counts 0"]
    );
}

#[test]
fn counts_of_an_assertion_are_held_against_its_rows() {
    let problems = forged(|run| {
        run.result.assertions[0].rows_failed = 0;
        run.settle();
    });
    assert_eq!(problems, ["tables/assertion-large-enough.parquet: lists 1 rows, result.json counts 0"]);
}

#[test]
fn an_amount_at_stake_is_held_against_the_rows() {
    let problems = forged(|run| {
        let amount = "0.99".parse().unwrap();
        run.result.assertions[0].amounts[0].amount = amount;
        run.result.assertions[0].amount = Some(amount);
        run.settle();
    });
    assert_eq!(problems, ["tables/assertion-large-enough.parquet: has 1.00 at stake, result.json says USD 0.99"]);
    let problems = forged(|run| {
        run.result.assertions[0].amount = Some("0.99".parse().unwrap());
        run.settle();
    });
    let what = "is valued in result.json otherwise than by its amounts there";
    assert_eq!(problems, [format!("tables/assertion-large-enough.parquet: {what}")]);
}

#[test]
fn totals_of_a_tie_out_are_held_against_its_groups() {
    let problems = forged(|run| {
        let total = &mut run.result.tie_outs[0];
        total.right = "72.01".parse().unwrap();
        total.difference = "0.00".parse().unwrap();
        run.settle();
    });
    let expected = "tables/tie-out-total.parquet: in EUR has 2 groups, left 72.01, right 78.00; result.json says 2 \
                    groups, left 72.01, right 72.01";
    assert_eq!(problems, [expected]);
}

#[test]
fn a_group_over_the_threshold_that_was_taken_out_is_found() {
    let problems = forged(|run| {
        run.result.tie_outs.pop();
        run.result.tie_outs[0].groups_over_threshold = Some(0);
        run.settle();
    });
    let what = "in EUR is over the threshold in 1 groups, result.json lists 0: not the same groups";
    assert_eq!(problems, [format!("tables/tie-out-total.parquet: {what}")]);
    let problems = forged(|run| {
        run.result.tie_outs[0].groups_over_threshold = Some(2);
        run.settle();
    });
    assert_first(&problems, "tables/tie-out-total.parquet: in EUR has figures, or result.json of it, that contradict");
}

#[test]
fn a_footing_that_was_changed_is_found() {
    let problems = forged(|run| {
        run.result.footing[0].parts[0].1 = "6".parse().unwrap();
        run.result.footing[0].whole = "10".parse().unwrap();
        run.write_result();
    });
    assert_eq!(problems, ["result.json: does not foot statement as its figures do"]);
}

#[test]
fn a_data_set_or_table_that_was_taken_out_of_the_result_is_found() {
    let problems = forged(|run| {
        run.result.tables.remove(2);
        run.write_result();
    });
    assert_eq!(problems, ["tables/tie-out-total.parquet: is a table that result.json does not have"]);
    let problems = forged(|run| {
        run.result.data_sets.remove(0);
        run.write_result();
    });
    let stray = "data/statement/excluded.parquet: belongs to a data set that result.json does not have";
    assert_first(&problems, stray);
}

#[test]
fn a_table_or_data_set_that_was_taken_out_of_the_package_is_found() {
    for path in ["tables/tie-out-total.parquet", "data/ledger/rows.parquet", "data/ledger/summary.json", "run.json"] {
        let problems = forged(|run| {
            run.files.remove(path);
        });
        assert_first(&problems, &format!("{path}: is missing"));
    }
}

#[test]
fn a_changed_definition_is_found() {
    let problems = forged(|run| {
        run.files.insert("definition/ledger.sql".to_owned(), b"select 1\n".to_vec());
    });
    assert_first(&problems, "definition/: has files with the digest sha256:");
}

#[test]
fn files_of_another_run_are_found() {
    let problems = forged(|run| {
        run.header.run_id.run = "0002".parse().unwrap();
    });
    assert_eq!(
        problems,
        ["run.json: is of another run than manifest.json", "result.json: is of another run than manifest.json"]
    );
}

#[test]
fn a_field_that_the_format_does_not_have_is_found() {
    let problems = forged(|run| {
        let mut value: serde_json::Value = serde_json::from_slice(&run.files["result.json"]).unwrap();
        value["approved_by"] = "nobody".into();
        run.files.insert("result.json".to_owned(), serde_json::to_vec(&value).unwrap());
    });
    assert_first(&problems, "result.json: has fields that its format does not have");
}
