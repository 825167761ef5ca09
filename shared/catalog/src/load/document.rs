//! The text of `control.toml`, its places, and the mistakes found in it so far.
//!
//! A place is a byte offset until it is reported, then a line and a column in characters, both from 1.

use std::cell::RefCell;
use std::ops::Range;

use crate::diagnostic::{Diagnostic, Diagnostics};

/// A text with a name, and what is wrong with it.
pub(crate) struct Document<'a> {
    /// Path below the controls folder.
    file: String,
    /// The whole text.
    text: &'a str,
    /// Mistakes in the order in which they were found; a cell, for several readers report into one document.
    mistakes: RefCell<Vec<Diagnostic>>,
}

impl<'a> Document<'a> {
    /// A text with no mistakes yet; `file` is its path below the controls folder.
    pub(crate) fn new(file: String, text: &'a str) -> Self {
        Self { file, text, mistakes: RefCell::new(Vec::new()) }
    }

    /// The text between two byte offsets; empty when they are not in the text.
    pub(crate) fn slice(&self, span: Range<usize>) -> &'a str {
        self.text.get(span).unwrap_or_default()
    }

    /// Notes a mistake at a byte offset.
    pub(crate) fn report(&self, offset: usize, message: impl Into<String>, help: Option<String>) {
        let (line, column) = place_of(self.text, offset);
        self.add(Diagnostic { file: self.file.clone(), line, column, message: message.into(), help });
    }

    /// Notes a mistake of this or another file.
    pub(crate) fn add(&self, diagnostic: Diagnostic) {
        self.mistakes.borrow_mut().push(diagnostic);
    }

    /// Notes that something at a byte offset was left out, unless that follows from a mistake noted already.
    ///
    /// Nothing is left out without a mistake; this holds it, so that a definition never loads in part.
    pub(crate) fn report_left_out(&self, offset: usize) {
        if self.mistakes.borrow().is_empty() {
            self.report(offset, "this entry could not be read", None);
        }
    }

    /// Every mistake, in order of place.
    pub(crate) fn into_diagnostics(self) -> Diagnostics {
        Diagnostics::new(self.mistakes.into_inner())
    }
}

/// Line and column of a byte offset, both from 1, the column in characters.
pub(crate) fn place_of(text: &str, offset: usize) -> (u32, u32) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let lines = before.bytes().filter(|&byte| byte == b'\n').count();
    let characters = before.get(line_start..).unwrap_or_default().chars().count();
    (count(lines.saturating_add(1)), count(characters.saturating_add(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_not_bytes() {
        assert_eq!(place_of("a\nöß = 1", 0), (1, 1));
        assert_eq!(place_of("a\nöß = 1", "a\nöß".len()), (2, 3));
        assert_eq!(place_of("a\n", 2), (2, 1));
        assert_eq!(place_of("a", 99), (1, 2));
    }
}
