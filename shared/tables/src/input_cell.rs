//! A cell as a source delivers it: text in the declared form, or a typed value in the plain form.
//!
//! Excel and JSON have numbers, dates and booleans of their own. Those are not text by the contract's conventions and
//! are never read by them: a decimal comma that is declared for text does not change a number.

use tieout_model::{NumberFormat, ValueFormat};

use crate::TypedValue;

/// A cell of a row as the source delivers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputCell<'a> {
    /// The source has no value here.
    Null,
    /// Text, to be read as the contract declares.
    Declared(&'a str),
    /// The exact text of a typed value: a number such as `-1234.5`, `true`, `false`, or a date and time of the form
    /// `2024-12-31T00:00:00`. Scientific notation is read only where the contract declares it.
    Plain(&'a str),
    /// A value of a database, which has no text form to be read.
    Typed(TypedValue),
    /// A value that the source itself knows to be bad.
    Bad {
        /// Its text, which is masked.
        text: &'a str,
        /// What is wrong, as the end of a sentence that begins with the value.
        problem: &'static str,
    },
}

/// How the plain form of a column is read whose text is declared by `declared`. Null texts, and words for true and
/// false, stay as declared.
pub(crate) fn plain_format(declared: &ValueFormat) -> ValueFormat {
    let with = |values: &[String], word: &str| values.iter().cloned().chain([word.to_owned()]).collect();
    let moment = "%Y-%m-%dT%H:%M:%S%.f";
    ValueFormat {
        number: NumberFormat { exponent: declared.number.exponent, ..NumberFormat::default() },
        date: moment.to_owned(),
        timestamp: vec![moment.to_owned()],
        null: declared.null.clone(),
        true_values: with(&declared.true_values, "true"),
        false_values: with(&declared.false_values, "false"),
        trim: false,
        ignore_case: declared.ignore_case,
        normalise: declared.normalise,
        null_as_zero: declared.null_as_zero,
        null_dates: declared.null_dates.clone(),
        fraction_digits: declared.fraction_digits,
        offset: false,
    }
}
