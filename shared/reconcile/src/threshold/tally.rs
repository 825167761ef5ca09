//! Counts what a threshold check said: rows by status, reasons with their first rows, amounts, and the matrix.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use tieout_model::{
    ContractInForce, Currency, CurrencyAmount, CurrencyOf, Decimal, Matrix, MatrixCell, ReasonCode, RowReason,
    ThresholdCheck, ThresholdCheckResult, ThresholdContract, ThresholdStatus, ThresholdVersion,
};
use tieout_tables::cell_text;

use super::Judged;
use super::columns::Inputs;
use crate::ReconcileError;

/// How many rows of one reason are named.
const SUBJECTS_NAMED: usize = 5;

/// Counts while rows are judged.
#[derive(Debug)]
pub(super) struct Tally {
    subject: Vec<String>,
    fixed: Option<Currency>,
    rows: u64,
    ok: u64,
    investigate: u64,
    not_operated: u64,
    reasons: BTreeMap<ReasonCode, (u64, Vec<String>)>,
    largest: Option<Decimal>,
    sums: BTreeMap<Currency, Decimal>,
    matrix: Option<Matrix>,
}

impl Tally {
    pub(super) fn new(check: &ThresholdCheck) -> Self {
        let matrix = check.matrix.as_ref().map(|matrix| Matrix {
            rows: matrix.rows.clone(),
            columns: matrix.columns.clone(),
            cells: Vec::new(),
        });
        Self {
            subject: check.subject.clone(),
            fixed: match &check.currency {
                CurrencyOf::Fixed(currency) => Some(currency.clone()),
                CurrencyOf::Column(_) => None,
            },
            rows: 0,
            ok: 0,
            investigate: 0,
            not_operated: 0,
            reasons: BTreeMap::new(),
            largest: None,
            sums: BTreeMap::new(),
            matrix,
        }
    }

    pub(super) fn add(
        &mut self,
        inputs: &Inputs,
        batch: &RecordBatch,
        row: usize,
        judged: &Judged<'_>,
    ) -> Result<(), ReconcileError> {
        self.rows += 1;
        match judged.status {
            ThresholdStatus::Ok => self.ok += 1,
            ThresholdStatus::Investigate => self.investigate += 1,
            ThresholdStatus::NotOperated => self.not_operated += 1,
        }
        let text = |index: usize| batch.columns().get(index).map_or(Ok(None), |column| cell_text(column, row));
        for code in &judged.reasons {
            let (rows, subjects) = self.reasons.entry(*code).or_default();
            *rows += 1;
            if subjects.len() < SUBJECTS_NAMED {
                let of_column =
                    |(name, index): (&String, &usize)| Ok(format!("{name}={}", text(*index)?.unwrap_or_default()));
                let named: Vec<String> =
                    self.subject.iter().zip(&inputs.subject).map(of_column).collect::<Result<_, ReconcileError>>()?;
                subjects.push(named.join(", "));
            }
        }
        let currency = match (&self.fixed, inputs.currency) {
            (Some(fixed), _) => Some(fixed.to_string()),
            (None, Some(index)) => text(index)?,
            (None, None) => None,
        };
        if judged.status == ThresholdStatus::Investigate {
            self.largest = self.largest.max(judged.converted.map(Decimal::abs));
            if let (Some(amount), Some(Ok(currency))) = (judged.amount, currency.as_ref().map(|code| code.parse())) {
                let sum = self.sums.entry(currency).or_insert(Decimal::ZERO);
                let overflow = |_| ReconcileError::Overflow { column: "amount".to_owned() };
                *sum = sum.checked_add(amount.abs()).map_err(overflow)?;
            }
        }
        if let (Some(matrix), Some((line, column))) = (&mut self.matrix, inputs.matrix) {
            matrix.cells.push(MatrixCell {
                row: text(line)?.unwrap_or_default(),
                column: text(column)?.unwrap_or_default(),
                currency,
                amount: judged.amount.map(Decimal::normalized),
                converted: judged.converted,
                threshold: judged.rule.map(|rule| rule.value),
                rule: judged.rule.map(|rule| rule.id.clone()),
                status: judged.status,
                reasons: judged.reasons.clone(),
            });
        }
        Ok(())
    }

    pub(super) fn finish(
        self,
        check: &ThresholdCheck,
        contract: &ThresholdContract,
        version: Option<&ThresholdVersion>,
    ) -> ThresholdCheckResult {
        let reason = |(code, (rows, subjects))| RowReason { code, rows, subjects };
        let sum = |(currency, amount)| CurrencyAmount { currency, amount };
        ThresholdCheckResult {
            id: check.id.clone(),
            data_set: check.data_set.clone(),
            amount: check.amount.clone(),
            rate: check.rate.clone(),
            contract: version.map(|version| ContractInForce {
                id: contract.id.clone(),
                version: version.version,
                effective_from: version.effective_from,
                file: version.path.clone(),
                digest: version.digest,
            }),
            currency: contract.currency.clone(),
            severity: check.severity,
            finding: check.finding.clone(),
            rows: self.rows,
            ok: self.ok,
            investigate: self.investigate,
            not_operated: self.not_operated,
            reasons: self.reasons.into_iter().map(reason).collect(),
            largest: self.largest,
            amounts: self.sums.into_iter().map(sum).collect(),
            matrix: self.matrix,
        }
    }
}
