//! The verdict: which reasons follow from a result's figures, and the outcome that follows from the reasons.
//!
//! Pure: the reconcile stage concludes a run with it, and the verifier concludes the recorded figures again. A
//! verdict is therefore never taken on trust, and concluding twice gives the same answer.

mod comparison;
mod figures;
mod population;
mod threshold_check;

use std::cmp::Reverse;

use crate::{Outcome, Reason, ReasonCode, RunResult};

/// Concludes a run: its outcome, and all reasons: worst first, causes before what follows from them, then by subject.
///
/// Reasons that figures can show (failed and unproven tests, rejects, differences, footing) are derived afresh from
/// `result`; recorded ones of these kinds are dropped. Reasons that figures cannot show, because something was never
/// read or computed (a missing file, a threshold that is not defined, ...), are kept from `result.reasons`. The
/// outcome is the worst outcome of any reason, and clean only when there is none; `result.outcome` is not looked at.
pub fn conclude(result: &RunResult) -> (Outcome, Vec<Reason>) {
    let mut reasons: Vec<Reason> = result.reasons.iter().filter(|reason| is_given(reason, result)).cloned().collect();
    for reason in
        population::reasons(result).into_iter().chain(figures::reasons(result)).chain(threshold_check::reasons(result))
    {
        let told_better = reason.code == ReasonCode::BadValue
            && reasons.iter().any(|given| given.code == reason.code && given.subject == reason.subject);
        if !told_better {
            reasons.push(reason);
        }
    }
    if reasons.is_empty() && result.data_sets.is_empty() {
        reasons.push(Reason {
            code: ReasonCode::CheckFailed,
            subject: result.control.as_str().to_owned(),
            detail: "no data set was read, so nothing was checked".to_owned(),
            cure: "declare the data sets of the control and run it again".to_owned(),
        });
    }
    // The codes stand in the order in which one leads to another: a missing data set before the checks without it.
    reasons.sort_by(|left, right| {
        let rank = |reason: &Reason| Reverse(reason.code.outcome());
        rank(left).cmp(&rank(right)).then_with(|| left.cmp(right))
    });
    reasons.dedup();
    let outcome = reasons.iter().map(|reason| reason.code.outcome()).max().unwrap_or(Outcome::Clean);
    (outcome, reasons)
}

/// Whether a recorded reason says something that the figures of the result cannot show.
fn is_given(reason: &Reason, result: &RunResult) -> bool {
    let subject = reason.subject.as_str();
    if result.threshold_checks.iter().any(|check| check.id == subject)
        || result.assertions.iter().any(|assertion| assertion.id == subject)
    {
        return false;
    }
    match reason.code {
        ReasonCode::DoesNotFoot
        | ReasonCode::ComparisonDifferences
        | ReasonCode::TieOutOverThreshold
        | ReasonCode::ThresholdReached
        | ReasonCode::AssertionFailed
        | ReasonCode::RowsRejected => false,
        // The tests of a data set that was read are part of its result.
        ReasonCode::CompletenessFailed
        | ReasonCode::CompletenessNotProven
        | ReasonCode::StaleSource
        | ReasonCode::DuplicateKey
        | ReasonCode::EmptyDataset => result.data_sets.iter().all(|data_set| data_set.name != reason.subject),
        _ => true,
    }
}

#[cfg(test)]
mod tests;
