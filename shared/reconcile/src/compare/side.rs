//! A side of a comparison, resolved: what is read from its batches, and the order in which they are merged.
//!
//! A side is sorted by its key, then by the declared order of duplicates, then by all its columns, so that rows of one
//! key have one order whatever order they came in.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use arrow::datatypes::{Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use tieout_model::Side;
use tieout_tables::{SortedBatches, Sorter};

use super::Batches;
use super::form::{is_wide, type_name};
use super::key::SortedPair;
use super::pair::ColumnPair;
use super::spec::SideSchema;
use crate::ReconcileError;
use crate::amount::AmountPlan;
use crate::error::misfit;

/// A side resolved: what the merge reads from its batches.
#[derive(Debug)]
pub(super) struct SidePlan {
    pub(super) side: Side,
    pub(super) name: String,
    pub(super) schema: SchemaRef,
    pub(super) amounts: Vec<AmountPlan>,
    /// Positions of the columns that stand in the exceptions table under the name of the side.
    pub(super) rest: Vec<usize>,
    /// The side's columns and those added for the sort.
    sorted_schema: SchemaRef,
    /// Names of the columns by which it is sorted.
    order: Vec<String>,
    /// The pairs whose columns are added in their common form.
    added: Vec<ColumnPair>,
}

impl SidePlan {
    /// Resolves a side that is sorted by `pairs` and whose columns `in_key` are shown under the name of the key.
    pub(super) fn new(
        side: Side,
        declared: SideSchema,
        pairs: &[ColumnPair],
        in_key: &BTreeSet<usize>,
    ) -> Result<Self, ReconcileError> {
        let schema = &declared.schema;
        let amounts = declared.amounts.iter().map(|amount| AmountPlan::new(schema, amount, &declared.name));
        let amounts = amounts.collect::<Result<_, _>>()?;
        let nullable = |field: &Arc<Field>| Field::new(field.name(), field.data_type().clone(), true);
        let mut fields: Vec<Field> = schema.fields().iter().map(nullable).collect();
        let mut order = Vec::new();
        let mut added = Vec::new();
        for pair in pairs {
            let field = schema.field(pair.index(side));
            if pair.form.keeps_order(field.data_type()) {
                order.push(field.name().clone());
                continue;
            }
            let name = free_name(&fields, field.name());
            order.push(name.clone());
            fields.push(Field::new(name, pair.form.common_type(), true));
            added.push(pair.clone());
        }
        let others = schema.fields().iter().map(|field| field.name()).filter(|name| !order.contains(name));
        let others: Vec<String> = others.cloned().collect();
        order.extend(others);
        Ok(Self {
            side,
            rest: (0..schema.fields().len()).filter(|index| !in_key.contains(index)).collect(),
            name: declared.name,
            schema: declared.schema,
            amounts,
            sorted_schema: Arc::new(Schema::new(fields)),
            order,
            added,
        })
    }

    /// Where the sorted batches have the columns of `pairs`, the same as at the making of this plan, in common form.
    pub(super) fn places(&self, pairs: &[ColumnPair]) -> Vec<Option<usize>> {
        let mut next = self.schema.fields().len();
        let mut place = |pair: &ColumnPair| {
            let kept = pair.form.keeps_order(self.schema.field(pair.index(self.side)).data_type());
            (!kept).then(|| {
                next += 1;
                next - 1
            })
        };
        pairs.iter().map(&mut place).collect()
    }

    /// The rows in order, each with the columns that were added for the sort.
    pub(super) fn sorted(&self, batches: impl Batches, scratch: &Path) -> Result<SortedBatches, ReconcileError> {
        let mut sorter = Sorter::new(Arc::clone(&self.sorted_schema), &self.order, scratch)?;
        for batch in batches {
            sorter.push(self.with_added(&batch?)?)?;
        }
        Ok(sorter.finish()?)
    }

    fn with_added(&self, batch: &RecordBatch) -> Result<RecordBatch, ReconcileError> {
        let (found, expected) = (batch.schema_ref().fields(), self.schema.fields());
        let same = found.len() == expected.len()
            && found
                .iter()
                .zip(expected)
                .all(|(found, expected)| found.name() == expected.name() && found.data_type() == expected.data_type());
        if !same {
            return Err(ReconcileError::WrongColumns { data_set: self.name.clone() });
        }
        let mut columns = batch.columns().to_vec();
        for pair in &self.added {
            columns.push(pair.common(self.side, batch.columns())?);
        }
        Ok(RecordBatch::try_new(Arc::clone(&self.sorted_schema), columns)?)
    }
}

/// Pairs with the places of their columns in the sorted batches of both sides.
pub(super) fn sorted_pairs(pairs: Vec<ColumnPair>, left: &SidePlan, right: &SidePlan) -> Vec<SortedPair> {
    let places: Vec<_> = left.places(&pairs).into_iter().zip(right.places(&pairs)).collect();
    pairs.into_iter().zip(places).map(|(pair, (left, right))| SortedPair { pair, added: [left, right] }).collect()
}

/// Refuses columns of types that no side may have, and two of one name.
pub(super) fn check_columns(side: &SideSchema) -> Result<(), ReconcileError> {
    let mut names = BTreeSet::new();
    for field in side.schema.fields() {
        if !is_wide(field.data_type()) {
            let problem =
                format!("column '{}' of '{}' has type {}", field.name(), side.name, type_name(field.data_type()));
            return Err(misfit(problem, "cast it to text, integer, decimal, boolean, date or timestamp"));
        }
        if !names.insert(field.name()) {
            let problem = format!("two columns of '{}' are called '{}'", side.name, field.name());
            return Err(misfit(problem, "give one of them another name"));
        }
    }
    Ok(())
}

/// A name for an added column that no other column has.
fn free_name(fields: &[Field], name: &str) -> String {
    let mut name = format!("{name} in common form");
    while fields.iter().any(|field| *field.name() == name) {
        name.push('\'');
    }
    name
}
