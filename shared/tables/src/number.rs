//! Numbers from text, exactly, by a declared format.
//!
//! One sign, one currency sign, groups of exactly three digits, ASCII digits only. Digits that the column cannot hold
//! are refused unless they are zeros; nothing is rounded.

mod digits;

use tieout_model::{NegativeForm, NumberFormat};

use crate::ValueProblem;
use digits::{Digits, is_group_space};

/// Powers of ten from 10^0 to 10^38.
pub(crate) const POWERS_OF_TEN: [i128; 39] = powers_of_ten();

/// The digits that a 64-bit integer can need.
const INTEGER_PRECISION: u8 = 19;

/// The most digits of the fast path: any such number fits 64 bits.
const FAST_DIGITS: usize = 18;

/// Reads an integer; `1.00` is one, `1.50` is refused.
pub(crate) fn read_integer(text: &str, format: &NumberFormat) -> Result<i64, ValueProblem> {
    let value = read_decimal(text, INTEGER_PRECISION, 0, format)?;
    i64::try_from(value).map_err(|_| "does not fit a 64-bit integer".into())
}

/// Reads a decimal as its unscaled integer: `1.5` at scale 2 is 150. The precision is at most 38.
pub(crate) fn read_decimal(text: &str, precision: u8, scale: u8, format: &NumberFormat) -> Result<i128, ValueProblem> {
    let value = match read_plain(text.as_bytes(), format.decimal_mark, scale) {
        Some(value) => value,
        None => read_declared(text, scale, format)?,
    };
    let fits = POWERS_OF_TEN.get(usize::from(precision)).is_some_and(|limit| value.abs() < *limit);
    if fits { Ok(value) } else { Err(too_large(precision, scale)) }
}

/// The fast path: an optional hyphen-minus, at most 18 digits, an optional decimal mark. `None` for all else, right
/// or wrong.
fn read_plain(text: &[u8], decimal_mark: char, scale: u8) -> Option<i128> {
    let (negative, body) = match text {
        [b'-', body @ ..] => (true, body),
        body => (false, body),
    };
    let mark = u8::try_from(decimal_mark).ok()?;
    let mut value: u64 = 0;
    let mut mark_at = None;
    if body.len() > FAST_DIGITS {
        return None;
    }
    for (index, byte) in body.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            value = value * 10 + u64::from(digit);
        } else if *byte == mark && mark_at.is_none() {
            mark_at = Some(index);
        } else {
            return None;
        }
    }
    let decimals = match mark_at {
        Some(index) => body.len() - index - 1,
        None => 0,
    };
    if body.is_empty() || (mark_at.is_some() && decimals == 0) {
        return None;
    }
    let missing = usize::from(scale).checked_sub(decimals)?;
    let value = i128::from(value).checked_mul(*POWERS_OF_TEN.get(missing)?)?;
    Some(if negative { -value } else { value })
}

/// All that the format declares: signs, brackets, groups, currency signs, exponents.
fn read_declared(text: &str, scale: u8, format: &NumberFormat) -> Result<i128, ValueProblem> {
    let (outer, currency_seen) = without_currency(text, format);
    let (negative, inner) = without_sign(outer, format);
    let body = if currency_seen { inner } else { without_currency(inner, format).0 };
    let digits = Digits::of(body, format).ok_or_else(|| ValueProblem::from(diagnosis(text, format)))?;
    let magnitude = digits.unscaled(scale)?;
    Ok(if negative { -magnitude } else { magnitude })
}

/// Drops one currency sign in front or behind, with at most one space between; says whether there was one.
fn without_currency<'a>(text: &'a str, format: &NumberFormat) -> (&'a str, bool) {
    let Some(sign) = format.currency_sign.as_deref().filter(|sign| !sign.is_empty()) else { return (text, false) };
    if let Some(rest) = text.strip_prefix(sign) {
        return (rest.strip_prefix(is_group_space).unwrap_or(rest), true);
    }
    if let Some(rest) = text.strip_suffix(sign) {
        return (rest.strip_suffix(is_group_space).unwrap_or(rest), true);
    }
    (text, false)
}

/// Drops one declared sign; says whether the number is below zero. A second sign stays, and is refused as no digit.
fn without_sign<'a>(text: &'a str, format: &NumberFormat) -> (bool, &'a str) {
    let declared = |form| format.negative.contains(&form);
    if let Some(rest) = text.strip_prefix('-') {
        return (true, rest);
    }
    if let Some(rest) = text.strip_prefix('+').filter(|_| format.plus_sign) {
        return (false, rest);
    }
    if let Some(rest) = text.strip_prefix('\u{2212}').filter(|_| declared(NegativeForm::UnicodeMinus)) {
        return (true, rest);
    }
    if let Some(rest) = text.strip_suffix('-').filter(|_| declared(NegativeForm::TrailingMinus)) {
        return (true, rest);
    }
    let bracketed = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    match bracketed.filter(|_| declared(NegativeForm::Parentheses)) {
        Some(rest) => (true, rest),
        None => (false, text),
    }
}

fn too_large(precision: u8, scale: u8) -> ValueProblem {
    format!("has more than {} digits before the decimal mark", precision.saturating_sub(scale)).into()
}

/// The likeliest reason why a text is not a number of the declared form, with the declaration that would read it.
fn diagnosis(text: &str, format: &NumberFormat) -> &'static str {
    let undeclared = |form| !format.negative.contains(&form);
    if text.contains(['(', ')']) && undeclared(NegativeForm::Parentheses) {
        return "has parentheses, which the format does not declare (negative = [\"parentheses\"])";
    }
    if text.contains('\u{2212}') && undeclared(NegativeForm::UnicodeMinus) {
        return "has a Unicode minus, which the format does not declare (negative = [\"unicode_minus\"])";
    }
    if text.ends_with('-') && undeclared(NegativeForm::TrailingMinus) {
        return "has a trailing minus, which the format does not declare (negative = [\"trailing_minus\"])";
    }
    if text.contains(['e', 'E']) && text.starts_with(|first: char| first.is_ascii_digit()) && !format.exponent {
        return "has an exponent, which the format does not declare (exponent = true)";
    }
    if text.contains([',', '.', '\'', ' ', '\u{a0}', '\u{202f}', '\u{2009}']) {
        return "has marks that do not fit the declared decimal_mark and group_mark";
    }
    "is not a number of the declared format"
}

const fn powers_of_ten() -> [i128; 39] {
    let mut powers = [1; 39];
    let mut index = 1;
    while index < powers.len() {
        powers[index] = powers[index - 1] * 10;
        index += 1;
    }
    powers
}

#[cfg(test)]
mod tests;
