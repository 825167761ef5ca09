//! Text brought into a common form, as declared, so that what means the same key is the same text.
//!
//! Steps apply in the order of `NormalisationStep`. Without steps the text stays as it is, byte for byte.

use std::borrow::Cow;

use tieout_model::{Normalisation, NormalisationStep};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// The declared steps for text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextForm {
    steps: Vec<NormalisationStep>,
}

impl TextForm {
    /// The steps of a declaration that concern text.
    pub fn new(normalisation: &Normalisation) -> Self {
        let steps = normalisation.0.iter().copied().filter(|step| *step != NormalisationStep::Date);
        Self { steps: steps.collect() }
    }

    /// Whether texts stay as they are.
    pub fn is_exact(&self) -> bool {
        self.steps.is_empty()
    }

    /// The common form of a text.
    pub fn apply<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.steps.iter().fold(Cow::Borrowed(text), |text, step| match text {
            Cow::Borrowed(text) => apply(*step, text),
            Cow::Owned(text) => match apply(*step, &text) {
                Cow::Borrowed(part) if part.len() == text.len() => Cow::Owned(text),
                changed => Cow::Owned(changed.into_owned()),
            },
        })
    }
}

fn apply(step: NormalisationStep, text: &str) -> Cow<'_, str> {
    match step {
        NormalisationStep::Nfc => nfc(text),
        NormalisationStep::Trim => Cow::Borrowed(text.trim()),
        NormalisationStep::Case => lower_case(text),
        NormalisationStep::LeadingZeros => Cow::Borrowed(without_leading_zeros(text)),
        NormalisationStep::Number => canonical_number(text),
        NormalisationStep::Date => Cow::Borrowed(text),
    }
}

fn nfc(text: &str) -> Cow<'_, str> {
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => Cow::Borrowed(text),
        IsNormalized::No | IsNormalized::Maybe => Cow::Owned(text.nfc().collect()),
    }
}

/// Upper case first, so that letters with one lower-case and several upper-case forms meet: `ß` and `SS` are `ss`.
fn lower_case(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        if !text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Cow::Borrowed(text);
        }
        return Cow::Owned(text.to_ascii_lowercase());
    }
    let folded: String = text.to_uppercase().to_lowercase().nfc().collect();
    if folded == text { Cow::Borrowed(text) } else { Cow::Owned(folded) }
}

fn without_leading_zeros(text: &str) -> &str {
    let mut rest = text;
    while let Some(shorter) = rest.strip_prefix('0')
        && shorter.starts_with(char::is_alphanumeric)
    {
        rest = shorter;
    }
    rest
}

/// The shortest writing of a decimal number; what does not read as one (`[+-]digits[.digits]`) stays as it is.
fn canonical_number(text: &str) -> Cow<'_, str> {
    let (negative, unsigned) = match text.as_bytes().first() {
        Some(b'-') => (true, text.get(1..).unwrap_or_default()),
        Some(b'+') => (false, text.get(1..).unwrap_or_default()),
        _ => (false, text),
    };
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
        return Cow::Borrowed(text);
    }
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    let sign = if negative && (whole != "0" || !fraction.is_empty()) { "-" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    let canonical = format!("{sign}{whole}{point}{fraction}");
    if canonical == text { Cow::Borrowed(text) } else { Cow::Owned(canonical) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(steps: &[NormalisationStep], text: &str) -> String {
        TextForm::new(&Normalisation(steps.iter().copied().collect())).apply(text).into_owned()
    }

    #[test]
    fn each_step_brings_what_means_the_same_into_one_form() {
        use NormalisationStep::{Case, LeadingZeros, Nfc, Number, Trim};
        for (steps, text, expected) in [
            (vec![], " Ab ", " Ab "),
            (vec![Trim], "\u{a0} Ab\t", "Ab"),
            (vec![Case], "AbC-1", "abc-1"),
            (vec![Case], "STRASSE", "strasse"),
            (vec![Case], "Straße", "strasse"),
            (vec![Nfc], "e\u{301}", "\u{e9}"),
            (vec![LeadingZeros], "000123", "123"),
            (vec![LeadingZeros], "000", "0"),
            (vec![LeadingZeros], "00A7", "A7"),
            (vec![LeadingZeros], "0.50", "0.50"),
            (vec![Number], "1.0", "1"),
            (vec![Number], "+01.50", "1.5"),
            (vec![Number], "-0.00", "0"),
            (vec![Number], ".5", "0.5"),
            (vec![Number], "1e3", "1e3"),
            (vec![Number], "-", "-"),
            (vec![Number], ".", "."),
            (vec![Number, Trim], " 1.10 ", "1.1"),
            (vec![Trim, Case, LeadingZeros], " 00Ab ", "ab"),
        ] {
            assert_eq!(form(&steps, text), expected, "{steps:?} {text:?}");
            assert_eq!(form(&steps, expected), expected, "a form is its own form: {steps:?} {text:?}");
        }
    }
}
