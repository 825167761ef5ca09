//! Reasons that lie in the data sets: tests that failed or could not run, rejected rows, footing.
//!
//! A population that is not proven whole makes the outcome `not_operated`, whatever the comparisons say.

use crate::footing::required_subjects;
use crate::{DataSetResult, FootingLine, Reason, ReasonCode, RunResult, TestOutcome, TestResult};

/// The reasons, in no particular order.
pub(super) fn reasons(result: &RunResult) -> Vec<Reason> {
    let mut reasons = Vec::new();
    for data_set in &result.data_sets {
        reasons.extend(data_set.tests.iter().filter_map(|test| test_reason(&data_set.name, test)));
        reasons.extend(rejects_reason(data_set));
    }
    reasons.extend(result.footing.iter().filter_map(footing_reason));
    let footed = |subject: &String| {
        result.footing.iter().any(|line| line.subject == *subject && line.column.is_none() && line.currency.is_none())
    };
    reasons.extend(required_subjects(result).into_iter().filter(|subject| !footed(subject)).map(|subject| Reason {
        code: ReasonCode::DoesNotFoot,
        subject,
        detail: "the population was not footed".to_owned(),
        cure: "run the control again; if it stays, report it as a fault of the program".to_owned(),
    }));
    reasons
}

fn test_reason(data_set: &str, test: &TestResult) -> Option<Reason> {
    let (code, saw, cure) = match test.result {
        TestOutcome::Failed if test.test == "freshness" => (
            ReasonCode::StaleSource,
            "failed",
            "get a newer extract of the source, or find out why nothing was booked since, and run again",
        ),
        TestOutcome::Failed if test.test == "unique_key" => (
            ReasonCode::DuplicateKey,
            "failed",
            "find out at the source which of the rows is right, extract again, and run again",
        ),
        TestOutcome::Failed if test.test == "min_rows" && test.found.as_deref() == Some("0 rows") => {
            (ReasonCode::EmptyDataset, "failed", "find out why the extract is empty, extract again, and run again")
        }
        TestOutcome::Failed => (
            ReasonCode::CompletenessFailed,
            "failed",
            "find the missing or surplus rows at the source, extract again, and run again",
        ),
        // Where no test is declared, the entry expects nothing: it is shown and changes nothing.
        TestOutcome::NotRun if test.expected.is_some() => (
            ReasonCode::CompletenessNotProven,
            "could not be carried out",
            "supply what the test compares with, and run again",
        ),
        TestOutcome::NotRun | TestOutcome::Passed => return None,
    };
    let figures = match (&test.expected, &test.found) {
        (Some(expected), Some(found)) => format!(": expected {expected}, found {found}"),
        (Some(expected), None) => format!(": expected {expected}"),
        (None, Some(found)) => format!(": found {found}"),
        (None, None) => String::new(),
    };
    let why = if test.detail.is_empty() { String::new() } else { format!(" ({})", test.detail) };
    let detail = format!("the test {} {saw}{figures}{why}", test.test);
    Some(Reason { code, subject: data_set.to_owned(), detail, cure: cure.to_owned() })
}

fn rejects_reason(data_set: &DataSetResult) -> Option<Reason> {
    let rejected = data_set.rejected;
    if rejected.rows == 0 {
        return None;
    }
    let detail = format!(
        "{} of {} rows read did not convert; {} tolerated",
        rejected.rows, data_set.rows_read, rejected.tolerated
    );
    let (code, cure) = if rejected.rows > rejected.tolerated {
        (ReasonCode::BadValue, "correct the listed rejects at the source, or declare how their values are written")
    } else {
        (ReasonCode::RowsRejected, "look at the listed rejects: they are not part of the population")
    };
    Some(Reason { code, subject: data_set.name.clone(), detail, cure: cure.to_owned() })
}

fn footing_reason(line: &FootingLine) -> Option<Reason> {
    if line.foots && line.adds_up() {
        return None;
    }
    let what = match (&line.column, &line.currency) {
        (Some(column), Some(currency)) => format!("{column} in {currency}"),
        _ => "rows".to_owned(),
    };
    let parts: Vec<String> = line.parts.iter().map(|(name, figure)| format!("{name} {figure}")).collect();
    Some(Reason {
        code: ReasonCode::DoesNotFoot,
        subject: line.subject.clone(),
        detail: format!("{what}: {} do not add up to {}", parts.join(" + "), line.whole),
        cure: "do not rely on this run; run again, and if it stays, report it as a fault of the program".to_owned(),
    })
}
