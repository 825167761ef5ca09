//! The tests that agree a data set with another one: counts and totals from a second source.

use std::collections::BTreeMap;

use tieout_catalog::{DataSetTest, ExpectedCount, ExpectedTotal};
use tieout_model::{ColumnTotal, Currency, DataSetResult, Decimal, StatedTotal, TestResult};

use crate::tests_of_rows::{judged, not_run};

/// The figures of another data set that a test may ask for.
#[derive(Debug, Clone, Copy)]
pub struct OtherDataSet<'a> {
    /// Its result.
    pub result: &'a DataSetResult,
    /// Sums of the integer columns that tests refer to.
    pub integer_sums: &'a BTreeMap<String, i64>,
    /// What it states of data sets, where it is a list of control totals.
    pub stated: &'a [StatedTotal],
}

/// Carries out the tests of `data_set` that need another data set, in the place of their `not_run` entries.
///
/// `read_totals` are the control totals over every row that was read. `others` finds a data set by name; `None` means
/// that it could not be read, so the test stays `not_run`.
pub fn cross_tests<'a>(
    data_set: &mut DataSetResult,
    tests: &[DataSetTest],
    read_totals: &[ColumnTotal],
    others: impl Fn(&str) -> Option<OtherDataSet<'a>>,
) {
    for (index, test) in tests.iter().enumerate() {
        let outcome = match test {
            DataSetTest::ExpectedCount { expected } => count_test(test.name(), data_set.rows, expected, &others),
            DataSetTest::ExpectedTotal {
                column,
                expected: ExpectedTotal::TotalOf { data_set: other, column: theirs },
            } => Some(total_test(test.name(), &data_set.totals, column, theirs, other, others(other))),
            DataSetTest::SourceCount { data_set: list } => {
                let read = i64::try_from(data_set.rows_read).unwrap_or(i64::MAX);
                let stated = stated_of(&data_set.name, list, others(list)).map(|stated| stated.rows);
                Some(stated_test(test.name(), list, stated, |rows| {
                    (format!("{rows} rows"), format!("{read} rows"), *rows == read)
                }))
            }
            DataSetTest::ControlTotal { data_set: list, columns } => {
                let read = sum_of(read_totals, columns);
                let stated = stated_of(&data_set.name, list, others(list)).map(|stated| stated.amount);
                Some(stated_test(test.name(), list, stated, |amount| {
                    let found = read.map_or_else(|| "more than 38 digits".to_owned(), |read| read.to_string());
                    (amount.to_string(), found, read == Some(*amount))
                }))
            }
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

/// The one entry of a list of control totals for a data set.
fn stated_of<'a>(data_set: &str, list: &str, found: Option<OtherDataSet<'a>>) -> Result<&'a StatedTotal, String> {
    let Some(found) = found else { return Err(format!("data set {list} could not be read")) };
    let mut entries = found.stated.iter().filter(|stated| stated.data_set == data_set);
    match (entries.next(), entries.next()) {
        (Some(entry), None) => Ok(entry),
        (None, _) => Err(format!("{list} has no entry for {data_set}")),
        (Some(_), Some(_)) => Err(format!("{list} has several entries for {data_set}")),
    }
}

fn stated_test<T>(
    name: &str,
    list: &str,
    stated: Result<Option<T>, String>,
    compare: impl Fn(&T) -> (String, String, bool),
) -> TestResult {
    match stated {
        Ok(Some(stated)) => {
            let (expected, found, held) = compare(&stated);
            judged(name, format!("{expected}, from {list}"), found, held)
        }
        Ok(None) => not_run(name, Some(&format!("a figure from {list}")), "the entry is empty"),
        Err(why) => not_run(name, Some(&format!("a figure from {list}")), &why),
    }
}

/// The sum of columns over all currencies; `None` when it does not fit.
fn sum_of(totals: &[ColumnTotal], columns: &[String]) -> Option<Decimal> {
    let wanted = totals.iter().filter(|total| columns.contains(&total.column));
    wanted.map(|total| total.amount).try_fold(Decimal::ZERO, |sum, amount| sum.checked_add(amount).ok())
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
        let read_totals = subject.totals.clone();
        let amount = |text: &str| Some(text.parse().unwrap());
        let entry = |name: &str, rows| StatedTotal { data_set: name.to_owned(), rows, amount: amount("10.5") };
        let stated = [entry("statement", Some(10))];
        let other = theirs.map(|(rows, amount, sum)| {
            (data_set("trailer", rows, amount), BTreeMap::from([("lines".to_owned(), sum)]))
        });
        cross_tests(&mut subject, &[test], &read_totals, |_| {
            let other = other.as_ref();
            other.map(|(result, integer_sums)| OtherDataSet { result, integer_sums, stated: &stated })
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
    fn what_was_read_must_be_what_the_list_of_control_totals_states() {
        let list = || "control_totals".to_owned();
        let count = || DataSetTest::SourceCount { data_set: list() };
        let total = || DataSetTest::ControlTotal { data_set: list(), columns: vec!["amount".to_owned()] };
        let theirs = Some((3, "0", 0));
        assert_eq!(result_of(count(), (10, "0"), theirs), TestOutcome::Passed);
        assert_eq!(result_of(count(), (9, "0"), theirs), TestOutcome::Failed);
        assert_eq!(result_of(total(), (1, "10.50"), theirs), TestOutcome::Passed);
        assert_eq!(result_of(total(), (1, "10.51"), theirs), TestOutcome::Failed);
        assert_eq!(result_of(count(), (10, "0"), None), TestOutcome::NotRun);
    }

    #[test]
    fn no_entry_and_several_entries_prove_nothing() {
        let (result, sums) = (data_set("control_totals", 1, "0"), BTreeMap::new());
        let entry = || StatedTotal { data_set: "twice".to_owned(), rows: Some(1), amount: None };
        let stated = [entry(), entry()];
        let found = || Some(OtherDataSet { result: &result, integer_sums: &sums, stated: &stated });
        let why = |name: &str| stated_of(name, "control_totals", found()).unwrap_err();
        assert_eq!(why("absent"), "control_totals has no entry for absent");
        assert_eq!(why("twice"), "control_totals has several entries for twice");
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
