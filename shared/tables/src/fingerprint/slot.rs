//! The secret coefficients of one column and the sums of cells under them.
//!
//! The only place that knows the canonical words (see the module above); whatever reads a cell ends here.

use arrow::datatypes::i256;
use tieout_model::{Digest, Sha256Stream};

/// What stands in front of everything that a coefficient is derived from.
const DOMAIN: &[u8] = b"tieout-fingerprint/1";

/// The longest text that is hashed word by word.
const WORD_BY_WORD_BYTES: usize = 1_024;

/// Its words, and one for its length.
const COEFFICIENTS: usize = 1 + WORD_BY_WORD_BYTES / 8;

/// A sum in each lane.
pub(super) type Sum<const LANES: usize> = [u128; LANES];

/// What the coefficients are for; a number that is never changed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Key = 1,
    Value = 2,
    KeyStart = 3,
    ValueStart = 4,
    LongText = 5,
}

/// The coefficients of one column.
pub(super) struct Slot<const LANES: usize> {
    coefficients: Box<[Sum<LANES>; COEFFICIENTS]>,
    /// Stands in front of a long text that is hashed with SHA-256.
    prefix: Digest,
}

/// 32 pseudo-random bytes for a place.
fn derived(secret: &[u8; 32], kind: Kind, lane: usize, slot: usize, index: usize) -> Digest {
    let mut stream = Sha256Stream::default();
    stream.update(DOMAIN);
    stream.update(secret);
    for number in [kind as u64, lane as u64, slot as u64, index as u64] {
        stream.update(&number.to_le_bytes());
    }
    stream.finish().0
}

fn coefficient(secret: &[u8; 32], kind: Kind, lane: usize, slot: usize, index: usize) -> u128 {
    let digest = derived(secret, kind, lane, slot, index);
    digest.as_bytes().first_chunk().map_or(0, |bytes| u128::from_le_bytes(*bytes))
}

/// What is added to the sum of every row.
pub(super) fn start<const LANES: usize>(secret: &[u8; 32], kind: Kind) -> Sum<LANES> {
    let kind = match kind {
        Kind::Key => Kind::KeyStart,
        _ => Kind::ValueStart,
    };
    std::array::from_fn(|lane| coefficient(secret, kind, lane, 0, 0))
}

/// Adds one sum to another.
#[inline]
pub(super) fn add<const LANES: usize>(sum: &mut Sum<LANES>, other: &Sum<LANES>) {
    for (lane, other) in sum.iter_mut().zip(other) {
        *lane = lane.wrapping_add(*other);
    }
}

/// Takes one sum from another.
#[inline]
pub(super) fn subtract<const LANES: usize>(sum: &mut Sum<LANES>, other: &Sum<LANES>) {
    for (lane, other) in sum.iter_mut().zip(other) {
        *lane = lane.wrapping_sub(*other);
    }
}

/// Adds a coefficient times a word.
#[inline]
fn add_word<const LANES: usize>(sum: &mut Sum<LANES>, coefficient: &Sum<LANES>, word: u64) {
    for (lane, coefficient) in sum.iter_mut().zip(coefficient) {
        *lane = lane.wrapping_add(coefficient.wrapping_mul(u128::from(word)));
    }
}

impl<const LANES: usize> Slot<LANES> {
    pub(super) fn new(secret: &[u8; 32], kind: Kind, slot: usize) -> Self {
        let mut coefficients = Box::new([[0; LANES]; COEFFICIENTS]);
        for (index, lanes) in coefficients.iter_mut().enumerate() {
            *lanes = std::array::from_fn(|lane| coefficient(secret, kind, lane, slot, index));
        }
        Self { coefficients, prefix: derived(secret, Kind::LongText, 0, 0, 0) }
    }

    #[inline]
    fn words<const WORDS: usize>(&self, words: [u64; WORDS]) -> Sum<LANES> {
        let mut sum = [0; LANES];
        for (word, coefficient) in words.into_iter().zip(self.coefficients.iter()) {
            add_word(&mut sum, coefficient, word);
        }
        sum
    }

    /// A number of up to 64 bits.
    #[inline]
    pub(super) fn integer(&self, value: i64) -> Sum<LANES> {
        self.words([1, value.cast_unsigned()])
    }

    /// A number of up to 128 bits.
    #[inline]
    pub(super) fn wide(&self, value: i128) -> Sum<LANES> {
        if let Ok(value) = i64::try_from(value) {
            return self.integer(value);
        }
        let [low, high] = halves(value.cast_unsigned());
        self.words([2, low, high])
    }

    /// A number of up to 256 bits.
    pub(super) fn huge(&self, value: i256) -> Sum<LANES> {
        if let Some(value) = value.to_i128() {
            return self.wide(value);
        }
        let (low, high) = value.to_parts();
        let ([first, second], [third, fourth]) = (halves(low), halves(high.cast_unsigned()));
        self.words([3, first, second, third, fourth])
    }

    /// A number of more than 256 bits: `value` times 10 to the power `zeros`, where `value` does not end in zero.
    pub(super) fn beyond(&self, value: i256, zeros: u64) -> Sum<LANES> {
        let (low, high) = value.to_parts();
        let ([first, second], [third, fourth]) = (halves(low), halves(high.cast_unsigned()));
        self.words([4, first, second, third, fourth, zeros])
    }

    /// The bits of a float, one zero and one NaN.
    #[inline]
    pub(super) fn float(&self, value: f64) -> Sum<LANES> {
        let canonical = if value.is_nan() {
            f64::NAN
        } else if value == 0.0 {
            0.0
        } else {
            value
        };
        self.words([1, canonical.to_bits()])
    }

    /// Text or bytes.
    #[inline]
    pub(super) fn bytes(&self, value: &[u8]) -> Sum<LANES> {
        let (words, rest) = value.as_chunks::<8>();
        let last = if rest.is_empty() {
            0
        } else {
            let mut last = [0; 8];
            last.iter_mut().zip(rest).for_each(|(last, byte)| *last = *byte);
            u64::from_le_bytes(last)
        };
        self.text_words(value, words, last).0
    }

    /// The sum of bytes given as whole words and a last one filled up with zeros, and the bits that are set in any.
    #[inline]
    pub(super) fn text_words(&self, value: &[u8], words: &[[u8; 8]], last: u64) -> (Sum<LANES>, u64) {
        if value.len() > WORD_BY_WORD_BYTES {
            return (self.long_bytes(value), u64::MAX);
        }
        let (mut sum, mut bits) = ([0; LANES], last);
        let [for_length, for_words @ ..] = &*self.coefficients;
        add_word(&mut sum, for_length, value.len() as u64 + 1);
        let mut coefficients = for_words.iter();
        for (word, coefficient) in words.iter().zip(coefficients.by_ref()) {
            let word = u64::from_le_bytes(*word);
            bits |= word;
            add_word(&mut sum, coefficient, word);
        }
        if let Some(coefficient) = coefficients.next() {
            add_word(&mut sum, coefficient, last);
        }
        (sum, bits)
    }

    #[cold]
    fn long_bytes(&self, value: &[u8]) -> Sum<LANES> {
        let mut stream = Sha256Stream::default();
        stream.update(self.prefix.as_bytes());
        stream.update(value);
        let digest = stream.finish().0;
        let mut words = [value.len() as u64 + 1, 0, 0, 0, 0];
        let (chunks, _) = digest.as_bytes().as_chunks::<8>();
        words.iter_mut().skip(1).zip(chunks).for_each(|(word, chunk)| *word = u64::from_le_bytes(*chunk));
        self.words(words)
    }
}

/// The lower and the upper half.
fn halves(value: u128) -> [u64; 2] {
    let mask = u128::from(u64::MAX);
    [value & mask, value >> 64].map(|half| u64::try_from(half).unwrap_or_default())
}
