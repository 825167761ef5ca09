//! Where the rows of a data set come from in this run: files, a database, or the export that stands for one.
//!
//! A data folder is given so that no connection is needed: what it holds is read from it, and evidence says so.

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;

use tieout_catalog::{DataSet, DataSetQuery, DatabaseSource, SourceKind};
use tieout_model::{Reason, ReasonCode};

use super::Sources;
use super::data_set::{Failure, source_failed};
use crate::ports::{Source, SourceError, SourceRange, SourceReader, SourceRequest};
use crate::run::RunContext;
use crate::wire::ExecutedQuery;

/// How a data set is read in this run.
pub(super) struct Reading<'a> {
    /// Who reads it.
    adapter: &'a Arc<dyn Source>,
    /// The data set; with its export in the place of its query where that is read.
    pub(super) data_set: Cow<'a, DataSet>,
    /// The kind of what is read.
    kind: &'static str,
    /// The settings of a database.
    database: Option<&'a DatabaseSource>,
    folder: Option<PathBuf>,
    /// What evidence must say of the choice.
    pub(super) note: Option<String>,
}

impl<'a> Reading<'a> {
    /// Decides how a data set is read.
    pub(super) async fn of(
        run: &'a RunContext<'_>,
        sources: &'a Sources,
        data_set: &'a DataSet,
    ) -> Result<Self, Failure> {
        let definition = run.control.sources.iter().find(|source| source.name == data_set.source);
        let kind = definition.map(|definition| &definition.kind);
        let database = kind.and_then(SourceKind::database).map(|(database, _)| database);
        if let Some(reading) = Self::of_export(run, sources, data_set).await? {
            return Ok(reading);
        }
        let (adapter, folder) = kind.map_or((None, None), |kind| sources.of(kind));
        let kind = kind.map_or("unknown", SourceKind::name);
        let Some(adapter) = adapter else { return Err(Failure::Reason(no_adapter(data_set, kind))) };
        Ok(Self { adapter, data_set: Cow::Borrowed(data_set), kind, database, folder, note: None })
    }

    /// The export of a data set, where it has one and the data folder of this run holds it.
    async fn of_export(
        run: &'a RunContext<'_>,
        sources: &'a Sources,
        data_set: &'a DataSet,
    ) -> Result<Option<Self>, Failure> {
        let DataSetQuery::Database(query) = &data_set.query else { return Ok(None) };
        let (Some(export), Some(folder)) = (&query.export, &sources.data_folder) else { return Ok(None) };
        let Some(adapter) = sources.kinds.get("files") else { return Ok(None) };
        let note = format!("read from a file that was given, and not from source '{}'", data_set.source);
        let reading = Self {
            adapter,
            data_set: Cow::Owned(DataSet { query: DataSetQuery::Files(export.clone()), ..data_set.clone() }),
            kind: "files",
            database: None,
            folder: Some(folder.clone()),
            note: Some(note),
        };
        let is_there = adapter.is_present(&reading.request(run, None)).await;
        Ok(is_there.map_err(|error| source_failed(data_set, error))?.then_some(reading))
    }

    /// Whether a database is asked.
    pub(super) fn is_database(&self) -> bool {
        self.database.is_some()
    }

    /// The request for the whole or a range.
    pub(super) fn request<'r>(&'r self, run: &'r RunContext<'_>, range: Option<&'r SourceRange>) -> SourceRequest<'r> {
        SourceRequest {
            database: self.database,
            data_set: &self.data_set,
            cutoff_date: run.cutoff_date(),
            parameters: &run.parameters,
            folder: self.folder.clone(),
            range,
        }
    }

    /// Opens the whole or a range.
    pub(super) async fn open(
        &self,
        run: &RunContext<'_>,
        range: Option<&SourceRange>,
    ) -> Result<Box<dyn SourceReader>, SourceError> {
        self.adapter.open(&self.request(run, range)).await
    }

    /// The adapter, for what is asked besides rows.
    pub(super) fn adapter(&self) -> &dyn Source {
        self.adapter.as_ref()
    }
}

fn no_adapter(data_set: &DataSet, kind: &str) -> Reason {
    let (code, cure) = match &data_set.query {
        DataSetQuery::Files(_) => (ReasonCode::DatasetMissing, "run it where that kind of source is available"),
        DataSetQuery::Database(_) => (
            ReasonCode::SourceUnreachable,
            "run it where that kind of source is available, or give exports with --data",
        ),
    };
    let detail = format!("source '{}' is of kind {kind}, which this program cannot read", data_set.source);
    Reason { code, subject: data_set.name.clone(), detail, cure: cure.to_owned() }
}

/// What is asked of a source, in evidence; a database's answer comes when it is known.
pub(super) fn executed_query(run: &RunContext<'_>, data_set: &DataSet, reading: Option<&Reading<'_>>) -> ExecutedQuery {
    let read = reading.map_or(data_set, |reading| reading.data_set.as_ref());
    let definition = run.control.sources.iter().find(|source| source.name == data_set.source);
    let declared = definition.map_or("files", |definition| definition.kind.name());
    let query = match &read.query {
        DataSetQuery::Files(files) => files.file.clone(),
        DataSetQuery::Database(query) => query.text.clone(),
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
        kind: reading.map_or(declared, |reading| reading.kind).to_owned(),
        query,
        parameters: run.parameters_as_text(),
        scope,
        answer: None,
    }
}
