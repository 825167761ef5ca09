//! The execution log of a package: what was done, in order, with figures and digests; no clock times.
//!
//! When the run began is in `run.json`; a log with times would differ between two equal runs.

use serde::Serialize;
use tieout_model::{Digest, Reason, RunResult};

use crate::StageError;
use crate::wire::Extracted;

/// One line of `log.jsonl`.
#[derive(Debug, Serialize)]
#[serde(tag = "step", rename_all = "snake_case")]
enum Step<'a> {
    Extract { data_set: &'a str, rows_read: u64, population: u64, excluded: u64, rejected: u64, digest: Digest },
    NotExtracted { data_set: &'a str, reasons: &'a [Reason] },
    Derive { data_set: &'a str, rows: u64, digest: Digest },
    Compare { comparison: &'a str, matched: u64, within_tolerance: u64, exceptions: u64 },
    TieOut { tie_out: &'a str, currency: &'a str, difference: String, status: tieout_model::TieOutStatus },
    Assert { assertion: &'a str, rows_checked: u64, rows_failed: u64 },
    Foot { lines: usize, all_foot: bool },
    Conclude { outcome: tieout_model::Outcome, reasons: usize },
}

/// The log of a run, one JSON object a line.
pub(super) fn log(extracted: &Extracted, result: &RunResult) -> Result<Vec<u8>, StageError> {
    let mut bytes = Vec::new();
    for step in steps(extracted, result) {
        let line = serde_json::to_vec(&step)
            .map_err(|error| StageError::Document { key: "log.jsonl".to_owned(), detail: error.to_string() })?;
        bytes.extend(line);
        bytes.push(b'\n');
    }
    Ok(bytes)
}

fn steps<'a>(extracted: &'a Extracted, result: &'a RunResult) -> Vec<Step<'a>> {
    let mut steps = Vec::new();
    for commit in &extracted.data_sets {
        steps.push(match &commit.result {
            Some(found) => Step::Extract {
                data_set: &found.name,
                rows_read: found.rows_read,
                population: found.rows,
                excluded: found.excluded.iter().map(|excluded| excluded.rows).sum(),
                rejected: found.rejected.rows,
                digest: found.digest,
            },
            None => Step::NotExtracted { data_set: &commit.name, reasons: &commit.reasons },
        });
    }
    let derived = result.data_sets.iter().filter(|data_set| data_set.kind == tieout_model::DataSetKind::Derived);
    steps.extend(derived.map(|found| Step::Derive { data_set: &found.name, rows: found.rows, digest: found.digest }));
    steps.extend(result.comparisons.iter().map(|found| Step::Compare {
        comparison: &found.id,
        matched: found.matched,
        within_tolerance: found.within_tolerance,
        exceptions: found.mismatch + found.only_left + found.only_right + found.duplicate_keys,
    }));
    steps.extend(result.tie_outs.iter().filter(|found| found.group.is_empty()).map(|found| Step::TieOut {
        tie_out: &found.id,
        currency: found.currency.as_str(),
        difference: found.difference.to_string(),
        status: found.status,
    }));
    steps.extend(result.assertions.iter().map(|found| Step::Assert {
        assertion: &found.id,
        rows_checked: found.rows_checked,
        rows_failed: found.rows_failed,
    }));
    steps.push(Step::Foot { lines: result.footing.len(), all_foot: result.footing.iter().all(|line| line.foots) });
    steps.push(Step::Conclude { outcome: result.outcome, reasons: result.reasons.len() });
    steps
}
