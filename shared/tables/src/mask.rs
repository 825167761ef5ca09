//! The mask of a value: its shape without its content, for messages and lists of rejected rows.
//!
//! Digits become 9, letters A or a; what is left of a value after that names no person and no amount.

/// The longest mask in characters, before the `…` that stands for the rest.
const MAX_CHARACTERS: usize = 40;

/// The shape of `text`: digits as `9`, letters as `A` or `a`, control and direction characters as `?`, everything
/// else as it is; after 40 characters `…`.
pub fn mask(text: &str) -> String {
    let mut characters = text.chars();
    let mut masked: String = characters.by_ref().take(MAX_CHARACTERS).map(masked_character).collect();
    if characters.next().is_some() {
        masked.push('…');
    }
    masked
}

fn masked_character(character: char) -> char {
    match character {
        // Invisible characters and those that turn the direction of writing could forge the line of a log.
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => '?',
        _ if character.is_control() => '?',
        _ if character.is_numeric() => '9',
        _ if character.is_uppercase() => 'A',
        _ if character.is_alphabetic() => 'a',
        _ => character,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keeps_the_shape_and_drops_the_content() {
        assert_eq!(mask("(1,234.50) EUR"), "(9,999.99) AAA");
        assert_eq!(mask("Müller-7\u{a0}€"), "Aaaaaa-9\u{a0}€");
        assert_eq!(mask("١٢ 株"), "99 a");
        assert_eq!(mask(""), "");
    }

    #[test]
    fn forges_no_line_of_a_log() {
        assert_eq!(mask("a\r\nb\u{202e}c\u{feff}\0"), "a??a?a??");
    }

    #[test]
    fn cuts_after_forty_characters() {
        assert_eq!(mask(&"ä".repeat(40)), "a".repeat(40));
        assert_eq!(mask(&"ä".repeat(41)), "a".repeat(40) + "…");
    }

    proptest! {
        #[test]
        fn no_letter_and_no_digit_comes_through(text in "\\PC{0,60}") {
            let foreign = |character: char| character.is_alphanumeric() && !matches!(character, '9' | 'A' | 'a');
            prop_assert!(!mask(&text).chars().any(foreign));
        }
    }
}
