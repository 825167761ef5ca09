//! A comparison's exceptions as lines of the table of all exceptions.
//!
//! A row within tolerance, and one whose sums agree, is a difference and no exception.

use arrow::array::RecordBatch;
use tieout_catalog::Comparison;
use tieout_model::{AmountColumn, ColumnNames, ComparisonClass, CurrencyOf, Side};
use tieout_tables::TableError;

use super::{AmountPlace, ExceptionLine, amount_at, difference, key_text, text_at};
use crate::reconcile::tables::RunTable;

/// Where the amounts of a comparison's exceptions are found in its table.
pub(in crate::reconcile) struct ComparisonLines {
    id: String,
    key: Vec<String>,
    left: Option<AmountPlace>,
    right: Option<AmountPlace>,
}

impl ComparisonLines {
    /// The first compared pair of amounts, or else each side's first amount column; none that is in the key, which
    /// the table has once for both sides.
    pub(in crate::reconcile) fn new(comparison: &Comparison, left: &RunTable, right: &RunTable) -> Self {
        let in_key = |side: Side, column: &str| comparison.key.iter().find(|key| name_of(&key.names, side) == column);
        let amount = |side: Side, column: &str| {
            let table = if side == Side::Left { left } else { right };
            table.amount(column).filter(|_| in_key(side, column).is_none())
        };
        let first = |side: Side, table: &RunTable| {
            table.amounts.iter().find(|amount| in_key(side, &amount.column).is_none()).cloned()
        };
        let compared = comparison.columns.iter().find_map(|column| {
            let ColumnNames { left, right } = &column.names;
            Some((amount(Side::Left, left)?.clone(), amount(Side::Right, right)?.clone()))
        });
        let (left, right) = match compared {
            Some((left, right)) => (Some(left), Some(right)),
            None => (first(Side::Left, left), first(Side::Right, right)),
        };
        let place = |side: Side, amount: AmountColumn| {
            let in_table = |column: &str| match in_key(side, column) {
                Some(key) => key.names.left.clone(),
                None => format!("{}_{column}", if side == Side::Left { "left" } else { "right" }),
            };
            let currency = match amount.currency {
                CurrencyOf::Fixed(currency) => CurrencyOf::Fixed(currency),
                CurrencyOf::Column(column) => CurrencyOf::Column(in_table(&column)),
            };
            AmountPlace { column: in_table(&amount.column), currency }
        };
        Self {
            id: comparison.id.clone(),
            key: comparison.key.iter().map(|key| key.names.left.clone()).collect(),
            left: left.map(|amount| place(Side::Left, amount)),
            right: right.map(|amount| place(Side::Right, amount)),
        }
    }

    /// The exception in a row; `None` where its class is none.
    pub(super) fn line(&self, batch: &RecordBatch, row: usize) -> Result<Option<ExceptionLine>, TableError> {
        let class = text_at(batch, "class", row)?.unwrap_or_default();
        if !ComparisonClass::ALL.iter().any(|known| known.as_str() == class && known.is_exception()) {
            return Ok(None);
        }
        let (left, left_currency) = amount_at(batch, self.left.as_ref(), row)?;
        let (right, right_currency) = amount_at(batch, self.right.as_ref(), row)?;
        Ok(Some(ExceptionLine {
            check: self.id.clone(),
            kind: "comparison".to_owned(),
            class,
            severity: "finding".to_owned(),
            key: key_text(batch, &self.key, row)?,
            columns: text_at(batch, "diff_columns", row)?.filter(|columns| !columns.is_empty()),
            // Amounts of different currencies never add: without a common currency there is no difference.
            amount: match (&left_currency, &right_currency) {
                (Some(one), Some(other)) if one != other => None,
                _ => difference(left, right)?,
            },
            currency: match (left_currency, right_currency) {
                (Some(one), Some(other)) if one != other => Some(format!("{one}/{other}")),
                (one, other) => one.or(other),
            },
            note: None,
            left,
            right,
        }))
    }
}

fn name_of(names: &ColumnNames, side: Side) -> &str {
    if side == Side::Left { &names.left } else { &names.right }
}
