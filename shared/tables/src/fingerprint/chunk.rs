//! One column of one row group: it adds its next cells to the sums of a window.
//!
//! The pages are read directly as far as they can be, and through Arrow from the row on where one cannot; a column
//! with other rows than the footer says is an error.

use arrow::array::{Array, ArrayRef};

use super::array::add_cells;
use super::hybrid::Damage;
use super::pages::{Pages, Stop};
use super::reading::Reading;
use super::slot::{Slot, Sum};
use super::taking::Taken;
use super::{FingerprintColumn, wrong_form};
use crate::parquet_table::GroupBatches;
use crate::{ParquetTable, TableError};

const OTHER_ROWS: Damage = "has another number of rows than the footer says";

/// A column of a row group and how far it was read.
pub(super) struct Chunk<'a, const LANES: usize> {
    table: &'a ParquetTable,
    group: usize,
    column: &'a FingerprintColumn,
    slot: &'a Slot<LANES>,
    rows_left: usize,
    source: Source<LANES>,
    taken: Option<Taken>,
}

/// Where the cells come from.
enum Source<const LANES: usize> {
    Pages(Box<Pages<LANES>>),
    Arrow(Box<Arrays>),
}

/// The batches of one column, and what is left of the present one.
struct Arrays {
    batches: GroupBatches,
    /// Rows from here on that were already read directly.
    known: usize,
    rest: Option<ArrayRef>,
}

impl<'a, const LANES: usize> Chunk<'a, LANES> {
    pub(super) fn new(
        table: &'a ParquetTable,
        group: usize,
        column: &'a FingerprintColumn,
        slot: &'a Slot<LANES>,
        keeps: bool,
    ) -> Result<Self, TableError> {
        let (data_type, descriptor) = table.column(column.column)?;
        let schema = table.schema();
        if let Some(field) = schema.fields().get(column.column)
            && let Some(error) = wrong_form(field.name(), field.data_type(), &column.form)
        {
            return Err(error);
        }
        let mut taken = None;
        let source = match Reading::new(descriptor, data_type, &column.form) {
            Some(reading) => {
                if keeps && let Some(field) = table.schema().fields().get(column.column) {
                    taken = Taken::new(&reading, field.data_type());
                }
                let pages = table.pages(group, column.column)?;
                let is_optional = descriptor.max_def_level() > 0;
                Source::Pages(Box::new(Pages::new(pages, reading, is_optional, taken.is_some())))
            }
            None => Source::arrow(table, group, column.column, 0)?,
        };
        Ok(Self { table, group, column, slot, rows_left: table.group_rows(group), source, taken })
    }

    /// The position of the column in the table.
    pub(super) fn position(&self) -> usize {
        self.column.column
    }

    /// Takes the cells of some rows of the window that was just added up, if they can be taken from its pages.
    pub(super) fn take(&mut self, rows: &[u32]) -> Result<(), TableError> {
        if let (Source::Pages(pages), Some(taken)) = (&mut self.source, &mut self.taken) {
            pages.take(rows, taken).map_err(|damage| self.failed(damage.into()))?;
        }
        Ok(())
    }

    /// The cells that were taken, unless some had to be read through Arrow.
    pub(super) fn taken(&mut self) -> Result<Option<ArrayRef>, TableError> {
        let array = self.taken.take().map(Taken::finish).transpose();
        array.map_err(|damage| self.failed(damage.into()))
    }

    /// Adds the sums of the next cells of a window, one to each of `sums`; a null is told by its row in them.
    pub(super) fn add(&mut self, sums: &mut [Sum<LANES>], mut is_null: impl FnMut(usize)) -> Result<(), TableError> {
        if let Source::Pages(pages) = &mut self.source {
            pages.begin_window();
        }
        let mut first = 0;
        while first < sums.len() {
            let rest = sums.get_mut(first..).unwrap_or_default();
            let mut is_null = |row: usize| is_null(first + row);
            let added = match &mut self.source {
                Source::Pages(pages) => pages.add(self.slot, self.rows_left, rest, &mut is_null),
                Source::Arrow(arrays) => arrays.add(self.column, self.slot, rest, &mut is_null),
            };
            match added {
                Ok(added) => {
                    self.rows_left -= added;
                    first += added;
                }
                Err(Stop::Unread) => {
                    let first_row = self.table.group_rows(self.group) - self.rows_left;
                    self.source = Source::arrow(self.table, self.group, self.column.column, first_row)?;
                    self.taken = None;
                }
                Err(stop) => return Err(self.failed(stop)),
            }
        }
        Ok(())
    }

    /// Makes sure that no rows follow the last one.
    pub(super) fn finish(mut self) -> Result<(), TableError> {
        let more = match &mut self.source {
            Source::Pages(pages) => pages.has_rows(self.slot, 0),
            Source::Arrow(arrays) => arrays.has_rows(),
        };
        match more {
            Ok(false) => Ok(()),
            Ok(true) | Err(Stop::Unread) => Err(self.failed(Stop::Damage(OTHER_ROWS))),
            Err(stop) => Err(self.failed(stop)),
        }
    }

    fn failed(&self, stop: Stop) -> TableError {
        let problem = match stop {
            Stop::Damage(damage) => damage,
            Stop::Unread => "has a page that cannot be read",
            Stop::Parquet(error) => return self.table.failed("read", error),
            Stop::Table(error) => return error,
        };
        self.table.damaged(self.column.column, problem)
    }
}

impl<const LANES: usize> Source<LANES> {
    fn arrow(table: &ParquetTable, group: usize, column: usize, first_row: usize) -> Result<Self, TableError> {
        // From the first row on and not from `first_row`, so that all rows are counted.
        let batches = table.batches(group, &[column], None)?;
        Ok(Self::Arrow(Box::new(Arrays { batches, known: first_row, rest: None })))
    }
}

impl Arrays {
    /// Adds the sums of some next cells and tells how many.
    fn add<const LANES: usize>(
        &mut self,
        column: &FingerprintColumn,
        slot: &Slot<LANES>,
        sums: &mut [Sum<LANES>],
        is_null: &mut impl FnMut(usize),
    ) -> Result<usize, Stop> {
        if !self.has_rows()? {
            return Err(Stop::Damage(OTHER_ROWS));
        }
        let Some(array) = self.rest.take() else { return Err(Stop::Damage(OTHER_ROWS)) };
        let count = array.len().min(sums.len());
        add_cells(&array.slice(0, count), &column.form, slot, sums.get_mut(..count).unwrap_or_default(), is_null);
        self.rest = Some(array.slice(count, array.len() - count));
        Ok(count)
    }

    /// Whether there is a next row, which is then at hand.
    fn has_rows(&mut self) -> Result<bool, Stop> {
        while self.rest.as_ref().is_none_or(Array::is_empty) {
            let Some(batch) = self.batches.next() else { return Ok(false) };
            let batch = batch.map_err(Stop::Table)?;
            let known = self.known.min(batch.num_rows());
            self.known -= known;
            self.rest = batch.columns().first().map(|array| array.slice(known, array.len() - known));
        }
        Ok(true)
    }
}
