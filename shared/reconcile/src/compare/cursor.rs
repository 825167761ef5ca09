//! One side of the merge: the row it stands at, with one batch of lookahead.
//!
//! A row that comes before the row above it is an error, so a merge never goes wrong in silence.

use arrow::compute::concat_batches;
use arrow::record_batch::RecordBatch;
use arrow::row::{Row, RowConverter};
use tieout_model::Side;
use tieout_tables::SortedBatches;

use super::key::{Keys, converter};
use super::plan::{ComparisonPlan, DuplicatesPlan};
use super::written::Written;
use crate::ReconcileError;
use crate::amount::{AmountValues, Currencies};

/// A batch with its keys and amounts.
#[derive(Debug)]
pub(super) struct Chunk {
    /// The side's columns, and those added for the sort.
    pub(super) batch: RecordBatch,
    pub(super) keys: Keys,
    /// By amount column of the side.
    pub(super) amounts: Vec<AmountValues>,
    /// By normalised key column.
    pub(super) written: Vec<Written>,
    /// Whether each row stands equal with the next one in the order in which duplicates are paired.
    ties: Vec<bool>,
}

impl Chunk {
    /// Whether a row stands equal with the next one in the order in which duplicates are paired.
    pub(super) fn ties(&self, row: usize) -> bool {
        self.ties.get(row) == Some(&true)
    }
}

/// The place in a side.
pub(super) struct Cursor<'a> {
    plan: &'a ComparisonPlan,
    side: Side,
    keys: RowConverter,
    /// The declared order of duplicates.
    order: Option<RowConverter>,
    source: SortedBatches,
    current: Option<Chunk>,
    upcoming: Option<Chunk>,
    row: usize,
    rows_loaded: u64,
    /// The currencies of the side, by the numbers that amounts carry.
    pub(super) currencies: Currencies,
}

impl<'a> Cursor<'a> {
    /// Stands at the first row of the side's sorted rows.
    pub(super) fn new(plan: &'a ComparisonPlan, side: Side, source: SortedBatches) -> Result<Self, ReconcileError> {
        let order = match &plan.duplicates {
            DuplicatesPlan::Pair(order) => Some(converter(order.iter().map(|column| &column.pair))?),
            DuplicatesPlan::List | DuplicatesPlan::Sum(_) => None,
        };
        let mut cursor = Self {
            plan,
            side,
            keys: converter(plan.key.iter().map(|key| &key.pair))?,
            order,
            source,
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

    /// The first row of its batch that has another key or is not there.
    pub(super) fn group_end(&self) -> usize {
        self.current.as_ref().map_or(0, |chunk| chunk.keys.end(self.row))
    }

    /// Whether a step over so many rows leaves the batch.
    pub(super) fn leaves(&self, rows: usize) -> bool {
        self.current.as_ref().is_some_and(|chunk| self.row + rows >= chunk.batch.num_rows())
    }

    /// Whether rows with the key at hand are beyond the batch.
    pub(super) fn group_goes_on(&self) -> bool {
        let end = self.group_end();
        self.leaves(end - self.row) && self.current.as_ref().is_some_and(|chunk| chunk.keys.repeats(end - 1))
    }

    /// Steps over rows of its batch.
    pub(super) fn step(&mut self, rows: usize) -> Result<(), ReconcileError> {
        if self.leaves(rows) {
            self.row = 0;
            return self.next_chunk();
        }
        self.row += rows;
        Ok(())
    }

    /// Brings all rows of the key at hand into one batch; places in the batch it stood in are no longer good.
    pub(super) fn gather(&mut self) -> Result<(), ReconcileError> {
        let mut pieces = Vec::new();
        while let Some(current) = &self.current {
            let first_row = if pieces.is_empty() { self.row } else { 0 };
            let rows = current.batch.num_rows() - first_row;
            let goes_on = current.keys.end(first_row) == current.batch.num_rows()
                && current.keys.repeats(current.batch.num_rows() - 1);
            pieces.push(current.batch.slice(first_row, rows));
            if !goes_on {
                break;
            }
            self.next_chunk()?;
        }
        let Some(first) = pieces.first() else { return Ok(()) };
        let batch = concat_batches(&first.schema(), &pieces)?;
        let mut chunk = self.read(batch)?;
        if let Some(upcoming) = &self.upcoming {
            chunk.keys.followed_by(&upcoming.keys);
        }
        self.row = 0;
        self.current = Some(chunk);
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
        let batch = loop {
            match self.source.next().transpose()? {
                None => return Ok(None),
                Some(batch) if batch.num_rows() == 0 => {}
                Some(batch) => break batch,
            }
        };
        let rows = batch.num_rows();
        let chunk = self.read(batch)?;
        self.rows_loaded += rows as u64;
        Ok(Some(chunk))
    }

    fn read(&mut self, batch: RecordBatch) -> Result<Chunk, ReconcileError> {
        let side = self.plan.side(self.side);
        let keys = Keys::read(&self.plan.key, &self.keys, self.side, &batch).map_err(|problem| match problem {
            Ok(row) => self.unsorted(self.rows_loaded + row as u64 + 1),
            Err(error) => error,
        })?;
        let amounts = side.amounts.iter().map(|amount| amount.read(&batch, &mut self.currencies));
        let amounts = amounts.collect::<Result<_, _>>()?;
        let written = Written::read(self.plan, self.side, &batch)?;
        let ties = self.ties(&keys, &batch)?;
        Ok(Chunk { batch, keys, amounts, written, ties })
    }

    fn ties(&self, keys: &Keys, batch: &RecordBatch) -> Result<Vec<bool>, ReconcileError> {
        let (Some(converter), DuplicatesPlan::Pair(order)) = (&self.order, &self.plan.duplicates) else {
            return Ok(Vec::new());
        };
        let columns = order.iter().map(|column| column.common(self.side, batch)).collect::<Result<Vec<_>, _>>()?;
        let order = converter.convert_columns(&columns)?;
        let ties = |row| keys.repeats(row) && order.row(row) == order.row(row + 1);
        Ok((0..batch.num_rows().saturating_sub(1)).map(ties).collect())
    }

    fn unsorted(&self, row: u64) -> ReconcileError {
        ReconcileError::Unsorted { data_set: self.plan.side(self.side).name.clone(), row }
    }
}
