//! What is sent to the server for a request: the query, the count of its population, the sums of what it selects.
//!
//! All three are made from the one text of the definition and bound to the same values.

use tieout_catalog::{DataSetQuery, DatabaseDialect, DatabaseQuery};
use tieout_extract::database::{
    BoundText, ControlTotal, DatabaseStatements, DatabaseText, DatabaseTextError, ParameterStyle, RangeEnds,
};
use tieout_model::{ColumnType, Contract};
use tieout_pipeline::ports::{Parameters, SourceError, SourceRequest};

use crate::files::refusal::unreadable;

/// The statements of a request.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    /// Delivers the rows.
    pub(super) rows: BoundText,
    /// Counts the population.
    pub(super) count: BoundText,
    /// Sums the control totals, where there are any.
    pub(super) total: Option<BoundText>,
    /// The control totals, in the order of the sums.
    pub(super) totals: Vec<ControlTotal>,
    /// Finds the ends of the ranges of a data set that is read in parts.
    pub(super) ranges: Option<BoundText>,
    /// Path of the query below the control's folder.
    pub(super) path: String,
}

impl Plan {
    /// Makes the statements and binds the parameters.
    pub(super) fn of(request: &SourceRequest<'_>) -> Result<Self, SourceError> {
        let data_set = request.data_set;
        let DataSetQuery::Database(query) = &data_set.query else {
            let detail = format!("data set '{}' has no query for a database", data_set.name);
            return Err(unreadable(detail, "give the data set a `query`"));
        };
        let totals = control_totals(query, &data_set.contract);
        Self::bound(query, totals, request).map_err(|error| {
            unreadable(format!("{}: {error}", query.path), "correct the query, or the parameters of the run")
        })
    }

    fn bound(
        query: &DatabaseQuery,
        totals: Vec<ControlTotal>,
        request: &SourceRequest<'_>,
    ) -> Result<Self, DatabaseTextError> {
        let statements = DatabaseStatements::new(query, DatabaseDialect::SqlServer)?;
        let ends =
            request.range.map(|range| RangeEnds { has_after: range.after.is_some(), has_until: range.until.is_some() });
        let mut parameters: Parameters = request.parameters.clone();
        if let Some(range) = request.range {
            let ends = [("tieout_after", &range.after), ("tieout_until", &range.until)];
            parameters.extend(ends.into_iter().filter_map(|(name, end)| Some((name.to_owned(), end.clone()?))));
        }
        let bind = |text: DatabaseText| text.bind(&parameters, ParameterStyle::Named);
        Ok(Self {
            rows: bind(statements.rows(ends)?)?,
            count: bind(statements.count(ends)?)?,
            total: if totals.is_empty() { None } else { Some(bind(statements.total(&totals, ends)?)?) },
            ranges: statements.ranges()?.map(bind).transpose()?,
            totals,
            path: query.path.clone(),
        })
    }
}

/// The columns that are summed, with the headers by which the query may select them.
fn control_totals(query: &DatabaseQuery, contract: &Contract) -> Vec<ControlTotal> {
    let columns =
        query.control_total.iter().filter_map(|name| contract.columns.iter().find(|column| column.name == *name));
    columns
        .map(|column| ControlTotal {
            column: column.name.clone(),
            headers: column.headers.iter().cloned().chain([column.name.clone()]).collect(),
            scale: match column.data_type {
                ColumnType::Decimal { scale, .. } => scale,
                _ => 0,
            },
        })
        .collect()
}
