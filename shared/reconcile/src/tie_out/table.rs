//! The table of a tie-out: every group with both totals.
//!
//! Amounts stand at the scale of the results; a null group value is null.

use std::sync::Arc;

use arrow::array::{ArrayRef, Decimal128Array, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use tieout_model::{Decimal, MAX_PRECISION, TieOutStatus};

use super::{GroupTotal, TieOut};
use crate::ReconcileError;
use crate::error::misfit;

/// Rows of a batch.
const BATCH_ROWS: usize = 8192;

impl TieOut {
    /// The columns of the table: `tie_out`, `currency`, the group columns as text, `left`, `right`, `difference`,
    /// `threshold`, `status`. Errors: a group column with one of these names.
    pub fn schema(&self) -> Result<SchemaRef, ReconcileError> {
        let text = |name: &str, nullable| Field::new(name, DataType::Utf8, nullable);
        let mut fields = vec![text("tie_out", false), text("currency", false)];
        fields.extend(self.by.iter().map(|name| text(name, true)));
        let scale = i8::try_from(self.table_scale()).unwrap_or(i8::MAX);
        for name in ["left", "right", "difference", "threshold"] {
            fields.push(Field::new(name, DataType::Decimal128(MAX_PRECISION, scale), false));
        }
        fields.push(text("status", false));
        for (index, field) in fields.iter().enumerate() {
            if fields.iter().skip(index + 1).any(|other| other.name() == field.name()) {
                let problem =
                    format!("the group column '{}' has the name of a column of the tie-out's table", field.name());
                return Err(misfit(problem, "give the group column another name"));
            }
        }
        Ok(Arc::new(Schema::new(fields)))
    }

    /// The table in batches: one row for each group and currency; without grouping, one for each currency.
    pub fn batches(&self) -> impl Iterator<Item = Result<RecordBatch, ReconcileError>> {
        self.groups.chunks(BATCH_ROWS).map(|groups| self.batch(groups))
    }

    /// The scale that holds amounts and thresholds.
    fn table_scale(&self) -> u8 {
        self.groups.iter().map(|group| group.threshold.scale()).fold(self.scale, u8::max)
    }

    fn batch(&self, groups: &[GroupTotal]) -> Result<RecordBatch, ReconcileError> {
        let schema = self.schema()?;
        let scale = self.table_scale();
        let texts = |values: Vec<Option<String>>| -> ArrayRef { Arc::new(StringArray::from(values)) };
        let mut columns = vec![
            texts(groups.iter().map(|_| Some(self.id.clone())).collect()),
            texts(groups.iter().map(|group| Some(group.currency.to_string())).collect()),
        ];
        for index in 0..self.by.len() {
            columns.push(texts(groups.iter().map(|group| group.group.get(index)?.text()).collect()));
        }
        let figures: [fn(&GroupTotal) -> Decimal; 4] =
            [|group| group.left, |group| group.right, |group| group.difference, |group| group.threshold];
        for figure in figures {
            let values = groups.iter().map(|group| figure(group).rescaled(scale).map(Decimal::unscaled));
            let values = values
                .collect::<Result<Vec<i128>, _>>()
                .map_err(|_| ReconcileError::Overflow { column: self.id.clone() })?;
            let signed_scale = i8::try_from(scale).unwrap_or(i8::MAX);
            let values =
                Decimal128Array::from_iter_values(values).with_precision_and_scale(MAX_PRECISION, signed_scale)?;
            columns.push(Arc::new(values));
        }
        let status = |group: &GroupTotal| match group.status {
            TieOutStatus::Ok => "ok",
            TieOutStatus::OverThreshold => "over_threshold",
        };
        columns.push(Arc::new(StringArray::from_iter_values(groups.iter().map(status))));
        Ok(RecordBatch::try_new(schema, columns)?)
    }
}
