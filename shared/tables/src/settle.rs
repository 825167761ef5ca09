//! The contract's rules for values that come typed: one form of texts, nulls that are zero, dates that are none.
//!
//! They say of a typed value what reading says of a text, so that a row is the same from whatever source it comes.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, PrimitiveArray, StringArray};
use arrow::datatypes::{Date32Type, Decimal128Type, TimestampMicrosecondType};
use tieout_model::{Column, ColumnType, Contract, Normalise};

use crate::conform::Problems;
use crate::timestamp::{is_null_date, is_null_moment};
use crate::{RowProblem, arrow_type, mask, normalised};

/// A column of the contract's type, settled by its rules.
pub(crate) fn settled(array: ArrayRef, column: &Column, problems: &mut Problems) -> ArrayRef {
    let format = &column.format;
    match column.data_type {
        ColumnType::Text => match format.normalise {
            Some(form) => texts(&array, column, form, problems),
            None => array,
        },
        ColumnType::Decimal { .. } if format.null_as_zero && array.null_count() > 0 => {
            let values = array.as_primitive::<Decimal128Type>().iter().map(|value| Some(value.unwrap_or(0)));
            let zeros: PrimitiveArray<Decimal128Type> = values.collect();
            Arc::new(zeros.with_data_type(arrow_type(column.data_type)))
        }
        ColumnType::Date if !format.null_dates.is_empty() => {
            let days = array.as_primitive::<Date32Type>().iter();
            let kept = days.map(|day| day.filter(|day| !is_null_date(*day, &format.null_dates)));
            Arc::new(kept.collect::<PrimitiveArray<Date32Type>>())
        }
        ColumnType::Timestamp if !format.null_dates.is_empty() => {
            let moments = array.as_primitive::<TimestampMicrosecondType>().iter();
            let kept = moments.map(|moment| moment.filter(|moment| !is_null_moment(*moment, &format.null_dates)));
            Arc::new(kept.collect::<PrimitiveArray<TimestampMicrosecondType>>())
        }
        _ => array,
    }
}

/// Fills in the columns that are looked up; `arrays` are in the contract's order.
pub(crate) fn look_up(arrays: &mut [ArrayRef], contract: &Contract) {
    let place = |name: &str| contract.columns.iter().position(|column| column.name == name);
    for (name, lookup) in &contract.lookups {
        let keys = place(&lookup.on).and_then(|on| arrays.get(on)?.as_string_opt::<i32>().cloned());
        let Some(target) = place(name).and_then(|place| arrays.get_mut(place)) else { continue };
        let found: StringArray = match keys {
            Some(keys) => keys.iter().map(|key| lookup.text(key)).collect(),
            None => std::iter::repeat_n(lookup.text(None), target.len()).collect(),
        };
        *target = Arc::new(found);
    }
}

fn texts(array: &ArrayRef, column: &Column, form: Normalise, problems: &mut Problems) -> ArrayRef {
    let settle = |(row, text): (usize, Option<&str>)| -> Option<String> {
        let text = text?;
        match normalised(text, form) {
            Ok(text) => Some(text).filter(|text| !column.format.null.iter().any(|null| *null == **text)),
            Err(problem) => {
                let (column, masked, problem) = (column.name.clone(), mask(text), problem.to_string());
                problems.entry(row).or_insert(RowProblem { column, masked, problem });
                None
            }
        }
        .map(Cow::into_owned)
    };
    Arc::new(array.as_string::<i32>().iter().enumerate().map(settle).collect::<StringArray>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conform;
    use arrow::array::{Decimal128Array, RecordBatch, TimestampMicrosecondArray};
    use std::collections::BTreeMap;
    use tieout_model::{Lookup, ValueFormat};

    #[test]
    fn typed_values_follow_the_same_rules_as_texts() {
        let column = |name: &str, data_type: &str, format: ValueFormat| Column {
            name: name.to_owned(),
            data_type: data_type.parse().unwrap(),
            nullable: true,
            required: name != "currency",
            headers: Vec::new(),
            format,
        };
        let plain = ValueFormat::default;
        let columns = vec![
            column("company", "text", ValueFormat { normalise: Some(Normalise::Code), ..plain() }),
            column("currency", "text", plain()),
            column("used", "decimal(10,2)", ValueFormat { null_as_zero: true, ..plain() }),
            column("at", "timestamp", ValueFormat { null_dates: vec!["1753-01-01".parse().unwrap()], ..plain() }),
        ];
        let texts = BTreeMap::from([("EC_NG".to_owned(), "NGN".to_owned())]);
        let lookup = Lookup { on: "company".to_owned(), texts, otherwise: Some("ZZZ".to_owned()) };
        let lookups = BTreeMap::from([("currency".to_owned(), lookup)]);
        let contract = Contract { columns, lookups, ..Contract::default() };
        let nav_null = -6_847_804_800_000_000;
        let amounts = Decimal128Array::from(vec![None, Some(150)]).with_precision_and_scale(10, 2).unwrap();
        let batch = RecordBatch::try_from_iter_with_nullable([
            ("company", Arc::new(StringArray::from(vec!["ec_ng ", "AT_TN"])) as ArrayRef, true),
            ("used", Arc::new(amounts) as ArrayRef, true),
            ("at", Arc::new(TimestampMicrosecondArray::from(vec![nav_null, 0])) as ArrayRef, true),
        ])
        .unwrap();
        let rows = conform(&batch, &contract).unwrap().rows;
        let text = |place: usize, row: usize| crate::cell_text(rows.column(place), row).unwrap();
        let row = |row: usize| (0..4).map(|place| text(place, row).unwrap_or_default()).collect::<Vec<_>>().join("|");
        assert_eq!(row(0), "EC_NG|NGN|0.00|");
        assert_eq!(row(1), "AT_TN|ZZZ|1.50|1970-01-01T00:00:00");
    }
}
