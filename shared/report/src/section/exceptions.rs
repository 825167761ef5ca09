//! Exceptions: the rows that need a person, as many as a page can carry.
//!
//! Where rows are left out, the page says so with both figures.

use tieout_model::{ColumnSchema, Decimal, counted, group_digits};

use super::{Block, Section};
use crate::table::{Cell, Look, Table};
use crate::{ExceptionTable, ROWS_IN_REPORT, ReportError, ReportInput};

pub(super) fn section(input: &ReportInput<'_>) -> Result<Section, ReportError> {
    Ok(Section {
        title: "Exceptions, row by row",
        about: "",
        wide: true,
        blocks: input.exceptions.iter().map(block).collect::<Result<_, _>>()?,
    })
}

fn block(exceptions: &ExceptionTable) -> Result<Block, ReportError> {
    let header = |column: &ColumnSchema| {
        if is_number(column) { format!("#{}", column.name) } else { column.name.clone() }
    };
    let label = format!("{}: {}", exceptions.id, exceptions.title);
    let mut table = Table::new(label, exceptions.columns.iter().map(header));
    for row in exceptions.rows.iter().take(ROWS_IN_REPORT) {
        if row.len() != exceptions.columns.len() {
            let (columns, cells) = (exceptions.columns.len(), row.len());
            return Err(ReportError::Ragged { table: exceptions.id.clone(), columns, cells });
        }
        let cells = exceptions.columns.iter().zip(row).map(|(column, value)| cell(column, value.as_deref())).collect();
        table.push(Look::Plain, cells);
    }
    let shown = table.rows.len();
    Ok(Block {
        heading: exceptions.id.clone(),
        kind: exceptions.kind.title().to_owned(),
        about: about(&exceptions.title, shown, exceptions.total_rows),
        tables: if shown == 0 { Vec::new() } else { vec![table] },
        ..Block::default()
    })
}

fn about(title: &str, shown: usize, total: u64) -> String {
    let (title, extent) = (title.trim().trim_end_matches('.'), extent(shown, total));
    if title.is_empty() { extent } else { format!("{title}. {extent}") }
}

fn extent(shown: usize, total: u64) -> String {
    if shown as u64 == total {
        return format!("{}.", counted(total, "row"));
    }
    let (shown, total) = (group_digits(&shown.to_string()), counted(total, "row"));
    format!("The first {shown} of {total}; all of them are in exceptions.csv.")
}

fn is_number(column: &ColumnSchema) -> bool {
    column.data_type == "integer" || is_amount(column)
}

/// Integers are not grouped: most of them are numbers of documents.
fn is_amount(column: &ColumnSchema) -> bool {
    column.data_type.starts_with("decimal")
}

fn cell(column: &ColumnSchema, value: Option<&str>) -> Cell {
    let Some(text) = value else { return Cell::Nothing };
    match text.parse::<Decimal>() {
        Ok(amount) if is_amount(column) => Cell::amount(amount),
        Ok(_) if is_number(column) => Cell::Figure(text.to_owned()),
        _ => Cell::text(text),
    }
}
