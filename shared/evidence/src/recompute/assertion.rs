//! Assertions: the rows that fail, counted and valued again from `tables/assertion-<id>.parquet`.
//!
//! The amount at stake is a column of that table; where nothing fails the table may be absent.

use tieout_model::{AssertionResult, Decimal, RunResult};
use tieout_tables::TableError;

use super::data_set::unreadable;
use super::recount::{numbers, open};
use super::table::file_of;
use super::{Lookup, Package};
use crate::findings::{Findings, Problem};
use crate::read::Member;

/// The column with the amount at stake in a failed row.
const AT_STAKE_COLUMN: &str = "amount_at_stake";

/// Checks every assertion of the result.
pub(super) fn check_all(package: &Package<'_>, result: &RunResult, findings: &mut Findings) {
    for assertion in &result.assertions {
        check(package, assertion, findings);
    }
}

fn check(package: &Package<'_>, assertion: &AssertionResult, findings: &mut Findings) {
    let name = format!("assertion {}", assertion.id);
    let path = file_of(&format!("assertion-{}", assertion.id));
    let listed = match package.file(&path) {
        Lookup::Sound(table) => Listed::read(table),
        Lookup::Named => return findings.skip(name, format!("{path} is not the file that was packed")),
        Lookup::Absent => Ok(Listed { rows: 0, at_stake: Some(Decimal::ZERO) }),
    };
    let problems = match listed {
        Ok(listed) => listed.differences(assertion).into_iter().map(|what| Problem::new(&path, what)).collect(),
        Err(error) => vec![unreadable(&path, &error)],
    };
    findings.record(name, problems, || format!("lists {} failed rows, as many as were counted", assertion.rows_failed));
}

/// What the table of an assertion says.
struct Listed {
    rows: u64,
    /// The sum of what is at stake; absent when it needs more than 38 digits.
    at_stake: Option<Decimal>,
}

impl Listed {
    fn read(table: &Member) -> Result<Self, TableError> {
        let mut listed = Self { rows: 0, at_stake: Some(Decimal::ZERO) };
        for batch in open(table)? {
            let batch = batch?;
            listed.rows += batch.num_rows() as u64;
            if batch.column_by_name(AT_STAKE_COLUMN).is_some() {
                for amount in numbers(&batch, AT_STAKE_COLUMN)?.into_iter().flatten() {
                    listed.at_stake = listed.at_stake.and_then(|sum| sum.checked_add(amount).ok());
                }
            }
        }
        Ok(listed)
    }

    fn differences(&self, assertion: &AssertionResult) -> Vec<String> {
        let mut differences = Vec::new();
        if self.rows != assertion.rows_failed {
            differences.push(format!("lists {} rows, result.json counts {}", self.rows, assertion.rows_failed));
        }
        // Amounts of several currencies do not add up to anything.
        if let [only] = assertion.amounts.as_slice()
            && self.at_stake != Some(only.amount)
        {
            let found = self.at_stake.map_or_else(|| "more than 38 digits hold".to_owned(), |sum| sum.to_string());
            let recorded = format!("result.json says {} {}", only.currency, only.amount);
            differences.push(format!("has {found} at stake, {recorded}"));
        }
        if assertion.amount != single_amount(assertion) || assertion.currency != single_currency(assertion) {
            differences.push("is valued in result.json otherwise than by its amounts there".to_owned());
        }
        differences
    }
}

fn single_amount(assertion: &AssertionResult) -> Option<Decimal> {
    if let [only] = assertion.amounts.as_slice() { Some(only.amount) } else { None }
}

fn single_currency(assertion: &AssertionResult) -> Option<tieout_model::Currency> {
    if let [only] = assertion.amounts.as_slice() { Some(only.currency.clone()) } else { None }
}
