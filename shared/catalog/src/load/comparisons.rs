//! Comparisons: two data sets, the pairs of columns that match their rows, and the pairs that are compared.
//!
//! Numbers compare with numbers and every other type with itself, so that no value is cast on the way; only a
//! timestamp that is declared to count by its date compares with a date.

mod duplicates;
mod relax;
mod tolerance;
mod what_if;

use tieout_model::{ColumnNames, ColumnType, ComparedColumn, KeyColumn, Normalisation, NormalisationStep};

use super::forms;
use super::names::{Names, Table, report_duplicates};
use super::reader::{Reader, read_table};
use super::value::{Text, Value};
use crate::definition::Comparison;

/// The two data sets of a comparison, where they are known.
struct Sides<'n> {
    left: Option<&'n Table>,
    right: Option<&'n Table>,
}

/// A pair of columns as it is written, with the place of both names.
#[derive(Clone)]
struct Pair<'a> {
    left: Text<'a>,
    right: Text<'a>,
}

/// Reads one comparison.
pub(crate) fn comparison<'a>(reader: &mut Reader<'a>, names: &Names, ids: &mut Vec<Text<'a>>) -> Option<Comparison> {
    let id = reader.text("id").inspect(|id| ids.push(id.clone()));
    let (left, right) = (reader.text("left"), reader.text("right"));
    let find = |text: &Option<Text<'_>>| text.as_ref().and_then(|text| names.table(text));
    let sides = Sides { left: find(&left), right: find(&right) };
    let (mut keys, mut compared) = (Vec::new(), Vec::new());
    let key = entries(reader.required("key")).iter().filter_map(|entry| key_column(entry, &sides, &mut keys)).collect();
    report_duplicates(&keys, "columns here");
    let columns = entries(reader.optional("columns"));
    let columns = columns.iter().filter_map(|entry| compared_column(entry, &sides, &mut compared)).collect();
    report_duplicates(&compared, "columns here");
    let duplicates = duplicates::duplicates(reader, &sides);
    let what_if = what_if::what_if(reader, &compared, &sides);
    let relax = relax::relax(reader, &keys);
    let paranoid = reader.flag_or("paranoid", false);
    let (id, left, right) = (forms::id(&id?), left?.to_owned(), right?.to_owned());
    Some(Comparison { id, left, right, key, columns, duplicates, what_if, relax, paranoid })
}

/// The entries of an array that may be absent, but not empty.
fn entries(value: Option<Value<'_>>) -> Vec<Value<'_>> {
    let Some(value) = value else {
        return Vec::new();
    };
    value.require_entries();
    value.entries().unwrap_or_default()
}

/// A key entry: a column that both sides have, or a table with its names. Notes the left column.
fn key_column<'a>(entry: &Value<'a>, sides: &Sides<'_>, lefts: &mut Vec<Text<'a>>) -> Option<KeyColumn> {
    if entry.is_text() {
        let pair = Pair::of_both(entry.text()?);
        lefts.push(pair.left.clone());
        let normalisation = Normalisation::default();
        return Some(KeyColumn { names: pair.checked(sides, &normalisation), normalisation });
    }
    read_table(entry, |reader| {
        let pair = Pair::read(reader, lefts);
        let normalisation = normalisation(reader, pair.as_ref(), sides);
        Some(KeyColumn { names: pair?.checked(sides, &normalisation), normalisation })
    })
}

/// A compared entry: names, tolerance, normalisation. Notes the left column.
fn compared_column<'a>(entry: &Value<'a>, sides: &Sides<'_>, lefts: &mut Vec<Text<'a>>) -> Option<ComparedColumn> {
    read_table(entry, |reader| {
        let pair = Pair::read(reader, lefts);
        let tolerance = tolerance::tolerance(reader, pair.as_ref(), sides);
        let normalisation = normalisation(reader, pair.as_ref(), sides);
        Some(ComparedColumn { names: pair?.checked(sides, &normalisation), tolerance, normalisation })
    })
}

/// The key `normalise`: steps that fit the type of both columns.
fn normalisation(reader: &mut Reader<'_>, pair: Option<&Pair<'_>>, sides: &Sides<'_>) -> Normalisation {
    let mut normalisation = Normalisation::default();
    let texts = entries(reader.optional("normalise")).iter().filter_map(Value::text).collect::<Vec<_>>();
    report_duplicates(&texts, "steps here");
    let steps = NormalisationStep::ALL.map(|step| (step.as_str(), step));
    for text in &texts {
        if let Some(step) = text.choice(&steps) {
            check_step(text, step, pair, sides);
            normalisation.0.insert(step);
        }
    }
    normalisation
}

/// Reports a step on a column whose values it does not apply to.
fn check_step(text: &Text<'_>, step: NormalisationStep, pair: Option<&Pair<'_>>, sides: &Sides<'_>) {
    let Some((pair, data_type)) = pair.and_then(|pair| Some((pair, pair.left_type(sides)?))) else {
        return;
    };
    let (wanted, fits) = match (step, data_type) {
        // A date may be the counterpart of a timestamp, but not of another date: there would be nothing to drop.
        (NormalisationStep::Date, ColumnType::Date) => ("timestamp", pair.right_type(sides) != Some(ColumnType::Date)),
        (NormalisationStep::Date, _) => ("timestamp", data_type == ColumnType::Timestamp),
        _ => ("text", data_type == ColumnType::Text),
    };
    if !fits {
        text.report(format!("'{step}' needs a {wanted} column, and '{}' is {data_type}", pair.left.as_str()));
    }
}

impl<'a> Pair<'a> {
    /// A column that has the same name on both sides.
    fn of_both(text: Text<'a>) -> Self {
        Self { right: text.clone(), left: text }
    }

    /// Reads `name`, or `left` and `right`, and notes the left column.
    fn read(reader: &mut Reader<'a>, lefts: &mut Vec<Text<'a>>) -> Option<Self> {
        let (left, right) = if reader.has("name") {
            let name = reader.text("name");
            (name.clone(), name)
        } else {
            (reader.text("left"), reader.text("right"))
        };
        lefts.extend(left.clone());
        Some(Self { left: left?, right: right? })
    }

    /// Reads an entry that is a name or a table of names, and notes the left column.
    fn read_entry(entry: &Value<'a>, lefts: &mut Vec<Text<'a>>) -> Option<Self> {
        if !entry.is_text() {
            return read_table(entry, |reader| Self::read(reader, lefts));
        }
        let text = entry.text()?;
        lefts.push(text.clone());
        Some(Self::of_both(text))
    }

    /// The names, after a look whether the columns are there and their types go together.
    fn checked(&self, sides: &Sides<'_>, normalisation: &Normalisation) -> ColumnNames {
        let type_of = |side: Option<&Table>, text: &Text<'_>| side.and_then(|table| table.column(text)?.data_type);
        let (left_type, right_type) = (type_of(sides.left, &self.left), type_of(sides.right, &self.right));
        let family = |data_type| family(data_type, normalisation.has(NormalisationStep::Date));
        if let (Some(left_type), Some(right_type)) = (left_type, right_type)
            && family(left_type) != family(right_type)
        {
            let (left, right) = (self.left.as_str(), self.right.as_str());
            let message = format!("'{left}' is {left_type} and '{right}' is {right_type}");
            self.left.report_with_help(message, "cast one of them in a derived data set");
        }
        ColumnNames { left: self.left.to_owned(), right: self.right.to_owned() }
    }

    /// The type of the left column, where it is known. Nothing is reported.
    fn left_type(&self, sides: &Sides<'_>) -> Option<ColumnType> {
        sides.left?.type_of(self.left.as_str())
    }

    /// The type of the right column, where it is known. Nothing is reported.
    fn right_type(&self, sides: &Sides<'_>) -> Option<ColumnType> {
        sides.right?.type_of(self.right.as_str())
    }
}

/// Types that compare with one another.
#[derive(PartialEq, Eq)]
enum Family {
    Number,
    Other(ColumnType),
}

fn family(data_type: ColumnType, by_date: bool) -> Family {
    match data_type {
        ColumnType::Integer | ColumnType::Decimal { .. } => Family::Number,
        ColumnType::Timestamp if by_date => Family::Other(ColumnType::Date),
        other => Family::Other(other),
    }
}
