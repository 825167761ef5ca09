//! Parameters of a text: found outside literals, comments and quoted names, and bound by number or by name.

use tieout_catalog::{DatabaseDialect, SqlPiece, SqlPieceKind, sql_pieces};
use tieout_model::{Digest, Parameter, Parameters};

use super::DatabaseTextError;

/// The most values that one list may have.
pub const MAX_LIST_VALUES: usize = 2_000;

/// How parameters are written in the text that is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterStyle {
    /// `@cutoff_date`, `@companies_1`: by name, as the definition writes them.
    Named,
    /// A mark and a number from 1, such as `@P1` or `$1`, in order of first use.
    Numbered(&'static str),
}

/// A text whose parameters are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseText {
    text: String,
    dialect: DatabaseDialect,
}

/// A text as it is sent, with the values of its parameters apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoundText {
    /// The text.
    pub text: String,
    /// The values in order of first use; with numbers, the first one is number 1.
    pub values: Vec<BoundValue>,
}

/// A value that is sent beside a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoundValue {
    /// Name without the `@`, such as `cutoff_date` or `companies_1`.
    pub name: String,
    /// How it stands in the text, such as `@companies_1`, `@P3` or `$3`.
    pub mark: String,
    /// The value; never a list.
    pub value: Parameter,
}

impl BoundText {
    /// The digest of the text alone: equal for two runs whose lists are equally long.
    pub fn digest(&self) -> Digest {
        Digest::of(self.text.as_bytes())
    }
}

impl DatabaseText {
    /// Takes a text; fails when a literal, a quoted name or a comment never ends.
    pub fn parse(text: &str, dialect: DatabaseDialect) -> Result<Self, DatabaseTextError> {
        sql_pieces(text, dialect)?;
        Ok(Self { text: text.to_owned(), dialect })
    }

    /// The text as it is written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The names of its parameters, each once, in order of first use.
    pub fn parameters(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for piece in sql_pieces(&self.text, self.dialect).unwrap_or_default() {
            if let Some(name) = parameter(&piece)
                && !names.iter().any(|known| known == name)
            {
                names.push(name.to_owned());
            }
        }
        names
    }

    /// Binds the parameters that the text names; others are left alone.
    pub fn bind(&self, parameters: &Parameters, style: ParameterStyle) -> Result<BoundText, DatabaseTextError> {
        let pieces = sql_pieces(&self.text, self.dialect)?;
        let mut bound = Binder { style, text: String::with_capacity(self.text.len()), values: Vec::new() };
        let mut at = 0;
        while let Some(piece) = pieces.get(at) {
            at += 1;
            let Some(name) = parameter(piece) else {
                bound.text.push_str(piece.text);
                continue;
            };
            let value = parameters.get(name).ok_or_else(|| DatabaseTextError::Unbound { name: name.to_owned() })?;
            let is_table = stands_for_a_table(pieces.get(..at - 1).unwrap_or_default());
            match (value, is_table) {
                (Parameter::List(values), true) => {
                    let alias = alias(pieces.get(at..).unwrap_or_default()).ok_or_else(|| {
                        DatabaseTextError::WrongPlace { name: name.to_owned(), wanted: "AS and a name" }
                    })?;
                    bound.list(name, values, self.dialect)?;
                    bound.text.push_str(" AS ");
                    bound.text.push_str(alias.name);
                    bound.text.push_str("(value)");
                    at += alias.pieces;
                }
                (Parameter::List(_), false) => {
                    return Err(DatabaseTextError::WrongPlace { name: name.to_owned(), wanted: "a single value" });
                }
                (_, true) => return Err(DatabaseTextError::WrongPlace { name: name.to_owned(), wanted: "a list" }),
                (value, false) => bound.value(name, value),
            }
        }
        Ok(BoundText { text: bound.text, values: bound.values })
    }
}

/// Puts a bound text together.
struct Binder {
    style: ParameterStyle,
    text: String,
    values: Vec<BoundValue>,
}

impl Binder {
    /// Writes the mark of a value, which is sent once however often it stands in the text.
    fn value(&mut self, name: &str, value: &Parameter) {
        if let Some(known) = self.values.iter().find(|known| known.name == name) {
            self.text.push_str(&known.mark);
            return;
        }
        let mark = match self.style {
            ParameterStyle::Named => format!("@{name}"),
            ParameterStyle::Numbered(mark) => format!("{mark}{}", self.values.len() + 1),
        };
        self.text.push_str(&mark);
        self.values.push(BoundValue { name: name.to_owned(), mark, value: value.clone() });
    }

    fn list(&mut self, name: &str, values: &[String], dialect: DatabaseDialect) -> Result<(), DatabaseTextError> {
        if values.is_empty() || values.len() > MAX_LIST_VALUES {
            return Err(DatabaseTextError::ListLength { name: name.to_owned(), values: values.len() });
        }
        self.text.push_str("(VALUES ");
        for (index, value) in values.iter().enumerate() {
            self.text.push_str(if index == 0 { "(" } else { ", (" });
            self.value(&format!("{name}_{}", index + 1), &Parameter::Text(value.clone()));
            // PostgreSQL takes the type of the whole column from here.
            self.text.push_str(if dialect == DatabaseDialect::Postgres { "::text)" } else { ")" });
        }
        self.text.push(')');
        Ok(())
    }
}

/// The name of a parameter, without the `@`.
fn parameter<'t>(piece: &SqlPiece<'t>) -> Option<&'t str> {
    piece.text.strip_prefix('@').filter(|_| piece.kind == SqlPieceKind::Parameter)
}

/// Whether a table must follow these pieces.
fn stands_for_a_table(before: &[SqlPiece<'_>]) -> bool {
    let last = before.iter().rev().find(|piece| piece.is_significant());
    last.is_some_and(|last| last.is_word("JOIN") || last.is_word("FROM"))
}

/// The name that a table gets, as it is written, and the pieces up to its end.
struct Alias<'t> {
    name: &'t str,
    pieces: usize,
}

fn alias<'t>(pieces: &[SqlPiece<'t>]) -> Option<Alias<'t>> {
    let mut significant = pieces.iter().enumerate().filter(|(_, piece)| piece.is_significant());
    let (mut at, mut piece) = significant.next()?;
    if piece.is_word("AS") {
        (at, piece) = significant.next()?;
    }
    let is_name = matches!(piece.kind, SqlPieceKind::Word | SqlPieceKind::QuotedName);
    is_name.then_some(Alias { name: piece.text, pieces: at + 1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters() -> Parameters {
        let list = |values: &[&str]| Parameter::List(values.iter().map(|&value| value.to_owned()).collect());
        [
            ("cutoff_end".to_owned(), Parameter::Date(jiff::civil::date(2025, 10, 1))),
            ("companies".to_owned(), list(&["EC_NG", "'; DROP TABLE x --"])),
            ("none".to_owned(), list(&[])),
        ]
        .into()
    }

    fn bound(text: &str, dialect: DatabaseDialect, style: ParameterStyle) -> Result<BoundText, DatabaseTextError> {
        DatabaseText::parse(text, dialect)?.bind(&parameters(), style)
    }

    const TEXT: &str = "SELECT '@x', [a@b] -- @x
FROM t JOIN @companies AS c ON c.value = t.k WHERE t.d < @cutoff_end OR t.e < @cutoff_end";

    #[test]
    fn a_list_is_a_table_of_parameters_and_the_rest_of_the_text_stays() {
        let named = bound(TEXT, DatabaseDialect::SqlServer, ParameterStyle::Named).unwrap();
        let expected = TEXT.replace("@companies AS c", "(VALUES (@companies_1), (@companies_2)) AS c(value)");
        assert_eq!(named.text, expected);
        let numbered = bound(TEXT, DatabaseDialect::SqlServer, ParameterStyle::Numbered("@P")).unwrap();
        assert!(
            numbered.text.ends_with("(VALUES (@P1), (@P2)) AS c(value) ON c.value = t.k WHERE t.d < @P3 OR t.e < @P3")
        );
        let values: Vec<_> = numbered.values.iter().map(|value| format!("{} {}", value.name, value.value)).collect();
        assert_eq!(values, ["companies_1 EC_NG", "companies_2 '; DROP TABLE x --", "cutoff_end 2025-10-01"]);
    }

    #[test]
    fn postgres_is_told_the_type_of_a_list() {
        let text = "SELECT 1 FROM @companies c WHERE $$@x$$ <> @cutoff_end";
        let bound = bound(text, DatabaseDialect::Postgres, ParameterStyle::Numbered("$")).unwrap();
        assert_eq!(bound.text, "SELECT 1 FROM (VALUES ($1::text), ($2::text)) AS c(value) WHERE $$@x$$ <> $3");
    }

    #[test]
    fn a_digest_depends_on_the_length_of_a_list_and_on_no_value() {
        let text = DatabaseText::parse(TEXT, DatabaseDialect::SqlServer).unwrap();
        let digest_with = |values: &[&str]| {
            let list = Parameter::List(values.iter().map(|&value| value.to_owned()).collect());
            let mut parameters = parameters();
            parameters.insert("companies".to_owned(), list);
            text.bind(&parameters, ParameterStyle::Named).unwrap().digest()
        };
        assert_eq!(digest_with(&["a", "b"]), digest_with(&["c", "d"]));
        assert_ne!(digest_with(&["a", "b"]), digest_with(&["a"]));
    }

    #[test]
    fn what_cannot_be_bound_is_named() {
        let error =
            |text: &str| bound(text, DatabaseDialect::SqlServer, ParameterStyle::Named).unwrap_err().to_string();
        assert_eq!(error("SELECT @who"), "parameter '@who' has no value");
        assert_eq!(error("SELECT @companies"), "parameter '@companies' stands where a single value is needed");
        assert_eq!(error("FROM @cutoff_end AS c"), "parameter '@cutoff_end' stands where a list is needed");
        assert_eq!(error("FROM @companies"), "parameter '@companies' stands where AS and a name is needed");
        assert_eq!(error("FROM @none n"), "the list '@none' has 0 values: from 1 to 2000 can be bound");
    }
}
