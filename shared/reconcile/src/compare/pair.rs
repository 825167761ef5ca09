//! A column of the left side with its counterpart on the right, found by name and brought into one form.
//!
//! What does not compare is refused with both places and what to do.

use arrow::array::ArrayRef;
use arrow::datatypes::DataType;
use tieout_model::{ColumnNames, Normalisation, NormalisationStep, Side};

use super::form::{PairForm, Unfit, Unformed, type_name};
use super::spec::SideSchema;
use crate::ReconcileError;
use crate::amount::position;
use crate::error::misfit;

/// What a pair of columns is in its comparison, for messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PairRole {
    Key,
    Compared,
    Order,
    Summed,
}

/// A pair of columns and the form in which they compare.
#[derive(Debug, Clone)]
pub(crate) struct ColumnPair {
    /// Name on the left side; also the name under which both are reported.
    pub(crate) name: String,
    /// Position on the left side.
    pub(crate) left: usize,
    /// Position on the right side.
    pub(crate) right: usize,
    pub(crate) form: PairForm,
}

impl ColumnPair {
    /// Pairs two columns, or says why they do not compare.
    pub(super) fn new(
        left: &SideSchema,
        right: &SideSchema,
        names: &ColumnNames,
        normalisation: &Normalisation,
        role: PairRole,
    ) -> Result<Self, ReconcileError> {
        let (left_index, left_type) = column(left, &names.left)?;
        let (right_index, right_type) = column(right, &names.right)?;
        let form = PairForm::new(left_type, right_type, normalisation).map_err(|unfit| {
            let what = if role == PairRole::Key { "key column" } else { "column" };
            let left_place = format!("{what} '{}' of '{}' is {}", names.left, left.name, type_name(left_type));
            let right_place = format!("'{}' of '{}' is {}", names.right, right.name, type_name(right_type));
            refusal(unfit, &format!("{left_place}, but {right_place}"), &left_place, [left_type, right_type])
        })?;
        Ok(Self { name: names.left.clone(), left: left_index, right: right_index, form })
    }

    /// The position on a side.
    pub(crate) fn index(&self, side: Side) -> usize {
        if side == Side::Left { self.left } else { self.right }
    }

    /// The column of a side in the common form.
    pub(super) fn common(&self, side: Side, columns: &[ArrayRef]) -> Result<ArrayRef, ReconcileError> {
        let values = self.column(side, columns)?;
        self.form.common(side, values).map_err(|problem| self.error(problem))
    }

    /// The column of a side as it is.
    pub(super) fn column<'a>(&self, side: Side, columns: &'a [ArrayRef]) -> Result<&'a ArrayRef, ReconcileError> {
        columns.get(self.index(side)).ok_or_else(|| self.absent())
    }

    /// Values in the common form as they stand in the exceptions table.
    pub(super) fn show(&self, values: &ArrayRef) -> Result<ArrayRef, ReconcileError> {
        self.form.show(values).map_err(|problem| self.error(problem))
    }

    /// The error of a column that could not be brought into the form.
    pub(super) fn error(&self, problem: Unformed) -> ReconcileError {
        match problem {
            Unformed::TooWide => self.too_wide(),
            Unformed::Arrow(error) => error.into(),
            Unformed::Table(error) => error.into(),
        }
    }

    /// The error of a value that does not fit the common form.
    pub(super) fn too_wide(&self) -> ReconcileError {
        ReconcileError::TooWide { column: self.name.clone() }
    }

    /// The error of a batch without the column.
    pub(super) fn absent(&self) -> ReconcileError {
        misfit(format!("a batch lacks column '{}'", self.name), "report it as a fault of the program")
    }
}

/// The position and type of a column of a side.
pub(super) fn column<'a>(side: &'a SideSchema, name: &str) -> Result<(usize, &'a DataType), ReconcileError> {
    let index = position(&side.schema, name, &side.name)?;
    Ok((index, side.schema.field(index).data_type()))
}

fn refusal(unfit: Unfit, both: &str, left: &str, types: [&DataType; 2]) -> ReconcileError {
    match unfit {
        Unfit::Step(NormalisationStep::Date) => misfit(
            format!("{both}: 'date' does not apply to them"),
            "declare the normalisation 'date' on timestamps only",
        ),
        Unfit::Step(step) => {
            let problem = format!("{left}: '{step}' does not apply to it");
            misfit(problem, format!("declare the normalisation '{step}' on text only"))
        }
        Unfit::Zones => misfit(both, "convert one of them, so that both or neither have a time zone"),
        Unfit::Types if types.contains(&&DataType::Float64) => {
            misfit(both, "cast the binary float to decimal, or leave the column out")
        }
        Unfit::Types if types.contains(&&DataType::Date32) && types.iter().any(|other| is_timestamp(other)) => {
            misfit(both, "declare the normalisation 'date', which drops the time of day")
        }
        Unfit::Types => misfit(both, "declare both with the same type, or leave the column out"),
    }
}

fn is_timestamp(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Timestamp(..))
}
