//! What a run found, as a list of findings: the same words and figures for page, message and terminal.
//!
//! Derived from the result alone. Amounts of several checks are never added: the same row may fail two of them.

use std::collections::BTreeMap;

use crate::{
    AssertionResult, ComparisonResult, Currency, CurrencyAmount, DataSetResult, Decimal, Outcome, RunResult, Severity,
    TestOutcome, ThresholdCheckResult, TieOutResult, TieOutStatus, group_digits,
};

/// Exceptions of one kind in one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The check's id, or the data set's name for rows that did not convert.
    pub subject: String,
    /// What was found, in a few words.
    pub title: String,
    /// How many: keys of a class, groups of a tie-out, rows of an assertion or of a data set; a tolerance that is over
    /// its cap is one, in each currency.
    pub count: u64,
    /// The amount at stake per currency, without sign; empty when the check has no amount.
    ///
    /// For a class of a comparison it is the difference of both sides' sums, for a tolerance over its cap all that it
    /// absorbed, for a tie-out the largest difference, for an assertion the sum of its failed rows.
    pub amounts: Vec<CurrencyAmount>,
}

impl RunResult {
    /// Everything found that makes an exception, in the order of the definition.
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings: Vec<Finding> = self.data_sets.iter().filter_map(rejected_rows).collect();
        findings.extend(self.tie_out_ids().into_iter().filter_map(|id| self.over_threshold(id)));
        for comparison in &self.comparisons {
            findings.extend(exception_classes(comparison));
            findings.extend(over_cap(comparison));
        }
        findings.extend(self.assertions.iter().filter_map(failed_rows));
        findings.extend(self.threshold_checks.iter().filter_map(thresholds_reached));
        findings
    }

    /// The result in a few words: `7 exceptions, EUR 1,234.56 in the largest finding`.
    pub fn headline(&self) -> String {
        let findings = self.findings();
        let found = counted(exception_count(&findings), "exception");
        let largest = spelled(&largest_amounts(&findings));
        let reasons = counted(self.reasons.len() as u64, "reason");
        match (self.outcome, findings.is_empty(), largest.is_empty()) {
            (Outcome::Clean, _, _) => "nothing found".to_owned(),
            (Outcome::Exceptions, _, true) => found,
            (Outcome::Exceptions, _, false) => format!("{found}, {largest} in the largest finding"),
            (Outcome::NotOperated, true, _) => format!("could not conclude ({reasons})"),
            (Outcome::NotOperated, false, _) => format!("could not conclude ({reasons}), {found} so far"),
        }
    }

    /// Ids of the tie-outs in the order of the definition, each once.
    pub fn tie_out_ids(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = Vec::new();
        for tie_out in &self.tie_outs {
            if !ids.contains(&tie_out.id.as_str()) {
                ids.push(&tie_out.id);
            }
        }
        ids
    }

    /// Names of the data sets for which no completeness test was carried out.
    pub fn untested_data_sets(&self) -> Vec<&str> {
        let untested = |data_set: &&DataSetResult| data_set.tests.iter().all(|test| test.result == TestOutcome::NotRun);
        self.data_sets.iter().filter(untested).map(|data_set| data_set.name.as_str()).collect()
    }

    fn over_threshold(&self, id: &str) -> Option<Finding> {
        let over: Vec<&TieOutResult> = self
            .tie_outs
            .iter()
            .filter(|tie_out| tie_out.id == id && tie_out.status == TieOutStatus::OverThreshold)
            .collect();
        let amounts = over.iter().map(|tie_out| (tie_out.currency.clone(), tie_out.difference));
        let title = "Difference at or above the threshold".to_owned();
        let count = over.len() as u64;
        (count > 0).then(|| Finding { subject: id.to_owned(), title, count, amounts: largest_of(amounts) })
    }
}

/// The rows of a check that are at or above their threshold, with the largest of them in the contract's currency.
fn thresholds_reached(check: &ThresholdCheckResult) -> Option<Finding> {
    if check.investigate == 0 || check.severity != Severity::Finding {
        return None;
    }
    let largest = check.largest.map(|amount| CurrencyAmount { currency: check.currency.clone(), amount });
    let title = format!("At or above the threshold: {}", check.finding.replace('_', " "));
    Some(Finding { subject: check.id.clone(), title, count: check.investigate, amounts: largest.into_iter().collect() })
}

/// The number of exceptions in all findings.
pub fn exception_count(findings: &[Finding]) -> u64 {
    findings.iter().fold(0, |sum, finding| sum.saturating_add(finding.count))
}

/// The largest amount at stake in a single finding, per currency in order of its code; without zeros.
pub fn largest_amounts(findings: &[Finding]) -> Vec<CurrencyAmount> {
    let amounts = findings.iter().flat_map(|finding| &finding.amounts);
    largest_of(amounts.filter(|of| !of.amount.is_zero()).map(|of| (of.currency.clone(), of.amount)))
}

/// `count` and the noun in the right number: `1 row`, `1,603 rows`.
pub fn counted(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", group_digits(&count.to_string()), if count == 1 { "" } else { "s" })
}

/// `EUR 1.00`, `EUR 1.00 and USD 2.00`; after three currencies `and 2 more currencies`.
fn spelled(amounts: &[CurrencyAmount]) -> String {
    let mut texts: Vec<String> =
        amounts.iter().take(3).map(|of| format!("{} {}", of.currency, of.amount.grouped())).collect();
    match amounts.len().saturating_sub(3) {
        0 => {}
        1 => texts.push("1 more currency".to_owned()),
        more => texts.push(format!("{more} more currencies")),
    }
    match texts.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, first)) => format!("{} and {last}", first.join(", ")),
        None => String::new(),
    }
}

fn rejected_rows(data_set: &DataSetResult) -> Option<Finding> {
    let count = data_set.rejected.rows;
    let title = "Rows that did not convert".to_owned();
    (count > 0).then(|| Finding { subject: data_set.name.clone(), title, count, amounts: Vec::new() })
}

fn exception_classes(comparison: &ComparisonResult) -> Vec<Finding> {
    let lines = comparison.class_lines().into_iter().filter(|line| line.is_exception() && !line.is_empty());
    lines
        .map(|line| Finding {
            subject: comparison.id.clone(),
            title: line.title,
            count: line.keys.unwrap_or(line.left_rows.saturating_add(line.right_rows)),
            amounts: largest_of(line.amounts.into_iter().filter_map(|pair| Some((pair.currency, pair.difference?)))),
        })
        .collect()
}

/// Tolerances whose differences add up to more than their cap.
fn over_cap(comparison: &ComparisonResult) -> impl Iterator<Item = Finding> {
    comparison.details.absorbed.iter().filter(|absorbed| absorbed.over_cap).map(|absorbed| Finding {
        subject: comparison.id.clone(),
        title: format!("Tolerance of {} over its cap", absorbed.column),
        count: 1,
        amounts: largest_of(absorbed.currency.clone().map(|currency| (currency, absorbed.total)).into_iter()),
    })
}

fn failed_rows(assertion: &AssertionResult) -> Option<Finding> {
    if assertion.severity != Severity::Finding || assertion.rows_failed == 0 {
        return None;
    }
    Some(Finding {
        subject: assertion.id.clone(),
        title: "Rows that fail the assertion".to_owned(),
        count: assertion.rows_failed,
        amounts: largest_of(assertion.amounts.iter().map(|of| (of.currency.clone(), of.amount))),
    })
}

/// The largest magnitude per currency, in order of the currency's code.
fn largest_of(amounts: impl Iterator<Item = (Currency, Decimal)>) -> Vec<CurrencyAmount> {
    let mut largest: BTreeMap<Currency, Decimal> = BTreeMap::new();
    for (currency, amount) in amounts {
        let known = largest.entry(currency).or_insert(amount.abs());
        *known = (*known).max(amount.abs());
    }
    largest.into_iter().map(|(currency, amount)| CurrencyAmount { currency, amount }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Digest, RESULT_SCHEMA, Rejected};

    fn tie_out(currency: &str, difference: &str, status: TieOutStatus) -> TieOutResult {
        TieOutResult {
            id: "total".to_owned(),
            group: BTreeMap::new(),
            currency: currency.parse().unwrap(),
            left: Decimal::ZERO,
            right: Decimal::ZERO,
            difference: difference.parse().unwrap(),
            threshold: Decimal::ZERO,
            status,
            groups: None,
            groups_over_threshold: None,
        }
    }

    fn assertion(severity: Severity, rows_failed: u64, amounts: Vec<CurrencyAmount>) -> AssertionResult {
        AssertionResult {
            id: "short".to_owned(),
            data_set: "lines".to_owned(),
            severity,
            rows_checked: 10,
            rows_failed,
            currency: None,
            amount: None,
            amounts,
        }
    }

    fn result() -> RunResult {
        RunResult {
            schema: RESULT_SCHEMA,
            control: "bank-ledger".parse().unwrap(),
            title: "Bank".to_owned(),
            cutoff_date: "2024-01-31".parse().unwrap(),
            interim: false,
            run: "0001".parse().unwrap(),
            definition: Digest::of(b""),
            outcome: Outcome::Exceptions,
            reasons: Vec::new(),
            data_sets: Vec::new(),
            comparisons: Vec::new(),
            tie_outs: Vec::new(),
            assertions: Vec::new(),
            threshold_checks: Vec::new(),
            classifications: Vec::new(),
            footing: Vec::new(),
            tables: Vec::new(),
            package: None,
            report: None,
        }
    }

    fn eur(amount: &str) -> CurrencyAmount {
        CurrencyAmount { currency: "EUR".parse().unwrap(), amount: amount.parse().unwrap() }
    }

    #[test]
    fn a_tie_out_counts_its_rows_over_the_threshold_and_shows_the_largest_per_currency() {
        let mut result = result();
        result.tie_outs = vec![
            tie_out("EUR", "-7.00", TieOutStatus::OverThreshold),
            tie_out("EUR", "5.00", TieOutStatus::OverThreshold),
            tie_out("USD", "0.00", TieOutStatus::Ok),
        ];
        let findings = result.findings();
        let [finding] = findings.as_slice() else { panic!("one finding") };
        assert_eq!((finding.count, &finding.amounts), (2, &vec![eur("7.00")]));
    }

    #[test]
    fn failures_for_review_and_checks_that_hold_are_no_findings() {
        let mut result = result();
        result.assertions =
            vec![assertion(Severity::Review, 5, vec![eur("9.00")]), assertion(Severity::Finding, 0, vec![eur("0.00")])];
        assert_eq!(result.findings(), Vec::new());
    }

    #[test]
    fn amounts_of_several_checks_are_not_added() {
        let mut result = result();
        result.assertions = vec![
            assertion(Severity::Finding, 2, vec![eur("9.00")]),
            assertion(Severity::Finding, 1, vec![eur("0.00")]),
            assertion(Severity::Finding, 3, vec![eur("4.00")]),
        ];
        let findings = result.findings();
        assert_eq!(exception_count(&findings), 6);
        assert_eq!(largest_amounts(&findings), vec![eur("9.00")]);
    }

    #[test]
    fn the_headline_names_what_the_outcome_asks_for() {
        let mut result = result();
        let usd = CurrencyAmount { currency: "USD".parse().unwrap(), amount: "3.00".parse().unwrap() };
        result.assertions = vec![assertion(Severity::Finding, 1_200, vec![eur("-9000.00"), usd])];
        assert_eq!(result.headline(), "1,200 exceptions, EUR 9,000.00 and USD 3.00 in the largest finding");
        let of = |code: &str| CurrencyAmount { currency: code.parse().unwrap(), amount: "1".parse().unwrap() };
        result.assertions.push(assertion(Severity::Finding, 1, ["CHF", "GBP", "SEK"].map(of).to_vec()));
        let many = "1,201 exceptions, CHF 1, EUR 9,000.00, GBP 1 and 2 more currencies in the largest finding";
        assert_eq!(result.headline(), many);
        result.assertions.pop();
        result.outcome = Outcome::NotOperated;
        assert_eq!(result.headline(), "could not conclude (0 reasons), 1,200 exceptions so far");
        result.assertions = vec![assertion(Severity::Finding, 1, Vec::new())];
        result.outcome = Outcome::Exceptions;
        assert_eq!(result.headline(), "1 exception");
        result.assertions.clear();
        result.outcome = Outcome::Clean;
        assert_eq!(result.headline(), "nothing found");
    }

    #[test]
    fn rejected_rows_are_exceptions_and_a_data_set_without_a_test_that_ran_is_untested() {
        let mut result = result();
        result.data_sets = vec![DataSetResult {
            name: "ledger".to_owned(),
            kind: crate::DataSetKind::Extracted,
            rows: 9,
            rows_read: 10,
            digest: Digest::of(b""),
            columns: Vec::new(),
            totals: Vec::new(),
            excluded: Vec::new(),
            rejected: Rejected { rows: 1, tolerated: 1 },
            tests: Vec::new(),
            sources: Vec::new(),
            notes: Vec::new(),
        }];
        assert_eq!(exception_count(&result.findings()), 1);
        assert_eq!(result.untested_data_sets(), ["ledger"]);
    }
}
