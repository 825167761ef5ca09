//! Makes every order in a plan total, so that equal keys never leave the choice to chance.
//!
//! Rows reach a sort in an order that depends on threads and memory. All columns of its input are added behind the
//! keys, so two rows that still tie are the same row. Where the order decides and cannot be made total, the query is
//! refused.

use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TransformedResult};
use datafusion::common::{Column, DFSchema, Result, plan_err};
use datafusion::logical_expr::expr::{Sort as SortExpr, WindowFunction};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::{Expr, LogicalPlan, Sort, Window, WindowFrameUnits};

/// Window functions whose answer for a row depends on the order of rows with equal keys.
const BY_POSITION: &[&str] = &["lag", "lead", "ntile", "row_number"];
/// Window functions that pick a row of their frame.
const BY_FRAME: &[&str] = &["first_value", "last_value", "nth_value"];

/// Makes the orders of sorts and windows total.
pub(crate) fn make_total(plan: LogicalPlan) -> Result<LogicalPlan> {
    plan.transform_up_with_subqueries(|node| match node {
        LogicalPlan::Sort(Sort { mut expr, input, fetch }) => {
            add_ties(&mut expr, &[], input.schema());
            Ok(Transformed::yes(LogicalPlan::Sort(Sort { expr, input, fetch })))
        }
        LogicalPlan::Window(window) => window_in_total_order(window).map(Transformed::yes),
        other => Ok(Transformed::no(other)),
    })
    .data()
}

/// The window with its order made total where that matters; one node holds one order, so it becomes two when some of
/// its functions keep theirs.
fn window_in_total_order(window: Window) -> Result<LogicalPlan> {
    let names = NamePreserver::new(&LogicalPlan::Window(window.clone()));
    let Window { input, window_expr, schema: _ } = window;
    let (mut as_written, mut total) = (Vec::new(), Vec::new());
    for expr in window_expr {
        let name = names.save(&expr);
        match expr.unalias_nested().data {
            Expr::WindowFunction(mut function) if depends_on_ties(&function)? => {
                let params = &mut function.params;
                add_ties(&mut params.order_by, &params.partition_by, input.schema());
                total.push(name.restore(Expr::WindowFunction(function)));
            }
            other => as_written.push(name.restore(other)),
        }
    }
    let mut plan = input;
    for expressions in [as_written, total] {
        if !expressions.is_empty() {
            plan = Arc::new(LogicalPlan::Window(Window::try_new(expressions, plan)?));
        }
    }
    Ok(Arc::unwrap_or_clone(plan))
}

fn depends_on_ties(function: &WindowFunction) -> Result<bool> {
    let name = function.fun.name();
    let by_rows = function.params.window_frame.units == WindowFrameUnits::Rows;
    if BY_FRAME.contains(&name) && !by_rows {
        return plan_err!("{name}() needs a frame that counts rows: write ROWS BETWEEN ... AND ... after its ORDER BY");
    }
    Ok(by_rows || BY_POSITION.contains(&name))
}

/// Adds every column of the input behind the keys, but for those that all rows of a partition share.
fn add_ties(keys: &mut Vec<SortExpr>, partition: &[Expr], schema: &DFSchema) {
    for (qualifier, field) in schema.iter() {
        let column = Expr::Column(Column::from((qualifier, field)));
        if !partition.contains(&column) && !keys.iter().any(|key| key.expr == column) {
            keys.push(SortExpr::new(column, true, true));
        }
    }
}
