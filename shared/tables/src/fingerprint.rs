//! Fingerprints of rows: a keyed hash of the key and one of the compared values, straight from the pages of a file.
//!
//! **The hash.** A cell is a sequence of 64-bit words. Column slot `c` has a table of secret 128-bit coefficients
//! `K[c][i]`; a row's sum is `Σ K[c][i] · w[c][i] mod 2¹²⁸` over its columns and words, and the hash is the upper half
//! of sum + `K₀`. This is multilinear hashing, strongly universal (Lemire and Kaser, "Strongly universal string
//! hashing is fast", 2014): for coefficients that are not known, two different rows have the same hash with a
//! probability of at most 2⁻⁶³. A key has two lanes with coefficients of their own (2⁻¹²⁶), values have one. The
//! bound holds for any data, also for data chosen by an adversary who does not know the secret. Coefficients come
//! from 32 secret bytes by SHA-256 in counter mode.
//!
//! **The words.** No two different cells of a column have the same words, whatever the file's physical types are:
//!
//! | cell | words |
//! | --- | --- |
//! | null | none |
//! | text or bytes of length `L` | `L + 1`, then little-endian words, the last one filled up with zeros |
//! | the same, longer than 1 KiB | `L + 1`, then the four words of SHA-256 of a secret prefix and the bytes |
//! | number, date, time, truth value | the integer (at the common scale): `1, v` if it fits 64 bits, else `2, low, high` if it fits 128, else `3` and four words |
//! | number beyond 256 bits | `4`, four words without the zeros at the end, their number |
//! | float | `1` and its bits; one zero, one NaN |
//!
//! As words beyond a cell's end count as zero and the first word of a cell is not zero, cells of different length
//! differ in a word, too.
//!
//! **Why not Arrow.** Every row of both files passes through here and nearly all of them are never looked at again.
//! Building arrays copies each text once more and hashes it once per row; here a value of a dictionary is hashed once
//! per page of the dictionary, its rows add one number, and runs of equal values are added in bulk. A chunk with an
//! encoding that is not read here goes through Arrow and comes to the same fingerprints.

mod array;
mod cells;
mod chunk;
mod form;
mod hybrid;
mod pages;
mod plain;
mod reading;
mod rows;
mod slot;
mod taking;
mod window;

use std::sync::Arc;

use crate::TextForm;
pub(crate) use form::wrong_form;
pub use rows::Alike;
use slot::{Kind, Slot};
pub use window::Choose;

/// The most rows of a window: their sums stay in the first cache of a core.
pub(crate) const WINDOW_ROWS: usize = 1_024;

/// How the cells of one column become canonical words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CellForm {
    /// Text in its declared form.
    Text(TextForm),
    /// An integer or decimal.
    Number {
        /// Decimals that this side has fewer than the other: the value is multiplied by 10 to this power.
        up: u8,
    },
    /// A truth value.
    Boolean,
    /// A date.
    Date,
    /// The day of a timestamp (of an instant: in UTC), equal to the same date.
    DateOfTimestamp,
    /// A timestamp.
    Timestamp {
        /// 0, or 3 for microseconds where the other side has nanoseconds.
        up: u8,
    },
    /// A time of day.
    Time {
        /// 0, or 3 for microseconds where the other side has nanoseconds.
        up: u8,
    },
    /// A binary float.
    Float,
    /// Bytes.
    Bytes,
}

impl CellForm {
    /// Whether cells of one type that have the same words are the same cell.
    pub fn is_faithful(&self) -> bool {
        match self {
            Self::Text(form) => form.is_exact(),
            Self::Number { up } | Self::Timestamp { up } | Self::Time { up } => *up == 0,
            Self::Boolean | Self::Date | Self::Bytes => true,
            Self::DateOfTimestamp | Self::Float => false,
        }
    }
}

/// One column of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FingerprintColumn {
    /// Position in the table's schema.
    pub column: usize,
    /// How its cells become words.
    pub form: CellForm,
}

/// Which columns of one side are fingerprinted, and how. The n-th column pairs with the n-th of the other side.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FingerprintPlan {
    /// The columns of the key.
    pub key: Vec<FingerprintColumn>,
    /// The compared columns.
    pub values: Vec<FingerprintColumn>,
}

/// The secret coefficients. Fingerprints under different keys have nothing to do with one another.
#[derive(Clone)]
pub struct FingerprintKeys {
    key: Arc<Slots<2>>,
    values: Arc<Slots<1>>,
}

/// The slots of the key or of the values.
struct Slots<const LANES: usize> {
    /// Added to every sum.
    start: [u128; LANES],
    columns: Vec<Slot<LANES>>,
}

impl FingerprintKeys {
    /// Coefficients for a key of `key_columns` and `value_columns` compared columns, from secret random bytes.
    pub fn new(secret: [u8; 32], key_columns: usize, value_columns: usize) -> Self {
        Self {
            key: Arc::new(Slots::new(&secret, Kind::Key, key_columns)),
            values: Arc::new(Slots::new(&secret, Kind::Value, value_columns)),
        }
    }
}

impl<const LANES: usize> Slots<LANES> {
    fn new(secret: &[u8; 32], kind: Kind, columns: usize) -> Self {
        let columns = (0..columns).map(|column| Slot::new(secret, kind, column)).collect();
        Self { start: slot::start(secret, kind), columns }
    }
}

impl std::fmt::Debug for FingerprintKeys {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The coefficients stay secret.
        formatter
            .debug_struct("FingerprintKeys")
            .field("key_columns", &self.key.columns.len())
            .field("value_columns", &self.values.columns.len())
            .finish_non_exhaustive()
    }
}

/// The fingerprints of a window: up to 1,024 consecutive rows of a row group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fingerprints {
    /// The window's first row in the row group.
    pub first_row: usize,
    /// The hash of each row's key.
    pub keys: Vec<[u64; 2]>,
    /// The hash of each row's compared values.
    pub values: Vec<u64>,
    /// The rows of the window (ascending, from 0) with a null in the key.
    pub null_keys: Vec<u32>,
}

#[cfg(test)]
mod tests;
