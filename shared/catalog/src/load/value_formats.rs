//! How values are written: the keys of `format` that a column may override.
//!
//! A form that is not declared is refused when the data is read, so each declared form is checked here.

use jiff::civil::{Date, DateTime};
use jiff::fmt::strtime::{self, BrokenDownTime};
use tieout_model::{ColumnType, NegativeForm, Normalise, NumberFormat, ValueFormat};

use super::reader::Reader;
use super::value::Text;

/// Reads the value format keys of a table; what is absent is as in `base`.
pub(crate) fn value_format(reader: &mut Reader<'_>, base: &ValueFormat) -> ValueFormat {
    let number = number_format(reader, &base.number);
    let date = reader.optional_text("date").map(|text| pattern(&text));
    let timestamp = patterns(reader).unwrap_or_else(|| base.timestamp.clone());
    let (null, null_as_zero) = null(reader, base);
    let null_dates = null_dates(reader).unwrap_or_else(|| base.null_dates.clone());
    let true_values = list(reader, "true_values").unwrap_or_else(|| base.true_values.clone());
    let false_texts = reader.optional("false_values").and_then(|value| value.texts());
    let false_values = match &false_texts {
        Some(texts) => texts.iter().map(Text::to_owned).collect(),
        None => base.false_values.clone(),
    };
    for text in false_texts.iter().flatten() {
        if true_values.iter().any(|value| value == text.as_str()) {
            text.report(format!("'{}' means both true and false", text.as_str()));
        }
    }
    let trim = reader.flag_or("trim", base.trim);
    let ignore_case = reader.flag_or("ignore_case", base.ignore_case);
    let fraction_digits = fraction_digits(reader).unwrap_or(base.fraction_digits);
    let date = date.unwrap_or_else(|| base.date.clone());
    ValueFormat {
        number,
        date,
        timestamp,
        null,
        true_values,
        false_values,
        trim,
        ignore_case,
        normalise: base.normalise,
        null_as_zero,
        null_dates,
        fraction_digits,
        offset: base.offset,
    }
}

/// Reads `normalise`: the one form of the texts of a column.
pub(crate) fn normalise(reader: &mut Reader<'_>, data_type: Option<ColumnType>) -> Option<Normalise> {
    let text = reader.optional_text("normalise")?;
    if data_type.is_some_and(|data_type| data_type != ColumnType::Text) {
        text.report("'normalise' is for text columns");
    }
    text.choice(&[("code", Normalise::Code), ("key", Normalise::Key), ("label", Normalise::Label)])
}

/// The texts that mean null, and whether null means zero.
fn null(reader: &mut Reader<'_>, base: &ValueFormat) -> (Vec<String>, bool) {
    let kept = (base.null.clone(), base.null_as_zero);
    let Some(value) = reader.optional("null") else { return kept };
    if value.is_text() {
        let zero = value.text().and_then(|text| text.choice(&[("zero", true)]));
        return (kept.0, zero.unwrap_or(kept.1));
    }
    let texts = value.texts().map(|texts| texts.iter().map(Text::to_owned).collect());
    (texts.unwrap_or(kept.0), kept.1)
}

/// Days that mean that there is no date.
fn null_dates(reader: &mut Reader<'_>) -> Option<Vec<Date>> {
    let texts = reader.optional("null_dates")?.texts()?;
    let date = |text: &Text<'_>| {
        let date = text.as_str().parse().ok().filter(|date: &Date| date.to_string() == text.as_str());
        if date.is_none() {
            text.report(format!("{} is '{}', which is not a date such as 1753-01-01", text.name(), text.as_str()));
        }
        date
    };
    Some(texts.iter().filter_map(date).collect())
}

/// How many decimals of a second are read.
fn fraction_digits(reader: &mut Reader<'_>) -> Option<u8> {
    let value = reader.optional("fraction_digits")?;
    let digits = value.whole()?;
    if !(6..=9).contains(&digits) {
        value.report(format!("'fraction_digits' is {digits}; it goes from 6 to 9, and those after the sixth are cut"));
    }
    Some(digits)
}

fn number_format(reader: &mut Reader<'_>, base: &NumberFormat) -> NumberFormat {
    let marks = [(".", '.'), (",", ',')];
    let decimal_mark = reader.optional_text("decimal_mark").and_then(|text| text.choice(&marks));
    let decimal_mark = decimal_mark.unwrap_or(base.decimal_mark);
    let groups = [
        ("", None),
        (".", Some('.')),
        (",", Some(',')),
        ("'", Some('\'')),
        ("\u{2019}", Some('\u{2019}')),
        (" ", Some(' ')),
        ("_", Some('_')),
    ];
    let mark = |text: &Text<'_>| text.choice(&groups).flatten();
    let group_marks = reader.optional("group_mark").and_then(|value| {
        if value.is_text() {
            return Some(value.text()?.choice(&groups)?.into_iter().collect());
        }
        Some(value.texts()?.iter().filter_map(mark).collect())
    });
    let group_marks: Vec<char> = group_marks.unwrap_or_else(|| base.group_marks.clone());
    // What a column takes over from its data set was looked at there.
    if group_marks.contains(&decimal_mark) && (reader.has("group_mark") || reader.has("decimal_mark")) {
        reader.report("'group_mark' and 'decimal_mark' must differ");
    }
    let forms = [
        ("parentheses", NegativeForm::Parentheses),
        ("trailing_minus", NegativeForm::TrailingMinus),
        ("unicode_minus", NegativeForm::UnicodeMinus),
    ];
    let negative = reader.optional("negative").and_then(|value| value.texts());
    let negative = match negative {
        Some(texts) => texts.iter().filter_map(|text| text.choice(&forms)).collect(),
        None => base.negative.clone(),
    };
    let sign = reader.optional_text("currency_sign");
    if let Some(text) = &sign
        && (text.as_str().trim().is_empty()
            || text.as_str().contains(|c: char| c.is_ascii_digit() || "+-.,()".contains(c)))
    {
        text.report("'currency_sign' must be a sign or code without digits, signs and marks, such as \"€\"");
    }
    let currency_sign = sign.map(|text| text.to_owned()).or_else(|| base.currency_sign.clone());
    let exponent = reader.flag_or("exponent", base.exponent);
    let plus_sign = reader.flag_or("plus_sign", base.plus_sign);
    NumberFormat { decimal_mark, group_marks, negative, plus_sign, currency_sign, exponent }
}

fn list(reader: &mut Reader<'_>, key: &'static str) -> Option<Vec<String>> {
    let texts = reader.optional(key)?.texts()?;
    Some(texts.iter().map(Text::to_owned).collect())
}

/// The timestamp patterns: a list that must not be empty.
fn patterns(reader: &mut Reader<'_>) -> Option<Vec<String>> {
    let value = reader.optional("timestamp")?;
    value.require_entries();
    Some(value.texts()?.iter().map(pattern).collect())
}

/// A `strptime` pattern from which a whole date can be read back.
fn pattern(text: &Text<'_>) -> String {
    if !reads_back(text.as_str()) {
        let help = "use strptime directives for year, month and day, such as %Y-%m-%d";
        text.report_with_help(format!("{} is '{}', which does not hold a date", text.name(), text.as_str()), help);
    }
    text.to_owned()
}

/// Whether a date that is written by the pattern is read by it as the same date.
fn reads_back(pattern: &str) -> bool {
    let sample = DateTime::constant(2011, 10, 23, 14, 45, 56, 0);
    let Ok(written) = strtime::format(pattern, sample) else {
        return false;
    };
    let read = BrokenDownTime::parse(pattern, &written).and_then(|parts| parts.to_date());
    read.is_ok_and(|date| date == sample.date())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_holds_year_month_and_day() {
        for pattern in ["%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y", "%b %d, %Y", "%Y%m%d", "%Y-%m-%dT%H:%M:%S%.f", "%F %T"] {
            assert!(reads_back(pattern), "{pattern}");
        }
        for pattern in ["", "%Y-%m", "%H:%M", "dd.mm.yyyy", "%Q-%m-%d", "%"] {
            assert!(!reads_back(pattern), "{pattern}");
        }
    }
}
