//! `duplicates`: what happens with a key that is more than once on a side.
//!
//! Rows are only paired or added up where the definition says by what.

use tieout_model::{ColumnNames, Duplicates, Normalisation};

use super::{Pair, Sides, entries};
use crate::load::names::report_duplicates;
use crate::load::reader::{Reader, read_table};
use crate::load::value::Value;

/// Reads `"list"`, `{ pair_by = [...] }` or `{ sum = ... }`; absent lists.
pub(super) fn duplicates(reader: &mut Reader<'_>, sides: &Sides<'_>) -> Duplicates {
    let Some(value) = reader.optional("duplicates") else {
        return Duplicates::List;
    };
    if !value.is_text() {
        return read_table(&value, |reader| declared(reader, sides)).unwrap_or_default();
    }
    if let Some(text) = value.text().filter(|text| text.as_str() != "list") {
        let forms = r#""list", { pair_by = [...] } or { sum = "..." }"#;
        text.report_unknown(format!("'duplicates' is '{}'; it is {forms}", text.as_str()), ["list"]);
    }
    Duplicates::List
}

fn declared(reader: &mut Reader<'_>, sides: &Sides<'_>) -> Option<Duplicates> {
    let order = reader.optional("pair_by");
    let sum = reader.optional("sum");
    match (order, sum) {
        (None, None) => {
            reader.report("'duplicates' needs 'pair_by' or 'sum'");
            None
        }
        (Some(_), Some(sum)) => {
            sum.report("'pair_by' and 'sum' exclude each other");
            None
        }
        (Some(order), None) => Some(Duplicates::Pair(pair_by(order, sides))),
        (None, Some(sum)) => amount(&sum, sides).map(Duplicates::Sum),
    }
}

/// The columns by which rows are paired: both sides have them, in types that go together.
fn pair_by(order: Value<'_>, sides: &Sides<'_>) -> Vec<ColumnNames> {
    let mut lefts = Vec::new();
    let pairs: Vec<_> = entries(Some(order)).iter().filter_map(|entry| Pair::read_entry(entry, &mut lefts)).collect();
    report_duplicates(&lefts, "columns here");
    pairs.iter().map(|pair| pair.checked(sides, &Normalisation::default())).collect()
}

/// The column whose sums are compared: an amount column of both sides.
fn amount(value: &Value<'_>, sides: &Sides<'_>) -> Option<ColumnNames> {
    let pair = Pair::read_entry(value, &mut Vec::new())?;
    for (text, side) in [(&pair.left, sides.left), (&pair.right, sides.right)] {
        if let Some(table) = side {
            table.amount(text);
        }
    }
    Some(ColumnNames { left: pair.left.to_owned(), right: pair.right.to_owned() })
}
