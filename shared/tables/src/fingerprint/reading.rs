//! How the stored values of a column become sums: its physical type, its Arrow type and the form of its cells.
//!
//! What is not read here (`None`) is read through Arrow. A value that the column's type does not hold is an error on
//! both ways.

use ::parquet::basic::Type as Physical;
use ::parquet::schema::types::ColumnDescriptor;
use arrow::datatypes::{DataType, Decimal256Type, DecimalType, TimeUnit, i256};

use super::CellForm;
use super::form::Scale;
use super::hybrid::Damage;
use super::slot::{Slot, Sum};
use crate::TextForm;
use crate::number::POWERS_OF_TEN;

pub(super) const TOO_MANY_DIGITS: Damage = "holds a number with more digits than its type has";
const BEYOND_UNIT: Damage = "holds a time that does not fit 64 bits as microseconds";

/// How the values of a column are stored and what they become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reading {
    Boolean,
    Int32(Whole),
    Int64(Whole),
    Unsigned32(Scale),
    Unsigned64(Scale),
    Float,
    Double,
    FixedDecimal { length: usize, decimal: Decimal },
    VariableDecimal(Decimal),
    FixedBytes { length: usize },
    Bytes,
    Text(TextForm),
}

/// A stored integer: a number, a date or a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Whole {
    least: i64,
    greatest: i64,
    /// 1,000 for milliseconds, which are compared as microseconds.
    unit: i64,
    /// The length of a day where only the day counts.
    day: Option<i64>,
    scale: Scale,
}

/// A decimal stored as big-endian bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    precision: u8,
    scale: Scale,
}

impl Reading {
    /// The reading of a flat column, if its values are read without Arrow.
    pub(super) fn new(column: &ColumnDescriptor, data_type: &DataType, form: &CellForm) -> Option<Self> {
        if column.max_rep_level() > 0 || column.max_def_level() > 1 {
            return None;
        }
        let fixed = || usize::try_from(column.type_length()).ok().filter(|length| *length > 0);
        match (column.physical_type(), data_type, form) {
            (Physical::BOOLEAN, DataType::Boolean, CellForm::Boolean) => Some(Self::Boolean),
            (Physical::INT32, DataType::UInt32, CellForm::Number { up }) => Some(Self::Unsigned32(Scale::new(*up))),
            (Physical::INT64, DataType::UInt64, CellForm::Number { up }) => Some(Self::Unsigned64(Scale::new(*up))),
            (Physical::INT32, ..) => Whole::new(data_type, form).map(Self::Int32),
            (Physical::INT64, ..) => Whole::new(data_type, form).map(Self::Int64),
            (Physical::FLOAT, DataType::Float32, CellForm::Float) => Some(Self::Float),
            (Physical::DOUBLE, DataType::Float64, CellForm::Float) => Some(Self::Double),
            (Physical::FIXED_LEN_BYTE_ARRAY, DataType::FixedSizeBinary(_), CellForm::Bytes) => {
                Some(Self::FixedBytes { length: fixed()? })
            }
            (Physical::FIXED_LEN_BYTE_ARRAY, ..) => {
                Some(Self::FixedDecimal { length: fixed()?, decimal: Decimal::new(data_type, form)? })
            }
            (Physical::BYTE_ARRAY, DataType::Utf8, CellForm::Text(form)) => Some(Self::Text(form.clone())),
            (Physical::BYTE_ARRAY, DataType::Binary, CellForm::Bytes) => Some(Self::Bytes),
            (Physical::BYTE_ARRAY, ..) => Some(Self::VariableDecimal(Decimal::new(data_type, form)?)),
            _ => None,
        }
    }

    /// The fewest bytes that a stored value has, or `None` where values are single bits.
    pub(super) fn least_bytes(&self) -> Option<usize> {
        match self {
            Self::Boolean => None,
            Self::Int64(_) | Self::Unsigned64(_) | Self::Double => Some(8),
            Self::FixedDecimal { length, .. } | Self::FixedBytes { length } => Some(*length),
            // Bytes of any length begin with their length.
            Self::Int32(_)
            | Self::Unsigned32(_)
            | Self::Float
            | Self::VariableDecimal(_)
            | Self::Bytes
            | Self::Text(_) => Some(4),
        }
    }
}

impl Whole {
    fn new(data_type: &DataType, form: &CellForm) -> Option<Self> {
        let all = Self { least: i64::MIN, greatest: i64::MAX, unit: 1, day: None, scale: Scale::new(0) };
        let between = |least: i64, greatest: i64| Some(Self { least, greatest, ..all });
        let unit = |unit: TimeUnit| if unit == TimeUnit::Millisecond { 1_000 } else { 1 };
        let whole = match (data_type, form) {
            (DataType::Int8, CellForm::Number { .. }) => between(i8::MIN.into(), i8::MAX.into()),
            (DataType::Int16, CellForm::Number { .. }) => between(i16::MIN.into(), i16::MAX.into()),
            (DataType::UInt8, CellForm::Number { .. }) => between(0, u8::MAX.into()),
            (DataType::UInt16, CellForm::Number { .. }) => between(0, u16::MAX.into()),
            (DataType::Int32 | DataType::Int64, CellForm::Number { .. }) | (DataType::Date32, CellForm::Date) => {
                Some(all)
            }
            (DataType::Decimal128(precision, _), CellForm::Number { .. }) => {
                let limit = 10_i64.checked_pow((*precision).into());
                limit.map_or(Some(all), |limit| between(1 - limit, limit - 1))
            }
            (DataType::Timestamp(stored, _), CellForm::Timestamp { .. })
            | (DataType::Time32(stored) | DataType::Time64(stored), CellForm::Time { .. }) => {
                Some(Self { unit: unit(*stored), ..all })
            }
            (DataType::Timestamp(stored, _), CellForm::DateOfTimestamp) => {
                Some(Self { unit: unit(*stored), day: Some(day_length(*stored)), ..all })
            }
            _ => None,
        };
        let up = match form {
            CellForm::Number { up } | CellForm::Timestamp { up } | CellForm::Time { up } => *up,
            _ => 0,
        };
        whole.map(|whole| Self { scale: Scale::new(up), ..whole })
    }

    /// What a stored integer is multiplied by to be one of the column's wide type.
    pub(super) fn unit(&self) -> i64 {
        self.unit
    }

    /// Whether the integers that are stored are those that are compared.
    pub(super) fn is_exact(&self) -> bool {
        self.unit == 1 && self.day.is_none() && self.scale == Scale::new(0)
    }

    /// The sum of an integer that is stored as it is compared.
    #[inline]
    pub(super) fn exact_sum<const LANES: usize>(&self, slot: &Slot<LANES>, value: i64) -> Result<Sum<LANES>, Damage> {
        if value < self.least || value > self.greatest {
            return Err(TOO_MANY_DIGITS);
        }
        Ok(slot.integer(value))
    }

    /// The sum of a stored integer.
    #[inline]
    pub(super) fn sum<const LANES: usize>(&self, slot: &Slot<LANES>, value: i64) -> Result<Sum<LANES>, Damage> {
        if value < self.least || value > self.greatest {
            return Err(TOO_MANY_DIGITS);
        }
        let value = value.checked_mul(self.unit).ok_or(BEYOND_UNIT)?;
        let value = self.day.map_or(value, |day| value.div_euclid(day));
        Ok(self.scale.small(slot, value))
    }
}

/// A day in the unit of a wide timestamp.
pub(super) fn day_length(unit: TimeUnit) -> i64 {
    let seconds = 24 * 60 * 60;
    if unit == TimeUnit::Nanosecond { seconds * 1_000_000_000 } else { seconds * 1_000_000 }
}

impl Decimal {
    fn new(data_type: &DataType, form: &CellForm) -> Option<Self> {
        let (DataType::Decimal128(precision, _) | DataType::Decimal256(precision, _)) = data_type else { return None };
        let CellForm::Number { up } = form else { return None };
        Some(Self { precision: *precision, scale: Scale::new(*up) })
    }

    #[inline]
    pub(super) fn sum<const LANES: usize>(&self, slot: &Slot<LANES>, bytes: &[u8]) -> Result<Sum<LANES>, Damage> {
        if bytes.len() > 16 {
            return self.huge_sum(slot, bytes);
        }
        let value = i128::from_be_bytes(extended(bytes)?);
        let limit = POWERS_OF_TEN.get(usize::from(self.precision));
        if limit.is_some_and(|limit| value.unsigned_abs() >= limit.unsigned_abs()) {
            return Err(TOO_MANY_DIGITS);
        }
        Ok(self.scale.wide(slot, value))
    }

    fn huge_sum<const LANES: usize>(&self, slot: &Slot<LANES>, bytes: &[u8]) -> Result<Sum<LANES>, Damage> {
        let value = i256::from_be_bytes(extended(bytes)?);
        if !Decimal256Type::is_valid_decimal_precision(value, self.precision) {
            return Err(TOO_MANY_DIGITS);
        }
        Ok(self.scale.huge(slot, value))
    }
}

/// A big-endian number of two's complement with as many bytes as asked for.
#[inline]
fn extended<const SIZE: usize>(bytes: &[u8]) -> Result<[u8; SIZE], Damage> {
    let first = bytes.first().ok_or("holds a decimal without digits")?;
    let mut extended = if first & 0x80 == 0 { [0; SIZE] } else { [0xff; SIZE] };
    let place = SIZE.checked_sub(bytes.len()).and_then(|start| extended.get_mut(start..));
    place.ok_or(TOO_MANY_DIGITS)?.copy_from_slice(bytes);
    Ok(extended)
}
