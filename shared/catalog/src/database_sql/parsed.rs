//! What the parser of the dialect says of a text: that it parses, and that it is one query.
//!
//! The parser does not know parameters in the place of a table; where it needs it, `@` is read as a letter.

use sqlparser::ast::Statement;
use sqlparser::dialect::{MsSqlDialect, PostgreSqlDialect};
use sqlparser::parser::Parser;

use super::pieces::{SqlPieceKind, sql_pieces};
use crate::definition::DatabaseDialect;
use crate::sql::{SqlMistake, parse_mistake};

/// The mistakes that only the parser sees.
pub(super) fn parsed_mistakes(text: &str, dialect: DatabaseDialect) -> Vec<SqlMistake> {
    let parsed = match dialect {
        DatabaseDialect::SqlServer => Parser::parse_sql(&MsSqlDialect {}, text),
        DatabaseDialect::Postgres => Parser::parse_sql(&PostgreSqlDialect {}, &without_marks(text, dialect)),
    };
    match parsed.as_deref() {
        Err(error) => vec![parse_mistake(text, error)],
        Ok([Statement::Query(_)]) => Vec::new(),
        Ok(_) => {
            let message = "there must be exactly one query here".to_owned();
            vec![SqlMistake { line: 1, column: 1, message, help: None }]
        }
    }
}

/// The text with `_` for the `@` of each parameter, which keeps every place.
fn without_marks(text: &str, dialect: DatabaseDialect) -> String {
    let pieces = sql_pieces(text, dialect).unwrap_or_default();
    let piece = |piece: &super::SqlPiece<'_>| match piece.kind {
        SqlPieceKind::Parameter => piece.text.replacen('@', "_", 1),
        _ => piece.text.to_owned(),
    };
    pieces.iter().map(piece).collect()
}
