//! The digits of an unsigned number: groups, decimal mark, exponent.

use tieout_model::NumberFormat;

use super::POWERS_OF_TEN;
use crate::ValueProblem;

/// The largest magnitude of an exponent that is told apart; beyond it only zero has a value that fits.
const MAX_EXPONENT: i64 = 1_000_000;

/// The digits of a number without its sign.
pub(super) struct Digits<'a> {
    /// Before the mark: digits and well-formed group marks.
    whole: &'a str,
    /// After the mark: digits.
    fraction: &'a str,
    /// The power of ten of scientific notation.
    exponent: i64,
}

impl<'a> Digits<'a> {
    /// Takes an unsigned number apart; `None` when it is not of the declared form.
    pub(super) fn of(text: &'a str, format: &NumberFormat) -> Option<Self> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']).filter(|_| format.exponent) {
            Some((mantissa, exponent)) => (mantissa, read_exponent(exponent)?),
            None => (text, 0),
        };
        let (whole, fraction) = match mantissa.split_once(format.decimal_mark) {
            Some((whole, fraction)) if is_digits(fraction) => (whole, fraction),
            Some(_) => return None,
            None => (mantissa, ""),
        };
        let whole_may_be_absent = whole.is_empty() && !fraction.is_empty();
        let well_formed = whole_may_be_absent || is_digits(whole) || is_grouped(whole, &format.group_marks);
        well_formed.then_some(Self { whole, fraction, exponent })
    }

    /// The integer whose `10^-scale` multiple the number is.
    pub(super) fn unscaled(&self, scale: u8) -> Result<i128, ValueProblem> {
        let is_digit = u8::is_ascii_digit;
        let whole_digits = self.whole.bytes().filter(is_digit).count();
        // The digits up to this one are kept; those after it would be lost and must be zeros.
        let kept = i64::try_from(whole_digits).unwrap_or(i64::MAX).saturating_add(self.exponent + i64::from(scale));
        let mut left = kept;
        let mut value: i128 = 0;
        for byte in self.whole.bytes().filter(is_digit).chain(self.fraction.bytes()) {
            if left > 0 {
                let shifted = value.checked_mul(10).and_then(|value| value.checked_add(i128::from(byte - b'0')));
                value = shifted.ok_or("needs more than 38 digits")?;
                left -= 1;
            } else if byte != b'0' {
                return Err(too_fine(scale));
            }
        }
        if value == 0 || left <= 0 {
            return Ok(value);
        }
        let factor = usize::try_from(left).ok().and_then(|power| POWERS_OF_TEN.get(power));
        factor.and_then(|factor| value.checked_mul(*factor)).ok_or_else(|| "needs more than 38 digits".into())
    }
}

/// Whether there is at least one character and all are ASCII digits.
fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the text is a group of one to three digits that does not begin with zero, then groups of exactly three,
/// with one and the same mark between. `0,123` is refused: it is far likelier a decimal of another convention.
fn is_grouped(text: &str, group_marks: &[char]) -> bool {
    let Some(mark) = text.chars().find(|character| !character.is_ascii_digit()) else { return false };
    let admits = |declared: &char| *declared == mark || (is_group_space(*declared) && is_group_space(mark));
    let admitted = group_marks.iter().any(admits);
    let mut groups = text.split(mark);
    let first = groups.next().unwrap_or_default();
    let first_fits = is_digits(first) && first.len() <= 3 && !first.starts_with('0');
    admitted && first_fits && groups.all(|group| group.len() == 3 && is_digits(group))
}

/// The spaces that stand between groups or beside a currency sign.
pub(super) fn is_group_space(character: char) -> bool {
    matches!(character, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}')
}

fn read_exponent(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if !is_digits(digits) {
        return None;
    }
    // More digits than an integer holds is as large as any exponent can be.
    let magnitude = digits.parse().unwrap_or(MAX_EXPONENT).min(MAX_EXPONENT);
    Some(if negative { -magnitude } else { magnitude })
}

fn too_fine(scale: u8) -> ValueProblem {
    match scale {
        0 => "has decimals, and the column has none".into(),
        1 => "has more than 1 decimal".into(),
        _ => format!("has more than {scale} decimals").into(),
    }
}
