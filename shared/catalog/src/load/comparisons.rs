//! Comparisons: two data sets, the pairs of columns that match their rows, and the pairs that are compared.
//!
//! Numbers compare with numbers and every other type with itself, so that no value is cast on the way.

use tieout_model::{ColumnType, Decimal};

use super::forms;
use super::names::{Names, Table, report_duplicates};
use super::reader::{Reader, read_table};
use super::value::{Text, Value};
use crate::definition::{ColumnPair, ComparedColumn, Comparison};

/// The two data sets of a comparison, where they are known.
struct Sides<'n> {
    left: Option<&'n Table>,
    right: Option<&'n Table>,
}

/// Reads one comparison.
pub(crate) fn comparison<'a>(reader: &mut Reader<'a>, names: &Names, ids: &mut Vec<Text<'a>>) -> Option<Comparison> {
    let id = reader.text("id").inspect(|id| ids.push(id.clone()));
    let (left, right) = (reader.text("left"), reader.text("right"));
    let find = |text: &Option<Text<'_>>| text.as_ref().and_then(|text| names.table(text));
    let sides = Sides { left: find(&left), right: find(&right) };
    let mut lefts = Vec::new();
    let key = entries(reader.required("key")).iter().filter_map(|entry| key_pair(entry, &sides, &mut lefts)).collect();
    report_duplicates(&lefts, "columns here");
    lefts.clear();
    let compared = entries(reader.optional("columns"));
    let columns = compared.iter().filter_map(|entry| compared_pair(entry, &sides, &mut lefts)).collect();
    report_duplicates(&lefts, "columns here");
    Some(Comparison { id: forms::id(&id?), left: left?.to_owned(), right: right?.to_owned(), key, columns })
}

fn entries(value: Option<Value<'_>>) -> Vec<Value<'_>> {
    let Some(value) = value else {
        return Vec::new();
    };
    value.require_entries();
    value.entries().unwrap_or_default()
}

/// A key entry: a column that both sides have, or `{ left = "...", right = "..." }`. Notes the left column.
fn key_pair<'a>(entry: &Value<'a>, sides: &Sides<'_>, lefts: &mut Vec<Text<'a>>) -> Option<ColumnPair> {
    if entry.is_text() {
        let text = entry.text()?;
        lefts.push(text.clone());
        return Some(pair(&text, &text, sides));
    }
    read_table(entry, |reader| {
        let (left, right) = (reader.text("left"), reader.text("right"));
        lefts.extend(left.clone());
        Some(pair(&left?, &right?, sides))
    })
}

/// A compared entry: `name`, or `left` and `right`, with tolerances. Notes the left column.
fn compared_pair<'a>(entry: &Value<'a>, sides: &Sides<'_>, lefts: &mut Vec<Text<'a>>) -> Option<ComparedColumn> {
    read_table(entry, |reader| {
        let (left, right) = if reader.has("name") {
            let name = reader.text("name");
            (name.clone(), name)
        } else {
            (reader.text("left"), reader.text("right"))
        };
        lefts.extend(left.clone());
        let absolute = reader.optional("absolute").and_then(|value| tolerance(&value, left.as_ref(), sides));
        let relative = reader.optional("relative").and_then(|value| tolerance(&value, left.as_ref(), sides));
        Some(ComparedColumn { pair: pair(&left?, &right?, sides), absolute, relative })
    })
}

/// A tolerance: not below zero, and on a numeric column.
fn tolerance(value: &Value<'_>, column: Option<&Text<'_>>, sides: &Sides<'_>) -> Option<Decimal> {
    let tolerance = value.decimal()?;
    if tolerance.is_negative() {
        value.report(format!("{} is {tolerance}; a tolerance is not below zero", value.name()));
    }
    if let (Some(column), Some(table)) = (column, sides.left)
        && let Some(data_type) = table.type_of(column.as_str())
        && family(data_type) != Family::Number
    {
        value.report(format!("{} needs a numeric column, and '{}' is {data_type}", value.name(), column.as_str()));
    }
    Some(tolerance)
}

/// A pair of columns that are there and whose types go together.
fn pair(left: &Text<'_>, right: &Text<'_>, sides: &Sides<'_>) -> ColumnPair {
    let type_of = |side: Option<&Table>, text: &Text<'_>| side.and_then(|table| table.column(text)?.data_type);
    let (left_type, right_type) = (type_of(sides.left, left), type_of(sides.right, right));
    if let (Some(left_type), Some(right_type)) = (left_type, right_type)
        && family(left_type) != family(right_type)
    {
        left.report_with_help(
            format!("'{}' is {left_type} and '{}' is {right_type}", left.as_str(), right.as_str()),
            "cast one of them in a derived data set",
        );
    }
    ColumnPair { left: left.to_owned(), right: right.to_owned() }
}

/// Types that compare with one another.
#[derive(PartialEq, Eq)]
enum Family {
    Number,
    Other(ColumnType),
}

fn family(data_type: ColumnType) -> Family {
    match data_type {
        ColumnType::Integer | ColumnType::Decimal { .. } => Family::Number,
        other => Family::Other(other),
    }
}
