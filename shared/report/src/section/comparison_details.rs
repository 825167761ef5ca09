//! What a comparison declares beyond key and columns: what was absorbed, what would be left, what was merged.
//!
//! Each is shown only where the result has it; nothing is said of what nobody asked for.

use tieout_model::{Absorbed, ComparisonResult, WhatIf, WhatIfAmount};

use super::Block;
use crate::table::{Cell, Look, Table, Tone};

/// The blocks that follow the classes of a comparison.
pub(super) fn blocks(comparison: &ComparisonResult) -> Vec<Block> {
    [absorbed(comparison), what_if(comparison), normalised(comparison)].into_iter().flatten().collect()
}

fn block(comparison: &ComparisonResult, kind: &str, about: &str, table: Table) -> Option<Block> {
    let (heading, kind, about) = (comparison.id.clone(), kind.to_owned(), about.to_owned());
    (!table.rows.is_empty()).then(|| Block { heading, kind, about, tables: vec![table], ..Block::default() })
}

fn absorbed(comparison: &ComparisonResult) -> Option<Block> {
    let label = format!("Comparison {}: absorbed by tolerance", comparison.id);
    let headers = ["Column", "#Keys", "Currency", "#Absorbed", "#Cap", "Result"];
    let mut table = Table::new(label, headers);
    for absorbed in &comparison.details.absorbed {
        let cells = vec![
            Cell::text(absorbed.column.as_str()),
            Cell::count(absorbed.keys),
            absorbed.currency.as_ref().map_or(Cell::SAME, |currency| Cell::text(currency.as_str())),
            Cell::amount(absorbed.total),
            Cell::amount_or_nothing(absorbed.cap),
            cap_status(absorbed),
        ];
        table.push(Look::Plain, cells);
    }
    let about = "Differences within tolerance, added up without their signs; of dates the days begun.";
    block(comparison, "absorbed by tolerance", about, table)
}

fn cap_status(absorbed: &Absorbed) -> Cell {
    match (absorbed.over_cap, absorbed.cap) {
        (true, _) => Cell::Status(Tone::Warn, "over the cap".to_owned()),
        (false, Some(_)) => Cell::Status(Tone::Good, "within the cap".to_owned()),
        (false, None) => Cell::SAME,
    }
}

fn what_if(comparison: &ComparisonResult) -> Option<Block> {
    let label = format!("Comparison {}: what other tolerances would leave", comparison.id);
    let headers = ["Column", "#Tolerance", "#Keys that differ by more", "Currency", "#Sum of their differences"];
    let mut table = Table::new(label, headers);
    for what_if in &comparison.details.what_if {
        push_what_if(&mut table, what_if);
    }
    let about = "Compared keys that would differ beyond another tolerance of the column; no class depends on it.";
    block(comparison, "what if", about, table)
}

/// One row for the tolerance, and one more for each further currency.
fn push_what_if(table: &mut Table, what_if: &WhatIf) {
    let mut cells =
        vec![Cell::text(what_if.column.as_str()), Cell::amount(what_if.tolerance), Cell::count(what_if.keys)];
    let mut amounts = what_if.amounts.iter();
    cells.extend(amounts.next().map_or([Cell::SAME, Cell::Nothing], amount_cells));
    table.push(Look::Plain, cells);
    for amount in amounts {
        let mut cells = vec![Cell::SAME; 3];
        cells.extend(amount_cells(amount));
        table.push(Look::More, cells);
    }
}

fn amount_cells(of: &WhatIfAmount) -> [Cell; 2] {
    let currency = of.currency.as_ref().map_or(Cell::SAME, |currency| Cell::text(currency.as_str()));
    [currency, Cell::amount(of.amount)]
}

fn normalised(comparison: &ComparisonResult) -> Option<Block> {
    let label = format!("Comparison {}: merged by normalisation", comparison.id);
    let mut table = Table::new(label, ["Key column", "#Keys merged"]);
    let details = &comparison.details;
    for column in &details.normalised {
        table.push(Look::Plain, vec![Cell::text(column.column.as_str()), Cell::count(column.keys_merged)]);
    }
    if details.keys_merged > 0 || !table.rows.is_empty() {
        table.push(Look::Total, vec![Cell::text("Any column"), Cell::count(details.keys_merged)]);
    }
    let about = "Keys that are written in more than one way and are equal only because of the declared normalisation.";
    block(comparison, "merged by normalisation", about, table)
}
