//! Threshold checks: every row's amount against the threshold that a contract sets for what the row asks.
//!
//! An amount is ok when `|amount| < value x rate`, compared exactly: nothing is divided or rounded before the decision.
//! What is shown in the contract's currency is rounded to two decimals and decides nothing.

mod columns;
mod tally;

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Schema, SchemaRef};
use tieout_model::{
    CutoffDate, Decimal, Outcome, ReasonCode, ThresholdCheck, ThresholdCheckResult, ThresholdContract,
    ThresholdQuestion, ThresholdRule, ThresholdStatus, ThresholdVersion,
};
use tieout_tables::{cell_text, converted, is_below, product};

use self::columns::{Added, Inputs, NumberAt, judged_schema};
use self::tally::Tally;
use crate::ReconcileError;
use crate::error::misfit;

/// What holds the texts of one dimension apart, where a row has several.
const JOINED_BY: char = '+';

/// Judges the rows of one data set, batch by batch.
#[derive(Debug)]
pub struct ThresholdRows<'a> {
    check: &'a ThresholdCheck,
    contract: &'a ThresholdContract,
    version: Option<&'a ThresholdVersion>,
    schema: SchemaRef,
    inputs: Inputs,
    /// Answers that were looked up, by the texts of the question's columns.
    answers: BTreeMap<Vec<Option<String>>, Result<usize, ReasonCode>>,
    tally: Tally,
}

/// What is said of one row.
#[derive(Debug, Clone)]
struct Judged<'a> {
    amount: Option<Decimal>,
    rule: Option<&'a ThresholdRule>,
    threshold: Option<Decimal>,
    status: ThresholdStatus,
    reasons: Vec<ReasonCode>,
    /// The amounts that are shown in the contract's currency.
    shown: Vec<Option<Decimal>>,
    /// The checked amount in the contract's currency.
    converted: Option<Decimal>,
}

impl<'a> ThresholdRows<'a> {
    /// A check of rows with the columns `input`, at a cutoff date.
    ///
    /// Errors (`Plan`): a column that the check names is absent or of another type.
    pub fn new(
        check: &'a ThresholdCheck,
        contract: &'a ThresholdContract,
        cutoff: CutoffDate,
        input: &Schema,
    ) -> Result<Self, ReconcileError> {
        let version = contract.in_force(cutoff);
        Ok(Self {
            check,
            contract,
            version,
            schema: judged_schema(check, contract, input),
            inputs: Inputs::new(check, input)?,
            answers: BTreeMap::new(),
            tally: Tally::new(check),
        })
    }

    /// The columns of every judged batch: those of the data set, then what is said of each row.
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// Judges the rows of a batch.
    pub fn judge(&mut self, batch: &RecordBatch) -> Result<RecordBatch, ReconcileError> {
        let numbers = self.inputs.numbers(batch)?;
        let mut added = Added::new(self.check.display.len(), self.version);
        for row in 0..batch.num_rows() {
            let judged = self.row(batch, &numbers, row)?;
            self.tally.add(&self.inputs, batch, row, &judged)?;
            added.push(&judged);
        }
        let kept = self.inputs.kept.iter().filter_map(|index| batch.columns().get(*index).cloned());
        let columns = kept.chain(added.finish()?).collect();
        Ok(RecordBatch::try_new(Arc::clone(&self.schema), columns)?)
    }

    /// The result over all batches.
    pub fn finish(self) -> ThresholdCheckResult {
        self.tally.finish(self.check, self.contract, self.version)
    }

    fn row(&mut self, batch: &RecordBatch, numbers: &NumberAt, row: usize) -> Result<Judged<'a>, ReconcileError> {
        let mut reasons = self.given_reasons(batch, row)?;
        let amount = numbers.amount(row)?;
        let rate = numbers.rate(row)?.filter(|rate| *rate > Decimal::ZERO);
        let rule = match self.answer(batch, row)? {
            Ok(rule) => Some(rule),
            Err(code) => {
                reasons.push(code);
                None
            }
        };
        if rate.is_none() {
            reasons.push(ReasonCode::FxRateMissing);
        }
        if amount.is_none() && reasons.is_empty() {
            reasons.push(ReasonCode::CheckFailed);
        }
        reasons.sort_unstable();
        reasons.dedup();
        let can_show = reasons.is_empty();
        let status = match (amount, rule, rate) {
            (Some(amount), Some(rule), Some(rate)) if can_show => {
                if is_below(amount, rule.value, rate) {
                    ThresholdStatus::Ok
                } else {
                    ThresholdStatus::Investigate
                }
            }
            _ => ThresholdStatus::NotOperated,
        };
        let show = |amount: Option<Decimal>| Some((amount?, rate?)).filter(|_| can_show).and_then(converted);
        let shown = (0..self.check.display.len()).map(|at| Ok(show(numbers.shown(at, row)?)));
        let shown = shown.collect::<Result<_, ReconcileError>>()?;
        let threshold = rule.zip(rate).and_then(|(rule, rate)| product(rule.value, rate));
        Ok(Judged { amount, rule, threshold, status, reasons, shown, converted: show(amount) })
    }

    /// The reasons that the row itself gives.
    fn given_reasons(&self, batch: &RecordBatch, row: usize) -> Result<Vec<ReasonCode>, ReconcileError> {
        let Some(column) = self.inputs.reason.and_then(|index| batch.columns().get(index)) else {
            return Ok(Vec::new());
        };
        let Some(texts) = column.as_string_opt::<i32>().filter(|texts| texts.is_valid(row)) else {
            return Ok(Vec::new());
        };
        let names = texts.value(row).split(|each: char| !each.is_ascii_lowercase() && each != '_');
        let code = |name: &str| {
            ReasonCode::named(name).filter(|code| code.outcome() == Outcome::NotOperated).ok_or_else(|| {
                let column = self.check.not_operated_column.clone().unwrap_or_default();
                misfit(
                    format!("column '{column}' has a text that is no reason for not operating"),
                    "write null, or the name of a reason such as fx_rate_missing",
                )
            })
        };
        names.filter(|name| !name.is_empty()).map(code).collect()
    }

    /// The rule that answers what the row asks.
    fn answer(
        &mut self,
        batch: &RecordBatch,
        row: usize,
    ) -> Result<Result<&'a ThresholdRule, ReasonCode>, ReconcileError> {
        let Some(version) = self.version else { return Ok(Err(ReasonCode::ThresholdMissing)) };
        let text = |index: &usize| batch.columns().get(*index).map_or(Ok(None), |column| cell_text(column, row));
        let texts: Vec<Option<String>> = self.inputs.question.iter().map(text).collect::<Result<_, _>>()?;
        let known = self.answers.get(&texts).copied();
        let found = known.unwrap_or_else(|| {
            let question: ThresholdQuestion = self
                .check
                .question
                .keys()
                .zip(&texts)
                .map(|(dimension, text)| (dimension.clone(), parts(text.as_deref())))
                .collect();
            let rule = version.rule(&self.check.kind, &question, self.contract.first.as_deref());
            rule.map(|rule| version.rules.iter().position(|each| each.id == rule.id).unwrap_or_default())
        });
        if known.is_none() {
            self.answers.insert(texts, found);
        }
        Ok(found.and_then(|place| version.rules.get(place).ok_or(ReasonCode::ThresholdMissing)))
    }
}

/// The texts that a cell specifies.
fn parts(text: Option<&str>) -> std::collections::BTreeSet<String> {
    let parts = text.into_iter().flat_map(|text| text.split(JOINED_BY)).map(str::trim);
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests;
