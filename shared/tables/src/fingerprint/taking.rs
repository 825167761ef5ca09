//! Some rows' cells of a column taken from the pages at hand, as Arrow would have read them.
//!
//! What a page says was checked when its cells were added up; here it is checked again, because nothing else is known.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, Date32Array, Decimal128Array, Int64Array, StringArray, TimestampMicrosecondArray,
    TimestampNanosecondArray,
};
use arrow::datatypes::{DataType, TimeUnit};
use bytes::Bytes;

use super::hybrid::{Damage, Hybrid, Part};
use super::reading::Reading;

const TOO_SHORT: Damage = "has a page with fewer values than it says";
const NO_ENTRY: Damage = "has a value that its dictionary does not hold";
const NOT_UTF8: Damage = "holds text that is not UTF-8";
const NO_DATE: Damage = "holds a date that there is not";

/// Levels that are read at once.
const LEVELS: usize = 256;

/// How a stored value is delimited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    Bytes(usize),
    /// Its length stands in front.
    Variable,
}

/// The cells of one column that were taken.
#[derive(Debug)]
pub(super) struct Taken {
    data_type: DataType,
    extent: Extent,
    /// What a stored integer is multiplied by.
    unit: i64,
    cells: Cells,
}

#[derive(Debug)]
enum Cells {
    Texts(Vec<Option<String>>),
    Integers(Vec<Option<i64>>),
}

impl Taken {
    /// None yet; `None` for a column whose cells are taken through Arrow.
    pub(super) fn new(reading: &Reading, data_type: &DataType) -> Option<Self> {
        let (extent, unit, cells) = match reading {
            Reading::Text(_) => (Extent::Variable, 1, Cells::Texts(Vec::new())),
            Reading::Int32(whole) => (Extent::Bytes(4), whole.unit(), Cells::Integers(Vec::new())),
            Reading::Int64(whole) => (Extent::Bytes(8), whole.unit(), Cells::Integers(Vec::new())),
            _ => return None,
        };
        let is_made = match data_type {
            DataType::Utf8 => matches!(cells, Cells::Texts(_)),
            DataType::Int64 | DataType::Decimal128(..) | DataType::Date32 | DataType::Timestamp(..) => {
                matches!(cells, Cells::Integers(_))
            }
            _ => false,
        };
        is_made.then(|| Self { data_type: data_type.clone(), extent, unit, cells })
    }

    fn push(&mut self, value: Option<&[u8]>) -> Result<(), Damage> {
        match &mut self.cells {
            Cells::Texts(texts) => {
                let text = value.map(|bytes| std::str::from_utf8(bytes).map_err(|_| NOT_UTF8)).transpose()?;
                texts.push(text.map(str::to_owned));
            }
            Cells::Integers(integers) => {
                let unit = self.unit;
                let integer = |bytes| whole(bytes).and_then(|value| value.checked_mul(unit)).ok_or(TOO_SHORT);
                integers.push(value.map(integer).transpose()?);
            }
        }
        Ok(())
    }

    /// The cells as an array of the column's wide type.
    pub(super) fn finish(self) -> Result<ArrayRef, Damage> {
        let integers = match self.cells {
            Cells::Texts(texts) => return Ok(Arc::new(StringArray::from(texts))),
            Cells::Integers(integers) => integers,
        };
        Ok(match &self.data_type {
            DataType::Decimal128(..) => {
                let decimals = integers.into_iter().map(|value| value.map(i128::from));
                Arc::new(decimals.collect::<Decimal128Array>().with_data_type(self.data_type))
            }
            DataType::Date32 => {
                let day = |value: i64| i32::try_from(value).map_err(|_| NO_DATE);
                let days = integers.into_iter().map(|value| value.map(day).transpose());
                Arc::new(days.collect::<Result<Date32Array, _>>()?)
            }
            DataType::Timestamp(TimeUnit::Nanosecond, _) => {
                Arc::new(TimestampNanosecondArray::from(integers).with_data_type(self.data_type))
            }
            DataType::Timestamp(..) => {
                Arc::new(TimestampMicrosecondArray::from(integers).with_data_type(self.data_type))
            }
            _ => Arc::new(Int64Array::from(integers)),
        })
    }
}

/// A stored integer.
fn whole(bytes: &[u8]) -> Option<i64> {
    match bytes.first_chunk::<8>() {
        Some(bytes) => Some(i64::from_le_bytes(*bytes)),
        None => bytes.first_chunk::<4>().map(|bytes| i32::from_le_bytes(*bytes).into()),
    }
}

/// The entries of a dictionary as they are stored.
#[derive(Debug)]
pub(super) struct Entries {
    data: Bytes,
    /// Where each entry of variable length begins, once that was asked for.
    starts: Vec<usize>,
}

impl Entries {
    pub(super) fn new(data: Bytes) -> Self {
        Self { data, starts: Vec::new() }
    }

    fn get(&mut self, number: u32, extent: Extent) -> Option<&[u8]> {
        let number = number as usize;
        let start = match extent {
            Extent::Bytes(size) => number.checked_mul(size)?,
            Extent::Variable => {
                if self.starts.is_empty() {
                    let mut start = 0;
                    while let Some((_, next)) = stored(&self.data, start, extent) {
                        self.starts.push(start);
                        start = next;
                    }
                }
                *self.starts.get(number)?
            }
        };
        stored(&self.data, start, extent).map(|(value, _)| value)
    }
}

/// The value that is stored from `start` on, and where the next one begins.
fn stored(data: &[u8], start: usize, extent: Extent) -> Option<(&[u8], usize)> {
    let (start, size) = match extent {
        Extent::Bytes(size) => (start, size),
        Extent::Variable => {
            let length = data.get(start..)?.first_chunk::<4>()?;
            (start + 4, u32::from_le_bytes(*length) as usize)
        }
    };
    let end = start.checked_add(size)?;
    Some((data.get(start..end)?, end))
}

/// The values of a page from which some are taken.
pub(super) enum Values<'a> {
    Plain {
        data: Bytes,
        position: usize,
        /// How many values were passed or taken.
        done: usize,
        /// Where some values begin: their number and the byte.
        marks: Vec<(usize, usize)>,
    },
    Entries {
        numbers: Hybrid,
        dictionary: &'a mut Entries,
    },
}

impl Values<'_> {
    fn skip(&mut self, count: usize, extent: Extent) -> Result<(), Damage> {
        match self {
            Self::Plain { data, position, done, marks } => match extent {
                Extent::Bytes(size) => *position = position.saturating_add(size.saturating_mul(count)),
                Extent::Variable => {
                    let end = *done + count;
                    let behind = marks.partition_point(|(number, _)| *number <= end);
                    if let Some((number, byte)) = behind.checked_sub(1).and_then(|last| marks.get(last))
                        && number > done
                    {
                        (*done, *position) = (*number, *byte);
                    }
                    while *done < end {
                        *position = stored(data, *position, extent).ok_or(TOO_SHORT)?.1;
                        *done += 1;
                    }
                }
            },
            Self::Entries { numbers, .. } => numbers.skip(count)?,
        }
        Ok(())
    }

    fn take(&mut self, taken: &mut Taken) -> Result<(), Damage> {
        match self {
            Self::Plain { data, position, done, .. } => {
                let (value, next) = stored(data, *position, taken.extent).ok_or(TOO_SHORT)?;
                *position = next;
                *done += 1;
                taken.push(Some(value))
            }
            Self::Entries { numbers, dictionary } => {
                let mut number = [0];
                let number = match numbers.next(&mut number)? {
                    Part::Repeated { value, .. } => value,
                    Part::Values { .. } => number.into_iter().next().unwrap_or_default(),
                };
                taken.push(Some(dictionary.get(number, taken.extent).ok_or(NO_ENTRY)?))
            }
        }
    }
}

/// Takes the cells of some rows of a page (ascending, counted from the page's next row on).
pub(super) fn take_rows(
    levels: Option<Hybrid>,
    mut values: Values<'_>,
    rows: impl Iterator<Item = usize>,
    taken: &mut Taken,
) -> Result<(), Damage> {
    let mut levels = levels.map(Levels::new);
    let mut next_row = 0;
    for row in rows {
        let before = row.saturating_sub(next_row);
        next_row = row + 1;
        let (skipped, is_there) = match &mut levels {
            Some(levels) => (levels.values(before)?, levels.values(1)? == 1),
            None => (before, true),
        };
        values.skip(skipped, taken.extent)?;
        if is_there {
            values.take(taken)?;
        } else {
            taken.push(None)?;
        }
    }
    Ok(())
}

/// Definition levels, counted.
struct Levels {
    levels: Hybrid,
    room: [u32; LEVELS],
}

impl Levels {
    fn new(levels: Hybrid) -> Self {
        Self { levels, room: [0; LEVELS] }
    }

    /// How many of the next rows have a value.
    fn values(&mut self, mut rows: usize) -> Result<usize, Damage> {
        let mut values = 0;
        while rows > 0 {
            let room = if let Some(room) = self.room.get_mut(..rows) { room } else { &mut self.room };
            let (count, there) = match self.levels.next(room)? {
                Part::Repeated { value, count } => (count, if value == 0 { 0 } else { count }),
                Part::Values { count } => (count, room.iter().take(count).filter(|level| **level != 0).count()),
            };
            values += there;
            rows = rows.saturating_sub(count);
        }
        Ok(values)
    }
}
