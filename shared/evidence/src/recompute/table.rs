//! Result tables: rows and digest, whether a comparison lists as many rows of every class as it counted, and whether
//! its figures agree with one another.
//!
//! `tables/comparison-<id>.parquet` lists what a comparison did not match; with nothing to list it may be absent.

use std::collections::{BTreeMap, BTreeSet};

use tieout_model::{ComparisonClass, ComparisonResult, RunResult, TableResult};

use super::absorbed;
use super::data_set::{amount_columns, unreadable};
use super::recount::{recount, recount_by};
use super::{Lookup, Package, RESULT_FILE};
use crate::EvidenceError;
use crate::findings::{Findings, Problem};
use crate::read::Member;

/// The column of an exceptions table with the class of the row.
const CLASS_COLUMN: &str = "class";

/// Checks every table of the result, and the counts of every check that has one.
pub(super) fn check_all(
    package: &Package<'_>,
    result: &RunResult,
    findings: &mut Findings,
) -> Result<(), EvidenceError> {
    let mut known = BTreeSet::new();
    for recorded in &result.tables {
        let path = file_of(&recorded.name);
        check_table(package, recorded, &path, findings);
        known.insert(path);
    }
    let strays = package
        .below("tables/")
        .filter(|path| !known.contains(*path) && matches!(package.file(path), Lookup::Sound(_)));
    let problems: Vec<Problem> =
        strays.map(|path| Problem::new(path, "is a table that result.json does not have")).collect();
    if !problems.is_empty() {
        findings.record("tables", problems, String::new);
    }
    for comparison in &result.comparisons {
        check_comparison(package, comparison, findings)?;
    }
    Ok(())
}

/// Where a table lies in the package.
pub(super) fn file_of(table: &str) -> String {
    format!("tables/{table}.parquet")
}

fn check_table(package: &Package<'_>, recorded: &TableResult, path: &str, findings: &mut Findings) {
    let name = format!("table {}", recorded.name);
    let table = match package.file(path) {
        Lookup::Sound(table) => table,
        Lookup::Named => return findings.skip(name, format!("{path} is not the file that was packed")),
        Lookup::Absent => {
            let what = format!("is missing, though result.json has the table {}", recorded.name);
            return findings.record(name, vec![Problem::new(path, what)], String::new);
        }
    };
    let problems = match recount(table, &[]) {
        Ok(found) if found.rows != recorded.rows => {
            vec![Problem::new(path, format!("has {} rows, result.json says {}", found.rows, recorded.rows))]
        }
        Ok(found) if found.digest != recorded.digest => {
            let what = format!("has rows with the digest {}, result.json says {}", found.digest, recorded.digest);
            vec![Problem::new(path, what)]
        }
        Ok(_) => Vec::new(),
        Err(error) => vec![unreadable(path, &error)],
    };
    findings.record(name, problems, || format!("{} rows; {}", recorded.rows, recorded.digest));
}

fn check_comparison(
    package: &Package<'_>,
    comparison: &ComparisonResult,
    findings: &mut Findings,
) -> Result<(), EvidenceError> {
    let name = format!("comparison {}", comparison.id);
    let path = file_of(&format!("comparison-{}", comparison.id));
    let contradicts = |what| Problem::new(RESULT_FILE, format!("comparison {}: {what}", comparison.id));
    let mut problems: Vec<Problem> = comparison.contradictions().into_iter().map(contradicts).collect();
    match package.file(&path) {
        Lookup::Sound(table) => problems.extend(listed_problems(package, table, &path, comparison)?),
        Lookup::Named if problems.is_empty() => {
            findings.skip(name, format!("{path} is not the file that was packed"));
            return Ok(());
        }
        Lookup::Named => {}
        Lookup::Absent => problems.extend(class_problems(&path, comparison, BTreeMap::new())),
    }
    findings.record(name, problems, || "lists as many rows of every class as were counted".to_owned());
    Ok(())
}

/// What is wrong with the rows that a comparison lists.
fn listed_problems(
    package: &Package<'_>,
    table: &Member,
    path: &str,
    comparison: &ComparisonResult,
) -> Result<Vec<Problem>, EvidenceError> {
    let mut problems = match recount_by(table, CLASS_COLUMN, &[]) {
        Ok(listed) => {
            let listed = listed.into_iter().map(|group| (group.reason, group.rows)).collect();
            class_problems(path, comparison, listed)
        }
        Err(error) => return Ok(vec![unreadable(path, &error)]),
    };
    if let Some(amounts) = amount_columns(package, &comparison.left)? {
        match absorbed::differences(table, comparison, &amounts) {
            Ok(differences) => problems.extend(differences.into_iter().map(|what| Problem::new(path, what))),
            Err(error) => problems.push(unreadable(path, &error)),
        }
    }
    Ok(problems)
}

fn class_problems(path: &str, comparison: &ComparisonResult, mut listed: BTreeMap<String, u64>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for class in ComparisonClass::ALL {
        let (found, counted) = (listed.remove(class.as_str()).unwrap_or(0), listed_rows(comparison, class));
        if found != counted {
            let what = format!("lists {found} rows of class {}, result.json counts {counted}", class.as_str());
            problems.push(Problem::new(path, what));
        }
    }
    let others: u64 = listed.into_values().sum();
    if others > 0 {
        problems.push(Problem::new(path, format!("lists {others} rows of a class that there is not")));
    }
    problems
}

/// How many rows of a class an exceptions table has: a pair is one row, and so is every row without a partner.
fn listed_rows(comparison: &ComparisonResult, class: ComparisonClass) -> u64 {
    match class {
        ComparisonClass::Matched => 0,
        ComparisonClass::WithinTolerance => comparison.within_tolerance,
        ComparisonClass::Mismatch => comparison.mismatch,
        ComparisonClass::OnlyLeft => comparison.only_left,
        ComparisonClass::OnlyRight => comparison.only_right,
        ComparisonClass::DuplicateKey => comparison.duplicate_rows_left.saturating_add(comparison.duplicate_rows_right),
        ComparisonClass::NullKey => comparison.null_key_rows_left.saturating_add(comparison.null_key_rows_right),
        ComparisonClass::Ambiguous | ComparisonClass::GroupMatched | ComparisonClass::GroupMismatch => {
            let rows = comparison.classes.iter().filter(|count| count.class == class);
            rows.fold(0, |sum, count| sum.saturating_add(count.rows))
        }
    }
}
