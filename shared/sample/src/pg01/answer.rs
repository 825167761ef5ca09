//! The answer beside a sample: `planted.json`, with what was planted and what the control must find.
//!
//! Amounts are text, exact to the cent; nothing in it comes from the control.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use super::balance_line::BalanceLine;
use super::company::Company;
use super::defect::{Defect, Severity};
use super::outputs::cents_text;
use super::request::{Plan, Request};
use super::tally::{Bucket, Shown, Tally};
use crate::error::SampleError;

/// The threshold of a cell or a bucket, in dollars.
const CELL_USD: i128 = 1000;

/// Writes `planted.json`; gives the number of planted things.
pub(super) fn write(request: &Request, plan: &Plan, tallies: &[Tally]) -> Result<usize, SampleError> {
    let companies = || plan.companies.iter().zip(tallies);
    let file_defects = plan.defects.iter().filter(|defect| defect.severity() == Severity::NotOperated);
    let reasons: Vec<&str> = file_defects.map(|defect| defect.name()).collect();
    let planted: Vec<Value> = tallies.iter().flat_map(|tally| &tally.planted).map(planted_json).collect();
    let mut planted_all = planted;
    planted_all.extend(plan.of_files().map(|(defect, detail)| {
        json!({ "kind": defect.name(), "severity": defect.severity().name(), "company": null,
                "subject": detail, "amount_lcy": null, "detail": "" })
    }));
    let exceptions: Vec<Value> = companies().flat_map(|(company, tally)| exceptions(company, tally)).collect();
    let has_finding = exceptions.iter().any(|it| it["severity"] == "finding");
    let outcome = match (reasons.is_empty(), has_finding) {
        (false, _) => "not_operated",
        (true, true) => "exceptions",
        (true, false) => "clean",
    };
    let count = planted_all.len();
    let answer = json!({
        "schema": 1,
        "control": "pg-01",
        "cutoff_date": request.cutoff_date.to_string(),
        "seed": request.seed,
        "rows": request.rows,
        "companies": plan.companies.iter().map(|company| company.code).collect::<Vec<_>>(),
        "planted": planted_all,
        "expected": {
            "outcome": outcome,
            "reasons": reasons,
            "tie_out": companies().flat_map(|(company, tally)| cells(company, tally)).collect::<Vec<_>>(),
            "company_check": companies().map(|(company, tally)| company_check(company, tally)).collect::<Vec<_>>(),
            "exceptions": exceptions,
            "coverage": companies().flat_map(|(company, tally)| coverage(company, tally)).collect::<Vec<_>>(),
            "voucher_variance": companies().flat_map(|(company, tally)| buckets(company, tally)).collect::<Vec<_>>(),
        },
    });
    let path = request.folder.join("planted.json");
    let text = format!("{answer:#}\n");
    fs::write(&path, text).map_err(|error| SampleError::file(&path, error))?;
    Ok(count)
}

fn planted_json(planted: &super::tally::Planted) -> Value {
    json!({ "kind": planted.kind, "severity": planted.severity, "company": planted.company,
            "subject": planted.subject, "amount_lcy": planted.amount.map(cents_text), "detail": planted.detail })
}

fn cells(company: &Company, tally: &Tally) -> Vec<Value> {
    let cell = |line: BalanceLine| {
        let [vtc, timing] = tally.bridges(line);
        let (actual, target, unexplained) = (tally.actual(line), tally.target(line), tally.unexplained(line));
        json!({
            "company": company.code, "currency": company.currency, "line": line.name(),
            "actual_lcy": cents_text(actual), "target_lcy": cents_text(target),
            "variance_lcy": cents_text(actual - target), "bridge_vtc_lcy": cents_text(vtc),
            "bridge_timing_lcy": cents_text(timing), "explained_lcy": cents_text(vtc + timing),
            "unexplained_lcy": cents_text(unexplained),
            "status": if is_over(company, unexplained, CELL_USD) { "investigate" } else { "ok" },
        })
    };
    BalanceLine::ALL.into_iter().map(cell).collect()
}

fn company_check(company: &Company, tally: &Tally) -> Value {
    let total = absolute(tally);
    let status = if is_over(company, total, company_usd(company)) { "investigate" } else { "ok" };
    json!({ "company": company.code, "absolute_unexplained_lcy": cents_text(total), "status": status })
}

fn absolute(tally: &Tally) -> i128 {
    BalanceLine::ALL.iter().map(|line| tally.unexplained(*line).abs()).sum()
}

fn company_usd(company: &Company) -> i128 {
    if company.code == "JM_EG" { 22_000 } else { 10_000 }
}

/// Whether an amount in cents reaches a threshold in dollars, compared exactly.
fn is_over(company: &Company, cents: i128, usd: i128) -> bool {
    cents.abs() * 100 >= usd * i128::from(company.rate.0)
}

/// Everything that must be shown about a company, planted or not: what follows from the figures is computed.
fn exceptions(company: &Company, tally: &Tally) -> Vec<Value> {
    let mut shown = tally.shown.clone();
    for line in BalanceLine::ALL.into_iter().filter(|line| is_over(company, tally.unexplained(*line), CELL_USD)) {
        let amount = tally.unexplained(line);
        shown.push(Shown { defect: Defect::TieOutOverThreshold, subject: line.name().to_owned(), amount });
    }
    let total = absolute(tally);
    if is_over(company, total, company_usd(company)) {
        shown.push(Shown { defect: Defect::CompanyMateriality, subject: company.code.to_owned(), amount: total });
    }
    for (bucket, nav, operations) in variances(tally) {
        if is_over(company, nav - operations, CELL_USD) {
            let subject = [bucket.0, bucket.1].map(|name| name.unwrap_or("none")).join(" ");
            shown.push(Shown { defect: Defect::VoucherBucketOverThreshold, subject, amount: nav - operations });
        }
    }
    let value = |it: Shown| {
        json!({ "kind": it.defect.name(), "severity": it.defect.severity().name(), "company": company.code,
                "subject": it.subject, "amount_lcy": cents_text(it.amount) })
    };
    shown.sort_by(|left, right| (left.defect, &left.subject).cmp(&(right.defect, &right.subject)));
    shown.into_iter().map(value).collect()
}

fn coverage(company: &Company, tally: &Tally) -> Vec<Value> {
    let row = |(rule, (lines, amount)): (&&str, &(u64, i128))| json!({ "company": company.code, "rule_id": rule, "rows": lines, "amount_lcy": cents_text(*amount) });
    tally.coverage.iter().map(row).collect()
}

fn buckets(company: &Company, tally: &Tally) -> Vec<Value> {
    let row = |(bucket, nav, operations): (Bucket, i128, i128)| {
        json!({ "company": company.code, "category": bucket.0, "voucher_type": bucket.1,
                "nav_lcy": cents_text(nav), "tv_lcy": cents_text(operations),
                "variance_lcy": cents_text(nav - operations) })
    };
    variances(tally).into_iter().map(row).collect()
}

/// Both pivots side by side.
fn variances(tally: &Tally) -> Vec<(Bucket, i128, i128)> {
    let mut buckets: Vec<Bucket> = tally.ledger.keys().chain(tally.operations.keys()).copied().collect();
    buckets.sort_unstable();
    buckets.dedup();
    let sides = |bucket: Bucket| {
        let side = |pivot: &BTreeMap<Bucket, i128>| pivot.get(&bucket).copied().unwrap_or_default();
        (bucket, side(&tally.ledger), side(&tally.operations))
    };
    buckets.into_iter().map(sides).collect()
}
