//! Which fingerprints stand for a plan: rows with equal ones have equal keys and nothing left to judge.
//!
//! A normalised key has its writing among the values, so that keys which only normalisation makes equal are looked at
//! and counted.

use arrow::datatypes::{DataType, TimeUnit};
use tieout_model::Side;
use tieout_tables::{CellForm, FingerprintColumn, FingerprintPlan, TextForm};

use super::form::PairForm;
use super::pair::ColumnPair;
use super::plan::ComparisonPlan;
use crate::amount::AmountPlan;

impl ComparisonPlan {
    /// The fingerprints of a side. Key and values of both sides pair by place.
    pub(crate) fn fingerprints(&self, side: Side) -> FingerprintPlan {
        let column = |pair: &ColumnPair| {
            let data_type = self.side(side).schema.field(pair.index(side)).data_type();
            FingerprintColumn { column: pair.index(side), form: cell_form(&pair.form, side, data_type) }
        };
        let written = self.normalised().map(|pair| {
            let data_type = self.side(side).schema.field(pair.index(side)).data_type();
            FingerprintColumn { column: pair.index(side), form: written_form(data_type) }
        });
        FingerprintPlan {
            key: self.key.iter().map(|key| column(&key.pair)).collect(),
            values: self.values.iter().map(|value| column(&value.pair)).chain(written).collect(),
        }
    }

    /// The amount columns of a side.
    pub(crate) fn amounts(&self, side: Side) -> &[AmountPlan] {
        &self.side(side).amounts
    }
}

/// The form of a column's cells, which is the same number or text for what compares as equal.
fn cell_form(form: &PairForm, side: Side, data_type: &DataType) -> CellForm {
    match form {
        PairForm::Text(steps) => CellForm::Text(steps.clone()),
        PairForm::Number { .. } => CellForm::Number { up: form.up(side) },
        PairForm::Boolean => CellForm::Boolean,
        PairForm::Date => CellForm::Date,
        PairForm::DateOf if *data_type == DataType::Date32 => CellForm::Date,
        PairForm::DateOf => CellForm::DateOfTimestamp,
        PairForm::Timestamp { .. } => CellForm::Timestamp { up: form.up(side) },
        PairForm::Time { .. } => CellForm::Time { up: form.up(side) },
        PairForm::Float => CellForm::Float,
        PairForm::Binary => CellForm::Bytes,
    }
}

/// A normalised column as it is written. A date beside a timestamp gives other numbers than it: such rows are all
/// looked at.
fn written_form(data_type: &DataType) -> CellForm {
    match data_type {
        DataType::Timestamp(TimeUnit::Nanosecond, _) => CellForm::Timestamp { up: 0 },
        DataType::Timestamp(..) => CellForm::Timestamp { up: 3 },
        DataType::Date32 => CellForm::Date,
        _ => CellForm::Text(TextForm::default()),
    }
}
