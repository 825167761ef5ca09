//! Typed batches conformed to a contract: its columns in its order, with exactly its types.
//!
//! A value that the contract's type does not hold exactly takes its row out, with the reason; a column of a type that
//! has no exact way to the contract's fails the batch.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, PrimitiveBuilder, new_null_array};
use arrow::compute::filter;
use arrow::datatypes::{
    ArrowPrimitiveType, DataType, Date32Type, Decimal128Type, Field, Int64Type, Schema, TimestampMicrosecondType,
};
use arrow::record_batch::{RecordBatch, RecordBatchOptions};
use tieout_model::{Column, ColumnType, Contract, Decimal};

use crate::number::POWERS_OF_TEN;
use crate::settle::{look_up, settled};
use crate::{RowProblem, TableError, arrow_type, cell_text, column_type, house_schema, mask, schema_of, to_house};

const DAY_MICROSECONDS: i64 = 86_400_000_000;

/// The days that have a text form, -9999-01-01 to 9999-12-31, counted from 1970-01-01.
const CALENDAR_DAYS: RangeInclusive<i64> = -4_371_587..=2_932_896;

/// A batch in a contract's exact columns and types, without the rows that do not convert.
#[derive(Debug, Clone)]
pub struct Conformed {
    /// The rows that converted, in order.
    pub rows: RecordBatch,
    /// The rows that did not, by 0-based row of the batch that was given, in order, each with its first problem.
    pub rejected: Vec<(usize, RowProblem)>,
}

/// Brings a batch to a contract's columns and types. Columns are found by the contract's names; rename them before.
///
/// Exact ways lead from integer to decimal, between decimals, from a whole decimal to integer, and between date and
/// midnight. Columns that the contract does not name are dropped; an absent column that is not required is all null.
/// Fails for an absent required column and for a type without an exact way.
pub fn conform(batch: &RecordBatch, contract: &Contract) -> Result<Conformed, TableError> {
    let mut problems = BTreeMap::new();
    let mut arrays = Vec::with_capacity(contract.columns.len());
    for column in &contract.columns {
        let array = house_column(batch, column)?;
        refuse_days_beyond_the_calendar(&array, column, &mut problems);
        let array = settled(convert(&array, column, &mut problems)?, column, &mut problems);
        if !contract.lookups.contains_key(&column.name) {
            refuse_nulls(&array, column, &mut problems);
        }
        arrays.push(array);
    }
    look_up(&mut arrays, contract);
    let kept: BooleanArray = (0..batch.num_rows()).map(|row| Some(!problems.contains_key(&row))).collect();
    if !problems.is_empty() {
        let filtered = arrays.iter().map(|array| filter(array, &kept)).collect::<Result<_, _>>();
        arrays = filtered.map_err(TableError::arrow("drop the rows that do not convert"))?;
    }
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows() - problems.len()));
    let rows = RecordBatch::try_new_with_options(schema_of(contract), arrays, &options)
        .map_err(TableError::arrow("build a batch of the contract's columns"))?;
    Ok(Conformed { rows, rejected: problems.into_iter().collect() })
}

/// The batch's column of this name in its house type; all null when it is absent and need not be there.
fn house_column(batch: &RecordBatch, column: &Column) -> Result<ArrayRef, TableError> {
    let Some(array) = batch.column_by_name(&column.name) else {
        if column.required {
            return Err(TableError::NoSuchColumn { column: column.name.clone() });
        }
        return Ok(new_null_array(&arrow_type(column.data_type), batch.num_rows()));
    };
    let schema = Arc::new(Schema::new(vec![Field::new(&column.name, array.data_type().clone(), true)]));
    let alone = RecordBatch::try_new(Arc::clone(&schema), vec![Arc::clone(array)])
        .map_err(TableError::arrow("take a column out of a batch"))?;
    let converted = house_schema(&schema).and_then(|house| to_house(&alone, &house)).map_err(without_query)?;
    Ok(Arc::clone(converted.column(0)))
}

/// The cure for a batch that no query made.
fn without_query(error: TableError) -> TableError {
    match error {
        TableError::UnsupportedType { column, data_type, cure } => {
            TableError::UnsupportedType { column, data_type, cure: cure.replace("in the query", "where it is written") }
        }
        other => other,
    }
}

/// The problems of a batch by row: only the first of each row counts.
pub(crate) type Problems = BTreeMap<usize, RowProblem>;

/// Converts a column of house type to the contract's type.
fn convert(array: &ArrayRef, column: &Column, problems: &mut Problems) -> Result<ArrayRef, TableError> {
    let target = arrow_type(column.data_type);
    if *array.data_type() == target {
        return Ok(Arc::clone(array));
    }
    let target = &target;
    let converted = match (column_type(array.data_type()), column.data_type) {
        (Some(ColumnType::Integer), ColumnType::Decimal { precision, scale }) => {
            let exact = |integer| rescaled(i128::from(integer), 0, precision, scale);
            map::<Int64Type, Decimal128Type>(array, column, target, exact, problems)
        }
        (Some(ColumnType::Decimal { scale: from, .. }), ColumnType::Decimal { precision, scale }) => {
            let exact = |unscaled| rescaled(unscaled, from, precision, scale);
            map::<Decimal128Type, Decimal128Type>(array, column, target, exact, problems)
        }
        (Some(ColumnType::Decimal { scale: from, .. }), ColumnType::Integer) => {
            let fits = |whole| i64::try_from(whole).map_err(|_| "does not fit a 64-bit integer".to_owned());
            map::<Decimal128Type, Int64Type>(
                array,
                column,
                target,
                |unscaled| fits(rescaled(unscaled, from, 38, 0)?),
                problems,
            )
        }
        (Some(ColumnType::Date), ColumnType::Timestamp) => {
            let beyond = || "is not a date of the calendar".to_owned();
            let midnight = |days| i64::from(days).checked_mul(DAY_MICROSECONDS).ok_or_else(beyond);
            map::<Date32Type, TimestampMicrosecondType>(array, column, target, midnight, problems)
        }
        (Some(ColumnType::Timestamp), ColumnType::Date) => {
            map::<TimestampMicrosecondType, Date32Type>(array, column, target, whole_day, problems)
        }
        _ => {
            return Err(TableError::WrongType {
                column: column.name.clone(),
                expected: column.data_type.to_string(),
                found: column_type(array.data_type())
                    .map_or_else(|| array.data_type().to_string(), |data_type| data_type.to_string()),
            });
        }
    };
    Ok(converted)
}

/// The unscaled integer at another scale, if no digit is lost and the precision suffices.
pub(crate) fn rescaled(unscaled: i128, from: u8, precision: u8, scale: u8) -> Result<i128, String> {
    let value = Decimal::new(unscaled, from).and_then(|value| value.rescaled(scale));
    let value = value.map_err(|problem| problem.to_string())?.unscaled();
    let limit = POWERS_OF_TEN.get(usize::from(precision)).copied().unwrap_or_default();
    if value.unsigned_abs() >= limit.unsigned_abs() {
        return Err(format!("has more than {} digits before the decimal mark", precision.saturating_sub(scale)));
    }
    Ok(value)
}

fn whole_day(microseconds: i64) -> Result<i32, String> {
    if microseconds % DAY_MICROSECONDS != 0 {
        return Err("has a time of day, and the column holds dates".to_owned());
    }
    i32::try_from(microseconds / DAY_MICROSECONDS).map_err(|_| "is not a date of the calendar".to_owned())
}

/// Converts value by value; one that does not convert becomes null and its row's problem.
fn map<S: ArrowPrimitiveType, T: ArrowPrimitiveType>(
    array: &ArrayRef,
    column: &Column,
    target: &DataType,
    exact: impl Fn(S::Native) -> Result<T::Native, String>,
    problems: &mut Problems,
) -> ArrayRef {
    let mut builder = PrimitiveBuilder::<T>::with_capacity(array.len()).with_data_type(target.clone());
    for (row, value) in array.as_primitive::<S>().iter().enumerate() {
        match value.map(&exact) {
            Some(Ok(value)) => builder.append_value(value),
            None => builder.append_null(),
            Some(Err(problem)) => {
                builder.append_null();
                let masked = cell_text(array, row).ok().flatten().as_deref().map(mask).unwrap_or_default();
                problems.entry(row).or_insert(RowProblem { column: column.name.clone(), masked, problem });
            }
        }
    }
    Arc::new(builder.finish())
}

/// Notes the rows whose date or timestamp has no text form: a file of typed columns can hold any number of days.
fn refuse_days_beyond_the_calendar(array: &ArrayRef, column: &Column, problems: &mut Problems) {
    let (first, last) = (CALENDAR_DAYS.start(), CALENDAR_DAYS.end());
    let moments = first * DAY_MICROSECONDS..(last + 1) * DAY_MICROSECONDS;
    match column_type(array.data_type()) {
        Some(ColumnType::Date) => {
            note_beyond::<Date32Type>(array, |days| CALENDAR_DAYS.contains(&i64::from(days)), column, problems);
        }
        Some(ColumnType::Timestamp) => {
            note_beyond::<TimestampMicrosecondType>(array, |moment| moments.contains(&moment), column, problems);
        }
        _ => {}
    }
}

fn note_beyond<T: ArrowPrimitiveType>(
    array: &ArrayRef,
    is_in_calendar: impl Fn(T::Native) -> bool,
    column: &Column,
    problems: &mut Problems,
) {
    for (row, value) in array.as_primitive::<T>().iter().enumerate() {
        if value.is_some_and(|value| !is_in_calendar(value)) {
            let problem = "is not a date of the calendar".to_owned();
            problems.entry(row).or_insert(RowProblem { column: column.name.clone(), masked: String::new(), problem });
        }
    }
}

/// Notes the rows with a null where the contract has none.
fn refuse_nulls(array: &ArrayRef, column: &Column, problems: &mut Problems) {
    if column.nullable || array.null_count() == 0 {
        return;
    }
    for row in (0..array.len()).filter(|row| array.is_null(*row)) {
        let problem = "is null, and the column has no nulls".to_owned();
        problems.entry(row).or_insert(RowProblem { column: column.name.clone(), masked: String::new(), problem });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{
        Date32Array, Decimal128Array, Float64Array, Int32Array, Int64Array, StringArray, TimestampMicrosecondArray,
    };
    use tieout_model::ValueFormat;

    fn contract(data_type: &str, nullable: bool) -> Contract {
        let column = |name: &str, data_type: &str, nullable, required| Column {
            name: name.to_owned(),
            data_type: data_type.parse().unwrap(),
            nullable,
            required,
            headers: Vec::new(),
            format: ValueFormat::default(),
        };
        let columns = vec![column("x", data_type, nullable, true), column("note", "text", true, false)];
        Contract { columns, ..Contract::default() }
    }

    fn conformed(array: ArrayRef, data_type: &str) -> Result<(Vec<Option<String>>, Vec<String>), String> {
        let batch = RecordBatch::try_from_iter_with_nullable([("x", array, true)]).unwrap();
        let contract = contract(data_type, true);
        let conformed = conform(&batch, &contract).map_err(|error| error.to_string())?;
        assert_eq!(conformed.rows.schema(), schema_of(&contract));
        let column = conformed.rows.column(0);
        let texts = (0..column.len()).map(|row| cell_text(column, row).unwrap()).collect();
        let problems = conformed.rejected.into_iter();
        Ok((texts, problems.map(|(row, problem)| format!("{row} {} {}", problem.masked, problem.problem)).collect()))
    }

    fn texts(texts: &[&str]) -> Vec<Option<String>> {
        texts.iter().map(|&text| Some(text.to_owned())).collect()
    }

    fn decimals(values: Vec<i128>, scale: i8) -> ArrayRef {
        Arc::new(Decimal128Array::from(values).with_precision_and_scale(38, scale).unwrap())
    }

    #[test]
    fn exact_ways_are_taken() {
        let none = Vec::new();
        let integers: ArrayRef = Arc::new(Int32Array::from(vec![7, -1]));
        assert_eq!(conformed(integers, "decimal(5,2)"), Ok((texts(&["7.00", "-1.00"]), none.clone())));
        assert_eq!(conformed(decimals(vec![15_000], 4), "decimal(5,2)"), Ok((texts(&["1.50"]), none.clone())));
        assert_eq!(conformed(decimals(vec![700], 2), "integer"), Ok((texts(&["7"]), none.clone())));
        let midnight: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![-DAY_MICROSECONDS]));
        assert_eq!(conformed(Arc::clone(&midnight), "date"), Ok((texts(&["1969-12-31"]), none.clone())));
        assert_eq!(conformed(midnight, "timestamp"), Ok((texts(&["1969-12-31T00:00:00"]), none)));
    }

    #[test]
    fn a_value_without_an_exact_form_takes_its_row_out() {
        let answer = conformed(decimals(vec![12_345, 100, 99_999_900], 3), "decimal(5,2)");
        let lost = ["0 99.999 has more than 2 decimals", "2 99999.999 has more than 3 digits before the decimal mark"];
        assert_eq!(answer, Ok((texts(&["0.10"]), lost.map(str::to_owned).to_vec())));
        let morning: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![0, 1]));
        let (kept, lost) = conformed(morning, "date").unwrap();
        assert_eq!(kept, texts(&["1970-01-01"]));
        assert_eq!(lost, ["1 9999-99-99A99:99:99.999999 has a time of day, and the column holds dates"]);
    }

    #[test]
    fn a_day_beyond_the_calendar_takes_its_row_out() {
        let days: ArrayRef = Arc::new(Date32Array::from(vec![-4_371_588, -4_371_587, 2_932_896, 2_932_897, i32::MIN]));
        let lost = [0, 3, 4].map(|row| format!("{row}  is not a date of the calendar")).to_vec();
        let kept = texts(&["-009999-01-01", "9999-12-31"]);
        assert_eq!(conformed(Arc::clone(&days), "date"), Ok((kept, lost.clone())));
        assert_eq!(conformed(days, "timestamp").unwrap().1, lost);
        let moments: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![i64::MAX, 0, i64::MIN]));
        let lost = [0, 2].map(|row| format!("{row}  is not a date of the calendar")).to_vec();
        assert_eq!(conformed(Arc::clone(&moments), "timestamp"), Ok((texts(&["1970-01-01T00:00:00"]), lost.clone())));
        assert_eq!(conformed(moments, "date"), Ok((texts(&["1970-01-01"]), lost)));
    }

    #[test]
    fn a_null_where_the_contract_has_none_takes_its_row_out() {
        let array: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None, Some(3)]));
        let batch = RecordBatch::try_from_iter_with_nullable([("x", array, true)]).unwrap();
        let conformed = conform(&batch, &contract("integer", false)).unwrap();
        assert_eq!(conformed.rows.num_rows(), 2);
        assert_eq!(conformed.rejected.len(), 1);
        assert_eq!((conformed.rejected[0].0, conformed.rejected[0].1.column.as_str()), (1, "x"));
    }

    #[test]
    fn a_type_without_an_exact_way_fails_the_batch() {
        let text: ArrayRef = Arc::new(StringArray::from(vec!["1"]));
        assert_eq!(conformed(text, "integer").unwrap_err(), "column 'x' is text and must be integer");
        let float: ArrayRef = Arc::new(Float64Array::from(vec![1.0]));
        let error = conformed(float, "decimal(5,2)").unwrap_err();
        assert!(error.ends_with("cast it to decimal(p,s) where it is written"), "{error}");
    }

    #[test]
    fn only_a_required_column_must_be_there() {
        let array: ArrayRef = Arc::new(StringArray::from(vec!["1"]));
        let batch = RecordBatch::try_from_iter_with_nullable([("y", array, true)]).unwrap();
        let error = conform(&batch, &contract("integer", true)).unwrap_err();
        assert_eq!(error.to_string(), "the table has no column 'x'");
    }
}
