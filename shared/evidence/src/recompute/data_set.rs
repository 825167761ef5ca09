//! Data sets: rows, digest, control totals, what was kept out and why, all from the rows themselves.
//!
//! `result.json` and `summary.json` both record the figures. Where one of them stands alone it is wrong; where both
//! contradict the rows, the rows are.

use std::collections::{BTreeMap, BTreeSet};

use tieout_model::{AmountColumn, ColumnTotal, DataSetResult, Excluded, RunResult};
use tieout_tables::TableError;

use super::recount::{Recount, recount, recount_by};
use super::{Lookup, NoDocument, Package, RESULT_FILE, document};
use crate::findings::{Findings, Problem};
use crate::{DataSetSummary, EXCLUDED_REASON_COLUMN, EvidenceError, SUMMARY_SCHEMA};

/// Checks every data set of the result, and that the package has rows of no other.
pub(super) fn check_all(
    package: &Package<'_>,
    result: &RunResult,
    findings: &mut Findings,
) -> Result<(), EvidenceError> {
    for recorded in &result.data_sets {
        check(package, recorded, findings)?;
    }
    let known: BTreeSet<&str> = result.data_sets.iter().map(|data_set| data_set.name.as_str()).collect();
    let strays = package.below("data/").filter(|path| {
        let name = path.split('/').nth(1).unwrap_or_default();
        !known.contains(name) && matches!(package.file(path), Lookup::Sound(_))
    });
    let what = "belongs to a data set that result.json does not have";
    let problems: Vec<Problem> = strays.map(|path| Problem::new(path, what)).collect();
    if !problems.is_empty() {
        findings.record("data sets", problems, String::new);
    }
    Ok(())
}

/// The amount columns of a data set, as its totals are taken; `None` where something else is wrong with its summary.
pub(super) fn amount_columns(
    package: &Package<'_>,
    data_set: &str,
) -> Result<Option<Vec<AmountColumn>>, EvidenceError> {
    let summary = document::<DataSetSummary>(package, &Files::of(data_set).summary)?;
    Ok(summary.ok().filter(|summary| summary.schema == SUMMARY_SCHEMA).map(|summary| summary.amount_columns()))
}

/// The files of one data set.
struct Files {
    rows: String,
    excluded: String,
    rejects: String,
    summary: String,
}

impl Files {
    fn of(data_set: &str) -> Self {
        let file = |name: &str| format!("data/{data_set}/{name}");
        Self {
            rows: file("rows.parquet"),
            excluded: file("excluded.parquet"),
            rejects: file("rejects.parquet"),
            summary: file("summary.json"),
        }
    }

    fn all(&self) -> [&str; 4] {
        [&self.rows, &self.excluded, &self.rejects, &self.summary]
    }
}

fn check(package: &Package<'_>, recorded: &DataSetResult, findings: &mut Findings) -> Result<(), EvidenceError> {
    let name = format!("data set {}", recorded.name);
    let files = Files::of(&recorded.name);
    if let Some(changed) = files.all().into_iter().find(|path| matches!(package.file(path), Lookup::Named)) {
        findings.skip(name, format!("{changed} is not the file that was packed"));
        return Ok(());
    }
    let summary = match document::<DataSetSummary>(package, &files.summary)? {
        Ok(summary) if summary.schema == SUMMARY_SCHEMA => summary,
        Ok(DataSetSummary { schema, .. }) => {
            let what = format!("is of format {schema}; this program knows {SUMMARY_SCHEMA}, use the newer one");
            findings.record(name, vec![Problem::new(&files.summary, what)], String::new);
            return Ok(());
        }
        Err(NoDocument::Problem(problem)) => {
            findings.record(name, vec![problem], String::new);
            return Ok(());
        }
        Err(NoDocument::Named) => return Ok(()),
    };
    let problems = match Found::read(package, &files, &summary.amount_columns()) {
        Ok(found) => found.problems(&files, recorded, &summary),
        Err(problem) => vec![problem],
    };
    findings.record(name, problems, || {
        let rejected = recorded.rejected.rows;
        let excluded: u64 = recorded.excluded.iter().map(|excluded| excluded.rows).sum();
        format!("{} rows, {excluded} excluded, {rejected} rejected; {}", recorded.rows, recorded.digest)
    });
    Ok(())
}

/// What the rows of a data set say.
struct Found {
    population: Recount,
    excluded: Vec<Excluded>,
    rejected: u64,
}

impl Found {
    fn read(package: &Package<'_>, files: &Files, amounts: &[AmountColumn]) -> Result<Self, Problem> {
        let Lookup::Sound(rows) = package.file(&files.rows) else {
            return Err(Problem::new(&files.rows, "is missing, though result.json has the data set"));
        };
        let population = recount(rows, amounts).map_err(|error| unreadable(&files.rows, &error))?;
        let excluded = match package.file(&files.excluded) {
            Lookup::Sound(table) => recount_by(table, EXCLUDED_REASON_COLUMN, amounts)
                .map_err(|error| unreadable(&files.excluded, &error))?,
            _ => Vec::new(),
        };
        let rejected = match package.file(&files.rejects) {
            Lookup::Sound(table) => recount(table, &[]).map_err(|error| unreadable(&files.rejects, &error))?.rows,
            _ => 0,
        };
        Ok(Self { population, excluded, rejected })
    }

    fn problems(&self, files: &Files, recorded: &DataSetResult, summary: &DataSetSummary) -> Vec<Problem> {
        let by_result = self.differences(files, recorded);
        let by_summary = self.differences(files, &summary.data_set);
        let name = &recorded.name;
        let against = |list: &str, differences: Vec<Difference<'_>>| {
            let what = |difference: Difference<'_>| format!("data set {name}: {}", difference.what);
            differences.into_iter().map(|difference| Problem::new(list, what(difference))).collect()
        };
        if by_result.is_empty() && by_summary.is_empty() {
            if summary.data_set != *recorded {
                return vec![Problem::new(&files.summary, "does not say the same as result.json")];
            }
            Vec::new()
        } else if by_summary.is_empty() {
            against(RESULT_FILE, by_result)
        } else if by_result.is_empty() {
            against(&files.summary, by_summary)
        } else {
            by_result.into_iter().map(|difference| Problem::new(difference.file, difference.what)).collect()
        }
    }

    /// Where recorded figures are not those of the rows.
    fn differences<'a>(&self, files: &'a Files, recorded: &DataSetResult) -> Vec<Difference<'a>> {
        let mut differences = Vec::new();
        let mut differs = |file: &'a str, what: String| differences.push(Difference { file, what });
        let population = &self.population;
        if population.columns != recorded.columns {
            differs(&files.rows, "the rows have other columns than are recorded".to_owned());
        }
        if population.rows != recorded.rows {
            differs(&files.rows, format!("{} rows are there, {} are recorded", population.rows, recorded.rows));
        }
        if population.digest != recorded.digest {
            differs(
                &files.rows,
                format!("the rows have the digest {}, recorded is {}", population.digest, recorded.digest),
            );
        }
        for what in total_differences(&population.totals, &recorded.totals) {
            differs(&files.rows, what);
        }
        for what in excluded_differences(&self.excluded, &recorded.excluded) {
            differs(&files.excluded, what);
        }
        if self.rejected != recorded.rejected.rows {
            let what = format!("{} rejected rows are there, {} are recorded", self.rejected, recorded.rejected.rows);
            differs(&files.rejects, what);
        }
        differences
    }
}

/// A recorded figure that the rows of `file` contradict.
struct Difference<'a> {
    file: &'a str,
    what: String,
}

/// Compares totals as text: a total is recorded with all decimals of its column.
fn total_differences(found: &[ColumnTotal], recorded: &[ColumnTotal]) -> Vec<String> {
    let by_column = |totals: &[ColumnTotal]| -> BTreeMap<(String, String), String> {
        let entry =
            |total: &ColumnTotal| ((total.column.clone(), total.currency.to_string()), total.amount.to_string());
        totals.iter().map(entry).collect()
    };
    let (found, recorded) = (by_column(found), by_column(recorded));
    let keys: BTreeSet<&(String, String)> = found.keys().chain(recorded.keys()).collect();
    let text = |amount: Option<&String>| amount.map_or("nothing", String::as_str).to_owned();
    keys.into_iter()
        .filter(|key| found.get(*key) != recorded.get(*key))
        .map(|key| {
            let (sum, total) = (text(found.get(key)), text(recorded.get(key)));
            format!("column {} in {} adds up to {sum}, recorded is {total}", key.0, key.1)
        })
        .collect()
}

fn excluded_differences(found: &[Excluded], recorded: &[Excluded]) -> Vec<String> {
    // A reason without rows may be recorded or left out.
    let by_reason = |list: &[Excluded]| -> BTreeMap<String, Excluded> {
        let with_rows = list.iter().filter(|excluded| excluded.rows > 0);
        with_rows.map(|excluded| (excluded.reason.clone(), excluded.clone())).collect()
    };
    let (found, recorded) = (by_reason(found), by_reason(recorded));
    let none = |reason: &String| Excluded { reason: reason.clone(), rows: 0, totals: Vec::new() };
    let reasons: BTreeSet<&String> = found.keys().chain(recorded.keys()).collect();
    let mut differences = Vec::new();
    for reason in reasons {
        let of = |list: &BTreeMap<String, Excluded>| list.get(reason).cloned().unwrap_or_else(|| none(reason));
        let (found, recorded) = (of(&found), of(&recorded));
        if found.rows != recorded.rows {
            let counts = format!("{} rows are there, {} are recorded", found.rows, recorded.rows);
            differences.push(format!("excluded as {reason}: {counts}"));
            continue;
        }
        let totals = total_differences(&found.totals, &recorded.totals);
        differences.extend(totals.into_iter().map(|what| format!("excluded as {reason}: {what}")));
    }
    differences
}

/// A table that cannot be read; the message has no cell's content.
pub(super) fn unreadable(file: &str, error: &TableError) -> Problem {
    let mut what = format!("cannot be counted: {error}");
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        what = format!("{what}: {inner}");
        cause = inner.source();
    }
    Problem::new(file, what)
}
