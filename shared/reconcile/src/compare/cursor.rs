//! One side of the merge: the row it stands at, with one batch of lookahead.
//!
//! A row that comes before the row above it is an error, so a merge never goes wrong in silence.

use arrow::record_batch::RecordBatch;
use arrow::row::{Row, RowConverter};
use tieout_model::Side;

use super::Batches;
use super::key::Keys;
use super::plan::ComparisonPlan;
use crate::ReconcileError;
use crate::amount::{AmountValues, Currencies};

/// A batch with its keys and amounts.
#[derive(Debug)]
pub(super) struct Chunk {
    pub(super) batch: RecordBatch,
    pub(super) keys: Keys,
    /// By amount column of the side.
    pub(super) amounts: Vec<AmountValues>,
}

/// The place in a side.
pub(super) struct Cursor<'a> {
    plan: &'a ComparisonPlan,
    converter: &'a RowConverter,
    side: Side,
    source: Box<dyn Batches + 'a>,
    current: Option<Chunk>,
    upcoming: Option<Chunk>,
    row: usize,
    rows_loaded: u64,
    /// The currencies of the side, by the numbers that amounts carry.
    pub(super) currencies: Currencies,
}

impl<'a> Cursor<'a> {
    /// Stands at the first row.
    pub(super) fn new(
        plan: &'a ComparisonPlan,
        converter: &'a RowConverter,
        side: Side,
        source: impl Batches + 'a,
    ) -> Result<Self, ReconcileError> {
        let mut cursor = Self {
            plan,
            converter,
            side,
            source: Box::new(source),
            current: None,
            upcoming: None,
            row: 0,
            rows_loaded: 0,
            currencies: Currencies::default(),
        };
        cursor.next_chunk()?;
        cursor.next_chunk()?;
        Ok(cursor)
    }

    /// The batch it stands in; `None` at the end.
    pub(super) fn chunk(&self) -> Option<&Chunk> {
        self.current.as_ref()
    }

    /// The row it stands at, within its batch.
    pub(super) fn row(&self) -> usize {
        self.row
    }

    /// The key it stands at; `None` at the end.
    pub(super) fn key(&self) -> Option<Row<'_>> {
        self.current.as_ref().map(|chunk| chunk.keys.get(self.row))
    }

    /// Whether a part of the key is null; false at the end.
    pub(super) fn key_is_null(&self) -> bool {
        self.current.as_ref().is_some_and(|chunk| chunk.keys.is_null(self.row))
    }

    /// Whether the next row has the same key; false at the end.
    pub(super) fn repeats(&self) -> bool {
        self.current.as_ref().is_some_and(|chunk| chunk.keys.repeats(self.row))
    }

    /// Whether the next step leaves the batch.
    pub(super) fn at_last_row(&self) -> bool {
        self.current.as_ref().is_some_and(|chunk| self.row + 1 == chunk.batch.num_rows())
    }

    /// Steps to the next row.
    pub(super) fn step(&mut self) -> Result<(), ReconcileError> {
        if self.at_last_row() {
            self.row = 0;
            return self.next_chunk();
        }
        self.row += 1;
        Ok(())
    }

    /// Moves to the upcoming batch and loads the one after it.
    fn next_chunk(&mut self) -> Result<(), ReconcileError> {
        self.current = self.upcoming.take();
        let first_row = self.rows_loaded + 1;
        self.upcoming = self.load()?;
        if let (Some(current), Some(upcoming)) = (&mut self.current, &self.upcoming)
            && !current.keys.followed_by(&upcoming.keys)
        {
            return Err(self.unsorted(first_row));
        }
        Ok(())
    }

    fn load(&mut self) -> Result<Option<Chunk>, ReconcileError> {
        let side = self.plan.side(self.side);
        let batch = loop {
            match self.source.next().transpose()? {
                None => return Ok(None),
                Some(batch) if batch.num_rows() == 0 => {}
                Some(batch) => break batch,
            }
        };
        let (found, expected) = (batch.schema_ref().fields(), side.schema.fields());
        let same = found.len() == expected.len()
            && found
                .iter()
                .zip(expected)
                .all(|(found, expected)| found.name() == expected.name() && found.data_type() == expected.data_type());
        if !same {
            return Err(ReconcileError::WrongColumns { data_set: side.name.clone() });
        }
        let keys = Keys::read(&self.plan.key, self.converter, self.side, &batch).map_err(|problem| match problem {
            Ok(row) => self.unsorted(self.rows_loaded + row as u64 + 1),
            Err(error) => error,
        })?;
        let amounts = side.amounts.iter().map(|amount| amount.read(&batch, &mut self.currencies));
        let amounts = amounts.collect::<Result<_, _>>()?;
        self.rows_loaded += batch.num_rows() as u64;
        Ok(Some(Chunk { batch, keys, amounts }))
    }

    fn unsorted(&self, row: u64) -> ReconcileError {
        ReconcileError::Unsorted { data_set: self.plan.side(self.side).name.clone(), row }
    }
}
