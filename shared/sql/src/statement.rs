//! Reads the text of a query: exactly one SELECT, inside the SQL subset.

use std::ops::ControlFlow;

use datafusion::common::DataFusionError;
use datafusion::sql::parser::{DFParserBuilder, Statement};
use datafusion::sql::sqlparser::ast::{Statement as SqlStatement, Visit};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::parser::ParserError;
use tieout_pipeline::ports::EngineError;

use crate::problem::planning;
use crate::shape::Shape;
use crate::sql_text::{Place, SqlText, refused};

/// How deep parentheses and subqueries may nest.
const NESTING_LIMIT: usize = 50;
/// How many SELECTs a query may have.
const SELECTS_LIMIT: usize = 50;
/// How many JOINs a query may have.
const JOINS_LIMIT: usize = 50;
/// How many arithmetic and logical operators a query may have.
const OPERATORS_LIMIT: usize = 1_000;

/// Reads the one query that the text holds.
pub(crate) fn read(sql: &SqlText<'_>) -> Result<Statement, EngineError> {
    small_enough(sql)?;
    let parser = DFParserBuilder::new(sql.text).with_dialect(&GenericDialect {}).with_recursion_limit(NESTING_LIMIT);
    let statements = parser.build().and_then(|mut parser| parser.parse_statements());
    let mut statements = statements.map_err(|error| planning(&error, sql, &[]))?;
    let (statement, others) = (statements.pop_front(), statements.len());
    let query = match statement {
        None => return Err(refused("there is no query: write one SELECT", None)),
        Some(_) if others > 0 => {
            return Err(refused(format!("only one SELECT is allowed, and there are {} statements", others + 1), None));
        }
        Some(Statement::Statement(statement)) => statement,
        Some(_) => return Err(not_a_query(sql)),
    };
    if !matches!(*query, SqlStatement::Query(_)) {
        return Err(not_a_query(sql));
    }
    match query.visit(&mut Shape::default()) {
        ControlFlow::Break(refusal) => Err(refused(refusal.message, refusal.place)),
        ControlFlow::Continue(()) => Ok(Statement::Statement(query)),
    }
}

/// Refuses a text whose plan would be so deep that walking it overflows the stack, which no error handling survives.
fn small_enough(sql: &SqlText<'_>) -> Result<(), EngineError> {
    let selects = sql.count_of_keyword(Keyword::SELECT);
    let joins = sql.count_of_keyword(Keyword::JOIN);
    for (what, count, most) in [
        ("SELECTs", selects, SELECTS_LIMIT),
        ("JOINs", joins, JOINS_LIMIT),
        ("operators", sql.count_of_operators(), OPERATORS_LIMIT),
    ] {
        if count > most {
            let message = format!("the query has {count} {what}, and at most {most} are allowed: split it");
            return Err(refused(message, None));
        }
    }
    Ok(())
}

/// The message and the place of a text that does not parse.
pub(crate) fn syntax(error: &ParserError) -> (String, Option<Place>) {
    let text = match error {
        ParserError::TokenizerError(text) | ParserError::ParserError(text) => text,
        ParserError::RecursionLimitExceeded => {
            return (format!("the query nests deeper than {NESTING_LIMIT} levels: split it with WITH"), None);
        }
    };
    let Some((message, place)) = text.rsplit_once(" at Line: ") else { return (text.clone(), None) };
    let place = place.split_once(", Column: ").and_then(|(line, column)| {
        Some(Place { line: line.trim().parse().ok()?, column: column.trim().parse().ok()? })
    });
    (message.to_owned(), place)
}

fn not_a_query(sql: &SqlText<'_>) -> EngineError {
    refused(format!("only one SELECT (or WITH ... SELECT) is allowed, and this is {}", sql.first_word()), None)
}

/// The parser's error inside an engine error.
pub(crate) fn parser_error(error: &DataFusionError) -> Option<&ParserError> {
    match error {
        DataFusionError::SQL(error, _) => Some(error),
        _ => None,
    }
}
