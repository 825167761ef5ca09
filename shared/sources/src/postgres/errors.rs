//! Errors of a server: which go away by trying again, and what the others say to the person who can act.
//!
//! A server may quote a cell in its message, so its words are told only where they speak of names.

use tieout_model::ReasonCode;
use tieout_pipeline::ports::SourceError;
use tokio_postgres::Error;

use crate::files::refusal::{refused, transient};

/// States that go away by trying again: deadlock, serialization, time-out, shutdown, lock.
const TRANSIENT_STATES: [&str; 8] = ["40001", "40P01", "57014", "57P01", "57P02", "57P03", "55P03", "25P03"];

/// Classes of states that go away by trying again: connection, resources, system.
const TRANSIENT_CLASSES: [&str; 3] = ["08", "53", "58"];

/// The refusal for an error of the server or of the connection; `subject` is the query or the session.
pub(super) fn failed(subject: &str, error: &Error) -> SourceError {
    let Some(database) = error.as_db_error() else {
        return match std::error::Error::source(error).and_then(|source| source.downcast_ref::<std::io::Error>()) {
            Some(cause) => transient(format!("{subject}: the connection failed ({})", cause.kind())),
            None if error.is_closed() => transient(format!("{subject}: the connection was closed")),
            None => {
                let detail = format!("{subject}: the server's answer cannot be read ({error})");
                refused(ReasonCode::SourceUnreadable, detail, "check that the server is PostgreSQL 12 or later")
            }
        };
    };
    let state = database.code().code();
    let class = state.get(..2).unwrap_or_default();
    if TRANSIENT_STATES.contains(&state) || TRANSIENT_CLASSES.contains(&class) {
        return transient(format!("{subject}: {} (SQLSTATE {state})", meaning(state, class)));
    }
    let place = match database.position() {
        Some(tokio_postgres::error::ErrorPosition::Original(at)) => format!(", at character {at} of the text sent"),
        _ => String::new(),
    };
    let detail = match class {
        "42" | "3D" | "3F" => format!("{subject}: {} (SQLSTATE {state}{place})", database.message()),
        _ => format!("{subject}: {} (SQLSTATE {state}{place})", meaning(state, class)),
    };
    match class {
        "28" => refused(ReasonCode::SourceUnreachable, detail, "correct login and password in the secret"),
        "3D" => refused(ReasonCode::SourceUnreachable, detail, "correct the database in the secret"),
        _ if state == "42501" => {
            refused(ReasonCode::SourceUnreadable, detail, "let the login read what the query reads")
        }
        _ => refused(ReasonCode::SourceUnreadable, detail, "correct the query, or what it reads, on the server"),
    }
}

fn meaning(state: &str, class: &str) -> &'static str {
    match (state, class) {
        ("40P01", _) => "the server ended it because of a deadlock",
        ("40001", _) => "the server could not keep the transaction apart from others",
        ("57014", _) => "the statement took longer than it may, or was cancelled",
        ("57P01" | "57P02" | "57P03", _) => "the server is shutting down or starting",
        ("55P03", _) => "a lock could not be had in time",
        ("25006", _) => "the query writes, and the session can only read",
        (_, "08") => "the connection was lost",
        (_, "53") => "the server is out of resources",
        (_, "58") => "the server's machine failed",
        (_, "28") => "the server does not accept the login",
        (_, "22") => "a value does not fit an operation of the query",
        _ => "the server refused the query",
    }
}
