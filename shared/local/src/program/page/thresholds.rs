//! Threshold checks and classifications for people: the matrix of a run, and what each rule took.

use tieout_model::{Matrix, MatrixCell, RuleStatus, RunResult, ThresholdCheckResult, ThresholdStatus, group_digits};

use super::columns::section;

/// Adds what threshold checks and classifications found.
pub(super) fn add(text: &mut String, result: &RunResult) {
    for check in &result.threshold_checks {
        if let Some(matrix) = &check.matrix {
            let columns = distinct(matrix.cells.iter().map(|cell| &cell.column));
            let headings: Vec<&str> = [""].into_iter().chain(columns.iter().copied()).collect();
            let title = format!("{} ({}, {} by {})", check.id, check.currency, matrix.rows, matrix.columns);
            section(text, &title, &headings, lines(matrix, &columns), 1..headings.len());
        }
    }
    let headings = ["", "rows", "ok", "investigate", "not operated", "largest", "contract"];
    section(text, "Thresholds", &headings, result.threshold_checks.iter().map(counts).collect(), 1..6);
    let headings = ["", "rows", "rules", "never fired", "not evaluated", "no rule"];
    section(text, "Classifications (rows)", &headings, coverage(result), 1..6);
}

fn distinct<'a>(texts: impl Iterator<Item = &'a String>) -> Vec<&'a str> {
    let mut found: Vec<&str> = Vec::new();
    for text in texts {
        if !found.contains(&text.as_str()) {
            found.push(text);
        }
    }
    found
}

fn lines(matrix: &Matrix, columns: &[&str]) -> Vec<Vec<String>> {
    let line = |row: &str| {
        let of = |column: &&str| {
            let found = matrix.cells.iter().find(|cell| cell.row == row && cell.column == **column);
            found.map_or_else(|| "-".to_owned(), word)
        };
        [row.to_owned()].into_iter().chain(columns.iter().map(of)).collect()
    };
    distinct(matrix.cells.iter().map(|cell| &cell.row)).into_iter().map(line).collect()
}

/// The amount and what it means: a word, so that it is read without colour.
fn word(cell: &MatrixCell) -> String {
    let amount = cell.converted.map(tieout_model::Decimal::grouped);
    match (cell.status, amount) {
        (ThresholdStatus::Ok, Some(amount)) => format!("{amount} ok"),
        (ThresholdStatus::Investigate, Some(amount)) => format!("{amount} INVESTIGATE"),
        (ThresholdStatus::Investigate, None) => "INVESTIGATE".to_owned(),
        (ThresholdStatus::Ok, None) => "ok".to_owned(),
        (ThresholdStatus::NotOperated, _) => {
            let reasons: Vec<&str> = cell.reasons.iter().map(|code| code.as_str()).collect();
            format!("NOT OPERATED {}", reasons.join(" "))
        }
    }
}

fn counts(check: &ThresholdCheckResult) -> Vec<String> {
    let count = |number: u64| group_digits(&number.to_string());
    vec![
        check.id.clone(),
        count(check.rows),
        count(check.ok),
        count(check.investigate),
        count(check.not_operated),
        check.largest.map(|amount| format!("{} {}", check.currency, amount.grouped())).unwrap_or_default(),
        match &check.contract {
            Some(contract) => format!("{} version {}", contract.id, contract.version),
            None => "NONE IN FORCE".to_owned(),
        },
    ]
}

fn coverage(result: &RunResult) -> Vec<Vec<String>> {
    let count = |number: u64| group_digits(&number.to_string());
    let line = |found: &tieout_model::ClassificationResult| {
        let of = |status: RuleStatus| {
            found.rules.iter().filter(|rule| rule.number.is_some() && rule.status == status).count() as u64
        };
        let left = found.rules.iter().filter(|rule| rule.number.is_none()).map(|rule| rule.rows).sum();
        vec![
            found.data_set.clone(),
            count(found.rows),
            count(found.rules.len().saturating_sub(1) as u64),
            count(of(RuleStatus::NeverFired)),
            count(of(RuleStatus::NotEvaluated)),
            count(left),
        ]
    };
    result.classifications.iter().map(line).collect()
}
