//! The shell: ports, stage drivers, object layout, wire formats.
//!
//! A stage reads what the stage before committed, works on local files, publishes artifacts, and commits with a
//! manifest. What a stage may touch is in its parameters and nowhere else.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking"))]

pub mod check;
mod error;
pub mod evidence;
pub mod extract;
mod kept_definition;
pub mod layout;
pub mod notify;
mod operate;
pub mod past;
pub mod ports;
mod publish;
pub mod reconcile;
mod run;
mod scratch;
pub mod wire;

pub use error::StageError;
pub use kept_definition::{ChangesSince, changes_since};
pub use operate::{OperateError, Operated, Ports, operate};
pub use past::{PastRun, latest};
pub use publish::Committed;
pub use run::{Begun, Limits, RunContext, begin};
pub use scratch::Scratch;
