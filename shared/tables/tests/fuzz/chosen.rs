//! Rows that are chosen while fingerprints are read, and rows that are guessed, held against the whole row group.

use std::sync::atomic::AtomicUsize;

use arrow::array::{Array, ArrayRef, BooleanArray, UInt64Array};
use arrow::buffer::BooleanBuffer;
use arrow::compute::{filter_record_batch, take};
use arrow::datatypes::DataType;
use arrow::record_batch::RecordBatch;
use tieout_tables::{Alike, FingerprintKeys, FingerprintPlan, Fingerprints, ParquetTable, TableError};

use crate::mutator::Dice;
use crate::reading::{check_error, is_same};

/// A row group and what other ways of reading it have found.
pub(crate) struct Known<'a> {
    pub(crate) table: &'a ParquetTable,
    pub(crate) group: usize,
    pub(crate) plan: &'a FingerprintPlan,
    pub(crate) keys: &'a FingerprintKeys,
    pub(crate) rows: &'a RecordBatch,
    pub(crate) prints: &'a Fingerprints,
}

impl Known<'_> {
    /// Whether keys and values alone, chosen rows and guessed rows are read; they must be as they are known, or refused.
    pub(crate) fn check(&self, dice: &mut Dice) -> Result<bool, String> {
        let rare = 1 + dice.below(40);
        let mask: BooleanBuffer = (0..self.rows.num_rows()).map(|_| dice.one_in(rare)).collect();
        let expected = filter_record_batch(self.rows, &BooleanArray::new(mask.clone(), None));
        let expected = expected.map_err(|error| error.to_string())?;
        let chosen = self.check_keys().and_then(|()| self.chosen(&mask));
        let guessed = chosen.and_then(|chosen| Ok((chosen, self.guessed(&mask, dice)?)));
        let (chosen, guessed) = match guessed {
            Ok(found) => found,
            Err(Problem::Refused(error)) => return check_error(&error).map(|()| false),
            Err(Problem::Broken(problem)) => return Err(problem),
        };
        if chosen.is_some_and(|chosen| !is_same(&chosen, &expected)) {
            return Err("takes other rows than were chosen".to_owned());
        }
        if !is_same(&guessed, &expected) {
            return Err("has other rows after a guess".to_owned());
        }
        Ok(true)
    }

    fn check_keys(&self) -> Result<(), Problem> {
        let (mut keys, mut nulls) = (Vec::new(), Vec::new());
        self.table.key_fingerprints(self.group, self.plan, self.keys, &mut |window| {
            let before = u32::try_from(window.first_row).unwrap_or_default();
            keys.extend_from_slice(&window.keys);
            nulls.extend(window.null_keys.iter().map(|row| before + row));
            Ok(())
        })?;
        let is_known = keys == self.prints.keys && nulls == self.prints.null_keys;
        if is_known { Ok(()) } else { Err(Problem::Broken("has other keys alone".to_owned())) }
    }

    fn chosen(&self, mask: &BooleanBuffer) -> Result<Option<RecordBatch>, Problem> {
        let mut values = Vec::new();
        let chosen = self.table.value_fingerprints(self.group, self.plan, self.keys, &mut |window, wanted| {
            values.extend_from_slice(&window.values);
            let rows = (0_u32..).zip(window.first_row..window.first_row + window.values.len());
            wanted.extend(rows.filter(|(_, row)| mask.value(*row)).map(|(at, _)| at));
            Ok(())
        })?;
        let is_none = mask.count_set_bits() == 0;
        let is_known = values == self.prints.values && chosen.is_none() == is_none;
        if is_known { Ok(chosen) } else { Err(Problem::Broken("has other values alone".to_owned())) }
    }

    /// Some cells of the rows are guessed well and some badly.
    fn guessed(&self, mask: &BooleanBuffer, dice: &mut Dice) -> Result<RecordBatch, Problem> {
        let rows: Vec<usize> = mask.set_indices().collect();
        let mut guess = |column: &ArrayRef| -> Option<ArrayRef> {
            // The day of a time and the value of a float do not say which cell it is.
            let is_faithful = !matches!(column.data_type(), DataType::Float64 | DataType::Timestamp(..));
            let from = rows.iter().map(|row| if dice.one_in(20) { row / 2 } else { *row } as u64);
            let from = UInt64Array::from_iter_values(from);
            if is_faithful && !dice.one_in(4) { take(column, &from, None).ok() } else { None }
        };
        // A column of the key is not compared, so it is not found to be another one.
        let cells: Vec<Option<ArrayRef>> = (0..)
            .zip(self.rows.columns())
            .map(|(place, column)| if place == 0 { None } else { guess(column) })
            .collect();
        let values: Vec<u64> = rows.iter().filter_map(|row| self.prints.values.get(*row).copied()).collect();
        let differing: Vec<AtomicUsize> = cells.iter().map(|_| AtomicUsize::new(0)).collect();
        let alike = Alike { cells: &cells, values: &values, differing: &differing };
        Ok(self.table.fetch_alike(self.group, mask, self.plan, self.keys, alike)?)
    }
}

/// A refusal, or a broken promise.
enum Problem {
    Refused(TableError),
    Broken(String),
}

impl From<TableError> for Problem {
    fn from(error: TableError) -> Self {
        Self::Refused(error)
    }
}
