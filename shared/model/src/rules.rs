//! Rules of a classification as values: conditions on the columns of a row, and what a row that meets them is given.
//!
//! The rule with the lowest number that a row meets takes it. Texts and phrases are held in their folded form, so that
//! a definition and the engine compare the same thing.

use crate::{Digest, words_of};

/// The rules of one classification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSet {
    /// The rule file's version.
    pub version: u32,
    /// SHA-256 of the rule file's bytes.
    pub digest: Digest,
    /// Columns that rules give to a row, in order.
    pub columns: Vec<String>,
    /// The combinations of texts that may be given; empty allows any.
    pub allowed: Vec<Allowed>,
    /// The rules by number.
    pub rules: Vec<Rule>,
    /// The id of a row that no rule takes.
    pub otherwise: String,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The place in the order: lowest first.
    pub number: u32,
    /// The id that a row is given.
    pub id: String,
    /// What a row must meet, all of it.
    pub when: Vec<Condition>,
    /// For each column of the set, what a row is given.
    pub assign: Vec<Assign>,
}

/// What a row is given in one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assign {
    /// Nothing: null.
    Nothing,
    /// This text.
    Text(String),
    /// The text of a column of the row.
    Column {
        /// The column.
        column: String,
        /// A column that says where that text is from, for the explanation.
        source: Option<String>,
    },
}

/// A condition on one column of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The column.
    pub column: String,
    /// Whether the column may be absent; the rule is then not evaluated.
    pub optional: bool,
    /// What its value must meet.
    pub test: Test,
}

/// What a value must meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// The folded text is one of these; null is none.
    AnyOf(Vec<String>),
    /// The folded text is none of these; null is none of them.
    NoneOf(Vec<String>),
    /// The sign of a number; null has none.
    Sign(Sign),
    /// One of these phrases stands in the text as consecutive whole words.
    Phrases(Vec<Phrase>),
    /// The first word of the text is one of these.
    FirstWord(Vec<String>),
    /// The value is null (`true`), or is not (`false`).
    Null(bool),
}

/// The sign of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// Below zero.
    Negative,
    /// Zero.
    Zero,
    /// Above zero.
    Positive,
}

/// Consecutive whole words, folded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Phrase(pub Vec<String>);

/// A combination of texts that rules may give: for each column of the set the texts, and whether null may stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed(pub Vec<AllowedTexts>);

/// The texts that one column may be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedTexts {
    /// The texts.
    pub texts: Vec<String>,
    /// Whether null may stand.
    pub nothing: bool,
}

impl Phrase {
    /// The words of a text.
    pub fn of(text: &str) -> Self {
        Self(words_of(text).collect())
    }

    /// Whether the words of `other` stand in this phrase one after the other.
    pub fn contains(&self, other: &Self) -> bool {
        !other.0.is_empty() && self.0.windows(other.0.len()).any(|words| words == other.0)
    }
}

impl RuleSet {
    /// Whether the texts, one for each column of the set, may stand together. A row that is given nothing at all may.
    pub fn allows(&self, texts: &[Option<&str>]) -> bool {
        let fits = |allowed: &AllowedTexts, text: Option<&str>| match text {
            None => allowed.nothing,
            Some(text) => allowed.texts.iter().any(|known| known == text),
        };
        self.allowed.is_empty()
            || texts.iter().all(Option::is_none)
            || self.allowed.iter().any(|each| each.0.iter().zip(texts).all(|(allowed, text)| fits(allowed, *text)))
    }
}

impl Condition {
    /// Whether every row that meets this condition meets `other` too, as far as the two texts show.
    pub fn implies(&self, other: &Self) -> bool {
        if self.column != other.column {
            return false;
        }
        match (&self.test, &other.test) {
            (Test::AnyOf(these), Test::AnyOf(others)) | (Test::FirstWord(these), Test::FirstWord(others)) => {
                these.iter().all(|text| others.contains(text))
            }
            (Test::AnyOf(these), Test::NoneOf(others)) => these.iter().all(|text| !others.contains(text)),
            (Test::NoneOf(these), Test::NoneOf(others)) => others.iter().all(|text| these.contains(text)),
            (Test::Phrases(these), Test::Phrases(others)) => {
                these.iter().all(|phrase| others.iter().any(|other| phrase.contains(other)))
            }
            (Test::AnyOf(these) | Test::FirstWord(these), Test::Phrases(others)) => {
                these.iter().all(|text| others.iter().any(|other| Phrase::of(text).contains(other)))
            }
            (Test::AnyOf(_) | Test::Sign(_) | Test::Phrases(_) | Test::FirstWord(_), Test::Null(false)) => true,
            (these, others) => these == others,
        }
    }

    /// Whether no row can meet both conditions, as far as the two texts show.
    pub fn excludes(&self, other: &Self) -> bool {
        if self.column != other.column {
            return false;
        }
        match (&self.test, &other.test) {
            (Test::Sign(this), Test::Sign(that)) => this != that,
            (Test::AnyOf(these), Test::AnyOf(others)) => !these.iter().any(|text| others.contains(text)),
            (Test::AnyOf(these), Test::NoneOf(others)) | (Test::NoneOf(others), Test::AnyOf(these)) => {
                these.iter().all(|text| others.contains(text))
            }
            (Test::Null(true), Test::AnyOf(_) | Test::Sign(_) | Test::Phrases(_) | Test::FirstWord(_))
            | (Test::AnyOf(_) | Test::Sign(_) | Test::Phrases(_) | Test::FirstWord(_), Test::Null(true)) => true,
            (Test::Null(this), Test::Null(that)) => this != that,
            _ => false,
        }
    }
}

impl Rule {
    /// Whether every row that meets this rule meets `earlier` too, so that this rule is never reached.
    pub fn never_passes(&self, earlier: &Self) -> bool {
        earlier.when.iter().all(|wanted| self.when.iter().any(|condition| condition.implies(wanted)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(column: &str, test: Test) -> Condition {
        Condition { column: column.to_owned(), optional: false, test }
    }

    fn phrases(texts: &[&str]) -> Test {
        Test::Phrases(texts.iter().map(|text| Phrase::of(text)).collect())
    }

    #[test]
    fn a_longer_phrase_implies_a_shorter_one_and_not_the_other_way_round() {
        let long = condition("text", phrases(&["EXPR APLGY", "EXPR RFN"]));
        let short = condition("text", phrases(&["EXPR"]));
        assert!(long.implies(&short) && !short.implies(&long));
        assert!(!long.implies(&condition("other", phrases(&["EXPR"]))));
        let equal = condition("text", Test::AnyOf(vec!["VOUCHER EXPR".to_owned()]));
        assert!(equal.implies(&short) && !short.implies(&equal));
        assert!(condition("a", Test::Sign(Sign::Zero)).implies(&condition("a", Test::Null(false))));
    }

    #[test]
    fn conditions_that_cannot_both_hold_are_seen() {
        let positive = condition("amount", Test::Sign(Sign::Positive));
        assert!(positive.excludes(&condition("amount", Test::Sign(Sign::Negative))));
        assert!(positive.excludes(&condition("amount", Test::Null(true))));
        assert!(!positive.excludes(&condition("other", Test::Null(true))));
        let one = condition("kind", Test::AnyOf(vec!["A".to_owned()]));
        assert!(one.excludes(&condition("kind", Test::NoneOf(vec!["A".to_owned()]))));
    }
}
