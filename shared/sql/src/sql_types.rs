//! The type names that a query may use in casts and literals: those of the six column types, as both engines spell
//! them.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef, TimeUnit};
use datafusion::common::Result;
use datafusion::logical_expr::planner::TypePlanner;
use datafusion::sql::sqlparser::ast::{DataType as SqlType, ExactNumberInfo, TimezoneInfo};
use tieout_model::MAX_PRECISION;

/// Timestamps of house tables count microseconds; the engine's own choice would be nanoseconds, which end in 2262.
const TIMESTAMP: DataType = DataType::Timestamp(TimeUnit::Microsecond, None);

/// Why a query may not name a type, with the cure; `None` when it may.
pub(crate) fn refusal(sql_type: &SqlType) -> Option<String> {
    if planned(sql_type).is_some() {
        return None;
    }
    let why = match sql_type {
        SqlType::Float(_) | SqlType::Real | SqlType::Double(_) | SqlType::DoublePrecision => {
            "a binary float does not hold amounts exactly: use decimal(precision,scale)"
        }
        SqlType::Decimal(_) | SqlType::Numeric(_) | SqlType::Dec(_) => {
            "write precision and scale, as in decimal(18,2), with at most 38 digits"
        }
        SqlType::Varchar(_) | SqlType::Text | SqlType::String(_) | SqlType::Char(_) => "use varchar without a length",
        _ => "use varchar, bigint, decimal(precision,scale), boolean, date or timestamp",
    };
    Some(format!("the type {} is not allowed: {why}", sql_type.to_string().to_lowercase()))
}

/// Plans the type names that are allowed.
#[derive(Debug)]
pub(crate) struct HouseTypes;

impl TypePlanner for HouseTypes {
    fn plan_type_field(&self, sql_type: &SqlType) -> Result<Option<FieldRef>> {
        Ok(planned(sql_type).map(|data_type| Arc::new(Field::new("", data_type, true))))
    }
}

fn planned(sql_type: &SqlType) -> Option<DataType> {
    match sql_type {
        SqlType::Varchar(None) => Some(DataType::Utf8),
        SqlType::BigInt(None) | SqlType::Int(None) | SqlType::Integer(None) => Some(DataType::Int64),
        SqlType::Decimal(ExactNumberInfo::PrecisionAndScale(precision, scale))
        | SqlType::Numeric(ExactNumberInfo::PrecisionAndScale(precision, scale)) => decimal(*precision, *scale),
        SqlType::Boolean => Some(DataType::Boolean),
        SqlType::Date => Some(DataType::Date32),
        SqlType::Timestamp(None | Some(6), TimezoneInfo::None | TimezoneInfo::WithoutTimeZone) => Some(TIMESTAMP),
        _ => None,
    }
}

fn decimal(precision: u64, scale: i64) -> Option<DataType> {
    let (precision, scale) = (u8::try_from(precision).ok()?, i8::try_from(scale).ok()?);
    let fits = (1..=MAX_PRECISION).contains(&precision) && u8::try_from(scale).is_ok_and(|scale| scale <= precision);
    fits.then_some(DataType::Decimal128(precision, scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_six_column_types_have_names() {
        assert_eq!(refusal(&SqlType::Date), None);
        assert_eq!(refusal(&SqlType::Decimal(ExactNumberInfo::PrecisionAndScale(18, 2))), None);
        let too_many = SqlType::Decimal(ExactNumberInfo::PrecisionAndScale(39, 2));
        for refused in [SqlType::Real, SqlType::Decimal(ExactNumberInfo::None), too_many, SqlType::JSON, SqlType::Text]
        {
            assert!(refusal(&refused).is_some(), "{refused}");
        }
    }
}
