//! `tieout run` for people: verdict first, then the figures, the reasons, and where to look.

use std::collections::BTreeSet;
use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use tieout_model::{ColumnTotal, DataSetResult, Decimal, Outcome, RunResult, TestOutcome, TieOutStatus};

use super::columns::section;
use super::thresholds;

/// What a run found.
pub(super) fn text(result: &RunResult) -> String {
    let interim = if result.interim { " (interim: not a month end)" } else { "" };
    let (control, cutoff, run, title) = (&result.control, result.cutoff_date, result.run, &result.title);
    let mut text = format!("\n{control}  {cutoff}{interim}  run {run}\n{title}\n");
    let style = style(result.outcome);
    let _ = write!(text, "\n  {style} {} {style:#}  {}\n", verdict(result.outcome), result.headline());
    section(
        &mut text,
        "Data sets",
        &["", "read", "population", "excluded", "rejected", "total", "tests"],
        data_sets(result),
        1..6,
    );
    thresholds::add(&mut text, result);
    section(&mut text, "Tie-outs", &["", "left", "right", "difference", "threshold", ""], tie_outs(result), 1..5);
    let headings = ["", "matched", "in tolerance", "mismatch", "only left", "only right", "duplicate", "null key"];
    section(&mut text, "Comparisons (keys)", &headings, comparisons(result), 1..8);
    let headings = ["", "ambiguous", "sums agree", "sums differ", "over their cap"];
    section(&mut text, "Declared in comparisons (keys)", &headings, declared(result), 1..4);
    section(&mut text, "Assertions", &["", "rows", "failed", "at stake"], assertions(result), 1..4);
    reasons(&mut text, result);
    let places = [("report", &result.report), ("package", &result.package)];
    for (name, place) in places {
        if let Some(place) = place {
            let _ = writeln!(text, "  {name:<8} {place}");
        }
    }
    text.push('\n');
    text
}

fn verdict(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Clean => "CLEAN",
        Outcome::Exceptions => "EXCEPTIONS",
        Outcome::NotOperated => "NOT OPERATED",
    }
}

fn style(outcome: Outcome) -> Style {
    let color = match outcome {
        Outcome::Clean => AnsiColor::Green,
        Outcome::Exceptions => AnsiColor::Yellow,
        Outcome::NotOperated => AnsiColor::Red,
    };
    Style::new().bold().invert().fg_color(Some(color.into()))
}

fn data_sets(result: &RunResult) -> Vec<Vec<String>> {
    let row = |data_set: &DataSetResult| {
        let excluded: u64 = data_set.excluded.iter().map(|excluded| excluded.rows).sum();
        vec![
            data_set.name.clone(),
            count(data_set.rows_read),
            count(data_set.rows),
            count(excluded),
            count(data_set.rejected.rows),
            total(&data_set.totals),
            tests(data_set),
        ]
    };
    result.data_sets.iter().map(row).collect()
}

/// The control totals of the first amount column by currency, as far as they fit on a line; how many more currencies
/// and columns there are is said.
fn total(totals: &[ColumnTotal]) -> String {
    const CURRENCIES: usize = 3;
    let Some(first) = totals.first() else { return String::new() };
    let of_first = || totals.iter().filter(|total| total.column == first.column);
    let shown = of_first().take(CURRENCIES);
    let mut amounts: Vec<String> =
        shown.map(|total| format!("{} {}", total.currency, without_zeros(total.amount).grouped())).collect();
    match of_first().count().saturating_sub(CURRENCIES) {
        0 => {}
        1 => amounts.push("1 more currency".to_owned()),
        more => amounts.push(format!("{more} more currencies")),
    }
    let columns: BTreeSet<&str> = totals.iter().map(|total| total.column.as_str()).collect();
    match columns.len() - 1 {
        0 => amounts.join(", "),
        more => format!("{} (+{more})", amounts.join(", ")),
    }
}

/// An amount without the zeros that only a wide column type adds: those behind the fourth decimal.
fn without_zeros(amount: Decimal) -> Decimal {
    const DECIMALS: u8 = 4;
    let short = amount.normalized();
    if amount.scale() <= DECIMALS { amount } else { short.rescaled(short.scale().max(2)).unwrap_or(amount) }
}

fn tests(data_set: &DataSetResult) -> String {
    let of = |outcome: TestOutcome| data_set.tests.iter().filter(|test| test.result == outcome).count();
    let (passed, failed, not_run) = (of(TestOutcome::Passed), of(TestOutcome::Failed), of(TestOutcome::NotRun));
    let parts = [(passed, "passed"), (failed, "FAILED"), (not_run, "NOT RUN")];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    parts.map(|(count, word)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
}

fn tie_outs(result: &RunResult) -> Vec<Vec<String>> {
    let totals = result.tie_outs.iter().filter(|row| row.group.is_empty());
    let row = |row: &tieout_model::TieOutResult| {
        let groups = match (row.groups, row.groups_over_threshold) {
            (Some(all), Some(over)) => format!(", {} of {} groups over", count(over), count(all)),
            _ => String::new(),
        };
        let status = match row.status {
            TieOutStatus::Ok => "ok",
            TieOutStatus::OverThreshold => "OVER",
        };
        vec![
            row.id.clone(),
            format!("{} {}", row.currency, row.left.grouped()),
            row.right.grouped(),
            row.difference.grouped(),
            row.threshold.grouped(),
            format!("{status}{groups}"),
        ]
    };
    totals.map(row).collect()
}

fn comparisons(result: &RunResult) -> Vec<Vec<String>> {
    let row = |found: &tieout_model::ComparisonResult| {
        let counts = [
            found.matched,
            found.within_tolerance,
            found.mismatch,
            found.only_left,
            found.only_right,
            found.duplicate_keys,
            found.null_key_rows_left + found.null_key_rows_right,
        ];
        std::iter::once(found.id.clone()).chain(counts.map(count)).collect()
    };
    result.comparisons.iter().map(row).collect()
}

/// Comparisons with keys of a class that only a declaration brings about, or with a tolerance over its cap.
fn declared(result: &RunResult) -> Vec<Vec<String>> {
    let row = |found: &tieout_model::ComparisonResult| {
        let details = &found.details;
        let keys = [details.ambiguous_keys, details.group_matched_keys, details.group_mismatch_keys];
        let over_cap = details.absorbed.iter().filter(|absorbed| absorbed.over_cap);
        let over_cap: Vec<String> =
            over_cap.map(|absorbed| format!("{} {}", absorbed.column, absorbed.total_text())).collect();
        let occurs = keys.into_iter().any(|keys| keys > 0) || !over_cap.is_empty();
        let cells = std::iter::once(found.id.clone()).chain(keys.map(count));
        occurs.then(|| cells.chain(std::iter::once(over_cap.join(", "))).collect())
    };
    result.comparisons.iter().filter_map(row).collect()
}

fn assertions(result: &RunResult) -> Vec<Vec<String>> {
    let row = |found: &tieout_model::AssertionResult| {
        let amounts = found.amounts.iter().map(|each| format!("{} {}", each.currency, each.amount.grouped()));
        vec![
            found.id.clone(),
            count(found.rows_checked),
            count(found.rows_failed),
            amounts.collect::<Vec<_>>().join(", "),
        ]
    };
    result.assertions.iter().map(row).collect()
}

fn reasons(text: &mut String, result: &RunResult) {
    if result.reasons.is_empty() {
        text.push('\n');
        return;
    }
    text.push_str("\n  Why\n");
    for reason in &result.reasons {
        let _ = writeln!(text, "   - {}: {}", reason.subject, reason.detail);
        if !reason.cure.is_empty() {
            let _ = writeln!(text, "     {}", reason.cure);
        }
    }
    text.push('\n');
}

pub(super) fn count(number: u64) -> String {
    tieout_model::group_digits(&number.to_string())
}
