//! `data/<data-set>/summary.json`: a data set's figures, and how its control totals are taken.
//!
//! With it the figures can be taken again from the rows alone, without the control's definition.

use serde::{Deserialize, Serialize};
use tieout_model::{AmountColumn, Currency, CurrencyOf, DataSetResult};

/// The version of the format of `summary.json`.
pub const SUMMARY_SCHEMA: u32 = 1;

/// Name of the last column of `excluded.parquet`: the reason for which the row is not in the population.
pub const EXCLUDED_REASON_COLUMN: &str = "excluded_reason";

/// The whole of `summary.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataSetSummary {
    /// Version of this format.
    pub schema: u32,
    /// The amount columns in the order in which totals are listed.
    pub amounts: Vec<AmountSource>,
    /// The data set's figures and tests, the same as in `result.json`.
    pub data_set: DataSetResult,
}

/// An amount column and where its currency comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum AmountSource {
    /// Every amount is in this currency.
    Fixed {
        /// The amount column.
        column: String,
        /// Its currency.
        currency: Currency,
    },
    /// Each row names its currency.
    Named {
        /// The amount column.
        column: String,
        /// The text column with the currency.
        currency_column: String,
    },
}

impl DataSetSummary {
    /// The summary of a data set whose totals were taken over these columns.
    pub fn new(data_set: DataSetResult, amounts: &[AmountColumn]) -> Self {
        Self { schema: SUMMARY_SCHEMA, amounts: amounts.iter().cloned().map(AmountSource::from).collect(), data_set }
    }

    /// The bytes of the file: JSON with two spaces of indentation, a line feed at the end.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// The amount columns as totals are taken over them.
    pub(crate) fn amount_columns(&self) -> Vec<AmountColumn> {
        self.amounts.iter().cloned().map(AmountColumn::from).collect()
    }
}

impl From<AmountColumn> for AmountSource {
    fn from(AmountColumn { column, currency }: AmountColumn) -> Self {
        match currency {
            CurrencyOf::Fixed(currency) => Self::Fixed { column, currency },
            CurrencyOf::Column(currency_column) => Self::Named { column, currency_column },
        }
    }
}

impl From<AmountSource> for AmountColumn {
    fn from(source: AmountSource) -> Self {
        match source {
            AmountSource::Fixed { column, currency } => Self { column, currency: CurrencyOf::Fixed(currency) },
            AmountSource::Named { column, currency_column } => {
                Self { column, currency: CurrencyOf::Column(currency_column) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_source_reads_as_it_was_written() {
        for json in [r#"{"column":"amount","currency":"EUR"}"#, r#"{"column":"amount","currency_column":"currency"}"#] {
            let source: AmountSource = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&source).unwrap(), json);
            assert_eq!(AmountSource::from(AmountColumn::from(source.clone())), source);
        }
        for json in [r#"{"column":"amount"}"#, r#"{"column":"amount","currency":"euro"}"#] {
            assert!(serde_json::from_str::<AmountSource>(json).is_err(), "{json}");
        }
    }
}
