//! Words of a text, for rules: maximal runs of Unicode letters and digits in upper case.
//!
//! Every other character separates, `_` included, so a word is never part of a longer one.

/// The words of a text, in order.
pub fn words_of(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_uppercase)
}

/// A text as rules compare it whole: without spaces around it, in upper case.
pub fn fold_text(text: &str) -> String {
    text.trim().to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole() {
        let of = |text: &str| words_of(text).collect::<Vec<_>>();
        assert_eq!(of("RF_317489956_0925"), ["RF", "317489956", "0925"]);
        assert_eq!(of("PERF bonus, SURF 12"), ["PERF", "BONUS", "SURF", "12"]);
        assert_eq!(of("remboursé-Ñandú"), ["REMBOURSÉ", "ÑANDÚ"]);
        assert!(of(" _-").is_empty());
        assert_eq!(fold_text(" Bank Account\u{a0}"), "BANK ACCOUNT");
    }
}
