//! What the adapters of databases share: the bound statements of a request, and their refusals.
//!
//! An adapter sends these texts as they are and composes none of its own.

use tieout_catalog::{DataSetQuery, DatabaseDialect, DatabaseQuery, DatabaseSource};
use tieout_extract::database::{
    BoundText, ControlTotal, DatabaseStatements, DatabaseTextError, ParameterStyle, RangeEnds,
};
use tieout_model::{ColumnType, Parameters, ReasonCode};
use tieout_pipeline::ports::{SecretError, SourceError, SourceRequest};

use crate::files::refusal::{refused, transient};

/// The statements of a request, bound.
#[derive(Debug, Clone)]
pub(crate) struct Statements {
    /// The query itself.
    pub(crate) rows: BoundText,
    /// Counts the population as `tieout_rows`.
    pub(crate) count: BoundText,
    /// Sums the control totals as `tieout_total_1` and so on, and counts the answer as `tieout_rows`.
    pub(crate) total: BoundText,
    /// The ends of the ranges as `tieout_until`, for a data set that is read in ranges.
    pub(crate) ranges: Option<BoundText>,
    /// The control totals in order.
    pub(crate) totals: Vec<ControlTotal>,
}

impl Statements {
    /// Binds the statements of a request.
    pub(crate) fn of(
        request: &SourceRequest<'_>,
        dialect: DatabaseDialect,
        style: ParameterStyle,
    ) -> Result<Self, SourceError> {
        let query = query_of(request)?;
        let fails = |error: DatabaseTextError| {
            let detail = format!("{}: {error}", query.path);
            refused(ReasonCode::SourceUnreadable, detail, "correct the query or the parameters of the run")
        };
        let statements = DatabaseStatements::new(query, dialect).map_err(fails)?;
        let (ends, parameters) = with_range(request);
        let totals = control_totals(request, query);
        let bind = |text: Result<tieout_extract::database::DatabaseText, DatabaseTextError>| {
            text.and_then(|text| text.bind(&parameters, style)).map_err(fails)
        };
        Ok(Self {
            rows: bind(statements.rows(ends))?,
            count: bind(statements.count(ends))?,
            total: bind(statements.total(&totals, ends))?,
            ranges: statements.ranges().map_err(fails)?.map(|text| bind(Ok(text))).transpose()?,
            totals,
        })
    }
}

/// The settings of the database of a request.
pub(crate) fn settings_of<'a>(request: &SourceRequest<'a>) -> Result<&'a DatabaseSource, SourceError> {
    request.database.ok_or_else(|| {
        let detail = format!("data set '{}' has a query, and its source is no database", request.data_set.name);
        refused(ReasonCode::SourceUnreachable, detail, "name a source of kind sqlserver or postgres")
    })
}

/// The query of a request.
pub(crate) fn query_of<'a>(request: &SourceRequest<'a>) -> Result<&'a DatabaseQuery, SourceError> {
    match &request.data_set.query {
        DataSetQuery::Database(query) => Ok(query),
        DataSetQuery::Files(_) => {
            let detail = format!("data set '{}' has no query, and a database holds no files", request.data_set.name);
            Err(refused(ReasonCode::SourceUnreadable, detail, "give it a `query`, or a source of kind files"))
        }
    }
}

/// A secret that could not be had.
pub(crate) fn secret_failed(error: &SecretError) -> SourceError {
    match error {
        SecretError::Missing { cure, .. } | SecretError::Refused { cure, .. } => {
            refused(ReasonCode::SourceUnreachable, error.to_string(), cure.clone())
        }
        SecretError::Transient { .. } => transient(error.to_string()),
    }
}

/// The ends of the range of a request, and its parameters with those ends among them.
fn with_range(request: &SourceRequest<'_>) -> (Option<RangeEnds>, Parameters) {
    let mut parameters = request.parameters.clone();
    let Some(range) = request.range else { return (None, parameters) };
    let ends = RangeEnds { has_after: range.after.is_some(), has_until: range.until.is_some() };
    for (name, value) in [("tieout_after", &range.after), ("tieout_until", &range.until)] {
        if let Some(value) = value {
            parameters.insert(name.to_owned(), value.clone());
        }
    }
    (Some(ends), parameters)
}

fn control_totals(request: &SourceRequest<'_>, query: &DatabaseQuery) -> Vec<ControlTotal> {
    let contract = &request.data_set.contract;
    let total = |name: &String| {
        let column = contract.column(name)?;
        let ColumnType::Decimal { scale, .. } = column.data_type else { return None };
        let headers = column.headers.iter().chain([name]).cloned().collect();
        Some(ControlTotal { column: name.clone(), headers, scale })
    };
    query.control_total.iter().filter_map(total).collect()
}
