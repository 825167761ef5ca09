//! Names of tables with a database in front: only those databases that the source declares.
//!
//! `a.b.c` is database, schema and table; four parts name another server, which is never reached.

use super::mistakes::{DatabaseVocabulary, Found};
use super::pieces::SqlPiece;
use crate::nearest::did_you_mean;

/// The mistakes of tables after FROM, JOIN and the commas between them.
pub(super) fn name_mistakes(pieces: &[SqlPiece<'_>], vocabulary: &DatabaseVocabulary<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        let starts_table = piece.is_word("FROM") || piece.is_word("JOIN") || piece.is_word("APPLY");
        let Some(first) = pieces.get(at + 1).filter(|_| starts_table) else { continue };
        let parts = parts_of(pieces.get(at + 1..).unwrap_or_default());
        if parts.len() > 3 {
            let help = "read the other server as a source of its own";
            found.push(Found::new(first.start, "a name of four parts reaches another server", help));
        } else if let [database, _, _] = parts.as_slice()
            && !vocabulary.databases.iter().any(|known| known.eq_ignore_ascii_case(database))
        {
            let message = format!("database '{database}' is not among the `databases` of the source");
            let help = did_you_mean(database, vocabulary.databases.iter().copied());
            let help = help.or_else(|| Some("add it there, or leave it out".to_owned()));
            found.push(Found { start: first.start, message, help });
        }
    }
    found
}

/// The parts of the name with which the pieces begin; a part between two dots may be empty.
fn parts_of(pieces: &[SqlPiece<'_>]) -> Vec<String> {
    let mut parts = Vec::new();
    let mut wants_part = true;
    for piece in pieces {
        if piece.is_symbol('.') {
            if wants_part {
                parts.push(String::new());
            }
            wants_part = true;
        } else if let Some(name) = piece.name().filter(|_| wants_part) {
            parts.push(name);
            wants_part = false;
        } else {
            break;
        }
    }
    parts
}
