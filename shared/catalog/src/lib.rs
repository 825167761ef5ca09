//! Control definitions as data, and the loader that validates them.
//!
//! Pure: a control's files come in as bytes, and a definition or every mistake in it comes out, each with its place.
//! The shipped controls are embedded in the binary.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking"))]

mod database_sql;
mod definition;
mod definition_changes;
mod diagnostic;
mod engine_problem;
mod folder;
mod load;
mod nearest;
mod parameter;
mod registry;
mod sql;

pub use database_sql::{
    OutlineError, QueryOutline, SelectItem, SqlPiece, SqlPieceKind, Unterminated, WithQuery, sql_pieces,
};
pub use definition::*;
pub use definition_changes::{ChangeKind, ChangedLine, FileChange, definition_changes};
pub use diagnostic::{Diagnostic, Diagnostics};
pub use engine_problem::{SqlPlace, sql_diagnostic};
pub use folder::{ControlFolder, DEFINITION_FILE, SAMPLE_FOLDER, builtin};
pub use load::{check_schemas, definition_digest, load, table_folders};
pub use registry::{RegistryError, list_values};
