//! The tests `source_count` and `control_total` of a data set that came from a database.
//!
//! A database says of its own answer how many rows there are and what they add up to; the answer is whole only if
//! what landed agrees. Rows that were kept out of the population or rejected landed too.

use tieout_catalog::DataSetTest;
use tieout_model::{DataSetResult, Decimal, TestResult};

use crate::tests_of_rows::{judged, not_run};

const SOURCE_COUNT: &str = "source_count";
const CONTROL_TOTAL: &str = "control_total";

/// A column, what the source says its sum is, and the sum of what landed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvenTotal {
    /// The column.
    pub column: String,
    /// What the source says.
    pub stated: Decimal,
    /// What landed; `None` when it needs more than 38 digits.
    pub landed: Option<Decimal>,
}

/// Carries out both tests, in the places where they are declared or at the end; `rows` is what the source says.
pub fn proof_tests(data_set: &mut DataSetResult, tests: &[DataSetTest], rows: u64, totals: &[ProvenTotal]) {
    let landed = data_set.rows_read;
    let count = judged(SOURCE_COUNT, format!("{rows} rows, from the source"), format!("{landed} rows"), landed == rows);
    let held = totals.iter().all(|total| total.landed == Some(total.stated));
    let listed = |figure: &dyn Fn(&ProvenTotal) -> String| totals.iter().map(figure).collect::<Vec<_>>().join(", ");
    let expected = listed(&|total| format!("{} {}", total.column, total.stated));
    let found = listed(&|total| {
        let landed = total.landed.map_or_else(|| "more than 38 digits".to_owned(), |landed| landed.to_string());
        format!("{} {landed}", total.column)
    });
    put(data_set, tests, count);
    if !totals.is_empty() {
        put(data_set, tests, judged(CONTROL_TOTAL, format!("{expected}, from the source"), found, held));
    }
}

/// Shows the tests that need a database as not run, where files were read instead and no list of totals is declared.
pub fn no_proof(data_set: &mut DataSetResult, tests: &[DataSetTest]) {
    for name in [SOURCE_COUNT, CONTROL_TOTAL] {
        if !tests.iter().any(|test| test.name() == name) {
            put(data_set, tests, not_run(name, None, "read from files, so no source was asked"));
        }
    }
}

fn put(data_set: &mut DataSetResult, tests: &[DataSetTest], outcome: TestResult) {
    let declared = tests.iter().position(|test| test.name() == outcome.test);
    if let Some(entry) = declared.and_then(|at| data_set.tests.get_mut(at)) {
        *entry = outcome;
    } else {
        // The entry that says that nothing is declared is no longer true.
        data_set.tests.retain(|entry| !(tests.is_empty() && entry.test == "completeness"));
        data_set.tests.retain(|entry| entry.test != outcome.test);
        data_set.tests.push(outcome);
    }
}

#[cfg(test)]
mod tests {
    use tieout_model::{DataSetKind, Digest, Rejected, TestOutcome};

    use super::*;

    fn result(rows_read: u64) -> DataSetResult {
        DataSetResult {
            name: "ledger".to_owned(),
            kind: DataSetKind::Extracted,
            rows: rows_read,
            rows_read,
            digest: Digest::of(b""),
            columns: Vec::new(),
            totals: Vec::new(),
            excluded: Vec::new(),
            rejected: Rejected::default(),
            tests: vec![not_run("completeness", None, "")],
            sources: Vec::new(),
            notes: Vec::new(),
        }
    }

    fn total(stated: &str, landed: Option<&str>) -> ProvenTotal {
        let landed = landed.map(|landed| landed.parse().unwrap());
        ProvenTotal { column: "amount".to_owned(), stated: stated.parse().unwrap(), landed }
    }

    fn outcomes(result: &DataSetResult) -> Vec<(&str, TestOutcome)> {
        result.tests.iter().map(|test| (test.test.as_str(), test.result)).collect()
    }

    #[test]
    fn what_landed_must_be_what_the_source_says() {
        let mut whole = result(3);
        proof_tests(&mut whole, &[], 3, &[total("1.50", Some("1.5"))]);
        assert_eq!(outcomes(&whole), [("source_count", TestOutcome::Passed), ("control_total", TestOutcome::Passed)]);
        let mut short = result(2);
        proof_tests(&mut short, &[], 3, &[total("1.50", Some("1.51"))]);
        assert_eq!(outcomes(&short), [("source_count", TestOutcome::Failed), ("control_total", TestOutcome::Failed)]);
        assert_eq!(short.tests[1].found.as_deref(), Some("amount 1.51"));
        let mut beyond = result(3);
        proof_tests(&mut beyond, &[], 3, &[total("1.50", None)]);
        assert_eq!(outcomes(&beyond)[1].1, TestOutcome::Failed);
    }

    #[test]
    fn declared_tests_keep_their_places() {
        let tests =
            [DataSetTest::MinRows { rows: 1 }, DataSetTest::SourceCount { data_set: "control_totals".to_owned() }];
        let mut found = result(3);
        found.tests =
            vec![judged("min_rows", String::new(), String::new(), true), not_run("source_count", Some("x"), "")];
        proof_tests(&mut found, &tests, 3, &[]);
        assert_eq!(outcomes(&found), [("min_rows", TestOutcome::Passed), ("source_count", TestOutcome::Passed)]);
    }

    #[test]
    fn files_leave_the_tests_of_a_database_not_run_and_not_required() {
        let mut found = result(3);
        no_proof(&mut found, &[]);
        assert_eq!(outcomes(&found), [("source_count", TestOutcome::NotRun), ("control_total", TestOutcome::NotRun)]);
        assert!(found.tests.iter().all(|test| test.expected.is_none()));
    }
}
