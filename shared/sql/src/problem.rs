//! What the engine says about a query that does not plan, as a message for its author, with its place.

use datafusion::common::{Column, DataFusionError, SchemaError};
use tieout_pipeline::ports::{EngineError, EngineTable};

use crate::failure::{arrow_message, in_house_words};
use crate::functions::nearest;
use crate::sql_text::{Place, SqlText, refused};
use crate::statement::{parser_error, syntax};

/// The error for a query that does not plan over `tables`.
pub(crate) fn planning(error: &DataFusionError, sql: &SqlText<'_>, tables: &[EngineTable]) -> EngineError {
    let root = error.find_root();
    let span = error.diagnostic().and_then(|diagnostic| diagnostic.span).map(Place::from);
    if let Some(error) = parser_error(root) {
        let (message, place) = syntax(error);
        return refused(message, place);
    }
    if let Some(name) = unknown_table(error) {
        return refused(no_such_table(&name, tables), span.or_else(|| sql.place_of_word(&name)));
    }
    match root {
        DataFusionError::SchemaError(schema_error, _) => {
            let (name, message) = about_column(schema_error);
            refused(message, span.or_else(|| sql.place_of_word(&name)))
        }
        DataFusionError::ArrowError(error, _) => refused(arrow_message(error), span),
        other => refused(in_house_words(&other.message()), span),
    }
}

/// The name in a diagnostic of the form `table 'name' not found`.
fn unknown_table(error: &DataFusionError) -> Option<String> {
    let diagnostic = error.diagnostic()?;
    let name = diagnostic.message.strip_prefix("table '")?.strip_suffix("' not found")?;
    Some(name.to_owned())
}

fn no_such_table(name: &str, tables: &[EngineTable]) -> String {
    let names = || tables.iter().map(|table| table.name.as_str());
    match nearest(name, names()) {
        Some(near) => format!("there is no data set '{name}' here; did you mean '{near}'?"),
        None if names().next().is_none() => format!("there is no data set '{name}' here, nor any other"),
        None => format!("there is no data set '{name}' here; there are: {}", names().collect::<Vec<_>>().join(", ")),
    }
}

/// The column that an error is about, and the message.
fn about_column(error: &SchemaError) -> (String, String) {
    match error {
        SchemaError::FieldNotFound { field, valid_fields } => (field.name.clone(), no_such_column(field, valid_fields)),
        SchemaError::AmbiguousReference { field } => {
            let name = &field.name;
            (
                name.clone(),
                format!("column '{name}' is in more than one table: write the table before it, as in t.{name}"),
            )
        }
        SchemaError::DuplicateQualifiedField { name, .. } | SchemaError::DuplicateUnqualifiedField { name } => {
            (name.clone(), format!("column '{name}' appears twice: give one of them another name with AS"))
        }
    }
}

fn no_such_column(wanted: &Column, there_are: &[Column]) -> String {
    let of_table = |column: &&Column| wanted.relation.is_none() || column.relation == wanted.relation;
    let mut tables: Vec<String> = match &wanted.relation {
        Some(table) => vec![table.table().to_owned()],
        None => there_are.iter().filter_map(|column| Some(column.relation.as_ref()?.table().to_owned())).collect(),
    };
    tables.sort();
    tables.dedup();
    let place = if tables.is_empty() { "there".to_owned() } else { format!("in {}", tables.join(", ")) };
    let name = &wanted.name;
    match nearest(name, there_are.iter().filter(of_table).map(|column| column.name.as_str())) {
        Some(near) => format!("column '{name}' is not {place}; did you mean '{near}'?"),
        None => format!("column '{name}' is not {place}"),
    }
}
