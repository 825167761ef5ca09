//! Tie-outs: totals, differences and status again from every group in `tables/tie-out-<id>.parquet`.
//!
//! The groups of a currency add up to its total on both sides, and none over its threshold goes unlisted.

use std::collections::{BTreeMap, BTreeSet};

use tieout_model::{Decimal, RunResult, TieOutResult, TieOutStatus};
use tieout_tables::TableError;

use super::data_set::unreadable;
use super::recount::{numbers, open, text_column};
use super::table::file_of;
use super::{Lookup, Package};
use crate::findings::{Findings, Problem};
use crate::read::Member;

/// Checks every tie-out of the result.
pub(super) fn check_all(package: &Package<'_>, result: &RunResult, findings: &mut Findings) {
    for id in result.tie_out_ids() {
        let recorded: Vec<&TieOutResult> = result.tie_outs.iter().filter(|row| row.id == id).collect();
        check(package, id, &recorded, findings);
    }
}

fn check(package: &Package<'_>, id: &str, recorded: &[&TieOutResult], findings: &mut Findings) {
    let name = format!("tie-out {id}");
    let path = file_of(&format!("tie-out-{id}"));
    let table = match package.file(&path) {
        Lookup::Sound(table) => table,
        Lookup::Named => return findings.skip(name, format!("{path} is not the file that was packed")),
        Lookup::Absent => {
            let problem = Problem::new(&path, "is missing, though result.json has the tie-out");
            return findings.record(name, vec![problem], String::new);
        }
    };
    let found = match read(table) {
        Ok(found) => found,
        Err(error) => return findings.record(name, vec![unreadable(&path, &error)], String::new),
    };
    let problems = differences(&found, &by_currency(recorded));
    let problems = problems.into_iter().map(|what| Problem::new(&path, what)).collect();
    let groups: u64 = found.values().map(|sums| sums.groups).sum();
    findings.record(name, problems, || format!("{groups} groups add up to its totals"));
}

/// What the groups of one currency say, or are recorded to say.
#[derive(Default, PartialEq, Eq)]
struct Sums {
    left: Decimal,
    right: Decimal,
    groups: u64,
    /// Left, right, difference and threshold of every group over its threshold, in order of amount.
    over: Vec<[Decimal; 4]>,
    /// A row whose difference or status does not follow, or whose sum is beyond 38 digits.
    contradicts: bool,
}

/// Adds up the groups of a table by currency.
fn read(table: &Member) -> Result<BTreeMap<String, Sums>, TableError> {
    let mut found: BTreeMap<String, Sums> = BTreeMap::new();
    for batch in open(table)? {
        let batch = batch?;
        let (currencies, statuses) = (text_column(&batch, "currency")?, text_column(&batch, "status")?);
        let columns = ["left", "right", "difference", "threshold"];
        let [left, right, difference, threshold] = columns.map(|column| numbers(&batch, column));
        let figures = left?.into_iter().zip(right?).zip(difference?.into_iter().zip(threshold?));
        for ((currency, status), ((left, right), (difference, threshold))) in
            currencies.iter().zip(statuses).zip(figures)
        {
            let sums = found.entry(currency.unwrap_or_default().to_owned()).or_default();
            match (left, right, difference, threshold) {
                (Some(left), Some(right), Some(difference), Some(threshold)) => {
                    sums.add([left, right, difference, threshold], status);
                }
                _ => sums.contradicts = true,
            }
        }
    }
    for of_currency in found.values_mut() {
        of_currency.over.sort_unstable();
    }
    Ok(found)
}

impl Sums {
    fn add(&mut self, figures: [Decimal; 4], status: Option<&str>) {
        let [left, right, difference, threshold] = figures;
        let over = TieOutStatus::of(difference, threshold) == TieOutStatus::OverThreshold;
        let expected = if over { "over_threshold" } else { "ok" };
        self.contradicts |= left.checked_sub(right) != Ok(difference) || status != Some(expected);
        match (self.left.checked_add(left), self.right.checked_add(right)) {
            (Ok(left), Ok(right)) => (self.left, self.right) = (left, right),
            _ => self.contradicts = true,
        }
        self.groups += 1;
        if over {
            self.over.push(figures);
        }
    }
}

/// What the result records of each currency. Without grouping the totals are the only groups.
fn by_currency(recorded: &[&TieOutResult]) -> BTreeMap<String, Sums> {
    let is_grouped = recorded.iter().any(|row| row.groups.is_some());
    let mut sums: BTreeMap<String, Sums> = BTreeMap::new();
    for row in recorded {
        let of_currency = sums.entry(row.currency.to_string()).or_default();
        let is_total = !is_grouped || row.groups.is_some();
        if is_total {
            // A second total of the same currency is nothing that a tie-out has.
            of_currency.contradicts |= of_currency.groups > 0;
            (of_currency.left, of_currency.right) = (row.left, row.right);
            of_currency.groups = row.groups.unwrap_or(1);
        }
        if row.status == TieOutStatus::OverThreshold && (!is_grouped || !is_total) {
            of_currency.over.push([row.left, row.right, row.difference, row.threshold]);
        }
    }
    for row in recorded.iter().filter(|row| row.groups.is_some()) {
        let listed = sums.get_mut(row.currency.as_str());
        let count = listed.as_ref().map(|sums| sums.over.len() as u64);
        if let Some(sums) = listed {
            sums.contradicts |= row.groups_over_threshold != count;
        }
    }
    for of_currency in sums.values_mut() {
        of_currency.over.sort_unstable();
    }
    sums
}

fn differences(found: &BTreeMap<String, Sums>, recorded: &BTreeMap<String, Sums>) -> Vec<String> {
    let none = Sums::default();
    let currencies: BTreeSet<&String> = found.keys().chain(recorded.keys()).collect();
    let mut differences = Vec::new();
    for currency in currencies {
        let (found, recorded) = (found.get(currency).unwrap_or(&none), recorded.get(currency).unwrap_or(&none));
        if (found.left, found.right, found.groups) != (recorded.left, recorded.right, recorded.groups) {
            let sums = |sums: &Sums| format!("{} groups, left {}, right {}", sums.groups, sums.left, sums.right);
            differences.push(format!("in {currency} has {}; result.json says {}", sums(found), sums(recorded)));
        }
        if found.over != recorded.over {
            let counts = format!("{} groups, result.json lists {}", found.over.len(), recorded.over.len());
            differences.push(format!("in {currency} is over the threshold in {counts}: not the same groups"));
        }
        if found.contradicts || recorded.contradicts {
            differences.push(format!("in {currency} has figures, or result.json of it, that contradict each other"));
        }
    }
    differences
}
