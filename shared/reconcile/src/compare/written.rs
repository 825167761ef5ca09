//! Keys as they are written: what normalisation made equal although it is not written alike.
//!
//! A key counts once, however many rows it has. Of the rows of a key only the first one's writing is held.

use arrow::array::{Array, AsArray, Int64Array, StringArray};
use arrow::datatypes::{DataType, TimeUnit};
use arrow::record_batch::RecordBatch;
use tieout_model::{ComparisonDetails, NormalisedColumn, Side};

use super::cursor::Chunk;
use super::moment::{NANOSECONDS_A_DAY, NANOSECONDS_A_MICROSECOND, ticks};
use super::pair::ColumnPair;
use super::plan::ComparisonPlan;
use crate::ReconcileError;

/// A normalised key column of one batch, as it is written.
#[derive(Debug)]
pub(super) enum Written {
    Text(StringArray),
    /// Moments, and how many nanoseconds one of their units has.
    Moment(Int64Array, i128),
}

impl Written {
    /// Reads the normalised key columns of a batch.
    pub(super) fn read(plan: &ComparisonPlan, side: Side, batch: &RecordBatch) -> Result<Vec<Written>, ReconcileError> {
        plan.normalised().map(|pair| Self::column(pair, side, batch)).collect()
    }

    fn column(pair: &ColumnPair, side: Side, batch: &RecordBatch) -> Result<Self, ReconcileError> {
        let values = pair.column(side, batch.columns())?;
        let nanoseconds = match values.data_type() {
            DataType::Date32 => NANOSECONDS_A_DAY,
            DataType::Timestamp(TimeUnit::Nanosecond, _) => 1,
            DataType::Timestamp(..) => NANOSECONDS_A_MICROSECOND,
            _ => return values.as_string_opt().cloned().map(Self::Text).ok_or_else(|| pair.absent()),
        };
        Ok(Self::Moment(ticks(values).map_err(|problem| pair.error(problem))?, nanoseconds))
    }
}

/// How often keys are written in more than one way.
#[derive(Debug)]
pub(super) struct WrittenTally<'a> {
    plan: &'a ComparisonPlan,
    columns: Vec<ColumnTally>,
    /// Rows of the key at hand that were looked at.
    begun: bool,
    keys_merged: u64,
}

/// One normalised column.
#[derive(Debug, Default)]
struct ColumnTally {
    /// The first row's writing of the key at hand: its text, or its moment.
    text: String,
    moment: i128,
    differs: bool,
    keys_merged: u64,
}

impl<'a> WrittenTally<'a> {
    /// Starts at zero.
    pub(super) fn new(plan: &'a ComparisonPlan) -> Self {
        let columns = plan.normalised().map(|_| ColumnTally::default()).collect();
        Self { plan, columns, begun: false, keys_merged: 0 }
    }

    /// Looks at a row of the key at hand.
    pub(super) fn row(&mut self, chunk: &Chunk, row: usize) {
        for (column, written) in self.columns.iter_mut().zip(&chunk.written) {
            match written {
                Written::Text(values) if values.is_valid(row) => column.text(values.value(row), self.begun),
                Written::Moment(values, nanoseconds) if values.is_valid(row) => {
                    column.moment(i128::from(values.value(row)) * nanoseconds, self.begun);
                }
                _ => {}
            }
        }
        self.begun = true;
    }

    /// Counts the key at hand and goes on to the next.
    pub(super) fn end_key(&mut self) {
        self.begun = false;
        let mut differs = false;
        for column in &mut self.columns {
            differs |= column.differs;
            column.keys_merged += u64::from(std::mem::take(&mut column.differs));
        }
        self.keys_merged += u64::from(differs);
    }

    /// Adds the figures to those of the comparison.
    pub(super) fn finish(self, details: &mut ComparisonDetails) {
        details.keys_merged = self.keys_merged;
        let columns = self.plan.normalised().zip(self.columns);
        details.normalised = columns
            .map(|(pair, tally)| NormalisedColumn { column: pair.name.clone(), keys_merged: tally.keys_merged })
            .collect();
    }
}

impl ColumnTally {
    fn text(&mut self, text: &str, begun: bool) {
        if begun {
            self.differs |= self.text != text;
        } else {
            self.text.clear();
            self.text.push_str(text);
        }
    }

    fn moment(&mut self, moment: i128, begun: bool) {
        if begun {
            self.differs |= self.moment != moment;
        } else {
            self.moment = moment;
        }
    }
}
