//! Arrow batches as rows of SQL Server.
//!
//! Every Arrow type that `DuckDB` gives has one type of SQL Server that holds all its values; others are refused.

use std::io;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int16Type, Int32Type, Int64Type, Schema,
    Time64NanosecondType, TimeUnit, TimestampNanosecondType, UInt8Type,
};
use arrow::record_batch::RecordBatch;

use super::buffer::malformed;
use super::column::TdsColumn;
use super::column_type::TdsType;
use super::value::TdsValue;

/// Days from 0001-01-01 to 1970-01-01.
const DAYS_TO_1970: i64 = 719_162;
/// Units of 100 nanoseconds in a day.
const UNITS_A_DAY: i64 = 864_000_000_000;

/// The columns of a schema.
pub(super) fn columns_of(schema: &Schema) -> io::Result<Vec<TdsColumn>> {
    schema.fields().iter().map(|field| Ok(TdsColumn::new(field.name(), type_of(field.data_type())?))).collect()
}

fn type_of(data_type: &DataType) -> io::Result<TdsType> {
    Ok(match data_type {
        DataType::Boolean => TdsType::Bit,
        DataType::UInt8 => TdsType::TinyInt,
        DataType::Int8 | DataType::Int16 => TdsType::SmallInt,
        DataType::UInt16 | DataType::Int32 | DataType::Null => TdsType::Int,
        DataType::UInt32 | DataType::Int64 => TdsType::BigInt,
        DataType::UInt64 => TdsType::Decimal(20, 0),
        DataType::Float32 => TdsType::Real,
        DataType::Float64 => TdsType::Float,
        DataType::Decimal128(precision, scale) => TdsType::Decimal(*precision, scale.unsigned_abs()),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => TdsType::NVarCharMax,
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => TdsType::VarBinaryMax,
        DataType::Date32 => TdsType::Date,
        DataType::Time64(_) | DataType::Time32(_) => TdsType::Time(7),
        DataType::Timestamp(_, None) => TdsType::DateTime2(7),
        DataType::Timestamp(_, Some(_)) => TdsType::DateTimeOffset(7),
        other => return Err(malformed(&format!("DuckDB gave the type {other}, which the test server does not send"))),
    })
}

/// The rows of a batch.
pub(super) fn rows_of(columns: &[TdsColumn], batch: &RecordBatch) -> io::Result<Vec<Vec<TdsValue>>> {
    let mut rows: Vec<_> = (0..batch.num_rows()).map(|_| Vec::with_capacity(columns.len())).collect();
    for (column, array) in columns.iter().zip(batch.columns()) {
        let read = reader_of(column.column_type, array)?;
        for (row, values) in rows.iter_mut().enumerate() {
            values.push(if array.is_null(row) { TdsValue::Null } else { read(row)? });
        }
    }
    Ok(rows)
}

type Read = Box<dyn Fn(usize) -> io::Result<TdsValue>>;

/// Reads the values of an array that are not null.
fn reader_of(column_type: TdsType, array: &ArrayRef) -> io::Result<Read> {
    let as_type = |data_type: DataType| cast(array, &data_type).map_err(io::Error::other);
    Ok(match column_type {
        TdsType::Bit => {
            let array = array.as_boolean().clone();
            Box::new(move |row| Ok(TdsValue::Bit(array.value(row))))
        }
        TdsType::TinyInt => {
            let array = array.as_primitive::<UInt8Type>().clone();
            Box::new(move |row| Ok(TdsValue::Int(i64::from(array.value(row)))))
        }
        TdsType::SmallInt => {
            let array = as_type(DataType::Int16)?.as_primitive::<Int16Type>().clone();
            Box::new(move |row| Ok(TdsValue::Int(i64::from(array.value(row)))))
        }
        TdsType::Int => {
            let array = as_type(DataType::Int32)?.as_primitive::<Int32Type>().clone();
            Box::new(move |row| Ok(TdsValue::Int(i64::from(array.value(row)))))
        }
        TdsType::BigInt => {
            let array = as_type(DataType::Int64)?.as_primitive::<Int64Type>().clone();
            Box::new(move |row| Ok(TdsValue::Int(array.value(row))))
        }
        TdsType::Decimal(precision, scale) => {
            let scale = i8::try_from(scale).map_err(|_| malformed("a scale beyond 38"))?;
            let array = as_type(DataType::Decimal128(precision, scale))?.as_primitive::<Decimal128Type>().clone();
            Box::new(move |row| Ok(TdsValue::Decimal(array.value(row))))
        }
        TdsType::Real => {
            let array = array.as_primitive::<Float32Type>().clone();
            Box::new(move |row| Ok(TdsValue::Real(array.value(row))))
        }
        TdsType::Float => {
            let array = array.as_primitive::<Float64Type>().clone();
            Box::new(move |row| Ok(TdsValue::Float(array.value(row))))
        }
        TdsType::VarBinaryMax => {
            let array = as_type(DataType::Binary)?.as_binary::<i32>().clone();
            Box::new(move |row| Ok(TdsValue::Bytes(array.value(row).to_vec())))
        }
        TdsType::NVarCharMax => {
            let array = as_type(DataType::Utf8)?.as_string::<i32>().clone();
            Box::new(move |row| Ok(TdsValue::text(array.value(row))))
        }
        _ => return reader_of_time(column_type, array),
    })
}

fn reader_of_time(column_type: TdsType, array: &ArrayRef) -> io::Result<Read> {
    let as_type = |data_type: DataType| cast(array, &data_type).map_err(io::Error::other);
    let far = || malformed("a time far away");
    Ok(match column_type {
        TdsType::Date => {
            let array = array.as_primitive::<Date32Type>().clone();
            Box::new(move |row| {
                let days = i64::from(array.value(row)) + DAYS_TO_1970;
                u32::try_from(days).map(TdsValue::Date).map_err(|_| far())
            })
        }
        TdsType::Time(_) => {
            let array = as_type(DataType::Time64(TimeUnit::Nanosecond))?.as_primitive::<Time64NanosecondType>().clone();
            Box::new(move |row| u64::try_from(array.value(row) / 100).map(TdsValue::Time).map_err(|_| far()))
        }
        TdsType::DateTime2(_) | TdsType::DateTimeOffset(_) => {
            let array = as_type(DataType::Timestamp(TimeUnit::Nanosecond, None))?
                .as_primitive::<TimestampNanosecondType>()
                .clone();
            Box::new(move |row| {
                let units = array.value(row).div_euclid(100);
                let days = u32::try_from(units.div_euclid(UNITS_A_DAY) + DAYS_TO_1970).map_err(|_| far())?;
                let in_day = u64::try_from(units.rem_euclid(UNITS_A_DAY)).map_err(|_| far())?;
                Ok(match column_type {
                    TdsType::DateTimeOffset(_) => TdsValue::DateTimeOffset(days, in_day, 0),
                    _ => TdsValue::DateTime2(days, in_day),
                })
            })
        }
        _ => return Err(malformed("an Arrow type without a reader")),
    })
}
