//! Words that a query of a database must not hold: writing, clocks, chance, all columns, parts of an answer.
//!
//! A word that is a part of a name (after a dot, or in quotes) is not looked at.

use super::mistakes::Found;
use super::pieces::{SqlPiece, SqlPieceKind};

/// Words of statements that are not a query, or that reach outside the database.
const STATEMENTS: [&str; 18] = [
    "DECLARE",
    "EXEC",
    "EXECUTE",
    "INSERT",
    "UPDATE",
    "DELETE",
    "MERGE",
    "CREATE",
    "DROP",
    "ALTER",
    "TRUNCATE",
    "INTO",
    "WAITFOR",
    "OPENROWSET",
    "OPENQUERY",
    "OPENDATASOURCE",
    "GRANT",
    "CALL",
];

/// Functions and words that read the clock.
const CLOCKS: [&str; 17] = [
    "GETDATE",
    "GETUTCDATE",
    "SYSDATETIME",
    "SYSUTCDATETIME",
    "SYSDATETIMEOFFSET",
    "CURRENT_TIMESTAMP",
    "CURRENT_DATE",
    "CURRENT_TIME",
    "LOCALTIME",
    "LOCALTIMESTAMP",
    "NOW",
    "CLOCK_TIMESTAMP",
    "STATEMENT_TIMESTAMP",
    "TRANSACTION_TIMESTAMP",
    "TIMEOFDAY",
    "CURRENT_TIMEZONE",
    "AGE",
];

/// Clocks that are words and need no parentheses.
const CLOCK_WORDS: [&str; 5] = ["CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME", "LOCALTIME", "LOCALTIMESTAMP"];

/// Functions of chance.
const CHANCE: [&str; 6] = ["NEWID", "NEWSEQUENTIALID", "RAND", "RANDOM", "GEN_RANDOM_UUID", "TABLESAMPLE"];

/// Words that keep a part of the answer back.
const PARTS: [&str; 4] = ["TOP", "LIMIT", "OFFSET", "FETCH"];

/// The mistakes of single words.
pub(super) fn clause_mistakes(pieces: &[SqlPiece<'_>]) -> Vec<Found> {
    let mut found = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| pieces.get(at));
        let next = pieces.get(at + 1);
        if piece.is_symbol('*') && selects_all(before) {
            let help = "name the columns: a new one in the table must not change the extract";
            found.push(Found::new(piece.start, "the query selects all columns with '*'", help));
        }
        if piece.kind == SqlPieceKind::Word && !before.is_some_and(|before| before.is_symbol('.')) {
            found.extend(word_mistake(piece, before, next));
        }
    }
    found
}

/// Whether a `*` after this piece means all columns.
fn selects_all(before: Option<&SqlPiece<'_>>) -> bool {
    before.is_some_and(|before| {
        ["SELECT", "DISTINCT", "ALL"].iter().any(|word| before.is_word(word))
            || before.is_symbol(',')
            || before.is_symbol('.')
    })
}

fn word_mistake(piece: &SqlPiece<'_>, before: Option<&SqlPiece<'_>>, next: Option<&SqlPiece<'_>>) -> Option<Found> {
    let among = |words: &[&str]| words.iter().any(|word| piece.is_word(word));
    let is_call = next.is_some_and(|next| next.is_symbol('('));
    let shown = piece.text.to_uppercase();
    let is_name = before.is_some_and(|before| before.is_word("AS"));
    if piece.text.starts_with('#') {
        let help = "use a WITH query: nothing is written on the server";
        return Some(Found::new(piece.start, format!("'{}' is a temporary table", piece.text), help));
    }
    if is_name {
        return None;
    }
    if among(&STATEMENTS) {
        let help = "write one WITH ... SELECT, and bind values as @name";
        return Some(Found::new(piece.start, format!("{shown} is not allowed here: a query only reads"), help));
    }
    if among(&CLOCK_WORDS) || (among(&CLOCKS) && is_call) {
        let help = "use @cutoff_date, @cutoff_end, @month_start or @year_start";
        return Some(Found::new(piece.start, format!("{shown} reads the clock"), help));
    }
    if among(&CHANCE) && (is_call || piece.is_word("TABLESAMPLE")) {
        return Some(Found::new(piece.start, format!("{shown} gives another answer each time"), "leave it out"));
    }
    if piece.is_word("NOLOCK") || piece.is_word("READUNCOMMITTED") {
        let help = "leave it out: the source's isolation level says how rows are read";
        return Some(Found::new(piece.start, format!("{shown} reads rows that are not committed"), help));
    }
    if among(&PARTS) {
        let help = "leave it out: an extract is the whole population";
        return Some(Found::new(piece.start, format!("{shown} keeps a part of the answer back"), help));
    }
    None
}
