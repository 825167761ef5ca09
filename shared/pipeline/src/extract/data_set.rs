//! One data set: read, split into population, excluded and rejected rows, tested, sorted, written, committed.
//!
//! What the source or the rows get wrong becomes a reason of the result; only the store, the scratch folder and a
//! source that may recover stop the stage.

use tieout_catalog::{DataSet, DataSetQuery, Scope};
use tieout_extract::{ExtractError, Membership, MembershipBuilder, RowTests, ScopeFilter};
use tieout_model::{DataSetResult, Parameter, Reason, ReasonCode};
use tieout_tables::{TableError, TableReader, schema_of};

use super::sinks::{Finished, Sinks};
use super::{STAGE, Sources, summed_columns};
use crate::StageError;
use crate::layout::{excluded_name, rejects_name, rows_name};
use crate::ports::{ArtifactStore, SourceError, SourceReader, SourceRequest};
use crate::publish::{StagedContent, StagedFile, commit_document, publish};
use crate::run::RunContext;
use crate::wire::{DataSetCommit, ExecutedQuery};

/// Why a data set was not extracted.
enum Failure {
    /// The control did not operate on it: a reason for the result.
    Reason(Reason),
    /// The data set may be absent, and is.
    Absent(String),
    /// The stage cannot go on.
    Stage(StageError),
}

impl From<StageError> for Failure {
    fn from(error: StageError) -> Self {
        Self::Stage(error)
    }
}

/// Extracts one data set and commits it.
pub(super) async fn extract(
    run: &RunContext<'_>,
    store: &dyn ArtifactStore,
    sources: &Sources,
    data_set: &DataSet,
    before: &[DataSetCommit],
) -> Result<DataSetCommit, StageError> {
    let mut commit = DataSetCommit::new(executed_query(run, data_set));
    let read = match not_needed(run, data_set) {
        Some(note) => Err(Failure::Absent(note)),
        None => read_rows(run, store, sources, data_set, before).await,
    };
    match read {
        Ok((finished, origins)) => fill(&mut commit, run, store, data_set, finished, origins).await?,
        Err(Failure::Absent(note)) => {
            let finished = no_rows(run, data_set)?;
            commit.absent = true;
            fill(&mut commit, run, store, data_set, finished, (Vec::new(), vec![note])).await?;
        }
        Err(Failure::Reason(reason)) => commit.reasons.push(reason),
        Err(Failure::Stage(error)) => return Err(error),
    }
    let key = run.layout.data_set_commit(&data_set.name);
    Ok(commit_document(run, store, STAGE, &key, commit).await?.0)
}

/// Why this run does not need the data set; `None` when it does.
fn not_needed(run: &RunContext<'_>, data_set: &DataSet) -> Option<String> {
    let only_for = data_set.only_for.as_ref()?;
    let is_chosen = match run.parameters.get(&only_for.parameter) {
        Some(Parameter::List(values)) => only_for.any.iter().any(|value| values.contains(value)),
        _ => false,
    };
    let wanted = only_for.any.join(", ");
    (!is_chosen).then(|| format!("not read: only a run with {} {wanted} needs it", only_for.parameter))
}

/// A data set without rows and without tests.
fn no_rows(run: &RunContext<'_>, data_set: &DataSet) -> Result<Finished, StageError> {
    let stop = |error: ExtractError| match failure(data_set, error) {
        Failure::Stage(error) => error,
        Failure::Reason(Reason { detail, .. }) | Failure::Absent(detail) => {
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

/// Publishes the files of a data set that was read and completes its commit.
async fn fill(
    commit: &mut DataSetCommit,
    run: &RunContext<'_>,
    store: &dyn ArtifactStore,
    data_set: &DataSet,
    finished: Finished,
    origins: (Vec<String>, Vec<String>),
) -> Result<(), StageError> {
    let mut files = vec![staged(rows_name(&data_set.name), finished.rows.0)];
    files.extend(finished.excluded.map(|path| staged(excluded_name(&data_set.name), path)));
    files.extend(finished.rejects.map(|path| staged(rejects_name(&data_set.name), path)));
    for artifact in publish(run, store, STAGE, &files).await? {
        let place = if artifact.path.ends_with(&excluded_name(&data_set.name)) {
            &mut commit.excluded
        } else if artifact.path.ends_with(&rejects_name(&data_set.name)) {
            &mut commit.rejects
        } else {
            &mut commit.rows
        };
        *place = Some(artifact);
    }
    commit.integer_sums = finished.integer_sums;
    commit.read_totals = finished.read_totals;
    commit.stated = finished.stated;
    let (sources, notes) = origins;
    commit.result = Some(DataSetResult { sources, notes, ..finished.result });
    Ok(())
}

fn staged(name: String, path: std::path::PathBuf) -> StagedFile {
    StagedFile { name, content: StagedContent::File(path) }
}

/// Reads the whole data set into scratch files.
async fn read_rows(
    run: &RunContext<'_>,
    store: &dyn ArtifactStore,
    sources: &Sources,
    data_set: &DataSet,
    before: &[DataSetCommit],
) -> Result<(Finished, (Vec<String>, Vec<String>)), Failure> {
    let schema = schema_of(&data_set.contract);
    let membership = membership(run, store, data_set, before).await?;
    let reason = |error| failure(data_set, error);
    let filter =
        ScopeFilter::new(&data_set.scope, &schema, run.cutoff_date(), &run.parameters, membership).map_err(reason)?;
    let tests = RowTests::new(&data_set.tests, &data_set.contract, &schema).map_err(reason)?;
    let all_tests = run.control.data_sets.iter().flat_map(|other| &other.tests);
    let all_tests = all_tests.chain(run.control.derived.iter().flat_map(|derived| &derived.tests));
    let summed = summed_columns(all_tests, &data_set.name);
    let mut sinks = Sinks::new(run, data_set, &schema, filter, tests, summed).map_err(reason)?;

    let mut reader = open(run, sources, data_set).await?;
    run.progress.step_began(&data_set.name, reader.size_bytes());
    let mut rows_so_far = 0;
    while let Some(batch) = reader.next_batch().await.map_err(|error| source_failed(data_set, error))? {
        rows_so_far += (batch.rows.num_rows() + batch.rejects.len()) as u64;
        sinks.take(&batch).map_err(reason)?;
        run.progress.step_advanced(rows_so_far, batch.bytes_read);
    }
    let finished = sinks.finish(run.cutoff_date()).map_err(reason)?;
    Ok((finished, (reader.origins(), reader.notes())))
}

async fn open(run: &RunContext<'_>, sources: &Sources, data_set: &DataSet) -> Result<Box<dyn SourceReader>, Failure> {
    let definition = run.control.sources.iter().find(|source| source.name == data_set.source);
    let (adapter, folder) = definition.map_or((None, None), |definition| sources.of(&definition.kind));
    let Some(adapter) = adapter else {
        return Err(Failure::Reason(Reason {
            code: ReasonCode::DatasetMissing,
            subject: data_set.name.clone(),
            detail: format!("source '{}' is of a kind that this program cannot read", data_set.source),
            cure: "run it where that kind of source is available".to_owned(),
        }));
    };
    let database = definition.and_then(|definition| definition.kind.database()).map(|(database, _)| database);
    let (cutoff_date, parameters) = (run.cutoff_date(), &run.parameters);
    let request = SourceRequest { database, data_set, cutoff_date, parameters, folder, range: None };
    adapter.open(&request).await.map_err(|error| source_failed(data_set, error))
}

/// The keys of the header data set that this one's rows follow.
async fn membership(
    run: &RunContext<'_>,
    store: &dyn ArtifactStore,
    data_set: &DataSet,
    before: &[DataSetCommit],
) -> Result<Option<Membership>, Failure> {
    let Some(within) = &data_set.scope.within else { return Ok(None) };
    let header = before.iter().find(|commit| commit.name == within.data_set);
    let Some((header, rows)) = header.and_then(|header| Some((header, header.rows.as_ref()?))) else {
        return Err(Failure::Reason(Reason {
            code: ReasonCode::DatasetMissing,
            subject: data_set.name.clone(),
            detail: format!("its rows follow '{}', which could not be read", within.data_set),
            cure: format!("see the reason given for '{}'", within.data_set),
        }));
    };
    let failed =
        |error: TableError| Failure::Stage(StageError::Table { table: within.data_set.clone(), source: error });
    let reason = |error: ExtractError| failure(data_set, error);
    let fetch = async |artifact| {
        let path = run.fetch(store, STAGE, artifact).await?;
        TableReader::open(&path).map_err(|source| StageError::Table { table: within.data_set.clone(), source })
    };
    let reader = fetch(rows).await?;
    let mut builder = MembershipBuilder::new(&reader.schema(), &within.on).map_err(reason)?;
    for batch in reader {
        builder.add_population(&batch.map_err(failed)?).map_err(reason)?;
    }
    if let Some(excluded) = &header.excluded {
        for batch in fetch(excluded).await? {
            super::sinks::add_excluded(&mut builder, &batch.map_err(failed)?).map_err(reason)?;
        }
    }
    Ok(Some(builder.finish(&format!("not_in_{}", within.data_set))))
}

fn executed_query(run: &RunContext<'_>, data_set: &DataSet) -> ExecutedQuery {
    let (kind, query) = match &data_set.query {
        DataSetQuery::Files(files) => ("files", files.file.clone()),
        DataSetQuery::Database(query) => ("database", query.text.clone()),
    };
    let selected = data_set.scope.selected.iter();
    let mut scope: Vec<String> = selected.map(|each| format!("{} in {}", each.column, each.parameter)).collect();
    if let Some(column) = &data_set.scope.cutoff_column {
        scope.push(format!("{column} < {} (day after the cutoff date)", run.cutoff_date().end().date()));
        if let Some(since) = data_set.scope.since {
            let from = since.on(run.cutoff_date());
            scope.push(format!("{column} >= {from}"));
        }
    }
    if let Some(within) = &data_set.scope.within {
        scope.push(format!("{} in the population of {}", within.on.join(", "), within.data_set));
    }
    ExecutedQuery {
        data_set: data_set.name.clone(),
        kind: kind.to_owned(),
        query,
        parameters: run.parameters_as_text(),
        scope,
    }
}

fn source_failed(data_set: &DataSet, error: SourceError) -> Failure {
    match error {
        SourceError::Refused { code: ReasonCode::DatasetMissing, detail, .. } if data_set.optional => {
            Failure::Absent(format!("absent, which is allowed: {detail}"))
        }
        SourceError::Refused { code, detail, cure } => {
            Failure::Reason(Reason { code, subject: data_set.name.clone(), detail, cure })
        }
        SourceError::Transient { detail } => {
            Failure::Stage(StageError::SourceBusy { data_set: data_set.name.clone(), detail })
        }
    }
}

/// What the rows got wrong is a reason; a failure of the disk stops the stage.
fn failure(data_set: &DataSet, error: ExtractError) -> Failure {
    let judged = StageError::stop_on_disk_failure(&data_set.name, error, |error| match error {
        ExtractError::Table(error) => Ok(error),
        other => Err(other),
    });
    match judged {
        Ok(error) => Failure::Reason(reason_of(data_set, &error)),
        Err(stop) => Failure::Stage(stop),
    }
}

/// What the rows got wrong, as a reason.
fn reason_of(data_set: &DataSet, error: &ExtractError) -> Reason {
    let (code, cure) = match error {
        ExtractError::NullDate { .. } => (ReasonCode::BadValue, "fill in the dates in the source"),
        ExtractError::NullSelected { .. } => (ReasonCode::BadValue, "fill in the column in the source"),
        ExtractError::Table(TableError::TotalOverflow { .. }) => {
            (ReasonCode::AmountOverflow, "check the amounts in the source for wrong values")
        }
        ExtractError::Table(TableError::Value { .. }) => (ReasonCode::BadValue, "correct the value in the source"),
        _ => (ReasonCode::SourceUnreadable, "check the source and the control's definition"),
    };
    let detail = crate::error::chain(error);
    Reason { code, subject: data_set.name.clone(), detail, cure: cure.to_owned() }
}
