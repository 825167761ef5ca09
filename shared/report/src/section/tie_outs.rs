//! Tie-outs: the totals of both sides, next to each other.

use tieout_model::{TieOutResult, TieOutStatus, counted};

use super::{Block, Section};
use crate::ReportInput;
use crate::table::{Cell, Look, Table, Tone};

pub(super) fn section(input: &ReportInput<'_>) -> Section {
    Section {
        title: "Tie-outs",
        about: "Two totals that must agree. A difference is investigated when it reaches the threshold.",
        wide: false,
        blocks: input.result.tie_out_ids().into_iter().map(|id| block(input, id)).collect(),
    }
}

fn block(input: &ReportInput<'_>, id: &str) -> Block {
    let rows: Vec<&TieOutResult> = input.result.tie_outs.iter().filter(|row| row.id == id).collect();
    let sides = input.tie_outs.iter().find(|sides| sides.id == id);
    let (left, right) = match sides {
        // A narrow screen can break the line at a space.
        Some(sides) => (sides.left.replace('.', " "), sides.right.replace('.', " ")),
        None => ("Left".to_owned(), "Right".to_owned()),
    };
    let grouped = rows.iter().any(|row| !row.group.is_empty());
    let mut headers = vec!["Currency".to_owned()];
    headers.extend([left.as_str(), &right, "Difference", "Threshold"].map(|text| format!("#{text}")));
    headers.push("Status".to_owned());
    if grouped {
        headers.insert(0, "Group".to_owned());
    }
    let mut table = Table::new(format!("Tie-out {id}"), headers);
    for row in &rows {
        let look = if grouped && row.group.is_empty() { Look::Total } else { Look::Plain };
        table.push(look, cells(row, grouped));
    }
    Block { heading: id.to_owned(), about: groups_sentence(&rows), tables: vec![table], ..Block::default() }
}

fn cells(row: &TieOutResult, grouped: bool) -> Vec<Cell> {
    let mut cells = Vec::new();
    if grouped {
        let group = row.group.iter().map(|(column, value)| format!("{column} {value}")).collect::<Vec<_>>().join(", ");
        cells.push(Cell::Text(if row.group.is_empty() { "Total".to_owned() } else { group }));
    }
    let threshold = if row.threshold.is_zero() { Cell::Figure("any".to_owned()) } else { Cell::amount(row.threshold) };
    cells.extend([
        Cell::text(row.currency.as_str()),
        Cell::amount(row.left),
        Cell::amount(row.right),
        Cell::amount(row.difference),
        threshold,
        match row.status {
            TieOutStatus::Ok => Cell::Status(Tone::Good, "agrees".to_owned()),
            TieOutStatus::OverThreshold => Cell::Status(Tone::Warn, "over threshold".to_owned()),
        },
    ]);
    cells
}

/// How many groups were agreed and how many do not agree, per currency; empty without groups.
fn groups_sentence(rows: &[&TieOutResult]) -> String {
    let sentence = |row: &&TieOutResult| {
        let (groups, over) = (row.groups?, row.groups_over_threshold?);
        let over = if over == 0 { "none".to_owned() } else { tieout_model::group_digits(&over.to_string()) };
        Some(format!("{}: {} agreed one by one, {over} over the threshold.", row.currency, counted(groups, "group")))
    };
    rows.iter().filter_map(sentence).collect::<Vec<_>>().join(" ")
}
