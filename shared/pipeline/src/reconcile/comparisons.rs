//! Comparisons: both sides sorted by key, merged, and every difference written to the comparison's own table.

use arrow::datatypes::SchemaRef;
use tieout_catalog::Comparison;
use tieout_model::{ColumnNames, ComparisonResult};
use tieout_reconcile::{ComparedColumn, ComparisonPlan, ReconcileError, SideSchema, compare};
use tieout_tables::TableWriter;

use super::exceptions::ComparisonLines;
use super::tables::RunTable;
use super::{EXCEPTIONS, Work, WrittenTable, comparison_table, not_carried_out, reason_or_stop};
use crate::StageError;

/// Carries out every comparison of the definition.
pub(super) fn run(work: &mut Work<'_>) -> Result<(), StageError> {
    for comparison in &work.run.control.comparisons {
        let (left, right) = (work.tables.get(&comparison.left), work.tables.get(&comparison.right));
        let (Some(left), Some(right)) = (&left, &right) else {
            let missing = if left.is_none() { &comparison.left } else { &comparison.right };
            work.result.reasons.push(not_carried_out(&comparison.id, missing));
            continue;
        };
        work.run.progress.step_began(&comparison.id, None);
        match carry_out(work, comparison, left, right) {
            Ok((result, table)) => {
                let over_cap = work.exceptions.add_over_cap(&result);
                over_cap.map_err(|source| StageError::Table { table: EXCEPTIONS.to_owned(), source })?;
                work.result.comparisons.push(result);
                work.written.push(table);
            }
            Err(error) => work.result.reasons.push(reason_or_stop(&comparison.id, error)?),
        }
    }
    Ok(())
}

fn carry_out(
    work: &mut Work<'_>,
    comparison: &Comparison,
    left: &RunTable,
    right: &RunTable,
) -> Result<(ComparisonResult, WrittenTable), ReconcileError> {
    let plan = plan(comparison, left, right)?;
    let keys = |side: fn(&ColumnNames) -> &String| -> Vec<String> {
        comparison.key.iter().map(|key| side(&key.names)).cloned().collect()
    };
    let scratch = work.run.scratch.path();
    let left_rows = left.sorted(&keys(|pair| &pair.left), scratch)?;
    let right_rows = right.sorted(&keys(|pair| &pair.right), scratch)?;

    let name = comparison_table(&comparison.id);
    let path = work.table_path(&name);
    let mut writer = TableWriter::create(&path, &plan.exceptions_schema())?;
    let lines = ComparisonLines::new(comparison, left, right);
    let exceptions = &mut work.exceptions;
    let result = compare(&plan, left_rows, right_rows, &mut |batch| {
        writer.write(&batch)?;
        exceptions.add_comparison(&lines, &batch)
    })?;
    let file = writer.finish()?;
    Ok((result, WrittenTable { name, path, rows: file.rows, digest: file.digest }))
}

fn plan(comparison: &Comparison, left: &RunTable, right: &RunTable) -> Result<ComparisonPlan, ReconcileError> {
    let key: Vec<_> = comparison.key.iter().map(|pair| (pair.names.left.clone(), pair.names.right.clone())).collect();
    let columns: Vec<_> = comparison
        .columns
        .iter()
        .map(|column| ComparedColumn {
            left: column.names.left.clone(),
            right: column.names.right.clone(),
            absolute: column.tolerance.absolute,
            relative: column.tolerance.relative.map(|relative| relative.fraction),
        })
        .collect();
    ComparisonPlan::new(&comparison.id, side(left), side(right), &key, &columns)
}

fn side(table: &RunTable) -> SideSchema {
    SideSchema { name: table.name.clone(), schema: SchemaRef::clone(&table.schema), amounts: table.amounts.clone() }
}
