//! Explanations: for each unmatched row of a comparison the nearest row of the other side, in a table of their own.
//!
//! They are made from the comparison's table alone and change no class and no figure.

use tieout_catalog::Comparison;
use tieout_model::{AmountColumn, ColumnNames};
use tieout_reconcile::{ExplainSpec, ReconcileError, explain, explanations_schema};
use tieout_tables::{TableReader, TableWriter};

use super::exceptions::amounts_of;
use super::tables::RunTable;
use super::{Work, WrittenTable, explanations_table};

/// Writes the explanations of the rows that `listed` has; `None` where the definition relaxes no key.
pub(super) fn write(
    work: &Work<'_>,
    comparison: &Comparison,
    sides: [&RunTable; 2],
    listed: &WrittenTable,
) -> Result<Option<WrittenTable>, ReconcileError> {
    if comparison.relax.is_empty() {
        return Ok(None);
    }
    let spec = spec(comparison, sides);
    let exceptions = TableReader::open(&listed.path)?;
    let schema = exceptions.schema();
    let name = explanations_table(&comparison.id);
    let path = work.table_path(&name);
    let mut writer = TableWriter::create(&path, &explanations_schema(&spec, &schema)?)?;
    explain(&spec, &schema, exceptions, work.run.scratch.path(), &mut |batch| writer.write(&batch))?;
    let file = writer.finish()?;
    Ok(Some(WrittenTable { name, path, rows: file.rows, digest: file.digest }))
}

/// What makes a row near: the key, the compared columns and the amount that the table of all exceptions shows.
fn spec(comparison: &Comparison, sides: [&RunTable; 2]) -> ExplainSpec {
    let in_key = |left: &str, right: &str| {
        let normalised = |key: &tieout_model::KeyColumn| !key.normalisation.is_empty();
        let mut key = comparison.key.iter().filter(|key| !normalised(key));
        key.any(|key| key.names.left == left || key.names.right == right)
    };
    let (left, right) = amounts_of(comparison, sides);
    let name = |amount: Option<AmountColumn>| amount.map(|amount| amount.column);
    ExplainSpec {
        key: comparison.key.iter().map(|key| key.names.left.clone()).collect(),
        // A compared column that is in the key too stands in the table once, as a part of the key.
        compared: comparison
            .columns
            .iter()
            .filter(|column| !in_key(&column.names.left, &column.names.right))
            .map(|column| column.names.clone())
            .collect(),
        relax: comparison.relax.clone(),
        amount: name(left).zip(name(right)).map(|(left, right)| ColumnNames { left, right }),
    }
}
