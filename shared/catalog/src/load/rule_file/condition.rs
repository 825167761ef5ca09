//! Conditions of rules: one column and exactly one test of its value.

use tieout_model::{ColumnType, Condition, Phrase, Sign, Test, fold_text};

use super::Words;
use crate::load::names::Table;
use crate::load::reader::Reader;
use crate::load::value::{Text, Value};

/// The keys of tests.
const TESTS: [&str; 9] = ["equals", "any_of", "differs", "none_of", "sign", "words", "phrase", "first_word", "is_null"];

/// Reads one entry of `when`.
pub(super) fn condition(entry: &mut Reader<'_>, words: &Words, table: Option<&Table>) -> Option<Condition> {
    let column = entry.text("column");
    let optional = entry.flag_or("optional", false);
    let mut tests = Vec::new();
    for key in TESTS {
        if let Some(value) = entry.optional(key) {
            tests.push((key, test(key, &value, words)));
        }
    }
    if tests.len() != 1 {
        entry.report(format!("a condition has exactly one of: {}", TESTS.join(", ")));
    }
    let (column, test) = (column?, tests.pop()?.1?);
    check_column(&column, optional, &test, table);
    Some(Condition { column: column.to_owned(), optional, test })
}

fn check_column(column: &Text<'_>, optional: bool, test: &Test, table: Option<&Table>) {
    let Some(table) = table else { return };
    let is_there = table.columns.iter().flatten().any(|known| known.name == column.as_str());
    if optional && !is_there {
        return;
    }
    match test {
        Test::Null(_) => {
            table.column(column);
        }
        Test::Sign(_) => table.expect_type(column, "decimal or integer", |data_type| {
            matches!(data_type, ColumnType::Decimal { .. } | ColumnType::Integer)
        }),
        _ => table.expect_type(column, "text", |data_type| data_type == ColumnType::Text),
    }
}

fn test(key: &str, value: &Value<'_>, words: &Words) -> Option<Test> {
    let all_folded = |texts: Vec<String>| texts.iter().map(|text| fold_text(text)).collect::<Vec<_>>();
    Some(match key {
        "equals" => Test::AnyOf(vec![fold_text(value.text()?.as_str())]),
        "differs" => Test::NoneOf(vec![fold_text(value.text()?.as_str())]),
        "any_of" => Test::AnyOf(all_folded(list(value, words)?)),
        "none_of" => Test::NoneOf(all_folded(list(value, words)?)),
        "first_word" => Test::FirstWord(all_folded(list(value, words)?)),
        "phrase" if value.is_text() => Test::Phrases(phrases(value, &[value.text()?.to_owned()])?),
        "words" | "phrase" => Test::Phrases(phrases(value, &list(value, words)?)?),
        "is_null" => Test::Null(value.flag()?),
        _ => Test::Sign(value.text()?.choice(&[
            ("negative", Sign::Negative),
            ("zero", Sign::Zero),
            ("positive", Sign::Positive),
        ])?),
    })
}

/// An array of texts, or the name of a list of `[words]`.
fn list(value: &Value<'_>, words: &Words) -> Option<Vec<String>> {
    if !value.is_text() {
        value.require_entries();
        return Some(value.texts()?.iter().map(Text::to_owned).collect());
    }
    let name = value.text()?;
    let found = words.get(name.as_str()).cloned();
    if found.is_none() {
        let known = words.keys().map(String::as_str);
        name.report_unknown(format!("there is no list '{}' in [words]", name.as_str()), known);
    }
    found
}

fn phrases(value: &Value<'_>, texts: &[String]) -> Option<Vec<Phrase>> {
    let phrases: Vec<Phrase> = texts.iter().map(|text| Phrase::of(text)).collect();
    if phrases.iter().any(|phrase| phrase.0.is_empty()) {
        value.report(format!("{} has a text without a letter or digit", value.name()));
        return None;
    }
    Some(phrases)
}
