//! Texts for a database: what is sent to read a data set, and what is sent to prove that the answer is whole.
//!
//! Values never enter a text. A list becomes as many parameters as it has values, so that a text depends on nothing
//! but the definition and the lengths of its lists. The proof is generated from the query, never written twice.

mod bind;
mod statements;

pub use bind::{BoundText, BoundValue, DatabaseText, MAX_LIST_VALUES, ParameterStyle};
pub use statements::{ControlTotal, DatabaseStatements, ROWS_COLUMN, RangeEnds, total_column};

use tieout_catalog::{OutlineError, Unterminated};

/// A text could not be made ready for a database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseTextError {
    /// Something in the text never ends.
    #[error(transparent)]
    Unterminated(#[from] Unterminated),
    /// The text is not one `WITH ... SELECT ...`.
    #[error(transparent)]
    Outline(#[from] OutlineError),
    /// A parameter of the text has no value.
    #[error("parameter '@{name}' has no value")]
    Unbound {
        /// The parameter.
        name: String,
    },
    /// A list stands where a value is needed, or a value where a table is.
    #[error("parameter '@{name}' stands where {wanted} is needed")]
    WrongPlace {
        /// The parameter.
        name: String,
        /// What is needed.
        wanted: &'static str,
    },
    /// A list is empty or too long.
    #[error("the list '@{name}' has {values} values: from 1 to {MAX_LIST_VALUES} can be bound")]
    ListLength {
        /// The parameter.
        name: String,
        /// How many values it has.
        values: usize,
    },
    /// The population or a control total is not in the text.
    #[error("the query has no {what} '{name}'")]
    Absent {
        /// What is missing.
        what: &'static str,
        /// Its name.
        name: String,
    },
}
