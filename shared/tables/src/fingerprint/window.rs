//! A row group, window by window: each column adds its cells to the sums of the window's rows, which stay in the
//! cache meanwhile.
//!
//! Only a row group with the rows that its footer says is fingerprinted to its end.

use arrow::array::BooleanBufferBuilder;
use arrow::record_batch::RecordBatch;

use super::chunk::Chunk;
use super::slot::Sum;
use super::{FingerprintColumn, FingerprintKeys, FingerprintPlan, Fingerprints, Slots, WINDOW_ROWS};
use crate::{ParquetTable, TableError};

/// Adds the rows of a window that are wanted to a list.
pub type Choose<'a> = &'a mut dyn FnMut(&Fingerprints, &mut Vec<u32>) -> Result<(), TableError>;

impl ParquetTable {
    /// Hands the fingerprints of a row group's rows on, window by window.
    ///
    /// Fails for columns that the plan's forms do not fit, a damaged file and whatever the sink returns. The windows
    /// before an error have been handed on by then.
    pub fn fingerprint(
        &self,
        group: usize,
        plan: &FingerprintPlan,
        keys: &FingerprintKeys,
        sink: &mut dyn FnMut(&Fingerprints) -> Result<(), TableError>,
    ) -> Result<(), TableError> {
        let mut key = Columns::new(self, group, &plan.key, &keys.key, false)?;
        let mut values = Columns::new(self, group, &plan.values, &keys.values, false)?;
        let mut window = Fingerprints::default();
        for (first_row, rows) in windows(self.group_rows(group)) {
            window.first_row = first_row;
            key.window(rows, &mut window)?;
            values.window(rows, &mut window)?;
            sink(&window)?;
        }
        key.finish()?;
        values.finish()
    }

    /// The same for the keys alone; there are no values in the windows.
    pub fn key_fingerprints(
        &self,
        group: usize,
        plan: &FingerprintPlan,
        keys: &FingerprintKeys,
        sink: &mut dyn FnMut(&Fingerprints) -> Result<(), TableError>,
    ) -> Result<(), TableError> {
        let mut key = Columns::new(self, group, &plan.key, &keys.key, false)?;
        let mut window = Fingerprints::default();
        for (first_row, rows) in windows(self.group_rows(group)) {
            window.first_row = first_row;
            key.window(rows, &mut window)?;
            sink(&window)?;
        }
        key.finish()
    }

    /// The same for the values alone: there are no keys in the windows. `choose` names rows of the window (ascending,
    /// from 0) that are wanted with all their columns; they are the answer, in the order of the file.
    pub fn value_fingerprints(
        &self,
        group: usize,
        plan: &FingerprintPlan,
        keys: &FingerprintKeys,
        choose: Choose<'_>,
    ) -> Result<Option<RecordBatch>, TableError> {
        let mut values = Columns::new(self, group, &plan.values, &keys.values, true)?;
        let mut window = Fingerprints::default();
        let (mut wanted, mut chosen) = (Vec::new(), BooleanBufferBuilder::new(self.group_rows(group)));
        chosen.append_n(self.group_rows(group), false);
        let mut is_any = false;
        for (first_row, rows) in windows(self.group_rows(group)) {
            window.first_row = first_row;
            values.window(rows, &mut window)?;
            wanted.clear();
            choose(&window, &mut wanted)?;
            wanted.retain(|row| (*row as usize) < rows);
            if !wanted.is_empty() {
                is_any = true;
                for row in &wanted {
                    chosen.set_bit(first_row + *row as usize, true);
                }
                values.chunks.iter_mut().try_for_each(|chunk| chunk.take(&wanted))?;
            }
        }
        let mut columns = vec![None; self.schema().fields().len()];
        for chunk in &mut values.chunks {
            if let Some(column) = columns.get_mut(chunk.position()) {
                *column = chunk.taken()?;
            }
        }
        values.finish()?;
        if is_any { self.completed(group, columns, &chosen.finish()).map(Some) } else { Ok(None) }
    }
}

/// The first row of each window and how many it has.
fn windows(rows: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..rows).step_by(WINDOW_ROWS).map(move |first_row| (first_row, WINDOW_ROWS.min(rows - first_row)))
}

/// The columns of the key or of the values, and their sums.
struct Columns<'a, const LANES: usize> {
    chunks: Vec<Chunk<'a, LANES>>,
    start: Sum<LANES>,
    sums: Vec<Sum<LANES>>,
    is_null: Vec<bool>,
}

impl<'a, const LANES: usize> Columns<'a, LANES> {
    fn new(
        table: &'a ParquetTable,
        group: usize,
        columns: &'a [FingerprintColumn],
        slots: &'a Slots<LANES>,
        keeps: bool,
    ) -> Result<Self, TableError> {
        table.group(group)?;
        if columns.len() != slots.columns.len() {
            return Err(TableError::WrongColumns {
                expected: format!("({} columns)", slots.columns.len()),
                found: format!("({} columns)", columns.len()),
            });
        }
        let chunk = |(column, slot)| Chunk::new(table, group, column, slot, keeps);
        let chunks = columns.iter().zip(&slots.columns).map(chunk).collect::<Result<_, _>>()?;
        Ok(Self { chunks, start: slots.start, sums: Vec::new(), is_null: vec![false; WINDOW_ROWS] })
    }

    /// Adds up the next window.
    fn add_up(&mut self, rows: usize, mut on_null: impl FnMut(&mut [bool], usize)) -> Result<(), TableError> {
        self.sums.clear();
        self.sums.resize(rows, self.start);
        for chunk in &mut self.chunks {
            chunk.add(&mut self.sums, |row| on_null(&mut self.is_null, row))?;
        }
        Ok(())
    }

    fn finish(self) -> Result<(), TableError> {
        self.chunks.into_iter().try_for_each(Chunk::finish)
    }
}

impl Columns<'_, 2> {
    /// The keys of the next window.
    fn window(&mut self, rows: usize, window: &mut Fingerprints) -> Result<(), TableError> {
        let mut nulls = 0;
        self.add_up(rows, |is_null, row| {
            if let Some(is_null) = is_null.get_mut(row) {
                *is_null = true;
                nulls += 1;
            }
        })?;
        window.keys.clear();
        window.keys.extend(self.sums.iter().map(|sum| sum.map(upper)));
        window.null_keys.clear();
        if nulls > 0 {
            window.null_keys.extend((0..).zip(&self.is_null).filter_map(|(row, is_null)| is_null.then_some(row)));
            self.is_null.fill(false);
        }
        Ok(())
    }
}

impl Columns<'_, 1> {
    /// The values of the next window.
    fn window(&mut self, rows: usize, window: &mut Fingerprints) -> Result<(), TableError> {
        self.add_up(rows, |_, _| {})?;
        window.values.clear();
        window.values.extend(self.sums.iter().map(|[sum]| upper(*sum)));
        Ok(())
    }
}

/// The upper half: of the lower bits of a sum less is known.
pub(super) fn upper(sum: u128) -> u64 {
    u64::try_from(sum >> 64).unwrap_or_default()
}
