//! Control totals: the sum of every amount column, by currency.
//!
//! Sums are exact and checked; amounts of different currencies never add, and an amount without a currency is an error.

use std::collections::BTreeMap;

use arrow::array::{Array, ArrayRef, AsArray, Decimal128Array, StringArray};
use arrow::datatypes::{Decimal128Type, Schema};
use arrow::record_batch::RecordBatch;
use tieout_model::{AmountColumn, ColumnTotal, ColumnType, Currency, CurrencyOf, Decimal};

use crate::schema::{house_type, position};
use crate::{TableError, mask};

/// Sums amount columns by currency over the batches of a table.
#[derive(Debug, Clone)]
pub struct Totals {
    columns: Vec<ColumnTotals>,
    rows: u64,
}

/// The sums of one amount column.
#[derive(Debug, Clone)]
struct ColumnTotals {
    column: String,
    index: usize,
    scale: u8,
    currency: CurrencyAt,
    sums: BTreeMap<Currency, Decimal>,
}

/// Where the currency of an amount is.
#[derive(Debug, Clone)]
enum CurrencyAt {
    Fixed(Currency),
    Column(usize),
}

impl Totals {
    /// No rows yet of a table with this schema. Amount columns must be decimals and currency columns text.
    pub fn new(schema: &Schema, amounts: &[AmountColumn]) -> Result<Self, TableError> {
        let columns = amounts.iter().map(|amount| ColumnTotals::new(schema, amount)).collect::<Result<_, _>>()?;
        Ok(Self { columns, rows: 0 })
    }

    /// Adds the rows of a batch, whose columns must stand as in the table's schema. Null amounts add nothing.
    pub fn update(&mut self, batch: &RecordBatch) -> Result<(), TableError> {
        for column in &mut self.columns {
            column.update(batch)?;
        }
        self.rows += batch.num_rows() as u64;
        Ok(())
    }

    /// Rows so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The totals by amount column in declared order, then by currency, each at its column's scale.
    ///
    /// A column of one fixed currency has a total even without rows; a column with a currency column has one for
    /// each currency with an amount.
    pub fn finish(self) -> Vec<ColumnTotal> {
        let totals = |column: ColumnTotals| {
            let name = column.column;
            column.sums.into_iter().map(move |(currency, amount)| ColumnTotal {
                column: name.clone(),
                currency,
                amount,
            })
        };
        self.columns.into_iter().flat_map(totals).collect()
    }
}

impl ColumnTotals {
    fn new(schema: &Schema, amount: &AmountColumn) -> Result<Self, TableError> {
        let wrong_type = |column: &str, expected: &str, found: ColumnType| TableError::WrongType {
            column: column.to_owned(),
            expected: expected.to_owned(),
            found: found.to_string(),
        };
        let index = position(schema, &amount.column)?;
        let scale = match house_type(schema.field(index))? {
            ColumnType::Decimal { scale, .. } => scale,
            other => return Err(wrong_type(&amount.column, "a decimal to be summed", other)),
        };
        let mut sums = BTreeMap::new();
        let currency = match &amount.currency {
            CurrencyOf::Fixed(currency) => {
                sums.insert(currency.clone(), Decimal::zero(scale));
                CurrencyAt::Fixed(currency.clone())
            }
            CurrencyOf::Column(name) => {
                let index = position(schema, name)?;
                match house_type(schema.field(index))? {
                    ColumnType::Text => CurrencyAt::Column(index),
                    other => return Err(wrong_type(name, "text to hold currency codes", other)),
                }
            }
        };
        Ok(Self { column: amount.column.clone(), index, scale, currency, sums })
    }

    fn update(&mut self, batch: &RecordBatch) -> Result<(), TableError> {
        let amounts = column(batch, self.index, &self.column)?
            .as_primitive_opt::<Decimal128Type>()
            .filter(|array| u8::try_from(array.scale()) == Ok(self.scale))
            .ok_or_else(|| self.other_type("a decimal of the table's scale"))?;
        match self.currency.clone() {
            CurrencyAt::Fixed(currency) => {
                let mut sum = 0_i128;
                for amount in amounts.iter().flatten() {
                    sum = sum.checked_add(amount).ok_or_else(|| self.overflow(currency.as_str()))?;
                }
                self.add(currency, sum)
            }
            CurrencyAt::Column(index) => {
                let currencies = column(batch, index, &self.column)?
                    .as_string_opt::<i32>()
                    .ok_or_else(|| self.other_type("beside a text column of currencies"))?;
                for (code, sum) in self.sums_by_code(amounts, currencies)? {
                    let currency = code.parse().map_err(|_| self.not_a_currency(currencies, code))?;
                    self.add(currency, sum)?;
                }
                Ok(())
            }
        }
    }

    /// The batch's sums by the text of its currency column.
    fn sums_by_code<'a>(
        &self,
        amounts: &Decimal128Array,
        currencies: &'a StringArray,
    ) -> Result<BTreeMap<&'a str, i128>, TableError> {
        let mut sums: BTreeMap<&str, i128> = BTreeMap::new();
        for row in (0..amounts.len()).filter(|row| amounts.is_valid(*row)) {
            if currencies.is_null(row) {
                return Err(self.value(row, "has no currency"));
            }
            let code = currencies.value(row);
            let sum = sums.entry(code).or_default();
            *sum = sum.checked_add(amounts.value(row)).ok_or_else(|| match code.parse::<Currency>() {
                Ok(currency) => self.overflow(currency.as_str()),
                Err(_) => self.not_a_currency(currencies, code),
            })?;
        }
        Ok(sums)
    }

    fn add(&mut self, currency: Currency, sum: i128) -> Result<(), TableError> {
        let before = self.sums.get(&currency).copied().unwrap_or_else(|| Decimal::zero(self.scale));
        let after = Decimal::new(sum, self.scale)
            .and_then(|sum| before.checked_add(sum))
            .map_err(|_| self.overflow(currency.as_str()))?;
        self.sums.insert(currency, after);
        Ok(())
    }

    fn not_a_currency(&self, currencies: &StringArray, code: &str) -> TableError {
        let row = currencies.iter().position(|text| text == Some(code)).unwrap_or_default();
        self.value(row, &format!("has the currency '{}', which is not a code of three capital letters", mask(code)))
    }

    fn value(&self, row: usize, problem: &str) -> TableError {
        TableError::Value { column: self.column.clone(), row: row.saturating_add(1), problem: problem.to_owned() }
    }

    fn overflow(&self, currency: &str) -> TableError {
        TableError::TotalOverflow { column: self.column.clone(), currency: currency.to_owned() }
    }

    fn other_type(&self, expected: &str) -> TableError {
        TableError::WrongType {
            column: self.column.clone(),
            expected: expected.to_owned(),
            found: "of another type in a batch".to_owned(),
        }
    }
}

fn column<'a>(batch: &'a RecordBatch, index: usize, name: &str) -> Result<&'a ArrayRef, TableError> {
    batch.columns().get(index).ok_or_else(|| TableError::NoSuchColumn { column: name.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn batch(amounts: Vec<Option<i128>>, currencies: Vec<Option<&str>>) -> RecordBatch {
        let amounts: ArrayRef = Arc::new(Decimal128Array::from(amounts).with_precision_and_scale(38, 2).unwrap());
        let currencies: ArrayRef = Arc::new(StringArray::from(currencies));
        RecordBatch::try_from_iter_with_nullable([("amount", amounts, true), ("currency", currencies, true)]).unwrap()
    }

    fn fixed() -> AmountColumn {
        AmountColumn { column: "amount".to_owned(), currency: CurrencyOf::Fixed("EUR".parse().unwrap()) }
    }

    fn by_column() -> AmountColumn {
        AmountColumn { column: "amount".to_owned(), currency: CurrencyOf::Column("currency".to_owned()) }
    }

    fn totals(amounts: &[AmountColumn], batches: &[RecordBatch]) -> Result<Vec<String>, String> {
        let mut totals = Totals::new(batches[0].schema_ref(), amounts).map_err(|error| error.to_string())?;
        for batch in batches {
            totals.update(batch).map_err(|error| error.to_string())?;
        }
        assert_eq!(totals.rows(), batches.iter().map(|batch| batch.num_rows() as u64).sum::<u64>());
        Ok(totals
            .finish()
            .iter()
            .map(|total| format!("{} {} {}", total.column, total.currency.as_str(), total.amount))
            .collect())
    }

    #[test]
    fn amounts_add_by_currency_at_the_scale_of_the_column() {
        let first = batch(vec![Some(150), Some(-50), None], vec![Some("USD"), Some("EUR"), None]);
        let second = batch(vec![Some(-50), Some(1)], vec![Some("USD"), Some("EUR")]);
        let all = totals(&[by_column(), fixed()], &[first, second]).unwrap();
        assert_eq!(all, ["amount EUR -0.49", "amount USD 1.00", "amount EUR 0.51"]);
    }

    #[test]
    fn no_rows_are_zero_in_a_fixed_currency_and_nothing_in_an_unknown_one() {
        let empty = batch(vec![], vec![]);
        assert_eq!(totals(&[fixed()], std::slice::from_ref(&empty)).unwrap(), ["amount EUR 0.00"]);
        assert_eq!(totals(&[by_column()], &[empty]).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn an_amount_without_a_currency_is_an_error() {
        let error = totals(&[by_column()], &[batch(vec![Some(1), Some(2)], vec![Some("EUR"), None])]).unwrap_err();
        assert_eq!(error, "column 'amount', row 2: the value has no currency");
        let error =
            totals(&[by_column()], &[batch(vec![Some(1), Some(2)], vec![Some("EUR"), Some("Eur7")])]).unwrap_err();
        assert!(error.contains("row 2: the value has the currency 'Aaa9'"), "{error}");
    }

    #[test]
    fn a_sum_of_more_than_38_digits_is_an_error() {
        let largest = 10_i128.pow(38) - 1;
        let expected = Err("the total of column 'amount' in EUR needs more than 38 digits".to_owned());
        for amounts in [vec![largest, largest], vec![largest, 1], vec![-largest, -1]] {
            let currencies = vec![Some("EUR"); amounts.len()];
            let whole = batch(amounts.iter().copied().map(Some).collect(), currencies);
            for amount in [fixed(), by_column()] {
                assert_eq!(totals(std::slice::from_ref(&amount), std::slice::from_ref(&whole)), expected);
                assert_eq!(totals(&[amount], &[whole.slice(0, 1), whole.slice(1, 1)]), expected);
            }
        }
    }

    #[test]
    fn only_decimals_are_summed_and_only_text_names_currencies() {
        let swapped = AmountColumn { column: "currency".to_owned(), currency: CurrencyOf::Column("amount".to_owned()) };
        let batch = batch(vec![], vec![]);
        let error = |amount: AmountColumn| Totals::new(batch.schema_ref(), &[amount]).unwrap_err().to_string();
        assert_eq!(error(swapped), "column 'currency' is text and must be a decimal to be summed");
        let own = AmountColumn { column: "amount".to_owned(), currency: CurrencyOf::Column("amount".to_owned()) };
        assert_eq!(error(own), "column 'amount' is decimal(38,2) and must be text to hold currency codes");
        let absent = AmountColumn { column: "absent".to_owned(), ..fixed() };
        assert_eq!(error(absent), "the table has no column 'absent'");
    }
}
