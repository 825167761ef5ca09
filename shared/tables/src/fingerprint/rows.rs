//! Some rows of a row group with all their columns, of which as few as possible are read.
//!
//! A column's pages are decompressed and nothing is built of the rows between; what is not read so goes through Arrow.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ::parquet::arrow::arrow_reader::RowSelection;
use arrow::array::{Array, ArrayRef};
use arrow::buffer::BooleanBuffer;
use arrow::compute::concat_batches;
use arrow::datatypes::{DataType, TimeUnit};
use arrow::record_batch::RecordBatch;

use super::array::add_cells;
use super::pages::{Pages, Stop};
use super::reading::Reading;
use super::slot::{Kind, Slot, Sum, subtract};
use super::taking::Taken;
use super::window::upper;
use super::{CellForm, FingerprintKeys, FingerprintPlan};
use crate::{ParquetTable, TableError, TextForm};

/// What is known of rows before they are read.
#[derive(Debug, Clone, Copy)]
pub struct Alike<'a> {
    /// By column of the table: cells that are probably those of the rows, and certainly where the fingerprints of the
    /// values are equal.
    pub cells: &'a [Option<ArrayRef>],
    /// The fingerprints of the rows' values.
    pub values: &'a [u64],
    /// By column of the table: in how many row groups cells were others than those. Columns with many are read first.
    pub differing: &'a [AtomicUsize],
}

impl ParquetTable {
    /// The rows of a row group whose bit is set, with all columns, in the order of the file.
    ///
    /// Columns are read until the fingerprints say that the others are as `alike` has them. That they say so of other
    /// cells has the probability that the fingerprints of different rows are equal.
    pub fn fetch_alike(
        &self,
        group: usize,
        rows: &BooleanBuffer,
        plan: &FingerprintPlan,
        keys: &FingerprintKeys,
        alike: Alike<'_>,
    ) -> Result<RecordBatch, TableError> {
        let schema = self.schema();
        let guess = |column: usize| {
            let cells = alike.cells.get(column)?.as_ref()?;
            let is_fit = schema.fields().get(column).is_some_and(|field| field.data_type() == cells.data_type());
            (is_fit && cells.len() == alike.values.len()).then_some(cells)
        };
        let mut columns: Vec<Option<ArrayRef>> = vec![None; schema.fields().len()];
        let mut sums: Vec<Sum<1>> = vec![keys.values.start; alike.values.len()];
        let compared = || plan.values.iter().zip(&keys.values.columns);
        for (column, slot) in compared() {
            if let Some(cells) = guess(column.column) {
                add_cells(cells, &column.form, slot, &mut sums, &mut |_| {});
                continue;
            }
            let cells = self.cells(group, column.column, rows)?;
            add_cells(&cells, &column.form, slot, &mut sums, &mut |_| {});
            if let Some(place) = columns.get_mut(column.column) {
                *place = Some(cells);
            }
        }
        let mut unread: Vec<_> = compared().filter(|(column, _)| guess(column.column).is_some()).collect();
        let differing = |column: usize| alike.differing.get(column).map_or(0, |count| count.load(Ordering::Relaxed));
        let size = |column: usize| self.stored_bytes(group, column);
        unread.sort_by_key(|(column, _)| (std::cmp::Reverse(differing(column.column)), size(column.column)));
        for (column, slot) in unread {
            let Some(guessed) = guess(column.column) else { continue };
            let is_known = sums.iter().zip(alike.values).all(|([sum], value)| upper(*sum) == *value);
            let cells = if is_known { Arc::clone(guessed) } else { self.cells(group, column.column, rows)? };
            if !is_known && cells.as_ref() != guessed.as_ref() {
                if let Some(count) = alike.differing.get(column.column) {
                    count.fetch_add(1, Ordering::Relaxed);
                }
                let mut change = vec![[0]; sums.len()];
                add_cells(guessed, &column.form, slot, &mut change, &mut |_| {});
                sums.iter_mut().zip(&change).for_each(|(sum, change)| subtract(sum, change));
                add_cells(&cells, &column.form, slot, &mut sums, &mut |_| {});
            }
            if let Some(place) = columns.get_mut(column.column) {
                *place = Some(cells);
            }
        }
        let is_compared = |column: usize| compared().any(|(compared, _)| compared.column == column);
        for (column, place) in columns.iter_mut().enumerate() {
            if place.is_none() && !is_compared(column) {
                *place = guess(column).cloned();
            }
        }
        self.completed(group, columns, rows)
    }

    /// Rows of which some columns are there; the others are read.
    pub(super) fn completed(
        &self,
        group: usize,
        columns: Vec<Option<ArrayRef>>,
        rows: &BooleanBuffer,
    ) -> Result<RecordBatch, TableError> {
        let columns = columns.into_iter().enumerate();
        let columns = columns.map(|(column, cells)| cells.map_or_else(|| self.cells(group, column, rows), Ok));
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        RecordBatch::try_new(self.schema(), columns).map_err(TableError::arrow("join columns"))
    }

    /// The cells of a column in the rows whose bit is set.
    fn cells(&self, group: usize, column: usize, rows: &BooleanBuffer) -> Result<ArrayRef, TableError> {
        if let Some(cells) = self.cells_of_pages(group, column, rows)? {
            return Ok(cells);
        }
        let schema = Arc::new(self.schema().project(&[column]).map_err(TableError::arrow("select columns"))?);
        let selection = RowSelection::from_boolean_buffer(rows.clone());
        let batches = self.batches(group, &[column], Some(selection))?.collect::<Result<Vec<_>, _>>()?;
        let batch = concat_batches(&schema, &batches).map_err(TableError::arrow("join batches"))?;
        Ok(Arc::clone(batch.column(0)))
    }

    /// The same from the pages, if they can be read so.
    fn cells_of_pages(
        &self,
        group: usize,
        column: usize,
        rows: &BooleanBuffer,
    ) -> Result<Option<ArrayRef>, TableError> {
        let (data_type, descriptor) = self.column(column)?;
        let schema = self.schema();
        let Some(wide) = schema.fields().get(column).map(|field| field.data_type()) else { return Ok(None) };
        let Some(reading) = form(wide).and_then(|form| Reading::new(descriptor, data_type, &form)) else {
            return Ok(None);
        };
        let Some(mut taken) = Taken::new(&reading, wide) else { return Ok(None) };
        let mut pages = Pages::new(self.pages(group, column)?, reading, descriptor.max_def_level() > 0, true);
        let rows: Vec<u32> = rows.set_indices_u32().collect();
        // Nothing is added up, so there are no coefficients.
        let slot = Slot::<0>::new(&[0; 32], Kind::Value, column);
        match pages.take_from_chunk(&slot, self.group_rows(group), &rows, &mut taken) {
            Ok(()) => {}
            Err(Stop::Unread) => return Ok(None),
            Err(Stop::Damage(damage)) => return Err(self.damaged(column, damage)),
            Err(Stop::Parquet(error)) => return Err(self.failed("read", error)),
            Err(Stop::Table(error)) => return Err(error),
        }
        taken.finish().map(Some).map_err(|damage| self.damaged(column, damage))
    }
}

/// The form that leaves cells of a wide type as they are, if their pages are read.
fn form(wide: &DataType) -> Option<CellForm> {
    match wide {
        DataType::Utf8 => Some(CellForm::Text(TextForm::default())),
        DataType::Int64 | DataType::Decimal128(..) => Some(CellForm::Number { up: 0 }),
        DataType::Date32 => Some(CellForm::Date),
        DataType::Timestamp(TimeUnit::Microsecond | TimeUnit::Nanosecond, _) => Some(CellForm::Timestamp { up: 0 }),
        _ => None,
    }
}
