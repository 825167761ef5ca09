//! The coverage of a classification: per rule the rows it took, their amount, and the rows it lost to an earlier rule.

use std::sync::Arc;

use arrow::array::{ArrayRef, Decimal128Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use tieout_model::{AmountColumn, ClassificationResult, CurrencyAmount, Decimal, RuleCoverage, RuleSet, RuleStatus};

use super::Taken;
use crate::ReconcileError;
use crate::amount::{AmountPlan, Currencies, Sums};

/// Decimals of the amounts in the table.
const SCALE: u8 = 10;

/// Counts while rows are classified.
#[derive(Debug)]
pub(super) struct Coverage {
    /// Rules by place, then what no rule took.
    rows: Vec<u64>,
    shadowed: Vec<u64>,
    sums: Vec<Sums>,
    amount: Option<AmountPlan>,
    currencies: Currencies,
    total: u64,
}

impl Coverage {
    pub(super) fn new(
        rules: &RuleSet,
        input: &Schema,
        amounts: &[AmountColumn],
        data_set: &str,
    ) -> Result<Self, ReconcileError> {
        let count = rules.rules.len() + 1;
        let amount = amounts.first().map(|amount| AmountPlan::new(input, amount, data_set)).transpose()?;
        Ok(Self {
            rows: vec![0; count],
            shadowed: vec![0; count],
            sums: vec![Sums::default(); count],
            amount,
            currencies: Currencies::default(),
            total: 0,
        })
    }

    /// A row that a rule would have taken.
    pub(super) fn shadow(&mut self, rule: usize) {
        if let Some(shadowed) = self.shadowed.get_mut(rule) {
            *shadowed += 1;
        }
    }

    /// The rows of a batch with the rules that took them.
    pub(super) fn add(&mut self, batch: &RecordBatch, taken: &[Taken]) -> Result<(), ReconcileError> {
        self.total += batch.num_rows() as u64;
        let last = self.rows.len().saturating_sub(1);
        let amounts = match &self.amount {
            Some(amount) => Some((amount.column.clone(), amount.read(batch, &mut self.currencies)?)),
            None => None,
        };
        for (row, taken) in taken.iter().enumerate() {
            let place = taken.rule.unwrap_or(last);
            if let Some(rows) = self.rows.get_mut(place) {
                *rows += 1;
            }
            let Some((column, values)) = &amounts else { continue };
            if let (Some((amount, currency)), Some(sums)) = (values.get(row), self.sums.get_mut(place)) {
                let overflow = || ReconcileError::Overflow { column: column.clone() };
                sums.add(amount, currency).ok_or_else(overflow)?;
            }
        }
        Ok(())
    }

    pub(super) fn finish(
        self,
        data_set: &str,
        rules: &RuleSet,
        without_values: &[bool],
    ) -> Result<ClassificationResult, ReconcileError> {
        let heads = rules.rules.iter().map(|rule| (Some(rule.number), rule.id.clone()));
        let heads = heads.chain([(None, rules.otherwise.clone())]);
        let figures = self.rows.iter().zip(&self.shadowed).zip(&self.sums);
        let mut covered = Vec::with_capacity(self.rows.len());
        for (place, ((number, id), ((rows, shadowed), sums))) in heads.zip(figures).enumerate() {
            let sums = match &self.amount {
                Some(amount) => sums.finish(amount, &self.currencies)?,
                None => Vec::new(),
            };
            let is_blind = without_values.get(place).copied().unwrap_or(false);
            let status = match rows {
                0 if is_blind => RuleStatus::NotEvaluated,
                0 => RuleStatus::NeverFired,
                _ => RuleStatus::Fired,
            };
            let amounts = sums.into_iter().map(|(currency, amount)| CurrencyAmount { currency, amount }).collect();
            covered.push(RuleCoverage { number, id, status, rows: *rows, shadowed: *shadowed, amounts });
        }
        Ok(ClassificationResult {
            data_set: data_set.to_owned(),
            version: rules.version,
            digest: rules.digest,
            rows: self.total,
            rules: covered,
        })
    }
}

/// The coverage as a table: one line a rule and currency, and one for a rule without an amount.
pub fn coverage_batch(result: &ClassificationResult) -> Result<RecordBatch, ReconcileError> {
    let mut lines: Vec<(&RuleCoverage, Option<&CurrencyAmount>)> = Vec::new();
    for rule in &result.rules {
        if rule.amounts.is_empty() {
            lines.push((rule, None));
        }
        lines.extend(rule.amounts.iter().map(|amount| (rule, Some(amount))));
    }
    let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let overflow = |_| ReconcileError::Overflow { column: "amount".to_owned() };
    let amount = |amount: Option<&CurrencyAmount>| {
        amount.map(|amount| amount.amount.rescaled(SCALE).map(Decimal::unscaled)).transpose().map_err(overflow)
    };
    let amounts: Vec<Option<i128>> = lines.iter().map(|(_, of)| amount(*of)).collect::<Result<_, ReconcileError>>()?;
    let columns: Vec<(&str, bool, ArrayRef)> = vec![
        ("no", true, Arc::new(lines.iter().map(|(rule, _)| rule.number.map(i64::from)).collect::<Int64Array>())),
        ("rule_id", false, Arc::new(StringArray::from_iter_values(lines.iter().map(|(rule, _)| &rule.id)))),
        ("status", false, Arc::new(StringArray::from_iter_values(lines.iter().map(|(rule, _)| rule.status.as_str())))),
        ("rows", false, Arc::new(Int64Array::from_iter_values(lines.iter().map(|(rule, _)| count(rule.rows))))),
        ("shadowed", false, Arc::new(Int64Array::from_iter_values(lines.iter().map(|(rule, _)| count(rule.shadowed))))),
        (
            "currency",
            true,
            Arc::new(lines.iter().map(|(_, of)| of.map(|of| of.currency.as_str())).collect::<StringArray>()),
        ),
        ("amount", true, Arc::new(Decimal128Array::from(amounts).with_data_type(DataType::Decimal128(38, 10)))),
    ];
    let fields: Vec<Field> =
        columns.iter().map(|(name, nullable, of)| Field::new(*name, of.data_type().clone(), *nullable)).collect();
    let arrays = columns.into_iter().map(|(_, _, of)| of).collect();
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?)
}
