//! Data sets: what was read, what was kept out and why, control totals, and whether the rows are whole.
//!
//! A test that did not run is shown as loudly as one that failed: silence about completeness is not completeness.

use tieout_model::{ColumnTotal, Currency, DataSetKind, DataSetResult, TestOutcome, TestResult, counted};

use super::{Block, Section, words};
use crate::ReportInput;
use crate::table::{Cell, Look, Table, Tone};

pub(super) fn section(input: &ReportInput<'_>) -> Section {
    Section {
        title: "Data sets",
        about: "What was read, what was kept out of the population, and the tests that show whether it is whole.",
        wide: false,
        blocks: input.result.data_sets.iter().map(block).collect(),
    }
}

fn block(data_set: &DataSetResult) -> Block {
    let kind = match data_set.kind {
        DataSetKind::Extracted => "extracted",
        DataSetKind::Derived => "derived",
    };
    let columns = data_set.columns.iter().map(|column| format!("{} {}", column.name, column.data_type)).collect();
    let mut facts = vec![("Digest of the rows", vec![data_set.digest.to_string()]), ("Columns", columns)];
    if !data_set.sources.is_empty() {
        facts.insert(0, ("Read from", data_set.sources.clone()));
    }
    Block {
        heading: data_set.name.clone(),
        kind: kind.to_owned(),
        notices: notices(data_set),
        tables: vec![population(data_set), tests(data_set)],
        facts,
        ..Block::default()
    }
}

fn notices(data_set: &DataSetResult) -> Vec<(Tone, String)> {
    let mut notices = Vec::new();
    if data_set.tests.iter().all(|test| test.result == TestOutcome::NotRun) {
        notices.push((Tone::Bad, "NOT RUN: no test shows that this data set is complete.".to_owned()));
    }
    let rejected = data_set.rejected;
    if rejected.rows > 0 {
        let rows = counted(rejected.rows, "row");
        notices.push((Tone::Warn, format!("{rows} did not convert; the contract tolerates {}.", rejected.tolerated)));
    }
    notices
}

/// Rows and control totals from what was read to the population.
fn population(data_set: &DataSetResult) -> Table {
    let mut headers = vec![String::new(), "#Read".to_owned()];
    headers.extend(data_set.excluded.iter().map(|part| format!("#Less {}", words(&part.reason))));
    headers.extend(["#Less rejected".to_owned(), "#Population".to_owned()]);
    let mut table = Table::new(format!("Population of {}", data_set.name), headers);
    let mut rows = vec![Cell::text("Rows"), Cell::count(data_set.rows_read)];
    rows.extend(data_set.excluded.iter().map(|part| Cell::count(part.rows)));
    rows.extend([Cell::count(data_set.rejected.rows), Cell::count(data_set.rows)]);
    table.push(Look::Plain, rows);
    for (column, currency) in measures(data_set) {
        let total = |totals: &[ColumnTotal]| {
            let total = totals.iter().find(|total| total.column == column && total.currency == *currency);
            Cell::amount_or_nothing(total.map(|total| total.amount))
        };
        let mut cells = vec![Cell::Text(format!("{column} {currency}")), Cell::Nothing];
        cells.extend(data_set.excluded.iter().map(|part| total(&part.totals)));
        cells.extend([Cell::Nothing, total(&data_set.totals)]);
        table.push(Look::Plain, cells);
    }
    table
}

/// Amount columns and currencies of the population, then those that only excluded rows have.
fn measures(data_set: &DataSetResult) -> Vec<(&str, &Currency)> {
    let excluded = data_set.excluded.iter().flat_map(|part| &part.totals);
    let mut measures = Vec::new();
    for total in data_set.totals.iter().chain(excluded) {
        let measure = (total.column.as_str(), &total.currency);
        if !measures.contains(&measure) {
            measures.push(measure);
        }
    }
    measures
}

fn tests(data_set: &DataSetResult) -> Table {
    let headers = ["Test", "Result", "Expected", "Found", "Note"];
    let mut table = Table::new(format!("Tests of {}", data_set.name), headers);
    for test in &data_set.tests {
        table.push(Look::Plain, test_cells(test));
    }
    table
}

fn test_cells(test: &TestResult) -> Vec<Cell> {
    let figure = |figure: &Option<String>| {
        figure.as_deref().map_or(Cell::Nothing, |text| Cell::text(tieout_model::group_digits(text)))
    };
    vec![
        Cell::text(words(&test.test)),
        match test.result {
            TestOutcome::Passed => Cell::Status(Tone::Good, "passed".to_owned()),
            TestOutcome::Failed => Cell::Status(Tone::Bad, "failed".to_owned()),
            TestOutcome::NotRun => Cell::Status(Tone::Bad, "NOT RUN".to_owned()),
        },
        figure(&test.expected),
        figure(&test.found),
        Cell::text(test.detail.as_str()),
    ]
}
