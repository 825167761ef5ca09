//! Rule files, threshold contracts and threshold checks: what they mean, and what is refused.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod fixture;

use fixture::{TOML, folder};
use tieout_catalog::{ControlFolder, DerivedBy, load};
use tieout_model::{Assign, Sign, Test};

const DECLARED: &str = r#"
[[derived]]
name = "classified"
classify = "rules/bank.toml"
from = "bank"
key = ["reference"]
amounts = [{ column = "amount", currency = "EUR" }]

[[threshold_contracts]]
id = "limits"
currency = "USD"
first = "reference"
files = "thresholds/*.toml"

[[threshold_checks]]
id = "large_lines"
data_set = "bank"
subject = ["reference"]
amount = "amount"
currency = "EUR"
contract = "limits"
kind = "line_usd"
question = { reference = "reference" }
severity = "finding"
finding = "large_line"
display = ["amount"]
"#;

const RULES: &str = r#"
version = 4
columns = ["category"]
otherwise = "no_rule"

[words]
fee = ["BANK FEE", "CHARGE"]

[[allowed]]
category = ["Fee", "Deposit"]

[[rules]]
no = 20
id = "fee"
when = [{ column = "reference", words = "fee" }, { column = "amount", sign = "negative" }]
assign = { category = "Fee" }

[[rules]]
no = 10
id = "deposit"
when = [{ column = "reference", first_word = ["DEP"] }, { column = "amount", sign = "positive" }]
assign = { category = "Deposit" }
"#;

const CONTRACT: &str = r#"
version = 1
effective_from = "2025-01-01"

[[rules]]
id = "default"
kind = "line_usd"
value = "1000"

[[rules]]
id = "vip"
kind = "line_usd"
value = "5"
scope = { reference = ["A1"] }
"#;

fn with(rules: &str, contracts: &[(&str, &str)], edits: &[(&str, &str)]) -> ControlFolder {
    let mut folder = folder(&[]);
    let mut declared = DECLARED.to_owned();
    for (from, to) in edits {
        assert_eq!(declared.matches(from).count(), 1, "'{from}' must stand once");
        declared = declared.replacen(from, to, 1);
    }
    folder.files.insert("control.toml".to_owned(), format!("{TOML}{declared}").into_bytes());
    folder.files.insert("rules/bank.toml".to_owned(), rules.as_bytes().to_vec());
    for (path, text) in contracts {
        folder.files.insert((*path).to_owned(), text.as_bytes().to_vec());
    }
    folder
}

fn said(folder: &ControlFolder) -> String {
    match load(folder) {
        Ok(_) => "loaded".to_owned(),
        Err(mistakes) => mistakes.iter().map(|mistake| mistake.message.clone()).collect::<Vec<_>>().join("\n"),
    }
}

fn rules_said(edits: &[(&str, &str)]) -> String {
    let mut rules = RULES.to_owned();
    for (from, to) in edits {
        assert_eq!(rules.matches(from).count(), 1, "'{from}' must stand once");
        rules = rules.replacen(from, to, 1);
    }
    said(&with(&rules, &[("thresholds/v1.toml", CONTRACT)], &[]))
}

#[test]
fn rules_are_read_in_order_of_number_and_are_part_of_the_digest() {
    let folder = with(RULES, &[("thresholds/v1.toml", CONTRACT)], &[]);
    let control = load(&folder).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let DerivedBy::Rules { from, rules, .. } = &control.derived.last().unwrap().by else { panic!("not by rules") };
    assert_eq!((from.as_str(), rules.version, rules.otherwise.as_str()), ("bank", 4, "no_rule"));
    let ids: Vec<&str> = rules.rules.iter().map(|rule| rule.id.as_str()).collect();
    assert_eq!(ids, ["deposit", "fee"]);
    assert_eq!(rules.rules[0].when[1].test, Test::Sign(Sign::Positive));
    assert_eq!(rules.rules[1].assign, [Assign::Text("Fee".to_owned())]);
    for path in ["rules/bank.toml", "thresholds/v1.toml"] {
        assert!(control.files.contains_key(path), "{path}");
    }
    let check = &control.threshold_checks[0];
    assert_eq!((check.id.as_str(), check.contract.as_str(), check.rate.as_deref()), ("large_lines", "limits", None));
    let version = &control.threshold_contracts[0].versions[0];
    assert_eq!((version.version, version.rules.len()), (1, 2));
    assert_eq!(version.digest, tieout_model::Digest::of(CONTRACT.as_bytes()));
}

#[test]
fn conflicting_rules_are_a_mistake_of_the_definition() {
    for (edits, expected) in [
        (&[("no = 20", "no = 10")] as &[(&str, &str)], "rules 'fee' and 'deposit' have the number 10"),
        (&[("id = \"deposit\"", "id = \"fee\"")], "there are two rules named 'fee'"),
        (
            &[(
                "when = [{ column = \"reference\", first_word = [\"DEP\"] }, { column = \"amount\", sign = \"positive\" }]",
                "when = [{ column = \"reference\", words = [\"FEE\"] }]",
            )],
            "loaded",
        ),
        (
            &[(
                "first_word = [\"DEP\"] }, { column = \"amount\", sign = \"positive\" }",
                "words = [\"CHARGE\", \"FEE\"] }",
            )],
            "rule 'fee' can never be reached: rule 'deposit' (10) takes every row that it would",
        ),
        (
            &[("sign = \"negative\"", "sign = \"negative\" }, { column = \"amount\", sign = \"zero\"")],
            "rule 'fee' can never be met: two of its conditions exclude each other",
        ),
        (
            &[("{ category = \"Fee\" }", "{ category = \"Fees\" }")],
            "rule 'fee' gives a combination that [[allowed]] does not have",
        ),
        (&[("{ category = \"Fee\" }", "{ kind = \"Fee\" }")], "'columns' does not have 'kind'"),
        (&[("words = \"fee\"", "words = \"fees\"")], "there is no list 'fees' in [words]"),
        (&[("words = \"fee\"", "words = [\"_\"]")], "'words' has a text without a letter or digit"),
        (&[("column = \"reference\", words", "column = \"referenc\", words")], "'bank' has no column 'referenc'"),
        (
            &[("column = \"reference\", words", "column = \"amount\", words")],
            "column 'amount' of 'bank' is decimal(18,2), not text",
        ),
        (&[("version = 4", "version = 0")], "'version' must be at least 1"),
        (&[("otherwise = \"no_rule\"", "otherwise = \"fee\"")], "a rule has the id 'fee' already"),
        (
            &[("columns = [\"category\"]", "columns = [\"amount\"]")],
            "the classified table has a column 'amount' already\n'columns' does not have 'category'\nwhat may stand in column 'amount' is missing\n'columns' does not have 'category'\n'columns' does not have 'category'",
        ),
    ] {
        let found = rules_said(edits);
        if expected == "loaded" {
            assert_eq!(found, expected, "{edits:?}");
        } else {
            assert!(found.contains(expected.lines().next().unwrap()), "{edits:?}\n{found}");
        }
    }
}

#[test]
fn a_contract_that_says_nothing_or_two_things_is_refused() {
    // Worked example 33 among them.
    let of = |from: &str, to: &str| {
        assert_eq!(CONTRACT.matches(from).count(), 1, "'{from}' must stand once");
        said(&with(RULES, &[("thresholds/v1.toml", &CONTRACT.replacen(from, to, 1))], &[]))
    };
    assert_eq!(of("value = \"1000\"", "value = \"-1\""), "'value' is -1; a threshold is above zero");
    assert_eq!(of("value = \"1000\"", "value = \"0\""), "'value' is 0; a threshold is above zero");
    assert_eq!(of("version = 1", "version = 0"), "'version' must be at least 1");
    assert_eq!(
        of("effective_from = \"2025-01-01\"", "effective_from = \"2025-1-1\""),
        "'effective_from' must be a date of the form YYYY-MM-DD, in quotes"
    );
    assert_eq!(of("id = \"vip\"", "id = \"default\""), "there are two rules named 'default'");
    let empty = "version = 1\neffective_from = \"2025-01-01\"\n";
    assert!(said(&with(RULES, &[("thresholds/v1.toml", empty)], &[])).contains("missing key 'rules'"));
    let twice = [("thresholds/v1.toml", CONTRACT), ("thresholds/v2.toml", CONTRACT)];
    assert_eq!(
        said(&with(RULES, &twice, &[])),
        "'thresholds/v1.toml' has the version 1 too\n'thresholds/v1.toml' is in force from 2025-01-01 too"
    );
    assert!(said(&with(RULES, &[], &[])).starts_with("no .toml file of the control's folder is 'thresholds/*.toml'"));
}

#[test]
fn mistakes_in_threshold_checks_are_named() {
    for (edits, expected) in [
        (
            &[("contract = \"limits\"", "contract = \"limit\"")] as &[(&str, &str)],
            "there is no threshold contract 'limit'",
        ),
        (&[("kind = \"line_usd\"", "kind = \"line\"")], "no rule of the contract is of kind 'line'"),
        (
            &[("amount = \"amount\"", "amount = \"reference\"")],
            "column 'reference' of 'bank' is text, not decimal or integer",
        ),
        (&[("{ reference = \"reference\" }", "{ referenc = \"reference\" }")], "no rule has the dimension 'referenc'"),
        (
            &[("severity = \"finding\"", "severity = \"not_operated\"")],
            "'severity' is 'not_operated'; there are: finding, review",
        ),
        (
            &[("id = \"large_lines\"", "id = \"bank-sums\"")],
            "there are two comparisons, tie-outs, assertions or threshold checks named 'bank-sums'",
        ),
    ] {
        assert_eq!(said(&with(RULES, &[("thresholds/v1.toml", CONTRACT)], edits)), expected, "{edits:?}");
    }
}
