//! Assertions: a predicate evaluated by the SQL engine for every row, judged and valued here.

use std::sync::Arc;

use tieout_catalog::Assertion;
use tieout_model::{AssertionResult, Reason, ReasonCode};
use tieout_reconcile::{AMOUNT_COLUMN, AssertionCheck, AssertionPlan, AtStakePlan, HOLDS_COLUMN, ReconcileError};
use tieout_tables::{Sorter, TableError, TableWriter};

use super::tables::RunTable;
use super::{Work, WrittenTable, assertion_table, not_carried_out, reason_or_stop};
use crate::StageError;
use crate::error::chain;
use crate::ports::EngineError;

/// Why an assertion could not be carried out; every kind is a reason for the result.
#[derive(Debug, thiserror::Error)]
enum AssertError {
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Reconcile(#[from] ReconcileError),
    #[error(transparent)]
    Table(#[from] TableError),
}

impl AssertError {
    fn reason_or_stop(self, assertion: &Assertion) -> Result<Reason, StageError> {
        let error = match self {
            Self::Reconcile(error) => return reason_or_stop(&assertion.id, error),
            Self::Table(error) => return reason_or_stop(&assertion.id, ReconcileError::Table(error)),
            Self::Engine(error) => error,
        };
        Ok(Reason {
            code: ReasonCode::CheckFailed,
            subject: assertion.id.clone(),
            detail: chain(&error),
            cure: "correct the predicate or the amount; `tieout check` shows the place".to_owned(),
        })
    }
}

/// Carries out every assertion of the definition.
pub(super) async fn run(work: &mut Work<'_>) -> Result<(), StageError> {
    for assertion in &work.run.control.assertions {
        let Some(table) = work.tables.get(&assertion.data_set) else {
            work.result.reasons.push(not_carried_out(&assertion.id, &assertion.data_set));
            continue;
        };
        work.run.progress.step_began(&assertion.id, None);
        match carry_out(work, assertion, &table).await {
            Ok((result, written)) => {
                work.result.assertions.push(result);
                work.written.push(written);
            }
            Err(error) => work.result.reasons.push(error.reason_or_stop(assertion)?),
        }
    }
    Ok(())
}

/// The query of an assertion: every column, the predicate, and the amount at stake of the rows that fail.
pub(crate) fn assertion_sql(assertion: &Assertion) -> String {
    let (table, holds) = (&assertion.data_set, &assertion.holds);
    match &assertion.at_stake {
        Some(at_stake) => {
            format!("SELECT *, ({holds}) AS {HOLDS_COLUMN}, ({}) AS {AMOUNT_COLUMN} FROM {table}", at_stake.expression)
        }
        None => format!("SELECT *, ({holds}) AS {HOLDS_COLUMN} FROM {table}"),
    }
}

async fn carry_out(
    work: &mut Work<'_>,
    assertion: &Assertion,
    table: &RunTable,
) -> Result<(AssertionResult, WrittenTable), AssertError> {
    let sql = assertion_sql(assertion);
    let mut answer = work.engine.query(&[table.for_engine()], &sql, &work.run.parameters).await?;
    let plan = AssertionPlan {
        id: assertion.id.clone(),
        data_set: assertion.data_set.clone(),
        severity: assertion.severity,
        at_stake: assertion
            .at_stake
            .as_ref()
            .map(|at_stake| AtStakePlan { currency: at_stake.currency.clone(), decimals: at_stake.decimals }),
    };
    let mut check = AssertionCheck::new(plan, &answer.schema())?;
    let schema = check.failures_schema();
    // The engine may answer in any order; the failures are put into the order of the data set's key.
    let all: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
    let order: Vec<String> =
        table.key.iter().chain(all.iter().filter(|name| !table.key.contains(name))).cloned().collect();
    let mut sorter = Sorter::new(Arc::clone(&schema), &order, work.run.scratch.path())?;
    while let Some(batch) = answer.next_batch().await? {
        check.update(&batch, &mut |failures| sorter.push(failures))?;
    }
    let result = check.finish()?;
    let name = assertion_table(&assertion.id);
    let path = work.table_path(&name);
    let mut writer = TableWriter::create(&path, &schema)?;
    for batch in sorter.finish()? {
        let batch = batch?;
        writer.write(&batch)?;
        let subject = if assertion.subject.is_empty() { &table.key } else { &assertion.subject };
        work.exceptions.add_assertion(assertion, subject, &batch)?;
    }
    let file = writer.finish()?;
    Ok((result, WrittenTable { name, path, rows: file.rows, digest: file.digest }))
}
