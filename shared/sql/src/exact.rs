//! Checks a whole plan: every expression has a type that is exact, and nothing knows the clock or chance.
//!
//! A closed list of types. The names of functions and types were checked in the text already; this is the net below.

use arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{DFSchema, Result};
use datafusion::logical_expr::utils::merge_schema;
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan, Volatility};
use datafusion::sql::unparser::expr_to_sql;
use tieout_pipeline::ports::EngineError;

use crate::problem::planning;
use crate::sql_text::{SqlText, refused};

/// Refuses a plan in which an expression is a binary float or another type that no table holds, rounds a decimal to
/// an integer, or calls a function whose answer changes between calls.
pub(crate) fn check(plan: &LogicalPlan, sql: &SqlText<'_>) -> std::result::Result<(), EngineError> {
    let mut refusal = None;
    let walked = plan.apply_with_subqueries(|node| {
        let schema = schema_of_inputs(node)?;
        node.apply_expressions(|root| {
            root.apply(|expr| {
                refusal = refusal_of(expr, &schema)?;
                Ok(if refusal.is_some() { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
            })
        })
    });
    walked.map_err(|error| planning(&error, sql, &[]))?;
    refusal.map_or(Ok(()), |message| Err(refused(message, None)))
}

/// All columns that the expressions of a node can name.
pub(crate) fn schema_of_inputs(node: &LogicalPlan) -> Result<DFSchema> {
    if let LogicalPlan::TableScan(scan) = node {
        return DFSchema::try_from_qualified_schema(scan.table_name.clone(), &scan.source.schema());
    }
    Ok(merge_schema(&node.inputs()))
}

/// An expression as SQL, cut to what fits in a message.
pub(crate) fn excerpt(expr: &Expr) -> String {
    const LONGEST: usize = 80;
    let text = expr_to_sql(expr).map_or_else(|_| expr.to_string(), |sql| sql.to_string());
    if text.chars().count() <= LONGEST {
        return text;
    }
    text.chars().take(LONGEST).chain(['…']).collect()
}

fn refusal_of(expr: &Expr, schema: &DFSchema) -> Result<Option<String>> {
    // Grouping sets and the star of count(*) have no type of their own; their parts are visited.
    #[expect(deprecated, reason = "the engine still plans the variant")]
    if matches!(expr, Expr::GroupingSet(_) | Expr::Wildcard { .. }) {
        return Ok(None);
    }
    if let Some(name) = changing_function(expr) {
        return Ok(Some(format!("{name}() is not allowed: its answer changes from call to call; use $cutoff_date")));
    }
    let data_type = expr.get_type(schema)?;
    let text = || excerpt(expr);
    if data_type.is_floating() {
        return Ok(Some(format!(
            "{} is a binary float, which does not hold amounts exactly: cast what it is made of to \
             decimal(precision,scale)",
            text()
        )));
    }
    if !is_held(&data_type) {
        return Ok(Some(format!("{} has type {data_type}, which no table holds", text())));
    }
    if let Expr::Cast(cast) = expr
        && cast.field.data_type().is_integer()
        && matches!(cast.expr.get_type(schema)?, DataType::Decimal128(_, scale) if scale > 0)
    {
        return Ok(Some(format!(
            "{} drops decimals here and rounds them in Athena: write cast(round(...) as decimal(38,0)) before it",
            text()
        )));
    }
    Ok(None)
}

fn changing_function(expr: &Expr) -> Option<String> {
    let (name, volatility) = match expr {
        Expr::ScalarFunction(call) => (call.name(), call.func.signature().volatility),
        Expr::AggregateFunction(call) => (call.func.name(), call.func.signature().volatility),
        Expr::WindowFunction(call) => (call.fun.name(), call.fun.signature().volatility),
        _ => return None,
    };
    (volatility != Volatility::Immutable).then(|| name.to_owned())
}

/// Whether values of the type are exact and become one of the six column types, or add to a date.
fn is_held(data_type: &DataType) -> bool {
    match data_type {
        DataType::Decimal128(_, scale) | DataType::Decimal256(_, scale) => *scale >= 0,
        DataType::Timestamp(unit, None) => matches!(unit, TimeUnit::Microsecond | TimeUnit::Nanosecond),
        DataType::Null
        | DataType::Boolean
        | DataType::Utf8
        | DataType::LargeUtf8
        | DataType::Utf8View
        | DataType::Date32
        | DataType::Interval(_) => true,
        other => other.is_integer(),
    }
}
