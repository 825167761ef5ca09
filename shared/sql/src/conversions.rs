//! Refuses conversions that nobody wrote: a text compared with a number, a date with a timestamp.
//!
//! The engine converts one side in silence where Athena refuses or means another moment. A cast in the query is a
//! decision of its author; a cast that the engine adds between families of types is not.

use std::collections::BTreeMap;

use arrow::datatypes::DataType;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{DFSchema, Result};
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan};
use tieout_pipeline::ports::EngineError;

use crate::exact::{excerpt, schema_of_inputs};
use crate::sql_text::refused;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Family {
    Text,
    Number,
    Boolean,
    Date,
    Timestamp,
}

impl Family {
    fn of(data_type: &DataType) -> Option<Self> {
        match data_type {
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Some(Self::Text),
            DataType::Boolean => Some(Self::Boolean),
            DataType::Date32 => Some(Self::Date),
            DataType::Timestamp(..) => Some(Self::Timestamp),
            number if number.is_numeric() => Some(Self::Number),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "a number",
            Self::Boolean => "a boolean",
            Self::Date => "a date",
            Self::Timestamp => "a timestamp",
        }
    }

    /// The type to cast to, as a query writes it.
    fn cast(self) -> &'static str {
        match self {
            Self::Text => "varchar",
            Self::Number => "decimal(precision,scale)",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Timestamp => "timestamp",
        }
    }
}

/// What the casts of a plan convert, by family from and to.
#[derive(Debug, Default)]
pub(crate) struct Conversions(BTreeMap<(Family, Family), Vec<String>>);

impl Conversions {
    /// The casts between families that the plan holds; an expression without a type yet holds none.
    pub(crate) fn of(plan: &LogicalPlan) -> Result<Self> {
        let mut found = Self::default();
        plan.apply_with_subqueries(|node| {
            let schema = schema_of_inputs(node)?;
            node.apply_expressions(|root| {
                root.apply(|expr| {
                    found.note(expr, &schema);
                    Ok(TreeNodeRecursion::Continue)
                })
            })
        })?;
        Ok(found)
    }

    fn note(&mut self, expr: &Expr, schema: &DFSchema) {
        let (inner, target) = match expr {
            Expr::Cast(cast) => (&cast.expr, cast.field.data_type()),
            Expr::TryCast(cast) => (&cast.expr, cast.field.data_type()),
            _ => return,
        };
        let Ok(source) = inner.get_type(schema) else { return };
        if let (Some(from), Some(to)) = (Family::of(&source), Family::of(target))
            && from != to
        {
            self.0.entry((from, to)).or_default().push(excerpt(inner));
        }
    }

    /// Refuses conversions in `analyzed` beyond those that were written.
    pub(crate) fn refuse_others(&self, analyzed: &Self) -> std::result::Result<(), EngineError> {
        for (&(from, to), inners) in &analyzed.0 {
            let written = self.0.get(&(from, to)).map_or(&[][..], Vec::as_slice);
            if inners.len() > written.len() {
                let added = inners.iter().find(|inner| !written.contains(inner)).or_else(|| inners.last());
                let what = added.map_or("", String::as_str);
                let message = format!(
                    "{what} is {} and stands where {} is needed: write the conversion, as in cast({what} as {})",
                    from.name(),
                    to.name(),
                    to.cast()
                );
                return Err(refused(message, None));
            }
        }
        Ok(())
    }
}
