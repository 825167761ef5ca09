//! Batches of an engine or a foreign file, converted to the six types that tables hold.
//!
//! Exactly or not at all: a type that would lose something is refused with the cure, a value that does not fit fails
//! the batch by column and row.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::buffer::NullBuffer;
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{
    ArrowPrimitiveType, DataType, Date64Type, Decimal128Type, Field, Schema, SchemaRef, TimeUnit,
    TimestampNanosecondType,
};
use arrow::record_batch::{RecordBatch, RecordBatchOptions};
use tieout_model::MAX_PRECISION;

use crate::TableError;
use crate::number::POWERS_OF_TEN;
use crate::schema::{names, refuse_duplicates};

pub(crate) const DAY_MILLISECONDS: i64 = 86_400_000;

/// The schema that batches of `schema` have after [`to_house`].
///
/// Integers of any width become integer (of `UInt64` the values that fit), strings of any layout text, decimals of
/// up to 38 digits decimal, `Date64` date, timestamps of any unit without a time zone timestamp. Binary floats,
/// timestamps with a time zone, lists and everything else are refused, and so are two columns of one name.
pub fn house_schema(schema: &Schema) -> Result<SchemaRef, TableError> {
    refuse_duplicates(schema)?;
    let field = |field: &Arc<Field>| {
        Ok(Field::new(field.name(), house_data_type(field.name(), field.data_type())?, field.is_nullable()))
    };
    let fields = schema.fields().iter().map(field).collect::<Result<Vec<_>, TableError>>()?;
    Ok(Arc::new(Schema::new(fields)))
}

/// Converts a batch to `schema`, the answer of [`house_schema`] for the batch's own schema, column by column.
///
/// Fails for the first value that the column's type does not hold exactly.
pub fn to_house(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, TableError> {
    converted(batch, schema, house_data_type, convert)
}

/// Converts a batch to `schema` column by column; `type_of` says what a column becomes, and `schema` must say the same.
pub(crate) fn converted(
    batch: &RecordBatch,
    schema: &SchemaRef,
    type_of: fn(&str, &DataType) -> Result<DataType, TableError>,
    convert: fn(&str, &ArrayRef, &DataType) -> Result<ArrayRef, TableError>,
) -> Result<RecordBatch, TableError> {
    if batch.num_columns() != schema.fields().len() {
        return Err(TableError::WrongColumns { expected: names(schema), found: names(batch.schema_ref()) });
    }
    let convert = |(array, field): (&ArrayRef, &Arc<Field>)| {
        if type_of(field.name(), array.data_type())? != *field.data_type() {
            return Err(TableError::WrongType {
                column: field.name().clone(),
                expected: field.data_type().to_string(),
                found: array.data_type().to_string(),
            });
        }
        convert(field.name(), array, field.data_type())
    };
    let columns = batch.columns().iter().zip(schema.fields()).map(convert).collect::<Result<Vec<_>, _>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options)
        .map_err(TableError::arrow("put converted columns together"))
}

/// The house type for an Arrow type, or what to do about it.
fn house_data_type(column: &str, data_type: &DataType) -> Result<DataType, TableError> {
    let refused = |cure: &str| Err(TableError::unsupported(column, data_type, cure));
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Ok(DataType::Utf8),
        DataType::Dictionary(_, value) if is_string(value) => Ok(DataType::Utf8),
        _ if data_type.is_integer() => Ok(DataType::Int64),
        DataType::Decimal32(precision, scale)
        | DataType::Decimal64(precision, scale)
        | DataType::Decimal128(precision, scale)
        | DataType::Decimal256(precision, scale) => {
            let scale_fits = u8::try_from(*scale).is_ok_and(|scale| scale <= *precision);
            if *precision > MAX_PRECISION || !scale_fits {
                return refused("cast it to decimal(p,s) with p up to 38 and s from 0 to p in the query");
            }
            Ok(DataType::Decimal128(*precision, *scale))
        }
        DataType::Boolean => Ok(DataType::Boolean),
        DataType::Date32 | DataType::Date64 => Ok(DataType::Date32),
        DataType::Timestamp(_, None) => Ok(DataType::Timestamp(TimeUnit::Microsecond, None)),
        DataType::Timestamp(_, Some(_)) => {
            refused("convert it to the books' own time zone and cast it to timestamp in the query")
        }
        _ if data_type.is_floating() => refused("cast it to decimal(p,s) in the query"),
        DataType::Null => refused("cast it to the type that is meant in the query"),
        _ => refused("select its parts as text, integer, decimal, boolean, date or timestamp in the query"),
    }
}

pub(crate) fn is_string(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

/// Converts a column, then makes sure that no value was lost or changed.
fn convert(column: &str, array: &ArrayRef, target: &DataType) -> Result<ArrayRef, TableError> {
    let failed = |row: usize, problem: &str| TableError::Value {
        column: column.to_owned(),
        row: row.saturating_add(1),
        problem: problem.to_owned(),
    };
    // Arrow's cast to these would drop what is below the coarser unit.
    match array.data_type() {
        DataType::Date64 => whole_multiples::<Date64Type>(array, DAY_MILLISECONDS)
            .map_err(|row| failed(row, "has a time of day, and the column holds dates"))?,
        DataType::Timestamp(TimeUnit::Nanosecond, _) => whole_multiples::<TimestampNanosecondType>(array, 1_000)
            .map_err(|row| failed(row, "is finer than a microsecond"))?,
        _ => {}
    }
    let converted = if array.data_type() == target {
        Arc::clone(array)
    } else {
        // A failing value becomes null here instead of an error whose text would hold it.
        let options = CastOptions { safe: true, ..CastOptions::default() };
        cast_with_options(array, target, &options)
            .map_err(|_| TableError::unsupported(column, array.data_type(), "cast it in the query"))?
    };
    if let Some(row) = first_lost(array, &converted) {
        return Err(failed(row, &format!("does not fit {target}")));
    }
    within_precision(&converted).map_err(|row| failed(row, "has more digits than its type"))?;
    Ok(converted)
}

/// The first row whose value became null. A dictionary is null through its key or through its value.
pub(crate) fn first_lost(before: &ArrayRef, after: &ArrayRef) -> Option<usize> {
    let nulls_before = before.logical_nulls();
    if after.null_count() == nulls_before.as_ref().map_or(0, NullBuffer::null_count) {
        return None;
    }
    let was_null = |row: usize| nulls_before.as_ref().is_some_and(|nulls| nulls.is_null(row));
    (0..after.len()).find(|row| after.is_null(*row) && !was_null(*row))
}

/// Whether every value is a multiple of `unit`; otherwise the first row where it is not.
pub(crate) fn whole_multiples<T: ArrowPrimitiveType<Native = i64>>(array: &ArrayRef, unit: i64) -> Result<(), usize> {
    let values = array.as_primitive::<T>();
    let fraction = values.iter().position(|value| value.is_some_and(|value| value % unit != 0));
    fraction.map_or(Ok(()), Err)
}

/// Whether every decimal has at most the digits that its type declares; arithmetic in an engine may not have checked.
fn within_precision(array: &ArrayRef) -> Result<(), usize> {
    let DataType::Decimal128(precision, _) = array.data_type() else { return Ok(()) };
    let Some(limit) = POWERS_OF_TEN.get(usize::from(*precision)) else { return Err(0) };
    let too_large = |value: Option<i128>| value.is_some_and(|value| value.unsigned_abs() >= limit.unsigned_abs());
    array.as_primitive::<Decimal128Type>().iter().position(too_large).map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell_text;
    use arrow::array::{
        Date64Array, Decimal32Array, Decimal128Array, Decimal256Array, DictionaryArray, Int8Array, LargeStringArray,
        StringViewArray, TimestampMillisecondArray, TimestampNanosecondArray, TimestampSecondArray, UInt32Array,
        UInt64Array,
    };
    use arrow::datatypes::{Int32Type, i256};

    fn batch(array: ArrayRef) -> RecordBatch {
        RecordBatch::try_from_iter_with_nullable([("x", array, true)]).unwrap()
    }

    /// The type and the texts of a column.
    type Column = (String, Vec<Option<String>>);

    fn house(array: ArrayRef) -> Result<Column, String> {
        let batch = batch(array);
        let schema = house_schema(batch.schema_ref()).map_err(|error| error.to_string())?;
        let batch = to_house(&batch, &schema).map_err(|error| error.to_string())?;
        let column = batch.column(0);
        let texts = (0..column.len()).map(|row| cell_text(column, row).unwrap()).collect();
        Ok((crate::column_type(column.data_type()).unwrap().to_string(), texts))
    }

    #[expect(clippy::unnecessary_wraps, reason = "stands where an answer is compared")]
    fn answer(data_type: &str, texts: &[Option<&str>]) -> Result<Column, String> {
        Ok((data_type.to_owned(), texts.iter().map(|text| text.map(str::to_owned)).collect()))
    }

    #[test]
    fn what_fits_is_converted() {
        let null_and = |text| vec![None, Some(text)];
        assert_eq!(house(Arc::new(Int8Array::from(vec![None, Some(-1)]))), answer("integer", &null_and("-1")));
        assert_eq!(house(Arc::new(UInt32Array::from(vec![u32::MAX]))), answer("integer", &[Some("4294967295")]));
        assert_eq!(house(Arc::new(UInt64Array::from(vec![7]))), answer("integer", &[Some("7")]));
        assert_eq!(house(Arc::new(LargeStringArray::from(null_and("a")))), answer("text", &null_and("a")));
        assert_eq!(house(Arc::new(StringViewArray::from(null_and("a")))), answer("text", &null_and("a")));
        let dictionary: DictionaryArray<Int32Type> = null_and("a").into_iter().collect();
        assert_eq!(house(Arc::new(dictionary)), answer("text", &null_and("a")));
        let midnight = DAY_MILLISECONDS * 365;
        assert_eq!(house(Arc::new(Date64Array::from(vec![midnight]))), answer("date", &[Some("1971-01-01")]));
        let moments = [Some("1970-01-01T00:00:02")];
        assert_eq!(house(Arc::new(TimestampSecondArray::from(vec![2]))), answer("timestamp", &moments));
        assert_eq!(house(Arc::new(TimestampMillisecondArray::from(vec![2_000]))), answer("timestamp", &moments));
        assert_eq!(house(Arc::new(TimestampNanosecondArray::from(vec![2_000_000_000]))), answer("timestamp", &moments));
        let narrow = Decimal32Array::from(vec![None, Some(-150)]).with_precision_and_scale(9, 2).unwrap();
        assert_eq!(house(Arc::new(narrow)), answer("decimal(9,2)", &null_and("-1.50")));
        let wide = Decimal256Array::from(vec![i256::from(150)]).with_precision_and_scale(38, 2).unwrap();
        assert_eq!(house(Arc::new(wide)), answer("decimal(38,2)", &[Some("1.50")]));
    }

    #[test]
    fn a_value_that_does_not_fit_fails_by_column_and_row_and_is_not_shown() {
        let expected = |problem: &str| Err(format!("column 'x', row 2: the value {problem}"));
        let unsigned = UInt64Array::from(vec![7, 9_999_999_999_999_999_999]);
        assert_eq!(house(Arc::new(unsigned)), expected("does not fit Int64"));
        let finer = TimestampNanosecondArray::from(vec![1_000, -1]);
        assert_eq!(house(Arc::new(finer)), expected("is finer than a microsecond"));
        let far = TimestampSecondArray::from(vec![0, i64::MAX]);
        assert!(house(Arc::new(far)).unwrap_err().starts_with("column 'x', row 2: the value does not fit Timestamp"));
        let morning = Date64Array::from(vec![0, 1]);
        assert_eq!(house(Arc::new(morning)), expected("has a time of day, and the column holds dates"));
        let unchecked = Decimal128Array::from(vec![999, -1_000]).with_precision_and_scale(3, 0).unwrap();
        assert_eq!(house(Arc::new(unchecked)), expected("has more digits than its type"));
    }

    #[test]
    fn types_that_lose_something_are_refused_with_the_cure() {
        let cure = |data_type: DataType| {
            let schema = Schema::new(vec![Field::new("x", data_type, true)]);
            house_schema(&schema).unwrap_err().to_string()
        };
        for float in [DataType::Float16, DataType::Float32, DataType::Float64] {
            assert!(cure(float).ends_with("cast it to decimal(p,s) in the query"));
        }
        assert!(cure(DataType::Timestamp(TimeUnit::Second, Some("UTC".into()))).contains("time zone"));
        assert!(cure(DataType::Decimal256(39, 2)).contains("p up to 38"));
        assert!(cure(DataType::Decimal128(10, -2)).contains("s from 0 to p"));
        assert!(cure(DataType::Null).contains("the type that is meant"));
        let list = DataType::List(Arc::new(Field::new("item", DataType::Int64, true)));
        for other in [
            list,
            DataType::Binary,
            DataType::Time64(TimeUnit::Microsecond),
            DataType::Struct(arrow::datatypes::Fields::empty()),
        ] {
            assert!(cure(other).contains("select its parts"));
        }
    }

    #[test]
    fn a_batch_of_another_shape_is_refused() {
        let integers = batch(Arc::new(Int8Array::from(vec![1])));
        let text = Arc::new(Schema::new(vec![Field::new("x", DataType::Utf8, true)]));
        assert!(matches!(to_house(&integers, &text), Err(TableError::WrongType { .. })));
        assert!(matches!(to_house(&integers, &Arc::new(Schema::empty())), Err(TableError::WrongColumns { .. })));
    }

    #[test]
    fn a_slice_is_checked_by_its_own_rows() {
        let finer = batch(Arc::new(TimestampNanosecondArray::from(vec![1, 1_000, 2_000])));
        let schema = house_schema(finer.schema_ref()).unwrap();
        assert_eq!(to_house(&finer.slice(1, 2), &schema).unwrap().num_rows(), 2);
    }
}
