//! What landed of a database's answer, held against what the database says of it.

use std::collections::BTreeMap;

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::sum_checked;
use arrow::datatypes::{DataType, Decimal128Type};
use tieout_catalog::{DataSet, DataSetQuery};
use tieout_extract::{ExtractError, ProvenTotal, no_proof, proof_tests};
use tieout_model::{AFTER_CUTOFF, BEFORE_PERIOD, Decimal, Reason, ReasonCode};
use tieout_tables::TableError;

use crate::wire::DataSetCommit;

/// Sums of the control-total columns over every row that converted.
#[derive(Debug, Clone, Default)]
pub(super) struct Landed {
    sums: BTreeMap<String, Decimal>,
}

impl Landed {
    /// Sums of the control totals of a data set; of none where it is read from files.
    pub(super) fn of(data_set: &DataSet) -> Self {
        let columns = match &data_set.query {
            DataSetQuery::Database(query) => query.control_total.as_slice(),
            DataSetQuery::Files(_) => &[],
        };
        Self { sums: columns.iter().map(|column| (column.clone(), Decimal::ZERO)).collect() }
    }

    /// Adds rows.
    pub(super) fn take(&mut self, rows: &RecordBatch) -> Result<(), ExtractError> {
        for (column, sum) in &mut self.sums {
            let overflow = || TableError::TotalOverflow { column: column.clone(), currency: "units".to_owned() };
            let absent = || ExtractError::ColumnAbsent { column: column.clone() };
            let values = rows.column_by_name(column).ok_or_else(absent)?;
            let DataType::Decimal128(_, scale) = values.data_type() else { return Err(absent()) };
            let added = sum_checked(values.as_primitive::<Decimal128Type>())?.unwrap_or(0);
            let added = u8::try_from(*scale).ok().and_then(|scale| Decimal::new(added, scale).ok());
            *sum = added.and_then(|added| sum.checked_add(added).ok()).ok_or_else(overflow)?;
        }
        Ok(())
    }

    /// The sums by column.
    pub(super) fn finish(self) -> BTreeMap<String, Decimal> {
        self.sums
    }
}

/// Carries out the tests that hold what landed against the database's own figures.
pub(super) fn carry_out_proof_tests(definition: &DataSet, commit: &mut DataSetCommit) {
    let Some(result) = &mut commit.result else { return };
    match (&definition.query, &commit.query.answer) {
        (DataSetQuery::Files(_), _) => {}
        (DataSetQuery::Database(_), None) => no_proof(result, &definition.tests),
        (DataSetQuery::Database(_), Some(answer)) => {
            let total = |stated: &crate::wire::StatedSum| ProvenTotal {
                column: stated.column.clone(),
                stated: stated.amount,
                landed: commit.landed_totals.get(&stated.column).copied(),
            };
            let totals: Vec<_> = answer.totals.iter().map(total).collect();
            proof_tests(result, &definition.tests, answer.rows, &totals);
        }
    }
}

/// The reason when rows of a database's answer lie outside the window that its query should have kept.
pub(super) fn out_of_window(commit: &DataSetCommit) -> Option<Reason> {
    let result = commit.result.as_ref().filter(|_| commit.query.answer.is_some())?;
    let outside =
        result.excluded.iter().filter(|excluded| [AFTER_CUTOFF, BEFORE_PERIOD].contains(&excluded.reason.as_str()));
    let listed: Vec<_> = outside.map(|excluded| format!("{} rows are {}", excluded.rows, excluded.reason)).collect();
    if listed.is_empty() {
        return None;
    }
    Some(Reason {
        code: ReasonCode::OutOfWindow,
        subject: commit.name.clone(),
        detail: format!("the query has drifted from its window: {}", listed.join(", ")),
        cure: "give the query the same half-open window as the data set, and run again".to_owned(),
    })
}
