//! `tieout compare` for people: whether the sides are equal, then the figures, and where to look.

use std::fmt::Write;
use std::path::Path;

use anstyle::{AnsiColor, Style};
use tieout_model::{Absorbed, Currency, Decimal, WhatIf, visible_line};

use super::super::compare::{Found, Summary};
use super::columns::section;
use super::result::count;

/// The most lines of sums of differences that are shown.
const SHOWN_SUMS: usize = 20;

/// What a comparison found. `title` names both sides and the key; `output` is the folder of the answer, if there is one.
pub(super) fn text(summary: &Summary, title: &str, output: Option<&Path>) -> String {
    let mut text = format!("\n{}\n", visible_line(title));
    let (verdict, color) = if summary.equal { ("EQUAL", AnsiColor::Green) } else { ("DIFFERENCES", AnsiColor::Yellow) };
    let style = Style::new().bold().invert().fg_color(Some(color.into()));
    let _ = write!(text, "\n  {style} {verdict} {style:#}  {}\n", headline(summary));
    for warning in &summary.warnings {
        let _ = write!(text, "\n  Warning: {warning}\n");
    }
    section(&mut text, "Classes", &["", "keys", "rows left", "rows right"], classes(summary), 1..4);
    let by_column = summary.mismatch_by_column.iter().map(|(column, keys)| vec![visible_line(column), count(*keys)]);
    section(&mut text, "Mismatches by column", &["", "keys"], by_column.collect(), 1..2);
    section(&mut text, "Absorbed by tolerance", &["", "keys", "total", "cap", ""], absorbed(&summary.absorbed), 1..4);
    section(&mut text, "What if", &["", "tolerance", "keys beyond", "amount beyond"], what_if(&summary.what_if), 1..3);
    let (keys_merged, by_column) = summary.merged();
    let merged = by_column.iter().map(|column| vec![visible_line(&column.column), count(column.keys_merged)]);
    let merged = merged.chain([vec!["all keys".to_owned(), count(keys_merged)]]);
    if !by_column.is_empty() {
        section(&mut text, "Merged by normalisation", &["", "keys"], merged.collect(), 1..2);
    }
    sums(&mut text, summary);
    let headings = ["", "nearest found", "ambiguous", "none", "too many"];
    section(&mut text, "Candidates for rows on one side only", &headings, explained(summary), 1..5);
    let notes = summary.type_differences.iter();
    let notes = notes.map(|note| vec![visible_line(&note.column), note.left.clone(), note.right.clone()]);
    section(&mut text, "Types that differ, compared by value", &["", "left", "right"], notes.collect(), 0..0);
    places(&mut text, summary, output);
    text.push('\n');
    text
}

fn headline(summary: &Summary) -> String {
    let (left, right) = (count(summary.rows_left), count(summary.rows_right));
    format!("{left} rows left, {right} rows right")
}

fn classes(summary: &Summary) -> Vec<Vec<String>> {
    let line = |(class, keys, left, right): (&str, Option<u64>, u64, u64)| {
        vec![class.replace('_', " "), keys.map_or_else(String::new, count), count(left), count(right)]
    };
    summary.class_lines().into_iter().map(line).collect()
}

fn absorbed(absorbed: &[Absorbed]) -> Vec<Vec<String>> {
    let line = |found: &Absorbed| {
        vec![
            visible_line(&found.column),
            count(found.keys),
            amount(found.currency.as_ref(), &found.total.grouped()),
            found.cap.map_or_else(String::new, Decimal::grouped),
            if found.over_cap { "OVER" } else { "" }.to_owned(),
        ]
    };
    absorbed.iter().map(line).collect()
}

fn what_if(found: &[WhatIf]) -> Vec<Vec<String>> {
    let line = |found: &WhatIf| {
        let amounts = found.amounts.iter().map(|each| amount(each.currency.as_ref(), &each.amount.grouped()));
        let amounts = amounts.collect::<Vec<_>>().join(", ");
        vec![visible_line(&found.column), found.tolerance.grouped(), count(found.keys), amounts]
    };
    found.iter().map(line).collect()
}

fn sums(text: &mut String, summary: &Summary) {
    let Some(sums) = &summary.amount_diff else { return };
    let cell = |value: &serde_json::Value| visible_line(value.as_str().unwrap_or("null"));
    let line = |sum: &serde_json::Value| {
        let cells = sum.as_array().map(Vec::as_slice).unwrap_or_default();
        let (amount, by) = cells.split_last().map_or((String::new(), &[][..]), |(amount, by)| (cell(amount), by));
        vec![by.iter().map(cell).collect::<Vec<_>>().join(" "), tieout_model::group_digits(&amount)]
    };
    let lines: Vec<_> = sums.iter().take(SHOWN_SUMS).map(line).collect();
    if lines.is_empty() {
        text.push_str("\n  Right minus left: no difference in any sum\n");
        return;
    }
    section(text, "Right minus left", &["", "sum"], lines, 1..2);
    if sums.len() > SHOWN_SUMS {
        let _ = writeln!(text, "   and {} more in summary.json", count((sums.len() - SHOWN_SUMS) as u64));
    }
}

fn explained(summary: &Summary) -> Vec<Vec<String>> {
    let Some(explained) = &summary.explained else { return Vec::new() };
    let line = |name: String, found: &Found| {
        let counts = [found.nearest, found.ambiguous, found.none, found.too_many].map(count);
        std::iter::once(name).chain(counts).collect()
    };
    let sides = [line("only left".to_owned(), &explained.left), line("only right".to_owned(), &explained.right)];
    let relaxed = explained.relaxed.iter();
    let relaxed = relaxed.map(|key| line(format!("by {}", visible_line(&key.columns.join(", "))), &key.found));
    sides.into_iter().chain(relaxed).collect()
}

fn places(text: &mut String, summary: &Summary, output: Option<&Path>) {
    text.push('\n');
    let Some(folder) = output else {
        if !summary.equal {
            text.push_str("  name a folder with --output to get every exception\n");
        }
        return;
    };
    for (file, rows) in &summary.files {
        let place = visible_line(&folder.join(file).display().to_string());
        let _ = writeln!(text, "  {}  {place} ({} rows)", file.split('.').next().unwrap_or(file), count(*rows));
    }
}

fn amount(currency: Option<&Currency>, amount: &str) -> String {
    currency.map_or_else(|| amount.to_owned(), |currency| format!("{currency} {amount}"))
}
