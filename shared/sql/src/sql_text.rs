//! The text of a query with its tokens: where a word stands, for errors that the engine reports without a place.

use datafusion::common::Span;
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};
use tieout_pipeline::ports::{EngineError, SqlProblem};

/// A place in the text: 1-based line and column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) line: u64,
    pub(crate) column: u64,
}

impl Place {
    /// The start of a parser's or engine's span; `None` when the span is empty.
    pub(crate) fn of(span: datafusion::sql::sqlparser::tokenizer::Span) -> Option<Self> {
        Span::try_from_sqlparser_span(span).map(Self::from)
    }
}

impl From<Span> for Place {
    fn from(span: Span) -> Self {
        Self { line: span.start.line, column: span.start.column }
    }
}

/// A query's text and its tokens; no tokens when the text does not even split into tokens.
pub(crate) struct SqlText<'a> {
    pub(crate) text: &'a str,
    tokens: Vec<TokenWithSpan>,
}

impl<'a> SqlText<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let tokens = Tokenizer::new(&GenericDialect {}, text).tokenize_with_location().unwrap_or_default();
        Self { text, tokens }
    }

    /// Where a name first stands, ignoring ASCII case.
    pub(crate) fn place_of_word(&self, name: &str) -> Option<Place> {
        self.find(|token| matches!(token, Token::Word(word) if word.value.eq_ignore_ascii_case(name)))
    }

    /// Every placeholder as it is written, with its place.
    pub(crate) fn placeholders(&self) -> impl Iterator<Item = (&str, Option<Place>)> {
        self.tokens.iter().filter_map(|token| match &token.token {
            Token::Placeholder(text) => Some((text.as_str(), Place::of(token.span))),
            _ => None,
        })
    }

    /// The first word in capitals, such as `CREATE`.
    pub(crate) fn first_word(&self) -> String {
        let word = self.tokens.iter().find_map(|token| match &token.token {
            Token::Word(word) => Some(word.value.to_ascii_uppercase()),
            _ => None,
        });
        word.unwrap_or_else(|| "something else".to_owned())
    }

    /// How often a keyword stands in the text.
    pub(crate) fn count_of_keyword(&self, keyword: Keyword) -> usize {
        self.count(|token| matches!(token, Token::Word(word) if word.keyword == keyword && word.quote_style.is_none()))
    }

    /// How many operators there are that chain expressions: arithmetic, `||`, AND and OR.
    pub(crate) fn count_of_operators(&self) -> usize {
        let signs = self.count(|token| {
            matches!(token, Token::Plus | Token::Minus | Token::Mul | Token::Div | Token::Mod | Token::StringConcat)
        });
        signs + self.count_of_keyword(Keyword::AND) + self.count_of_keyword(Keyword::OR)
    }

    fn count(&self, wanted: impl Fn(&Token) -> bool) -> usize {
        self.tokens.iter().filter(|token| wanted(&token.token)).count()
    }

    fn find(&self, wanted: impl Fn(&Token) -> bool) -> Option<Place> {
        self.tokens.iter().find(|token| wanted(&token.token)).and_then(|token| Place::of(token.span))
    }
}

/// The error that refuses a query.
pub(crate) fn refused(message: impl Into<String>, place: Option<Place>) -> EngineError {
    EngineError::Sql(SqlProblem {
        message: message.into(),
        line: place.map(|place| place.line),
        column: place.map(|place| place.column),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_from_one() {
        let text = SqlText::new("select a,\n  Amount from t where d <= $cutoff_date");
        assert_eq!(text.place_of_word("amount"), Some(Place { line: 2, column: 3 }));
        let placeholders: Vec<_> = text.placeholders().collect();
        assert_eq!(placeholders, [("$cutoff_date", Some(Place { line: 2, column: 28 }))]);
        assert_eq!(text.place_of_word("b"), None);
        assert_eq!(text.count_of_keyword(Keyword::SELECT), 1);
        assert_eq!(SqlText::new("a + b * 'x + y' or \"and\" and c").count_of_operators(), 4);
    }
}
