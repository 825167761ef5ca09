//! The outline of a query text: its WITH queries, the columns that it selects, and its final ORDER BY.
//!
//! Read from the pieces alone, so that every part is known by its bytes and can be sent as it was written.

use std::ops::Range;

use super::pieces::{SqlPiece, SqlPieceKind, Unterminated, sql_pieces};
use crate::definition::DatabaseDialect;

/// A text that is not one `WITH ... SELECT ...`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutlineError {
    /// Something never ends.
    #[error(transparent)]
    Unterminated(#[from] Unterminated),
    /// The text does not go on as it must.
    #[error("expected {expected}")]
    Unexpected {
        /// What should stand here.
        expected: &'static str,
        /// The place as a byte of the text.
        start: usize,
    },
}

impl OutlineError {
    /// The place as a byte of the text.
    pub fn start(&self) -> usize {
        match self {
            Self::Unterminated(error) => error.start,
            Self::Unexpected { start, .. } => *start,
        }
    }
}

/// The outline of a query text; all places are bytes of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryOutline {
    /// The WITH queries in order.
    pub with: Vec<WithQuery>,
    /// Where the final SELECT begins.
    pub select: usize,
    /// What it selects, in order.
    pub items: Vec<SelectItem>,
    /// From its FROM to before its ORDER BY.
    pub from: Range<usize>,
    /// Where its ORDER BY begins.
    pub order_by: Option<usize>,
    /// Where the text ends, without a last semicolon.
    pub end: usize,
    /// Whether each row of FROM gives one row: no DISTINCT, TOP, GROUP BY, HAVING, UNION and the like.
    pub is_plain: bool,
}

/// A query of the WITH clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithQuery {
    /// Its name, without quotes.
    pub name: String,
    /// What stands between its parentheses.
    pub body: Range<usize>,
}

/// One column that a query selects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelectItem {
    /// The name that the column gets; `None` when it has none.
    pub name: Option<String>,
    /// The expression without the name.
    pub expression: Range<usize>,
}

impl QueryOutline {
    /// Reads the outline of a text.
    pub fn of(text: &str, dialect: DatabaseDialect) -> Result<Self, OutlineError> {
        let pieces: Vec<_> = sql_pieces(text, dialect)?.into_iter().filter(SqlPiece::is_significant).collect();
        let mut walk = Walk { pieces: &pieces, at: 0, end: text.trim_end().len(), dialect };
        let with = walk.with_queries()?;
        let select = walk.here();
        walk.word("SELECT", "the final SELECT")?;
        Ok(walk.select(with, select))
    }

    /// The WITH query of this name; unquoted names have no case.
    pub fn with_query(&self, name: &str) -> Option<&WithQuery> {
        self.with.iter().find(|query| query.name.eq_ignore_ascii_case(name))
    }

    /// The first selected column of this name, in exactly this case.
    pub fn item_named(&self, name: &str) -> Option<&SelectItem> {
        self.items.iter().find(|item| item.name.as_deref() == Some(name))
    }
}

/// Goes through the significant pieces.
struct Walk<'p, 't> {
    pieces: &'p [SqlPiece<'t>],
    at: usize,
    end: usize,
    dialect: DatabaseDialect,
}

impl<'t> Walk<'_, 't> {
    fn peek(&self) -> Option<&SqlPiece<'t>> {
        self.pieces.get(self.at)
    }

    fn here(&self) -> usize {
        self.peek().map_or(self.end, |piece| piece.start)
    }

    fn unexpected(&self, expected: &'static str) -> OutlineError {
        OutlineError::Unexpected { expected, start: self.here() }
    }

    fn takes(&mut self, wanted: impl Fn(&SqlPiece<'t>) -> bool) -> bool {
        let taken = self.peek().is_some_and(wanted);
        self.at += usize::from(taken);
        taken
    }

    fn word(&mut self, word: &str, expected: &'static str) -> Result<(), OutlineError> {
        if self.takes(|piece| piece.is_word(word)) { Ok(()) } else { Err(self.unexpected(expected)) }
    }

    fn with_queries(&mut self) -> Result<Vec<WithQuery>, OutlineError> {
        self.word("WITH", "WITH, which names the population")?;
        self.takes(|piece| piece.is_word("RECURSIVE"));
        let mut queries = Vec::new();
        loop {
            let name =
                self.peek().and_then(|piece| folded(piece, self.dialect)).ok_or_else(|| self.unexpected("a name"))?;
            self.at += 1;
            if self.peek().is_some_and(|piece| piece.is_symbol('(')) {
                self.parentheses()?;
            }
            self.word("AS", "AS")?;
            while self.takes(|piece| piece.is_word("NOT") || piece.is_word("MATERIALIZED")) {}
            queries.push(WithQuery { name, body: self.parentheses()? });
            if !self.takes(|piece| piece.is_symbol(',')) {
                return Ok(queries);
            }
        }
    }

    /// Goes past parentheses; the bytes between them.
    fn parentheses(&mut self) -> Result<Range<usize>, OutlineError> {
        let start = self.here() + 1;
        if !self.takes(|piece| piece.is_symbol('(')) {
            return Err(self.unexpected("'('"));
        }
        let mut depth = 1_u32;
        while let Some(piece) = self.peek().copied() {
            self.at += 1;
            depth = nested(depth, &piece);
            if depth == 0 {
                return Ok(start..piece.start);
            }
        }
        Err(self.unexpected("')'"))
    }

    /// Reads the final SELECT, which begins after its first word.
    fn select(self, with: Vec<WithQuery>, select: usize) -> QueryOutline {
        let rest = self.pieces.get(self.at..).unwrap_or_default();
        let mut outer = Vec::with_capacity(rest.len());
        let mut depth = 0_u32;
        for piece in rest {
            let before = depth;
            depth = nested(depth, piece);
            outer.push(before == 0 && depth == 0);
        }
        let position = |wanted: &dyn Fn(&SqlPiece<'_>) -> bool| {
            rest.iter().zip(&outer).position(|(piece, outer)| *outer && wanted(piece))
        };
        let last = position(&|piece| piece.is_symbol(';')).unwrap_or(rest.len());
        let start_of = |at: usize| rest.get(at).map_or(self.end, |piece| piece.start);
        let end = rest.get(last).map_or(self.end, |_| rest.get(last.wrapping_sub(1)).map_or(self.end, SqlPiece::end));
        let order = position(&|piece| piece.is_word("ORDER")).filter(|at| *at < last);
        let from = position(&|piece| piece.is_word("FROM")).unwrap_or(last).min(last);
        let from_end = order.map_or(end, start_of);
        let is_plain = !rest.iter().zip(&outer).take(last).any(|(piece, outer)| {
            let words =
                ["DISTINCT", "TOP", "GROUP", "HAVING", "UNION", "EXCEPT", "INTERSECT", "LIMIT", "OFFSET", "FETCH"];
            *outer && words.iter().any(|word| piece.is_word(word))
        });
        let commas = (0..from).filter(|at| {
            outer.get(*at).copied().unwrap_or(false) && rest.get(*at).is_some_and(|piece| piece.is_symbol(','))
        });
        let mut items = Vec::new();
        let mut first = 0;
        for comma in commas.chain([from]) {
            items.extend(item(rest.get(first..comma).unwrap_or_default(), self.dialect));
            first = comma + 1;
        }
        QueryOutline {
            with,
            select,
            items,
            from: start_of(from).min(from_end)..from_end,
            order_by: order.map(start_of),
            end,
            is_plain,
        }
    }
}

fn nested(depth: u32, piece: &SqlPiece<'_>) -> u32 {
    if piece.is_symbol('(') {
        depth + 1
    } else if piece.is_symbol(')') {
        depth.saturating_sub(1)
    } else {
        depth
    }
}

/// A selected column from its pieces: `a.b`, `a + b AS c`, `a + b c` or `c = a + b`.
fn item(pieces: &[SqlPiece<'_>], dialect: DatabaseDialect) -> Option<SelectItem> {
    let (first, last) = (pieces.first()?, pieces.last()?);
    let between = |from: usize, to: usize| {
        let start = pieces.get(from).map_or(first.start, |piece| piece.start);
        start..to.checked_sub(1).and_then(|at| pieces.get(at)).map_or(start, SqlPiece::end)
    };
    let count = pieces.len();
    if pieces.get(1).is_some_and(|piece| piece.is_symbol('=')) {
        return Some(SelectItem { name: folded(first, dialect), expression: between(2, count) });
    }
    let before = count.checked_sub(2).and_then(|at| pieces.get(at));
    let (name, expression) = match (folded(last, dialect), before) {
        (Some(_), _) if last.is_word("END") => (None, between(0, count)),
        (Some(name), None) => (Some(name), between(0, count)),
        (Some(name), Some(before)) if before.is_word("AS") => (Some(name), between(0, count - 2)),
        (Some(name), Some(before)) if before.is_symbol('.') => {
            let is_path = pieces.iter().all(|piece| piece.is_symbol('.') || piece.name().is_some());
            (Some(name).filter(|_| is_path), between(0, count))
        }
        (Some(name), Some(before)) if before.is_symbol(')') || !is_operator(before) => {
            (Some(name), between(0, count - 1))
        }
        _ => (None, between(0, count)),
    };
    Some(SelectItem { name, expression })
}

/// The name that a piece stands for in its dialect: `PostgreSQL` reads a name without quotes in lower case.
fn folded(piece: &SqlPiece<'_>, dialect: DatabaseDialect) -> Option<String> {
    let name = piece.name()?;
    Some(if dialect == DatabaseDialect::Postgres && piece.kind == SqlPieceKind::Word {
        name.to_lowercase()
    } else {
        name
    })
}

/// Whether an operand must follow.
fn is_operator(piece: &SqlPiece<'_>) -> bool {
    let words = ["AND", "OR", "NOT", "LIKE", "IN", "IS", "BETWEEN", "COLLATE"];
    piece.kind == SqlPieceKind::Symbol || words.iter().any(|word| piece.is_word(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "WITH a AS (SELECT (1) AS x), [population] (x, y) AS (SELECT x, 2 FROM a)
SELECT p.[Entry No_], SUM(p.y, 3) AS [Paid, \"x\"], p.y - 1 z, n = p.x, p.x + p.y, q
FROM [population] AS p LEFT JOIN (SELECT 1 AS b ORDER BY 1) AS d ON d.b = p.x
ORDER BY p.x;
";

    fn part(text: &str, range: &Range<usize>) -> String {
        text[range.clone()].to_owned()
    }

    #[test]
    fn parts_are_known_by_their_bytes() {
        let outline = QueryOutline::of(TEXT, DatabaseDialect::SqlServer).unwrap();
        let with: Vec<_> = outline.with.iter().map(|query| (query.name.as_str(), part(TEXT, &query.body))).collect();
        assert_eq!(with, [("a", "SELECT (1) AS x".to_owned()), ("population", "SELECT x, 2 FROM a".to_owned())]);
        let items: Vec<_> = outline
            .items
            .iter()
            .map(|item| format!("{}: {}", item.name.as_deref().unwrap_or("-"), part(TEXT, &item.expression)))
            .collect();
        let expected =
            ["Entry No_: p.[Entry No_]", "Paid, \"x\": SUM(p.y, 3)", "z: p.y - 1", "n: p.x", "-: p.x + p.y", "q: q"];
        assert_eq!(items, expected);
        assert!(part(TEXT, &outline.from).starts_with("FROM [population]"));
        assert!(part(TEXT, &outline.from).trim_end().ends_with("d.b = p.x"));
        assert_eq!(&TEXT[outline.order_by.unwrap()..outline.end], "ORDER BY p.x");
        assert!(outline.is_plain);
    }

    #[test]
    fn a_grouped_or_united_answer_is_not_plain() {
        for text in
            ["SELECT x, COUNT(*) AS n FROM a GROUP BY x ORDER BY x", "SELECT x FROM a UNION ALL SELECT x FROM a"]
        {
            let text = format!("WITH a AS (SELECT 1 AS x) {text}");
            assert!(!QueryOutline::of(&text, DatabaseDialect::Postgres).unwrap().is_plain, "{text}");
        }
    }

    #[test]
    fn what_is_no_with_and_select_is_named_at_its_place() {
        let error = |text: &str| QueryOutline::of(text, DatabaseDialect::SqlServer).unwrap_err();
        assert_eq!(error("SELECT 1").to_string(), "expected WITH, which names the population");
        assert_eq!(error("WITH a AS (SELECT 1").to_string(), "expected ')'");
        assert_eq!(error("WITH a AS (SELECT 1) DELETE FROM a").start(), 21);
    }
}
