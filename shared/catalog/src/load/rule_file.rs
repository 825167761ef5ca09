//! Rule files of classifications: read, and their conflicts found.
//!
//! Two rules that cannot both do their work are a mistake of the definition: alike numbers or ids, and a rule that an
//! earlier one always takes the rows of.

mod condition;

use std::collections::BTreeMap;

use tieout_model::{Allowed, AllowedTexts, Assign, ColumnType, Digest, Rule, RuleSet};

use self::condition::condition;
use super::document::Document;
use super::forms;
use super::names::{Table, report_duplicates};
use super::reader::{Reader, read_table};
use super::toml_file::read_named;
use super::value::{Text, Value};
use crate::folder::ControlFolder;

/// Columns that a classification adds besides those that its rules give.
const ADDED: [&str; 4] = ["rule_id", "matched", "explanation", "runner_up"];

/// Lists of phrases by name.
type Words = BTreeMap<String, Vec<String>>;

/// A rule with the place of its id.
struct Placed<'a> {
    rule: Rule,
    id: Text<'a>,
}

/// Reads the rule file at `path` for the rows of `table`, whose columns may not be known yet.
pub(crate) fn read_rules(
    document: &Document<'_>,
    path: &Text<'_>,
    table: Option<&Table>,
    folder: &ControlFolder,
) -> Option<RuleSet> {
    read_named(document, "classify", path, folder, |reader, bytes| rule_set(reader, bytes, table))
}

fn rule_set(reader: &mut Reader<'_>, bytes: &[u8], table: Option<&Table>) -> Option<RuleSet> {
    let version = reader.required("version").and_then(|value| version(&value));
    let columns = reader.texts("columns").unwrap_or_default();
    check_columns(&columns, table);
    let words =
        reader.optional("words").and_then(|value| read_table(&value, |entry| Some(words(entry)))).unwrap_or_default();
    let allowed = reader.each("allowed", |entry| allowed(entry, &columns));
    if let Some(value) = reader.required("rules") {
        value.require_entries();
    }
    let rules = reader.each("rules", |entry| rule(entry, &columns, &words, table));
    let otherwise = reader.text("otherwise").map(|text| {
        if rules.iter().any(|placed| placed.id.as_str() == text.as_str()) {
            text.report(format!("a rule has the id '{}' already", text.as_str()));
        }
        forms::name(&text)
    });
    check_conflicts(&rules);
    let names = columns.iter().map(Text::to_owned).collect();
    let mut set = RuleSet {
        version: version?,
        digest: Digest::of(bytes),
        columns: names,
        allowed,
        rules: Vec::new(),
        otherwise: otherwise?,
    };
    for placed in &rules {
        if !may_stand(&set, &placed.rule) {
            let message = format!("rule '{}' gives a combination that [[allowed]] does not have", placed.rule.id);
            placed.id.report_with_help(message, "correct what it assigns, or add the combination");
        }
    }
    set.rules = rules.into_iter().map(|placed| placed.rule).collect();
    set.rules.sort_by_key(|rule| rule.number);
    Some(set)
}

/// A version: a whole number from 1.
pub(crate) fn version(value: &Value<'_>) -> Option<u32> {
    let version = value.whole::<u32>()?;
    if version == 0 {
        value.report("'version' must be at least 1");
    }
    Some(version)
}

fn check_columns(columns: &[Text<'_>], table: Option<&Table>) {
    report_duplicates(columns, "columns here");
    for text in columns {
        let name = forms::column_name(text);
        let is_input = table.and_then(|table| table.columns.as_ref()).into_iter().flatten().any(|it| it.name == name);
        if is_input || ADDED.contains(&name.as_str()) {
            text.report(format!("the classified table has a column '{name}' already"));
        }
    }
}

fn words(entry: &mut Reader<'_>) -> Words {
    let mut lists = Words::new();
    for (name, value) in entry.all() {
        value.require_entries();
        let texts = value.texts().unwrap_or_default();
        lists.insert(forms::name(&name), texts.iter().map(Text::to_owned).collect());
    }
    lists
}

/// Reads one entry of `allowed`: for each column its texts; `none` names the columns that may be null.
fn allowed(entry: &mut Reader<'_>, columns: &[Text<'_>]) -> Option<Allowed> {
    let mut by_column: BTreeMap<String, AllowedTexts> = BTreeMap::new();
    for (name, value) in entry.all() {
        let texts: Vec<String> = value.texts()?.iter().map(Text::to_owned).collect();
        if name.as_str() == "none" {
            for column in texts {
                by_column.entry(column).or_insert_with(nothing).nothing = true;
            }
        } else {
            by_column.entry(name.to_owned()).or_insert_with(nothing).texts = texts;
        }
        let known = || columns.iter().map(Text::as_str);
        if name.as_str() != "none" && !known().any(|column| column == name.as_str()) {
            name.report_unknown(format!("'columns' does not have '{}'", name.as_str()), known());
        }
    }
    if let Some(missing) = columns.iter().find(|column| !by_column.contains_key(column.as_str())) {
        entry.report(format!("what may stand in column '{}' is missing", missing.as_str()));
    }
    Some(Allowed(columns.iter().map(|column| by_column.remove(column.as_str()).unwrap_or_else(nothing)).collect()))
}

fn nothing() -> AllowedTexts {
    AllowedTexts { texts: Vec::new(), nothing: false }
}

fn rule<'a>(entry: &mut Reader<'a>, columns: &[Text<'_>], words: &Words, table: Option<&Table>) -> Option<Placed<'a>> {
    let number = entry.required("no").and_then(|value| value.whole::<u32>());
    let id = entry.text("id");
    let when = entry.each("when", |entry| condition(entry, words, table));
    let given = entry.optional("assign").and_then(|value| read_table(&value, |entry| assign(entry, columns, table)));
    let id = id?;
    let clash = when.iter().enumerate().any(|(at, one)| when.iter().skip(at + 1).any(|other| one.excludes(other)));
    if clash {
        id.report(format!("rule '{}' can never be met: two of its conditions exclude each other", id.as_str()));
    }
    let assign = given.unwrap_or_else(|| columns.iter().map(|_| Assign::Nothing).collect());
    Some(Placed { rule: Rule { number: number?, id: forms::name(&id), when, assign }, id })
}

/// Reads `assign`: column to text, or to `{ column = ..., source = ... }`; a column that is left out is null.
fn assign(entry: &mut Reader<'_>, columns: &[Text<'_>], table: Option<&Table>) -> Option<Vec<Assign>> {
    let mut given: BTreeMap<String, Assign> = BTreeMap::new();
    for (name, value) in entry.all() {
        let known = || columns.iter().map(Text::as_str);
        if !known().any(|column| column == name.as_str()) {
            name.report_unknown(format!("'columns' does not have '{}'", name.as_str()), known());
        }
        let what = if value.is_table() {
            read_table(&value, |entry| from_column(entry, table))
        } else {
            value.text().map(|text| Assign::Text(text.to_owned()))
        };
        given.insert(name.to_owned(), what?);
    }
    Some(columns.iter().map(|column| given.remove(column.as_str()).unwrap_or(Assign::Nothing)).collect())
}

fn from_column(entry: &mut Reader<'_>, table: Option<&Table>) -> Option<Assign> {
    let column = entry.text("column");
    let source = entry.optional_text("source");
    for text in column.iter().chain(&source) {
        if let Some(table) = table {
            table.expect_type(text, "text", |data_type| data_type == ColumnType::Text);
        }
    }
    Some(Assign::Column { column: column?.to_owned(), source: source.map(|text| text.to_owned()) })
}

/// Whether what a rule gives may stand; a text that comes from a column is looked at when it is read.
fn may_stand(set: &RuleSet, rule: &Rule) -> bool {
    let fits = |allowed: &AllowedTexts, assign: &Assign| match assign {
        Assign::Nothing => allowed.nothing,
        Assign::Text(text) => allowed.texts.contains(text),
        Assign::Column { .. } => true,
    };
    set.allowed.is_empty()
        || rule.assign.iter().all(|assign| *assign == Assign::Nothing)
        || set.allowed.iter().any(|each| each.0.iter().zip(&rule.assign).all(|(allowed, given)| fits(allowed, given)))
}

/// Reports rules of one number or id, and rules that no row reaches.
fn check_conflicts(rules: &[Placed<'_>]) {
    let ids: Vec<Text<'_>> = rules.iter().map(|placed| placed.id.clone()).collect();
    report_duplicates(&ids, "rules");
    for (at, placed) in rules.iter().enumerate() {
        let Rule { number, id, .. } = &placed.rule;
        if let Some(other) = rules.iter().take(at).find(|other| other.rule.number == *number) {
            placed.id.report(format!("rules '{}' and '{id}' have the number {number}", other.rule.id));
        }
        let takes_all = |other: &&Placed<'_>| other.rule.number < *number && placed.rule.never_passes(&other.rule);
        if let Some(other) = rules.iter().filter(takes_all).min_by_key(|other| other.rule.number) {
            let (earlier, first) = (&other.rule.id, other.rule.number);
            placed.id.report_with_help(
                format!("rule '{id}' can never be reached: rule '{earlier}' ({first}) takes every row that it would"),
                "give it a lower number, or narrow the earlier rule",
            );
        }
    }
}
