//! The tests that look at the rows of one data set: `min_rows`, witnesses, freshness, a literal count or total.
//!
//! Tests against other data sets are in `cross_tests`; a test that neither could carry out stays `not_run`.

use arrow::array::{ArrayRef, AsArray, BooleanArray, RecordBatch, Scalar};
use arrow::compute::kernels::cmp;
use arrow::compute::{and, cast, max};
use arrow::datatypes::{DataType, Date32Type, Schema};
use jiff::ToSpan;
use jiff::civil::Date;
use tieout_catalog::{DataSetTest, ExpectedCount, ExpectedTotal};
use tieout_model::{ColumnTotal, Contract, CutoffDate, Decimal, TestOutcome, TestResult};
use tieout_tables::BatchBuilder;

use crate::ExtractError;
use crate::repeated_keys::RepeatedKeys;

/// Observes the rows of a population and then says how each declared test went.
#[derive(Debug)]
pub struct RowTests {
    tests: Vec<Watched>,
    rows: u64,
}

#[derive(Debug)]
struct Watched {
    test: DataSetTest,
    watch: Watch,
}

#[derive(Debug)]
enum Watch {
    /// Counts the rows that equal the witness in every named column.
    Witness { columns: Vec<(usize, ArrayRef)>, seen: u64 },
    /// Keeps the latest day.
    Latest { index: usize, day: Option<i32> },
    /// Finds the keys that are more than once.
    Keys(Box<RepeatedKeys>),
    /// Needs no look at the rows.
    Figures,
}

impl RowTests {
    /// Prepares the tests of a data set; `contract` says how witness texts are read.
    pub fn new(tests: &[DataSetTest], contract: &Contract, schema: &Schema) -> Result<Self, ExtractError> {
        let watched = tests
            .iter()
            .map(|test| {
                let watch = match test {
                    DataSetTest::WitnessPresent { row } | DataSetTest::WitnessAbsent { row } => Watch::Witness {
                        columns: row
                            .iter()
                            .map(|(name, text)| Ok((index_of(schema, name)?, witness(contract, name, text)?)))
                            .collect::<Result<_, ExtractError>>()?,
                        seen: 0,
                    },
                    DataSetTest::Freshness { column, .. } => {
                        Watch::Latest { index: index_of(schema, column)?, day: None }
                    }
                    DataSetTest::UniqueKey => Watch::Keys(Box::new(RepeatedKeys::new(schema, &contract.key)?)),
                    _ => Watch::Figures,
                };
                Ok(Watched { test: test.clone(), watch })
            })
            .collect::<Result<_, ExtractError>>()?;
        Ok(Self { tests: watched, rows: 0 })
    }

    /// Observes rows of the population.
    pub fn observe(&mut self, batch: &RecordBatch) -> Result<(), ExtractError> {
        self.rows += batch.num_rows() as u64;
        for watched in &mut self.tests {
            match &mut watched.watch {
                Watch::Witness { columns, seen } => *seen += rows_equal_to(batch, columns)?,
                Watch::Latest { index, day } => *day = latest_day(batch.column(*index))?.max(*day),
                Watch::Keys(_) | Watch::Figures => {}
            }
        }
        Ok(())
    }

    /// Observes the same rows once more, in the order of the key.
    pub fn observe_sorted(&mut self, batch: &RecordBatch) -> Result<(), ExtractError> {
        for watched in &mut self.tests {
            if let Watch::Keys(keys) = &mut watched.watch {
                keys.observe(batch)?;
            }
        }
        Ok(())
    }

    /// How each test went, in the order of the definition; one `not_run` entry when none is declared.
    #[must_use]
    pub fn finish(self, totals: &[ColumnTotal], cutoff: CutoffDate) -> Vec<TestResult> {
        if self.tests.is_empty() {
            return vec![not_run("completeness", None, "no completeness test is declared for this data set")];
        }
        let rows = self.rows;
        self.tests.into_iter().map(|watched| watched.finish(rows, totals, cutoff)).collect()
    }
}

impl Watched {
    fn finish(self, rows: u64, totals: &[ColumnTotal], cutoff: CutoffDate) -> TestResult {
        let name = self.test.name();
        match (&self.test, self.watch) {
            (DataSetTest::MinRows { rows: least }, _) => {
                judged(name, format!("at least {least} rows"), format!("{rows} rows"), rows >= *least)
            }
            (DataSetTest::ExpectedCount { expected: ExpectedCount::Rows(wanted) }, _) => {
                judged(name, format!("{wanted} rows"), format!("{rows} rows"), rows == *wanted)
            }
            (
                DataSetTest::ExpectedTotal { column, expected: ExpectedTotal::Amount { amount, currency } },
                Watch::Figures,
            ) => {
                let found = totals
                    .iter()
                    .find(|total| total.column == *column && total.currency == *currency)
                    .map_or(Decimal::ZERO, |total| total.amount);
                judged(name, format!("{column} {amount} {currency}"), format!("{found} {currency}"), found == *amount)
            }
            (DataSetTest::WitnessPresent { row }, Watch::Witness { seen, .. }) => {
                judged(name, format!("a row with the given {}", names(row.keys())), format!("{seen} rows"), seen > 0)
            }
            (DataSetTest::WitnessAbsent { row }, Watch::Witness { seen, .. }) => {
                judged(name, format!("no row with the given {}", names(row.keys())), format!("{seen} rows"), seen == 0)
            }
            (DataSetTest::Freshness { column, max_age_days }, Watch::Latest { day, .. }) => {
                freshness(column, *max_age_days, day, cutoff)
            }
            (DataSetTest::UniqueKey, Watch::Keys(keys)) => unique_key(*keys),
            (DataSetTest::SourceCount { .. } | DataSetTest::ControlTotal { .. }, _) => {
                not_run(name, Some("a figure from the source"), "the source's figures have not been read")
            }
            _ => not_run(name, Some("a figure from another data set"), "the other data set has not been read"),
        }
    }
}

/// A test with both figures and whether it held.
pub(crate) fn judged(test: &str, expected: String, found: String, held: bool) -> TestResult {
    TestResult {
        test: test.to_owned(),
        result: if held { TestOutcome::Passed } else { TestOutcome::Failed },
        expected: Some(expected),
        found: Some(found),
        detail: String::new(),
    }
}

/// A test that was not carried out; `expected` is absent when no test was declared at all.
pub(crate) fn not_run(test: &str, expected: Option<&str>, detail: &str) -> TestResult {
    TestResult {
        test: test.to_owned(),
        result: TestOutcome::NotRun,
        expected: expected.map(str::to_owned),
        found: None,
        detail: detail.to_owned(),
    }
}

fn unique_key(keys: RepeatedKeys) -> TestResult {
    let (keys, rows, named) = keys.finish();
    let found = format!("{keys} keys in {rows} rows");
    let more = keys.saturating_sub(named.len() as u64);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let detail = if named.is_empty() { String::new() } else { format!("repeated: {}{more}", named.join(", ")) };
    TestResult { detail, ..judged("unique_key", "no key more than once".to_owned(), found, keys == 0) }
}

fn freshness(column: &str, max_age_days: u32, day: Option<i32>, cutoff: CutoffDate) -> TestResult {
    let date_of = |day: i32| Date::constant(1970, 1, 1).checked_add(day.days()).ok();
    let earliest = cutoff.date().checked_sub(i64::from(max_age_days).days()).unwrap_or(Date::MIN);
    let latest = day.and_then(date_of);
    judged(
        "freshness",
        format!("{column} up to {earliest} or later"),
        latest.map_or_else(|| "no date".to_owned(), |date| format!("latest {date}")),
        latest.is_some_and(|date| date >= earliest),
    )
}

fn names<'a>(columns: impl Iterator<Item = &'a String>) -> String {
    columns.map(String::as_str).collect::<Vec<_>>().join(", ")
}

fn index_of(schema: &Schema, name: &str) -> Result<usize, ExtractError> {
    schema.index_of(name).map_err(|_| ExtractError::ColumnAbsent { column: name.to_owned() })
}

/// The witness value as an array of one row, read by the column's own format.
fn witness(contract: &Contract, name: &str, text: &str) -> Result<ArrayRef, ExtractError> {
    let column = contract.column(name).ok_or_else(|| ExtractError::ColumnAbsent { column: name.to_owned() })?;
    let single = Contract { columns: vec![column.clone()], ..Contract::default() };
    let mut builder = BatchBuilder::new(&single);
    builder
        .push_row(&[Some(text)])
        .map_err(|problem| ExtractError::Witness { column: name.to_owned(), problem: problem.problem })?;
    Ok(builder.finish()?.column(0).clone())
}

fn rows_equal_to(batch: &RecordBatch, columns: &[(usize, ArrayRef)]) -> Result<u64, ExtractError> {
    let mut equal: Option<BooleanArray> = None;
    for (index, value) in columns {
        let here = cmp::not_distinct(batch.column(*index), &Scalar::new(value.clone()))?;
        equal = Some(match equal {
            Some(before) => and(&before, &here)?,
            None => here,
        });
    }
    Ok(equal.map_or(0, |equal| equal.true_count() as u64))
}

fn latest_day(column: &ArrayRef) -> Result<Option<i32>, ExtractError> {
    // A timestamp cast to a date is cut to its day, which is the day it lies in.
    let days = cast(column, &DataType::Date32)?;
    Ok(max(days.as_primitive::<Date32Type>()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use tieout_model::{Column, ColumnType, ValueFormat};
    use tieout_tables::schema_of;

    fn contract() -> Contract {
        let column = |name: &str, data_type| Column {
            name: name.to_owned(),
            data_type,
            nullable: false,
            required: true,
            headers: vec![name.to_owned()],
            format: ValueFormat::default(),
        };
        Contract {
            columns: vec![column("id", ColumnType::Text), column("day", ColumnType::Date)],
            ..Contract::default()
        }
    }

    fn outcome_of(test: DataSetTest, rows: &[(&str, &str)]) -> TestResult {
        let contract = contract();
        let mut tests = RowTests::new(&[test], &contract, &schema_of(&contract)).unwrap();
        let mut builder = BatchBuilder::new(&contract);
        for (id, day) in rows {
            builder.push_row(&[Some(id), Some(day)]).unwrap();
        }
        tests.observe(&builder.finish().unwrap()).unwrap();
        tests.finish(&[], "2024-01-31".parse().unwrap()).remove(0)
    }

    fn row(id: &str) -> BTreeMap<String, String> {
        BTreeMap::from([("id".to_owned(), id.to_owned())])
    }

    #[test]
    fn witnesses_are_looked_for_among_all_rows() {
        let rows = [("a", "2024-01-30"), ("b", "2024-01-31")];
        let result = |test| outcome_of(test, &rows).result;
        assert_eq!(result(DataSetTest::WitnessPresent { row: row("b") }), TestOutcome::Passed);
        assert_eq!(result(DataSetTest::WitnessPresent { row: row("c") }), TestOutcome::Failed);
        assert_eq!(result(DataSetTest::WitnessAbsent { row: row("c") }), TestOutcome::Passed);
        assert_eq!(result(DataSetTest::WitnessAbsent { row: row("a") }), TestOutcome::Failed);
    }

    #[test]
    fn freshness_looks_at_the_latest_day() {
        let test = |days| DataSetTest::Freshness { column: "day".to_owned(), max_age_days: days };
        assert_eq!(outcome_of(test(2), &[("a", "2024-01-29")]).result, TestOutcome::Passed);
        assert_eq!(outcome_of(test(1), &[("a", "2024-01-29")]).result, TestOutcome::Failed);
        assert_eq!(outcome_of(test(1), &[]).result, TestOutcome::Failed);
    }

    #[test]
    fn too_few_rows_fail_with_both_figures() {
        let result = outcome_of(DataSetTest::MinRows { rows: 2 }, &[("a", "2024-01-29")]);
        assert_eq!(result.result, TestOutcome::Failed);
        assert_eq!((result.expected.as_deref(), result.found.as_deref()), (Some("at least 2 rows"), Some("1 rows")));
    }

    #[test]
    fn no_declared_test_is_shown_as_not_run() {
        let contract = contract();
        let tests = RowTests::new(&[], &contract, &schema_of(&contract)).unwrap();
        assert_eq!(tests.finish(&[], "2024-01-31".parse().unwrap())[0].result, TestOutcome::NotRun);
    }
}
