//! What changed between two states of a definition: file by file, line by line.
//!
//! Lines are compared as they stand; a file that is not text is only said to differ.

use std::collections::{BTreeMap, BTreeSet};

/// Lines shown before and after a change.
const CONTEXT_LINES: usize = 2;
/// The most lines of a file that are set against each other; the cost grows with the square.
const MOST_LINES: usize = 4_000;

/// A file that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// Path below the control's folder.
    pub path: String,
    /// What became of it.
    pub kind: ChangeKind,
    /// Lines that were added.
    pub added: usize,
    /// Lines that were removed.
    pub removed: usize,
    /// The changed lines with those around them, in order; empty where the file is no text or too long.
    pub lines: Vec<ChangedLine>,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It differs.
    Changed,
}

/// A line of a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangedLine {
    /// Lines were left out here; the number of the next one, from 1.
    Skip(usize),
    /// The same on both sides.
    Same(String),
    /// Only before.
    Removed(String),
    /// Only after.
    Added(String),
}

/// The files that differ, in order of path.
pub fn definition_changes(before: &BTreeMap<String, Vec<u8>>, after: &BTreeMap<String, Vec<u8>>) -> Vec<FileChange> {
    let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let change = |path: &String| {
        let (old, new) = (before.get(path), after.get(path));
        (old != new).then(|| file_change(path, old.map(Vec::as_slice), new.map(Vec::as_slice)))
    };
    paths.into_iter().filter_map(change).collect()
}

fn file_change(path: &str, old: Option<&[u8]>, new: Option<&[u8]>) -> FileChange {
    let kind = match (old, new) {
        (None, _) => ChangeKind::Added,
        (_, None) => ChangeKind::Removed,
        _ => ChangeKind::Changed,
    };
    let text = |bytes: Option<&[u8]>| std::str::from_utf8(bytes.unwrap_or_default()).ok().map(str::to_owned);
    let all = match (text(old), text(new)) {
        (Some(old), Some(new)) => compare(&old, &new),
        _ => Vec::new(),
    };
    let count = |wanted: fn(&ChangedLine) -> bool| all.iter().filter(|line| wanted(line)).count();
    FileChange {
        path: path.to_owned(),
        kind,
        added: count(|line| matches!(line, ChangedLine::Added(_))),
        removed: count(|line| matches!(line, ChangedLine::Removed(_))),
        lines: around_changes(all),
    }
}

/// Every line of both texts, as a longest common subsequence sets them against each other.
fn compare(old: &str, new: &str) -> Vec<ChangedLine> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    if old.len() > MOST_LINES || new.len() > MOST_LINES {
        return Vec::new();
    }
    let width = new.len() + 1;
    // For each place in both, how many lines the rest has in common.
    let mut common = vec![0_u16; (old.len() + 1) * width];
    for left in (0..old.len()).rev() {
        for right in (0..new.len()).rev() {
            common[left * width + right] = if old[left] == new[right] {
                common[(left + 1) * width + right + 1] + 1
            } else {
                common[(left + 1) * width + right].max(common[left * width + right + 1])
            };
        }
    }
    let (mut left, mut right, mut lines) = (0, 0, Vec::with_capacity(old.len().max(new.len())));
    while left < old.len() || right < new.len() {
        if left < old.len() && right < new.len() && old[left] == new[right] {
            lines.push(ChangedLine::Same(old[left].to_owned()));
            (left, right) = (left + 1, right + 1);
        } else if right == new.len()
            || (left < old.len() && common[(left + 1) * width + right] >= common[left * width + right + 1])
        {
            lines.push(ChangedLine::Removed(old[left].to_owned()));
            left += 1;
        } else {
            lines.push(ChangedLine::Added(new[right].to_owned()));
            right += 1;
        }
    }
    lines
}

/// The changed lines and a few around each; what is left out is marked with the number of the next new line.
fn around_changes(all: Vec<ChangedLine>) -> Vec<ChangedLine> {
    let changed: Vec<usize> = all
        .iter()
        .enumerate()
        .filter(|(_, line)| !matches!(line, ChangedLine::Same(_)))
        .map(|(place, _)| place)
        .collect();
    let is_near = |place: usize| {
        let after = changed.partition_point(|change| *change + CONTEXT_LINES < place);
        changed.get(after).is_some_and(|change| *change <= place + CONTEXT_LINES)
    };
    let (mut lines, mut new_line, mut skipped) = (Vec::new(), 0, false);
    for (place, line) in all.into_iter().enumerate() {
        new_line += usize::from(!matches!(line, ChangedLine::Removed(_)));
        if !is_near(place) {
            skipped = true;
            continue;
        }
        if std::mem::take(&mut skipped) {
            lines.push(ChangedLine::Skip(new_line.max(1)));
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(of: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
        of.iter().map(|&(path, text)| (path.to_owned(), text.as_bytes().to_vec())).collect()
    }

    fn shown(change: &FileChange) -> Vec<String> {
        let line = |line: &ChangedLine| match line {
            ChangedLine::Skip(number) => format!("@{number}"),
            ChangedLine::Same(text) => format!(" {text}"),
            ChangedLine::Removed(text) => format!("-{text}"),
            ChangedLine::Added(text) => format!("+{text}"),
        };
        change.lines.iter().map(line).collect()
    }

    #[test]
    fn only_files_that_differ_are_told_with_the_lines_around_a_change() {
        let before = files(&[("a.sql", "1\n2\n3\n4\n5\n6\n"), ("b.sql", "same"), ("gone.toml", "x = 1")]);
        let after = files(&[("a.sql", "1\n2\n3\n4\nfive\n6\n7\n"), ("b.sql", "same"), ("new.csv", "n\n1\n")]);
        let changes = definition_changes(&before, &after);
        let kinds: Vec<_> = changes.iter().map(|change| (change.path.as_str(), change.kind)).collect();
        let expected =
            [("a.sql", ChangeKind::Changed), ("gone.toml", ChangeKind::Removed), ("new.csv", ChangeKind::Added)];
        assert_eq!(kinds, expected);
        assert_eq!(shown(&changes[0]), ["@3", " 3", " 4", "-5", "+five", " 6", "+7"]);
        assert_eq!((changes[0].added, changes[0].removed), (2, 1));
        assert_eq!(shown(&changes[1]), ["-x = 1"]);
        assert!(definition_changes(&before, &before).is_empty());
    }

    #[test]
    fn bytes_that_are_no_text_are_only_said_to_differ() {
        let before = BTreeMap::from([("a".to_owned(), vec![255])]);
        let after = BTreeMap::from([("a".to_owned(), vec![254])]);
        assert!(definition_changes(&before, &after)[0].lines.is_empty());
    }
}
