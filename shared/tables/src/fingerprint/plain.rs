//! Values in Parquet's `PLAIN` encoding, and the sums that they become.
//!
//! Every length is checked against the page; a text is valid UTF-8 or an error.

use bytes::Bytes;

use super::hybrid::Damage;
use super::reading::Reading;
use super::slot::{Slot, Sum, add};
use crate::TextForm;

const TOO_FEW_BYTES: Damage = "has a page with fewer values than it says";
const NOT_UTF8: Damage = "holds text that is not UTF-8";

/// Of so many values of variable length at least one is marked.
const MARKED: usize = 16;

/// The highest bit of each byte: none is set in a word of ASCII text.
const HIGH_BITS: u64 = 0x8080_8080_8080_8080;

/// The rest of the values of a page.
#[derive(Debug, Clone)]
pub(super) struct Plain {
    data: Bytes,
    /// The next byte; of truth values the next bit.
    position: usize,
    /// How many values have been added since the marks were begun.
    count: usize,
    /// Where some of these values of variable length begin: their number and the byte.
    marks: Vec<(usize, usize)>,
}

impl Plain {
    pub(super) fn new(data: Bytes) -> Self {
        Self { data, position: 0, count: 0, marks: Vec::new() }
    }

    /// Marks values from here on.
    pub(super) fn begin_marks(&mut self) {
        self.count = 0;
        self.marks.clear();
    }

    /// Takes the marks over from what this was before it went on.
    pub(super) fn know_marks(&mut self, later: &Self) {
        self.marks.clone_from(&later.marks);
    }

    /// The page's values, where the next one begins, and the marks.
    pub(super) fn rest(self) -> (Bytes, usize, Vec<(usize, usize)>) {
        (self.data, self.position, self.marks)
    }

    /// Adds the sums of the next values, one to each of `sums`.
    pub(super) fn add<const LANES: usize>(
        &mut self,
        reading: &Reading,
        slot: &Slot<LANES>,
        sums: &mut [Sum<LANES>],
    ) -> Result<(), Damage> {
        match reading {
            Reading::Boolean => self.bits(slot, sums),
            Reading::Int32(whole) if whole.is_exact() => {
                self.fixed(sums, |bytes| whole.exact_sum(slot, i64::from(i32::from_le_bytes(bytes))))
            }
            Reading::Int64(whole) if whole.is_exact() => {
                self.fixed(sums, |bytes| whole.exact_sum(slot, i64::from_le_bytes(bytes)))
            }
            Reading::Int32(whole) => self.fixed(sums, |bytes| whole.sum(slot, i64::from(i32::from_le_bytes(bytes)))),
            Reading::Int64(whole) => self.fixed(sums, |bytes| whole.sum(slot, i64::from_le_bytes(bytes))),
            Reading::Unsigned32(scale) => {
                self.fixed(sums, |bytes| Ok(scale.small(slot, i64::from(u32::from_le_bytes(bytes)))))
            }
            Reading::Unsigned64(scale) => {
                self.fixed(sums, |bytes| Ok(scale.wide(slot, i128::from(u64::from_le_bytes(bytes)))))
            }
            Reading::Float => self.fixed(sums, |bytes| Ok(slot.float(f64::from(f32::from_le_bytes(bytes))))),
            Reading::Double => self.fixed(sums, |bytes| Ok(slot.float(f64::from_le_bytes(bytes)))),
            Reading::FixedDecimal { length, decimal } => self.slices(*length, sums, |bytes| decimal.sum(slot, bytes)),
            Reading::FixedBytes { length } => self.slices(*length, sums, |bytes| Ok(slot.bytes(bytes))),
            Reading::VariableDecimal(decimal) => self.variable(sums, |bytes, _| decimal.sum(slot, bytes)),
            Reading::Bytes => self.variable(sums, |bytes, _| Ok(slot.bytes(bytes))),
            Reading::Text(form) if form.is_exact() => {
                self.variable(sums, |bytes, behind| exact_text(slot, bytes, behind))
            }
            Reading::Text(form) => self.variable(sums, |bytes, _| formed_text(slot, form, bytes)),
        }
    }

    #[inline]
    fn fixed<const SIZE: usize, const LANES: usize>(
        &mut self,
        sums: &mut [Sum<LANES>],
        sum_of: impl Fn([u8; SIZE]) -> Result<Sum<LANES>, Damage>,
    ) -> Result<(), Damage> {
        let (values, _) = self.take(sums.len(), SIZE)?.as_chunks::<SIZE>();
        for (sum, bytes) in sums.iter_mut().zip(values) {
            add(sum, &sum_of(*bytes)?);
        }
        self.position += sums.len() * SIZE;
        Ok(())
    }

    fn slices<const LANES: usize>(
        &mut self,
        length: usize,
        sums: &mut [Sum<LANES>],
        sum_of: impl Fn(&[u8]) -> Result<Sum<LANES>, Damage>,
    ) -> Result<(), Damage> {
        let values = self.take(sums.len(), length)?.chunks_exact(length.max(1));
        for (sum, bytes) in sums.iter_mut().zip(values) {
            add(sum, &sum_of(bytes)?);
        }
        self.position += sums.len() * length;
        Ok(())
    }

    fn take(&self, count: usize, length: usize) -> Result<&[u8], Damage> {
        let end = count.checked_mul(length).and_then(|size| self.position.checked_add(size));
        end.and_then(|end| self.data.get(self.position..end)).ok_or(TOO_FEW_BYTES)
    }

    /// Values with their length in front. `sum_of` gets the value, and all bytes from its start on.
    #[inline]
    fn variable<const LANES: usize>(
        &mut self,
        sums: &mut [Sum<LANES>],
        sum_of: impl Fn(&[u8], &[u8]) -> Result<Sum<LANES>, Damage>,
    ) -> Result<(), Damage> {
        let mut rest = self.data.get(self.position..).unwrap_or_default();
        for sums in sums.chunks_mut(MARKED) {
            self.marks.push((self.count, self.data.len() - rest.len()));
            self.count += sums.len();
            for sum in sums {
                let (length, from_value) = rest.split_first_chunk::<4>().ok_or(TOO_FEW_BYTES)?;
                let length = u32::from_le_bytes(*length) as usize;
                let (value, behind) = from_value.split_at_checked(length).ok_or(TOO_FEW_BYTES)?;
                add(sum, &sum_of(value, from_value)?);
                rest = behind;
            }
        }
        self.position = self.data.len() - rest.len();
        Ok(())
    }

    fn bits<const LANES: usize>(&mut self, slot: &Slot<LANES>, sums: &mut [Sum<LANES>]) -> Result<(), Damage> {
        let truth = [slot.integer(0), slot.integer(1)];
        for sum in sums {
            let byte = self.data.get(self.position / 8).ok_or(TOO_FEW_BYTES)?;
            let [no, yes] = &truth;
            add(sum, if byte >> (self.position % 8) & 1 == 1 { yes } else { no });
            self.position += 1;
        }
        Ok(())
    }
}

/// A text as it is. `from_text` begins with it: where more bytes follow, its last word is read in one piece.
#[inline]
fn exact_text<const LANES: usize>(slot: &Slot<LANES>, text: &[u8], from_text: &[u8]) -> Result<Sum<LANES>, Damage> {
    let (words, rest) = text.as_chunks::<8>();
    let last = if rest.is_empty() {
        0
    } else {
        let word = from_text.get(text.len() - rest.len()..).and_then(<[u8]>::first_chunk::<8>);
        match word {
            Some(word) => u64::from_le_bytes(*word) & ((1 << (8 * rest.len())) - 1),
            None => rest.iter().rev().fold(0, |last, byte| last << 8 | u64::from(*byte)),
        }
    };
    // A text of ASCII alone is valid without a second look at it.
    let (sum, bits) = slot.text_words(text, words, last);
    if bits & HIGH_BITS != 0 && std::str::from_utf8(text).is_err() {
        return Err(NOT_UTF8);
    }
    Ok(sum)
}

/// A text in its declared form.
fn formed_text<const LANES: usize>(slot: &Slot<LANES>, form: &TextForm, text: &[u8]) -> Result<Sum<LANES>, Damage> {
    let text = std::str::from_utf8(text).map_err(|_| NOT_UTF8)?;
    Ok(slot.bytes(form.apply(text).as_bytes()))
}
