//! Footing and verdict, concluded again from the figures of the result.
//!
//! The recorded outcome is compared with the one that follows, and decides nothing itself.

use std::collections::BTreeSet;

use tieout_model::{
    ColumnTotal, ComparisonResult, DataSetResult, FootingLine, RunResult, conclude, foot_comparison, foot_data_set,
};

use super::RESULT_FILE;
use crate::findings::{Findings, Problem};

/// Foots and concludes again.
pub(super) fn check(result: &RunResult, findings: &mut Findings) {
    findings.record("footing", footing_problems(result), || format!("{} lines add up", result.footing.len()));
    let (outcome, reasons) = conclude(result);
    let mut problems = Vec::new();
    if outcome != result.outcome {
        let what = format!("records the outcome {}; from its figures follows {outcome}", result.outcome);
        problems.push(Problem::new(RESULT_FILE, what));
    } else if reasons != result.reasons {
        problems.push(Problem::new(RESULT_FILE, "records other reasons for its outcome than follow from its figures"));
    }
    findings.record("outcome", problems, || format!("{outcome}, {} reasons", reasons.len()));
}

fn footing_problems(result: &RunResult) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut known = BTreeSet::new();
    let expected = result
        .data_sets
        .iter()
        .map(|data_set| (data_set.name.clone(), foot_again(result, data_set)))
        .chain(result.comparisons.iter().flat_map(|comparison| foot_sides_again(result, comparison)));
    for (subject, expected) in expected {
        let recorded: Vec<&FootingLine> = lines_of(result, &subject).collect();
        // Equal by figure and by text: 1.0 is not how a total of two decimals is recorded.
        let is_same = recorded.len() == expected.len()
            && recorded.iter().zip(&expected).all(|(recorded, expected)| text(recorded) == text(expected));
        if !is_same {
            problems.push(Problem::new(RESULT_FILE, format!("does not foot {subject} as its figures do")));
        }
        known.insert(subject);
    }
    let strays = result.footing.iter().filter(|line| !known.contains(&line.subject));
    problems.extend(strays.map(|line| {
        Problem::new(RESULT_FILE, format!("foots {}, which is neither a data set nor a comparison", line.subject))
    }));
    problems
}

/// The footing of a data set. What was read in all is counted only while reading: it is taken from the record, and
/// the parts must add up to it.
fn foot_again(result: &RunResult, data_set: &DataSetResult) -> Vec<FootingLine> {
    let read: Vec<ColumnTotal> = lines_of(result, &data_set.name)
        .filter_map(|line| {
            let (column, currency) = (line.column.clone()?, line.currency.clone()?);
            Some(ColumnTotal { column, currency, amount: line.whole })
        })
        .collect();
    foot_data_set(data_set, (!read.is_empty()).then_some(read.as_slice()))
}

/// The footing of both sides of a comparison, by subject; nothing when a side is not in the result.
fn foot_sides_again(result: &RunResult, comparison: &ComparisonResult) -> Vec<(String, Vec<FootingLine>)> {
    let data_set = |name: &str| result.data_sets.iter().find(|data_set| data_set.name == name);
    let subjects = [tieout_model::Side::Left, tieout_model::Side::Right].map(|side| comparison.footing_subject(side));
    let lines = match (data_set(&comparison.left), data_set(&comparison.right)) {
        (Some(left), Some(right)) => foot_comparison(comparison, left, right),
        _ => Vec::new(),
    };
    let of = |subject: &String| lines.iter().filter(|line| line.subject == *subject).cloned().collect();
    subjects.iter().map(|subject| (subject.clone(), of(subject))).collect()
}

fn lines_of<'a>(result: &'a RunResult, subject: &'a str) -> impl Iterator<Item = &'a FootingLine> {
    result.footing.iter().filter(move |line| line.subject == subject)
}

fn text(line: &FootingLine) -> String {
    format!("{line:?}")
}
