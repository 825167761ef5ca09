//! Parquet's hybrid of runs and packed bits: definition levels and the numbers of dictionary entries.
//!
//! Whatever the bytes are, reading ends: an error, or the values that were asked for.

use bytes::Bytes;

/// What is wrong with a page.
pub(super) type Damage = &'static str;

/// The widest value.
const MAX_WIDTH: u8 = 32;

/// Bytes from which a group of eight values of any width is read; a few more than the 32 it has.
const GROUP_BYTES: usize = 40;

/// A stream of numbers.
#[derive(Debug, Clone)]
pub(super) struct Hybrid {
    data: Bytes,
    /// The next byte behind the current run.
    position: usize,
    width: u8,
    run: Run,
}

#[derive(Debug, Clone)]
enum Run {
    Repeated {
        value: u32,
        left: usize,
    },
    Packed {
        /// The first byte of the run.
        start: usize,
        /// The next value of the run.
        next: usize,
        /// How many values it has.
        count: usize,
    },
}

/// What was read: the same value some times, or some values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Repeated { value: u32, count: usize },
    Values { count: usize },
}

impl Hybrid {
    pub(super) fn new(data: Bytes, width: u8) -> Result<Self, Damage> {
        if width > MAX_WIDTH {
            return Err("has a page with a bit width that there is not");
        }
        Ok(Self { data, position: 0, width, run: Run::Repeated { value: 0, left: 0 } })
    }

    /// The next values, at least one and no more than `values` has room for. Values that are not all the same by
    /// themselves are written to `values`.
    pub(super) fn next(&mut self, values: &mut [u32]) -> Result<Part, Damage> {
        loop {
            match &mut self.run {
                Run::Repeated { value, left } if *left > 0 => {
                    let count = values.len().min(*left);
                    *left -= count;
                    return Ok(Part::Repeated { value: *value, count });
                }
                Run::Packed { start, next, count } if *next < *count => {
                    let count = values.len().min(*count - *next);
                    let data = self.data.get(*start..).unwrap_or_default();
                    unpack(data, self.width, *next, values.get_mut(..count).unwrap_or_default());
                    *next += count;
                    return Ok(Part::Values { count });
                }
                _ => self.start_run()?,
            }
        }
    }

    /// Passes over values.
    pub(super) fn skip(&mut self, mut count: usize) -> Result<(), Damage> {
        while count > 0 {
            let skipped = match &mut self.run {
                Run::Repeated { left, .. } => {
                    let skipped = count.min(*left);
                    *left -= skipped;
                    skipped
                }
                Run::Packed { next, count: there, .. } => {
                    let skipped = count.min(*there - *next);
                    *next += skipped;
                    skipped
                }
            };
            count -= skipped;
            if skipped == 0 {
                self.start_run()?;
            }
        }
        Ok(())
    }

    fn start_run(&mut self) -> Result<(), Damage> {
        let header = self.header()?;
        let length = usize::try_from(header >> 1).map_err(|_| "has a page with a run that is too long")?;
        if header & 1 == 0 {
            let bytes = usize::from(self.width).div_ceil(8);
            let value = self.data.get(self.position..).and_then(|rest| rest.get(..bytes));
            let value = value.ok_or("has a page that ends within a run")?;
            let value = value.iter().rev().fold(0, |value, byte| value << 8 | u32::from(*byte));
            self.position += bytes;
            self.run = Run::Repeated { value, left: length };
        } else {
            // Some writers leave out the bytes of the last group that no value needs.
            let (bytes, count) = (length.saturating_mul(usize::from(self.width)), length.saturating_mul(8));
            let there = self.data.len().saturating_sub(self.position);
            let held = if self.width == 0 { count } else { there.saturating_mul(8) / usize::from(self.width) };
            self.run = Run::Packed { start: self.position, next: 0, count: count.min(held) };
            self.position += bytes.min(there);
        }
        Ok(())
    }

    /// A number of up to 32 bits, seven bits a byte.
    fn header(&mut self) -> Result<u32, Damage> {
        let mut header = 0;
        for shift in [0, 7, 14, 21, 28] {
            let byte = *self.data.get(self.position).ok_or("has a page with fewer values than it says")?;
            self.position += 1;
            let part = u32::from(byte & 0x7f);
            if shift == 28 && byte > 0x0f {
                break;
            }
            header |= part << shift;
            if byte & 0x80 == 0 {
                return Ok(header);
            }
        }
        Err("has a page with a run that is too long")
    }
}

/// Reads packed values from the `first` on.
fn unpack(data: &[u8], width: u8, first: usize, values: &mut [u32]) {
    let to_group = first.wrapping_neg() % 8;
    let (head, rest) = values.split_at_mut(to_group.min(values.len()));
    for (value, place) in head.iter_mut().zip(first..) {
        *value = one(data, width, place);
    }
    let (groups, tail) = rest.as_chunks_mut::<8>();
    let first_group = (first + to_group) / 8;
    unpack_groups(data.get(first_group * usize::from(width)..).unwrap_or_default(), width, groups);
    let first = (first_group + groups.len()) * 8;
    for (value, place) in tail.iter_mut().zip(first..) {
        *value = one(data, width, place);
    }
}

/// One packed value by its place; bits beyond the end are zero.
fn one(data: &[u8], width: u8, place: usize) -> u32 {
    let bit = place * usize::from(width);
    let bytes = data.get(bit / 8..).unwrap_or_default();
    let word = u64::from_le_bytes(padded(bytes)) >> (bit % 8);
    u32::try_from(word & ((1_u64 << width) - 1)).unwrap_or_default()
}

/// The first bytes, filled up with zeros where there are fewer.
fn padded<const SIZE: usize>(bytes: &[u8]) -> [u8; SIZE] {
    bytes.first_chunk::<SIZE>().copied().unwrap_or_else(|| {
        let mut padded = [0; SIZE];
        padded.iter_mut().zip(bytes).for_each(|(padded, byte)| *padded = *byte);
        padded
    })
}

/// Calls the function for the width, which is then known to the compiler.
macro_rules! by_width {
    ($width:expr, $data:expr, $groups:expr, [$($number:literal)*]) => {
        match $width {
            $($number => groups_of::<$number>($data, $groups),)*
            _ => {}
        }
    };
}

fn unpack_groups(data: &[u8], width: u8, groups: &mut [[u32; 8]]) {
    by_width!(width, data, groups, [
        0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32
    ]);
}

fn groups_of<const WIDTH: usize>(data: &[u8], groups: &mut [[u32; 8]]) {
    let mut rest = data;
    for group in groups {
        if let Some(bytes) = rest.first_chunk::<GROUP_BYTES>() {
            unpack_group::<WIDTH>(bytes, group);
        } else {
            unpack_group::<WIDTH>(&padded(rest), group);
        }
        rest = rest.get(WIDTH..).unwrap_or_default();
    }
}

/// Eight values of `WIDTH` bits, each of which lies within eight bytes.
#[inline]
#[expect(clippy::indexing_slicing, reason = "all places are constants below GROUP_BYTES once WIDTH is known")]
fn unpack_group<const WIDTH: usize>(bytes: &[u8; GROUP_BYTES], group: &mut [u32; 8]) {
    let mask = (1_u64 << WIDTH) - 1;
    for (place, value) in group.iter_mut().enumerate() {
        let bit = place * WIDTH;
        let mut word = [0; 8];
        word.copy_from_slice(&bytes[bit / 8..bit / 8 + 8]);
        let word = (u64::from_le_bytes(word) >> (bit % 8)) & mask;
        *value = u32::try_from(word).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(hybrid: &mut Hybrid, mut count: usize, step: usize) -> Result<Vec<u32>, Damage> {
        let mut values = Vec::new();
        let mut room = vec![0; step];
        while count > 0 {
            let room = &mut room[..step.min(count)];
            count -= match hybrid.next(room)? {
                Part::Repeated { value, count } => {
                    values.extend(std::iter::repeat_n(value, count));
                    count
                }
                Part::Values { count } => {
                    values.extend_from_slice(&room[..count]);
                    count
                }
            };
        }
        Ok(values)
    }

    /// Bits of the values one behind the other, the lowest first.
    fn packed(values: &[u32], width: u8) -> Vec<u8> {
        let mut bytes = vec![0_u8; (values.len() * usize::from(width)).div_ceil(8)];
        for (place, value) in values.iter().enumerate() {
            for bit in 0..usize::from(width) {
                let at = place * usize::from(width) + bit;
                bytes[at / 8] |= u8::from(value >> bit & 1 == 1) << (at % 8);
            }
        }
        bytes
    }

    proptest! {
        #[test]
        fn what_was_packed_is_read_in_any_steps(
            width in 0_u8..=32, numbers in prop::collection::vec(any::<u32>(), 1..200), step in 1_usize..70,
            repeated in 0_u32..40,
        ) {
            let mask = u32::try_from((1_u64 << width) - 1).unwrap();
            let mut numbers: Vec<u32> = numbers.into_iter().map(|number| number & mask).collect();
            let groups = numbers.len().div_ceil(8);
            let mut data = vec![u8::try_from(repeated << 1).unwrap()];
            data.extend(&(mask & 5).to_le_bytes()[..usize::from(width).div_ceil(8)]);
            data.push(u8::try_from(groups << 1 | 1).unwrap());
            data.extend(packed(&numbers, width));
            let mut expected = vec![mask & 5; usize::try_from(repeated).unwrap()];
            expected.append(&mut numbers);
            let mut hybrid = Hybrid::new(data.into(), width).unwrap();
            prop_assert_eq!(all(&mut hybrid, expected.len(), step).unwrap(), expected);
        }

        #[test]
        fn any_bytes_end_in_values_or_an_error(
            width in 0_u8..=32, data in prop::collection::vec(any::<u8>(), 0..60), step in 1_usize..70,
        ) {
            let mut hybrid = Hybrid::new(data.into(), width).unwrap();
            let _ = all(&mut hybrid, 5_000, step);
        }
    }
}
