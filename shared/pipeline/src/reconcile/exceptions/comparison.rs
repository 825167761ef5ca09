//! A comparison's exceptions as lines of the table of all exceptions.
//!
//! A row within tolerance, and one whose sums agree, is a difference and no exception.

use arrow::array::RecordBatch;
use tieout_catalog::Comparison;
use tieout_model::{AmountColumn, ColumnNames, ComparisonClass, CurrencyOf, KeyColumn, Side};
use tieout_tables::TableError;

use super::{AmountPlace, ExceptionLine, amount_at, difference, text_at};
use crate::reconcile::tables::RunTable;

/// Where the amounts of a comparison's exceptions are found in its table.
pub(in crate::reconcile) struct ComparisonLines {
    id: String,
    key: Vec<KeyPlace>,
    left: Option<AmountPlace>,
    right: Option<AmountPlace>,
}

/// Where a column of the key is found.
struct KeyPlace {
    /// Its name on the left, in the common form of both sides.
    name: String,
    /// Where it is as each side writes it, for a key that is normalised: people look for what their own books say.
    written: Option<[String; 2]>,
}

impl ComparisonLines {
    /// Looks for the amounts of [`amounts_of`].
    pub(in crate::reconcile) fn new(comparison: &Comparison, left: &RunTable, right: &RunTable) -> Self {
        let (left, right) = amounts_of(comparison, [left, right]);
        let place = |side: Side, amount: AmountColumn| {
            let in_table = |column: &str| match in_key(comparison, side, column) {
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
            key: comparison.key.iter().map(KeyPlace::of).collect(),
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
            key: self.key_text(batch, row)?,
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

    fn key_text(&self, batch: &RecordBatch, row: usize) -> Result<String, TableError> {
        let pairs =
            self.key.iter().map(|key| Ok(format!("{}={}", key.name, key.text(batch, row)?.unwrap_or_default())));
        Ok(pairs.collect::<Result<Vec<_>, TableError>>()?.join(", "))
    }
}

impl KeyPlace {
    fn of(key: &KeyColumn) -> Self {
        let ColumnNames { left, right } = &key.names;
        let written = (!key.normalisation.is_empty()).then(|| [format!("left_{left}"), format!("right_{right}")]);
        Self { name: left.clone(), written }
    }

    /// As the left side writes it, or else the right side.
    fn text(&self, batch: &RecordBatch, row: usize) -> Result<Option<String>, TableError> {
        for place in self.written.iter().flatten() {
            if let Some(text) = text_at(batch, place, row)? {
                return Ok(Some(text));
            }
        }
        text_at(batch, &self.name, row)
    }
}

/// The amounts of both sides that exceptions show: the first compared pair of amounts, or else each side's first amount
/// column; none that is in the key, which the table has once for both sides.
pub(in crate::reconcile) fn amounts_of(
    comparison: &Comparison,
    [left, right]: [&RunTable; 2],
) -> (Option<AmountColumn>, Option<AmountColumn>) {
    let free = |side: Side, column: &str| in_key(comparison, side, column).is_none();
    let compared = comparison.columns.iter().find_map(|column| {
        let names = &column.names;
        let left = left.amount(&names.left).filter(|_| free(Side::Left, &names.left))?;
        let right = right.amount(&names.right).filter(|_| free(Side::Right, &names.right))?;
        Some((left.clone(), right.clone()))
    });
    let first = |side: Side, table: &RunTable| table.amounts.iter().find(|amount| free(side, &amount.column)).cloned();
    match compared {
        Some((left, right)) => (Some(left), Some(right)),
        None => (first(Side::Left, left), first(Side::Right, right)),
    }
}

/// The column of the key that a side calls by this name.
fn in_key<'a>(comparison: &'a Comparison, side: Side, column: &str) -> Option<&'a KeyColumn> {
    comparison.key.iter().find(|key| name_of(&key.names, side) == column)
}

fn name_of(names: &ColumnNames, side: Side) -> &str {
    if side == Side::Left { &names.left } else { &names.right }
}
