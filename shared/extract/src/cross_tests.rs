//! The tests that agree a data set with another one: counts and totals from a second source.

use std::collections::BTreeMap;

use tieout_catalog::{DataSetTest, ExpectedCount, ExpectedTotal};
use tieout_model::{ColumnTotal, Currency, DataSetResult, Decimal, TestResult};

use crate::tests_of_rows::{judged, not_run};

/// The figures of another data set that a test may ask for.
#[derive(Debug, Clone, Copy)]
pub struct OtherDataSet<'a> {
    /// Its result.
    pub result: &'a DataSetResult,
    /// Sums of the integer columns that tests refer to.
    pub integer_sums: &'a BTreeMap<String, i64>,
}

/// Carries out the tests of `data_set` that need another data set, in the place of their `not_run` entries.
///
/// `others` finds a data set by name; `None` means that it could not be read, so the test stays `not_run`.
pub fn cross_tests<'a>(
    data_set: &mut DataSetResult,
    tests: &[DataSetTest],
    others: impl Fn(&str) -> Option<OtherDataSet<'a>>,
) {
    for (index, test) in tests.iter().enumerate() {
        let outcome = match test {
            DataSetTest::ExpectedCount { expected } => count_test(test.name(), data_set.rows, expected, &others),
            DataSetTest::ExpectedTotal {
                column,
                expected: ExpectedTotal::TotalOf { data_set: other, column: theirs },
            } => Some(total_test(test.name(), &data_set.totals, column, theirs, other, others(other))),
            _ => None,
        };
        if let (Some(outcome), Some(entry)) = (outcome, data_set.tests.get_mut(index)) {
            *entry = outcome;
        }
    }
}

fn count_test<'a>(
    name: &str,
    rows: u64,
    expected: &ExpectedCount,
    others: &impl Fn(&str) -> Option<OtherDataSet<'a>>,
) -> Option<TestResult> {
    let (other, wanted) = match expected {
        ExpectedCount::Rows(_) => return None,
        ExpectedCount::RowsOf { data_set } => (data_set, others(data_set).map(|other| i128::from(other.result.rows))),
        ExpectedCount::SumOf { data_set, column } => {
            let sum = others(data_set).and_then(|other| other.integer_sums.get(column).map(|sum| i128::from(*sum)));
            (data_set, sum)
        }
    };
    Some(match wanted {
        Some(wanted) => {
            judged(name, format!("{wanted} rows, from {other}"), format!("{rows} rows"), i128::from(rows) == wanted)
        }
        None => unread(name, other),
    })
}

fn total_test(
    name: &str,
    totals: &[ColumnTotal],
    ours: &str,
    theirs: &str,
    other: &str,
    found_other: Option<OtherDataSet<'_>>,
) -> TestResult {
    let Some(found_other) = found_other else { return unread(name, other) };
    let (ours, theirs) = (by_currency(totals, ours), by_currency(&found_other.result.totals, theirs));
    let mut currencies: Vec<&Currency> = ours.keys().chain(theirs.keys()).copied().collect();
    currencies.sort_unstable();
    currencies.dedup();
    let of = |totals: &BTreeMap<&Currency, Decimal>, currency: &Currency| {
        totals.get(currency).copied().unwrap_or(Decimal::ZERO)
    };
    let list = |totals: &BTreeMap<&Currency, Decimal>| {
        currencies.iter().map(|currency| format!("{} {currency}", of(totals, currency))).collect::<Vec<_>>().join(", ")
    };
    let held = currencies.iter().all(|currency| of(&ours, currency) == of(&theirs, currency));
    judged(name, format!("{}, from {other}", list(&theirs)), list(&ours), held)
}

fn by_currency<'a>(totals: &'a [ColumnTotal], column: &str) -> BTreeMap<&'a Currency, Decimal> {
    totals.iter().filter(|total| total.column == column).map(|total| (&total.currency, total.amount)).collect()
}

fn unread(name: &str, other: &str) -> TestResult {
    not_run(name, Some(&format!("a figure from {other}")), &format!("data set {other} could not be read"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tieout_model::{DataSetKind, Digest, Rejected, TestOutcome};

    fn data_set(name: &str, rows: u64, amount: &str) -> DataSetResult {
        let total = ColumnTotal {
            column: "amount".to_owned(),
            currency: "EUR".parse().unwrap(),
            amount: amount.parse().unwrap(),
        };
        DataSetResult {
            name: name.to_owned(),
            kind: DataSetKind::Extracted,
            rows,
            rows_read: rows,
            digest: Digest::of(b""),
            columns: Vec::new(),
            totals: vec![total],
            excluded: Vec::new(),
            rejected: Rejected::default(),
            tests: vec![not_run("x", Some("y"), "z")],
            sources: Vec::new(),
            notes: Vec::new(),
        }
    }

    fn result_of(test: DataSetTest, ours: (u64, &str), theirs: Option<(u64, &str, i64)>) -> TestOutcome {
        let mut subject = data_set("statement", ours.0, ours.1);
        let other = theirs.map(|(rows, amount, sum)| {
            (data_set("trailer", rows, amount), BTreeMap::from([("lines".to_owned(), sum)]))
        });
        cross_tests(&mut subject, &[test], |_| {
            other.as_ref().map(|(result, integer_sums)| OtherDataSet { result, integer_sums })
        });
        subject.tests[0].result
    }

    #[test]
    fn a_count_from_a_trailer_must_agree() {
        let test = || DataSetTest::ExpectedCount {
            expected: ExpectedCount::SumOf { data_set: "trailer".to_owned(), column: "lines".to_owned() },
        };
        assert_eq!(result_of(test(), (10, "0"), Some((1, "0", 10))), TestOutcome::Passed);
        assert_eq!(result_of(test(), (10, "0"), Some((1, "0", 11))), TestOutcome::Failed);
        assert_eq!(result_of(test(), (10, "0"), None), TestOutcome::NotRun);
    }

    #[test]
    fn a_total_from_a_trailer_agrees_by_value() {
        let test = || DataSetTest::ExpectedTotal {
            column: "amount".to_owned(),
            expected: ExpectedTotal::TotalOf { data_set: "trailer".to_owned(), column: "amount".to_owned() },
        };
        assert_eq!(result_of(test(), (1, "10.50"), Some((1, "10.5", 0))), TestOutcome::Passed);
        assert_eq!(result_of(test(), (1, "10.50"), Some((1, "10.51", 0))), TestOutcome::Failed);
    }
}
