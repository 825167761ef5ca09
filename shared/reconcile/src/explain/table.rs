//! The explanations table: lines about rows become its columns, sorted by the row that they are about.
//!
//! Lines come in the order in which groups are judged; the table has them by side, key and candidate.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Decimal128Array, Decimal256Array, Int64Array, StringArray, new_null_array};
use arrow::compute::interleave;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, i256};
use arrow::record_batch::RecordBatch;
use tieout_model::{MAX_PRECISION, Side};
use tieout_tables::{Sorter, TableError};

use super::ordered_text::OrderedText;
use super::plan::Plan;
use super::{Explained, FoundCounts, Limits, RelaxedCounts};
use crate::ReconcileError;

/// A row of one of several batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) batch: usize,
    pub(super) row: usize,
}

/// The answer to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    Nearest,
    Ambiguous,
    None,
    TooMany,
}

/// A line of the table, with its rows by their places in the batches at hand.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) side: Side,
    pub(super) row: Place,
    /// The number of the line among those of its row.
    pub(super) ordinal: i64,
    pub(super) found: Found,
    /// The relaxed key that had candidates.
    pub(super) relaxed: Option<usize>,
    pub(super) candidates: u64,
    pub(super) candidate: Option<Place>,
    pub(super) differs_in: Option<String>,
    pub(super) amount_difference: Option<i256>,
}

/// Collects lines and hands them on in order.
#[derive(Debug)]
pub(super) struct Table<'a> {
    plan: &'a Plan,
    pub(super) limits: Limits,
    /// Texts in the order of the rows, by side.
    order: [OrderedText; 2],
    schema: SchemaRef,
    sorter: Sorter,
    explained: Explained,
}

impl Line {
    /// The only line of a row that has no candidate to show.
    pub(super) fn without_candidate(
        row: Place,
        side: Side,
        found: Found,
        relaxed: Option<usize>,
        candidates: u64,
    ) -> Self {
        Self {
            side,
            row,
            ordinal: 0,
            found,
            relaxed,
            candidates,
            candidate: None,
            differs_in: None,
            amount_difference: None,
        }
    }
}

impl Found {
    fn as_str(self) -> &'static str {
        match self {
            Self::Nearest => "nearest",
            Self::Ambiguous => "ambiguous",
            Self::None => "none",
            Self::TooMany => "too_many",
        }
    }
}

impl FoundCounts {
    fn count(&mut self, found: Found) {
        let counter = match found {
            Found::Nearest => &mut self.nearest,
            Found::Ambiguous => &mut self.ambiguous,
            Found::None => &mut self.none,
            Found::TooMany => &mut self.too_many,
        };
        *counter += 1;
    }
}

impl<'a> Table<'a> {
    pub(super) fn new(plan: &'a Plan, limits: Limits, scratch: &Path) -> Result<Self, ReconcileError> {
        // No column of the table is called like these, because '#' begins the name of none that a plan makes.
        let mut fields = vec![
            Arc::new(Field::new("#order", DataType::Utf8, false)),
            Arc::new(Field::new("#ordinal", DataType::Int64, false)),
        ];
        fields.extend(plan.output.fields().iter().cloned());
        let schema = Arc::new(Schema::new(fields));
        let sorter = Sorter::new(Arc::clone(&schema), &["side", "#order", "#ordinal"].map(str::to_owned), scratch)?;
        let types = |side| plan.row_columns(side).map(|index| plan.rows.field(index).data_type()).collect::<Vec<_>>();
        let order = |side| OrderedText::new(types(side).into_iter());
        let relaxed = spec_columns(plan).map(|columns| RelaxedCounts { columns, found: FoundCounts::default() });
        let explained =
            Explained { left: FoundCounts::default(), right: FoundCounts::default(), relaxed: relaxed.collect() };
        Ok(Self { plan, limits, order: [order(Side::Left)?, order(Side::Right)?], schema, sorter, explained })
    }

    /// Takes lines about rows of these batches.
    pub(super) fn push(&mut self, batches: &[&RecordBatch], lines: &[Line]) -> Result<(), ReconcileError> {
        for side in [Side::Left, Side::Right] {
            let lines: Vec<&Line> = lines.iter().filter(|line| line.side == side).collect();
            for lines in lines.chunks(8_192) {
                let batch = self.batch(side, batches, lines)?;
                self.sorter.push(batch)?;
            }
            for line in lines.iter().filter(|line| line.ordinal == 0) {
                let counts = if side == Side::Left { &mut self.explained.left } else { &mut self.explained.right };
                counts.count(line.found);
                if let Some(relaxed) = line.relaxed.and_then(|relaxed| self.explained.relaxed.get_mut(relaxed)) {
                    relaxed.found.count(line.found);
                }
            }
        }
        Ok(())
    }

    /// Hands on the table in order.
    pub(super) fn finish(
        self,
        sink: &mut dyn FnMut(RecordBatch) -> Result<(), TableError>,
    ) -> Result<Explained, ReconcileError> {
        for batch in self.sorter.finish()? {
            let columns = batch?.columns().iter().skip(2).cloned().collect();
            sink(RecordBatch::try_new(Arc::clone(&self.plan.output), columns)?)?;
        }
        Ok(self.explained)
    }

    fn batch(&self, side: Side, batches: &[&RecordBatch], lines: &[&Line]) -> Result<RecordBatch, ReconcileError> {
        let plan = self.plan;
        let rows: Vec<Option<Place>> = lines.iter().map(|line| Some(line.row)).collect();
        let candidates: Vec<Option<Place>> = lines.iter().map(|line| line.candidate).collect();
        let of_row =
            plan.row_columns(side).map(|index| pick(plan, batches, index, &rows)).collect::<Result<Vec<_>, _>>()?;
        let [left, right] = &self.order;
        let order = if side == Side::Left { left } else { right }.texts(&of_row, |_| false)?;
        let texts = |text: fn(&Plan, &Line) -> Option<String>| -> ArrayRef {
            Arc::new(lines.iter().map(|line| text(plan, line)).collect::<StringArray>())
        };
        let numbers = |number: fn(&Line) -> i64| -> ArrayRef {
            Arc::new(lines.iter().map(|line| Some(number(line))).collect::<Int64Array>())
        };
        let mut columns: Vec<ArrayRef> = vec![Arc::new(order), numbers(|line| line.ordinal)];
        columns.push(texts(|_, line| Some(if line.side == Side::Left { "left" } else { "right" }.to_owned())));
        columns.extend(of_row.into_iter().take(plan.key));
        columns.push(texts(|_, line| Some(line.found.as_str().to_owned())));
        columns.push(texts(|plan, line| Some(plan.relax.get(line.relaxed?)?.text.clone())));
        columns.push(numbers(|line| i64::try_from(line.candidates).unwrap_or(i64::MAX)));
        for index in plan.key_columns() {
            columns.push(pick(plan, batches, index, &candidates)?);
        }
        columns.push(texts(|_, line| line.differs_in.clone()));
        columns.push(self.differences(lines)?);
        Ok(RecordBatch::try_new(Arc::clone(&self.schema), columns)?)
    }

    fn differences(&self, lines: &[&Line]) -> Result<ArrayRef, ReconcileError> {
        let Some(amount) = &self.plan.amount else {
            return Ok(new_null_array(&DataType::Decimal128(MAX_PRECISION, 0), lines.len()));
        };
        let values = lines.iter().map(|line| line.amount_difference);
        let overflow = |_| ReconcileError::Overflow { column: amount.name.clone() };
        Ok(match amount.difference {
            DataType::Decimal256(precision, scale) => {
                let values: Decimal256Array = values.collect();
                let values = values.with_precision_and_scale(precision, scale)?;
                values.validate_decimal_precision(precision).map_err(overflow)?;
                Arc::new(values)
            }
            DataType::Decimal128(precision, scale) => {
                let narrow = |value: i256| value.to_i128().ok_or(());
                let values = values.map(|value| value.map(narrow).transpose()).collect::<Result<Decimal128Array, ()>>();
                let values = values.map_err(|()| ReconcileError::Overflow { column: amount.name.clone() })?;
                let values = values.with_precision_and_scale(precision, scale)?;
                values.validate_decimal_precision(precision).map_err(overflow)?;
                Arc::new(values)
            }
            _ => new_null_array(&amount.difference, lines.len()),
        })
    }
}

/// A column of the rows at places; null where there is no place.
fn pick(
    plan: &Plan,
    batches: &[&RecordBatch],
    column: usize,
    places: &[Option<Place>],
) -> Result<ArrayRef, ReconcileError> {
    let null = new_null_array(plan.rows.field(column).data_type(), 1);
    let mut arrays: Vec<&dyn Array> = vec![&null];
    arrays.extend(batches.iter().map(|batch| batch.column(column) as &dyn Array));
    let places: Vec<(usize, usize)> =
        places.iter().map(|place| place.map_or((0, 0), |place| (place.batch + 1, place.row))).collect();
    Ok(interleave(&arrays, &places)?)
}

/// The columns of every relaxed key.
fn spec_columns(plan: &Plan) -> impl Iterator<Item = Vec<String>> {
    let name = |place: &usize| plan.columns.get(*place).map(|pair| pair.name.clone());
    plan.relax.iter().map(move |relaxed| relaxed.key.iter().filter_map(name).collect())
}
