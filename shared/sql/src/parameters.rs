//! Binds parameters by name, as typed values; the text of a query is never touched.

use datafusion::common::ScalarValue;
use datafusion::logical_expr::LogicalPlan;
use jiff::civil::{Date, date};
use tieout_pipeline::ports::{EngineError, EngineTable, Parameter, Parameters};

use crate::functions::nearest;
use crate::problem::planning;
use crate::sql_text::{Place, SqlText, refused};

/// Puts the values in the place of `$name`. A parameter that the query does not name is no mistake.
pub(crate) fn bind(
    plan: LogicalPlan,
    parameters: &Parameters,
    sql: &SqlText<'_>,
    tables: &[EngineTable],
) -> Result<LogicalPlan, EngineError> {
    let value = |(name, parameter): (&String, &Parameter)| {
        scalar(name, parameter).transpose().map(|value| Ok((name.clone(), value?)))
    };
    let values = parameters.iter().filter_map(value).collect::<Result<Vec<_>, EngineError>>()?;
    plan.with_param_values(values).map_err(|error| planning(&error, sql, tables))
}

/// Refuses a placeholder that has no value.
pub(crate) fn all_given(sql: &SqlText<'_>, parameters: &Parameters) -> Result<(), EngineError> {
    for (text, place) in sql.placeholders() {
        let named = text.strip_prefix('$').filter(|name| !name.is_empty() && name.parse::<u64>().is_err());
        let Some(name) = named else {
            return Err(refused(format!("the placeholder {text} has no name: write $name"), place));
        };
        match parameters.get(name) {
            None => return Err(not_given(name, parameters, place)),
            Some(Parameter::List(_)) => {
                let message = format!("the parameter {name} is a list: read it as a table, such as FROM {name}");
                return Err(refused(message, place));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

fn not_given(name: &str, parameters: &Parameters, place: Option<Place>) -> EngineError {
    let message = match nearest(name, parameters.keys().map(String::as_str)) {
        Some(near) => format!("the parameter ${name} is not given; did you mean ${near}?"),
        None if parameters.is_empty() => format!("the parameter ${name} is not given; no parameter is"),
        None => {
            let given: Vec<_> = parameters.keys().map(|name| format!("${name}")).collect();
            format!("the parameter ${name} is not given; given are {}", given.join(", "))
        }
    };
    refused(message, place)
}

/// The value of a parameter that is one value; a list is a table instead (see `tables`).
fn scalar(name: &str, parameter: &Parameter) -> Result<Option<ScalarValue>, EngineError> {
    Ok(Some(match parameter {
        Parameter::List(_) => return Ok(None),
        Parameter::Text(text) => ScalarValue::Utf8(Some(text.clone())),
        Parameter::Integer(number) => ScalarValue::Int64(Some(*number)),
        Parameter::Boolean(truth) => ScalarValue::Boolean(Some(*truth)),
        Parameter::Date(date) => ScalarValue::Date32(Some(days(*date))),
        Parameter::Decimal(number) => {
            let too_many = |_| refused(format!("the parameter ${name} has more than 38 decimals"), None);
            let scale = i8::try_from(number.scale()).map_err(too_many)?;
            ScalarValue::Decimal128(Some(number.unscaled()), tieout_model::MAX_PRECISION, scale)
        }
    }))
}

/// Days since 1970-01-01.
fn days(day: Date) -> i32 {
    (day - date(1970, 1, 1)).get_days()
}
