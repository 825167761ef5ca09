//! Values of the command line that are about a column, such as `amount=0.05`.
//!
//! A value that is not of the form is refused with the form.

use tieout_model::{
    ColumnNames, ColumnType, DayTolerance, Decimal, Normalisation, NormalisationStep, RelativeBase, RelativeTolerance,
};

/// `a`, or `left=right`.
pub(super) fn column_names(text: &str) -> Result<ColumnNames, String> {
    let (left, right) = text.split_once('=').unwrap_or((text, text));
    if left.is_empty() || right.is_empty() {
        return Err("write it as COLUMN, or as LEFT=RIGHT".to_owned());
    }
    Ok(ColumnNames { left: left.to_owned(), right: right.to_owned() })
}

/// `a,b`, as one value.
pub(super) fn columns_list(text: &str) -> Result<Vec<String>, String> {
    let names: Vec<String> = text.split(',').map(str::to_owned).collect();
    if names.iter().any(String::is_empty) { Err("write it as A,B".to_owned()) } else { Ok(names) }
}

/// `amount=0.05`.
pub(super) fn decimal_of(text: &str) -> Result<(String, Decimal), String> {
    let (column, number) = column_and(text, "0.05")?;
    Ok((column, limit(number)?))
}

/// `amount=0.01`, `amount=0.01:max`.
pub(super) fn relative_of(text: &str) -> Result<(String, RelativeTolerance), String> {
    let (column, value) = column_and(text, "0.01:right")?;
    let (fraction, base) = value.split_once(':').unwrap_or((value, "right"));
    let base = match base {
        "left" => RelativeBase::Left,
        "right" => RelativeBase::Right,
        "max" => RelativeBase::Max,
        _ => return Err("the base of a relative tolerance is left, right or max".to_owned()),
    };
    Ok((column, RelativeTolerance { fraction: limit(fraction)?, base }))
}

/// `booked=2`, `booked=-1/+3`.
pub(super) fn days_of(text: &str) -> Result<(String, DayTolerance), String> {
    let form = || "write the days as COLUMN=2, or as COLUMN=-1/+3 (earlier, later)".to_owned();
    let (column, value) = column_and(text, "-1/+3")?;
    let days = |text: &str| text.parse::<u32>().map_err(|_| form());
    let tolerance = match value.split_once('/') {
        Some((before, after)) => {
            let before = before.strip_prefix('-').or((before == "0").then_some("0")).ok_or_else(form)?;
            DayTolerance { before: days(before)?, after: days(after.strip_prefix('+').unwrap_or(after))? }
        }
        None => DayTolerance { before: days(value)?, after: days(value)? },
    };
    Ok((column, tolerance))
}

/// `name=trim+case`.
pub(super) fn normalisation_of(text: &str) -> Result<(String, Normalisation), String> {
    let (column, steps) = column_and(text, "trim+case")?;
    let steps = steps.split('+').map(|step| step.parse::<NormalisationStep>().map_err(|error| error.to_string()));
    Ok((column, Normalisation(steps.collect::<Result<_, _>>()?)))
}

/// `amount=0,0.01,0.05`.
pub(super) fn tolerances_of(text: &str) -> Result<(String, Vec<Decimal>), String> {
    let (column, numbers) = column_and(text, "0,0.01,0.05")?;
    Ok((column, numbers.split(',').map(limit).collect::<Result<_, _>>()?))
}

/// `amount=decimal(18,2)`.
pub(super) fn type_of(text: &str) -> Result<(String, ColumnType), String> {
    let (column, name) = column_and(text, "decimal(18,2)")?;
    Ok((column, name.parse::<ColumnType>().map_err(|error| format!("'{name}' {error}"))?))
}

/// One ASCII character, or `tab`.
pub(super) fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"tab" | b"\\t" => Ok(b'\t'),
        [byte] if byte.is_ascii() && !byte.is_ascii_alphanumeric() && !matches!(byte, b'"' | b'\r' | b'\n') => {
            Ok(*byte)
        }
        _ => Err("give one character such as ';', or tab".to_owned()),
    }
}

/// `1GB`, `512MiB`, `1000000`.
pub(super) fn byte_size(text: &str) -> Result<u64, String> {
    let form = || "write a size such as 1GB, 512MiB or 1500000000".to_owned();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let factor: u64 = match unit.trim_start().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" | "k" => 1_000,
        "mb" | "m" => 1_000_000,
        "gb" | "g" => 1_000_000_000,
        "tb" | "t" => 1_000_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        "tib" => 1 << 40,
        _ => return Err(form()),
    };
    number.parse::<u64>().ok().and_then(|number| number.checked_mul(factor)).ok_or_else(form)
}

fn column_and<'a>(text: &'a str, example: &str) -> Result<(String, &'a str), String> {
    match text.split_once('=') {
        Some((column, value)) if !column.is_empty() && !value.is_empty() => Ok((column.to_owned(), value)),
        _ => Err(format!("write it as COLUMN={example}")),
    }
}

/// A number that is not below zero.
fn limit(text: &str) -> Result<Decimal, String> {
    let number = text.parse::<Decimal>().map_err(|error| format!("'{text}' {error}"))?;
    if number.is_negative() { Err(format!("'{text}' is below zero")) } else { Ok(number) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_both_sides_may_have_two_names() {
        let names = |left: &str, right: &str| ColumnNames { left: left.to_owned(), right: right.to_owned() };
        assert_eq!(column_names("a"), Ok(names("a", "a")));
        assert_eq!(column_names("a=b"), Ok(names("a", "b")));
        assert!(column_names("").is_err() && column_names("a=").is_err() && column_names("=b").is_err());
        assert_eq!(columns_list("a,b"), Ok(vec!["a".to_owned(), "b".to_owned()]));
        assert!(columns_list("a,").is_err());
    }

    #[test]
    fn tolerances_are_exact_and_not_below_zero() {
        assert_eq!(decimal_of("amount=0.05").unwrap().1.to_string(), "0.05");
        for wrong in ["amount", "amount=", "=1", "amount=x", "amount=-1", "amount=1e3"] {
            assert!(decimal_of(wrong).is_err(), "{wrong}");
        }
        let relative = relative_of("amount=0.01:max").unwrap().1;
        assert_eq!((relative.fraction.to_string().as_str(), relative.base), ("0.01", RelativeBase::Max));
        assert_eq!(relative_of("amount=1").unwrap().1.base, RelativeBase::Right);
        assert!(relative_of("amount=1:both").is_err());
        assert_eq!(tolerances_of("amount=0,0.01").unwrap().1.len(), 2);
    }

    #[test]
    fn days_are_the_same_both_ways_or_earlier_and_later() {
        let days = |before, after| Ok(("booked".to_owned(), DayTolerance { before, after }));
        assert_eq!(days_of("booked=2"), days(2, 2));
        assert_eq!(days_of("booked=-1/+3"), days(1, 3));
        assert_eq!(days_of("booked=-1/3"), days(1, 3));
        assert_eq!(days_of("booked=0/+3"), days(0, 3));
        for wrong in ["booked", "booked=x", "booked=1/3", "booked=-1", "booked=-1/-3", "booked=1.5"] {
            assert!(days_of(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn steps_are_joined_by_a_plus() {
        let (column, steps) = normalisation_of("name=case+trim").unwrap();
        assert_eq!((column.as_str(), steps.0.len()), ("name", 2));
        assert!(normalisation_of("name=upper").unwrap_err().contains("leading_zeros"));
    }

    #[test]
    fn sizes_have_units_of_a_thousand_or_1024() {
        for (text, bytes) in [("1GB", 1_000_000_000), ("2 GiB", 1 << 31), ("512mib", 512 << 20), ("77", 77)] {
            assert_eq!(byte_size(text), Ok(bytes), "{text}");
        }
        for wrong in ["", "GB", "1.5GB", "1XB", "-1", "99999999999TB"] {
            assert!(byte_size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_delimiter_is_one_character_that_no_word_has() {
        assert_eq!((delimiter(";"), delimiter("tab")), (Ok(b';'), Ok(b'\t')));
        assert!(delimiter("a").is_err() && delimiter("\"").is_err() && delimiter(";;").is_err());
    }
}
