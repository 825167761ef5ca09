//! Query texts of databases: their pieces, their outline, and the mistakes that can be seen without a database.
//!
//! A text is never changed here; what is sent is made from it by `tieout-extract`.

mod clauses;
mod mistakes;
mod names;
mod outline;
mod parsed;
mod pieces;

pub(crate) use mistakes::{DatabaseVocabulary, database_mistakes};
pub use outline::{OutlineError, QueryOutline, SelectItem, WithQuery};
pub use pieces::{SqlPiece, SqlPieceKind, Unterminated, sql_pieces};
