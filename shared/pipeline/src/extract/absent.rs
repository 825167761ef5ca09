//! Data sets without rows: those that a run does not need, and those that may be absent and are.
//!
//! Both are said in the result; a data set that must be there is never taken for one without rows.

use tieout_catalog::{DataSet, DataSetQuery, Scope};
use tieout_extract::{ExtractError, RowTests, ScopeFilter};
use tieout_model::{Parameter, Reason, ReasonCode};
use tieout_tables::schema_of;

use super::data_set::{Failure, failure};
use super::sinks::{Finished, Sinks};
use super::{Sources, summed_columns};
use crate::StageError;
use crate::run::RunContext;

/// Why this run does not need the data set; `None` when it does.
pub(super) fn not_needed(run: &RunContext<'_>, data_set: &DataSet) -> Option<String> {
    let only_for = data_set.only_for.as_ref()?;
    let is_chosen = match run.parameters.get(&only_for.parameter) {
        Some(Parameter::List(values)) => only_for.any.iter().any(|value| values.contains(value)),
        _ => false,
    };
    let wanted = only_for.any.join(", ");
    (!is_chosen).then(|| format!("not read: only a run with {} {wanted} needs it", only_for.parameter))
}

/// A data set without rows and without tests.
pub(super) fn no_rows(run: &RunContext<'_>, data_set: &DataSet) -> Result<Finished, StageError> {
    let stop = |error: ExtractError| match failure(data_set, error) {
        Failure::Stage(error) => error,
        Failure::Reason(Reason { detail, .. }) | Failure::Absent(detail) | Failure::Busy(detail) => {
            StageError::Document { key: data_set.name.clone(), detail }
        }
    };
    let schema = schema_of(&data_set.contract);
    let scope = Scope::default();
    let filter = ScopeFilter::new(&scope, &schema, run.cutoff_date(), &run.parameters, None).map_err(stop)?;
    let tests = RowTests::new(&[], &data_set.contract, &schema).map_err(stop)?;
    let all_tests = run.control.data_sets.iter().flat_map(|other| &other.tests);
    let summed = summed_columns(all_tests, &data_set.name);
    let sinks = Sinks::new(run, data_set, &schema, filter, tests, summed).map_err(stop)?;
    sinks.finish(run.cutoff_date()).map_err(stop)
}

/// What a data set lacks whose database cannot be reached in a run over files that do not hold it either: the file is
/// named first, for whoever gives files means it to be read from there. Absence is allowed where the data set says so.
pub(super) fn without_source(data_set: &DataSet, sources: &Sources, failure: Failure) -> Failure {
    let DataSetQuery::Database(query) = &data_set.query else { return failure };
    let (Some(export), Some(_)) = (&query.export, &sources.data_folder) else { return failure };
    match failure {
        Failure::Reason(Reason { code: ReasonCode::SourceUnreachable, detail, .. }) if data_set.optional => {
            Failure::Absent(format!("absent, which is allowed: no file holds it, and {detail}"))
        }
        Failure::Reason(Reason { code: ReasonCode::SourceUnreachable, subject, detail, cure }) => {
            Failure::Reason(Reason {
                code: ReasonCode::DatasetMissing,
                subject,
                detail: format!(
                    "there is no file '{}' in the data folder, and source '{}' cannot stand in for it: {detail}",
                    export.file, data_set.source
                ),
                cure: format!("put the file into the folder, or reach the source: {cure}"),
            })
        }
        other => other,
    }
}
