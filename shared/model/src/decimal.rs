//! An exact decimal of up to 38 digits: an unscaled 128-bit integer and a scale.
//!
//! Every operation is checked. Nothing is rounded unless the caller names a rounding, and no binary float is
//! involved anywhere. The layout equals Arrow's `Decimal128`, so a value moves between the two without conversion.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The most digits that a value holds, before and after the decimal mark together.
pub const MAX_PRECISION: u8 = 38;

/// The largest magnitude of the unscaled integer: 38 nines.
const MAX_UNSCALED: i128 = 99_999_999_999_999_999_999_999_999_999_999_999_999;

/// Why a decimal could not be read or computed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecimalError {
    /// The text is not a plain decimal (`-?digits[.digits]`).
    #[error("is not a plain decimal number")]
    NotANumber,
    /// More than 38 digits would be needed.
    #[error("needs more than 38 digits")]
    Overflow,
    /// Digits after the mark would be lost.
    #[error("has more than {scale} decimals")]
    LosesDigits {
        /// The scale that was asked for, in decimals.
        scale: u8,
    },
}

/// An exact decimal number; equality and order are by value, so `1.10` equals `1.1`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Decimal {
    unscaled: i128,
    scale: u8,
}

impl Decimal {
    /// Zero with no decimals.
    pub const ZERO: Self = Self { unscaled: 0, scale: 0 };

    /// Makes `unscaled × 10^-scale`; refuses more than 38 digits or decimals.
    pub fn new(unscaled: i128, scale: u8) -> Result<Self, DecimalError> {
        if scale > MAX_PRECISION || unscaled.unsigned_abs() > MAX_UNSCALED.unsigned_abs() {
            return Err(DecimalError::Overflow);
        }
        Ok(Self { unscaled, scale })
    }

    /// Zero printed with `scale` decimals (at most 38).
    #[must_use]
    pub fn zero(scale: u8) -> Self {
        Self { unscaled: 0, scale: scale.min(MAX_PRECISION) }
    }

    /// The integer whose `10^-scale` multiple this value is.
    pub fn unscaled(self) -> i128 {
        self.unscaled
    }

    /// Number of decimals.
    pub fn scale(self) -> u8 {
        self.scale
    }

    /// Whether the value is exactly zero.
    pub fn is_zero(self) -> bool {
        self.unscaled == 0
    }

    /// Whether the value is below zero.
    pub fn is_negative(self) -> bool {
        self.unscaled < 0
    }

    /// The sum, at the larger of both scales.
    pub fn checked_add(self, other: Self) -> Result<Self, DecimalError> {
        let (left, right, scale) = self.aligned(other)?;
        Self::new(left.checked_add(right).ok_or(DecimalError::Overflow)?, scale)
    }

    /// The difference, at the larger of both scales.
    pub fn checked_sub(self, other: Self) -> Result<Self, DecimalError> {
        self.checked_add(other.negated())
    }

    /// The product, at the sum of both scales.
    pub fn checked_mul(self, other: Self) -> Result<Self, DecimalError> {
        let scale = self.scale.checked_add(other.scale).ok_or(DecimalError::Overflow)?;
        Self::new(self.unscaled.checked_mul(other.unscaled).ok_or(DecimalError::Overflow)?, scale)
    }

    /// The value without its sign.
    #[must_use]
    pub fn abs(self) -> Self {
        Self { unscaled: self.unscaled.abs(), scale: self.scale }
    }

    /// The value with the opposite sign.
    #[must_use]
    pub fn negated(self) -> Self {
        Self { unscaled: -self.unscaled, scale: self.scale }
    }

    /// The same value with exactly `scale` decimals; refuses to drop a digit that is not zero.
    pub fn rescaled(self, scale: u8) -> Result<Self, DecimalError> {
        if scale >= self.scale {
            let factor = power_of_ten(scale - self.scale)?;
            return Self::new(self.unscaled.checked_mul(factor).ok_or(DecimalError::Overflow)?, scale);
        }
        let factor = power_of_ten(self.scale - scale)?;
        if self.unscaled % factor != 0 {
            return Err(DecimalError::LosesDigits { scale });
        }
        Self::new(self.unscaled / factor, scale)
    }

    /// Both unscaled integers at the larger scale, and that scale.
    fn aligned(self, other: Self) -> Result<(i128, i128, u8), DecimalError> {
        let scale = self.scale.max(other.scale);
        Ok((self.rescaled(scale)?.unscaled, other.rescaled(scale)?.unscaled, scale))
    }

    /// The value without trailing zeros after the mark: the form that equal values share.
    #[must_use]
    pub fn normalized(self) -> Self {
        let mut value = self;
        while value.scale > 0 && value.unscaled % 10 == 0 {
            value = Self { unscaled: value.unscaled / 10, scale: value.scale - 1 };
        }
        value
    }
}

fn power_of_ten(exponent: u8) -> Result<i128, DecimalError> {
    10_i128.checked_pow(u32::from(exponent)).ok_or(DecimalError::Overflow)
}

impl From<u64> for Decimal {
    /// A count: always fits, no decimals.
    fn from(count: u64) -> Self {
        Self { unscaled: i128::from(count), scale: 0 }
    }
}

impl From<i64> for Decimal {
    /// An integer: always fits, no decimals.
    fn from(number: i64) -> Self {
        Self { unscaled: i128::from(number), scale: 0 }
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let (left, right) = (self.normalized(), other.normalized());
        match left.aligned(right) {
            Ok((left, right, _)) => left.cmp(&right),
            // One side does not fit at the other's scale, so its magnitude is larger than any value that does:
            // the side with fewer decimals after normalisation is the larger in magnitude.
            Err(_) if left.scale < right.scale => left.unscaled.cmp(&0),
            Err(_) => 0.cmp(&right.unscaled),
        }
    }
}

impl std::hash::Hash for Decimal {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        let value = self.normalized();
        (value.unscaled, value.scale).hash(state);
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.unscaled.unsigned_abs().to_string();
        let scale = usize::from(self.scale);
        let padded = format!("{digits:0>width$}", width = scale + 1);
        let (whole, fraction) = padded.split_at(padded.len() - scale);
        let text = if scale == 0 { whole.to_owned() } else { format!("{whole}.{fraction}") };
        formatter.pad_integral(self.unscaled >= 0, "", &text)
    }
}

impl FromStr for Decimal {
    type Err = DecimalError;

    /// Reads `-?digits[.digits]`, ASCII only, no exponent, no grouping.
    fn from_str(text: &str) -> Result<Self, DecimalError> {
        let (negative, body) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = body.split_once('.').unwrap_or((body, ""));
        let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !plain(whole) || !plain(fraction) || body.ends_with('.') {
            return Err(DecimalError::NotANumber);
        }
        let scale = u8::try_from(fraction.len()).map_err(|_| DecimalError::Overflow)?;
        let mut unscaled: i128 = 0;
        for byte in whole.bytes().chain(fraction.bytes()) {
            unscaled = unscaled
                .checked_mul(10)
                .and_then(|value| value.checked_add(i128::from(byte - b'0')))
                .ok_or(DecimalError::Overflow)?;
        }
        Self::new(if negative { -unscaled } else { unscaled }, scale)
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|error| serde::de::Error::custom(format!("'{text}' {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn prints_what_it_read() {
        for text in ["0", "0.00", "-0.01", "24645232.1360", "-1.5", "100"] {
            assert_eq!(decimal(text).to_string(), text);
        }
    }

    #[test]
    fn refuses_what_is_not_plain() {
        for text in ["", "-", ".", "1.", ".5", "+1", "1e3", "1,000", "--1", "\u{2212}1", "١"] {
            assert_eq!(text.parse::<Decimal>(), Err(DecimalError::NotANumber), "{text}");
        }
    }

    #[test]
    fn equal_by_value_across_scales() {
        assert_eq!(decimal("1.10"), decimal("1.1"));
        assert!(decimal("-1.10") < decimal("1"));
    }

    #[test]
    fn overflow_is_an_error_not_a_wrap() {
        let largest = Decimal::new(MAX_UNSCALED, 0).unwrap();
        assert_eq!(largest.checked_add(decimal("1")), Err(DecimalError::Overflow));
        assert_eq!(largest.checked_mul(decimal("10")), Err(DecimalError::Overflow));
    }

    #[test]
    fn never_drops_a_digit() {
        assert_eq!(decimal("1.005").rescaled(2), Err(DecimalError::LosesDigits { scale: 2 }));
        assert_eq!(decimal("1.500").rescaled(1).unwrap().to_string(), "1.5");
    }

    #[test]
    fn orders_values_too_far_apart_to_align() {
        let huge = Decimal::new(MAX_UNSCALED, 0).unwrap();
        let tiny = Decimal::new(1, 38).unwrap();
        assert_eq!(tiny.cmp(&huge), Ordering::Less);
        assert_eq!(huge.cmp(&tiny), Ordering::Greater);
        assert_eq!(huge.negated().cmp(&tiny), Ordering::Less);
        assert_eq!(tiny.cmp(&huge.negated()), Ordering::Greater);
    }

    proptest! {
        #[test]
        fn subtraction_undoes_addition(left in -1_000_000_000_i128..1_000_000_000, right in -1_000_000_000_i128..1_000_000_000,
                                       left_scale in 0_u8..8, right_scale in 0_u8..8) {
            let (left, right) = (Decimal::new(left, left_scale).unwrap(), Decimal::new(right, right_scale).unwrap());
            prop_assert_eq!(left.checked_add(right).unwrap().checked_sub(right).unwrap(), left);
        }
    }
}
