//! Footing: the parts of every population and the whole they add up to.

use tieout_model::FootingLine;

use super::{Block, Section, words};
use crate::ReportInput;
use crate::table::{Cell, Look, Table, Tone};

pub(super) fn section(input: &ReportInput<'_>) -> Section {
    let mut table = Table::new("Footing", ["Population", "Measure", "Parts", "#Whole", "Result"]);
    for line in &input.result.footing {
        let result = if line.foots {
            Cell::Status(Tone::Good, "foots".to_owned())
        } else {
            Cell::Status(Tone::Bad, "does not foot".to_owned())
        };
        let cells = vec![
            Cell::text(line.subject.as_str()),
            Cell::Text(measure(line)),
            Cell::Text(parts(line)),
            Cell::amount(line.whole),
            result,
        ];
        table.push(Look::Plain, cells);
    }
    let blocks =
        if table.rows.is_empty() { Vec::new() } else { vec![Block { tables: vec![table], ..Block::default() }] };
    Section {
        title: "Footing",
        about: "Every row and every amount is in exactly one part; the parts add up to the whole.",
        wide: false,
        blocks,
    }
}

fn measure(line: &FootingLine) -> String {
    match (&line.column, &line.currency) {
        (Some(column), Some(currency)) => format!("{column} {currency}"),
        (Some(column), None) => column.clone(),
        _ => "rows".to_owned(),
    }
}

fn parts(line: &FootingLine) -> String {
    let part = |(name, figure): &(String, tieout_model::Decimal)| format!("{} {}", words(name), figure.grouped());
    let parts: Vec<String> = line.parts.iter().filter(|(_, figure)| !figure.is_zero()).map(part).collect();
    if parts.is_empty() { "none".to_owned() } else { parts.join(" + ") }
}
