//! The reconcile stage: derives, compares, ties out, asserts, holds against thresholds, foots and concludes.
//!
//! Reads: the extracted data sets. Writes: derived data sets, result tables, `result.json` and its manifest.
//! May touch: store and SQL engine. What a check gets wrong becomes a reason; nothing is skipped in silence.

mod assertions;
mod comparisons;
mod derive;
mod exceptions;
mod explanations;
mod secret;
mod tables;
mod threshold_checks;
mod tie_outs;

use std::path::PathBuf;

use tieout_catalog::CutoffRuleKind;
use tieout_model::{
    Artifact, DataSetKind, DataSetResult, FootingLine, Outcome, RESULT_SCHEMA, Reason, ReasonCode, RunResult,
    StageName, TableResult, conclude, foot_comparison, foot_data_set,
};
use tieout_reconcile::ReconcileError;
use tieout_tables::TableReader;

use crate::StageError;
use crate::extract;
use crate::layout::table_name;
use crate::ports::{ArtifactStore, QueryEngine};
use crate::publish::{Committed, StagedContent, StagedFile, commit, publish, publish_fixed};
use crate::run::RunContext;
use crate::wire::{DataSetCommit, Extracted, Reconciled, WIRE_SCHEMA, to_json};

use exceptions::ExceptionsTable;
pub use exceptions::{ExceptionLine, exception_lines};
use tables::RunTables;

/// Name of the table that lists every exception in one form.
pub const EXCEPTIONS: &str = "exceptions";
/// Name of the document that lists the derived data sets, below the attempt.
pub const RECONCILED: &str = "derived.json";

const STAGE: StageName = StageName::Reconcile;
/// Folder of the result tables in scratch.
const TABLES: &str = "reconcile/tables";

/// Name of a comparison's own table.
pub fn comparison_table(id: &str) -> String {
    format!("comparison-{id}")
}

/// Name of the table that explains a comparison's unmatched rows, where the definition relaxes its key.
pub fn explanations_table(id: &str) -> String {
    format!("explanations-{id}")
}

/// Name of an assertion's own table.
pub fn assertion_table(id: &str) -> String {
    format!("assertion-{id}")
}

/// Name of a tie-out's own table.
pub fn tie_out_table(id: &str) -> String {
    format!("tie-out-{id}")
}

/// Name of the table that says what each rule of a classification did.
pub fn coverage_table(data_set: &str) -> String {
    format!("coverage-{data_set}")
}

/// Name of a threshold check's own table.
pub fn threshold_table(id: &str) -> String {
    format!("threshold-{id}")
}

/// A result table in scratch.
struct WrittenTable {
    name: String,
    path: PathBuf,
    rows: u64,
    digest: tieout_model::Digest,
}

/// What the checks of a run add up to, while they are carried out.
struct Work<'a> {
    run: &'a RunContext<'a>,
    engine: &'a dyn QueryEngine,
    tables: RunTables,
    exceptions: ExceptionsTable,
    written: Vec<WrittenTable>,
    result: RunResult,
}

impl Work<'_> {
    /// Where a result table is written.
    fn table_path(&self, name: &str) -> PathBuf {
        self.run.scratch.path().join(TABLES).join(name)
    }
}

/// Reconciles what was extracted and commits the stage.
pub async fn run(
    run: &RunContext<'_>,
    extracted: &Committed,
    store: &dyn ArtifactStore,
    engine: &dyn QueryEngine,
) -> Result<Committed, StageError> {
    if let Some(committed) = Committed::read(run, store, STAGE).await? {
        return Ok(committed);
    }
    run.progress.stage_began(STAGE);
    let from_extract = extract::read(run, store, extracted).await?;
    let (result, derived, files) = reconcile(run, store, engine, &from_extract).await?;
    let rows = result.data_sets.iter().map(|data_set| data_set.rows).sum();
    let committed = publish_all(run, store, extracted.artifact.clone(), result, derived, files).await?;
    run.progress.stage_ended(STAGE, rows);
    Ok(committed)
}

/// Carries out every check of the definition.
async fn reconcile(
    run: &RunContext<'_>,
    store: &dyn ArtifactStore,
    engine: &dyn QueryEngine,
    extracted: &Extracted,
) -> Result<(RunResult, Vec<derive::DerivedTable>, Vec<WrittenTable>), StageError> {
    let mut work = Work {
        run,
        engine,
        tables: RunTables::load(run, store, extracted).await?,
        exceptions: ExceptionsTable::create(&run.scratch.file(&format!("{TABLES}/{EXCEPTIONS}"))?)?,
        written: Vec::new(),
        result: empty_result(run, extracted),
    };
    work.exceptions.add_rejects(run, store, extracted).await?;
    let derived = derive::run(&mut work, extracted).await?;
    comparisons::run(&mut work)?;
    tie_outs::run(&mut work)?;
    assertions::run(&mut work).await?;
    threshold_checks::run(&mut work)?;
    let commits = extracted.data_sets.iter().chain(derived.iter().map(|table| &table.commit));
    work.result.footing = foot(&work.result, &commits.collect::<Vec<_>>());
    (work.result.outcome, work.result.reasons) = conclude(&work.result);
    let exceptions = work.exceptions.finish()?;
    work.written.insert(0, exceptions);
    Ok((work.result, derived, work.written))
}

/// A result that knows the extracted data sets and what kept the others from being read.
fn empty_result(run: &RunContext<'_>, extracted: &Extracted) -> RunResult {
    let control = run.control;
    RunResult {
        schema: RESULT_SCHEMA,
        control: control.id.clone(),
        title: control.title.clone(),
        cutoff_date: run.cutoff_date(),
        interim: control.cutoff.kind == CutoffRuleKind::PreviousMonthEnd && !run.cutoff_date().is_month_end(),
        run: run.document.run_id.run,
        definition: control.digest,
        outcome: Outcome::Clean,
        reasons: extracted.data_sets.iter().flat_map(|commit| commit.reasons.clone()).collect(),
        data_sets: extracted.data_sets.iter().filter_map(|commit| commit.result.clone()).collect(),
        comparisons: Vec::new(),
        tie_outs: Vec::new(),
        assertions: Vec::new(),
        threshold_checks: Vec::new(),
        classifications: Vec::new(),
        footing: Vec::new(),
        tables: Vec::new(),
        package: None,
        report: None,
    }
}

/// Adds up every population and both sides of every comparison.
fn foot(result: &RunResult, commits: &[&DataSetCommit]) -> Vec<FootingLine> {
    let find = |name: &str| result.data_sets.iter().find(|data_set| data_set.name == name);
    let read_totals =
        |name: &str| commits.iter().find(|commit| commit.name == name).map(|commit| commit.read_totals.as_slice());
    // Without a row kept out, the whole of a derived data set is its population: there is nothing to add up.
    let parts = |data_set: &&DataSetResult| data_set.kind == DataSetKind::Extracted || !data_set.excluded.is_empty();
    let totals = |data_set: &DataSetResult| Some(data_set).filter(parts).and_then(|each| read_totals(&each.name));
    let populations = result.data_sets.iter().flat_map(|data_set| foot_data_set(data_set, totals(data_set)));
    let sides =
        result.comparisons.iter().flat_map(|comparison| match (find(&comparison.left), find(&comparison.right)) {
            (Some(left), Some(right)) => foot_comparison(comparison, left, right),
            _ => Vec::new(),
        });
    populations.chain(sides).collect()
}

/// The reason for a check that could not be carried out; a failure of the disk stops the stage instead.
fn reason_or_stop(subject: &str, error: ReconcileError) -> Result<Reason, StageError> {
    let error = StageError::stop_on_disk_failure(subject, error, |error| match error {
        ReconcileError::Table(error) => Ok(error),
        other => Err(other),
    })?;
    Ok(error.reason(subject))
}

/// The reason for a check whose data set is not there.
fn not_carried_out(subject: &str, data_set: &str) -> Reason {
    Reason {
        code: ReasonCode::CheckFailed,
        subject: subject.to_owned(),
        detail: format!("was not carried out, because data set '{data_set}' is missing"),
        cure: format!("see the reason given for '{data_set}'"),
    }
}

/// Publishes derived data sets and tables, then the result, then the manifest.
async fn publish_all(
    run: &RunContext<'_>,
    store: &dyn ArtifactStore,
    input: Artifact,
    mut result: RunResult,
    derived: Vec<derive::DerivedTable>,
    tables: Vec<WrittenTable>,
) -> Result<Committed, StageError> {
    let mut files = Vec::new();
    for table in &derived {
        files.extend(table.path.clone().map(|path| StagedFile {
            name: crate::layout::rows_name(&table.commit.name),
            content: StagedContent::File(path),
        }));
        files.extend(table.excluded.clone().map(|path| StagedFile {
            name: crate::layout::excluded_name(&table.commit.name),
            content: StagedContent::File(path),
        }));
    }
    for table in &tables {
        let content = StagedContent::File(table.path.clone());
        files.push(StagedFile { name: table_name(&table.name), content });
    }
    let mut artifacts = publish(run, store, STAGE, &files).await?;
    let (of_derived, of_tables) = artifacts.split_at(artifacts.len() - tables.len());
    let mut of_derived = of_derived.iter();
    let commits: Vec<DataSetCommit> = derived
        .into_iter()
        .map(|mut table| {
            table.commit.rows = table.path.as_ref().and_then(|_| of_derived.next().cloned());
            table.commit.excluded = table.excluded.as_ref().and_then(|_| of_derived.next().cloned());
            table.commit
        })
        .collect();
    result.tables = tables
        .iter()
        .zip(of_tables)
        .map(|(table, artifact)| TableResult {
            name: table.name.clone(),
            path: artifact.path.clone(),
            rows: table.rows,
            digest: table.digest,
        })
        .collect();
    let reconciled = Reconciled { schema: WIRE_SCHEMA, derived: commits };
    let document =
        StagedFile { name: RECONCILED.to_owned(), content: StagedContent::Bytes(to_json(RECONCILED, &reconciled)?) };
    artifacts.extend(publish(run, store, STAGE, &[document]).await?);
    let key = run.layout.result();
    artifacts.push(publish_fixed(run, store, STAGE, &key, to_json(&key, &result)?).await?);
    commit(run, store, STAGE, vec![input], artifacts).await
}

/// The result that the stage committed.
pub async fn read_result(
    run: &RunContext<'_>,
    store: &dyn ArtifactStore,
    committed: &Committed,
) -> Result<RunResult, StageError> {
    committed.document(run, store, "reconcile/result.json").await
}

/// Opens a table in scratch.
fn open_table(name: &str, path: &std::path::Path) -> Result<TableReader, StageError> {
    TableReader::open(path).map_err(|source| StageError::Table { table: name.to_owned(), source })
}
