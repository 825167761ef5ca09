//! Threshold checks: every status of `tables/threshold-<id>.parquet` decided again from amount, rate and threshold.
//!
//! The comparison is exact, with the code that decided in the run; a row without a reason must have all three.

use arrow::array::{Array, AsArray, RecordBatch, StringArray};
use tieout_model::{Decimal, RunResult, ThresholdCheckResult, ThresholdStatus};
use tieout_tables::{TableError, is_below};

use super::data_set::unreadable;
use super::recount::{numbers, open};
use super::table::file_of;
use super::{Lookup, Package};
use crate::findings::{Findings, Problem};
use crate::read::Member;

/// Checks every threshold check of the result.
pub(super) fn check_all(package: &Package<'_>, result: &RunResult, findings: &mut Findings) {
    for check in &result.threshold_checks {
        let name = format!("threshold check {}", check.id);
        let path = file_of(&format!("threshold-{}", check.id));
        let decided = match package.file(&path) {
            Lookup::Sound(table) => Decided::read(table, check),
            Lookup::Named => {
                findings.skip(name, format!("{path} is not the file that was packed"));
                continue;
            }
            Lookup::Absent => {
                let what = "is missing, though result.json has the check".to_owned();
                findings.record(name, vec![Problem::new(&path, what)], String::new);
                continue;
            }
        };
        let problems = match decided {
            Ok(decided) => decided.differences(check).into_iter().map(|what| Problem::new(&path, what)).collect(),
            Err(error) => vec![unreadable(&path, &error)],
        };
        findings.record(name, problems, || format!("{} rows have the status that follows from them", check.rows));
    }
}

/// What follows from the rows of a table.
#[derive(Default)]
struct Decided {
    ok: u64,
    investigate: u64,
    not_operated: u64,
    /// Rows whose status is another.
    wrong: u64,
}

impl Decided {
    fn read(table: &Member, check: &ThresholdCheckResult) -> Result<Self, TableError> {
        let mut decided = Self::default();
        let threshold = format!("threshold_{}", check.currency.as_str().to_lowercase());
        for batch in open(table)? {
            let batch = batch?;
            let amounts = numbers(&batch, &check.amount)?;
            let thresholds = numbers(&batch, &threshold)?;
            let rates = match &check.rate {
                Some(rate) => numbers(&batch, rate)?,
                None => vec![Some(Decimal::from(1_u64)); batch.num_rows()],
            };
            let (statuses, reasons) = (texts(&batch, "status")?, texts(&batch, "reason")?);
            for (row, ((amount, threshold), rate)) in amounts.into_iter().zip(thresholds).zip(rates).enumerate() {
                let rate = rate.filter(|rate| *rate > Decimal::ZERO);
                let follows = match (amount, threshold, rate) {
                    _ if reasons.is_valid(row) => ThresholdStatus::NotOperated,
                    (Some(amount), Some(threshold), Some(rate)) if is_below(amount, threshold, rate) => {
                        ThresholdStatus::Ok
                    }
                    (Some(_), Some(_), Some(_)) => ThresholdStatus::Investigate,
                    _ => ThresholdStatus::NotOperated,
                };
                decided.count(follows);
                let says_why = follows != ThresholdStatus::NotOperated || reasons.is_valid(row);
                decided.wrong += u64::from(statuses.value(row) != follows.as_str() || !says_why);
            }
        }
        Ok(decided)
    }

    fn count(&mut self, status: ThresholdStatus) {
        match status {
            ThresholdStatus::Ok => self.ok += 1,
            ThresholdStatus::Investigate => self.investigate += 1,
            ThresholdStatus::NotOperated => self.not_operated += 1,
        }
    }

    fn differences(&self, check: &ThresholdCheckResult) -> Vec<String> {
        let mut differences = Vec::new();
        if self.wrong > 0 {
            differences.push(format!("has {} rows with a status that does not follow from them", self.wrong));
        }
        let counts = [
            ("ok", self.ok, check.ok),
            ("to investigate", self.investigate, check.investigate),
            ("not operated", self.not_operated, check.not_operated),
        ];
        for (name, found, recorded) in counts {
            if found != recorded {
                differences.push(format!("has {found} rows {name}, result.json counts {recorded}"));
            }
        }
        differences
    }
}

fn texts(batch: &RecordBatch, column: &str) -> Result<StringArray, TableError> {
    let missing = || TableError::NoSuchColumn { column: column.to_owned() };
    batch.column_by_name(column).and_then(|column| column.as_string_opt::<i32>()).cloned().ok_or_else(missing)
}
