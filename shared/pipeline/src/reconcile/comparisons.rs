//! Comparisons: carried out by the engine, with every difference written to the comparison's own table.
//!
//! What a definition declares goes to the engine as it is; threads, memory and the run's secret change no byte of the
//! answer.

use arrow::datatypes::SchemaRef;
use tieout_catalog::Comparison;
use tieout_model::ComparisonResult;
use tieout_reconcile::{ComparisonPlan, ComparisonSpec, EngineSettings, ReconcileError, SideSchema, compare_tables};
use tieout_tables::{ParquetTable, TableWriter};

use super::exceptions::ComparisonLines;
use super::secret::Secrets;
use super::tables::RunTable;
use super::{EXCEPTIONS, Work, WrittenTable, comparison_table, explanations, not_carried_out, reason_or_stop};
use crate::StageError;

/// Carries out every comparison of the definition.
pub(super) fn run(work: &mut Work<'_>) -> Result<(), StageError> {
    let secrets = Secrets::new(work.run)?;
    for comparison in &work.run.control.comparisons {
        let (left, right) = (work.tables.get(&comparison.left), work.tables.get(&comparison.right));
        let (Some(left), Some(right)) = (&left, &right) else {
            let missing = if left.is_none() { &comparison.left } else { &comparison.right };
            work.result.reasons.push(not_carried_out(&comparison.id, missing));
            continue;
        };
        work.run.progress.step_began(&comparison.id, None);
        let secret = secrets.of(&comparison.id, [&comparison.left, &comparison.right], &work.result);
        match carry_out(work, comparison, [left, right], secret) {
            Ok((result, tables)) => {
                let over_cap = work.exceptions.add_over_cap(&result);
                over_cap.map_err(|source| StageError::Table { table: EXCEPTIONS.to_owned(), source })?;
                work.result.comparisons.push(result);
                work.written.extend(tables);
            }
            Err(error) => work.result.reasons.push(reason_or_stop(&comparison.id, error)?),
        }
    }
    Ok(())
}

/// Compares, and explains what has no partner where the definition asks for it.
fn carry_out(
    work: &mut Work<'_>,
    comparison: &Comparison,
    [left, right]: [&RunTable; 2],
    secret: [u8; 32],
) -> Result<(ComparisonResult, Vec<WrittenTable>), ReconcileError> {
    let plan = ComparisonPlan::new(spec(comparison), side(left), side(right))?;
    let limits = work.run.limits;
    let settings = EngineSettings {
        threads: limits.threads,
        memory_limit_bytes: Some(limits.memory_limit_bytes),
        scratch: work.run.scratch.path().to_owned(),
        secret,
        paranoid: comparison.paranoid,
    };
    let name = comparison_table(&comparison.id);
    let path = work.table_path(&name);
    let mut writer = TableWriter::create(&path, &plan.exceptions_schema())?;
    let lines = ComparisonLines::new(comparison, left, right);
    let exceptions = &mut work.exceptions;
    let rows = [left, right].map(|table| ParquetTable::open(&table.path, None));
    let [left_rows, right_rows] = rows;
    let result = compare_tables(&plan, &left_rows?, &right_rows?, &settings, &mut |batch| {
        writer.write(&batch)?;
        exceptions.add_comparison(&lines, &batch)
    })?;
    let file = writer.finish()?;
    let listed = WrittenTable { name, path, rows: file.rows, digest: file.digest };
    let explained = explanations::write(work, comparison, [left, right], &listed)?;
    Ok((result, std::iter::once(listed).chain(explained).collect()))
}

/// The comparison in the words of the engine.
fn spec(comparison: &Comparison) -> ComparisonSpec {
    ComparisonSpec {
        id: comparison.id.clone(),
        key: comparison.key.clone(),
        columns: comparison.columns.clone(),
        duplicates: comparison.duplicates.clone(),
        sum_difference: None,
        what_if: comparison.what_if.clone(),
    }
}

fn side(table: &RunTable) -> SideSchema {
    SideSchema { name: table.name.clone(), schema: SchemaRef::clone(&table.schema), amounts: table.amounts.clone() }
}
