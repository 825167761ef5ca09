//! Threshold contracts: the versions of each, one file a version.
//!
//! A file without rules, a value that is not above zero, a version below 1, and two versions that begin on the same
//! day are mistakes of the definition.

use std::collections::BTreeMap;

use tieout_model::{CutoffDate, Digest, ThresholdContract, ThresholdRule, ThresholdVersion};

use super::document::Document;
use super::forms;
use super::names::report_duplicates;
use super::reader::{Reader, read_table};
use super::rule_file::version;
use super::toml_file::{is_toml, read_file};
use super::value::Text;
use crate::folder::ControlFolder;

/// Reads one contract and enters its id into `ids`.
pub(crate) fn contract<'a>(
    reader: &mut Reader<'a>,
    folder: &ControlFolder,
    ids: &mut Vec<Text<'a>>,
) -> Option<ThresholdContract> {
    let id = reader.text("id").inspect(|id| ids.push(id.clone()));
    let currency = reader.text("currency").and_then(|text| text.currency());
    let first = reader.optional_text("first").map(|text| forms::name(&text));
    let files = reader.text("files");
    let document = reader.document();
    let versions = files.map(|files| versions(document, &files, folder));
    Some(ThresholdContract { id: forms::id(&id?), currency: currency?, first, versions: versions? })
}

fn versions(document: &Document<'_>, files: &Text<'_>, folder: &ControlFolder) -> Vec<ThresholdVersion> {
    let pattern = forms::pattern(files);
    let found: Vec<&String> = folder.files.keys().filter(|path| is_toml(path) && matches(&pattern, path)).collect();
    if found.is_empty() {
        files.report_with_help(format!("no .toml file of the control's folder is '{pattern}'"), "add a contract file");
    }
    let mut versions: Vec<ThresholdVersion> = Vec::new();
    for path in found {
        versions.extend(read_file(document, path, folder, |reader, bytes| of_file(reader, bytes, path, &versions)));
    }
    versions.sort_by_key(|version| version.effective_from);
    versions
}

/// Whether a path is the pattern, whose last part may hold `*`.
fn matches(pattern: &str, path: &str) -> bool {
    let mut rest = path;
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(after) = rest.strip_prefix(first) else { return false };
    rest = after;
    let pieces: Vec<&str> = pieces.collect();
    let Some((last, middle)) = pieces.split_last() else { return rest.is_empty() };
    for piece in middle {
        match rest.find(piece) {
            Some(at) => rest = rest.get(at + piece.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    // A `*` stands for characters of one part only.
    rest.ends_with(last) && !rest.contains('/')
}

fn of_file(reader: &mut Reader<'_>, bytes: &[u8], path: &str, others: &[ThresholdVersion]) -> Option<ThresholdVersion> {
    let number = reader.required("version").and_then(|value| version(&value));
    let text = reader.text("effective_from");
    let effective_from = text.as_ref().and_then(|text| {
        let date: Option<CutoffDate> = text.as_str().parse().ok();
        if date.is_none() {
            text.report("'effective_from' must be a date of the form YYYY-MM-DD, in quotes");
        }
        date
    });
    if let (Some(text), Some(date)) = (&text, effective_from)
        && let Some(other) = others.iter().find(|other| other.effective_from == date)
    {
        text.report(format!("'{}' is in force from {date} too", other.path));
    }
    if let Some(number) = number
        && let Some(other) = others.iter().find(|other| other.version == number)
    {
        reader.report(format!("'{}' has the version {number} too", other.path));
    }
    if let Some(value) = reader.required("rules") {
        value.require_entries();
    }
    let mut ids = Vec::new();
    let rules = reader.each("rules", |entry| rule(entry, &mut ids));
    report_duplicates(&ids, "rules");
    let (path, digest) = (path.to_owned(), Digest::of(bytes));
    Some(ThresholdVersion { version: number?, effective_from: effective_from?, path, digest, rules })
}

fn rule<'a>(entry: &mut Reader<'a>, ids: &mut Vec<Text<'a>>) -> Option<ThresholdRule> {
    let id = entry.text("id").inspect(|id| ids.push(id.clone()));
    let kind = entry.text("kind").map(|text| forms::name(&text));
    let value = entry.required("value").and_then(|value| {
        let amount = value.decimal()?;
        if amount <= tieout_model::Decimal::ZERO {
            value.report(format!("'value' is {amount}; a threshold is above zero"));
        }
        Some(amount)
    });
    let scope = entry.optional("scope").map(|value| read_table(&value, scope));
    let scope = match scope {
        Some(scope) => scope?,
        None => BTreeMap::new(),
    };
    Some(ThresholdRule { id: forms::id(&id?), kind: kind?, value: value?, scope })
}

fn scope(entry: &mut Reader<'_>) -> Option<BTreeMap<String, Vec<String>>> {
    let mut scope = BTreeMap::new();
    for (dimension, value) in entry.all() {
        value.require_entries();
        let texts = value.texts()?.iter().map(Text::to_owned).collect();
        scope.insert(forms::name(&dimension), texts);
    }
    Some(scope)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_pattern_stands_for_names_in_one_folder() {
        assert!(matches("thresholds/*.toml", "thresholds/v1.toml"));
        assert!(matches("thresholds/v1.toml", "thresholds/v1.toml"));
        assert!(matches("thresholds/v*-*.toml", "thresholds/v1-2025.toml"));
        for other in ["thresholds/old/v1.toml", "thresholds/v1.sql", "rules/v1.toml"] {
            assert!(!matches("thresholds/*.toml", other), "{other}");
        }
    }
}
