//! A TDS 7.4 server for tests: what SQL Server says on the wire, purpose-made and small.
//!
//! It speaks prelogin, TLS inside the prelogin packets, Login7, SQL batches, `sp_executesql`, attention and
//! transactions over TCP, and takes its answers from a back end: canned ones, or `DuckDB` executing the T-SQL for real.
//! Rows are streamed from an iterator and never held. It records what clients sent, so that a test can look at the
//! parameters as they were bound.

mod answer;
mod arrow_rows;
mod buffer;
mod canned;
mod column;
mod column_type;
mod duckdb;
mod handshake;
mod login;
mod parameters;
mod prelogin;
mod request;
mod server;
mod session;
mod statements;
mod tokens;
mod value;
mod wire;

pub use answer::{Answer, ServerError, Step};
pub use canned::CannedBackend;
pub use column::TdsColumn;
pub use column_type::TdsType;
pub use duckdb::DuckDbBackend;
pub use login::Login;
pub use request::{BoundParameter, Request, RequestKind};
pub use server::{Encryption, ServerOptions, TdsBackend, TdsServer};
pub use value::TdsValue;
