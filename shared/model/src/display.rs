//! How figures and outside text are shown to people: grouped digits, and no invisible characters.
//!
//! Only display goes through here; files for machines hold the plain forms. The sign stays a hyphen-minus, so that
//! a figure copied into a spreadsheet stays a number.

use std::fmt::Write as _;

use crate::{Decimal, Outcome};

impl Decimal {
    /// The value with a comma between groups of three digits before the decimal mark: `-1,234.5600`.
    pub fn grouped(self) -> String {
        group_digits(&self.to_string())
    }
}

impl Outcome {
    /// The verdict as a heading: `Clean`, `Exceptions`, `Not operated`.
    pub fn title(self) -> &'static str {
        match self {
            Self::Clean => "Clean",
            Self::Exceptions => "Exceptions",
            Self::NotOperated => "Not operated",
        }
    }
}

/// Puts a comma between groups of three digits of a plain number (`-?digits[.digits]`); other text comes back as it
/// is.
pub fn group_digits(number: &str) -> String {
    let (sign, body) = number.strip_prefix('-').map_or(("", number), |body| ("-", body));
    let (whole, fraction) = body.split_once('.').map_or((body, None), |(whole, fraction)| (whole, Some(fraction)));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(whole) || !fraction.is_none_or(plain) {
        return number.to_owned();
    }
    let mut text = sign.to_owned();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

/// Writes every character that could act on a reader unseen as its code, such as `[U+202E]`.
///
/// These are control characters (terminal escapes among them) except line feed and tab, the line and paragraph
/// separators, and the characters that reorder text (Unicode Bidirectional Algorithm, UAX 9, section 2).
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if acts_unseen(character) {
            // Writing to a String cannot fail.
            let _ = write!(shown, "[U+{:04X}]", u32::from(character));
        } else {
            shown.push(character);
        }
    }
    shown
}

/// `text` on one line: as [`visible`], with every run of white space as one space and none at the ends.
pub fn visible_line(text: &str) -> String {
    visible(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn acts_unseen(character: char) -> bool {
    match character {
        '\n' | '\t' => false,
        '\u{200B}' | '\u{2028}'..='\u{202E}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' => true,
        other => other.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_before_the_mark_are_grouped_by_three_and_none_is_lost() {
        for (plain, grouped) in [
            ("0", "0"),
            ("0.00", "0.00"),
            ("999", "999"),
            ("1000", "1,000"),
            ("-1234.5600", "-1,234.5600"),
            ("-123456.10", "-123,456.10"),
            ("63791994.8380", "63,791,994.8380"),
        ] {
            assert_eq!(group_digits(plain), grouped);
            assert_eq!(plain.parse::<Decimal>().unwrap().grouped(), grouped);
        }
    }

    #[test]
    fn what_is_no_plain_number_is_left_alone() {
        for text in ["", "-", "1e5", "12.", ".5", "1,000", "2024-01-31", "abc", "١٢٣٤", "--5", "1.2.3"] {
            assert_eq!(group_digits(text), text);
        }
    }

    #[test]
    fn characters_that_act_unseen_are_shown_as_their_code() {
        assert_eq!(visible("a\u{202E}b\u{1b}[31m\u{0}\u{FEFF}"), "a[U+202E]b[U+001B][31m[U+0000][U+FEFF]");
        assert_eq!(visible("tab\tand\nline, Ünïcode, שלום, 日本"), "tab\tand\nline, Ünïcode, שלום, 日本");
    }

    #[test]
    fn one_line_stays_one_line() {
        assert_eq!(visible_line("  Treasury\r\nBcc: all@example.com\u{2028}\tx "), "Treasury Bcc: all@example.com x");
    }
}
