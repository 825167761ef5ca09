//! The one form in which the cells of a pair of columns compare, whatever type each side has.
//!
//! The form is exact: equal forms mean equal values, nothing is rounded, and what does not fit is an error. Null stays
//! null.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Decimal128Array, StringArray};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, Float64Type, Int64Type, Time64NanosecondType, TimeUnit};
use arrow::error::ArrowError;
use tieout_model::{MAX_PRECISION, Normalisation, NormalisationStep, Side};
use tieout_tables::{TableError, TextForm, column_type};

use super::moment::{NANOSECONDS_A_MICROSECOND, dates, instant_texts, ticks};

/// Digits of an `Int64`.
const INTEGER_DIGITS: u8 = 19;
/// Most digits of Arrow's `Decimal256`; every pair of 38-digit decimals has a common type within it.
const WIDE_DIGITS: u8 = 76;
/// The type of instants in nanoseconds that need not fit 64 bits.
const NANOSECONDS: DataType = DataType::Decimal128(MAX_PRECISION, 0);

/// How the cells of both sides become comparable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PairForm {
    /// Text, byte by byte, after the declared steps.
    Text(TextForm),
    /// Numbers by value: decimals of each side (left, right), and the type that holds both.
    Number { scales: [u8; 2], common: DataType },
    /// True or false.
    Boolean,
    /// Dates on both sides.
    Date,
    /// The date of timestamps; one side may hold dates.
    DateOf,
    /// Instants, in the units of each side; `zoned` when both have a time zone.
    Timestamp { units: [TimeUnit; 2], zoned: bool },
    /// Times of day, in the units of each side.
    Time { units: [TimeUnit; 2] },
    /// Binary floats by value: minus zero is zero and every NaN is the same.
    Float,
    /// Bytes.
    Binary,
}

/// Why two columns have no common form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unfit {
    /// Values of these types are never equal.
    Types,
    /// Only one of the two timestamps has a time zone.
    Zones,
    /// A step of the normalisation does not concern columns of this type.
    Step(NormalisationStep),
}

/// Why a column could not be brought into the form.
#[derive(Debug)]
pub(super) enum Unformed {
    /// A value does not fit the common type.
    TooWide,
    Arrow(ArrowError),
    Table(TableError),
}

impl From<ArrowError> for Unformed {
    fn from(error: ArrowError) -> Self {
        Self::Arrow(error)
    }
}

impl PairForm {
    /// The common form of two columns.
    pub(super) fn new(left: &DataType, right: &DataType, normalisation: &Normalisation) -> Result<Self, Unfit> {
        let text_step = normalisation.0.iter().find(|step| **step != NormalisationStep::Date);
        let date = normalisation.has(NormalisationStep::Date);
        Ok(match (left, right) {
            (DataType::Utf8, DataType::Utf8) if date => return Err(Unfit::Step(NormalisationStep::Date)),
            (DataType::Utf8, DataType::Utf8) => Self::Text(TextForm::new(normalisation)),
            _ if let Some(step) = text_step => return Err(Unfit::Step(*step)),
            (DataType::Timestamp(_, left), DataType::Timestamp(_, right)) if left.is_some() != right.is_some() => {
                return Err(Unfit::Zones);
            }
            (DataType::Timestamp(..), DataType::Timestamp(..) | DataType::Date32)
            | (DataType::Date32, DataType::Timestamp(..))
                if date =>
            {
                Self::DateOf
            }
            _ if date => return Err(Unfit::Step(NormalisationStep::Date)),
            (DataType::Timestamp(left, zone), DataType::Timestamp(right, _)) => {
                Self::Timestamp { units: [*left, *right], zoned: zone.is_some() }
            }
            (DataType::Time64(left), DataType::Time64(right)) => Self::Time { units: [*left, *right] },
            (DataType::Boolean, DataType::Boolean) => Self::Boolean,
            (DataType::Date32, DataType::Date32) => Self::Date,
            (DataType::Float64, DataType::Float64) => Self::Float,
            (DataType::Binary, DataType::Binary) => Self::Binary,
            _ => number_form(left, right).ok_or(Unfit::Types)?,
        })
    }

    /// The type of the common form.
    pub(super) fn common_type(&self) -> DataType {
        match self {
            Self::Text(_) => DataType::Utf8,
            Self::Number { common, .. } => common.clone(),
            Self::Boolean => DataType::Boolean,
            Self::Date | Self::DateOf => DataType::Date32,
            Self::Timestamp { units: [left, right], .. } if left != right => NANOSECONDS,
            Self::Timestamp { units: [unit, _], zoned } => DataType::Timestamp(*unit, zoned.then(|| "UTC".into())),
            Self::Time { units: [left, right] } if left != right => DataType::Time64(TimeUnit::Nanosecond),
            Self::Time { units: [unit, _] } => DataType::Time64(*unit),
            Self::Float => DataType::Float64,
            Self::Binary => DataType::Binary,
        }
    }

    /// Whether a column of this type sorts as its common form does.
    pub(super) fn keeps_order(&self, data_type: &DataType) -> bool {
        match self {
            Self::Text(form) => form.is_exact(),
            Self::DateOf => *data_type == DataType::Date32,
            Self::Float => false,
            _ => true,
        }
    }

    /// By what the values of a side are multiplied to have the finer unit of the two, as a power of ten.
    pub(crate) fn up(&self, side: Side) -> u8 {
        let [own, other] = match (self, side) {
            (Self::Number { scales: [left, right], .. }, Side::Left) => [*left, *right],
            (Self::Number { scales: [left, right], .. }, Side::Right) => [*right, *left],
            (Self::Timestamp { units: [left, right], .. } | Self::Time { units: [left, right] }, Side::Left) => {
                [decimals(*left), decimals(*right)]
            }
            (Self::Timestamp { units: [left, right], .. } | Self::Time { units: [left, right] }, Side::Right) => {
                [decimals(*right), decimals(*left)]
            }
            _ => [0, 0],
        };
        other.saturating_sub(own)
    }

    /// A column in its common form.
    pub(super) fn common(&self, side: Side, values: &ArrayRef) -> Result<ArrayRef, Unformed> {
        Ok(match self {
            Self::Text(form) if !form.is_exact() => {
                let texts = values.as_string_opt::<i32>().ok_or(wrong_type())?;
                Arc::new(texts.iter().map(|text| text.map(|text| form.apply(text))).collect::<StringArray>())
            }
            Self::Number { common, .. } => exactly(values, common)?,
            Self::DateOf if values.data_type() != &DataType::Date32 => Arc::new(dates(values)?),
            Self::Timestamp { units: [left, right], .. } if left != right => Arc::new(self.nanoseconds(side, values)?),
            Self::Time { .. } if self.up(side) > 0 => {
                let finer = ticks(values)?
                    .try_unary::<_, Int64Type, Unformed>(|value| value.checked_mul(1_000).ok_or(Unformed::TooWide))?;
                Arc::new(finer.reinterpret_cast::<Time64NanosecondType>())
            }
            Self::Float => {
                let floats = values.as_primitive_opt::<Float64Type>().ok_or(wrong_type())?;
                Arc::new(floats.unary::<_, Float64Type>(one_zero_and_one_nan)) as ArrayRef
            }
            _ => Arc::clone(values),
        })
    }

    /// A column in the common form where that is a date; every other column as it is.
    pub(super) fn day_of(&self, side: Side, values: &ArrayRef) -> Result<ArrayRef, Unformed> {
        if *self == Self::DateOf { self.common(side, values) } else { Ok(Arc::clone(values)) }
    }

    /// The type in which common values stand in the exceptions table.
    pub(super) fn shown_type(&self) -> DataType {
        match (self, self.common_type()) {
            (_, DataType::Decimal256(..)) | (Self::Timestamp { .. }, NANOSECONDS) => DataType::Utf8,
            (_, common) => common,
        }
    }

    /// Common values as they stand in the exceptions table.
    pub(super) fn show(&self, values: &ArrayRef) -> Result<ArrayRef, Unformed> {
        if let (Self::Timestamp { zoned, .. }, &NANOSECONDS) = (self, values.data_type()) {
            return Ok(Arc::new(instant_texts(values, *zoned)?));
        }
        exactly(values, &self.shown_type())
    }

    fn nanoseconds(&self, side: Side, values: &ArrayRef) -> Result<Decimal128Array, Unformed> {
        let factor = if self.up(side) > 0 { NANOSECONDS_A_MICROSECOND } else { 1 };
        let values = ticks(values)?;
        let wide = values.iter().map(|value| value.map(|value| i128::from(value) * factor));
        Ok(wide.collect::<Decimal128Array>().with_data_type(NANOSECONDS))
    }
}

/// A number's or a time unit's digits after the mark; `None` when it has none.
pub(super) fn decimals_of(data_type: &DataType) -> Option<u8> {
    match data_type {
        DataType::Int64 => Some(0),
        DataType::Decimal128(_, scale) | DataType::Decimal256(_, scale) => u8::try_from(*scale).ok(),
        _ => None,
    }
}

/// Whether a table of a comparison may have a column of this type.
pub(super) fn is_wide(data_type: &DataType) -> bool {
    match data_type {
        DataType::Decimal128(..) | DataType::Decimal256(..) => decimals_of(data_type).is_some(),
        DataType::Time64(unit) => matches!(unit, TimeUnit::Microsecond | TimeUnit::Nanosecond),
        DataType::Timestamp(unit, zone) => {
            matches!(unit, TimeUnit::Microsecond | TimeUnit::Nanosecond)
                && zone.as_deref().is_none_or(|zone| zone == "UTC")
        }
        DataType::Float64 | DataType::Binary => true,
        _ => column_type(data_type).is_some(),
    }
}

/// A type in the words of a definition.
pub(super) fn type_name(data_type: &DataType) -> String {
    match data_type {
        DataType::Decimal256(precision, scale) => format!("decimal({precision},{scale})"),
        DataType::Timestamp(_, Some(_)) => "timestamp with time zone".to_owned(),
        DataType::Timestamp(..) => "timestamp".to_owned(),
        DataType::Time64(_) => "time".to_owned(),
        DataType::Float64 => "binary float".to_owned(),
        DataType::Binary => "binary".to_owned(),
        other => column_type(other).map_or_else(|| other.to_string(), |found| found.to_string()),
    }
}

fn number_form(left: &DataType, right: &DataType) -> Option<PairForm> {
    let precision = |data_type: &DataType| match data_type {
        DataType::Decimal128(precision, _) | DataType::Decimal256(precision, _) => *precision,
        _ => INTEGER_DIGITS,
    };
    let scales = [decimals_of(left)?, decimals_of(right)?];
    let [left_scale, right_scale] = scales;
    if left == right {
        return Some(PairForm::Number { scales, common: left.clone() });
    }
    let scale = left_scale.max(right_scale);
    let left_whole = precision(left).saturating_sub(left_scale);
    let digits = left_whole.max(precision(right).saturating_sub(right_scale)).saturating_add(scale);
    let signed_scale = i8::try_from(scale).ok()?;
    let narrow = digits <= MAX_PRECISION;
    let wide = || DataType::Decimal256(WIDE_DIGITS, signed_scale);
    let common = if narrow { DataType::Decimal128(digits, signed_scale) } else { wide() };
    Some(PairForm::Number { scales, common })
}

fn decimals(unit: TimeUnit) -> u8 {
    match unit {
        TimeUnit::Second => 0,
        TimeUnit::Millisecond => 3,
        TimeUnit::Microsecond => 6,
        TimeUnit::Nanosecond => 9,
    }
}

/// The same values in another type; never rounded, never null for what does not fit.
fn exactly(values: &ArrayRef, data_type: &DataType) -> Result<ArrayRef, Unformed> {
    if values.data_type() == data_type {
        return Ok(Arc::clone(values));
    }
    // A value that does not fit becomes null here instead of an error whose text would hold it.
    let options = CastOptions { safe: true, ..CastOptions::default() };
    let converted = cast_with_options(values, data_type, &options)?;
    if converted.null_count() == values.null_count() { Ok(converted) } else { Err(Unformed::TooWide) }
}

/// The float that stands for all that equal it by value.
pub(super) fn one_zero_and_one_nan(value: f64) -> f64 {
    if value.is_nan() {
        f64::NAN
    } else if value == 0.0 {
        0.0
    } else {
        value
    }
}

pub(super) fn wrong_type() -> ArrowError {
    ArrowError::SchemaError("a column has another type than its table".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{Float64Array, Time64MicrosecondArray, TimestampMicrosecondArray, TimestampNanosecondArray};
    use arrow::datatypes::{Date32Type, Decimal128Type, Decimal256Type, i256};

    fn exact(left: &DataType, right: &DataType) -> Result<PairForm, Unfit> {
        PairForm::new(left, right, &Normalisation::default())
    }

    #[test]
    fn numbers_have_the_narrowest_type_that_holds_both() {
        for (left, right, expected) in [
            (DataType::Int64, DataType::Int64, DataType::Int64),
            (DataType::Int64, DataType::Decimal128(10, 2), DataType::Decimal128(21, 2)),
            (DataType::Decimal128(38, 0), DataType::Decimal128(38, 37), DataType::Decimal256(76, 37)),
            (DataType::Decimal256(50, 2), DataType::Decimal128(10, 4), DataType::Decimal256(76, 4)),
            (DataType::Decimal256(76, 0), DataType::Decimal256(76, 76), DataType::Decimal256(76, 76)),
        ] {
            assert_eq!(exact(&left, &right).unwrap().common_type(), expected);
        }
        assert_eq!(exact(&DataType::Int64, &DataType::Float64), Err(Unfit::Types));
    }

    #[test]
    fn a_number_that_does_not_fit_is_an_error_and_no_null() {
        let form = exact(&DataType::Decimal256(76, 0), &DataType::Decimal256(76, 2)).unwrap();
        let column = |value: i256| -> ArrayRef {
            let values = arrow::array::Decimal256Array::from(vec![Some(value), None]);
            Arc::new(values.with_precision_and_scale(76, 0).unwrap())
        };
        let fits = form.common(Side::Left, &column(i256::from(7))).unwrap();
        assert_eq!(fits.as_primitive::<Decimal256Type>().value(0), i256::from(700));
        let large = i256::from(10).checked_pow(75).unwrap();
        assert!(matches!(form.common(Side::Left, &column(large)), Err(Unformed::TooWide)));
    }

    #[test]
    fn instants_of_two_units_are_nanoseconds_however_far_away() {
        let (micros, nanos) =
            (DataType::Timestamp(TimeUnit::Microsecond, None), DataType::Timestamp(TimeUnit::Nanosecond, None));
        let form = exact(&micros, &nanos).unwrap();
        let year_9999: i64 = 253_370_764_800_000_000;
        let left: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![Some(1), Some(year_9999), None]));
        let right: ArrayRef = Arc::new(TimestampNanosecondArray::from(vec![1_000, 1, -1]));
        let left = form.common(Side::Left, &left).unwrap();
        let right = form.common(Side::Right, &right).unwrap();
        assert_eq!(left.as_primitive::<Decimal128Type>().value(0), right.as_primitive::<Decimal128Type>().value(0));
        let texts = |values: &ArrayRef| -> Vec<Option<String>> {
            let shown = form.show(values).unwrap();
            shown.as_string::<i32>().iter().map(|text| text.map(str::to_owned)).collect()
        };
        assert_eq!(texts(&left)[1].as_deref(), Some("9999-01-01T00:00:00"));
        assert_eq!(texts(&left)[2], None);
        assert_eq!(texts(&right)[1].as_deref(), Some("1970-01-01T00:00:00.000000001"));
        assert_eq!(texts(&right)[2].as_deref(), Some("1969-12-31T23:59:59.999999999"));
    }

    #[test]
    fn the_date_of_a_moment_before_1970_is_the_day_it_lies_in() {
        let date: Normalisation = Normalisation([NormalisationStep::Date].into());
        let micros = DataType::Timestamp(TimeUnit::Microsecond, None);
        let form = PairForm::new(&micros, &DataType::Date32, &date).unwrap();
        let moments: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![-1, 0, 86_400_000_000]));
        let days = form.common(Side::Left, &moments).unwrap();
        assert_eq!(days.as_primitive::<Date32Type>().values().as_ref(), [-1, 0, 1]);
        assert_eq!(
            PairForm::new(&DataType::Date32, &DataType::Date32, &date),
            Err(Unfit::Step(NormalisationStep::Date))
        );
        let zoned = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
        assert_eq!(PairForm::new(&micros, &zoned, &date), Err(Unfit::Zones));
    }

    #[test]
    fn floats_have_one_zero_and_one_nan() {
        let odd = f64::from_bits(0xfff8_0000_0000_0001);
        let values: ArrayRef = Arc::new(Float64Array::from(vec![-0.0, odd, 1.5]));
        let form = exact(&DataType::Float64, &DataType::Float64).unwrap();
        let formed = form.common(Side::Left, &values).unwrap();
        let bits: Vec<u64> =
            formed.as_primitive::<Float64Type>().values().iter().map(|value| value.to_bits()).collect();
        assert_eq!(bits, [0, f64::NAN.to_bits(), 1.5_f64.to_bits()]);
    }

    #[test]
    fn times_of_two_units_are_nanoseconds() {
        let form = exact(&DataType::Time64(TimeUnit::Microsecond), &DataType::Time64(TimeUnit::Nanosecond)).unwrap();
        let values: ArrayRef = Arc::new(Time64MicrosecondArray::from(vec![Some(3), None]));
        let formed = form.common(Side::Left, &values).unwrap();
        assert_eq!(formed.data_type(), &DataType::Time64(TimeUnit::Nanosecond));
        assert_eq!(ticks(&formed).unwrap().iter().collect::<Vec<_>>(), [Some(3_000), None]);
    }
}
