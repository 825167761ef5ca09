//! Reasons that lie in threshold checks: rows at or above their threshold, and rows that could not be judged.
//!
//! A row that could not be judged keeps the whole run from concluding, with every reason that it has.

use super::figures::check_failed;
use crate::{Outcome, Reason, ReasonCode, RowReason, RunResult, Severity, ThresholdCheckResult};

/// The reasons, in no particular order.
pub(super) fn reasons(result: &RunResult) -> Vec<Reason> {
    let mut reasons = Vec::new();
    for check in &result.threshold_checks {
        let population = result.data_sets.iter().find(|data_set| data_set.name == check.data_set);
        let rows = population.map_or(0, |data_set| data_set.rows);
        let judged = check.ok.saturating_add(check.investigate).saturating_add(check.not_operated);
        if check.rows != rows || judged != check.rows {
            let detail = format!("judged {judged} of {} rows, but the population has {rows}", check.rows);
            reasons.push(check_failed(&check.id, detail));
        }
        if check.not_operated > 0 && check.reasons.is_empty() {
            let detail = format!("{} rows could not be judged, and no reason is recorded", check.not_operated);
            reasons.push(check_failed(&check.id, detail));
        }
        reasons.extend(check.reasons.iter().map(|reason| not_judged(check, reason)));
        reasons.extend(reached(check));
    }
    reasons
}

fn not_judged(check: &ThresholdCheckResult, reason: &RowReason) -> Reason {
    let is_grave = reason.code.outcome() == Outcome::NotOperated;
    let more = reason.rows.saturating_sub(reason.subjects.len() as u64);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    Reason {
        code: if is_grave { reason.code } else { ReasonCode::CheckFailed },
        subject: check.id.clone(),
        detail: format!("{} of {} rows: {}{more}", reason.rows, check.rows, reason.subjects.join("; ")),
        cure: cure(reason.code).to_owned(),
    }
}

fn cure(code: ReasonCode) -> &'static str {
    match code {
        ReasonCode::FxRateMissing => "supply the rate of the period, above zero, and run again",
        ReasonCode::ThresholdMissing => "add a rule to the threshold contract that answers for these rows",
        ReasonCode::ThresholdAmbiguous => "narrow or remove one of the rules that answer for these rows alike",
        ReasonCode::NoActuals => "supply the balances of these rows, and run again",
        ReasonCode::CounterpartMissing => "supply the rows that these are set against, and run again",
        _ => "remove the cause, and run again",
    }
}

fn reached(check: &ThresholdCheckResult) -> Option<Reason> {
    if check.investigate == 0 || check.severity != Severity::Finding {
        return None;
    }
    let largest = check.largest.map(|amount| format!(", the largest {} {}", check.currency, amount.grouped()));
    Some(Reason {
        code: ReasonCode::ThresholdReached,
        subject: check.id.clone(),
        detail: format!(
            "{} of {} rows at or above their threshold ({}){}",
            check.investigate,
            check.rows,
            check.finding,
            largest.unwrap_or_default()
        ),
        cure: "explain or correct each row of the exceptions table".to_owned(),
    })
}
