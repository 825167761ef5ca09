//! Assertions: what must hold for every row, how many rows fail, and the amount at stake.

use tieout_model::{AssertionResult, Severity};

use super::{Block, Section};
use crate::table::{Cell, Look, Table, Tone};
use crate::{AssertionText, ReportInput};

pub(super) fn section(input: &ReportInput<'_>) -> Section {
    let headers = ["Assertion", "Data set", "#Checked", "#Failed", "#At stake", "Result"];
    let mut table = Table::new("Assertions", headers);
    for assertion in &input.result.assertions {
        push(&mut table, assertion, input);
    }
    let blocks =
        if table.rows.is_empty() { Vec::new() } else { vec![Block { tables: vec![table], ..Block::default() }] };
    Section { title: "Assertions", about: "What must hold for every row of a data set.", wide: false, blocks }
}

/// What a failure means, and the predicate as the definition has it.
fn describe(text: &AssertionText) -> String {
    let description = text.description.trim().trim_end_matches('.');
    let separator = if description.is_empty() { "" } else { ". " };
    format!("{description}{separator}Must hold: {}", text.holds)
}

fn push(table: &mut Table, assertion: &AssertionResult, input: &ReportInput<'_>) {
    let text = input.assertions.iter().find(|text| text.id == assertion.id);
    let description = text.map(describe).unwrap_or_default();
    let result = match (assertion.rows_failed, assertion.severity) {
        (0, _) => Cell::Status(Tone::Good, "holds".to_owned()),
        (_, Severity::Finding) => Cell::Status(Tone::Warn, "exceptions".to_owned()),
        (_, Severity::Review) => Cell::Status(Tone::Warn, "for review".to_owned()),
        (_, Severity::NotOperated(_)) => Cell::Status(Tone::Bad, "not operated".to_owned()),
    };
    let mut stakes = assertion.amounts.iter().map(|of| {
        let text = format!("{} {}", of.currency, of.amount.grouped());
        if of.amount.is_zero() { Cell::Zero(text) } else { Cell::Figure(text) }
    });
    table.push(
        Look::Plain,
        vec![
            Cell::Named(assertion.id.clone(), description),
            Cell::text(assertion.data_set.as_str()),
            Cell::count(assertion.rows_checked),
            Cell::count(assertion.rows_failed),
            stakes.next().unwrap_or(Cell::Nothing),
            result,
        ],
    );
    for stake in stakes {
        table.push(Look::More, vec![Cell::SAME, Cell::SAME, Cell::SAME, Cell::SAME, stake, Cell::SAME]);
    }
}
