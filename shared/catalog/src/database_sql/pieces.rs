//! The pieces of a query text: words, literals, quoted names, comments, parameters.
//!
//! Every byte of the text is in exactly one piece, so that a text put together from its pieces is the text itself.

use crate::definition::DatabaseDialect;

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SqlPieceKind {
    /// White space.
    Space,
    /// A comment of either form.
    Comment,
    /// A keyword or a name without quotes.
    Word,
    /// A name in brackets or double quotes.
    QuotedName,
    /// A text literal in any of the dialect's forms.
    Literal,
    /// A number.
    Number,
    /// A parameter, `@` and a name.
    Parameter,
    /// A variable of the server, `@@` and a name.
    ServerVariable,
    /// Any other single character.
    Symbol,
}

/// A piece of a query text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SqlPiece<'t> {
    /// What it is.
    pub kind: SqlPieceKind,
    /// Its first byte in the whole text.
    pub start: usize,
    /// Its own text.
    pub text: &'t str,
}

/// A literal, quoted name or comment that never ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a {what} begins here and never ends")]
pub struct Unterminated {
    /// What never ends.
    pub what: &'static str,
    /// Its first byte.
    pub start: usize,
}

impl SqlPiece<'_> {
    /// The byte after its last one.
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Whether it is this word, in any case.
    pub fn is_word(&self, word: &str) -> bool {
        self.kind == SqlPieceKind::Word && self.text.eq_ignore_ascii_case(word)
    }

    /// Whether it is this character.
    pub fn is_symbol(&self, symbol: char) -> bool {
        self.kind == SqlPieceKind::Symbol && self.text.chars().eq([symbol])
    }

    /// Whether it says something, unlike white space and comments.
    pub fn is_significant(&self) -> bool {
        !matches!(self.kind, SqlPieceKind::Space | SqlPieceKind::Comment)
    }

    /// The name that a word or a quoted name stands for; `None` for other pieces.
    pub fn name(&self) -> Option<String> {
        match self.kind {
            SqlPieceKind::Word => Some(self.text.to_owned()),
            SqlPieceKind::QuotedName => {
                let inner = self.text.get(1..self.text.len().saturating_sub(1)).unwrap_or_default();
                Some(if self.text.starts_with('[') { inner.replace("]]", "]") } else { inner.replace("\"\"", "\"") })
            }
            _ => None,
        }
    }
}

/// Takes a text apart.
pub fn sql_pieces(text: &str, dialect: DatabaseDialect) -> Result<Vec<SqlPiece<'_>>, Unterminated> {
    let mut pieces = Vec::new();
    let mut start = 0;
    while let Some(rest) = text.get(start..).filter(|rest| !rest.is_empty()) {
        let (kind, size_bytes) = next(rest, dialect).map_err(|what| Unterminated { what, start })?;
        let end = (start + size_bytes.max(1)).min(text.len());
        pieces.push(SqlPiece { kind, start, text: text.get(start..end).unwrap_or(rest) });
        start = pieces.last().map_or(text.len(), SqlPiece::end);
    }
    Ok(pieces)
}

/// Kind and size in bytes of the piece with which `rest` begins; fails with what never ends.
fn next(rest: &str, dialect: DatabaseDialect) -> Result<(SqlPieceKind, usize), &'static str> {
    use SqlPieceKind as Kind;
    let is_postgres = dialect == DatabaseDialect::Postgres;
    let mut characters = rest.chars();
    let first = characters.next().unwrap_or(' ');
    let second = characters.next();
    Ok(match (first, second) {
        (first, _) if first.is_whitespace() => (Kind::Space, run(rest, char::is_whitespace)),
        ('-', Some('-')) => (Kind::Comment, rest.find('\n').unwrap_or(rest.len())),
        ('/', Some('*')) => (Kind::Comment, comment(rest).ok_or("comment")?),
        ('\'', _) => (Kind::Literal, quoted(rest, '\'', false).ok_or("text literal")?),
        ('e' | 'E', Some('\'')) if is_postgres => {
            let literal = rest.get(1..).and_then(|literal| quoted(literal, '\'', true));
            (Kind::Literal, 1 + literal.ok_or("text literal")?)
        }
        ('$', _) if is_postgres && dollar_tag(rest).is_some() => {
            (Kind::Literal, dollar_quoted(rest).ok_or("text literal")?)
        }
        ('"', _) => (Kind::QuotedName, quoted(rest, '"', false).ok_or("quoted name")?),
        ('[', _) if !is_postgres => (Kind::QuotedName, bracketed(rest).ok_or("quoted name")?),
        ('@', Some('@')) if rest.chars().nth(2).is_some_and(starts_name) => {
            (Kind::ServerVariable, 2 + run(rest.get(2..).unwrap_or_default(), continues_name))
        }
        ('@', Some(second)) if starts_name(second) => {
            (Kind::Parameter, 1 + run(rest.get(1..).unwrap_or_default(), continues_name))
        }
        ('#', _) if !is_postgres => (Kind::Word, run(rest, |c| c == '#' || continues_name(c))),
        (first, _) if starts_name(first) => (Kind::Word, run(rest, |c| c == '$' || continues_name(c))),
        (first, _) if first.is_ascii_digit() => (Kind::Number, run(rest, |c| c == '.' || continues_name(c))),
        (first, _) => (Kind::Symbol, first.len_utf8()),
    })
}

fn starts_name(character: char) -> bool {
    character.is_alphabetic() || character == '_'
}

fn continues_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Size in bytes of the characters at the start that all pass.
fn run(text: &str, passes: impl Fn(char) -> bool) -> usize {
    text.find(|character| !passes(character)).unwrap_or(text.len())
}

/// Size of a comment that may hold others; `None` when it never ends.
fn comment(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut depth = 0_u32;
    let mut at = 0;
    loop {
        match bytes.get(at..at + 2)? {
            b"/*" => (depth, at) = (depth + 1, at + 2),
            b"*/" => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return Some(at);
        }
    }
}

/// Size of a text in quotes, in which a quote is written twice (or after a backslash).
fn quoted(text: &str, quote: char, backslash_escapes: bool) -> Option<usize> {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if backslash_escapes && character == '\\' {
            characters.next();
        } else if character == quote && characters.next_if(|(_, next)| *next == quote).is_none() {
            return Some(at + quote.len_utf8());
        }
    }
    None
}

/// Size of a name in brackets, in which a closing bracket is written twice.
fn bracketed(text: &str) -> Option<usize> {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if character == ']' && characters.next_if(|(_, next)| *next == ']').is_none() {
            return Some(at + 1);
        }
    }
    None
}

/// The `$tag$` with which a text begins.
fn dollar_tag(text: &str) -> Option<&str> {
    let inner = text.get(1..)?.find('$')? + 1;
    let tag = text.get(1..inner)?;
    let good = tag.chars().all(continues_name) && !tag.starts_with(|first: char| first.is_ascii_digit());
    good.then(|| text.get(..=inner)).flatten()
}

fn dollar_quoted(text: &str) -> Option<usize> {
    let tag = dollar_tag(text)?;
    let body = text.get(tag.len()..)?.find(tag)?;
    Some(tag.len() + body + tag.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(text: &str, dialect: DatabaseDialect) -> Vec<&str> {
        let pieces = sql_pieces(text, dialect).unwrap();
        assert_eq!(pieces.iter().map(|piece| piece.text).collect::<String>(), text);
        pieces.iter().filter(|piece| piece.kind == SqlPieceKind::Parameter).map(|piece| piece.text).collect()
    }

    #[test]
    fn a_parameter_is_one_outside_literals_comments_and_quoted_names_only() {
        let text = "SELECT [a@b]]@c], \"x@y\", 'it''s @no', N'@no' -- @no\n/* @no /* @no */ @no */ WHERE t<@cutoff_end";
        assert_eq!(parameters(text, DatabaseDialect::SqlServer), ["@cutoff_end"]);
        assert_eq!(parameters("SELECT [Opco/Central_?] @a", DatabaseDialect::SqlServer), ["@a"]);
        let text = "SELECT E'it\\'s @no', $$ @no $$, $t$ @no $x$ $t$, a[1], b <@c WHERE d = @e";
        assert_eq!(parameters(text, DatabaseDialect::Postgres), ["@c", "@e"]);
    }

    #[test]
    fn what_never_ends_is_named_with_its_place() {
        for (text, what) in
            [("a 'b", "text literal"), ("a /* /* */", "comment"), ("a [b]]", "quoted name"), ("a \"b", "quoted name")]
        {
            let found = sql_pieces(text, DatabaseDialect::SqlServer).unwrap_err();
            assert_eq!(found, Unterminated { what, start: 2 }, "{text}");
        }
    }

    #[test]
    fn quoted_names_are_read_without_their_quotes() {
        let names = |text: &str| sql_pieces(text, DatabaseDialect::SqlServer).unwrap()[0].name();
        assert_eq!(names("[a]]b]"), Some("a]b".to_owned()));
        assert_eq!(names("\"a\"\"b\""), Some("a\"b".to_owned()));
        assert_eq!(names("'a'"), None);
    }
}
