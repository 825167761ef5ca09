//! The pages of a column chunk, read without Arrow.
//!
//! A page is hostile until it is checked: no length, count or number of an entry is believed.

use ::parquet::basic::Encoding;
use ::parquet::column::page::Page;
use ::parquet::errors::ParquetError;
use bytes::Bytes;

use super::cells::{Cells, Dictionary, Room};
use super::hybrid::{Damage, Hybrid};
use super::plain::Plain;
use super::reading::Reading;
use super::slot::{Slot, Sum};
use super::taking::{self, Entries, Taken, take_rows};
use crate::TableError;
use crate::parquet_table::ChunkPages;

const TOO_SHORT: Damage = "has a page that is shorter than it says";
pub(super) const NO_ENTRY: Damage = "has a value that its dictionary does not hold";
const TOO_MANY_ROWS: Damage = "has more rows than the footer says";
const TOO_FEW_ROWS: Damage = "has fewer rows than the footer says";

/// A dictionary with more entries is left to Arrow, which keeps them in less memory.
const MOST_ENTRIES: usize = 1 << 22;

/// Entries of a dictionary of integers whose sums are kept.
const MOST_REPEATED: usize = 1 << 14;

/// Why a page was not read.
pub(super) enum Stop {
    /// It has a form that only Arrow reads.
    Unread,
    Damage(Damage),
    Parquet(ParquetError),
    Table(TableError),
}

impl From<Damage> for Stop {
    fn from(damage: Damage) -> Self {
        Self::Damage(damage)
    }
}

/// The pages of a chunk.
pub(super) struct Pages<const LANES: usize> {
    reader: ChunkPages,
    reading: Reading,
    is_optional: bool,
    dictionary: Option<Dictionary<LANES>>,
    page: Option<DataPage>,
    room: Room<LANES>,
    kept: Option<Kept>,
}

/// What the cells of a window are taken from.
struct Kept {
    dictionary: Option<Entries>,
    /// The window's pages as they were when it began.
    pages: Vec<DataPage>,
}

/// A data page and how far it was read.
#[derive(Clone)]
pub(super) struct DataPage {
    rows_left: usize,
    /// For each row whether it has a value; without it all have.
    pub(super) levels: Option<Hybrid>,
    pub(super) values: Values,
}

#[derive(Clone)]
pub(super) enum Values {
    Plain(Plain),
    Entries(Hybrid),
}

impl<const LANES: usize> Pages<LANES> {
    /// With `keeps`, the pages of a window are kept so that cells can be taken from them.
    pub(super) fn new(reader: ChunkPages, reading: Reading, is_optional: bool, keeps: bool) -> Self {
        let room = Room::new(is_optional);
        let kept = keeps.then(|| Kept { dictionary: None, pages: Vec::new() });
        Self { reader, reading, is_optional, dictionary: None, page: None, room, kept }
    }

    /// Begins a window.
    pub(super) fn begin_window(&mut self) {
        if let Some(DataPage { values: Values::Plain(plain), .. }) = &mut self.page {
            plain.begin_marks();
        }
        if let Some(kept) = &mut self.kept {
            kept.pages.clear();
            kept.pages.extend(self.page.as_ref().filter(|page| page.rows_left > 0).cloned());
        }
    }

    /// Takes the cells of some rows of the window that was just added up (ascending, from 0).
    pub(super) fn take(&mut self, rows: &[u32], taken: &mut Taken) -> Result<(), Damage> {
        let Some(Kept { dictionary, pages }) = &mut self.kept else { return Err(TOO_FEW_ROWS) };
        if let Some(DataPage { values: Values::Plain(now), .. }) = &self.page
            && let Some(DataPage { values: Values::Plain(then), .. }) = pages.last_mut()
        {
            then.know_marks(now);
        }
        let mut first = 0;
        let mut rest = rows;
        for page in pages.iter().cloned() {
            (first, rest) = page.take(first, rest, dictionary.as_mut(), taken)?;
        }
        if rest.is_empty() { Ok(()) } else { Err(TOO_FEW_ROWS) }
    }

    /// Takes the cells of some of the chunk's rows (ascending, from 0), of which nothing was read yet.
    pub(super) fn take_from_chunk(
        &mut self,
        slot: &Slot<LANES>,
        chunk_rows: usize,
        rows: &[u32],
        taken: &mut Taken,
    ) -> Result<(), Stop> {
        let mut first = 0;
        let mut rest = rows;
        while !rest.is_empty() {
            self.begin_window();
            if !self.has_rows(slot, chunk_rows.saturating_sub(first))? {
                return Err(Stop::Damage(TOO_FEW_ROWS));
            }
            let (Some(page), Some(kept)) = (self.page.take(), &mut self.kept) else { continue };
            (first, rest) = page.take(first, rest, kept.dictionary.as_mut(), taken)?;
        }
        Ok(())
    }

    /// Adds the sums of some next cells and tells how many.
    pub(super) fn add(
        &mut self,
        slot: &Slot<LANES>,
        rows_left: usize,
        sums: &mut [Sum<LANES>],
        is_null: &mut impl FnMut(usize),
    ) -> Result<usize, Stop> {
        if !self.has_rows(slot, rows_left)? {
            return Err(Stop::Damage(TOO_FEW_ROWS));
        }
        let Self { reading, dictionary, page: Some(page), room, .. } = self else {
            return Err(Stop::Damage(TOO_FEW_ROWS));
        };
        let rows = page.rows_left.min(sums.len());
        let mut cells = Cells { slot, reading, dictionary: dictionary.as_ref(), room };
        cells.add(page, sums.get_mut(..rows).unwrap_or_default(), is_null)?;
        page.rows_left -= rows;
        Ok(rows)
    }

    /// Whether there is a next row, whose page is then at hand.
    pub(super) fn has_rows(&mut self, slot: &Slot<LANES>, rows_left: usize) -> Result<bool, Stop> {
        while self.page.as_ref().is_none_or(|page| page.rows_left == 0) {
            let Some(page) = self.reader.next().map_err(Stop::Parquet)? else { return Ok(false) };
            if let Page::DictionaryPage { buf, num_values, encoding, .. } = page {
                self.dictionary = Some(self.entries(slot, buf.clone(), num_values as usize, encoding)?);
                if let Some(kept) = &mut self.kept {
                    kept.dictionary = Some(Entries::new(buf));
                }
            } else if page.num_values() > 0 {
                let page = self.data_page(page)?;
                if page.rows_left > rows_left {
                    return Err(Stop::Damage(TOO_MANY_ROWS));
                }
                if let Some(kept) = &mut self.kept {
                    kept.pages.push(page.clone());
                }
                self.page = Some(page);
            }
        }
        Ok(true)
    }

    /// What is kept of a dictionary's entries.
    fn entries(
        &self,
        slot: &Slot<LANES>,
        data: Bytes,
        count: usize,
        encoding: Encoding,
    ) -> Result<Dictionary<LANES>, Stop> {
        if self.dictionary.is_some() {
            return Err(Stop::Damage("has two dictionaries"));
        }
        let is_plain = matches!(encoding, Encoding::PLAIN | Encoding::PLAIN_DICTIONARY);
        let Some(least_bytes) = self.reading.least_bytes().filter(|_| is_plain && count <= MOST_ENTRIES) else {
            return Err(Stop::Unread);
        };
        // Before memory is taken.
        if count.saturating_mul(least_bytes) > data.len() {
            return Err(Stop::Damage(TOO_SHORT));
        }
        if let Reading::Int64(whole) = self.reading
            && whole.is_exact()
            && count > MOST_REPEATED
        {
            return Ok(Dictionary::Integers(data.slice(..count * 8), whole));
        }
        let mut sums = vec![[0; LANES]; count];
        Plain::new(data).add(&self.reading, slot, &mut sums)?;
        Ok(Dictionary::Sums(sums))
    }

    fn data_page(&self, page: Page) -> Result<DataPage, Stop> {
        let rows = page.num_values() as usize;
        let encoding = page.encoding();
        let (levels, values) = match page {
            Page::DataPage { buf, .. } if !self.is_optional => (None, buf),
            Page::DataPage { buf, def_level_encoding: Encoding::RLE, .. } => {
                let length = buf.first_chunk::<4>().ok_or(TOO_SHORT)?;
                let (levels, values) = split(&buf, 4, u32::from_le_bytes(*length) as usize)?;
                (Some(levels), values)
            }
            Page::DataPageV2 { buf, def_levels_byte_len, rep_levels_byte_len, .. } => {
                let (levels, values) = split(&buf, rep_levels_byte_len as usize, def_levels_byte_len as usize)?;
                (self.is_optional.then_some(levels), values)
            }
            _ => return Err(Stop::Unread),
        };
        let values = match encoding {
            Encoding::PLAIN => Values::Plain(Plain::new(values)),
            Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY => {
                // Without any value there need not be a width.
                let width = values.first().copied().unwrap_or_default();
                Values::Entries(Hybrid::new(values.slice(1.min(values.len())..), width)?)
            }
            _ => return Err(Stop::Unread),
        };
        let levels = levels.map(|levels| Hybrid::new(levels, 1)).transpose()?;
        Ok(DataPage { rows_left: rows, levels, values })
    }
}

impl DataPage {
    /// Takes the cells of those of `rows` that are in this page, which begins with row `first`. The answer is the row
    /// behind it and the rows from there on.
    fn take<'a>(
        self,
        first: usize,
        rows: &'a [u32],
        dictionary: Option<&mut Entries>,
        taken: &mut Taken,
    ) -> Result<(usize, &'a [u32]), Damage> {
        let end = first + self.rows_left;
        let (these, behind) = rows.split_at(rows.partition_point(|row| (*row as usize) < end));
        if !these.is_empty() {
            let values = match self.values {
                Values::Plain(plain) => {
                    let (data, position, marks) = plain.rest();
                    taking::Values::Plain { data, position, done: 0, marks }
                }
                Values::Entries(numbers) => {
                    taking::Values::Entries { numbers, dictionary: dictionary.ok_or(NO_ENTRY)? }
                }
            };
            take_rows(self.levels, values, these.iter().map(|row| *row as usize - first), taken)?;
        }
        Ok((end, behind))
    }
}

/// The part of a page from `start` on with this length, and what is behind it.
fn split(page: &Bytes, start: usize, length: usize) -> Result<(Bytes, Bytes), Damage> {
    let end = start.checked_add(length).filter(|end| *end <= page.len()).ok_or(TOO_SHORT)?;
    Ok((page.slice(start..end), page.slice(end..)))
}
