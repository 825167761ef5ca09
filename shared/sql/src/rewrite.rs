//! Rewrites what the engine computes otherwise than a control needs: integer arithmetic that would wrap becomes
//! checked, and `round` keeps its digits in view, so that the type of its answer is known before it runs.

use std::sync::{Arc, LazyLock};

use arrow::compute::kernels::numeric;
use arrow::datatypes::DataType;
use datafusion::common::tree_node::Transformed;
use datafusion::common::utils::take_function_args;
use datafusion::common::{DFSchema, Result, ScalarValue};
use datafusion::config::ConfigOptions;
use datafusion::logical_expr::expr_rewriter::FunctionRewrite;
use datafusion::logical_expr::{
    BinaryExpr, ColumnarValue, Expr, ExprSchemable, LogicalPlan, Operator, ScalarFunctionArgs, ScalarUDF,
    ScalarUDFImpl, Signature, Volatility, lit,
};
use datafusion::optimizer::AnalyzerRule;
use datafusion::optimizer::analyzer::function_rewrite::ApplyFunctionRewrites;
use datafusion::physical_expr_common::datum::apply;

static ADD: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| Checked::function(Arithmetic::Add));
static SUBTRACT: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| Checked::function(Arithmetic::Subtract));
static MULTIPLY: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| Checked::function(Arithmetic::Multiply));

/// Rewrites every expression of the plan; names of columns stay as they are.
pub(crate) fn apply_to(plan: LogicalPlan, options: &ConfigOptions) -> Result<LogicalPlan> {
    ApplyFunctionRewrites::new(vec![Arc::new(HouseArithmetic)]).analyze(plan, options)
}

#[derive(Debug)]
struct HouseArithmetic;

impl FunctionRewrite for HouseArithmetic {
    fn name(&self) -> &'static str {
        "house_arithmetic"
    }

    fn rewrite(&self, expr: Expr, schema: &DFSchema, _config: &ConfigOptions) -> Result<Transformed<Expr>> {
        match expr {
            Expr::BinaryExpr(BinaryExpr { left, op, right }) => {
                let checked = match op {
                    Operator::Plus => &ADD,
                    Operator::Minus => &SUBTRACT,
                    Operator::Multiply => &MULTIPLY,
                    _ => return Ok(Transformed::no(Expr::BinaryExpr(BinaryExpr { left, op, right }))),
                };
                if is_integer(&left, schema) && is_integer(&right, schema) {
                    return Ok(Transformed::yes(checked.call(vec![*left, *right])));
                }
                Ok(Transformed::no(Expr::BinaryExpr(BinaryExpr { left, op, right })))
            }
            Expr::Negative(inner) if is_integer(&inner, schema) => {
                Ok(Transformed::yes(SUBTRACT.call(vec![lit(0_i64), *inner])))
            }
            Expr::ScalarFunction(mut call) if call.name() == "round" => {
                // A literal of the exact type needs no cast, behind which the engine would lose sight of the digits.
                if let Some(Expr::Literal(digits @ ScalarValue::Int64(_), _)) = call.args.get_mut(1) {
                    *digits = digits.cast_to(&DataType::Int32)?;
                }
                Ok(Transformed::yes(Expr::ScalarFunction(call)))
            }
            other => Ok(Transformed::no(other)),
        }
    }
}

/// Whether the type is known to be an integer; an expression without a type is left for the engine to refuse.
fn is_integer(expr: &Expr, schema: &DFSchema) -> bool {
    expr.get_type(schema).is_ok_and(|data_type| data_type.is_integer())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Arithmetic {
    Add,
    Subtract,
    Multiply,
}

/// Integer arithmetic that fails where the engine's own would wrap.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Checked {
    arithmetic: Arithmetic,
    signature: Signature,
}

impl Checked {
    fn function(arithmetic: Arithmetic) -> Arc<ScalarUDF> {
        let signature = Signature::uniform(2, vec![DataType::Int64], Volatility::Immutable);
        Arc::new(ScalarUDF::from(Self { arithmetic, signature }))
    }
}

impl ScalarUDFImpl for Checked {
    fn name(&self) -> &str {
        match self.arithmetic {
            Arithmetic::Add => "integer_add",
            Arithmetic::Subtract => "integer_subtract",
            Arithmetic::Multiply => "integer_multiply",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int64)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [left, right] = take_function_args(self.name(), args.args)?;
        match self.arithmetic {
            Arithmetic::Add => apply(&left, &right, numeric::add),
            Arithmetic::Subtract => apply(&left, &right, numeric::sub),
            Arithmetic::Multiply => apply(&left, &right, numeric::mul),
        }
    }
}
