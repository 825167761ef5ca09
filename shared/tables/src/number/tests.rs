//! Every convention that can be declared, read, and everything else refused.

use super::*;
use proptest::prelude::*;

const ALL_FORMS: [NegativeForm; 3] =
    [NegativeForm::Parentheses, NegativeForm::TrailingMinus, NegativeForm::UnicodeMinus];

fn format(decimal_mark: char, group_mark: Option<char>) -> NumberFormat {
    NumberFormat { decimal_mark, group_marks: group_mark.into_iter().collect(), ..NumberFormat::default() }
}

fn everything() -> NumberFormat {
    let (negative, currency_sign) = (ALL_FORMS.to_vec(), Some("€".to_owned()));
    NumberFormat {
        decimal_mark: '.',
        group_marks: vec![','],
        negative,
        plus_sign: false,
        currency_sign,
        exponent: true,
    }
}

fn read(text: &str, format: &NumberFormat) -> Option<i128> {
    read_decimal(text, 19, 4, format).ok()
}

#[test]
fn plain_numbers_need_no_declaration() {
    let plain = NumberFormat::default();
    for (text, unscaled) in [
        ("0", 0),
        ("-0", 0),
        (".00", 0),
        ("-.5", -5_000),
        ("007", 70_000),
        ("1234.56", 12_345_600),
        ("-222.1492", -2_221_492),
        ("1.00000000", 10_000),
        ("000000000000000000000000000000000000000000001.0", 10_000),
    ] {
        assert_eq!(read(text, &plain), Some(unscaled), "{text}");
    }
}

#[test]
fn undeclared_forms_are_refused() {
    let plain = NumberFormat::default();
    for text in [
        "",
        "-",
        ".",
        "5.",
        "+1",
        "--1",
        "1-",
        "(1)",
        "\u{2212}1",
        "1e3",
        "1,000",
        "1 000",
        "1'000",
        "€ 7",
        "7€",
        "0x10",
        "1_000",
        "NaN",
        "inf",
        "Infinity",
        "١",
        "１",
        "1.2.3",
        "1..2",
        "- 1",
        "1 ",
        "1\0",
        "½",
        "1,5",
    ] {
        assert_eq!(read(text, &plain), None, "{text}");
    }
}

#[test]
fn declared_conventions_are_read() {
    let space = format('.', Some(' '));
    for (text, number_format, unscaled) in [
        ("(1,000.50)", &everything(), -10_005_000),
        ("1.234,56", &format(',', Some('.')), 12_345_600),
        ("-1 234.56", &space, -12_345_600),
        ("-1\u{a0}234.56", &space, -12_345_600),
        ("1\u{202f}234\u{202f}567", &space, 12_345_670_000),
        ("1\u{2009}234", &space, 12_340_000),
        ("1'234.5", &format('.', Some('\'')), 12_345_000),
        ("1234.5", &everything(), 12_345_000),
        ("\u{2212}1", &everything(), -10_000),
        ("1.00-", &everything(), -10_000),
        ("1e3", &everything(), 10_000_000),
        ("1.5E+2", &everything(), 1_500_000),
        ("15000e-4", &everything(), 15_000),
        ("0e999999999999999999999", &everything(), 0),
    ] {
        assert_eq!(read(text, number_format), Some(unscaled), "{text}");
    }
}

#[test]
fn a_currency_sign_stands_on_either_side_once() {
    for text in ["€ 7", "€7", "7 €", "7€", "€\u{a0}7"] {
        assert_eq!(read(text, &everything()), Some(70_000), "{text}");
    }
    for text in ["-€7", "€-7", "€ -7", "-7 €", "(€7)", "€ (7)", "(7) €", "(7 €)", "7- €", "\u{2212}€ 7"]
    {
        assert_eq!(read(text, &everything()), Some(-70_000), "{text}");
    }
    for text in ["€", "€€7", "€7€", "€  7", "$7", "- €7", "7 EUR", "€7-€"] {
        assert_eq!(read(text, &everything()), None, "{text}");
    }
}

#[test]
fn one_sign_is_enough() {
    for text in ["--1", "-(1)", "(-1)", "(1-)", "-1-", "\u{2212}-1", "((1))", "(1", "1)", "()", "+1", "(\u{2212}1)"] {
        assert_eq!(read(text, &everything()), None, "{text}");
    }
}

#[test]
fn groups_have_exactly_three_digits_and_one_mark() {
    for text in ["1,23", "1,2345", "1234,567", ",123", "1,,234", "1,234,", "1,234,56", "0,123", "1.234,5", "1 234"] {
        assert_eq!(read(text, &everything()), None, "{text}");
    }
    assert_eq!(read("1\u{a0}234 567", &format('.', Some(' '))), None);
    assert_eq!(read("1,234,567.8", &everything()), Some(12_345_678_000));
    assert_eq!(read("1.234.567", &format('.', None)), None);
}

#[test]
fn exponents_are_exact_or_refused() {
    for text in ["1e", "e3", "1e+", "1e1.5", "1e--1", "1e3e3", "1e39", "1e-5", "1.00001e0", "1e99999999999999999999"] {
        assert_eq!(read(text, &everything()), None, "{text}");
    }
    assert_eq!(read("10e-5", &everything()), Some(1));
    assert_eq!(read("0.00001e1", &everything()), Some(1));
}

#[test]
fn no_digit_is_lost() {
    let plain = NumberFormat::default();
    let problem = |text: &str, precision, scale| read_decimal(text, precision, scale, &plain).unwrap_err().to_string();
    assert_eq!(problem("1.005", 19, 2), "has more than 2 decimals");
    assert_eq!(problem("1.05", 19, 1), "has more than 1 decimal");
    assert_eq!(problem("1.5", 19, 0), "has decimals, and the column has none");
    assert_eq!(problem("1000", 5, 2), "has more than 3 digits before the decimal mark");
    assert_eq!(problem(&"9".repeat(40), 38, 0), "needs more than 38 digits");
    assert_eq!(read_decimal("999.99", 5, 2, &plain), Ok(99_999));
    assert_eq!(read_decimal(&"9".repeat(38), 38, 0, &plain), Ok(POWERS_OF_TEN[37] * 10 - 1));
    assert!(read_decimal("1", 38, 38, &plain).is_err());
}

#[test]
fn integers_reach_their_limits_and_not_beyond() {
    let plain = NumberFormat::default();
    assert_eq!(read_integer("9223372036854775807", &plain), Ok(i64::MAX));
    assert_eq!(read_integer("-9223372036854775808", &plain), Ok(i64::MIN));
    assert_eq!(read_integer("3.00", &plain), Ok(3));
    assert!(read_integer("9223372036854775808", &plain).is_err());
    assert!(read_integer("3.01", &plain).is_err());
}

#[test]
fn several_group_marks_are_read_but_one_kind_in_one_number() {
    let negative = vec![NegativeForm::Parentheses, NegativeForm::UnicodeMinus];
    let format = NumberFormat { group_marks: vec![',', ' '], negative, plus_sign: true, ..NumberFormat::default() };
    for (text, expected) in [
        ("1,234.56", 12_345_600),
        ("1 234.56", 12_345_600),
        ("1\u{202f}234\u{202f}567", 12_345_670_000),
        ("(1,000.50)", -10_005_000),
        ("-1,234.56", -12_345_600),
        ("\u{2212}7", -70_000),
        ("+7", 70_000),
        ("1.50000000000000000000", 15_000),
    ] {
        assert_eq!(read_decimal(text, 38, 4, &format), Ok(expected), "{text}");
    }
    for text in [
        "1.234,56",
        "1,5",
        "12,34,567",
        "1E+05",
        "1.2.3",
        "--1",
        "+-1",
        "nan",
        "-",
        "1,234 567",
        "1 234\u{a0}567",
        "(-1)",
        "(+1)",
        "EUR 1",
        "1.50001",
        "",
    ] {
        assert!(read_decimal(text, 38, 4, &format).is_err(), "{text}");
    }
}

#[test]
fn the_problem_says_which_declaration_would_read_it() {
    let problem = |text: &str| read_decimal(text, 19, 4, &NumberFormat::default()).unwrap_err().to_string();
    assert!(problem("(71)").contains("parentheses"));
    assert!(problem("\u{2212}71").contains("unicode_minus"));
    assert!(problem("71-").contains("trailing_minus"));
    assert!(problem("71e1").contains("exponent = true"));
    assert!(problem("7,100").contains("group_mark"));
    assert_eq!(problem("abc"), "is not a number of the declared format");
}

/// Prints `unscaled` at `scale` in a convention, digit by digit: the opposite of reading.
fn print(unscaled: i128, scale: usize, number_format: &NumberFormat, form: Option<NegativeForm>) -> String {
    let digits = format!("{:0>width$}", unscaled.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let mut text = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if let Some(mark) =
            number_format.group_marks.first().copied().filter(|_| index > 0 && (whole.len() - index) % 3 == 0)
        {
            text.push(mark);
        }
        text.push(digit);
    }
    if scale > 0 {
        text.push(number_format.decimal_mark);
        text.push_str(fraction);
    }
    match form {
        _ if unscaled >= 0 => text,
        None => format!("-{text}"),
        Some(NegativeForm::Parentheses) => format!("({text})"),
        Some(NegativeForm::TrailingMinus) => format!("{text}-"),
        Some(NegativeForm::UnicodeMinus) => format!("\u{2212}{text}"),
    }
}

proptest! {
    #[test]
    fn what_a_convention_prints_it_reads(
        unscaled in -POWERS_OF_TEN[37]..POWERS_OF_TEN[37],
        digits_dropped in 0_usize..36,
        scale in 0_u8..20,
        marks in prop::sample::select(vec![('.', None), ('.', Some(',')), (',', Some('.')), (',', Some(' ')), ('.', Some('\''))]),
        form in prop::option::of(prop::sample::select(ALL_FORMS.to_vec())),
    ) {
        let unscaled = unscaled / POWERS_OF_TEN[digits_dropped];
        let number_format = NumberFormat { negative: form.into_iter().collect(), ..format(marks.0, marks.1) };
        let text = print(unscaled, usize::from(scale), &number_format, form);
        prop_assert_eq!(read_decimal(&text, 38, scale, &number_format), Ok(unscaled), "{}", text);
    }

    #[test]
    fn the_fast_path_and_the_declared_path_agree(text in "-?[0-9]{0,12}\\.?[0-9]{0,6}", scale in 0_u8..6) {
        let number_format = NumberFormat::default();
        if let Some(fast) = read_plain(text.as_bytes(), '.', scale) {
            prop_assert_eq!(read_declared(&text, scale, &number_format), Ok(fast));
        }
    }

    #[test]
    fn no_text_panics_and_no_problem_repeats_it(text in "[-+(), .€0-9eE\u{2212}\u{a0}]{0,24}") {
        if let Err(problem) = read_decimal(&text, 10, 2, &everything()) {
            prop_assert!(text.len() < 5 || !problem.to_string().contains(&text));
        }
    }
}
