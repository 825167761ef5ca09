//! A row group, window by window: each column adds its cells to the sums of the window's rows, which stay in the
//! cache meanwhile.
//!
//! Only a row group with the rows that its footer says is fingerprinted to its end.

use super::chunk::Chunk;
use super::slot::Sum;
use super::{FingerprintColumn, FingerprintKeys, FingerprintPlan, Fingerprints, Slots, WINDOW_ROWS};
use crate::{ParquetTable, TableError};

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
        self.group(group)?;
        let mut key = chunks(self, group, &plan.key, &keys.key)?;
        let mut values = chunks(self, group, &plan.values, &keys.values)?;
        let (mut key_sums, mut value_sums) = (Vec::new(), Vec::new());
        let mut is_null = vec![false; WINDOW_ROWS];
        let mut window = Fingerprints::default();
        let rows = self.group_rows(group);
        for first_row in (0..rows).step_by(WINDOW_ROWS) {
            let rows = WINDOW_ROWS.min(rows - first_row);
            start(&mut key_sums, rows, keys.key.start);
            start(&mut value_sums, rows, keys.values.start);
            let mut nulls = 0;
            for chunk in &mut key {
                chunk.add(&mut key_sums, |row| {
                    if let Some(is_null) = is_null.get_mut(row) {
                        *is_null = true;
                        nulls += 1;
                    }
                })?;
            }
            for chunk in &mut values {
                chunk.add(&mut value_sums, |_| {})?;
            }
            window.first_row = first_row;
            window.keys.clear();
            window.keys.extend(key_sums.iter().map(|sum| sum.map(upper)));
            window.values.clear();
            window.values.extend(value_sums.iter().map(|[sum]| upper(*sum)));
            window.null_keys.clear();
            if nulls > 0 {
                window.null_keys.extend((0..).zip(&is_null).filter_map(|(row, is_null)| is_null.then_some(row)));
                is_null.fill(false);
            }
            sink(&window)?;
        }
        key.into_iter().try_for_each(Chunk::finish)?;
        values.into_iter().try_for_each(Chunk::finish)
    }
}

fn chunks<'a, const LANES: usize>(
    table: &'a ParquetTable,
    group: usize,
    columns: &'a [FingerprintColumn],
    slots: &'a Slots<LANES>,
) -> Result<Vec<Chunk<'a, LANES>>, TableError> {
    if columns.len() != slots.columns.len() {
        return Err(TableError::WrongColumns {
            expected: format!("({} columns)", slots.columns.len()),
            found: format!("({} columns)", columns.len()),
        });
    }
    columns.iter().zip(&slots.columns).map(|(column, slot)| Chunk::new(table, group, column, slot)).collect()
}

fn start<const LANES: usize>(sums: &mut Vec<Sum<LANES>>, rows: usize, start: Sum<LANES>) {
    sums.clear();
    sums.resize(rows, start);
}

/// The upper half: of the lower bits of a sum less is known.
pub(super) fn upper(sum: u128) -> u64 {
    u64::try_from(sum >> 64).unwrap_or_default()
}
