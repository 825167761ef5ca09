//! Parameters of a run as bound parameters of `sp_executesql`.
//!
//! A value travels beside the text, never in it; the text keeps the names of the definition.

use tiberius::numeric::Numeric;
use tiberius::time::Date;
use tiberius::{ColumnData, Command};
use tieout_extract::database::{BoundText, BoundValue};
use tieout_model::Parameter;
use tieout_pipeline::ports::SourceError;

use crate::files::refusal::unreadable;

/// Days from 0001-01-01 to 1970-01-01.
const DAYS_TO_1970: i64 = 719_162;
/// Longest text that needs no `max`, in UTF-8 bytes, as the driver counts.
const SHORT_TEXT_BYTES: usize = 4000;

/// The call that executes a text with its values.
pub(super) fn call(bound: &BoundText) -> Result<Command<'static>, SourceError> {
    let mut command = Command::new("sp_executesql");
    command.bind_param("@stmt", bound.text.clone());
    if bound.values.is_empty() {
        return Ok(command);
    }
    let declared: Vec<_> =
        bound.values.iter().map(|value| format!("{} {}", value.mark, type_of(&value.value))).collect();
    command.bind_param("@params", declared.join(", "));
    for value in &bound.values {
        command.bind_param(value.mark.clone(), data_of(value)?);
    }
    Ok(command)
}

fn type_of(value: &Parameter) -> String {
    match value {
        Parameter::Text(text) if text.len() > SHORT_TEXT_BYTES => "nvarchar(max)".to_owned(),
        Parameter::Text(_) | Parameter::List(_) => "nvarchar(4000)".to_owned(),
        Parameter::Integer(_) => "bigint".to_owned(),
        Parameter::Decimal(number) => format!("decimal(38, {})", number.scale()),
        Parameter::Boolean(_) => "bit".to_owned(),
        Parameter::Date(_) => "date".to_owned(),
    }
}

fn data_of(bound: &BoundValue) -> Result<ColumnData<'static>, SourceError> {
    let unfit = || {
        let detail = format!("parameter '{}' has a value that SQL Server cannot hold", bound.name);
        unreadable(detail, "give the parameter another value")
    };
    Ok(match &bound.value {
        Parameter::Text(text) => ColumnData::String(Some(text.clone().into())),
        Parameter::Integer(number) => ColumnData::I64(Some(*number)),
        Parameter::Decimal(number) => {
            ColumnData::Numeric(Some(Numeric::new_with_scale(number.unscaled(), number.scale())))
        }
        Parameter::Boolean(truth) => ColumnData::Bit(Some(*truth)),
        Parameter::Date(date) => {
            let since_1970 = jiff::civil::date(1970, 1, 1).until(*date).map_err(|_| unfit())?.get_days();
            let days = u32::try_from(i64::from(since_1970) + DAYS_TO_1970).map_err(|_| unfit())?;
            ColumnData::Date(Some(Date::new(days)))
        }
        // Lists were made into single values when the text was bound.
        Parameter::List(_) => return Err(unfit()),
    })
}
