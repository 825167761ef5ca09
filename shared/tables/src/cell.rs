//! One cell of a table as text, for lists of exceptions and messages to people.
//!
//! The text is canonical: one value has one form, whatever the locale; decimals keep the column's scale.

use arrow::array::{Array, AsArray};
use arrow::datatypes::{Date32Type, Decimal128Type, Int64Type, TimestampMicrosecondType};
use jiff::SignedDuration;
use jiff::civil::{Date, DateTime};
use tieout_model::{ColumnType, Decimal};

use crate::{TableError, column_type};

const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
const DAY_SECONDS: i64 = 86_400;

/// The text of a cell; `None` for null.
///
/// Decimals have the column's scale, dates are `YYYY-MM-DD`, timestamps `YYYY-MM-DDTHH:MM:SS` with six decimals when
/// they are not zero, booleans `true` and `false`. Fails for a type that tables do not hold, a row that is not there
/// and a value outside the type's range.
pub fn cell_text(array: &dyn Array, row: usize) -> Result<Option<String>, TableError> {
    let failed = |problem: &str| TableError::Value {
        column: "(unnamed)".to_owned(),
        row: row.saturating_add(1),
        problem: problem.to_owned(),
    };
    let Some(data_type) = column_type(array.data_type()) else {
        let cure = "convert the batch to the types of a table first";
        return Err(TableError::unsupported("(unnamed)", array.data_type(), cure));
    };
    if row >= array.len() {
        return Err(failed("is not there"));
    }
    if array.is_null(row) {
        return Ok(None);
    }
    let text = match data_type {
        ColumnType::Text => array.as_string::<i32>().value(row).to_owned(),
        ColumnType::Integer => array.as_primitive::<Int64Type>().value(row).to_string(),
        ColumnType::Decimal { scale, .. } => {
            let unscaled = array.as_primitive::<Decimal128Type>().value(row);
            Decimal::new(unscaled, scale).map_err(|problem| failed(&problem.to_string()))?.to_string()
        }
        ColumnType::Boolean => array.as_boolean().value(row).to_string(),
        ColumnType::Date => {
            let days = array.as_primitive::<Date32Type>().value(row);
            date(days).ok_or_else(|| failed("is not a date of the calendar"))?.to_string()
        }
        ColumnType::Timestamp => {
            let microseconds = array.as_primitive::<TimestampMicrosecondType>().value(row);
            timestamp(microseconds).ok_or_else(|| failed("is not a date of the calendar"))?
        }
    };
    Ok(Some(text))
}

/// The date of a number of days since 1970-01-01; `None` beyond the calendar.
pub(crate) fn date(days: i32) -> Option<Date> {
    let since_epoch = SignedDuration::from_secs(i64::from(days) * DAY_SECONDS);
    EPOCH.checked_add(since_epoch).ok().map(DateTime::date)
}

/// The text of a number of microseconds since 1970-01-01; `None` beyond the calendar.
pub(crate) fn timestamp(microseconds: i64) -> Option<String> {
    let moment = EPOCH.checked_add(SignedDuration::from_micros(microseconds)).ok()?;
    Some(if moment.subsec_nanosecond() == 0 { format!("{moment:.0}") } else { format!("{moment:.6}") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{
        BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, StringArray, TimestampMicrosecondArray,
    };

    fn text(array: &dyn Array) -> Vec<Option<String>> {
        (0..array.len()).map(|row| cell_text(array, row).unwrap()).collect()
    }

    fn some(texts: &[&str]) -> Vec<Option<String>> {
        texts.iter().map(|&text| Some(text.to_owned())).collect()
    }

    #[test]
    fn every_type_has_one_form() {
        let decimals = Decimal128Array::from(vec![-5, 100, 0]).with_precision_and_scale(10, 2).unwrap();
        assert_eq!(text(&decimals), some(&["-0.05", "1.00", "0.00"]));
        assert_eq!(text(&Int64Array::from(vec![i64::MIN])), some(&["-9223372036854775808"]));
        assert_eq!(text(&StringArray::from(vec![" a"])), some(&[" a"]));
        assert_eq!(text(&BooleanArray::from(vec![true, false])), some(&["true", "false"]));
        assert_eq!(text(&Date32Array::from(vec![-1, 0, 19_782])), some(&["1969-12-31", "1970-01-01", "2024-02-29"]));
        let moments = TimestampMicrosecondArray::from(vec![-1, 0, 1_500_000]);
        let expected = ["1969-12-31T23:59:59.999999", "1970-01-01T00:00:00", "1970-01-01T00:00:01.500000"];
        assert_eq!(text(&moments), some(&expected));
    }

    #[test]
    fn null_has_no_text() {
        assert_eq!(text(&StringArray::from(vec![None, Some("")])), [None, Some(String::new())]);
    }

    #[test]
    fn what_has_no_text_is_an_error() {
        assert!(cell_text(&Float64Array::from(vec![1.0]), 0).is_err());
        assert!(cell_text(&Int64Array::from(vec![1]), 1).is_err());
        assert!(cell_text(&Date32Array::from(vec![i32::MAX]), 0).is_err());
        assert!(cell_text(&TimestampMicrosecondArray::from(vec![i64::MIN]), 0).is_err());
        let oversized = Decimal128Array::from(vec![i128::MAX]).with_precision_and_scale(38, 0).unwrap();
        assert!(cell_text(&oversized, 0).is_err());
    }
}
