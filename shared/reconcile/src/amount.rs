//! Amounts of a column with the currency of each row, as unscaled integers.
//!
//! An amount without a currency is an error; a null amount adds nothing.

use arrow::array::{Array, ArrayRef, AsArray, Decimal128Array, Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Decimal128Type, Int64Type, Schema};
use tieout_model::{AmountColumn, Currency, CurrencyOf, Decimal};

use crate::ReconcileError;
use crate::error::misfit;

/// A numeric column of one batch.
#[derive(Debug, Clone)]
pub(crate) enum Numbers {
    /// Scale zero.
    Integer(Int64Array),
    /// The scale is the column's.
    Decimal(Decimal128Array),
}

impl Numbers {
    /// Reads a column; `None` when it is not numeric.
    pub(crate) fn read(column: &ArrayRef) -> Option<Self> {
        match column.data_type() {
            DataType::Int64 => Some(Self::Integer(column.as_primitive::<Int64Type>().clone())),
            DataType::Decimal128(..) => Some(Self::Decimal(column.as_primitive::<Decimal128Type>().clone())),
            _ => None,
        }
    }

    /// The unscaled value of a row; `None` when it is null.
    pub(crate) fn get(&self, row: usize) -> Option<i128> {
        match self {
            Self::Integer(values) => values.is_valid(row).then(|| i128::from(values.value(row))),
            Self::Decimal(values) => values.is_valid(row).then(|| values.value(row)),
        }
    }
}

/// The decimals of a numeric type; `None` when the type is not numeric.
pub(crate) fn scale_of(data_type: &DataType) -> Option<u8> {
    match data_type {
        DataType::Int64 => Some(0),
        DataType::Decimal128(_, scale) => u8::try_from(*scale).ok(),
        _ => None,
    }
}

/// The position of a column, or an error that lists what there is.
pub(crate) fn position(schema: &Schema, column: &str, data_set: &str) -> Result<usize, ReconcileError> {
    schema.index_of(column).map_err(|_| {
        let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        misfit(format!("'{data_set}' has no column '{column}'"), format!("name one of {}", names.join(", ")))
    })
}

/// Currencies by number, in the order in which rows brought them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Currencies(Vec<Currency>);

impl Currencies {
    /// The number of a currency, new or known; `None` when the text is not a currency code.
    fn number(&mut self, text: &str) -> Option<usize> {
        if let Some(known) = self.0.iter().position(|currency| currency.as_str() == text) {
            return Some(known);
        }
        self.0.push(text.parse().ok()?);
        Some(self.0.len() - 1)
    }

    /// The currency of a number.
    pub(crate) fn get(&self, number: usize) -> Option<&Currency> {
        self.0.get(number)
    }
}

/// Where an amount column and its currency lie in a schema.
#[derive(Debug, Clone)]
pub(crate) struct AmountPlan {
    /// Name of the amount column.
    pub(crate) column: String,
    /// Decimals of the amounts.
    pub(crate) scale: u8,
    index: usize,
    currency: CurrencyPlan,
}

#[derive(Debug, Clone)]
enum CurrencyPlan {
    Fixed(Currency),
    Column { index: usize, name: String },
}

impl AmountPlan {
    /// Finds an amount column in the schema of `data_set`.
    pub(crate) fn new(schema: &Schema, amount: &AmountColumn, data_set: &str) -> Result<Self, ReconcileError> {
        let index = position(schema, &amount.column, data_set)?;
        let data_type = schema.field(index).data_type();
        let scale = scale_of(data_type).ok_or_else(|| {
            if matches!(data_type, DataType::Decimal256(..)) {
                let problem =
                    format!("the amounts in column '{}' of '{data_set}' may have more than 38 digits", amount.column);
                return misfit(problem, "cast it to decimal with up to 38 digits");
            }
            let problem = format!("column '{}' of '{data_set}' is not a decimal or integer", amount.column);
            misfit(problem, "declare it as decimal(precision,scale)")
        })?;
        let currency = match &amount.currency {
            CurrencyOf::Fixed(currency) => CurrencyPlan::Fixed(currency.clone()),
            CurrencyOf::Column(name) => {
                let index = position(schema, name, data_set)?;
                if schema.field(index).data_type() != &DataType::Utf8 {
                    let problem = format!("the currency column '{name}' of '{data_set}' is not text");
                    return Err(misfit(problem, "declare it as text"));
                }
                CurrencyPlan::Column { index, name: name.clone() }
            }
        };
        Ok(Self { column: amount.column.clone(), scale, index, currency })
    }

    /// The positions of the columns that are read.
    pub(crate) fn positions(&self) -> Vec<usize> {
        match &self.currency {
            CurrencyPlan::Fixed(_) => vec![self.index],
            CurrencyPlan::Column { index, .. } => vec![self.index, *index],
        }
    }

    /// The plan for batches that have only `columns` of the schema, among them all positions of this plan.
    pub(crate) fn projected(&self, columns: &[usize]) -> Self {
        let place = |index: usize| columns.iter().position(|column| *column == index).unwrap_or(index);
        let currency = match &self.currency {
            CurrencyPlan::Fixed(currency) => CurrencyPlan::Fixed(currency.clone()),
            CurrencyPlan::Column { index, name } => CurrencyPlan::Column { index: place(*index), name: name.clone() },
        };
        Self { column: self.column.clone(), scale: self.scale, index: place(self.index), currency }
    }

    /// The currency of every row, where the definition fixes one.
    pub(crate) fn fixed_currency(&self) -> Option<&Currency> {
        match &self.currency {
            CurrencyPlan::Fixed(currency) => Some(currency),
            CurrencyPlan::Column { .. } => None,
        }
    }

    /// Reads the amounts of a batch that has the schema of the plan.
    pub(crate) fn read(
        &self,
        batch: &RecordBatch,
        currencies: &mut Currencies,
    ) -> Result<AmountValues, ReconcileError> {
        let wrong = || misfit(format!("column '{}' is not numeric", self.column), "report a fault of the program");
        let numbers = batch.columns().get(self.index).and_then(Numbers::read).ok_or_else(wrong)?;
        let currency = match &self.currency {
            CurrencyPlan::Fixed(currency) => RowCurrency::Same(currencies.number(currency.as_str()).ok_or_else(wrong)?),
            CurrencyPlan::Column { index, name } => {
                let texts = batch.columns().get(*index).ok_or_else(wrong)?;
                RowCurrency::PerRow(self.numbers_of(&numbers, texts, name, currencies)?)
            }
        };
        Ok(AmountValues { numbers, currency })
    }

    fn numbers_of(
        &self,
        numbers: &Numbers,
        texts: &ArrayRef,
        name: &str,
        currencies: &mut Currencies,
    ) -> Result<Vec<usize>, ReconcileError> {
        let bad = |problem| ReconcileError::Currency {
            column: self.column.clone(),
            currency_column: name.to_owned(),
            problem,
        };
        let texts = texts.as_string_opt::<i32>().ok_or_else(|| bad("is not text"))?;
        let mut found = Vec::with_capacity(texts.len());
        let mut last = ("", 0);
        for (row, text) in texts.iter().enumerate() {
            match text {
                // Rows without an amount need no currency; their number is never looked up.
                _ if numbers.get(row).is_none() => {}
                None => return Err(bad("is null there")),
                Some(text) if text == last.0 => {}
                Some(text) => {
                    last = (text, currencies.number(text).ok_or_else(|| bad("holds no currency code there"))?);
                }
            }
            found.push(last.1);
        }
        Ok(found)
    }
}

/// The amounts of one batch.
#[derive(Debug, Clone)]
pub(crate) struct AmountValues {
    numbers: Numbers,
    currency: RowCurrency,
}

#[derive(Debug, Clone)]
enum RowCurrency {
    Same(usize),
    PerRow(Vec<usize>),
}

impl AmountValues {
    /// The unscaled amount of a row and the number of its currency; `None` when the amount is null.
    pub(crate) fn get(&self, row: usize) -> Option<(i128, usize)> {
        let amount = self.numbers.get(row)?;
        match &self.currency {
            RowCurrency::Same(number) => Some((amount, *number)),
            RowCurrency::PerRow(numbers) => Some((amount, *numbers.get(row)?)),
        }
    }
}

/// A sum by number of currency; a currency that no row has is absent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sums(Vec<Option<i128>>);

impl Sums {
    /// Adds an amount; `None` when the sum does not fit.
    pub(crate) fn add(&mut self, amount: i128, currency: usize) -> Option<()> {
        if self.0.len() <= currency {
            self.0.resize(currency + 1, None);
        }
        let sum = self.0.get_mut(currency)?;
        *sum = Some(sum.unwrap_or(0).checked_add(amount)?);
        Some(())
    }

    /// The sums that there are, in order of currency code.
    pub(crate) fn finish(
        &self,
        plan: &AmountPlan,
        currencies: &Currencies,
    ) -> Result<Vec<(Currency, Decimal)>, ReconcileError> {
        let mut sums = Vec::new();
        for (number, sum) in self.0.iter().enumerate() {
            if let (Some(sum), Some(currency)) = (sum, currencies.get(number)) {
                let overflow = |_| ReconcileError::Overflow { column: plan.column.clone() };
                sums.push((currency.clone(), Decimal::new(*sum, plan.scale).map_err(overflow)?));
            }
        }
        sums.sort();
        Ok(sums)
    }
}
