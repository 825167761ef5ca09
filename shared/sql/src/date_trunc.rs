//! The function `date_trunc` for the whole calendar: of a date a date, of a timestamp a timestamp, as in Athena.
//!
//! The engine's own counts nanoseconds and so knows no month before 1677 or after 2262, where books end validity.

use std::str::FromStr;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, PrimitiveArray};
use arrow::datatypes::{DataType, Date32Type, TimeUnit, TimestampMicrosecondType};
use datafusion::common::utils::take_function_args;
use datafusion::common::{DataFusionError, Result, ScalarValue, plan_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};
use jiff::ToSpan;
use jiff::civil::{Date, date};

use crate::failure::Fault;

const TIMESTAMP: DataType = DataType::Timestamp(TimeUnit::Microsecond, None);
const SECOND_MICROSECONDS: i64 = 1_000_000;
const DAY_MICROSECONDS: i64 = 86_400 * SECOND_MICROSECONDS;

/// The function.
pub(crate) fn function() -> ScalarUDF {
    ScalarUDF::from(DateTrunc { signature: Signature::user_defined(Volatility::Immutable) })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct DateTrunc {
    signature: Signature,
}

impl ScalarUDFImpl for DateTrunc {
    fn name(&self) -> &'static str {
        "date_trunc"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, arguments: &[DataType]) -> Result<Vec<DataType>> {
        let [unit, moment] = take_function_args(self.name(), arguments)?;
        match (unit, moment) {
            (DataType::Utf8, DataType::Date32 | DataType::Null) => Ok(vec![DataType::Utf8, DataType::Date32]),
            (DataType::Utf8, DataType::Timestamp(_, None)) => Ok(vec![DataType::Utf8, TIMESTAMP]),
            _ => plan_err!("date_trunc() takes a unit in quotes and a date or timestamp, not {moment}"),
        }
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        let [_, moment] = take_function_args(self.name(), arguments)?;
        Ok(moment.clone())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [unit, moments] = take_function_args(self.name(), args.args)?;
        let ColumnarValue::Scalar(ScalarValue::Utf8(Some(unit))) = unit else {
            return plan_err!("date_trunc() takes its unit as a text in quotes");
        };
        let unit: Unit = unit.parse()?;
        let arrays = moments.to_array(args.number_rows)?;
        let truncated: ArrayRef = if let Some(dates) = arrays.as_primitive_opt::<Date32Type>() {
            let dates: PrimitiveArray<Date32Type> = dates.try_unary(|days| unit.truncate_days(days))?;
            Arc::new(dates)
        } else {
            let timestamps = arrays.as_primitive::<TimestampMicrosecondType>();
            let timestamps: PrimitiveArray<TimestampMicrosecondType> =
                timestamps.try_unary(|micros| unit.truncate_micros(micros))?;
            Arc::new(timestamps)
        };
        match moments {
            ColumnarValue::Array(_) => Ok(ColumnarValue::Array(truncated)),
            ColumnarValue::Scalar(_) => ScalarValue::try_from_array(&truncated, 0).map(ColumnarValue::Scalar),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

impl FromStr for Unit {
    type Err = DataFusionError;

    fn from_str(text: &str) -> Result<Self> {
        Ok(match text {
            "second" => Self::Second,
            "minute" => Self::Minute,
            "hour" => Self::Hour,
            "day" => Self::Day,
            "week" => Self::Week,
            "month" => Self::Month,
            "quarter" => Self::Quarter,
            "year" => Self::Year,
            _ => {
                return plan_err!(
                    "date_trunc() knows the units second, minute, hour, day, week, month, quarter and year"
                );
            }
        })
    }
}

impl Unit {
    /// The first day of the unit that holds the day; days count from 1970-01-01.
    fn truncate_days(self, days: i32) -> Result<i32> {
        let epoch = date(1970, 1, 1);
        let span = jiff::Span::new().try_days(days).map_err(|_| beyond_calendar())?;
        let day = epoch.checked_add(span).map_err(|_| beyond_calendar())?;
        Ok((self.first_day(day)? - epoch).get_days())
    }

    /// The first microsecond of the unit that holds the moment; microseconds count from 1970-01-01 at midnight.
    fn truncate_micros(self, micros: i64) -> Result<i64> {
        let length = match self {
            Self::Second => SECOND_MICROSECONDS,
            Self::Minute => 60 * SECOND_MICROSECONDS,
            Self::Hour => 3_600 * SECOND_MICROSECONDS,
            _ => {
                let days = i32::try_from(micros.div_euclid(DAY_MICROSECONDS)).map_err(|_| beyond_calendar())?;
                return Ok(i64::from(self.truncate_days(days)?) * DAY_MICROSECONDS);
            }
        };
        micros.checked_sub(micros.rem_euclid(length)).ok_or_else(beyond_calendar)
    }

    fn first_day(self, day: Date) -> Result<Date> {
        match self {
            Self::Second | Self::Minute | Self::Hour | Self::Day => Ok(day),
            Self::Week => {
                let since_monday = i64::from(day.weekday().to_monday_zero_offset());
                day.checked_sub(since_monday.days()).map_err(|_| beyond_calendar())
            }
            Self::Month => Ok(day.first_of_month()),
            Self::Quarter => {
                let into_quarter = i64::from((day.month() - 1) % 3);
                day.first_of_month().checked_sub(into_quarter.months()).map_err(|_| beyond_calendar())
            }
            Self::Year => Ok(day.first_of_year()),
        }
    }
}

fn beyond_calendar() -> DataFusionError {
    Fault::error("date_trunc() met a moment outside the calendar")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn truncated(unit: &str, day: Date) -> Date {
        let epoch = date(1970, 1, 1);
        let days = unit.parse::<Unit>().unwrap().truncate_days((day - epoch).get_days()).unwrap();
        epoch.checked_add(days.days()).unwrap()
    }

    #[test]
    fn days_fall_to_the_start_of_their_unit() {
        let day = date(2024, 12, 31);
        assert_eq!(truncated("year", day), date(2024, 1, 1));
        assert_eq!(truncated("quarter", day), date(2024, 10, 1));
        assert_eq!(truncated("month", day), date(2024, 12, 1));
        assert_eq!(truncated("week", day), date(2024, 12, 30));
        assert_eq!(truncated("day", day), day);
        assert_eq!(truncated("quarter", date(1, 2, 28)), date(1, 1, 1));
    }

    #[test]
    fn moments_before_1970_fall_backwards() {
        assert_eq!(Unit::Day.truncate_micros(-1).unwrap(), -DAY_MICROSECONDS);
        assert_eq!(Unit::Second.truncate_micros(-1).unwrap(), -SECOND_MICROSECONDS);
        assert_eq!(Unit::Hour.truncate_micros(3_600 * SECOND_MICROSECONDS + 1).unwrap(), 3_600 * SECOND_MICROSECONDS);
    }

    #[test]
    fn nothing_outside_the_calendar_is_truncated() {
        assert!(Unit::Year.truncate_days(i32::MAX).is_err());
        assert!(Unit::Year.truncate_micros(i64::MIN).is_err());
        assert!("decade".parse::<Unit>().is_err());
    }
}
