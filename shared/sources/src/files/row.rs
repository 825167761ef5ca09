//! The cells of one row of a format whose cells are typed, in memory that is used again for the next row.

use std::fmt::{self, Write};

use tieout_tables::{InputCell, TypedValue};

/// The cells of one row, one for each column of the contract.
#[derive(Debug, Default)]
pub(crate) struct Row {
    text: String,
    slots: Vec<Slot>,
}

#[derive(Debug, Clone, Copy)]
enum Slot {
    Null,
    Declared(usize, usize),
    Plain(usize, usize),
    Typed(TypedValue),
    Bad(usize, usize, &'static str),
}

/// How the text of a cell is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// As the contract declares.
    Declared,
    /// In the plain form of a typed cell, whatever the contract declares for text.
    Plain,
    /// Not at all, for this reason.
    Bad(&'static str),
}

impl Row {
    /// Makes all of `width` cells null.
    pub(crate) fn clear(&mut self, width: usize) {
        self.text.clear();
        self.slots.clear();
        self.slots.resize(width, Slot::Null);
    }

    /// Sets the cell of a column; a column beyond the width is passed over.
    pub(crate) fn set(&mut self, column: usize, text: &str, form: Form) {
        let start = self.text.len();
        self.text.push_str(text);
        self.place(column, start, form);
    }

    /// Gives a column the text from `start` on.
    fn place(&mut self, column: usize, start: usize, form: Form) {
        let end = self.text.len();
        if let Some(slot) = self.slots.get_mut(column) {
            *slot = match form {
                Form::Declared => Slot::Declared(start, end),
                Form::Plain => Slot::Plain(start, end),
                Form::Bad(problem) => Slot::Bad(start, end, problem),
            };
        }
    }

    /// Sets the cell of a column to a typed value; a column beyond the width is passed over.
    pub(crate) fn set_typed(&mut self, column: usize, value: TypedValue) {
        if let Some(slot) = self.slots.get_mut(column) {
            *slot = Slot::Typed(value);
        }
    }

    /// Sets the cell of a column to the text of a value.
    pub(crate) fn set_written(&mut self, column: usize, value: impl fmt::Display, form: Form) {
        let start = self.text.len();
        // Writing to a text in memory cannot fail.
        let _: fmt::Result = write!(self.text, "{value}");
        self.place(column, start, form);
    }

    /// Text of all cells, in bytes.
    pub(crate) fn size_bytes(&self) -> usize {
        self.text.len()
    }

    /// The cells.
    pub(crate) fn cells(&self) -> Vec<InputCell<'_>> {
        let text = |start: usize, end: usize| self.text.get(start..end).unwrap_or_default();
        let cell = |slot: &Slot| match *slot {
            Slot::Null => InputCell::Null,
            Slot::Declared(start, end) => InputCell::Declared(text(start, end)),
            Slot::Plain(start, end) => InputCell::Plain(text(start, end)),
            Slot::Typed(value) => InputCell::Typed(value),
            Slot::Bad(start, end, problem) => InputCell::Bad { text: text(start, end), problem },
        };
        self.slots.iter().map(cell).collect()
    }
}
