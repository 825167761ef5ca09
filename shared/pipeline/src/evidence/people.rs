//! What people open: the exceptions as CSV and the report, both made from the committed tables.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use tieout_catalog::{ChangeKind, FileChange};
use tieout_report::{
    AssertionText, DefinitionChanges, ExceptionKind, ExceptionRow, ExceptionTable, ExceptionsCsv, ROWS_IN_REPORT,
    ReportInput, TieOutSides, render_html,
};
use tieout_tables::{TableError, TableReader, cell_text, column_schemas};

use super::{EXCEPTIONS_CSV, Findings, STAGE};
use crate::StageError;
use crate::kept_definition::{ChangesSince, changes_since_before};
use crate::ports::ArtifactStore;
use crate::publish::Committed;
use crate::reconcile::{
    EXCEPTIONS, ExceptionLine, assertion_table, comparison_table, exception_lines, explanations_table,
};
use crate::run::RunContext;
use crate::scratch::failed;

/// Writes `exceptions.csv` to scratch.
pub(super) async fn exceptions_csv(
    run: &RunContext<'_>,
    store: &dyn ArtifactStore,
    reconciled: &Committed,
) -> Result<PathBuf, StageError> {
    let table = local_table(run, store, reconciled, EXCEPTIONS).await?;
    let path = run.scratch.file(EXCEPTIONS_CSV)?;
    let file = File::create(&path).map_err(|source| failed("write a file", source))?;
    let mut csv = ExceptionsCsv::new(BufWriter::new(file))?;
    for batch in open(&table, EXCEPTIONS)? {
        let batch = batch.map_err(table_failed(EXCEPTIONS))?;
        for line in exception_lines(&batch).map_err(table_failed(EXCEPTIONS))? {
            push(&mut csv, &line)?;
        }
    }
    let writer = csv.finish()?;
    writer.into_inner().map_err(|error| failed("write a file", error.into_error()))?;
    Ok(path)
}

fn push<W: std::io::Write>(csv: &mut ExceptionsCsv<W>, line: &ExceptionLine) -> Result<(), StageError> {
    let detail: Vec<&str> = [&line.columns, &line.note].into_iter().flatten().map(String::as_str).collect();
    let kind = match line.kind.as_str() {
        "comparison" => ExceptionKind::Comparison,
        "assertion" => ExceptionKind::Assertion,
        "tie_out" => ExceptionKind::TieOut,
        "threshold" => ExceptionKind::Threshold,
        _ => ExceptionKind::Rejects,
    };
    let row = ExceptionRow {
        check: &line.check,
        kind,
        class: &line.class,
        key: &line.key,
        detail: &detail.join(": "),
        currency: line.currency.as_deref(),
        left_amount: line.left,
        right_amount: line.right,
        difference: line.amount,
    };
    Ok(csv.push(&row)?)
}

/// Renders `report.html`.
pub(super) async fn report(
    run: &RunContext<'_>,
    store: &dyn ArtifactStore,
    reconciled: &Committed,
    findings: &Findings,
    package_name: &str,
) -> Result<Vec<u8>, StageError> {
    let control = run.control;
    let exceptions = exception_tables(run, store, reconciled, findings).await?;
    let sides = |tie_out: &tieout_catalog::TieOut| TieOutSides {
        id: tie_out.id.clone(),
        left: format!("{}.{}", tie_out.left.data_set, tie_out.left.column),
        right: format!("{}.{}", tie_out.right.data_set, tie_out.right.column),
    };
    let texts = |assertion: &tieout_catalog::Assertion| AssertionText {
        id: assertion.id.clone(),
        description: assertion.description.clone(),
        holds: assertion.holds.clone(),
    };
    let changes = changes_since_before(store, control, &run.document.run_id).await?.map(|found| changes(&found));
    let input = ReportInput {
        result: &findings.result,
        owner: &control.owner.name,
        reviewer: &control.reviewer.name,
        description: &control.description,
        code_version: &run.document.code_version,
        package_file: package_name,
        tie_outs: &control.tie_outs.iter().map(sides).collect::<Vec<_>>(),
        assertions: &control.assertions.iter().map(texts).collect::<Vec<_>>(),
        exceptions: &exceptions,
        changes: changes.as_ref(),
    };
    Ok(render_html(&input)?.into_bytes())
}

/// The files of a definition that differ, in words.
fn changes(found: &ChangesSince) -> DefinitionChanges {
    let file = |change: &FileChange| match change.kind {
        ChangeKind::Added => format!("{} is new", change.path),
        ChangeKind::Removed => format!("{} is gone", change.path),
        ChangeKind::Changed => format!("{} (+{} \u{2212}{} lines)", change.path, change.added, change.removed),
    };
    DefinitionChanges {
        since: format!("{}, run {}", found.run.cutoff_date, found.run.run),
        files: found.changes.iter().map(file).collect(),
    }
}

/// The first rows of every table that has some: comparisons, assertions, rejects.
async fn exception_tables(
    run: &RunContext<'_>,
    store: &dyn ArtifactStore,
    reconciled: &Committed,
    findings: &Findings,
) -> Result<Vec<ExceptionTable>, StageError> {
    let mut tables = Vec::new();
    for comparison in &findings.result.comparisons {
        let path = local_table(run, store, reconciled, &comparison_table(&comparison.id)).await?;
        let title = format!("{} against {}", comparison.left, comparison.right);
        tables.extend(first_rows(&path, &comparison.id, title, ExceptionKind::Comparison)?);
        let explanations = explanations_table(&comparison.id);
        if findings.result.tables.iter().any(|table| table.name == explanations) {
            let path = local_table(run, store, reconciled, &explanations).await?;
            let title = "nearest rows of the other side, and what separates them".to_owned();
            tables.extend(first_rows(&path, &explanations, title, ExceptionKind::Comparison)?);
        }
    }
    for assertion in &findings.result.assertions {
        let path = local_table(run, store, reconciled, &assertion_table(&assertion.id)).await?;
        let definition = run.control.assertions.iter().find(|definition| definition.id == assertion.id);
        let title = definition.map_or_else(String::new, |definition| definition.description.clone());
        tables.extend(first_rows(&path, &assertion.id, title, ExceptionKind::Assertion)?);
    }
    for commit in &findings.extracted.data_sets {
        let Some(rejects) = &commit.rejects else { continue };
        let path = run.fetch(store, STAGE, rejects).await?;
        let title = format!("rows of {} that did not convert; values are masked", commit.name);
        tables.extend(first_rows(&path, &commit.name, title, ExceptionKind::Rejects)?);
    }
    Ok(tables)
}

fn first_rows(path: &Path, id: &str, title: String, kind: ExceptionKind) -> Result<Option<ExceptionTable>, StageError> {
    let reader = open(path, id)?;
    let total_rows = reader.rows();
    if total_rows == 0 {
        return Ok(None);
    }
    let columns = column_schemas(&reader.schema()).map_err(table_failed(id))?;
    let mut rows = Vec::new();
    for batch in reader {
        let batch = batch.map_err(table_failed(id))?;
        for row in 0..batch.num_rows().min(ROWS_IN_REPORT.saturating_sub(rows.len())) {
            let cells = batch.columns().iter().map(|column| cell_text(column, row));
            rows.push(cells.collect::<Result<_, _>>().map_err(table_failed(id))?);
        }
        if rows.len() >= ROWS_IN_REPORT {
            break;
        }
    }
    Ok(Some(ExceptionTable { id: id.to_owned(), title, kind, columns, rows, total_rows }))
}

async fn local_table(
    run: &RunContext<'_>,
    store: &dyn ArtifactStore,
    reconciled: &Committed,
    name: &str,
) -> Result<PathBuf, StageError> {
    let artifact = reconciled.artifact_named(&format!("/{name}.parquet"))?;
    run.fetch(store, STAGE, artifact).await
}

fn open(path: &Path, name: &str) -> Result<TableReader, StageError> {
    TableReader::open(path).map_err(table_failed(name))
}

fn table_failed(name: &str) -> impl FnOnce(TableError) -> StageError + use<> {
    let table = name.to_owned();
    move |source| StageError::Table { table, source }
}
