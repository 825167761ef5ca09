//! An assertion: counts the rows for which a predicate does not hold, values them, and hands them on.
//!
//! The predicate and the amount were computed by SQL; a predicate that is null counts as not held, and a failed row
//! that cannot be valued is an error.

use std::sync::Arc;

use arrow::array::{Array, AsArray, BooleanArray};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use tieout_model::{AmountColumn, AssertionResult, Currency, CurrencyAmount, CurrencyOf, Decimal, Severity};
use tieout_tables::TableError;

use crate::ReconcileError;
use crate::amount::{AmountPlan, Currencies, Sums};
use crate::error::misfit;

/// The column that says whether the predicate holds for a row: boolean.
pub const HOLDS_COLUMN: &str = "tieout_holds";
/// The column with the amount at stake in a row: decimal or integer; only where the assertion has one.
pub const AMOUNT_COLUMN: &str = "tieout_amount";
/// The name of the amount in the exceptions table.
const AT_STAKE: &str = "amount_at_stake";

/// What is asserted of which data set.
#[derive(Debug, Clone)]
pub struct AssertionPlan {
    /// Id in the definition.
    pub id: String,
    /// The data set.
    pub data_set: String,
    /// How grave a failure is.
    pub severity: Severity,
    /// The amount at stake in a failed row.
    pub at_stake: Option<AtStakePlan>,
}

/// How the amount at stake is to be read and printed.
#[derive(Debug, Clone)]
pub struct AtStakePlan {
    /// Its currency; a column is one of the data set.
    pub currency: CurrencyOf,
    /// Decimals to print at least; digits beyond are kept unless they are zeros.
    pub decimals: u8,
}

/// Checks the rows of one data set, batch by batch.
#[derive(Debug)]
pub struct AssertionCheck {
    plan: AssertionPlan,
    schema: SchemaRef,
    holds: usize,
    amount: Option<AmountPlan>,
    failures: SchemaRef,
    currencies: Currencies,
    sum: Sums,
    rows_checked: u64,
    rows_failed: u64,
}

impl AssertionCheck {
    /// Starts a check over batches of `schema`: the data set's columns, then `tieout_holds` and, exactly when the
    /// plan has an amount at stake, `tieout_amount`.
    ///
    /// Errors (`Plan`): one of these columns missing, surplus or of another type, a currency column that the data
    /// set lacks, a data set that has a column `amount_at_stake` of its own.
    pub fn new(plan: AssertionPlan, schema: &Schema) -> Result<Self, ReconcileError> {
        let holds = schema.index_of(HOLDS_COLUMN).ok();
        let holds = holds
            .filter(|&index| schema.field(index).data_type() == &DataType::Boolean)
            .ok_or_else(|| misfit("the predicate is not true or false", "write a condition, such as quantity > 0"))?;
        if plan.at_stake.is_some() != schema.index_of(AMOUNT_COLUMN).is_ok() {
            return Err(misfit("the rows do not come with the amount at stake", "report a fault of the program"));
        }
        let amount = plan.at_stake.as_ref().map(|at_stake| {
            let amount = AmountColumn { column: AMOUNT_COLUMN.to_owned(), currency: at_stake.currency.clone() };
            AmountPlan::new(schema, &amount, &plan.data_set)
        });
        let amount = amount.transpose()?;
        let mut fields = Vec::with_capacity(schema.fields().len());
        for (index, field) in schema.fields().iter().enumerate() {
            if field.name() == AT_STAKE {
                let problem = format!("'{}' has a column '{AT_STAKE}' of its own", plan.data_set);
                return Err(misfit(problem, "give it another name"));
            }
            if field.name() == AMOUNT_COLUMN {
                fields.push(Field::new(AT_STAKE, field.data_type().clone(), field.is_nullable()));
            } else if index != holds {
                fields.push(field.as_ref().clone());
            }
        }
        Ok(Self {
            plan,
            schema: Arc::new(schema.clone()),
            holds,
            amount,
            failures: Arc::new(Schema::new(fields)),
            currencies: Currencies::default(),
            sum: Sums::default(),
            rows_checked: 0,
            rows_failed: 0,
        })
    }

    /// The columns of the exceptions table: the data set's, and `amount_at_stake` where there is one.
    pub fn failures_schema(&self) -> SchemaRef {
        Arc::clone(&self.failures)
    }

    /// Checks a batch and hands its failed rows on, in order.
    ///
    /// Errors: other columns, an amount that is null in a failed row, an amount there without a currency, a sum that
    /// does not fit, and whatever `failures` reports.
    pub fn update(
        &mut self,
        batch: &RecordBatch,
        failures: &mut dyn FnMut(RecordBatch) -> Result<(), TableError>,
    ) -> Result<(), ReconcileError> {
        let wrong = || ReconcileError::WrongColumns { data_set: self.plan.data_set.clone() };
        let types = |schema: &Schema| schema.fields().iter().map(|field| field.data_type().clone()).collect::<Vec<_>>();
        if types(batch.schema_ref()) != types(&self.schema) {
            return Err(wrong());
        }
        let holds = batch.column(self.holds).as_boolean_opt().ok_or_else(wrong)?;
        let failed: BooleanArray = holds.iter().map(|value| Some(value != Some(true))).collect();
        self.rows_checked += batch.num_rows() as u64;
        if failed.true_count() == 0 {
            return Ok(());
        }
        self.rows_failed += failed.true_count() as u64;
        let rows = filter_record_batch(batch, &failed)?;
        self.value(&rows)?;
        let kept = rows.columns().iter().enumerate().filter(|(index, _)| *index != self.holds);
        let columns = kept.map(|(_, column)| Arc::clone(column)).collect();
        failures(RecordBatch::try_new(Arc::clone(&self.failures), columns)?)?;
        Ok(())
    }

    /// The result over all batches.
    pub fn finish(self) -> Result<AssertionResult, ReconcileError> {
        let decimals = self.plan.at_stake.as_ref().map_or(0, |at_stake| at_stake.decimals);
        let mut amounts = Vec::new();
        if let Some(amount) = &self.amount {
            for (currency, sum) in self.sum.finish(amount, &self.currencies)? {
                amounts.push(CurrencyAmount { currency, amount: at_least(sum, decimals)? });
            }
            if let (Some(currency), true) = (amount.fixed_currency(), amounts.is_empty()) {
                amounts.push(CurrencyAmount { currency: currency.clone(), amount: Decimal::zero(decimals) });
            }
        }
        let only: Option<(Currency, Decimal)> = match amounts.as_slice() {
            [only] => Some((only.currency.clone(), only.amount)),
            _ => None,
        };
        let (currency, amount) = only.unzip();
        Ok(AssertionResult {
            id: self.plan.id,
            data_set: self.plan.data_set,
            severity: self.plan.severity,
            rows_checked: self.rows_checked,
            rows_failed: self.rows_failed,
            currency,
            amount,
            amounts,
        })
    }

    /// Adds the amounts at stake of failed rows.
    fn value(&mut self, rows: &RecordBatch) -> Result<(), ReconcileError> {
        let Some(amount) = &self.amount else { return Ok(()) };
        let nulls = rows.column_by_name(AMOUNT_COLUMN).map_or(0, Array::null_count);
        if nulls > 0 {
            return Err(ReconcileError::NotValued { rows: nulls as u64 });
        }
        let values = amount.read(rows, &mut self.currencies)?;
        for row in 0..rows.num_rows() {
            if let Some((value, currency)) = values.get(row) {
                let overflow = || ReconcileError::Overflow { column: AT_STAKE.to_owned() };
                self.sum.add(value, currency).ok_or_else(overflow)?;
            }
        }
        Ok(())
    }
}

/// The shortest exact form with at least `decimals` decimals.
fn at_least(amount: Decimal, decimals: u8) -> Result<Decimal, ReconcileError> {
    let shortest = amount.normalized();
    let scale = shortest.scale().max(decimals);
    shortest.rescaled(scale).map_err(|_| ReconcileError::Overflow { column: AT_STAKE.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{Decimal128Array, Int64Array, StringArray};

    fn plan(at_stake: Option<AtStakePlan>) -> AssertionPlan {
        AssertionPlan { id: "short".into(), data_set: "lines".into(), severity: Severity::Finding, at_stake }
    }

    fn fixed() -> AtStakePlan {
        AtStakePlan { currency: CurrencyOf::Fixed("USD".parse().unwrap()), decimals: 2 }
    }

    fn by_column() -> AtStakePlan {
        AtStakePlan { currency: CurrencyOf::Column("currency".into()), decimals: 2 }
    }

    type Row<'a> = (i64, Option<&'a str>, Option<bool>, Option<i128>);

    /// The columns `line`, `currency`, and what SQL adds; the amount is a decimal(18,4).
    fn batch(rows: &[Row<'_>]) -> RecordBatch {
        let amounts: Decimal128Array = rows.iter().map(|row| row.3).collect();
        RecordBatch::try_from_iter_with_nullable([
            ("line", Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.0))) as _, false),
            ("currency", Arc::new(rows.iter().map(|row| row.1).collect::<StringArray>()) as _, true),
            (HOLDS_COLUMN, Arc::new(rows.iter().map(|row| row.2).collect::<BooleanArray>()) as _, true),
            (AMOUNT_COLUMN, Arc::new(amounts.with_precision_and_scale(18, 4).unwrap()) as _, true),
        ])
        .unwrap()
    }

    /// The result, and the lines that failed.
    fn check(at_stake: AtStakePlan, rows: &[Row<'_>]) -> Result<(AssertionResult, Vec<i64>), ReconcileError> {
        let mut failed = Vec::new();
        let mut check = AssertionCheck::new(plan(Some(at_stake)), batch(rows).schema_ref())?;
        for piece in rows.chunks(2) {
            check.update(&batch(piece), &mut |batch| {
                assert_eq!(batch.schema().fields().last().unwrap().name(), AT_STAKE);
                failed.extend(batch.column(0).as_primitive::<arrow::datatypes::Int64Type>().values());
                Ok(())
            })?;
        }
        Ok((check.finish()?, failed))
    }

    #[test]
    fn rows_that_fail_are_counted_listed_and_valued() {
        let rows = [
            (1, None, Some(true), None),
            (2, None, Some(false), Some(1_250_000)),
            (3, None, None, Some(50)),
            (4, None, Some(true), Some(9)),
        ];
        let (result, failed) = check(fixed(), &rows).unwrap();
        assert_eq!(failed, [2, 3], "a predicate that is null does not hold");
        assert_eq!((result.rows_checked, result.rows_failed), (4, 2));
        assert_eq!(
            (result.currency.unwrap().as_str(), result.amount.unwrap().to_string().as_str()),
            ("USD", "125.005")
        );
    }

    #[test]
    fn zeros_are_dropped_down_to_the_declared_decimals() {
        let (result, _) = check(fixed(), &[(1, None, Some(false), Some(1_250_000))]).unwrap();
        assert_eq!(result.amount.unwrap().to_string(), "125.00");
        let (result, failed) = check(fixed(), &[(1, None, Some(true), None)]).unwrap();
        assert_eq!((result.amount.unwrap().to_string().as_str(), failed.len()), ("0.00", 0));
    }

    #[test]
    fn amounts_of_two_currencies_stay_apart() {
        let rows = [(1, Some("USD"), Some(false), Some(10_000)), (2, Some("EUR"), Some(false), Some(20_000))];
        let (result, _) = check(by_column(), &rows).unwrap();
        assert_eq!((result.currency, result.amount), (None, None));
        let amounts: Vec<_> = result.amounts.iter().map(|part| format!("{} {}", part.amount, part.currency)).collect();
        assert_eq!(amounts, ["2.00 EUR", "1.00 USD"]);
    }

    #[test]
    fn a_failed_row_that_cannot_be_valued_is_an_error() {
        let error = check(fixed(), &[(1, None, Some(false), None)]).unwrap_err();
        assert_eq!(error.to_string(), "the amount at stake is null in 1 of the rows that fail");
        let error = check(by_column(), &[(1, None, Some(false), Some(1))]).unwrap_err();
        assert!(error.to_string().ends_with("column 'currency' is null there"), "{error}");
        let error = check(by_column(), &[(1, Some("SECRET"), Some(false), Some(1))]).unwrap_err();
        assert!(!error.to_string().contains("SECRET"), "{error}");
    }

    #[test]
    fn without_an_amount_only_rows_are_counted() {
        let rows = batch(&[(1, None, Some(false), None)]).project(&[0, 1, 2]).unwrap();
        let mut check = AssertionCheck::new(plan(None), rows.schema_ref()).unwrap();
        check.update(&rows, &mut |_| Ok(())).unwrap();
        let result = check.finish().unwrap();
        assert_eq!((result.rows_failed, result.amount, result.amounts.len()), (1, None, 0));
    }

    #[test]
    fn a_predicate_that_is_not_boolean_is_refused() {
        let rows = batch(&[]).project(&[0, 1, 3]).unwrap();
        assert!(AssertionCheck::new(plan(Some(fixed())), rows.schema_ref()).is_err());
    }
}
