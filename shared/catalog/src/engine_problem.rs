//! Turns a problem that the SQL engine found into a diagnostic at its place in the definition.
//!
//! The engine knows a place in the text that it was given; the reader needs the place in the file.

use toml::de::{DeTable, DeValue};

use crate::diagnostic::Diagnostic;
use crate::folder::{ControlFolder, DEFINITION_FILE};
use crate::load::{offset_in_source, place_of};

/// Where the SQL text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SqlPlace<'a> {
    /// In a `.sql` file, by its path below the control's folder.
    File(&'a str),
    /// In the predicate `holds` of the assertion with this id.
    Holds(&'a str),
    /// In the expression `amount` of the assertion with this id.
    Amount(&'a str),
}

/// The diagnostic for an engine's message about the SQL at `place`.
///
/// `line` and `column` count from 1 in that SQL text; without them the diagnostic stands at the start of the text. A
/// suggestion after `; ` becomes the help.
pub fn sql_diagnostic(
    folder: &ControlFolder,
    place: SqlPlace<'_>,
    message: &str,
    line: Option<u64>,
    column: Option<u64>,
) -> Diagnostic {
    let at = (line.unwrap_or(1), column.unwrap_or(1));
    let (file, (line, column)) = match place {
        SqlPlace::File(path) => {
            let number = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
            (path, (number(at.0), number(at.1)))
        }
        SqlPlace::Holds(id) => (DEFINITION_FILE, place_in_assertion(folder, id, "holds", at)),
        SqlPlace::Amount(id) => (DEFINITION_FILE, place_in_assertion(folder, id, "amount", at)),
    };
    let (message, help) = match message.rsplit_once("; ") {
        Some((message, help)) => (message, Some(help.to_owned())),
        None => (message, None),
    };
    let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
    Diagnostic { file: format!("{}/{file}", folder.name), line, column, message, help }
}

/// Line and column in `control.toml` of a place inside an assertion's expression; the start where it is not found.
fn place_in_assertion(folder: &ControlFolder, id: &str, key: &str, (line, column): (u64, u64)) -> (u32, u32) {
    let bytes = folder.files.get(DEFINITION_FILE).map(Vec::as_slice).unwrap_or_default();
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    let (table, _) = DeTable::parse_recoverable(text);
    let offset = table.get_ref().get("assertions").and_then(|node| {
        let entries = node.get_ref().as_array()?;
        let entry = entries.iter().find(|entry| text_of(entry.get_ref(), "id") == Some(id))?;
        let span = entry.get_ref().get(key)?.span();
        Some(span.start + offset_in_source(text.get(span)?, line, column))
    });
    place_of(text, offset.unwrap_or(0))
}

fn text_of<'a>(entry: &'a DeValue<'_>, key: &str) -> Option<&'a str> {
    entry.get(key)?.get_ref().as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOML: &str = "\
[[assertions]]
id = 'other'
holds = 'x'
[[assertions]]
id = 'fresh'
holds = \"a = 1\\nand bb > 2\"
";

    fn said(place: SqlPlace<'_>, message: &str, at: Option<(u64, u64)>) -> String {
        let files = [("control.toml".to_owned(), TOML.as_bytes().to_vec())].into();
        let folder = ControlFolder { name: "c".to_owned(), files };
        sql_diagnostic(&folder, place, message, at.map(|at| at.0), at.map(|at| at.1)).to_string()
    }

    #[test]
    fn a_place_inside_an_expression_is_a_place_in_the_definition() {
        assert_eq!(said(SqlPlace::Holds("fresh"), "wrong\n  type", Some((2, 5))), "c/control.toml:6:21: wrong type");
        assert_eq!(said(SqlPlace::Holds("fresh"), "wrong", None), "c/control.toml:6:10: wrong");
        assert_eq!(said(SqlPlace::Amount("fresh"), "wrong", Some((1, 1))), "c/control.toml:1:1: wrong");
    }

    #[test]
    fn a_place_in_a_file_stays_and_the_suggestion_becomes_the_help() {
        let diagnostic = said(SqlPlace::File("q.sql"), "no column 'a'; did you mean 'b'?", Some((3, 4)));
        assert_eq!(diagnostic, "c/q.sql:3:4: no column 'a'; did you mean 'b'?");
    }
}
