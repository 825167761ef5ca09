//! What a data set says of rows as they are read: the total row that a file may end with.
//!
//! A rule that could not take effect is a mistake, not a remark.

use tieout_model::{AmountColumn, ColumnType, TotalRow};

use super::names::Table;
use super::reader::{Reader, read_table};

/// Reads the key `total_row`.
pub(crate) fn total_row(reader: &mut Reader<'_>, table: &Table, amounts: &[AmountColumn]) -> Option<TotalRow> {
    let value = reader.optional("total_row")?;
    if amounts.is_empty() {
        value.report("'total_row' needs an amount column, one with a currency, to be held against");
    }
    read_table(&value, |entry| {
        let column = entry.text("column");
        let labels = entry.texts("labels");
        if let Some(column) = &column {
            table.expect_type(column, "text", |data_type| data_type == ColumnType::Text);
        }
        Some(TotalRow {
            column: column?.to_owned(),
            labels: labels?.iter().map(super::value::Text::to_owned).collect(),
        })
    })
}
