//! Threshold checks: every row of a data set against the contract in force, written with what is said of it.

use tieout_model::{ThresholdCheck, ThresholdCheckResult};
use tieout_reconcile::{ReconcileError, ThresholdRows};
use tieout_tables::TableWriter;

use super::{Work, WrittenTable, not_carried_out, reason_or_stop, threshold_table};
use crate::StageError;

/// Carries out every threshold check of the definition.
pub(super) fn run(work: &mut Work<'_>) -> Result<(), StageError> {
    for check in &work.run.control.threshold_checks {
        work.run.progress.step_began(&check.id, None);
        if work.tables.get(&check.data_set).is_none() {
            work.result.reasons.push(not_carried_out(&check.id, &check.data_set));
            continue;
        }
        match carry_out(work, check) {
            Ok((result, table)) => {
                work.result.threshold_checks.push(result);
                work.written.push(table);
            }
            Err(error) => work.result.reasons.push(reason_or_stop(&check.id, error)?),
        }
    }
    Ok(())
}

fn carry_out(
    work: &mut Work<'_>,
    check: &ThresholdCheck,
) -> Result<(ThresholdCheckResult, WrittenTable), ReconcileError> {
    let unknown = |what: &str, name: &str| ReconcileError::Plan {
        problem: format!("there is no {what} '{name}'"),
        cure: "check the definition with `tieout check`".to_owned(),
    };
    let table = work.tables.get(&check.data_set).ok_or_else(|| unknown("data set", &check.data_set))?;
    let contracts = &work.run.control.threshold_contracts;
    let contract = contracts.iter().find(|contract| contract.id == check.contract);
    let contract = contract.ok_or_else(|| unknown("threshold contract", &check.contract))?;
    let mut rows = ThresholdRows::new(check, contract, work.run.cutoff_date(), &table.schema)?;
    let name = threshold_table(&check.id);
    let path = work.table_path(&name);
    let mut writer = TableWriter::create(&path, &rows.schema())?;
    for batch in table.read()? {
        let judged = rows.judge(&batch?)?;
        writer.write(&judged)?;
        work.exceptions.add_threshold_check(check, contract, &judged)?;
    }
    let file = writer.finish()?;
    Ok((rows.finish(), WrittenTable { name, path, rows: file.rows, digest: file.digest }))
}
