//! Threshold checks: the matrix of amounts against their thresholds, and what could not be judged.
//!
//! A status is a word and a shape, so it can be read without colour.

use tieout_model::{Matrix, MatrixCell, ThresholdCheckResult, ThresholdStatus, counted};

use super::{Block, Section, words};
use crate::ReportInput;
use crate::table::{Cell, Look, Table, Tone};

pub(super) fn section(input: &ReportInput<'_>) -> Section {
    Section {
        title: "Thresholds",
        about: "Amounts against the threshold that the contract in force sets. An equal amount is investigated.",
        wide: true,
        blocks: input.result.threshold_checks.iter().map(block).collect(),
    }
}

fn block(check: &ThresholdCheckResult) -> Block {
    let mut tables = vec![summary(check)];
    if let Some(matrix) = &check.matrix {
        tables.insert(0, as_matrix(check, matrix));
        tables.push(cells(check, matrix));
    }
    let reasons = check.reasons.iter().map(|reason| {
        let rows = counted(reason.rows, "row");
        (Tone::Bad, format!("{}: {rows} not judged ({})", words(reason.code.as_str()), reason.subjects.join("; ")))
    });
    Block {
        heading: check.id.clone(),
        kind: words(&check.finding),
        notices: reasons.collect(),
        tables,
        facts: vec![("Contract", vec![contract(check)])],
        ..Block::default()
    }
}

fn contract(check: &ThresholdCheckResult) -> String {
    match &check.contract {
        Some(contract) => format!(
            "{} version {}, in force from {}, {}, SHA-256 {}",
            contract.id,
            contract.version,
            contract.effective_from,
            contract.file,
            contract.digest.to_hex()
        ),
        None => "none was in force at the cutoff date".to_owned(),
    }
}

fn summary(check: &ThresholdCheckResult) -> Table {
    let largest = format!("#Largest {}", check.currency);
    let headers = ["#Rows", "#Ok", "#Investigate", "#Not operated", largest.as_str()];
    let mut table = Table::new(format!("Rows of {}", check.id), headers);
    let counts = [check.rows, check.ok, check.investigate, check.not_operated].map(Cell::count);
    let mut cells = counts.to_vec();
    cells.push(Cell::amount_or_nothing(check.largest));
    table.push(Look::Plain, cells);
    table
}

/// One line a text of the row column, one column a text of the other, in the order of the data set.
fn as_matrix(check: &ThresholdCheckResult, matrix: &Matrix) -> Table {
    let columns = distinct(matrix.cells.iter().map(|cell| &cell.column));
    let headers = [matrix.rows.as_str()].into_iter().chain(columns.iter().copied());
    let mut table = Table::new(format!("Matrix of {}", check.id), headers);
    for row in distinct(matrix.cells.iter().map(|cell| &cell.row)) {
        let of = |column: &&str| {
            let found = matrix.cells.iter().find(|cell| cell.row == row && cell.column == **column);
            found.map_or(Cell::Nothing, |cell| status(check, cell))
        };
        let cells = [Cell::text(row)].into_iter().chain(columns.iter().map(of));
        table.push(Look::Plain, cells.collect());
    }
    table
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

fn status(check: &ThresholdCheckResult, cell: &MatrixCell) -> Cell {
    let amount = cell.converted.map(|amount| format!(" {} {}", check.currency, amount.grouped())).unwrap_or_default();
    let (tone, word) = match cell.status {
        ThresholdStatus::Ok => (Tone::Good, "ok"),
        ThresholdStatus::Investigate => (Tone::Warn, "investigate"),
        ThresholdStatus::NotOperated => (Tone::Bad, "not operated"),
    };
    let why: Vec<String> = cell.reasons.iter().map(|code| words(code.as_str())).collect();
    let why = if why.is_empty() { String::new() } else { format!(" ({})", why.join(", ")) };
    Cell::Status(tone, format!("{word}{amount}{why}"))
}

/// Every cell with its amounts and the rule that decided.
fn cells(check: &ThresholdCheckResult, matrix: &Matrix) -> Table {
    let (converted, threshold) = (format!("#{}", check.currency), format!("#Threshold {}", check.currency));
    let headers = [&matrix.rows, &matrix.columns, "Currency", "#Amount", &converted, &threshold, "Rule", "Status"];
    let mut table = Table::new(format!("Cells of {}", check.id), headers);
    for cell in &matrix.cells {
        let plain = MatrixCell { converted: None, ..cell.clone() };
        table.push(
            Look::Plain,
            vec![
                Cell::text(cell.row.as_str()),
                Cell::text(cell.column.as_str()),
                cell.currency.as_deref().map_or(Cell::Nothing, Cell::text),
                Cell::amount_or_nothing(cell.amount),
                Cell::amount_or_nothing(cell.converted),
                Cell::amount_or_nothing(cell.threshold),
                cell.rule.as_deref().map_or(Cell::Nothing, Cell::text),
                status(check, &plain),
            ],
        );
    }
    table
}
