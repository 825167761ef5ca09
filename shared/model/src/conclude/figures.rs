//! Reasons that lie in the checks: comparisons, tie-outs, assertions.
//!
//! Every figure that can be had in two ways is had in both; where they disagree, the check counts as failed.

use std::collections::BTreeMap;

use super::comparison::comparison_reason;
use crate::{AssertionResult, Decimal, Outcome, Reason, ReasonCode, RunResult, Severity, TieOutResult, TieOutStatus};

impl TieOutStatus {
    /// The status of a difference: ok when its magnitude is below the threshold, or when it is exactly zero.
    pub fn of(difference: Decimal, threshold: Decimal) -> Self {
        if difference.is_zero() || difference.abs() < threshold { Self::Ok } else { Self::OverThreshold }
    }
}

/// The reasons, in no particular order.
pub(super) fn reasons(result: &RunResult) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = result.comparisons.iter().filter_map(comparison_reason).collect();
    let mut by_id: BTreeMap<&str, Vec<&TieOutResult>> = BTreeMap::new();
    for row in &result.tie_outs {
        by_id.entry(&row.id).or_default().push(row);
    }
    reasons.extend(by_id.into_iter().filter_map(|(id, rows)| tie_out_reason(id, &rows)));
    for assertion in &result.assertions {
        reasons.extend(assertion_reason(assertion));
        let population = result.data_sets.iter().find(|data_set| data_set.name == assertion.data_set);
        let rows = population.map_or(0, |data_set| data_set.rows);
        if rows != assertion.rows_checked {
            let detail = format!("checked {} rows, but the population has {rows}", assertion.rows_checked);
            reasons.push(check_failed(&assertion.id, detail));
        }
    }
    reasons
}

fn tie_out_reason(id: &str, rows: &[&TieOutResult]) -> Option<Reason> {
    let contradicts = |row: &TieOutResult| {
        row.left.checked_sub(row.right) != Ok(row.difference)
            || TieOutStatus::of(row.difference, row.threshold) != row.status
    };
    if rows.iter().any(|row| contradicts(row)) {
        return Some(check_failed(id, "a difference or status does not follow from its totals".to_owned()));
    }
    let grouped = rows.iter().any(|row| row.groups.is_some());
    // A group whose columns are all null has no group values either: on a grouped tie-out, totals count groups.
    let is_total = |row: &TieOutResult| if grouped { row.groups.is_some() } else { row.group.is_empty() };
    let mut found = Vec::new();
    for total in rows.iter().filter(|row| is_total(row)) {
        if total.status == TieOutStatus::OverThreshold {
            found.push(format!(
                "{} left {}, right {}, difference {}, threshold {}",
                total.currency,
                total.left.grouped(),
                total.right.grouped(),
                total.difference.grouped(),
                total.threshold.grouped()
            ));
        }
        if let (Some(groups), Some(over @ 1..)) = (total.groups, total.groups_over_threshold) {
            found.push(format!("{over} of {groups} groups in {} over threshold", total.currency));
        }
    }
    let over = rows.iter().filter(|row| row.status == TieOutStatus::OverThreshold).count();
    if found.is_empty() && over > 0 {
        found.push(format!("{over} groups over threshold"));
    }
    (!found.is_empty()).then(|| Reason {
        code: ReasonCode::TieOutOverThreshold,
        subject: id.to_owned(),
        detail: found.join("; "),
        cure: "find the entries behind each difference and explain or correct them".to_owned(),
    })
}

fn assertion_reason(assertion: &AssertionResult) -> Option<Reason> {
    if assertion.rows_failed == 0 || assertion.severity == Severity::Review {
        return None;
    }
    let at_stake: Vec<String> =
        assertion.amounts.iter().map(|part| format!("{} {}", part.currency, part.amount.grouped())).collect();
    let stake = if at_stake.is_empty() { String::new() } else { format!(", {} at stake", at_stake.join(" and ")) };
    let code = match assertion.severity {
        // A grave failure never counts as less because its reason is a mild one.
        Severity::NotOperated(code) if code.outcome() != Outcome::NotOperated => ReasonCode::CheckFailed,
        Severity::NotOperated(code) => code,
        Severity::Finding | Severity::Review => ReasonCode::AssertionFailed,
    };
    Some(Reason {
        code,
        subject: assertion.id.clone(),
        detail: format!(
            "{} of {} rows of {} fail{stake}",
            assertion.rows_failed, assertion.rows_checked, assertion.data_set
        ),
        cure: "explain or correct each row of the exceptions table".to_owned(),
    })
}

pub(super) fn check_failed(subject: &str, detail: String) -> Reason {
    Reason {
        code: ReasonCode::CheckFailed,
        subject: subject.to_owned(),
        detail,
        cure: "do not rely on this run; run again, and if it stays, report it as a fault of the program".to_owned(),
    }
}
