//! `relax`: sets of key columns that must still agree when the nearest candidate of an unmatched row is looked for.
//!
//! A set is some of the key: with the whole of it nothing would be relaxed, with none of it every row is a candidate.

use super::entries;
use crate::load::names::report_duplicates;
use crate::load::reader::Reader;
use crate::load::value::{Text, Value};

/// Reads the sets in the order in which they are tried; each column is one of those in `key`.
pub(super) fn relax(reader: &mut Reader<'_>, key: &[Text<'_>]) -> Vec<Vec<String>> {
    let mut sets: Vec<Vec<String>> = Vec::new();
    for entry in entries(reader.optional("relax")) {
        let Some(set) = set(&entry, key) else {
            continue;
        };
        let same = |other: &Vec<String>| other.len() == set.len() && other.iter().all(|column| set.contains(column));
        if sets.iter().any(same) {
            entry.report(format!("{} is there twice", entry.name()));
        }
        sets.push(set);
    }
    sets
}

fn set(entry: &Value<'_>, key: &[Text<'_>]) -> Option<Vec<String>> {
    entry.require_entries();
    let texts = entry.texts()?;
    let all_differ = report_duplicates(&texts, "columns here");
    let is_key = |text: &&Text<'_>| key.iter().any(|known| known.as_str() == text.as_str());
    for text in texts.iter().filter(|text| !is_key(text)) {
        text.report_unknown(format!("'{}' is not in the key", text.as_str()), key.iter().map(Text::as_str));
    }
    if all_differ && !texts.is_empty() && texts.iter().filter(is_key).count() == key.len() {
        entry.report(format!("{} has the whole key; leave out the columns that may differ", entry.name()));
    }
    Some(texts.iter().map(Text::to_owned).collect())
}
