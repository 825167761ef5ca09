//! Cells in a form in which both sides compare by value.
//!
//! Numbers come to one scale and moments to one unit, in integers that hold them exactly; nothing is rounded.

use arrow::array::{
    Array, ArrayRef, AsArray, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Decimal256Array, Float64Array,
    Int64Array, StringArray,
};
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Decimal256Type, Float64Type, Int64Type, Time64MicrosecondType,
    Time64NanosecondType, TimeUnit, TimestampMicrosecondType, TimestampNanosecondType, i256,
};

use super::ordered_text::one_form;

const DAY_NANOSECONDS: i64 = 86_400_000_000_000;

/// What a type's values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Decimals with this scale.
    Number(i8),
    /// Moments in units of so many nanoseconds since 1970.
    Moment(i64),
    /// Times of day in units of so many nanoseconds.
    Time(i64),
    Boolean,
    Float,
    Text,
    Bytes,
}

fn kind(data_type: &DataType) -> Option<Kind> {
    Some(match data_type {
        DataType::Int64 => Kind::Number(0),
        DataType::Decimal128(_, scale) | DataType::Decimal256(_, scale) => Kind::Number(*scale),
        DataType::Date32 => Kind::Moment(DAY_NANOSECONDS),
        DataType::Timestamp(TimeUnit::Microsecond, _) => Kind::Moment(1_000),
        DataType::Timestamp(TimeUnit::Nanosecond, _) => Kind::Moment(1),
        DataType::Time64(TimeUnit::Microsecond) => Kind::Time(1_000),
        DataType::Time64(TimeUnit::Nanosecond) => Kind::Time(1),
        DataType::Boolean => Kind::Boolean,
        DataType::Float64 => Kind::Float,
        DataType::Utf8 => Kind::Text,
        DataType::Binary => Kind::Bytes,
        _ => return None,
    })
}

/// The digits after the decimal mark of a numeric type; `None` when it is not numeric.
pub(super) fn scale(data_type: &DataType) -> Option<i8> {
    if let Some(Kind::Number(scale)) = kind(data_type) { Some(scale) } else { None }
}

/// By what the values of each side are multiplied to be comparable; `None` when the types do not compare.
pub(super) fn factors(left: &DataType, right: &DataType) -> Option<[i256; 2]> {
    match (kind(left)?, kind(right)?) {
        (Kind::Number(left), Kind::Number(right)) => {
            let larger = left.max(right);
            let factor = |scale: i8| {
                let exponent = i32::from(larger) - i32::from(scale);
                i256::from_i128(10).checked_pow(u32::try_from(exponent).ok()?)
            };
            Some([factor(left)?, factor(right)?])
        }
        (Kind::Moment(left), Kind::Moment(right)) | (Kind::Time(left), Kind::Time(right)) => {
            let finer = left.min(right);
            Some([left, right].map(|unit| i256::from(unit.checked_div(finer).unwrap_or(unit))))
        }
        (left, right) => (left == right).then_some([i256::ONE; 2]),
    }
}

/// A value that is not null. Two cells are equal exactly if their values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cell<'a> {
    /// A number, moment or time in the common unit.
    Number(i256),
    /// One that is too large for the common unit, in its own; no value of the other side can be equal.
    Beyond(i256),
    Boolean(bool),
    /// A float as an integer of the same order.
    Float(u64),
    Text(&'a str),
    Bytes(&'a [u8]),
}

/// A column of a batch whose cells are read.
#[derive(Debug)]
pub(super) struct Cells {
    values: Values,
    factor: i256,
}

#[derive(Debug)]
enum Values {
    Integer(Int64Array),
    Days(Date32Array),
    Decimal(Decimal128Array),
    Wide(Decimal256Array),
    Boolean(BooleanArray),
    Float(Float64Array),
    Text(StringArray),
    Bytes(BinaryArray),
}

impl Cells {
    /// Reads a column whose numbers are multiplied by a factor; `None` when its type does not compare.
    pub(super) fn read(column: &ArrayRef, factor: i256) -> Option<Self> {
        let values = match column.data_type() {
            DataType::Int64 => Values::Integer(column.as_primitive_opt::<Int64Type>()?.clone()),
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                Values::Integer(column.as_primitive_opt::<TimestampMicrosecondType>()?.reinterpret_cast())
            }
            DataType::Timestamp(TimeUnit::Nanosecond, _) => {
                Values::Integer(column.as_primitive_opt::<TimestampNanosecondType>()?.reinterpret_cast())
            }
            DataType::Time64(TimeUnit::Microsecond) => {
                Values::Integer(column.as_primitive_opt::<Time64MicrosecondType>()?.reinterpret_cast())
            }
            DataType::Time64(TimeUnit::Nanosecond) => {
                Values::Integer(column.as_primitive_opt::<Time64NanosecondType>()?.reinterpret_cast())
            }
            DataType::Date32 => Values::Days(column.as_primitive_opt::<Date32Type>()?.clone()),
            DataType::Decimal128(..) => Values::Decimal(column.as_primitive_opt::<Decimal128Type>()?.clone()),
            DataType::Decimal256(..) => Values::Wide(column.as_primitive_opt::<Decimal256Type>()?.clone()),
            DataType::Boolean => Values::Boolean(column.as_boolean_opt()?.clone()),
            DataType::Float64 => Values::Float(column.as_primitive_opt::<Float64Type>()?.clone()),
            DataType::Utf8 => Values::Text(column.as_string_opt()?.clone()),
            DataType::Binary => Values::Bytes(column.as_binary_opt()?.clone()),
            _ => return None,
        };
        Some(Self { values, factor })
    }

    /// The cell of a row; `None` for null.
    pub(super) fn get(&self, row: usize) -> Option<Cell<'_>> {
        let number = |value: i256| {
            if self.factor == i256::ONE {
                return Cell::Number(value);
            }
            value.checked_mul(self.factor).map_or(Cell::Beyond(value), Cell::Number)
        };
        match &self.values {
            Values::Integer(values) => values.is_valid(row).then(|| number(i256::from(values.value(row)))),
            Values::Days(values) => values.is_valid(row).then(|| number(i256::from(values.value(row)))),
            Values::Decimal(values) => values.is_valid(row).then(|| number(i256::from_i128(values.value(row)))),
            Values::Wide(values) => values.is_valid(row).then(|| number(values.value(row))),
            Values::Boolean(values) => values.is_valid(row).then(|| Cell::Boolean(values.value(row))),
            Values::Float(values) => values.is_valid(row).then(|| Cell::Float(in_order(values.value(row)))),
            Values::Text(values) => values.is_valid(row).then(|| Cell::Text(values.value(row))),
            Values::Bytes(values) => values.is_valid(row).then(|| Cell::Bytes(values.value(row))),
        }
    }
}

/// The float as an integer of the same order.
fn in_order(value: f64) -> u64 {
    let (bits, sign) = (one_form(value).to_bits(), 1 << 63);
    if bits & sign == 0 { bits | sign } else { !bits }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use arrow::array::{Time64NanosecondArray, TimestampMicrosecondArray, TimestampNanosecondArray};

    /// Whether the first cells of two columns are equal; `None` when their types do not compare.
    fn equal((left, right): (ArrayRef, ArrayRef)) -> Option<bool> {
        let [left_factor, right_factor] = factors(left.data_type(), right.data_type())?;
        let (left, right) = (Cells::read(&left, left_factor)?, Cells::read(&right, right_factor)?);
        Some(left.get(0) == right.get(0))
    }

    fn decimal(value: i128, scale: i8) -> ArrayRef {
        Arc::new(Decimal128Array::from(vec![value]).with_precision_and_scale(38, scale).unwrap())
    }

    fn wide(value: i256, scale: i8) -> ArrayRef {
        Arc::new(Decimal256Array::from(vec![value]).with_precision_and_scale(76, scale).unwrap())
    }

    #[test]
    fn numbers_compare_by_value_across_types_and_scales() {
        let integer = |value| -> ArrayRef { Arc::new(Int64Array::from(vec![value])) };
        assert_eq!(equal((decimal(110, 2), decimal(1_100_000, 6))), Some(true));
        assert_eq!(equal((decimal(110, 2), decimal(1_100_001, 6))), Some(false));
        assert_eq!(equal((integer(-7), decimal(-7_000, 3))), Some(true));
        assert_eq!(equal((decimal(10_i128.pow(37), 0), decimal(1, 38))), Some(false));
        assert_eq!(equal((wide(i256::from(5), 0), decimal(50, 1))), Some(true));
    }

    #[test]
    fn a_number_that_the_common_scale_cannot_hold_equals_nothing() {
        let huge = i256::from_i128(10).checked_pow(75).unwrap();
        assert_eq!(equal((wide(huge, 0), wide(huge, 38))), Some(false));
        assert_eq!(equal((wide(huge, 0), wide(huge, 0))), Some(true));
    }

    #[test]
    fn moments_compare_by_instant() {
        let days: ArrayRef = Arc::new(Date32Array::from(vec![2]));
        let micros: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![2 * 86_400_000_000]));
        let nanos: ArrayRef = Arc::new(TimestampNanosecondArray::from(vec![2 * DAY_NANOSECONDS]).with_timezone("UTC"));
        assert_eq!(equal((Arc::clone(&days), Arc::clone(&micros))), Some(true));
        assert_eq!(equal((micros, nanos)), Some(true));
        let time: ArrayRef = Arc::new(Time64NanosecondArray::from(vec![2 * DAY_NANOSECONDS]));
        assert_eq!(equal((days, time)), None);
    }

    #[test]
    fn other_types_compare_with_their_own_only() {
        let text: ArrayRef = Arc::new(StringArray::from(vec!["1"]));
        let bytes: ArrayRef = Arc::new(BinaryArray::from(vec![&b"1"[..]]));
        let float = |value| -> ArrayRef { Arc::new(Float64Array::from(vec![value])) };
        assert_eq!(equal((Arc::clone(&text), Arc::clone(&text))), Some(true));
        assert_eq!(equal((text, bytes)), None);
        assert_eq!(equal((float(-0.0), float(0.0))), Some(true));
        assert_eq!(equal((float(1.0), decimal(1, 0))), None);
        assert!(in_order(-2.0) < in_order(-1.0) && in_order(-1.0) < in_order(0.0) && in_order(0.0) < in_order(1.0));
    }
}
