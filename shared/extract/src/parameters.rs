//! Which values a run binds: the cutoff date and what follows from it, and the control's own parameters.
//!
//! The one cutoff is bound everywhere under the same names, so that no query computes it again in its own way.

use jiff::fmt::strtime;
use tieout_catalog::{Control, Parameter as Definition, ParameterType, RegistryError, list_values};
use tieout_model::{ColumnType, CutoffDate, Parameter, Parameters};

/// A parameter was refused; nothing has run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParameterError {
    /// The control has no such parameter.
    #[error("control '{control}' has no parameter '{name}'; it has: {known}")]
    Unknown {
        /// The control.
        control: String,
        /// What was given.
        name: String,
        /// The names there are.
        known: String,
    },
    /// A parameter without default was not given.
    #[error("parameter '{name}' of control '{control}' has no default: give it with --param {name}=...")]
    Missing {
        /// The control.
        control: String,
        /// The parameter.
        name: String,
    },
    /// The text is not a value of the parameter's type.
    #[error("parameter '{name}' must be of type {data_type}")]
    BadValue {
        /// The parameter.
        name: String,
        /// The type.
        data_type: ColumnType,
    },
    /// The list has a text that is not in its registry, or not all that belongs together.
    #[error("parameter '{name}' {problem}")]
    BadList {
        /// The parameter.
        name: String,
        /// What is wrong.
        problem: RegistryError,
    },
}

/// The parameters that every run has: `cutoff_date`, `cutoff_end` (the day after), `month_start`, `year_start`, and
/// `timing_start` (the first day of the twelve months that end with the cutoff date's month).
pub fn built_in_parameters(cutoff: CutoffDate) -> Parameters {
    Parameters::from(
        [
            ("cutoff_date", cutoff.date()),
            ("cutoff_end", cutoff.end().date()),
            ("month_start", cutoff.month_start()),
            ("year_start", cutoff.year_start()),
            ("timing_start", cutoff.timing_start()),
        ]
        .map(|(name, date)| (name.to_owned(), Parameter::Date(date))),
    )
}

/// Binds the given texts to the control's parameters and adds those that every run has.
pub fn bind_parameters<'a>(
    control: &Control,
    cutoff: CutoffDate,
    given: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<Parameters, ParameterError> {
    let mut bound = built_in_parameters(cutoff);
    for definition in &control.parameters {
        if let Some(default) = &definition.default {
            bound.insert(definition.name.clone(), value(definition, default)?);
        }
    }
    for (name, text) in given {
        let definition = control.parameters.iter().find(|definition| definition.name == name).ok_or_else(|| {
            let known: Vec<&str> = control.parameters.iter().map(|definition| definition.name.as_str()).collect();
            ParameterError::Unknown {
                control: control.id.to_string(),
                name: name.to_owned(),
                known: if known.is_empty() { "none".to_owned() } else { known.join(", ") },
            }
        })?;
        bound.insert(definition.name.clone(), value(definition, text)?);
    }
    match control.parameters.iter().find(|definition| !bound.contains_key(&definition.name)) {
        Some(missing) => Err(ParameterError::Missing { control: control.id.to_string(), name: missing.name.clone() }),
        None => Ok(bound),
    }
}

fn value(definition: &Definition, text: &str) -> Result<Parameter, ParameterError> {
    let name = || definition.name.clone();
    match &definition.data_type {
        ParameterType::One(data_type) => {
            one(*data_type, text).ok_or_else(|| ParameterError::BadValue { name: name(), data_type: *data_type })
        }
        ParameterType::List { registry } => list_values(text, registry.as_ref())
            .map(Parameter::List)
            .map_err(|problem| ParameterError::BadList { name: name(), problem }),
    }
}

fn one(data_type: ColumnType, text: &str) -> Option<Parameter> {
    match data_type {
        ColumnType::Text => Some(Parameter::Text(text.to_owned())),
        ColumnType::Integer => text.parse().ok().map(Parameter::Integer),
        ColumnType::Decimal { scale, .. } => text
            .parse::<tieout_model::Decimal>()
            .ok()
            .and_then(|number| number.rescaled(scale).ok())
            .map(Parameter::Decimal),
        ColumnType::Boolean => text.parse().ok().map(Parameter::Boolean),
        ColumnType::Date => {
            strtime::parse("%Y-%m-%d", text).and_then(|parsed| parsed.to_date()).ok().map(Parameter::Date)
        }
        ColumnType::Timestamp => None,
    }
}
