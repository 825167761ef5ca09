//! The one form of a text: codes, keys and labels.
//!
//! What has lost its digits in a spreadsheet is refused; nothing else is changed than spaces, case and a tail of zeros.

use std::borrow::Cow;

use tieout_model::Normalise;

use crate::ValueProblem;
use crate::parse::is_space;

/// Brings a text into the form that its column declares.
pub fn normalised(text: &str, form: Normalise) -> Result<Cow<'_, str>, ValueProblem> {
    let trimmed = text.trim_matches(is_space);
    Ok(match form {
        Normalise::Code => upper(trimmed),
        Normalise::Key => {
            let key = upper(trimmed);
            if reads_like_a_float(&key) {
                return Err("is a number whose digits a spreadsheet has cut off: deliver the column as text".into());
            }
            without_tail(key)
        }
        Normalise::Label => label(trimmed),
    })
}

fn upper(text: &str) -> Cow<'_, str> {
    let is_upper = |byte: u8| byte.is_ascii() && !byte.is_ascii_lowercase();
    if text.bytes().all(is_upper) { Cow::Borrowed(text) } else { Cow::Owned(text.to_uppercase()) }
}

fn label(text: &str) -> Cow<'_, str> {
    let is_label = |byte: u8| byte.is_ascii() && !byte.is_ascii_uppercase() && byte != b' ';
    if text.bytes().all(is_label) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.to_lowercase().replace(is_space, "_"))
}

/// Drops the tail of `12345.0`, which a spreadsheet or a float column makes of `12345`.
fn without_tail(key: Cow<'_, str>) -> Cow<'_, str> {
    let whole = key.split_once('.').and_then(|(whole, tail)| {
        let is_whole = !whole.is_empty() && whole.bytes().all(|byte| byte.is_ascii_digit());
        (is_whole && !tail.is_empty() && tail.bytes().all(|byte| byte == b'0')).then_some(whole.len())
    });
    match (whole, key) {
        (None, key) => key,
        (Some(length), Cow::Borrowed(key)) => Cow::Borrowed(key.get(..length).unwrap_or(key)),
        (Some(length), Cow::Owned(mut key)) => {
            key.truncate(length);
            Cow::Owned(key)
        }
    }
}

/// Whether a text in upper case reads like `1.23E+11`; `12E5` may be somebody's code.
fn reads_like_a_float(key: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let Some((mantissa, exponent)) = key.split_once('E') else { return false };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let power = exponent.strip_prefix(['+', '-']);
    digits(whole) && digits(fraction) && power.is_some_and(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_the_same_has_one_form() {
        for (form, text, expected) in [
            (Normalise::Code, " ec_ng\u{a0}", "EC_NG"),
            (Normalise::Code, "EC_NG", "EC_NG"),
            (Normalise::Key, " 12345.0 ", "12345"),
            (Normalise::Key, "12345", "12345"),
            (Normalise::Key, "00123.000", "00123"),
            (Normalise::Key, " abc-77 ", "ABC-77"),
            (Normalise::Key, "ABC.0", "ABC.0"),
            (Normalise::Key, "1.5", "1.5"),
            (Normalise::Key, "12E5", "12E5"),
            (Normalise::Label, " Jpay store_credit", "jpay_store_credit"),
            (Normalise::Label, "apology_v2", "apology_v2"),
        ] {
            assert_eq!(normalised(text, form).unwrap(), expected, "{form:?} {text:?}");
            assert_eq!(normalised(expected, form).unwrap(), expected, "a form is its own form: {text:?}");
        }
    }

    #[test]
    fn a_key_whose_digits_are_gone_is_refused() {
        for text in ["1.23E+11", "1.23e+11", "9E-2"] {
            assert!(normalised(text, Normalise::Key).is_err(), "{text}");
            assert!(normalised(text, Normalise::Code).is_ok(), "{text}");
        }
    }
}
