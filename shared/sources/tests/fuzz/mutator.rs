//! Breaks a file the way the world does, and worse: everything follows from a seed.
//!
//! The same seed and the same corpus give the same bytes on every machine.

/// Numbers from a seed (splitmix64).
#[derive(Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; 0 when there is none.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % (bound.max(1) as u64)).unwrap()
    }

    pub(crate) fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == 0
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }
}

/// A mutated file does not grow beyond this, in bytes.
const MAX_BYTES: usize = 256 * 1024;

/// Bytes that mean something in one of the formats.
const TELLING: [u8; 20] = *b"\0\n\r\t \"';,|<>{}[]\\\x7F\x80\xFF";

/// Lengths and counts that are at the edge of something.
const EDGES: [u64; 12] =
    [0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x0010_0000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 1 << 40, u64::MAX];

/// Pieces that readers act upon: XML, JSON, numbers and dates at the edge, marks of encodings.
const PIECES: [&[u8]; 26] = [
    b"r=\"1048576\"",
    b"r=\"4294967295\"",
    b"r=\"XFD1048576\"",
    b"r=\"ZZZZZZZ1\"",
    b"t=\"s\"",
    b"t=\"inlineStr\"",
    b"<v>-1</v>",
    b"<v>99999999999</v>",
    b"<v>1e308</v>",
    b"count=\"4294967295\"",
    b"&#x110000;",
    b"&amp;",
    b"<row>",
    b"</row>",
    b"<c>",
    b"<!--",
    b"<!DOCTYPE a [<!ENTITY b \"c\">]>",
    b"{\"a\":{\"a\":",
    b"[[[[[[[[[[[[[[[[",
    b"\\ud800",
    b"\\u0000",
    b"1e999999999",
    b"-170141183460469231731687303715884105729",
    b"9999-12-31T23:59:60",
    b"\xEF\xBB\xBF",
    b"PAR1",
];

/// `bytes` with one to eight mutations; `other` is a file to splice with.
pub(crate) fn mutate(dice: &mut Dice, bytes: &[u8], other: &[u8]) -> Vec<u8> {
    let mut mutated = bytes.to_vec();
    for _ in 0..=dice.below(2) * dice.below(8) {
        mutate_once(dice, &mut mutated, other);
        mutated.truncate(MAX_BYTES);
    }
    mutated
}

fn mutate_once(dice: &mut Dice, bytes: &mut Vec<u8>, other: &[u8]) {
    let at = place(dice, bytes.len());
    match dice.below(12) {
        0..=2 => flip_bit(dice, bytes, at),
        3 => set(bytes, at, &[TELLING[dice.below(TELLING.len())]]),
        4 => set(bytes, at, &[dice.byte()]),
        5 => set_length(dice, bytes, at),
        6 if dice.one_in(4) => bytes.truncate(at),
        6 | 7 => {
            let length = length(dice, bytes.len() - at);
            bytes.drain(at..at + length);
        }
        8 => {
            let piece = bytes[at..at + length(dice, bytes.len() - at)].to_vec();
            let times = if dice.one_in(4) { 1 + dice.below(64) } else { 1 };
            let to = place(dice, bytes.len());
            bytes.splice(to..to, piece.repeat(times));
        }
        9 => {
            let piece = PIECES[dice.below(PIECES.len())];
            let replaced = if dice.one_in(2) { piece.len().min(bytes.len() - at) } else { 0 };
            bytes.splice(at..at + replaced, piece.iter().copied());
        }
        10 => {
            let from = place(dice, other.len());
            let piece = &other[from..from + length(dice, other.len() - from)];
            let replaced = length(dice, bytes.len() - at);
            bytes.splice(at..at + replaced, piece.iter().copied());
        }
        _ => {
            bytes.truncate(at);
            bytes.extend_from_slice(&other[place(dice, other.len())..]);
        }
    }
}

/// A place in a file: often near its end or its beginning, where formats keep what they say of themselves.
fn place(dice: &mut Dice, length: usize) -> usize {
    let near = dice.below(length.min(64) + 1);
    match dice.below(8) {
        0 => near,
        1 => length - near,
        2 | 3 => length - dice.below(length.min(1024) + 1),
        _ => dice.below(length + 1),
    }
}

/// A length up to `most`: mostly short.
fn length(dice: &mut Dice, most: usize) -> usize {
    match dice.below(4) {
        0 => dice.below(most + 1),
        1 => dice.below(most.min(256) + 1),
        _ => dice.below(most.min(8) + 1),
    }
}

fn flip_bit(dice: &mut Dice, bytes: &mut [u8], at: usize) {
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= 1 << dice.below(8);
    }
}

fn set(bytes: &mut [u8], at: usize, new: &[u8]) {
    for (byte, new) in bytes.iter_mut().skip(at).zip(new) {
        *byte = *new;
    }
}

/// Writes a number at the edge of something, as 1 to 8 bytes of either order or as a variable-length number.
fn set_length(dice: &mut Dice, bytes: &mut [u8], at: usize) {
    let near = u64::from(dice.byte() % 4);
    let mut number = EDGES[dice.below(EDGES.len())].wrapping_add(near).wrapping_sub(2);
    let mut form: Vec<u8> = match dice.below(4) {
        0 => number.to_be_bytes()[8 - (1 << dice.below(4))..].to_vec(),
        1 | 2 => number.to_le_bytes()[..1 << dice.below(4)].to_vec(),
        _ => Vec::new(),
    };
    while form.last().is_none_or(|last| last & 0x80 != 0) && form.len() < 10 {
        let more = if number > 0x7F { 0x80 } else { 0 };
        form.push(number.to_le_bytes()[0] & 0x7F | more);
        number >>= 7;
    }
    set(bytes, at, &form);
}
