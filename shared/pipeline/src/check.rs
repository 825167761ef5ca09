//! Checks a control's definition in full: first the files themselves, then its SQL against its own contracts.
//!
//! Nothing is read but the definition. Every mistake is reported at once, each at its place.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::datatypes::{DataType, Schema, SchemaRef};
use jiff::civil::Date;
use tieout_catalog::{
    Control, ControlFolder, Derived, DerivedBy, Diagnostic, Diagnostics, ParameterType, SqlPlace, check_schemas, load,
    sql_diagnostic,
};
use tieout_extract::built_in_parameters;
use tieout_model::{ColumnSchema, ColumnType, CutoffDate, Decimal, Parameter, Parameters};
use tieout_reconcile::classified_schema;
use tieout_tables::{column_schemas, schema_of};

use crate::ports::{EngineError, EngineTable, QueryEngine};

/// A definition without a mistake.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The definition.
    pub control: Control,
    /// The columns of every data set, derived ones included.
    pub schemas: BTreeMap<String, Vec<ColumnSchema>>,
}

/// Loads and checks a control.
pub async fn check(folder: &ControlFolder, engine: &dyn QueryEngine) -> Result<Checked, Diagnostics> {
    let control = load(folder)?;
    let mut planner = Planner {
        folder,
        engine,
        parameters: sample_parameters(&control),
        tables: control
            .data_sets
            .iter()
            .map(|data_set| planned(&data_set.name, schema_of(&data_set.contract)))
            .collect(),
        failed: Vec::new(),
        diagnostics: Vec::new(),
    };
    for derived in &control.derived {
        planner.derive(derived).await;
    }
    for assertion in &control.assertions {
        planner.expression(&assertion.data_set, &assertion.holds, SqlPlace::Holds(&assertion.id)).await;
        if let Some(at_stake) = &assertion.at_stake {
            planner.expression(&assertion.data_set, &at_stake.expression, SqlPlace::Amount(&assertion.id)).await;
        }
    }
    let columns = |table: &EngineTable| Some((table.name.clone(), column_schemas(&table.schema).ok()?));
    let schemas: BTreeMap<_, _> = planner.tables.iter().filter_map(columns).collect();
    let mut diagnostics: Vec<Diagnostic> = match check_schemas(&control, folder, &schemas) {
        Ok(()) => Vec::new(),
        Err(mistakes) => mistakes.iter().cloned().collect(),
    };
    // The engine and the columns' own check may find the same mistake; it is said once.
    let place = |mistake: &Diagnostic| (mistake.file.clone(), mistake.line, mistake.column);
    let known: Vec<_> = diagnostics.iter().map(place).collect();
    diagnostics.extend(planner.diagnostics.into_iter().filter(|mistake| !known.contains(&place(mistake))));
    Diagnostics::new(diagnostics).into_result()?;
    Ok(Checked { control, schemas })
}

/// Plans the SQL of a definition piece by piece.
struct Planner<'a> {
    folder: &'a ControlFolder,
    engine: &'a dyn QueryEngine,
    parameters: Parameters,
    tables: Vec<EngineTable>,
    /// Derived data sets that could not be planned; what uses them is not reported again.
    failed: Vec<String>,
    diagnostics: Vec<Diagnostic>,
}

impl Planner<'_> {
    async fn derive(&mut self, derived: &Derived) {
        let name = &derived.name;
        let (path, sql) = match &derived.by {
            DerivedBy::Sql { path, text } => (path, text),
            DerivedBy::Rules { from, rules, .. } => {
                match self.tables.iter().find(|table| table.name == *from) {
                    Some(table) => {
                        let columns = planned(name, classified_schema(rules, &table.schema));
                        self.tables.push(columns);
                    }
                    None => self.failed.push(name.clone()),
                }
                return;
            }
        };
        match self.engine.plan(&self.tables, sql, &self.parameters).await {
            Ok(schema) => {
                if let Some(column) = &derived.excluded_by
                    && schema.column_with_name(column).is_none_or(|(_, field)| *field.data_type() != DataType::Utf8)
                {
                    let message = format!("there is no text column '{column}', by which rows are excluded");
                    self.diagnostics.push(sql_diagnostic(self.folder, SqlPlace::File(path), &message, None, None));
                }
                self.tables.push(planned(name, without_column(&schema, derived.excluded_by.as_deref())));
            }
            Err(error) => {
                if !self.failed.iter().any(|failed| names(sql, failed)) {
                    self.report(SqlPlace::File(path), &error, 0);
                }
                self.failed.push(name.clone());
            }
        }
    }

    async fn expression(&mut self, data_set: &str, expression: &str, place: SqlPlace<'_>) {
        let Some(table) = self.tables.iter().find(|table| table.name == data_set).cloned() else { return };
        // The expression stands on lines of its own, so that the engine's line and column are the expression's.
        let sql = format!("SELECT\n{expression}\nFROM {data_set}");
        if let Err(error) = self.engine.plan(std::slice::from_ref(&table), &sql, &self.parameters).await {
            self.report(place, &error, 1);
        }
    }

    fn report(&mut self, place: SqlPlace<'_>, error: &EngineError, lines_before: u64) {
        let (line, column) = match error {
            EngineError::Sql(problem) => (problem.line, problem.column),
            _ => (None, None),
        };
        let line = line.map(|line| line.saturating_sub(lines_before).max(1));
        self.diagnostics.push(sql_diagnostic(self.folder, place, &error.to_string(), line, column));
    }
}

/// The columns without the one that says why a row is kept out.
pub(crate) fn without_column(schema: &Schema, column: Option<&str>) -> SchemaRef {
    let kept = schema.fields().iter().filter(|field| Some(field.name().as_str()) != column);
    Arc::new(Schema::new(kept.cloned().collect::<Vec<_>>()))
}

fn planned(name: &str, schema: SchemaRef) -> EngineTable {
    EngineTable { name: name.to_owned(), schema, files: Vec::new() }
}

/// Whether `sql` has `name` as a whole word.
pub(crate) fn names(sql: &str, name: &str) -> bool {
    sql.split(|character: char| !character.is_alphanumeric() && character != '_').any(|word| word == name)
}

/// A value of the right type for every parameter: planning looks at types only.
fn sample_parameters(control: &Control) -> Parameters {
    let date = Date::constant(2000, 1, 31);
    let mut parameters = built_in_parameters(CutoffDate::new(date));
    for parameter in &control.parameters {
        let value = match &parameter.data_type {
            ParameterType::List { .. } => Parameter::List(Vec::new()),
            ParameterType::One(ColumnType::Text) => Parameter::Text(String::new()),
            ParameterType::One(ColumnType::Integer) => Parameter::Integer(1),
            ParameterType::One(ColumnType::Decimal { scale, .. }) => Parameter::Decimal(Decimal::zero(*scale)),
            ParameterType::One(ColumnType::Boolean) => Parameter::Boolean(true),
            ParameterType::One(ColumnType::Date | ColumnType::Timestamp) => Parameter::Date(date),
        };
        parameters.insert(parameter.name.clone(), value);
    }
    parameters
}
