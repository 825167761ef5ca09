//! Numbers of any two columns, compared by value, and the limits of what is tolerated.
//!
//! Exact: values are integers of up to 256 bits in the unit of the finer column, products are compared in 512 bits,
//! and what does not fit is told by `None`, never rounded.

use std::cmp::Ordering;

use arrow::array::{Array, ArrayRef, AsArray, Decimal256Array};
use arrow::datatypes::{Decimal256Type, i256};
use tieout_model::{Decimal, MAX_PRECISION, RelativeBase, RelativeTolerance, Tolerance};

use super::value::Difference;
use crate::amount::Numbers;

const TEN: i256 = i256::from_i128(10);

/// A numeric column of one batch, of any width.
#[derive(Debug, Clone)]
pub(super) enum WideNumbers {
    Narrow(Numbers),
    Wide(Decimal256Array),
}

impl WideNumbers {
    /// Reads a column; `None` when it is not numeric.
    pub(super) fn read(column: &ArrayRef) -> Option<Self> {
        if let Some(wide) = column.as_primitive_opt::<Decimal256Type>() {
            return Some(Self::Wide(wide.clone()));
        }
        Numbers::read(column).map(Self::Narrow)
    }

    /// The unscaled value of a row; `None` when it is null.
    pub(super) fn get(&self, row: usize) -> Option<i256> {
        match self {
            Self::Narrow(values) => values.get(row).map(i256::from_i128),
            Self::Wide(values) => values.is_valid(row).then(|| values.value(row)),
        }
    }
}

/// How a pair of numeric columns compares.
#[derive(Debug, Clone)]
pub(super) struct NumberRule {
    /// Decimals of the finer column: the unit of every difference.
    pub(super) scale: u8,
    /// Brings left values to that unit.
    left_factor: i256,
    /// Brings right values to that unit.
    right_factor: i256,
    /// The largest difference tolerated, in that unit.
    absolute: Option<i256>,
    relative: Option<Relative>,
}

/// Tolerates `apart <= fraction ÷ divisor × base`.
#[derive(Debug, Clone, Copy)]
struct Relative {
    fraction: i256,
    divisor: i256,
    base: RelativeBase,
}

impl NumberRule {
    /// The rule for columns with these decimals.
    pub(super) fn new([left, right]: [u8; 2], tolerance: &Tolerance) -> Self {
        let scale = left.max(right);
        Self {
            scale,
            left_factor: power_of_ten(scale - left),
            right_factor: power_of_ten(scale - right),
            absolute: tolerance.absolute.map(|limit| whole_units(limit, scale)),
            relative: tolerance.relative.map(Relative::new),
        }
    }

    /// Compares two unscaled values; `None` when they do not fit the unit of the finer column.
    pub(super) fn difference(&self, left: i256, right: i256) -> Option<Difference> {
        if self.left_factor == self.right_factor && left == right {
            return Some(Difference::None);
        }
        let (left, right) = (self.left(left)?, self.right(right)?);
        let apart = right.checked_sub(left)?.checked_abs()?;
        if apart == i256::ZERO {
            return Some(Difference::None);
        }
        let tolerated = self.absolute.is_some_and(|limit| apart <= limit)
            || match &self.relative {
                None => false,
                Some(relative) => relative.tolerates(apart, left.checked_abs()?, right.checked_abs()?),
            };
        Some(if tolerated { Difference::Tolerated } else { Difference::Beyond })
    }

    /// A left value in the unit of the finer column.
    pub(super) fn left(&self, unscaled: i256) -> Option<i256> {
        unscaled.checked_mul(self.left_factor)
    }

    /// A right value in the unit of the finer column.
    pub(super) fn right(&self, unscaled: i256) -> Option<i256> {
        unscaled.checked_mul(self.right_factor)
    }
}

impl Relative {
    fn new(tolerance: RelativeTolerance) -> Self {
        let fraction = tolerance.fraction.normalized();
        let unscaled = i256::from_i128(fraction.unscaled());
        Self { fraction: unscaled, divisor: power_of_ten(fraction.scale()), base: tolerance.base }
    }

    /// All arguments are zero or more.
    fn tolerates(&self, apart: i256, left: i256, right: i256) -> bool {
        let base = match self.base {
            RelativeBase::Left => left,
            RelativeBase::Right => right,
            RelativeBase::Max => left.max(right),
        };
        compare_products((apart, self.divisor), (self.fraction, base)) != Ordering::Greater
    }
}

/// A limit of zero or more in units of `10^-scale`. Differences are whole units, so what is finer may be cut; what is
/// beyond every difference may be the largest number.
pub(super) fn whole_units(limit: Decimal, scale: u8) -> i256 {
    let limit = limit.normalized();
    let unscaled = i256::from_i128(limit.unscaled());
    match limit.scale().checked_sub(scale) {
        Some(finer) => unscaled.wrapping_div(power_of_ten(finer)),
        None => unscaled.checked_mul(power_of_ten(scale - limit.scale())).unwrap_or(i256::MAX),
    }
}

/// The decimal `unscaled × 10^-scale`; `None` when it needs more than 38 digits.
pub(super) fn decimal(unscaled: i256, scale: u8) -> Option<Decimal> {
    let (mut unscaled, mut scale) = (unscaled, scale);
    // Zeros at the end may go where there are too many digits.
    while scale > 0
        && (scale > MAX_PRECISION || unscaled.to_i128().is_none_or(|value| Decimal::new(value, scale).is_err()))
        && unscaled.checked_rem(TEN)? == i256::ZERO
    {
        unscaled = unscaled.checked_div(TEN)?;
        scale -= 1;
    }
    Decimal::new(unscaled.to_i128()?, scale).ok()
}

/// `10^exponent`, for the 76 decimals that a column may have; the type holds it.
fn power_of_ten(exponent: u8) -> i256 {
    TEN.wrapping_pow(u32::from(exponent))
}

/// Compares `a × b` with `c × d`, for factors of zero or more.
fn compare_products((a, b): (i256, i256), (c, d): (i256, i256)) -> Ordering {
    match (a.checked_mul(b), c.checked_mul(d)) {
        (Some(left), Some(right)) => left.cmp(&right),
        _ => long_product(a, b).cmp(&long_product(c, d)),
    }
}

/// The product of two factors of zero or more, most significant digit to the base 2^32 first.
fn long_product(left: i256, right: i256) -> Vec<u32> {
    let (left, right) = (digits(left), digits(right));
    let mut product = vec![0_u32; left.len() + right.len()];
    for (place, &digit) in left.iter().enumerate() {
        let mut carry = 0_u64;
        for (at, into) in product.iter_mut().skip(place).enumerate() {
            let other = right.get(at).copied().unwrap_or(0);
            // At most (2^32 - 1)² + 2 × (2^32 - 1), which is 2^64 - 1.
            let sum = u64::from(digit) * u64::from(other) + u64::from(*into) + carry;
            *into = low_digit(sum);
            carry = sum >> 32;
        }
    }
    product.reverse();
    product
}

/// Digits to the base 2^32, least significant first.
fn digits(value: i256) -> Vec<u32> {
    let bytes = value.to_le_bytes();
    bytes.chunks(4).map(|digit| digit.iter().rev().fold(0, |sum, byte| sum << 8 | u32::from(*byte))).collect()
}

fn low_digit(sum: u64) -> u32 {
    u32::try_from(sum & u64::from(u32::MAX)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn judge(left: &str, right: &str, absolute: Option<&str>, relative: Option<(&str, RelativeBase)>) -> Difference {
        let (left, right) = (value(left), value(right));
        let relative = relative.map(|(fraction, base)| RelativeTolerance { fraction: value(fraction), base });
        let tolerance = Tolerance { absolute: absolute.map(value), relative, ..Tolerance::default() };
        let rule = NumberRule::new([left.scale(), right.scale()], &tolerance);
        let unscaled = |value: Decimal| i256::from_i128(value.unscaled());
        rule.difference(unscaled(left), unscaled(right)).unwrap()
    }

    #[test]
    fn numbers_compare_by_value_across_scales() {
        for (left, right, expected) in [
            ("1.10", "1.1", Difference::None),
            ("1", "1.0000", Difference::None),
            ("1.10", "1.101", Difference::Beyond),
            ("0.00", "0", Difference::None),
        ] {
            assert_eq!(judge(left, right, None, None), expected, "{left} {right}");
        }
    }

    #[test]
    fn an_absolute_tolerance_holds_up_to_and_including_itself() {
        use Difference::{Beyond, Tolerated};
        for (left, right, absolute, expected) in [
            ("10.00", "10.01", "0.01", Tolerated),
            ("10.00", "10.02", "0.01", Beyond),
            ("-10.00", "-10.01", "0.010", Tolerated),
            ("10.0", "10.2", "0.19999", Beyond),
            ("10.0", "10.1", "0.19999", Tolerated),
            ("10", "11", "0.99", Beyond),
            ("10", "12", "2", Tolerated),
            ("10.00", "-10.00", "19.99", Beyond),
            ("10.00", "-10.00", "20", Tolerated),
        ] {
            assert_eq!(judge(left, right, Some(absolute), None), expected, "{left} {right} {absolute}");
        }
    }

    #[test]
    fn a_relative_tolerance_is_a_fraction_of_its_base_and_holds_at_exactly_that() {
        use Difference::{Beyond, Tolerated};
        use RelativeBase::{Left, Max, Right};
        for (left, right, fraction, base, expected) in [
            ("101.00", "100.00", "0.01", Right, Tolerated),
            ("101.01", "100.00", "0.01", Right, Beyond),
            ("101.01", "100.00", "0.01", Left, Tolerated),
            ("100.00", "101.01", "0.01", Left, Beyond),
            ("100.00", "101.01", "0.01", Max, Tolerated),
            ("101.01", "100.00", "0.01", Max, Tolerated),
            ("101.02", "100.00", "0.01", Max, Beyond),
            ("-101.00", "-100.00", "0.01", Right, Tolerated),
            ("0.01", "0.00", "1", Right, Beyond),
            ("0.01", "0.00", "1", Max, Tolerated),
            ("1.001", "1", "0.001", Right, Tolerated),
            ("1.0011", "1", "0.001", Right, Beyond),
            ("7", "3.50", "1", Right, Tolerated),
        ] {
            assert_eq!(
                judge(left, right, None, Some((fraction, base))),
                expected,
                "{left} {right} {fraction} {base:?}"
            );
        }
    }

    #[test]
    fn any_declared_limit_that_holds_tolerates() {
        let relative = |fraction| Some((fraction, RelativeBase::Right));
        assert_eq!(judge("10.00", "10.01", Some("0"), relative("0.001")), Difference::Tolerated);
        assert_eq!(judge("10.00", "10.01", Some("0.01"), relative("0")), Difference::Tolerated);
        assert_eq!(judge("10.00", "10.02", Some("0.01"), relative("0.001")), Difference::Beyond);
    }

    #[test]
    fn the_widest_decimals_compare_without_overflow() {
        let (huge, tiny) = ("9".repeat(38), format!("0.{}1", "0".repeat(37)));
        let minus = format!("-{huge}");
        let relative = |fraction| Some((fraction, RelativeBase::Right));
        assert_eq!(judge(&huge, &tiny, None, None), Difference::Beyond);
        assert_eq!(judge(&huge, &minus, Some(&huge), None), Difference::Beyond);
        assert_eq!(judge(&huge, &minus, None, relative("2")), Difference::Tolerated);
        assert_eq!(judge(&huge, &tiny, Some(&huge), None), Difference::Tolerated);
        assert_eq!(judge(&tiny, &huge, None, relative(&huge)), Difference::Tolerated);
        assert_eq!(judge(&tiny, &huge, None, relative("0.5")), Difference::Beyond);
    }

    #[test]
    fn products_beyond_256_bits_compare_exactly() {
        let (large, most) = (TEN.wrapping_pow(70), i256::MAX);
        let below = most.wrapping_sub(i256::ONE);
        assert_eq!(compare_products((large, large), (large, large)), Ordering::Equal);
        assert_eq!(compare_products((most, most), (most, below)), Ordering::Greater);
        assert_eq!(compare_products((below, below), (most, below)), Ordering::Less);
        assert_eq!(compare_products((most, i256::ONE), (large, large)), Ordering::Less);
        assert_eq!(compare_products((i256::ZERO, most), (most, most)), Ordering::Less);
    }

    #[test]
    fn a_value_that_does_not_fit_the_finer_unit_is_told() {
        let rule = NumberRule::new([0, 76], &Tolerance::default());
        assert_eq!(rule.difference(i256::from(6), i256::ZERO), None);
        assert_eq!(rule.difference(i256::from(5), i256::ZERO), Some(Difference::Beyond));
    }

    #[test]
    fn a_sum_is_a_decimal_where_38_digits_suffice() {
        let text = |unscaled, scale| decimal(unscaled, scale).map(|value| value.to_string());
        assert_eq!(text(i256::from(-1250), 2).as_deref(), Some("-12.50"));
        assert_eq!(text(TEN.wrapping_pow(50), 50).as_deref(), Some(&*format!("1.{}", "0".repeat(37))));
        assert_eq!(text(TEN.wrapping_pow(50), 2), None);
        assert_eq!(text(i256::ONE, 50), None);
    }
}
