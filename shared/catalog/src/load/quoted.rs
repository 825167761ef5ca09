//! Where a line and column of a TOML string's text lie in the source, quotes, escapes and all.
//!
//! Follows TOML 1.1: basic and literal strings, each on one or on several lines.

/// The byte offset in `raw` (a string with its quotes) of a line and column of its text, both from 1.
///
/// A place beyond the text is its end.
pub(crate) fn offset_in_source(raw: &str, line: u64, column: u64) -> usize {
    let (mut offset, end, escapes) = body(raw);
    let (mut at_line, mut at_column) = (1, 1);
    while offset < end && (at_line, at_column) < (line, column) {
        let rest = raw.get(offset..end).unwrap_or_default();
        let piece = if escapes { escaped(rest) } else { plain(rest) };
        offset += piece.size_bytes.max(1);
        match piece.stands_for {
            Some('\n') => (at_line, at_column) = (at_line + 1, 1),
            Some(_) => at_column += 1,
            None => {}
        }
    }
    offset.min(end)
}

/// Start and end of the text between the quotes, and whether a backslash escapes.
fn body(raw: &str) -> (usize, usize, bool) {
    let escapes = raw.starts_with('"');
    let quotes = if raw.len() >= 6 && (raw.starts_with("\"\"\"") || raw.starts_with("'''")) { 3 } else { 1 };
    let end = raw.len().saturating_sub(quotes);
    let rest = raw.get(quotes..end).unwrap_or_default();
    // A line end directly after the opening quotes is not part of the text.
    let newline = match rest {
        _ if quotes == 1 => 0,
        _ if rest.starts_with("\r\n") => 2,
        _ if rest.starts_with('\n') => 1,
        _ => 0,
    };
    (quotes + newline, end, escapes)
}

/// A piece of source and the character that it stands for, if any.
struct Piece {
    size_bytes: usize,
    stands_for: Option<char>,
}

fn plain(rest: &str) -> Piece {
    let first = rest.chars().next();
    Piece { size_bytes: first.map_or(0, char::len_utf8), stands_for: first }
}

fn escaped(rest: &str) -> Piece {
    let Some(after) = rest.strip_prefix('\\') else {
        return plain(rest);
    };
    match after.chars().next() {
        Some('n') => Piece { size_bytes: 2, stands_for: Some('\n') },
        Some('x') => Piece { size_bytes: 4, stands_for: Some('x') },
        Some('u') => Piece { size_bytes: 6, stands_for: Some('u') },
        Some('U') => Piece { size_bytes: 10, stands_for: Some('U') },
        // A backslash at the end of a line swallows all white space after it.
        Some(' ' | '\t' | '\r' | '\n') => {
            let kept = after.trim_start_matches([' ', '\t', '\r', '\n']);
            Piece { size_bytes: rest.len() - kept.len(), stands_for: None }
        }
        _ => Piece { size_bytes: 2, stands_for: Some('\\') },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(raw: &str, line: u64, column: u64) -> &str {
        &raw[offset_in_source(raw, line, column)..]
    }

    #[test]
    fn places_are_found_behind_quotes_escapes_and_line_ends() {
        assert_eq!(at("'a > b'", 1, 5), "b'");
        assert_eq!(at(r#""a = \"x\" b""#, 1, 9), r#"b""#);
        assert_eq!(at(r#""ab\ncd""#, 2, 2), r#"d""#);
        assert_eq!(at(r#""\u00e4x""#, 1, 2), r#"x""#);
        assert_eq!(at("\"\"\"\nab\ncd\"\"\"", 2, 1), "cd\"\"\"");
        assert_eq!(at("\"\"\"a \\\n   b c\"\"\"", 1, 5), "c\"\"\"");
        assert_eq!(at("'äöx'", 1, 3), "x'");
    }

    #[test]
    fn a_place_beyond_the_text_is_its_end() {
        assert_eq!(at("'ab'", 9, 9), "'");
        assert_eq!(at("''", 1, 2), "'");
    }
}
