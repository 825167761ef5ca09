//! `what_if`: other tolerances of a compared column, of which the result says what they would leave.
//!
//! They change no class: a row is judged by the tolerance of its column alone.

use tieout_model::{Decimal, WhatIfColumn};

use super::tolerance::not_below_zero;
use super::{Family, Sides, entries, family};
use crate::load::names::report_duplicates;
use crate::load::reader::Reader;
use crate::load::value::{Text, Value};

/// Reads the entries; each column once, and one of those in `compared`.
pub(super) fn what_if(reader: &mut Reader<'_>, compared: &[Text<'_>], sides: &Sides<'_>) -> Vec<WhatIfColumn> {
    let mut columns = Vec::new();
    if let Some(value) = reader.optional("what_if") {
        value.require_entries();
    }
    let what_if = reader.each("what_if", |entry| {
        let column = entry.text("column").inspect(|text| check_column(text, compared, sides));
        columns.extend(column.clone());
        let tolerances = tolerances(&entries(entry.required("tolerances")));
        Some(WhatIfColumn { column: column?.to_owned(), tolerances })
    });
    report_duplicates(&columns, "columns here");
    what_if
}

/// Reports a column that is not compared or not a number.
fn check_column(text: &Text<'_>, compared: &[Text<'_>], sides: &Sides<'_>) {
    let column = text.as_str();
    if !compared.iter().any(|known| known.as_str() == column) {
        let known = compared.iter().map(Text::as_str);
        text.report_unknown(format!("'{column}' is not compared here, so it has no tolerance"), known);
    } else if let Some(data_type) = sides.left.and_then(|table| table.type_of(column))
        && family(data_type, false) != Family::Number
    {
        text.report(format!("'what_if' needs a numeric column, and '{column}' is {data_type}"));
    }
}

/// The tolerances as they are written, each once by value.
fn tolerances(entries: &[Value<'_>]) -> Vec<Decimal> {
    let mut tolerances: Vec<Decimal> = Vec::new();
    for entry in entries {
        let Some(tolerance) = not_below_zero(entry) else {
            continue;
        };
        if tolerances.contains(&tolerance) {
            entry.report(format!("there are two tolerances here of {tolerance}"));
        }
        tolerances.push(tolerance);
    }
    tolerances
}
