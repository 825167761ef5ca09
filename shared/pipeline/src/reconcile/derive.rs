//! Derived data sets: SQL or rules over the data sets before them, sorted, totalled, tested and written like extracted ones.

mod rows;

use std::path::PathBuf;

use tieout_catalog::{Derived, DerivedBy};
use tieout_extract::{ExtractError, cross_tests};
use tieout_model::{ClassificationResult, ColumnTotal, DataSetResult, Reason, ReasonCode};
use tieout_reconcile::{Classifier, ReconcileError, coverage_batch};
use tieout_tables::{TableError, TableWriter};

use self::rows::DerivedRows;
use super::{Work, WrittenTable, coverage_table, not_carried_out};
use crate::StageError;
use crate::check::names;
use crate::error::chain;
use crate::extract::other_data_set;
use crate::ports::EngineError;
use crate::wire::{DataSetCommit, ExecutedQuery, Extracted};

/// A derived data set: its commit, still without its artifact, and its file when it could be computed.
pub(super) struct DerivedTable {
    pub(super) commit: DataSetCommit,
    pub(super) path: Option<PathBuf>,
    /// The rows that were kept out.
    pub(super) excluded: Option<PathBuf>,
}

/// Why a derivation did not come about; every kind is a reason for the result.
#[derive(Debug, thiserror::Error)]
enum DeriveError {
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Rules(#[from] ReconcileError),
    #[error(transparent)]
    Rows(#[from] ExtractError),
    #[error(transparent)]
    Table(#[from] TableError),
}

/// Derives every data set in order and makes it available to the checks.
pub(super) async fn run(work: &mut Work<'_>, extracted: &Extracted) -> Result<Vec<DerivedTable>, StageError> {
    let mut derived = Vec::new();
    let mut commits = extracted.data_sets.clone();
    for definition in &work.run.control.derived {
        work.run.progress.step_began(&definition.name, None);
        let (kind, text) = match &definition.by {
            DerivedBy::Sql { text, .. } => ("sql", text.clone()),
            DerivedBy::Rules { path, from, .. } => ("rules", format!("{path} over {from}")),
        };
        let query = ExecutedQuery {
            data_set: definition.name.clone(),
            kind: kind.to_owned(),
            query: text,
            parameters: work.run.parameters_as_text(),
            scope: Vec::new(),
            answer: None,
        };
        let mut commit = DataSetCommit::new(query);
        let needs = |before: &str| match &definition.by {
            DerivedBy::Sql { text, .. } => names(text, before),
            DerivedBy::Rules { from, .. } => from == before,
        };
        let missing = commits.iter().find(|before| before.result.is_none() && needs(&before.name));
        if let Some(missing) = missing {
            let reason = not_carried_out(&definition.name, &missing.name);
            work.result.reasons.push(reason.clone());
            commit.reasons.push(reason);
            commits.push(commit.clone());
            derived.push(DerivedTable { commit, path: None, excluded: None });
            continue;
        }
        let (path, excluded) = match derive(work, definition).await {
            Ok(Derivation { path, excluded, read_totals, mut result }) => {
                cross_tests(&mut result, &definition.tests, &read_totals, |name| other_data_set(&commits, name));
                work.tables.add(&definition.name, path.clone(), &definition.key, &definition.amounts)?;
                work.result.data_sets.push(result.clone());
                commit.result = Some(result);
                commit.read_totals = read_totals;
                (Some(path), excluded)
            }
            Err(error) => {
                let error = StageError::stop_on_disk_failure(&definition.name, error, |error| match error {
                    DeriveError::Table(error)
                    | DeriveError::Rows(ExtractError::Table(error))
                    | DeriveError::Rules(ReconcileError::Table(error)) => Ok(error),
                    other => Err(other),
                })?;
                let reason = reason_of(definition, &error);
                work.result.reasons.push(reason.clone());
                commit.reasons.push(reason);
                (None, None)
            }
        };
        commits.push(commit.clone());
        derived.push(DerivedTable { commit, path, excluded });
    }
    Ok(derived)
}

/// What a derivation gave.
struct Derivation {
    path: PathBuf,
    excluded: Option<PathBuf>,
    read_totals: Vec<ColumnTotal>,
    result: DataSetResult,
}

async fn derive(work: &mut Work<'_>, definition: &Derived) -> Result<Derivation, DeriveError> {
    let run = work.run;
    let folder = run.scratch.path().join("reconcile").join(&definition.name);
    let failed = |source| TableError::File { action: "make", path: folder.clone(), source };
    std::fs::create_dir_all(&folder).map_err(failed)?;
    match &definition.by {
        DerivedBy::Sql { text, .. } => {
            let mut answer = work.engine.query(&work.tables.for_engine(), text, &run.parameters).await?;
            let mut rows = DerivedRows::new(definition, &answer.schema(), &folder)?;
            while let Some(batch) = answer.next_batch().await? {
                run.progress.step_advanced(rows.take(&batch)?, 0);
            }
            rows.finish(run.cutoff_date())
        }
        DerivedBy::Rules { from, rules, .. } => {
            let gone = || ReconcileError::Plan {
                problem: format!("data set '{from}' is missing"),
                cure: format!("see the reason given for '{from}'"),
            };
            let table = work.tables.get(from).ok_or_else(gone)?;
            let mut classifier = Classifier::new(rules, &table.schema, &definition.amounts, &definition.name)?;
            let mut rows = DerivedRows::new(definition, &classifier.schema(), &folder)?;
            for batch in table.read()? {
                run.progress.step_advanced(rows.take(&classifier.classify(&batch?)?)?, 0);
            }
            let derivation = rows.finish(run.cutoff_date())?;
            let coverage = classifier.finish()?;
            let written = write_coverage(work, &definition.name, &coverage)?;
            work.written.push(written);
            work.result.classifications.push(coverage);
            Ok(derivation)
        }
    }
}

fn write_coverage(
    work: &Work<'_>,
    data_set: &str,
    coverage: &ClassificationResult,
) -> Result<WrittenTable, DeriveError> {
    let name = coverage_table(data_set);
    let path = work.table_path(&name);
    let batch = coverage_batch(coverage)?;
    let mut writer = TableWriter::create(&path, &batch.schema())?;
    writer.write(&batch)?;
    let file = writer.finish()?;
    Ok(WrittenTable { name, path, rows: file.rows, digest: file.digest })
}

fn reason_of(definition: &Derived, error: &DeriveError) -> Reason {
    let cure = match error {
        DeriveError::Rules(error) => {
            return Reason { code: ReasonCode::DerivationFailed, ..error.reason(&definition.name) };
        }
        DeriveError::Engine(EngineError::Execution(_)) => "check the amounts, and the memory limit of the run",
        DeriveError::Engine(_) => "correct the SQL; `tieout check` shows the place",
        DeriveError::Rows(_) | DeriveError::Table(_) => "check the derived rows, and the amounts in the definition",
    };
    Reason {
        code: ReasonCode::DerivationFailed,
        subject: definition.name.clone(),
        detail: chain(error),
        cure: cure.to_owned(),
    }
}
