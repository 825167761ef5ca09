//! Plans `sum` so that it cannot wrap, and the numbering functions so that they answer with integers.
//!
//! The engine's own `sum` wraps around in silence. Here its argument is widened first (integers to 38 digits, decimals
//! to 76), where no number of rows that fits on a disk overflows it, and the total is narrowed again with a check:
//! the answer is exact or an error, whatever the order of the rows.

use std::sync::{Arc, LazyLock};

use arrow::datatypes::{DECIMAL128_MAX_PRECISION, DECIMAL256_MAX_PRECISION, DataType};
use datafusion::common::format::DEFAULT_CAST_OPTIONS;
use datafusion::common::utils::take_function_args;
use datafusion::common::{Result, plan_datafusion_err};
use datafusion::logical_expr::expr::{AggregateFunction, WindowFunction, WindowFunctionParams};
use datafusion::logical_expr::planner::{ExprPlanner, PlannerResult, RawAggregateExpr, RawWindowExpr};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility, cast,
};

use crate::failure::Fault;

/// Window functions that number rows; the engine counts them unsigned.
const NUMBERING: &[&str] = &["dense_rank", "ntile", "rank", "row_number"];

static WIDEN: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| Cast::function(Direction::Widen));
static NARROW: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| Cast::function(Direction::Narrow));

/// Plans `sum` as `sum_result(sum(sum_argument(x)))` under its usual name, as an aggregate and over a window.
#[derive(Debug)]
pub(crate) struct ExactSums;

impl ExprPlanner for ExactSums {
    fn plan_aggregate(&self, raw: RawAggregateExpr) -> Result<PlannerResult<RawAggregateExpr>> {
        if raw.func.name() != "sum" {
            return Ok(PlannerResult::Original(raw));
        }
        let RawAggregateExpr { func, args, distinct, filter, order_by, null_treatment } = raw;
        let planned = |args| {
            let (func, filter, order_by) = (Arc::clone(&func), filter.clone(), order_by.clone());
            AggregateFunction::new_udf(func, args, distinct, filter, order_by, null_treatment)
        };
        let name = Expr::AggregateFunction(planned(args.clone())).schema_name().to_string();
        let total = Expr::AggregateFunction(planned(widen(args)));
        Ok(PlannerResult::Planned(NARROW.call(vec![total]).alias(name)))
    }

    fn plan_window(&self, raw: RawWindowExpr) -> Result<PlannerResult<RawWindowExpr>> {
        let function = raw.func_def.name().to_owned();
        let sums = function == "sum";
        if !sums && !NUMBERING.contains(&function.as_str()) {
            return Ok(PlannerResult::Original(raw));
        }
        let mut window = window_function(raw);
        let name = Expr::from(window.clone()).schema_name().to_string();
        let planned = if sums {
            window.params.args = widen(window.params.args);
            NARROW.call(vec![Expr::from(window)])
        } else {
            cast(Expr::from(window), DataType::Int64)
        };
        Ok(PlannerResult::Planned(planned.alias(name)))
    }
}

fn widen(args: Vec<Expr>) -> Vec<Expr> {
    args.into_iter().map(|argument| WIDEN.call(vec![argument])).collect()
}

fn window_function(raw: RawWindowExpr) -> WindowFunction {
    let RawWindowExpr { func_def, args, partition_by, order_by, window_frame, filter, null_treatment, distinct } = raw;
    let params = WindowFunctionParams { args, partition_by, order_by, window_frame, filter, null_treatment, distinct };
    WindowFunction { fun: func_def, params }
}

fn widened(data_type: &DataType) -> Option<DataType> {
    match data_type {
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => {
            Some(DataType::Decimal128(DECIMAL128_MAX_PRECISION, 0))
        }
        DataType::Decimal128(_, scale) => Some(DataType::Decimal256(DECIMAL256_MAX_PRECISION, *scale)),
        _ => None,
    }
}

fn narrowed(data_type: &DataType) -> Option<DataType> {
    match data_type {
        DataType::Decimal128(..) => Some(DataType::Int64),
        DataType::Decimal256(_, scale) => Some(DataType::Decimal128(DECIMAL128_MAX_PRECISION, *scale)),
        _ => None,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Direction {
    Widen,
    Narrow,
}

/// A checked cast whose target follows from the type of its argument.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Cast {
    direction: Direction,
    signature: Signature,
}

impl Cast {
    fn function(direction: Direction) -> Arc<ScalarUDF> {
        Arc::new(ScalarUDF::from(Self { direction, signature: Signature::any(1, Volatility::Immutable) }))
    }
}

impl ScalarUDFImpl for Cast {
    fn name(&self) -> &str {
        match self.direction {
            Direction::Widen => "sum_argument",
            Direction::Narrow => "sum_result",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        let [argument] = take_function_args(self.name(), arguments)?;
        let target = match self.direction {
            Direction::Widen => widened(argument),
            Direction::Narrow => narrowed(argument),
        };
        target.ok_or_else(|| plan_datafusion_err!("sum() adds integers and decimals, and this is {argument}"))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let target = args.return_field.data_type().clone();
        let [value] = take_function_args(self.name(), args.args)?;
        value.cast_to(&target, Some(&DEFAULT_CAST_OPTIONS)).map_err(|_| {
            Fault::error(if target == DataType::Int64 {
                "a sum is larger than an integer: cast its argument to decimal(38,0)"
            } else {
                "a sum has more than 38 digits: cast its argument to fewer decimals"
            })
        })
    }
}
