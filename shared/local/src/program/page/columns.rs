//! Plain columns without borders, as wide as their contents.

use std::fmt::Write;

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

/// A table with these headings.
pub(super) fn table<'a>(headings: impl IntoIterator<Item = &'a str>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(headings.into_iter().collect::<Vec<_>>());
    table
}

/// Puts these columns to the right, as figures are read.
pub(super) fn figures(table: &mut Table, columns: std::ops::Range<usize>) {
    for column in table.column_iter_mut().skip(columns.start).take(columns.len()) {
        column.set_cell_alignment(CellAlignment::Right);
    }
}

/// The lines of a table behind an indent, without spaces at their ends.
pub(super) fn lines(table: &Table, indent: &str) -> String {
    let lines = table.lines().map(|line| format!("{indent}{}", line.trim_end()));
    lines.collect::<Vec<_>>().join("\n")
}

/// Appends a titled table with the columns `right` to the right; nothing where there are no rows.
pub(super) fn section(
    text: &mut String,
    title: &str,
    headings: &[&str],
    rows: Vec<Vec<String>>,
    right: std::ops::Range<usize>,
) {
    if rows.is_empty() {
        return;
    }
    let mut table = table(headings.iter().copied());
    table.add_rows(rows);
    figures(&mut table, right);
    let _ = write!(text, "\n  {title}\n{}\n", lines(&table, "   "));
}
