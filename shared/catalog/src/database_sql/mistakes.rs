//! The mistakes of a query text of a database: what it must not say, and what it must.
//!
//! Words are looked at as pieces, so that nothing in a comment or a literal counts; names and syntax by the parser.

use super::clauses::clause_mistakes;
use super::names::name_mistakes;
use super::outline::QueryOutline;
use super::parsed::parsed_mistakes;
use super::pieces::{SqlPiece, SqlPieceKind, sql_pieces};
use crate::definition::DatabaseDialect;
use crate::nearest::did_you_mean;
use crate::sql::SqlMistake;

/// What a query text may name.
pub(crate) struct DatabaseVocabulary<'a> {
    /// The dialect of the source.
    pub(crate) dialect: DatabaseDialect,
    /// All parameters, without the `@`.
    pub(crate) parameters: Vec<&'a str>,
    /// Those among them that are lists.
    pub(crate) lists: Vec<&'a str>,
    /// Databases that may be named.
    pub(crate) databases: Vec<&'a str>,
    /// The WITH query that reads the driving table; `None` when it could not be read.
    pub(crate) population: Option<&'a str>,
}

/// A mistake at a byte of the text, before its line and column are known.
pub(super) struct Found {
    pub(super) start: usize,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

impl Found {
    pub(super) fn new(start: usize, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { start, message: message.into(), help: Some(help.into()) }
    }
}

/// The mistakes of a text in order of place.
pub(crate) fn database_mistakes(text: &str, vocabulary: &DatabaseVocabulary<'_>) -> Vec<SqlMistake> {
    let pieces = match sql_pieces(text, vocabulary.dialect) {
        Ok(pieces) => pieces,
        Err(error) => return vec![placed(text, Found::new(error.start, error.to_string(), "end it"))],
    };
    let mut found = placeholders(&pieces);
    let significant: Vec<_> = pieces.into_iter().filter(SqlPiece::is_significant).collect();
    found.extend(second_statement(&significant));
    found.extend(clause_mistakes(&significant));
    found.extend(parameters(&significant, vocabulary));
    found.extend(name_mistakes(&significant, vocabulary));
    if found.is_empty() {
        found.extend(outline_mistakes(text, vocabulary));
    }
    let mut mistakes: Vec<_> = found.into_iter().map(|found| placed(text, found)).collect();
    if mistakes.is_empty() {
        mistakes = parsed_mistakes(text, vocabulary.dialect);
    }
    mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
    mistakes
}

fn placed(text: &str, found: Found) -> SqlMistake {
    let (line, column) = crate::load::place_of(text, found.start);
    SqlMistake { line: line.into(), column: column.into(), message: found.message, help: found.help }
}

/// `{name}` outside comments: text that another program used to replace by values, also inside a literal.
fn placeholders(pieces: &[SqlPiece<'_>]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut report = |start: usize, name: &str| {
        let help = format!("bind it: write @{name} without quotes");
        found.push(Found::new(start, format!("'{{{name}}}' is a placeholder that nothing binds"), help));
    };
    let spelled = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    for piece in pieces.iter().filter(|piece| matches!(piece.kind, SqlPieceKind::Literal | SqlPieceKind::QuotedName)) {
        for (at, _) in piece.text.match_indices('{') {
            let inner = piece.text.get(at + 1..).and_then(|rest| rest.split_once('}')).map(|(inner, _)| inner);
            if let Some(inner) = inner.filter(|inner| spelled(inner)) {
                report(piece.start + at, inner);
            }
        }
    }
    for three in pieces.windows(3) {
        if let [open, name, close] = three
            && open.is_symbol('{')
            && close.is_symbol('}')
        {
            report(open.start, name.text);
        }
    }
    found
}

fn second_statement(pieces: &[SqlPiece<'_>]) -> Option<Found> {
    let end = pieces.iter().position(|piece| piece.is_symbol(';'))?;
    let second = pieces.get(end + 1)?;
    let message = "there must be exactly one statement, and this is a second one";
    Some(Found::new(second.start, message, "put it into a data set of its own"))
}

/// Parameters that are not declared, and those that stand where their kind cannot.
fn parameters(pieces: &[SqlPiece<'_>], vocabulary: &DatabaseVocabulary<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        if piece.kind == SqlPieceKind::ServerVariable {
            found.push(Found::new(
                piece.start,
                format!("'{}' is a variable of the server", piece.text),
                "leave it out",
            ));
        }
        if piece.kind != SqlPieceKind::Parameter {
            continue;
        }
        let name = piece.text.trim_start_matches('@');
        let before = at.checked_sub(1).and_then(|at| pieces.get(at));
        let is_table = before.is_some_and(|before| before.is_word("JOIN") || before.is_word("FROM"));
        if !vocabulary.parameters.contains(&name) {
            let help = did_you_mean(name, vocabulary.parameters.iter().copied());
            found.push(Found { start: piece.start, message: format!("there is no parameter '@{name}'"), help });
        } else if vocabulary.lists.contains(&name) && !is_table {
            let help = format!("join it as a table: JOIN @{name} AS c ON c.value = ...");
            found.push(Found::new(
                piece.start,
                format!("parameter '@{name}' is a list, which is no single value"),
                help,
            ));
        } else if vocabulary.lists.contains(&name) && alias_after(pieces, at).is_none() {
            let help = format!("write: JOIN @{name} AS c ON c.value = ...");
            found.push(Found::new(piece.start, format!("the list '@{name}' has no name of its own here"), help));
        } else if is_table && !vocabulary.lists.contains(&name) {
            let message = format!("parameter '@{name}' is a single value, which is no table");
            found.push(Found::new(piece.start, message, "declare it with type list(text), or compare with it"));
        }
    }
    found
}

/// The name that follows a table, with or without AS.
fn alias_after(pieces: &[SqlPiece<'_>], at: usize) -> Option<String> {
    let next = pieces.get(at + 1)?;
    let alias = if next.is_word("AS") { pieces.get(at + 2)? } else { next };
    let is_clause = ["ON", "JOIN", "WHERE", "ORDER", "INNER", "LEFT", "CROSS"].iter().any(|word| alias.is_word(word));
    alias.name().filter(|_| !is_clause)
}

/// What a query must say: WITH, its population, and an order.
fn outline_mistakes(text: &str, vocabulary: &DatabaseVocabulary<'_>) -> Vec<Found> {
    let outline = match QueryOutline::of(text, vocabulary.dialect) {
        Ok(outline) => outline,
        Err(error) => {
            let help = "write one WITH <population> AS (...) SELECT ... ORDER BY ...";
            return vec![Found::new(error.start(), error.to_string(), help)];
        }
    };
    let mut found = Vec::new();
    if let Some(population) = vocabulary.population
        && outline.with_query(population).is_none()
    {
        let message = format!("no WITH query is named '{population}', which 'population' says");
        let names = outline.with.iter().map(|query| query.name.as_str());
        found.push(Found { start: 0, message, help: did_you_mean(population, names) });
    }
    if outline.order_by.is_none() {
        let help = "end it with ORDER BY and the key, so that equal data gives equal bytes";
        found.push(Found::new(outline.end, "the query has no final ORDER BY", help));
    }
    for item in &outline.items {
        if item.name.is_none() {
            let help = "name it with AS";
            found.push(Found::new(item.expression.start, "this selected column has no name", help));
        }
    }
    found
}

#[cfg(test)]
#[path = "mistakes/tests.rs"]
mod tests;
