//! Tie-outs: two totals by group and currency, from one pass over each side.

use tieout_catalog::{TieOut, TotalOf};
use tieout_model::{Currency, Decimal, Reason, ReasonCode};
use tieout_reconcile::{ReconcileError, SideTotals, tie_out};
use tieout_tables::TableWriter;

use super::{Work, WrittenTable, not_carried_out, reason_or_stop, tie_out_table};
use crate::StageError;

/// Carries out every tie-out of the definition.
pub(super) fn run(work: &mut Work<'_>) -> Result<(), StageError> {
    for definition in &work.run.control.tie_outs {
        work.run.progress.step_began(&definition.id, None);
        let sides = [&definition.left, &definition.right];
        if let Some(missing) = sides.into_iter().find(|side| work.tables.get(&side.data_set).is_none()) {
            work.result.reasons.push(not_carried_out(&definition.id, &missing.data_set));
            continue;
        }
        match carry_out(work, definition) {
            Ok((found, table)) => {
                let missing = found.missing_thresholds.iter();
                work.result.reasons.extend(missing.map(|currency| threshold_missing(definition, currency)));
                work.exceptions.add_tie_out(&found.results)?;
                work.result.tie_outs.extend(found.results);
                work.written.push(table);
            }
            Err(error) => work.result.reasons.push(reason_or_stop(&definition.id, error)?),
        }
    }
    Ok(())
}

fn carry_out(work: &Work<'_>, definition: &TieOut) -> Result<(tieout_reconcile::TieOut, WrittenTable), ReconcileError> {
    let left = totals(work, &definition.left, &definition.by)?;
    let right = totals(work, &definition.right, &definition.by)?;
    let thresholds: Vec<(Currency, Decimal)> = work
        .run
        .control
        .thresholds
        .iter()
        .filter(|threshold| definition.thresholds.contains(&threshold.id))
        .map(|threshold| (threshold.currency.clone(), threshold.amount))
        .collect();
    let found = tie_out(&definition.id, left, right, &thresholds)?;
    let name = tie_out_table(&definition.id);
    let path = work.table_path(&name);
    let mut writer = TableWriter::create(&path, &found.schema()?)?;
    for batch in found.batches() {
        writer.write(&batch?)?;
    }
    let file = writer.finish()?;
    Ok((found, WrittenTable { name, path, rows: file.rows, digest: file.digest }))
}

/// The totals of one side, from one pass over its rows.
fn totals(work: &Work<'_>, side: &TotalOf, by: &[String]) -> Result<SideTotals, ReconcileError> {
    let unknown = || ReconcileError::Plan {
        problem: format!("'{}' has no amount column '{}'", side.data_set, side.column),
        cure: "give the column a currency, or name another one".to_owned(),
    };
    let table = work.tables.get(&side.data_set).ok_or_else(unknown)?;
    let mut totals = SideTotals::new(&table.schema, table.amount(&side.column).ok_or_else(unknown)?, by)?;
    for batch in table.read()? {
        totals.update(&batch?)?;
    }
    Ok(totals)
}

fn threshold_missing(definition: &TieOut, currency: &Currency) -> Reason {
    Reason {
        code: ReasonCode::ThresholdMissing,
        subject: definition.id.clone(),
        detail: format!("no threshold is defined for amounts in {currency}"),
        cure: format!("add a threshold in {currency} and name it in the tie-out"),
    }
}
