//! One cell by the contract: read by its format, then held against the null policy of its column.
//!
//! A typed value is held against the same policy as one that was read from text.

use tieout_model::{Column, ColumnType, ValueFormat};

use crate::parse::{Cell, parse_cell};
use crate::timestamp::{is_null_date, is_null_moment};
use crate::{RowProblem, mask};

/// Reads a cell by a format and holds it against the column's null policy.
pub(crate) fn read_cell<'a>(
    text: Option<&'a str>,
    column: &Column,
    format: &ValueFormat,
) -> Result<Option<Cell<'a>>, RowProblem> {
    let cell = match text {
        Some(present) => parse_cell(present, column.data_type, format)
            .map_err(|problem| row_problem(column, text, problem.to_string()))?,
        None => None,
    };
    settle_null(cell, text, column, format)
}

/// Holds a typed value against the column's dates that are none, and its null policy.
pub(crate) fn settled_cell<'a>(
    cell: Cell<'a>,
    text: Option<&str>,
    column: &Column,
    format: &ValueFormat,
) -> Result<Option<Cell<'a>>, RowProblem> {
    let is_null = match cell {
        Cell::Date(days) => is_null_date(days, &format.null_dates),
        Cell::Timestamp(microseconds) => is_null_moment(microseconds, &format.null_dates),
        _ => false,
    };
    settle_null(Some(cell).filter(|_| !is_null), text, column, format)
}

/// Holds a null against the column's null policy.
fn settle_null<'a>(
    cell: Option<Cell<'a>>,
    text: Option<&str>,
    column: &Column,
    format: &ValueFormat,
) -> Result<Option<Cell<'a>>, RowProblem> {
    if cell.is_none() && format.null_as_zero && matches!(column.data_type, ColumnType::Decimal { .. }) {
        return Ok(Some(Cell::Decimal(0)));
    }
    if cell.is_none() && !column.nullable {
        return Err(row_problem(column, text, "is null, and the column has no nulls".to_owned()));
    }
    Ok(cell)
}

/// The problem of one cell of a row.
pub(crate) fn row_problem(column: &Column, text: Option<&str>, problem: String) -> RowProblem {
    RowProblem { column: column.name.clone(), masked: text.map(mask).unwrap_or_default(), problem }
}
