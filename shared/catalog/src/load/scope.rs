//! Which rows of an extracted data set belong to the population, and which runs need it at all.
//!
//! A data set is `within` an earlier one only, so that the earlier population is known when rows are judged.

use tieout_model::{ColumnType, CutoffDate};

use super::data_sets::columns_of;
use super::forms;
use super::names::{Names, Table};
use super::reader::{Reader, read_table};
use super::value::Text;
use crate::definition::{OnlyFor, PeriodStart, Scope, Selected, Within};

/// Reads the keys `selected`, `cutoff_column`, `since` and `within`.
pub(crate) fn scope(reader: &mut Reader<'_>, table: &Table, names: &Names) -> Scope {
    let selected = reader.each("selected", |entry| selected(entry, table, names));
    let cutoff_column = reader.optional_text("cutoff_column");
    if let Some(text) = &cutoff_column {
        table.expect_type(text, "a date or timestamp", super::is_temporal);
    }
    let since_text = reader.optional_text("since");
    let since = since_text.as_ref().and_then(since);
    if let (Some(text), None) = (&since_text, &cutoff_column) {
        text.report("'since' needs a 'cutoff_column'");
    }
    let within = reader.optional("within").and_then(|value| read_table(&value, |entry| within(entry, table, names)));
    Scope { selected, cutoff_column: cutoff_column.map(|text| text.to_owned()), since, within }
}

/// A word or a date.
fn since(text: &Text<'_>) -> Option<PeriodStart> {
    if let Ok(date) = text.as_str().parse::<CutoffDate>() {
        return Some(PeriodStart::Fixed(date.date()));
    }
    text.choice(&[
        ("month_start", PeriodStart::MonthStart),
        ("year_start", PeriodStart::YearStart),
        ("cutoff_date", PeriodStart::CutoffDate),
    ])
}

fn selected(entry: &mut Reader<'_>, table: &Table, names: &Names) -> Option<Selected> {
    let column = entry.text("column");
    if let Some(text) = &column {
        table.expect_type(text, "text", |data_type| data_type == ColumnType::Text);
    }
    let parameter = entry.text("parameter").map(|text| list_parameter(&text, names));
    let reason = entry.text("reason").map(|text| forms::name(&text));
    Some(Selected { column: column?.to_owned(), parameter: parameter?, reason: reason? })
}

/// Reads the table `only_for`.
pub(crate) fn only_for(entry: &mut Reader<'_>, names: &Names) -> Option<OnlyFor> {
    let parameter = entry.text("parameter").map(|text| list_parameter(&text, names));
    let any = entry.texts("any").map(|texts| texts.iter().map(Text::to_owned).collect());
    Some(OnlyFor { parameter: parameter?, any: any? })
}

fn list_parameter(text: &Text<'_>, names: &Names) -> String {
    if !names.lists().contains(&text.as_str()) {
        text.report_unknown(format!("there is no list parameter '{}'", text.as_str()), names.lists());
    }
    text.to_owned()
}

fn within(entry: &mut Reader<'_>, table: &Table, names: &Names) -> Option<Within> {
    let header = entry.text("data_set");
    let on = entry.texts("on");
    let (header, on) = (header?, on?);
    if let Some(header_table) = names.table(&header) {
        // Extracted data sets stand in `names` in their order; derived ones come after all of them.
        let place = |wanted: &Table| names.tables.iter().position(|table| std::ptr::eq(table, wanted));
        if place(header_table) >= place(table) {
            let message =
                format!("'{}' must be within an earlier data set, and '{}' is none", table.name, header.as_str());
            header.report(message);
        } else {
            for text in &on {
                same_column(text, table, header_table);
            }
        }
    }
    let data_set = header.to_owned();
    Some(Within { data_set, on: columns_of(&on, table) })
}

/// Reports a column that two data sets do not have under the same name and type; the first is looked at elsewhere.
fn same_column(text: &Text<'_>, table: &Table, other: &Table) {
    let own = table.columns.iter().flatten().find(|column| column.name == text.as_str());
    let others = other.column(text);
    if let (Some(own), Some(others)) = (own.and_then(|own| own.data_type), others.and_then(|column| column.data_type))
        && own != others
    {
        text.report(format!(
            "column '{}' is {own} in '{}' and {others} in '{}'",
            text.as_str(),
            table.name,
            other.name
        ));
    }
}
