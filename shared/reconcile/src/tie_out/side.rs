//! The totals of one side, by group and currency.
//!
//! A row with a null amount adds nothing and makes no group; an amount without a currency is an error.

use std::collections::BTreeMap;

use arrow::array::ArrayRef;
use arrow::datatypes::{DataType, Schema};
use arrow::record_batch::RecordBatch;
use arrow::row::{RowConverter, SortField};
use tieout_model::{AmountColumn, Currency, Decimal};

use super::Sum;
use super::group::{GroupKind, GroupValue};
use crate::ReconcileError;
use crate::amount::{AmountPlan, Currencies, Sums, position};
use crate::error::misfit;

/// Groups converted back from their bytes at a time.
const GROUPS_AT_ONCE: usize = 8192;

/// Sums an amount column of one side.
#[derive(Debug)]
pub struct SideTotals {
    amount: AmountPlan,
    types: Vec<DataType>,
    by: Vec<Grouping>,
    names: Vec<String>,
    converter: Option<RowConverter>,
    currencies: Currencies,
    total: Sums,
    /// By the bytes of the group; the order of bytes is the order of values.
    groups: BTreeMap<Box<[u8]>, Sums>,
}

#[derive(Debug)]
struct Grouping {
    index: usize,
    kind: GroupKind,
}

impl SideTotals {
    /// Starts at zero over the table of `schema`, with one sum for each value of the columns `by` when there are any.
    ///
    /// Errors (`Plan`): a column that the schema lacks, an amount that is not a number, a currency that is not text.
    pub fn new(schema: &Schema, amount: &AmountColumn, by: &[String]) -> Result<Self, ReconcileError> {
        let amount = AmountPlan::new(schema, amount, "the table")?;
        let mut groupings = Vec::with_capacity(by.len());
        let mut fields = Vec::with_capacity(by.len());
        for name in by {
            let index = position(schema, name, "the table")?;
            let data_type = schema.field(index).data_type();
            let kind = GroupKind::of(data_type).ok_or_else(|| {
                misfit(format!("group column '{name}' has type {data_type}"), "cast it to a type that tables hold")
            })?;
            groupings.push(Grouping { index, kind });
            fields.push(SortField::new(data_type.clone()));
        }
        Ok(Self {
            amount,
            types: schema.fields().iter().map(|field| field.data_type().clone()).collect(),
            by: groupings,
            names: by.to_vec(),
            converter: if fields.is_empty() { None } else { Some(RowConverter::new(fields)?) },
            currencies: Currencies::default(),
            total: Sums::default(),
            groups: BTreeMap::new(),
        })
    }

    /// Adds the rows of a batch. Errors: other columns, an amount without currency, a sum that does not fit.
    pub fn update(&mut self, batch: &RecordBatch) -> Result<(), ReconcileError> {
        if !batch.schema_ref().fields().iter().map(|field| field.data_type()).eq(&self.types) {
            return Err(ReconcileError::WrongColumns { data_set: self.amount.column.clone() });
        }
        let amounts = self.amount.read(batch, &mut self.currencies)?;
        let columns: Vec<ArrayRef> = self.by.iter().map(|group| batch.column(group.index).clone()).collect();
        let keys = self.converter.as_ref().map(|converter| converter.convert_columns(&columns)).transpose()?;
        let overflow = || ReconcileError::Overflow { column: self.amount.column.clone() };
        for row in 0..batch.num_rows() {
            let Some((amount, currency)) = amounts.get(row) else { continue };
            self.total.add(amount, currency).ok_or_else(overflow)?;
            let Some(keys) = &keys else { continue };
            let key = keys.row(row);
            let sums = match self.groups.get_mut(key.data()) {
                Some(sums) => sums,
                None => self.groups.entry(key.data().into()).or_default(),
            };
            sums.add(amount, currency).ok_or_else(overflow)?;
        }
        Ok(())
    }

    pub(super) fn scale(&self) -> u8 {
        self.amount.scale
    }

    pub(super) fn column(&self) -> &str {
        &self.amount.column
    }

    pub(super) fn by(&self) -> &[String] {
        &self.names
    }

    /// Refuses groups whose values can never be equal to the other side's.
    pub(super) fn refuse_other_groups(&self, other: &Self) -> Result<(), ReconcileError> {
        if self.names != other.names {
            return Err(misfit("the two sides are grouped by different columns", "group both by the same columns"));
        }
        let mut pairs = self.names.iter().zip(self.by.iter().zip(&other.by));
        match pairs.find(|(_, (left, right))| left.kind != right.kind) {
            Some((name, _)) => Err(misfit(
                format!("group column '{name}' has types on the two sides that do not compare"),
                "declare it with the same type on both sides",
            )),
            None => Ok(()),
        }
    }

    /// The total per currency, by currency; a currency that the definition fixes is there even without a row.
    pub(super) fn totals(&self) -> Result<Vec<Sum>, ReconcileError> {
        let mut totals: Vec<(Currency, Decimal)> = self.total.finish(&self.amount, &self.currencies)?;
        if let Some(currency) = self.amount.fixed_currency()
            && totals.is_empty()
        {
            totals.push((currency.clone(), Decimal::zero(self.amount.scale)));
        }
        Ok(totals.into_iter().map(|(currency, amount)| (Vec::new(), currency, amount)).collect())
    }

    /// The sum of each group and currency, in order of both, converted back a few at a time.
    pub(super) fn into_groups(mut self) -> impl Iterator<Item = Result<Sum, ReconcileError>> {
        let mut groups = std::mem::take(&mut self.groups).into_iter().peekable();
        let chunks = std::iter::from_fn(move || {
            groups.peek()?;
            Some(self.convert(&groups.by_ref().take(GROUPS_AT_ONCE).collect::<Vec<_>>()))
        });
        chunks.flat_map(|chunk| match chunk {
            Ok(sums) => sums.into_iter().map(Ok).collect::<Vec<_>>(),
            Err(error) => vec![Err(error)],
        })
    }

    fn convert(&self, groups: &[(Box<[u8]>, Sums)]) -> Result<Vec<Sum>, ReconcileError> {
        let Some(converter) = &self.converter else { return Ok(Vec::new()) };
        let parser = converter.parser();
        let columns = converter.convert_rows(groups.iter().map(|(bytes, _)| parser.parse(bytes)))?;
        let mut found = Vec::with_capacity(groups.len());
        for (row, (_, sums)) in groups.iter().enumerate() {
            let values = columns.iter().map(|column| GroupValue::read(column, row));
            let values = values.collect::<Result<Vec<_>, _>>()?;
            for (currency, amount) in sums.finish(&self.amount, &self.currencies)? {
                found.push((values.clone(), currency, amount));
            }
        }
        Ok(found)
    }
}
