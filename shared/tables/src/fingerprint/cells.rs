//! The cells of a data page added to the sums of a window's rows.
//!
//! Rows without a value add nothing; what a page says of its values is checked as they are read.

use bytes::Bytes;

use super::WINDOW_ROWS;
use super::hybrid::{Damage, Hybrid, Part};
use super::pages::{DataPage, NO_ENTRY, Values};
use super::reading::{Reading, Whole};
use super::slot::{Slot, Sum, add};

/// The entries of a dictionary.
pub(super) enum Dictionary<const LANES: usize> {
    /// The sum of each.
    Sums(Vec<Sum<LANES>>),
    /// Integers as they are stored: of many hardly one is used twice.
    Integers(Bytes, Whole),
}

/// Memory that is used again and again: a window of each.
pub(super) struct Room<const LANES: usize> {
    levels: Vec<u32>,
    rows: Vec<usize>,
    entries: Vec<u32>,
    sums: Vec<Sum<LANES>>,
}

impl<const LANES: usize> Room<LANES> {
    pub(super) fn new(is_optional: bool) -> Self {
        Self {
            levels: vec![0; if is_optional { WINDOW_ROWS } else { 0 }],
            rows: Vec::new(),
            entries: vec![0; WINDOW_ROWS],
            sums: Vec::new(),
        }
    }
}

/// What the cells of a page need to become sums.
pub(super) struct Cells<'a, const LANES: usize> {
    pub(super) slot: &'a Slot<LANES>,
    pub(super) reading: &'a Reading,
    pub(super) dictionary: Option<&'a Dictionary<LANES>>,
    pub(super) room: &'a mut Room<LANES>,
}

impl<const LANES: usize> Cells<'_, LANES> {
    /// Adds the next cells of a page, one to each of `sums`.
    pub(super) fn add(
        &mut self,
        page: &mut DataPage,
        sums: &mut [Sum<LANES>],
        is_null: &mut impl FnMut(usize),
    ) -> Result<(), Damage> {
        let Some(levels) = &mut page.levels else { return self.add_values(&mut page.values, sums) };
        let mut first = 0;
        while first < sums.len() {
            let rest = sums.get_mut(first..).unwrap_or_default();
            let room = rest.len().min(self.room.levels.len());
            let (part, count) = match levels.next(self.room.levels.get_mut(..room).unwrap_or_default())? {
                part @ (Part::Repeated { count, .. } | Part::Values { count }) => (part, count),
            };
            let rest = rest.get_mut(..count).unwrap_or_default();
            match part {
                Part::Repeated { value: 0, .. } => (first..first + count).for_each(&mut *is_null),
                Part::Repeated { value: 1, .. } => self.add_values(&mut page.values, rest)?,
                Part::Repeated { .. } => return Err("has a definition level that there is not"),
                Part::Values { .. } => self.add_some(&mut page.values, rest, |row| is_null(first + row))?,
            }
            first += count;
        }
        Ok(())
    }

    /// Adds the next values to those of `sums` that have one by their level.
    fn add_some(
        &mut self,
        values: &mut Values,
        sums: &mut [Sum<LANES>],
        mut is_null: impl FnMut(usize),
    ) -> Result<(), Damage> {
        let mut rows = std::mem::take(&mut self.room.rows);
        rows.clear();
        for (row, level) in self.room.levels.iter().enumerate().take(sums.len()) {
            if *level == 0 {
                is_null(row);
            } else {
                rows.push(row);
            }
        }
        if rows.len() == sums.len() {
            self.add_values(values, sums)?;
        } else {
            let mut dense = std::mem::take(&mut self.room.sums);
            dense.clear();
            dense.resize(rows.len(), [0; LANES]);
            self.add_values(values, &mut dense)?;
            for (row, value) in rows.iter().zip(&dense) {
                if let Some(sum) = sums.get_mut(*row) {
                    add(sum, value);
                }
            }
            self.room.sums = dense;
        }
        self.room.rows = rows;
        Ok(())
    }

    /// Adds the next values, one to each of `sums`.
    fn add_values(&mut self, values: &mut Values, sums: &mut [Sum<LANES>]) -> Result<(), Damage> {
        let numbers = match values {
            Values::Plain(plain) => return plain.add(self.reading, self.slot, sums),
            Values::Entries(numbers) => numbers,
        };
        let (slot, room) = (self.slot, &mut *self.room);
        match self.dictionary {
            Some(Dictionary::Sums(entries)) => {
                add_entries(numbers, room, sums, |number| entries.get(number).copied().ok_or(NO_ENTRY))
            }
            Some(Dictionary::Integers(data, whole)) => {
                let (integers, _) = data.as_chunks::<8>();
                add_entries(numbers, room, sums, |number| {
                    whole.exact_sum(slot, i64::from_le_bytes(*integers.get(number).ok_or(NO_ENTRY)?))
                })
            }
            None => Err(NO_ENTRY),
        }
    }
}

/// Adds the sums of the next entries, one to each of `sums`.
#[inline]
fn add_entries<const LANES: usize>(
    numbers: &mut Hybrid,
    room: &mut Room<LANES>,
    sums: &mut [Sum<LANES>],
    entry: impl Fn(usize) -> Result<Sum<LANES>, Damage>,
) -> Result<(), Damage> {
    let mut rest = sums;
    while !rest.is_empty() {
        let most = rest.len().min(room.entries.len());
        match numbers.next(room.entries.get_mut(..most).unwrap_or_default())? {
            Part::Repeated { value, count } => {
                let entry = entry(value as usize)?;
                let (repeated, behind) = rest.split_at_mut_checked(count).ok_or(NO_ENTRY)?;
                for sum in repeated {
                    add(sum, &entry);
                }
                rest = behind;
            }
            Part::Values { count } => {
                let (these, behind) = rest.split_at_mut_checked(count).ok_or(NO_ENTRY)?;
                for (sum, number) in these.iter_mut().zip(&room.entries) {
                    add(sum, &entry(*number as usize)?);
                }
                rest = behind;
            }
        }
    }
    Ok(())
}
