//! What can be said of SQL text without an engine: that it parses, and that what it names exists.
//!
//! Types, functions, and the columns that a query names are the engine's to check.

use std::ops::ControlFlow;

use sqlparser::ast::{Expr, Ident, Query, Select, Spanned, Statement, TableFactor, Value, Visit, Visitor};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Token};

use crate::nearest::did_you_mean;

/// Parameters that every control has.
pub(crate) const BUILTIN_PARAMETERS: [&str; 5] =
    ["cutoff_date", "cutoff_end", "month_start", "timing_start", "year_start"];

/// What SQL may name.
pub(crate) struct Vocabulary<'a> {
    /// Parameters, without the `$`.
    pub(crate) parameters: Vec<&'a str>,
    /// Data sets that may be read from.
    pub(crate) tables: Vec<&'a str>,
    /// Columns that an expression may name; `None` leaves that to the engine.
    pub(crate) columns: Option<Vec<&'a str>>,
}

/// A mistake in SQL text at a line and column, both from 1.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SqlMistake {
    pub(crate) line: u64,
    pub(crate) column: u64,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

/// The mistakes of the text of a derived data set, which must be exactly one SELECT.
pub(crate) fn query_mistakes(sql: &str, vocabulary: &Vocabulary<'_>) -> Vec<SqlMistake> {
    let statements = match Parser::parse_sql(&GenericDialect {}, sql) {
        Ok(statements) => statements,
        Err(error) => return vec![parse_mistake(sql, &error)],
    };
    let start = Location { line: 1, column: 1 };
    match statements.as_slice() {
        [] => vec![mistake(start, "there is no SQL here: write one SELECT".to_owned(), None)],
        [statement] => Checker::of(vocabulary, false).check(statement),
        [_, second, ..] => {
            let message = "there must be exactly one SELECT, and this is a second statement";
            vec![mistake(second.span().start, message.to_owned(), None)]
        }
    }
}

/// The mistakes of an expression over the columns of one data set.
pub(crate) fn expression_mistakes(sql: &str, vocabulary: &Vocabulary<'_>) -> Vec<SqlMistake> {
    let parsed = Parser::new(&GenericDialect {}).try_with_sql(sql).and_then(|mut parser| {
        let expression = parser.parse_expr()?;
        Ok((expression, parser.peek_token()))
    });
    match parsed {
        Err(error) => vec![parse_mistake(sql, &error)],
        Ok((expression, rest)) if rest.token == Token::EOF => Checker::of(vocabulary, true).check(&expression),
        Ok((_, rest)) => {
            let message = format!("SQL does not parse: expected the end of the expression, found: {}", rest.token);
            vec![mistake(rest.span.start, message, None)]
        }
    }
}

/// Walks a syntax tree and notes what it names in vain.
struct Checker<'a> {
    vocabulary: &'a Vocabulary<'a>,
    is_expression: bool,
    /// Names of WITH queries, which stand for tables anywhere in the text: the engine knows their exact reach.
    with_names: Vec<String>,
    mistakes: Vec<SqlMistake>,
}

impl<'a> Checker<'a> {
    fn of(vocabulary: &'a Vocabulary<'a>, is_expression: bool) -> Self {
        Self { vocabulary, is_expression, with_names: Vec::new(), mistakes: Vec::new() }
    }

    fn check(mut self, tree: &impl Visit) -> Vec<SqlMistake> {
        let ControlFlow::Continue(()) = tree.visit(&mut self);
        self.mistakes
    }

    fn add(&mut self, at: Location, message: String, help: Option<String>) {
        self.mistakes.push(mistake(at, message, help));
    }

    fn check_column(&mut self, ident: &Ident) {
        let name = folded(ident);
        if let Some(columns) = &self.vocabulary.columns
            && !columns.contains(&name.as_str())
        {
            let help = did_you_mean(&name, columns.iter().copied());
            self.add(ident.span.start, format!("there is no column '{name}'"), help);
        }
    }
}

impl Visitor for Checker<'_> {
    type Break = std::convert::Infallible;

    fn pre_visit_statement(&mut self, statement: &Statement) -> ControlFlow<Self::Break> {
        if !matches!(statement, Statement::Query(_)) {
            self.add(statement.span().start, "only SELECT is allowed here".to_owned(), None);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<Self::Break> {
        if self.is_expression {
            let help = "join the tables in a derived data set and assert over that".to_owned();
            self.add(query.span().start, "an assertion cannot hold a query of its own".to_owned(), Some(help));
        }
        let with = query.with.iter().flat_map(|with| &with.cte_tables);
        self.with_names.extend(with.map(|table| folded(&table.alias.name)));
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<Self::Break> {
        if let Some(into) = &select.into {
            self.add(into.name.span().start, "SELECT INTO is not allowed here".to_owned(), None);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<Self::Break> {
        // With arguments it is a table function: the engine says which of those there are.
        let TableFactor::Table { name, args: None, .. } = factor else {
            return ControlFlow::Continue(());
        };
        let shown = name.0.iter().filter_map(|part| part.as_ident()).map(folded).collect::<Vec<_>>().join(".");
        let tables = &self.vocabulary.tables;
        if !self.is_expression && !tables.contains(&shown.as_str()) && !self.with_names.contains(&shown) {
            let known = tables.iter().copied().chain(self.with_names.iter().map(String::as_str));
            let help = did_you_mean(&shown, known);
            self.add(name.span().start, format!("there is no data set '{shown}' before this one"), help);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<Self::Break> {
        if let Expr::Identifier(ident) = expression {
            self.check_column(ident);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_value(&mut self, value: &sqlparser::ast::ValueWithSpan) -> ControlFlow<Self::Break> {
        let Value::Placeholder(placeholder) = &value.value else {
            return ControlFlow::Continue(());
        };
        let name = placeholder.trim_start_matches('$');
        let parameters = &self.vocabulary.parameters;
        if !placeholder.starts_with('$') || !parameters.contains(&name) {
            let help = did_you_mean(name, parameters.iter().copied());
            self.add(value.span.start, format!("there is no parameter '{placeholder}'"), help);
        }
        ControlFlow::Continue(())
    }
}

/// The name as engines read it: without quotes it is folded to lower case.
fn folded(ident: &Ident) -> String {
    if ident.quote_style.is_some() { ident.value.clone() } else { ident.value.to_lowercase() }
}

fn mistake(at: Location, message: String, help: Option<String>) -> SqlMistake {
    // The parser marks "nowhere" with zero.
    SqlMistake { line: at.line.max(1), column: at.column.max(1), message, help }
}

/// Takes the place out of a parser's message, which ends in ` at Line: 1, Column: 5`.
pub(crate) fn parse_mistake(sql: &str, error: &ParserError) -> SqlMistake {
    let text = match error {
        ParserError::TokenizerError(text) | ParserError::ParserError(text) => text.as_str(),
        ParserError::RecursionLimitExceeded => "it is nested too deeply",
    };
    let (problem, at) = text
        .rsplit_once(" at Line: ")
        .and_then(|(problem, place)| {
            let (line, column) = place.split_once(", Column: ")?;
            Some((problem, Location { line: line.parse().ok()?, column: column.parse().ok()? }))
        })
        .unwrap_or_else(|| (text, end_of(sql)));
    let problem = problem.strip_prefix("Expected: ").map_or(problem.to_owned(), |rest| format!("expected {rest}"));
    mistake(at, format!("SQL does not parse: {problem}"), None)
}

/// Where the text ends: the parser names no place when it wants more.
fn end_of(sql: &str) -> Location {
    let text = sql.trim_end();
    let lines = text.bytes().filter(|&byte| byte == b'\n').count() as u64;
    let last = text.rsplit('\n').next().unwrap_or_default();
    Location { line: lines.saturating_add(1), column: (last.chars().count() as u64).saturating_add(1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sql: &str) -> Vec<String> {
        let vocabulary = Vocabulary { parameters: vec!["cutoff_date"], tables: vec!["orders"], columns: None };
        let shown = |m: &SqlMistake| {
            format!(
                "{}:{} {}{}",
                m.line,
                m.column,
                m.message,
                m.help.as_ref().map(|h| format!("; {h}")).unwrap_or_default()
            )
        };
        query_mistakes(sql, &vocabulary).iter().map(shown).collect()
    }

    #[test]
    fn one_select_over_known_tables_is_good() {
        for sql in [
            "SELECT a FROM orders",
            "-- c\nWITH x AS (SELECT * FROM orders) SELECT * FROM x JOIN Orders o ON o.a = x.a WHERE d > $cutoff_date;",
            "SELECT 1 UNION ALL SELECT 2",
            "(SELECT a FROM \"orders\")",
        ] {
            assert_eq!(of(sql), Vec::<String>::new(), "{sql}");
        }
    }

    #[test]
    fn each_mistake_is_named_at_its_place() {
        for (sql, expected) in [
            ("", "1:1 there is no SQL here: write one SELECT"),
            ("SELECT a\nFORM orders x y", "2:6 SQL does not parse: expected end of statement, found: orders"),
            ("SELECT a FROM", "1:14 SQL does not parse: expected identifier, found: EOF"),
            ("SELECT 'a FROM orders", "1:8 SQL does not parse: Unterminated string literal"),
            ("SELECT 1;\n SELECT 2", "2:2 there must be exactly one SELECT, and this is a second statement"),
            ("DROP TABLE orders", "1:1 only SELECT is allowed here"),
            ("DELETE FROM orders", "1:1 only SELECT is allowed here"),
            ("SELECT * INTO x FROM orders", "1:15 SELECT INTO is not allowed here"),
            ("SELECT a FROM\n  ordres", "2:3 there is no data set 'ordres' before this one; did you mean 'orders'?"),
            (
                "SELECT a FROM orders WHERE b = $cutof_date",
                "1:32 there is no parameter '$cutof_date'; did you mean 'cutoff_date'?",
            ),
            ("SELECT a FROM orders WHERE b = ?", "1:32 there is no parameter '?'"),
        ] {
            assert_eq!(of(sql), vec![expected.to_owned()], "{sql}");
        }
    }

    #[test]
    fn writing_hidden_in_a_with_query_is_refused() {
        let found = of("WITH x AS (DELETE FROM orders RETURNING a) SELECT a FROM x");
        assert_eq!(found, ["1:12 only SELECT is allowed here"]);
    }
}
