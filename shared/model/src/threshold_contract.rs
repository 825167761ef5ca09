//! Threshold contracts: versioned rules that say from which amount on a difference is investigated.
//!
//! A rule answers a question only when every dimension that it names is specified there and matches. There is no
//! built-in number: what no rule answers is not known.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Currency, CutoffDate, Decimal, Digest, ReasonCode, fold_text};

/// A contract with all its versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThresholdContract {
    /// Id that checks refer to.
    pub id: String,
    /// The currency of all values.
    pub currency: Currency,
    /// The dimension that decides before the number of named dimensions does; `None` where only the number counts.
    pub first: Option<String>,
    /// Versions in order of their first day.
    pub versions: Vec<ThresholdVersion>,
}

/// One file of a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThresholdVersion {
    /// The version, at least 1.
    pub version: u32,
    /// The first cutoff date for which it is in force.
    pub effective_from: CutoffDate,
    /// Path of the file below the control's folder.
    pub path: String,
    /// SHA-256 of the file's bytes.
    pub digest: Digest,
    /// Rules in order of the file.
    pub rules: Vec<ThresholdRule>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThresholdRule {
    /// Id, unique in its file.
    pub id: String,
    /// What the value is for.
    pub kind: String,
    /// The amount from which on a difference is investigated, above zero.
    pub value: Decimal,
    /// Dimension to the texts that it applies to.
    pub scope: BTreeMap<String, Vec<String>>,
}

/// A question: dimension to its texts; a dimension without texts is not specified.
pub type ThresholdQuestion = BTreeMap<String, BTreeSet<String>>;

impl ThresholdContract {
    /// The version in force at a cutoff date: the latest of those that have begun.
    pub fn in_force(&self, cutoff: CutoffDate) -> Option<&ThresholdVersion> {
        self.versions.iter().filter(|version| version.effective_from <= cutoff).max_by_key(|each| each.effective_from)
    }
}

impl ThresholdVersion {
    /// The rule of a kind that answers a question.
    ///
    /// Of the rules that apply, those that name the dimension `first` win, then those that name most dimensions. Fails
    /// with `threshold_missing` where none applies, and with `threshold_ambiguous` where several are left.
    pub fn rule(
        &self,
        kind: &str,
        question: &ThresholdQuestion,
        first: Option<&str>,
    ) -> Result<&ThresholdRule, ReasonCode> {
        let applies = |rule: &&ThresholdRule| rule.kind == kind && rule.applies_to(question);
        let rank = |rule: &ThresholdRule| (first.is_some_and(|first| rule.scope.contains_key(first)), rule.scope.len());
        let found: Vec<&ThresholdRule> = self.rules.iter().filter(applies).collect();
        let best = found.iter().map(|rule| rank(rule)).max().ok_or(ReasonCode::ThresholdMissing)?;
        match found.iter().filter(|rule| rank(rule) == best).collect::<Vec<_>>().as_slice() {
            [rule] => Ok(rule),
            _ => Err(ReasonCode::ThresholdAmbiguous),
        }
    }
}

impl ThresholdRule {
    /// Whether every dimension that the rule names is specified by the question, and all its texts are named.
    pub fn applies_to(&self, question: &ThresholdQuestion) -> bool {
        self.scope.iter().all(|(dimension, texts)| {
            question.get(dimension).is_some_and(|asked| {
                let named = |asked: &String| texts.iter().any(|text| fold_text(text) == fold_text(asked));
                !asked.is_empty() && asked.iter().all(named)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(id: &str, value: &str, scope: &[(&str, &[&str])]) -> ThresholdRule {
        let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        ThresholdRule {
            id: id.to_owned(),
            kind: "bucket_usd".to_owned(),
            value: value.parse().unwrap(),
            scope: scope.iter().map(|&(dimension, of)| (dimension.to_owned(), texts(of))).collect(),
        }
    }

    fn version(rules: Vec<ThresholdRule>) -> ThresholdVersion {
        ThresholdVersion {
            version: 1,
            effective_from: "2025-01-01".parse().unwrap(),
            path: "thresholds/v1.toml".to_owned(),
            digest: Digest::of(b""),
            rules,
        }
    }

    fn question(of: &[(&str, &[&str])]) -> ThresholdQuestion {
        of.iter().map(|&(name, of)| (name.to_owned(), of.iter().map(|&text| text.to_owned()).collect())).collect()
    }

    fn answer(version: &ThresholdVersion, of: &[(&str, &[&str])]) -> Result<String, ReasonCode> {
        version.rule("bucket_usd", &question(of), Some("company")).map(|rule| rule.value.to_string())
    }

    #[test]
    fn a_rule_applies_only_to_what_the_question_specifies() {
        // Worked example 31.
        let version = version(vec![
            rule("default", "1000", &[]),
            rule("account", "2000", &[("accounts", &["18412"])]),
            rule("usage", "3000", &[("accounts", &["18412"]), ("category", &["Usage"])]),
        ]);
        assert_eq!(answer(&version, &[("accounts", &["18412"]), ("category", &["usage "])]), Ok("3000".to_owned()));
        assert_eq!(answer(&version, &[("accounts", &["18412"])]), Ok("2000".to_owned()));
        assert_eq!(answer(&version, &[("accounts", &["18350"])]), Ok("1000".to_owned()));
    }

    #[test]
    fn a_line_of_several_accounts_needs_a_rule_that_names_them_all() {
        let version = version(vec![
            rule("default", "1000", &[]),
            rule("one", "5", &[("accounts", &["13003"])]),
            rule("all", "7", &[("accounts", &["13003", "13004", "13009", "1"])]),
        ]);
        assert_eq!(answer(&version, &[("accounts", &["13003", "13004", "13009"])]), Ok("7".to_owned()));
        assert_eq!(answer(&version, &[("accounts", &["13003"])]), Err(ReasonCode::ThresholdAmbiguous));
    }

    #[test]
    fn the_first_dimension_beats_the_number_of_dimensions() {
        // Worked example 32 among them: a company that no rule names has the default.
        let version = version(vec![
            rule("default", "1000", &[]),
            rule("company", "22000", &[("company", &["JM_EG"])]),
            rule("account", "2000", &[("accounts", &["18412"]), ("category", &["Usage"])]),
        ]);
        let cell: [(&str, &[&str]); 3] = [("company", &["JM_EG"]), ("accounts", &["18412"]), ("category", &["Usage"])];
        assert_eq!(answer(&version, &cell), Ok("22000".to_owned()));
        assert_eq!(answer(&version, &[("company", &["EC_NG"])]), Ok("1000".to_owned()));
        assert_eq!(version.rule("line_usd", &question(&cell), None), Err(ReasonCode::ThresholdMissing));
    }

    #[test]
    fn the_latest_version_that_has_begun_is_in_force() {
        let of = |text: &str| ThresholdVersion { effective_from: text.parse().unwrap(), ..version(Vec::new()) };
        let versions = vec![of("2025-01-01"), of("2025-07-01")];
        let currency = "USD".parse().unwrap();
        let contract = ThresholdContract { id: "a".to_owned(), currency, first: None, versions };
        let in_force =
            |text: &str| contract.in_force(text.parse().unwrap()).map(|version| version.effective_from.to_string());
        assert_eq!(in_force("2025-06-30").as_deref(), Some("2025-01-01"));
        assert_eq!(in_force("2025-07-01").as_deref(), Some("2025-07-01"));
        assert_eq!(in_force("2024-12-31"), None);
    }
}
