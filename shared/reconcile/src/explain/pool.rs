//! The rows that are explained, sorted by one relaxed key after the other.
//!
//! Every row stays in, because a row that has its answer is still a candidate for others. A row is in the group of
//! the rows that agree with it; a null in the relaxed key leaves it without a group.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, StringArray, new_null_array};
use arrow::buffer::NullBuffer;
use arrow::compute::filter_record_batch;
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use tieout_model::{ComparisonClass, Side};
use tieout_tables::{SortedBatches, Sorter, TableError};

use super::ordered_text::OrderedText;
use super::plan::{ANSWERED, Plan, RIGHT};
use crate::ReconcileError;

/// The rows on their way into the order of a relaxed key.
#[derive(Debug)]
pub(super) struct Pool {
    relaxed: usize,
    texts: OrderedText,
    /// Positions of the relaxed key in the table of rows.
    key: Vec<usize>,
    sorter: Sorter,
    questions: u64,
}

impl Pool {
    /// An empty pool for the relaxed key at a position of the plan.
    pub(super) fn new(plan: &Plan, relaxed: usize, scratch: &Path) -> Result<Self, ReconcileError> {
        let positions: Vec<usize> = plan.key_columns().collect();
        let key = plan.relax.get(relaxed).map(|relaxed| relaxed.key.as_slice()).unwrap_or_default();
        let key: Vec<usize> = key.iter().filter_map(|place| positions.get(*place).copied()).collect();
        let texts = OrderedText::new(key.iter().map(|index| plan.rows.field(*index).data_type()))?;
        // Within a group those that ask come first, so that it is known early whom the others are candidates for.
        let order = ["group", "answered", "right"].map(str::to_owned);
        let sorter = Sorter::new(Arc::clone(&plan.rows), &order, scratch)?;
        Ok(Self { relaxed, texts, key, sorter, questions: 0 })
    }

    /// The position of the relaxed key in the plan.
    pub(super) fn relaxed(&self) -> usize {
        self.relaxed
    }

    /// Whether a row has no answer yet.
    pub(super) fn has_questions(&self) -> bool {
        self.questions > 0
    }

    /// Takes the unmatched rows of a batch of the exceptions table.
    pub(super) fn push_exceptions(&mut self, plan: &Plan, exceptions: &RecordBatch) -> Result<(), TableError> {
        if exceptions.schema_ref().fields() != plan.input.fields() {
            let names = |schema: &arrow::datatypes::Schema| {
                schema.fields().iter().map(|field| field.name().as_str()).collect::<Vec<_>>().join(", ")
            };
            let (expected, found) = (names(&plan.input), names(exceptions.schema_ref()));
            return Err(TableError::WrongColumns { expected, found });
        }
        for (side, class) in [(Side::Left, ComparisonClass::OnlyLeft), (Side::Right, ComparisonClass::OnlyRight)] {
            let rows = of_class(exceptions, plan.class, class).map_err(failed("pick the unmatched rows"))?;
            if rows.num_rows() > 0 {
                let rows = under_rows_schema(plan, &rows, side).map_err(failed("pick the columns of a key"))?;
                self.push(plan, &rows)?;
            }
        }
        Ok(())
    }

    /// Takes rows, whatever their group was before.
    pub(super) fn push(&mut self, plan: &Plan, rows: &RecordBatch) -> Result<(), TableError> {
        let key: Vec<ArrayRef> = self.key.iter().map(|index| Arc::clone(rows.column(*index))).collect();
        let nulls = key.iter().fold(None, |nulls, column| NullBuffer::union(nulls.as_ref(), column.nulls()));
        let is_null = |row| nulls.as_ref().is_some_and(|nulls| nulls.is_null(row));
        let groups = self.texts.texts(&key, is_null).map_err(failed("bring a key into one form"))?;
        if let Some(answered) = rows.column(ANSWERED).as_boolean_opt() {
            self.questions += answered.values().len().saturating_sub(answered.true_count()) as u64;
        }
        let columns = std::iter::once(Arc::new(groups) as ArrayRef).chain(rows.columns().iter().skip(1).cloned());
        let rows = RecordBatch::try_new(Arc::clone(&plan.rows), columns.collect());
        self.sorter.push(rows.map_err(failed("put rows into groups"))?)
    }

    /// The rows by group, those that ask first, then left before right.
    pub(super) fn sorted(self) -> Result<SortedBatches, TableError> {
        self.sorter.finish()
    }
}

/// The rows with other answers than they had: true for those that have one.
pub(super) fn with_answers(plan: &Plan, rows: &RecordBatch, answered: BooleanArray) -> Result<RecordBatch, ArrowError> {
    let mut columns = rows.columns().to_vec();
    if let Some(column) = columns.get_mut(ANSWERED) {
        *column = Arc::new(answered);
    }
    RecordBatch::try_new(Arc::clone(&plan.rows), columns)
}

/// The side of every row: true for right.
pub(super) fn right_sides(rows: &RecordBatch) -> Option<BooleanArray> {
    rows.columns().get(RIGHT)?.as_boolean_opt().cloned()
}

fn of_class(exceptions: &RecordBatch, column: usize, class: ComparisonClass) -> Result<RecordBatch, ArrowError> {
    let classes: Option<&StringArray> = exceptions.columns().get(column).and_then(|column| column.as_string_opt());
    let picked: BooleanArray = classes.into_iter().flatten().map(|found| Some(found == Some(class.as_str()))).collect();
    filter_record_batch(exceptions, &picked)
}

fn under_rows_schema(plan: &Plan, rows: &RecordBatch, side: Side) -> Result<RecordBatch, ArrowError> {
    let flags = |value| -> ArrayRef { Arc::new(BooleanArray::from(vec![value; rows.num_rows()])) };
    let mut columns: Vec<ArrayRef> = plan
        .rows
        .fields()
        .iter()
        .map(|field| {
            // Only the columns of this side are filled in below.
            if field.is_nullable() { new_null_array(field.data_type(), rows.num_rows()) } else { flags(false) }
        })
        .collect();
    for (place, pair) in plan.row_columns(side).zip(&plan.columns) {
        let [left, right] = pair.input;
        if let Some(column) = columns.get_mut(place) {
            *column = Arc::clone(rows.column(if side == Side::Left { left } else { right }));
        }
    }
    if let Some(column) = columns.get_mut(RIGHT) {
        *column = flags(side == Side::Right);
    }
    RecordBatch::try_new(Arc::clone(&plan.rows), columns)
}

/// Names what was tried when Arrow refused it.
pub(super) fn failed(action: &'static str) -> impl FnOnce(ArrowError) -> TableError {
    move |source| TableError::Arrow { action, source }
}
