//! A mistake in a definition, with its place and, where there is one, the right name.
//!
//! Diagnostics are kept in order of place, so equal definitions give equal text.

use std::fmt;

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// Path below the controls folder, such as `bank-ledger/control.toml`.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// What is wrong.
    pub message: String,
    /// What to do about it, such as `did you mean 'order_date'?`.
    pub help: Option<String>,
}

impl fmt::Display for Diagnostic {
    /// `file:line:column: message; help`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)?;
        match &self.help {
            Some(help) => write!(formatter, "; {help}"),
            None => Ok(()),
        }
    }
}

/// Every mistake of a definition, in order of file, line and column; one a line when printed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", lines(.0))]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// Puts diagnostics into order and drops those said twice.
    pub fn new(mut diagnostics: Vec<Diagnostic>) -> Self {
        diagnostics.sort();
        diagnostics.dedup();
        Self(diagnostics)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The diagnostics in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// `Ok` when there are none.
    pub fn into_result(self) -> Result<(), Self> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

fn lines(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diagnostic(file: &str, line: u32, help: Option<&str>) -> Diagnostic {
        let help = help.map(str::to_owned);
        Diagnostic { file: file.to_owned(), line, column: 2, message: "wrong".to_owned(), help }
    }

    #[test]
    fn diagnostics_print_one_a_line_in_order_of_place_and_once_each() {
        let all = vec![
            diagnostic("b", 1, None),
            diagnostic("a", 10, None),
            diagnostic("a", 9, Some("do this")),
            diagnostic("b", 1, None),
        ];
        assert_eq!(Diagnostics::new(all).to_string(), "a:9:2: wrong; do this\na:10:2: wrong\nb:1:2: wrong");
    }
}
