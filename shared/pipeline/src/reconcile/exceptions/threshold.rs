//! The lines of a threshold check: every row at or above its threshold.

use arrow::record_batch::RecordBatch;
use tieout_model::{ThresholdCheck, ThresholdContract, ThresholdStatus};
use tieout_tables::TableError;

use super::{AmountPlace, ExceptionLine, ExceptionsTable, amount_at, decimal_at, key_text, text_at, trimmed};

impl ExceptionsTable {
    /// Adds the rows of a judged batch that are at or above their threshold.
    pub(in crate::reconcile) fn add_threshold_check(
        &mut self,
        check: &ThresholdCheck,
        contract: &ThresholdContract,
        judged: &RecordBatch,
    ) -> Result<(), TableError> {
        let place = AmountPlace { column: check.amount.clone(), currency: check.currency.clone() };
        let threshold = format!("threshold_{}", contract.currency.as_str().to_lowercase());
        for row in 0..judged.num_rows() {
            if text_at(judged, "status", row)?.as_deref() != Some(ThresholdStatus::Investigate.as_str()) {
                continue;
            }
            let (amount, currency) = amount_at(judged, Some(&place), row)?;
            let rule = text_at(judged, "threshold_rule", row)?.unwrap_or_default();
            let value = decimal_at(judged, &threshold, row)?.map(|value| trimmed(value).grouped()).unwrap_or_default();
            self.push(ExceptionLine {
                check: check.id.clone(),
                kind: "threshold".to_owned(),
                class: check.finding.clone(),
                severity: check.severity.as_str().to_owned(),
                key: key_text(judged, &check.subject, row)?,
                columns: Some(check.amount.clone()),
                currency,
                note: Some(format!("threshold {} {value} by rule {rule}", contract.currency)),
                amount,
                ..ExceptionLine::default()
            })?;
        }
        Ok(())
    }
}
