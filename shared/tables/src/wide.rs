//! Batches of files that are compared, converted to the wide types: what a table of a comparison may hold.
//!
//! Exactly or not at all, as with house types, but more types are let through: binary floats, bytes, times of day,
//! instants, nanoseconds and decimals of up to 76 digits are compared as they are and never computed with.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{
    DataType, Date64Type, Decimal128Type, Decimal256Type, DecimalType, Field, Schema, SchemaRef, TimeUnit,
};
use arrow::record_batch::RecordBatch;

use crate::TableError;
use crate::house::{DAY_MILLISECONDS, converted, first_lost, is_string, whole_multiples};
use crate::schema::refuse_duplicates;

/// The zone of every instant.
const UTC: &str = "UTC";

/// The schema that batches of `schema` have after [`to_wide`].
///
/// Strings of any layout become `Utf8`, integers `Int64` (`UInt64` becomes `Decimal128(20, 0)`), decimals
/// `Decimal128` or `Decimal256`, floats `Float64`, `Date64` becomes `Date32`, timestamps keep nanoseconds and have
/// microseconds otherwise, with the zone `UTC` if they have one, times of day become `Time64`, bytes of any layout
/// `Binary`, and a column without a type `Utf8`. Everything else is refused, and so are two columns of one name.
pub fn wide_schema(schema: &Schema) -> Result<SchemaRef, TableError> {
    refuse_duplicates(schema)?;
    let field = |field: &Arc<Field>| {
        let data_type = wide_data_type(field.name(), field.data_type())?;
        Ok(Field::new(field.name(), data_type, field.is_nullable() || field.data_type().is_null()))
    };
    let fields = schema.fields().iter().map(field).collect::<Result<Vec<_>, TableError>>()?;
    Ok(Arc::new(Schema::new(fields)))
}

/// Converts a batch to `schema`, the answer of [`wide_schema`] for the batch's own schema, column by column.
///
/// Fails for the first value that the column's type does not hold exactly.
pub fn to_wide(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, TableError> {
    converted(batch, schema, wide_data_type, convert)
}

/// The wide type for an Arrow type, or what to do about it.
fn wide_data_type(column: &str, data_type: &DataType) -> Result<DataType, TableError> {
    let refused = |cure: &str| Err(TableError::unsupported(column, data_type, cure));
    match data_type {
        DataType::Null => Ok(DataType::Utf8),
        _ if is_string(data_type) => Ok(DataType::Utf8),
        DataType::Dictionary(_, value) => wide_data_type(column, value),
        DataType::UInt64 => Ok(DataType::Decimal128(20, 0)),
        _ if data_type.is_integer() => Ok(DataType::Int64),
        DataType::Decimal32(precision, scale)
        | DataType::Decimal64(precision, scale)
        | DataType::Decimal128(precision, scale)
        | DataType::Decimal256(precision, scale) => {
            if !u8::try_from(*scale).is_ok_and(|scale| scale <= *precision) {
                return refused("cast it to decimal(p,s) with s from 0 to p, or leave the column out");
            }
            let is_wide = matches!(data_type, DataType::Decimal256(..));
            let wide = if is_wide { DataType::Decimal256 } else { DataType::Decimal128 };
            Ok(wide(*precision, *scale))
        }
        DataType::Boolean => Ok(DataType::Boolean),
        DataType::Date32 | DataType::Date64 => Ok(DataType::Date32),
        DataType::Timestamp(unit, zone) => {
            Ok(DataType::Timestamp(fine_unit(*unit), zone.as_ref().map(|_| Arc::from(UTC))))
        }
        DataType::Time32(unit) | DataType::Time64(unit) => Ok(DataType::Time64(fine_unit(*unit))),
        _ if data_type.is_floating() => Ok(DataType::Float64),
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => {
            Ok(DataType::Binary)
        }
        _ => refused("leave the column out, or select its parts as columns of their own"),
    }
}

/// Microseconds, or nanoseconds where they are.
fn fine_unit(unit: TimeUnit) -> TimeUnit {
    if unit == TimeUnit::Nanosecond { unit } else { TimeUnit::Microsecond }
}

/// Converts a column, then makes sure that no value was lost or changed.
fn convert(column: &str, array: &ArrayRef, target: &DataType) -> Result<ArrayRef, TableError> {
    let failed = |row: usize, problem: &str| TableError::Value {
        column: column.to_owned(),
        row: row.saturating_add(1),
        problem: problem.to_owned(),
    };
    if array.data_type() == &DataType::Date64 {
        // Arrow's cast would drop the time of day.
        whole_multiples::<Date64Type>(array, DAY_MILLISECONDS)
            .map_err(|row| failed(row, "has a time of day, and the column holds dates"))?;
    }
    let converted = if array.data_type() == target {
        Arc::clone(array)
    } else {
        // A failing value becomes null here instead of an error whose text would hold it.
        let options = CastOptions { safe: true, ..CastOptions::default() };
        cast_with_options(array, target, &options)
            .map_err(|_| TableError::unsupported(column, array.data_type(), "cast it where it is written"))?
    };
    if let Some(row) = first_lost(array, &converted) {
        return Err(failed(row, &format!("does not fit {target}")));
    }
    let oversized = match target {
        DataType::Decimal128(precision, _) => oversized::<Decimal128Type>(&converted, *precision),
        DataType::Decimal256(precision, _) => oversized::<Decimal256Type>(&converted, *precision),
        _ => None,
    };
    oversized.map_or(Ok(converted), |row| Err(failed(row, "has more digits than its type")))
}

/// The first decimal with more digits than its type declares; the writer may not have checked.
fn oversized<T: DecimalType>(array: &ArrayRef, precision: u8) -> Option<usize> {
    let is_oversized = |value: Option<_>| value.is_some_and(|value| !T::is_valid_decimal_precision(value, precision));
    array.as_primitive::<T>().iter().position(is_oversized)
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{
        BinaryArray, BinaryViewArray, Date32Array, Date64Array, Decimal32Array, Decimal64Array, Decimal128Array,
        Decimal256Array, DictionaryArray, FixedSizeBinaryArray, Float16Array, Float32Array, Float64Array, Int8Array,
        Int64Array, LargeBinaryArray, LargeStringArray, NullArray, StringArray, StringViewArray,
        Time32MillisecondArray, Time32SecondArray, Time64MicrosecondArray, Time64NanosecondArray,
        TimestampMicrosecondArray, TimestampMillisecondArray, TimestampNanosecondArray, TimestampSecondArray,
        UInt32Array, UInt64Array,
    };
    use arrow::datatypes::{Int32Type, i256};

    fn wide(array: ArrayRef) -> Result<ArrayRef, String> {
        let batch = RecordBatch::try_from_iter_with_nullable([("x", array, true)]).unwrap();
        let schema = wide_schema(batch.schema_ref()).map_err(|error| error.to_string())?;
        let batch = to_wide(&batch, &schema).map_err(|error| error.to_string())?;
        Ok(Arc::clone(batch.column(0)))
    }

    #[track_caller]
    fn becomes(array: impl Array + 'static, expected: impl Array + 'static) {
        let expected: ArrayRef = Arc::new(expected);
        assert_eq!(&wide(Arc::new(array)).unwrap(), &expected);
        assert_eq!(&wide(Arc::clone(&expected)).unwrap(), &expected, "a wide type stays as it is");
    }

    #[test]
    fn every_type_that_is_held_exactly_is_converted() {
        let texts = || vec![None, Some("a")];
        becomes(LargeStringArray::from(texts()), StringArray::from(texts()));
        becomes(StringViewArray::from(texts()), StringArray::from(texts()));
        becomes(texts().into_iter().collect::<DictionaryArray<Int32Type>>(), StringArray::from(texts()));
        becomes(NullArray::new(2), StringArray::from(vec![None::<&str>, None]));
        becomes(Int8Array::from(vec![None, Some(-1)]), Int64Array::from(vec![None, Some(-1)]));
        becomes(UInt32Array::from(vec![u32::MAX]), Int64Array::from(vec![i64::from(u32::MAX)]));
        let decimal = |values: Vec<i128>, precision, scale| {
            Decimal128Array::from(values).with_precision_and_scale(precision, scale).unwrap()
        };
        becomes(UInt64Array::from(vec![u64::MAX]), decimal(vec![i128::from(u64::MAX)], 20, 0));
        let narrow = Decimal32Array::from(vec![-150]).with_precision_and_scale(9, 2).unwrap();
        becomes(narrow, decimal(vec![-150], 9, 2));
        let narrow = Decimal64Array::from(vec![-150]).with_precision_and_scale(18, 2).unwrap();
        becomes(narrow, decimal(vec![-150], 18, 2));
        let large = || Decimal256Array::from(vec![i256::from_i128(7)]).with_precision_and_scale(76, 2).unwrap();
        becomes(large(), large());
        becomes(Float16Array::from_iter_values([i8::into(3)]), Float64Array::from(vec![3.0]));
        becomes(Float32Array::from(vec![0.1_f32]), Float64Array::from(vec![f64::from(0.1_f32)]));
        becomes(Date64Array::from(vec![DAY_MILLISECONDS * 365]), Date32Array::from(vec![365]));
        let bytes = || vec![None, Some(&b"ab"[..])];
        becomes(LargeBinaryArray::from(bytes()), BinaryArray::from(bytes()));
        becomes(BinaryViewArray::from(bytes()), BinaryArray::from(bytes()));
        let fixed = FixedSizeBinaryArray::try_from_sparse_iter_with_size(bytes().into_iter(), 2).unwrap();
        becomes(fixed, BinaryArray::from(bytes()));
    }

    #[test]
    fn times_become_microseconds_or_stay_nanoseconds_and_instants_are_in_utc() {
        let microseconds = TimestampMicrosecondArray::from(vec![2_000_000]);
        becomes(TimestampSecondArray::from(vec![2]), microseconds.clone());
        becomes(TimestampMillisecondArray::from(vec![2_000]), microseconds.clone());
        let elsewhere = TimestampMillisecondArray::from(vec![2_000]).with_timezone("+02:00");
        becomes(elsewhere, microseconds.clone().with_timezone("UTC"));
        becomes(microseconds.clone().with_timezone("Europe/Berlin"), microseconds.with_timezone("UTC"));
        let nanoseconds = TimestampNanosecondArray::from(vec![1]);
        becomes(nanoseconds.clone().with_timezone("-01:00"), nanoseconds.with_timezone("UTC"));
        becomes(Time32SecondArray::from(vec![1]), Time64MicrosecondArray::from(vec![1_000_000]));
        becomes(Time32MillisecondArray::from(vec![1]), Time64MicrosecondArray::from(vec![1_000]));
        becomes(Time64NanosecondArray::from(vec![1]), Time64NanosecondArray::from(vec![1]));
    }

    #[test]
    fn a_value_that_does_not_fit_fails_by_column_and_row() {
        let far = TimestampSecondArray::from(vec![0, i64::MAX]);
        assert!(wide(Arc::new(far)).unwrap_err().starts_with("column 'x', row 2: the value does not fit Timestamp"));
        let morning = Date64Array::from(vec![0, 1]);
        assert!(wide(Arc::new(morning)).unwrap_err().contains("row 2: the value has a time of day"));
        let unchecked = Decimal128Array::from(vec![999, -1_000]).with_precision_and_scale(3, 0).unwrap();
        assert!(wide(Arc::new(unchecked)).unwrap_err().contains("row 2: the value has more digits"));
        let unchecked = Decimal256Array::from(vec![i256::from_i128(1_000)]).with_precision_and_scale(3, 0).unwrap();
        assert!(wide(Arc::new(unchecked)).unwrap_err().contains("row 1: the value has more digits"));
    }

    #[test]
    fn other_types_are_refused_with_the_cure() {
        let item = Arc::new(Field::new("item", DataType::Int64, true));
        for other in [
            DataType::List(Arc::clone(&item)),
            DataType::FixedSizeList(item, 2),
            DataType::Struct(arrow::datatypes::Fields::empty()),
            DataType::Duration(TimeUnit::Second),
            DataType::Interval(arrow::datatypes::IntervalUnit::DayTime),
        ] {
            let error = wide_schema(&Schema::new(vec![Field::new("x", other, true)])).unwrap_err().to_string();
            assert!(error.starts_with("column 'x' has type ") && error.contains("leave the column out"), "{error}");
        }
        let twice = Schema::new(vec![Field::new("x", DataType::Utf8, true), Field::new("x", DataType::Utf8, true)]);
        assert!(matches!(wide_schema(&twice), Err(TableError::DuplicateColumn { .. })));
    }
}
