//! Whether two values differ, and whether a difference is tolerated.
//!
//! Numbers compare by value across types and scales, in integers wide enough for any pair of 38-digit decimals, so
//! that no step rounds or overflows. Null equals null and differs from every value beyond any tolerance.

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Date32Array, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::{DataType, Date32Type, TimeUnit, TimestampMicrosecondType, i256};
use tieout_model::{Decimal, Side};
use tieout_tables::column_type;

use super::plan::{ComparedColumn, SideSchema, column};
use crate::ReconcileError;
use crate::amount::{Numbers, scale_of};
use crate::error::misfit;

/// How two values compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Difference {
    /// Equal.
    None,
    /// Different, by no more than the tolerance.
    Tolerated,
    /// Different by more.
    Beyond,
}

/// A compared pair of columns, resolved.
#[derive(Debug)]
pub(super) struct ValuePair {
    /// The name under which differences are reported: the left column's.
    pub(super) name: String,
    left: usize,
    right: usize,
    numbers: Option<NumberRule>,
}

/// How a pair of numeric columns compares.
#[derive(Debug, Clone, Copy)]
pub(super) struct NumberRule {
    /// Brings left values to the larger scale of the two: `10^(larger - left)`.
    left_factor: i128,
    /// Brings right values to the larger scale of the two.
    right_factor: i128,
    /// The largest difference tolerated, in units of the larger scale.
    absolute: Option<i256>,
    relative: Option<Relative>,
}

/// `tolerated = floor(fraction × |right| × multiply ÷ divide)` in units of the larger scale. One of the two is 1.
#[derive(Debug, Clone, Copy)]
struct Relative {
    fraction: i256,
    multiply: i256,
    divide: i256,
}

impl ValuePair {
    /// Resolves a compared pair, or says why it does not compare.
    pub(super) fn new(left: &SideSchema, right: &SideSchema, pair: &ComparedColumn) -> Result<Self, ReconcileError> {
        let (left_index, left_type) = column(left, &pair.left)?;
        let (right_index, right_type) = column(right, &pair.right)?;
        let scales = scale_of(left_type).zip(scale_of(right_type));
        let of = |data_type| column_type(data_type).map_or_else(|| format!("{data_type}"), |found| found.to_string());
        if scales.is_none() && left_type != right_type {
            let (left_name, right_name) = (&left.name, &right.name);
            let problem = format!(
                "column '{}' of '{left_name}' is {}, but '{}' of '{right_name}' is {}",
                pair.left,
                of(left_type),
                pair.right,
                of(right_type)
            );
            return Err(misfit(problem, "declare both with the same type, or leave the column out"));
        }
        for tolerance in [pair.absolute, pair.relative].into_iter().flatten() {
            if scales.is_none() {
                let problem = format!("column '{}' has a tolerance, but is {}", pair.left, of(left_type));
                return Err(misfit(problem, "set tolerances on numeric columns only"));
            }
            if tolerance.is_negative() {
                let problem = format!("the tolerance of column '{}' is below zero", pair.left);
                return Err(misfit(problem, "set a tolerance of zero or more"));
            }
        }
        let numbers = scales.and_then(|scales| NumberRule::new(scales, pair.absolute, pair.relative));
        if scales.is_some() && numbers.is_none() {
            return Err(misfit(
                format!("the tolerance of column '{}' cannot be held exactly", pair.left),
                "set a tolerance with fewer digits",
            ));
        }
        Ok(Self { name: pair.left.clone(), left: left_index, right: right_index, numbers })
    }

    /// The position on a side.
    pub(super) fn index(&self, side: Side) -> usize {
        if side == Side::Left { self.left } else { self.right }
    }

    /// Binds the pair to one batch of each side; `None` when a column has another type than the plan knows.
    pub(super) fn bind(&self, left: &ArrayRef, right: &ArrayRef) -> Option<BoundPair> {
        if let Some(rule) = self.numbers {
            return Some(BoundPair::Number(Numbers::read(left)?, Numbers::read(right)?, rule));
        }
        Some(match left.data_type() {
            DataType::Utf8 => BoundPair::Text(left.as_string_opt()?.clone(), right.as_string_opt()?.clone()),
            DataType::Boolean => BoundPair::Boolean(left.as_boolean_opt()?.clone(), right.as_boolean_opt()?.clone()),
            DataType::Date32 => BoundPair::Date(
                left.as_primitive_opt::<Date32Type>()?.clone(),
                right.as_primitive_opt::<Date32Type>()?.clone(),
            ),
            DataType::Timestamp(TimeUnit::Microsecond, None) => BoundPair::Timestamp(
                left.as_primitive_opt::<TimestampMicrosecondType>()?.clone(),
                right.as_primitive_opt::<TimestampMicrosecondType>()?.clone(),
            ),
            _ => return None,
        })
    }
}

/// A compared pair over one batch of each side.
#[derive(Debug)]
pub(super) enum BoundPair {
    Text(StringArray, StringArray),
    Boolean(BooleanArray, BooleanArray),
    Date(Date32Array, Date32Array),
    Timestamp(TimestampMicrosecondArray, TimestampMicrosecondArray),
    Number(Numbers, Numbers, NumberRule),
}

impl BoundPair {
    /// Compares a row of the left batch with a row of the right batch.
    pub(super) fn difference(&self, left: usize, right: usize) -> Difference {
        let equal = match self {
            Self::Text(lefts, rights) => {
                (lefts.is_valid(left).then(|| lefts.value(left)))
                    == (rights.is_valid(right).then(|| rights.value(right)))
            }
            Self::Boolean(lefts, rights) => {
                (lefts.is_valid(left).then(|| lefts.value(left)))
                    == (rights.is_valid(right).then(|| rights.value(right)))
            }
            Self::Date(lefts, rights) => {
                (lefts.is_valid(left).then(|| lefts.value(left)))
                    == (rights.is_valid(right).then(|| rights.value(right)))
            }
            Self::Timestamp(lefts, rights) => {
                (lefts.is_valid(left).then(|| lefts.value(left)))
                    == (rights.is_valid(right).then(|| rights.value(right)))
            }
            Self::Number(lefts, rights, rule) => {
                return match (lefts.get(left), rights.get(right)) {
                    (Some(left), Some(right)) => rule.difference(left, right),
                    (None, None) => Difference::None,
                    _ => Difference::Beyond,
                };
            }
        };
        if equal { Difference::None } else { Difference::Beyond }
    }
}

impl NumberRule {
    fn new((left, right): (u8, u8), absolute: Option<Decimal>, relative: Option<Decimal>) -> Option<Self> {
        let larger = left.max(right);
        let absolute = match absolute.map(Decimal::normalized) {
            None => None,
            // Differences are whole units of the larger scale, so a finer tolerance may be cut to whole units.
            Some(limit) if limit.scale() > larger => {
                Some(i256::from_i128(limit.unscaled()).checked_div(power_of_ten(limit.scale() - larger)?)?)
            }
            Some(limit) => Some(i256::from_i128(limit.unscaled()).checked_mul(power_of_ten(larger - limit.scale())?)?),
        };
        let relative = match relative.map(Decimal::normalized) {
            None => None,
            Some(fraction) => {
                let (up, down) = (larger - right, fraction.scale());
                Some(Relative {
                    fraction: i256::from_i128(fraction.unscaled()),
                    multiply: power_of_ten(up.saturating_sub(down))?,
                    divide: power_of_ten(down.saturating_sub(up))?,
                })
            }
        };
        Some(Self {
            left_factor: power_of_ten(larger - left)?.to_i128()?,
            right_factor: power_of_ten(larger - right)?.to_i128()?,
            absolute,
            relative,
        })
    }

    fn difference(&self, left: i128, right: i128) -> Difference {
        if self.left_factor == self.right_factor && left == right {
            return Difference::None;
        }
        // Each product is below 10^76 and their difference below 2 × 10^76; the type holds 5 × 10^76.
        let scaled = |value: i128, factor: i128| i256::from_i128(value).wrapping_mul(i256::from_i128(factor));
        let apart = scaled(left, self.left_factor).wrapping_sub(scaled(right, self.right_factor)).wrapping_abs();
        if apart == i256::ZERO {
            return Difference::None;
        }
        let tolerated = self.absolute.is_some_and(|limit| apart <= limit)
            || self.relative.is_some_and(|relative| relative.tolerates(apart, right));
        if tolerated { Difference::Tolerated } else { Difference::Beyond }
    }
}

impl Relative {
    fn tolerates(&self, apart: i256, right: i128) -> bool {
        // Below 10^76.
        let base = self.fraction.wrapping_mul(i256::from_i128(right).wrapping_abs());
        match base.checked_mul(self.multiply).and_then(|limit| limit.checked_div(self.divide)) {
            Some(limit) => apart <= limit,
            // The limit is beyond 5 × 10^76 and therefore beyond any difference.
            None => true,
        }
    }
}

fn power_of_ten(exponent: u8) -> Option<i256> {
    i256::from_i128(10).checked_pow(u32::from(exponent))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(left: &str, right: &str, absolute: Option<&str>, relative: Option<&str>) -> Difference {
        let decimal = |text: &str| text.parse::<Decimal>().unwrap();
        let (left, right) = (decimal(left), decimal(right));
        let rule =
            NumberRule::new((left.scale(), right.scale()), absolute.map(decimal), relative.map(decimal)).unwrap();
        rule.difference(left.unscaled(), right.unscaled())
    }

    #[test]
    fn numbers_compare_by_value_across_scales() {
        assert_eq!(judge("1.10", "1.1", None, None), Difference::None);
        assert_eq!(judge("1", "1.0000", None, None), Difference::None);
        assert_eq!(judge("1.10", "1.101", None, None), Difference::Beyond);
        assert_eq!(judge("0.00", "0", None, None), Difference::None);
    }

    #[test]
    fn a_tolerance_holds_up_to_and_including_itself() {
        use Difference::{Beyond, Tolerated};
        for (left, right, absolute, relative, expected) in [
            ("10.00", "10.01", Some("0.01"), None, Tolerated),
            ("10.00", "10.02", Some("0.01"), None, Beyond),
            ("-10.00", "-10.01", Some("0.010"), None, Tolerated),
            ("10.0", "10.2", Some("0.19999"), None, Beyond),
            ("10.0", "10.1", Some("0.19999"), None, Tolerated),
            ("10", "11", Some("0.99"), None, Beyond),
            ("10", "12", Some("2"), None, Tolerated),
            ("101.00", "100.00", None, Some("0.01"), Tolerated),
            ("101.01", "100.00", None, Some("0.01"), Beyond),
            ("-101.00", "-100.00", None, Some("0.01"), Tolerated),
            ("0.01", "0.00", None, Some("1"), Beyond),
            ("1.001", "1", None, Some("0.001"), Tolerated),
            ("1.0011", "1", None, Some("0.001"), Beyond),
            ("7", "3.50", None, Some("1"), Tolerated),
            ("10.00", "10.01", Some("0"), Some("0.001"), Tolerated),
            ("10.00", "-10.00", Some("19.99"), None, Beyond),
        ] {
            assert_eq!(judge(left, right, absolute, relative), expected, "{left} {right} {absolute:?} {relative:?}");
        }
    }

    #[test]
    fn the_widest_decimals_compare_without_overflow() {
        let (huge, tiny) = ("9".repeat(38), format!("0.{}1", "0".repeat(37)));
        let minus = format!("-{huge}");
        assert_eq!(judge(&huge, &tiny, None, None), Difference::Beyond);
        assert_eq!(judge(&huge, &minus, Some(&huge), None), Difference::Beyond);
        assert_eq!(judge(&huge, &minus, None, Some("2")), Difference::Tolerated);
        assert_eq!(judge(&huge, &tiny, Some(&huge), None), Difference::Tolerated);
        assert_eq!(judge(&tiny, &huge, None, Some(&huge)), Difference::Tolerated);
        assert_eq!(judge(&tiny, &huge, None, Some("0.5")), Difference::Beyond);
    }
}
