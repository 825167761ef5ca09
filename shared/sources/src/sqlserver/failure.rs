//! What goes wrong with a server, for the person who can act.
//!
//! Trying again helps with deadlocks, time-outs, broken connections and a server that is busy; with nothing else. The
//! server's own words are passed on only where they name objects: others hold values.

use tiberius::error::Error;
use tieout_model::ReasonCode;
use tieout_pipeline::ports::SourceError;

use crate::files::refusal::{refused, transient, unreadable};

/// Errors of the server that pass: deadlock, lock and other time-outs, a broken or throttled connection, failover.
const PASSING: [u32; 31] = [
    20, 53, 64, 121, 233, 258, 701, 921, 1204, 1205, 1222, 3960, 3961, 4060, 4221, 8645, 8651, 10053, 10054, 10060,
    10928, 10929, 17197, 18401, 40143, 40197, 40501, 40540, 40613, 49918, 49919,
];
/// The client-side time-out of ODBC and ADO, which is said as -2.
const TIME_OUT: u32 = u32::MAX - 1;
/// The login is refused.
const LOGIN_FAILED: [u32; 4] = [18452, 18456, 18470, 18488];
/// Snapshot isolation is not allowed in a database that a query reads.
const NO_SNAPSHOT: u32 = 3952;
/// Errors about objects and permissions, whose text names only them.
const ABOUT_OBJECTS: [u32; 8] = [207, 208, 209, 229, 230, 297, 300, 916];

/// What an error means while `doing`, such as `reading data set 'cr_03'`.
pub(super) fn of(doing: &str, error: &Error) -> SourceError {
    match error {
        Error::Server(token) => of_server(doing, token.code(), token.line(), token.message()),
        Error::Io { kind, .. } => transient(format!("{doing}: the connection broke ({kind})")),
        Error::Routing { .. } => transient(format!("{doing}: the server moved to another address")),
        Error::Tls(_) => refused(
            ReasonCode::SourceUnreachable,
            format!("{doing}: the server's certificate is not trusted, or TLS cannot be agreed upon"),
            "have the server present a certificate of a known authority, or name the authority's file in the secret \
             (CaFile)",
        ),
        Error::Utf8 | Error::Utf16 | Error::Encoding(_) => unreadable(
            format!("{doing}: a text is not valid in the encoding of its column"),
            "repair the row, or CAST the column to varbinary in the query to find it",
        ),
        Error::Protocol(_) | Error::Conversion(_) | Error::ParseInt(_) | Error::BulkInput(_) => unreadable(
            format!("{doing}: the answer of the server could not be decoded"),
            "report this with the version of the server and the types of the query's columns",
        ),
        #[expect(unreachable_patterns, reason = "other features of the driver have variants of their own")]
        _ => unreadable(format!("{doing}: the driver failed"), "report this with the version of the server"),
    }
}

/// A statement took longer than it may.
pub(super) fn timed_out(doing: &str, seconds: u32) -> SourceError {
    transient(format!("{doing}: no answer within {seconds} seconds; the statement was cancelled"))
}

fn of_server(doing: &str, number: u32, line: u32, message: &str) -> SourceError {
    if number == TIME_OUT || PASSING.contains(&number) {
        return transient(format!("{doing}: error {number} of the server{}", named(number)));
    }
    if LOGIN_FAILED.contains(&number) {
        let detail = format!("{doing}: the server refuses the login (error {number})");
        return refused(
            ReasonCode::SourceUnreachable,
            detail,
            "correct login and password, or the token, in the secret",
        );
    }
    if number == NO_SNAPSHOT {
        return no_snapshot(&format!("{doing}: a database that the query reads does not allow it (error {number})"));
    }
    if ABOUT_OBJECTS.contains(&number) {
        let detail = format!("{doing}: line {line} of the query: {message} (error {number})");
        return unreadable(detail, "correct the query, or grant the login SELECT on what it reads");
    }
    let detail = format!("{doing}: the server refuses line {line} of the query with error {number}");
    unreadable(
        detail,
        "run the query by hand with the same parameters: the error's text, which may hold values, is shown there",
    )
}

/// Snapshot isolation is declared, and a database does not allow it.
pub(super) fn no_snapshot(detail: &str) -> SourceError {
    refused(
        ReasonCode::SourceUnreadable,
        format!("snapshot isolation: {detail}"),
        "ALTER DATABASE ... SET ALLOW_SNAPSHOT_ISOLATION ON, or declare isolation = \"read_committed\" for the source: \
         the extract is then no single point in time, and evidence says so",
    )
}

fn named(number: u32) -> &'static str {
    match number {
        1205 => " (deadlock)",
        1222 => " (a lock was waited for too long)",
        4060 | 40613 => " (the database is not available)",
        TIME_OUT => " (time-out)",
        _ => "",
    }
}
