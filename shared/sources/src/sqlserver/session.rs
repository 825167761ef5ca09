//! A session: settings, what the server says of itself, one reading transaction, and statements with a time limit.
//!
//! A statement that takes too long is cancelled with an attention, so that the server stops working on it.

use std::time::Duration;

use futures::{FutureExt, StreamExt};
use tiberius::{ColumnData, CommandItem, CommandStream, Row};
use tieout_catalog::{DatabaseSource, Isolation};
use tieout_extract::database::BoundText;
use tieout_pipeline::ports::SourceError;
use tieout_tables::TypedValue;
use tokio::time::Instant;

use super::address::Address;
use super::connect::{Connection, connect};
use super::{failure, parameters, values};
use crate::files::refusal::unreadable;
use crate::rows::DatabaseValue;

/// Longest wait for the server to acknowledge that it has stopped.
const CANCEL_TIMEOUT: Duration = Duration::from_secs(5);

/// Settings on which the meaning of a query would depend are fixed; so that the same text means the same everywhere.
const SETTINGS: &str = "SET LANGUAGE us_english; SET DATEFORMAT ymd; SET DATEFIRST 1; SET NOCOUNT ON; SET ROWCOUNT 0; \
                        SET ARITHABORT ON; SET XACT_ABORT ON";

/// What the server says of itself. `2025-09-30T23:59:59.9999999+00:00` is the form of its clock.
const FACTS: &str = "SELECT CAST(SERVERPROPERTY('ServerName') AS nvarchar(128)) AS server_name, \
                     DB_NAME() AS database_name, SUSER_SNAME() AS login_name, SYSDATETIMEOFFSET() AS server_clock, \
                     (SELECT snapshot_isolation_state FROM sys.databases WHERE database_id = DB_ID()) AS snapshot_state";

/// A session in its reading transaction.
pub(super) struct Session {
    connection: Connection,
    doing: String,
    timeout_seconds: u32,
    isolation: Isolation,
    under_way: bool,
    /// What the server said when the session began.
    pub(super) facts: Facts,
}

/// What a server says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) server: String,
    pub(super) database: String,
    pub(super) login: String,
    pub(super) clock: String,
    allows_snapshot: bool,
}

impl Session {
    /// Connects and begins the transaction.
    pub(super) async fn open(address: &Address, source: &DatabaseSource, doing: &str) -> Result<Self, SourceError> {
        let mut session = Self {
            connection: connect(address, doing).await?,
            doing: doing.to_owned(),
            timeout_seconds: source.statement_timeout_seconds,
            isolation: source.isolation,
            under_way: false,
            facts: Facts::default(),
        };
        session.batch(SETTINGS).await?;
        session.facts = session.ask().await?;
        if source.isolation == Isolation::Snapshot && !session.facts.allows_snapshot {
            return Err(failure::no_snapshot(&format!("{doing}: the database of the connection does not allow it")));
        }
        let lock_timeout = source.statement_timeout_seconds.saturating_mul(1000).min(i32::MAX.unsigned_abs());
        let level = match source.isolation {
            Isolation::Snapshot => "SNAPSHOT",
            Isolation::ReadCommitted => "READ COMMITTED",
            Isolation::RepeatableRead => "REPEATABLE READ",
            Isolation::Serializable => "SERIALIZABLE",
        };
        let begin =
            format!("SET LOCK_TIMEOUT {lock_timeout}; SET TRANSACTION ISOLATION LEVEL {level}; BEGIN TRANSACTION");
        session.batch(&begin).await?;
        Ok(session)
    }

    /// The isolation, for evidence; what is no single point in time is said with its window.
    pub(super) async fn isolation(&mut self) -> Result<String, SourceError> {
        let name = self.isolation.as_str();
        if self.isolation == Isolation::Snapshot {
            return Ok(name.to_owned());
        }
        let end = self.ask().await?.clock;
        Ok(format!("{name}, read from {} to {end}", self.facts.clock))
    }

    /// The rows of a short answer.
    pub(super) async fn rows(&mut self, bound: &BoundText) -> Result<Vec<Row>, SourceError> {
        let mut answer = self.execute(bound).await?;
        let mut rows = Vec::new();
        while let Some(item) = answer.next().await? {
            if let CommandItem::Row(row) = item {
                rows.push(row);
            }
        }
        Ok(rows)
    }

    /// Executes a statement. Only time in which the server is waited for counts against its limit.
    pub(super) async fn execute(&mut self, bound: &BoundText) -> Result<Answer<'_>, SourceError> {
        let call = parameters::call(bound)?;
        let seconds = self.timeout_seconds;
        let limit = Duration::from_secs(u64::from(seconds));
        match tokio::time::timeout(limit, call.exec(&mut self.connection)).await {
            Ok(Ok(items)) => {
                self.under_way = true;
                Ok(Answer { items, left: limit, seconds, doing: &self.doing, under_way: &mut self.under_way })
            }
            Ok(Err(error)) => Err(failure::of(&self.doing, &error)),
            // A request that was sent in part leaves nothing that could be cancelled.
            Err(_) => Err(failure::timed_out(&self.doing, seconds)),
        }
    }

    /// Stops what the server is still working on, if anything.
    async fn cancel(&mut self) {
        if std::mem::take(&mut self.under_way) {
            // A server that does not even answer this loses the connection next.
            drop(tokio::time::timeout(CANCEL_TIMEOUT, self.connection.cancel_query()).await);
        }
    }

    /// Ends the transaction, which has changed nothing, and the connection.
    pub(super) async fn close(mut self) {
        self.cancel().await;
        // The server does both by itself when the connection is gone.
        let rollback = self.batch("IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION");
        drop(tokio::time::timeout(CANCEL_TIMEOUT, rollback).await);
        drop(tokio::time::timeout(CANCEL_TIMEOUT, self.connection.close()).await);
    }

    async fn ask(&mut self) -> Result<Facts, SourceError> {
        let rows = self.batch(FACTS).await?;
        let row = rows.first().ok_or_else(|| {
            unreadable(format!("{}: the server says nothing of itself", self.doing), "is this a SQL Server?")
        })?;
        let text = |column: &str| row.try_get::<&str, _>(column).ok().flatten().unwrap_or_default().to_owned();
        let state = row.try_get::<u8, _>("snapshot_state").ok().flatten();
        Ok(Facts {
            server: text("server_name"),
            database: text("database_name"),
            login: text("login_name"),
            clock: row.get_column_data("server_clock").ok().map(clock).unwrap_or_default(),
            allows_snapshot: state == Some(1),
        })
    }

    /// Executes a text of our own, which has no parameters.
    async fn batch(&mut self, text: &str) -> Result<Vec<Row>, SourceError> {
        let limit = Duration::from_secs(u64::from(self.timeout_seconds));
        let answer = async { self.connection.simple_query(text).await?.into_first_result().await };
        match tokio::time::timeout(limit, answer).await {
            Ok(rows) => rows.map_err(|error| failure::of(&self.doing, &error)),
            Err(_) => Err(failure::timed_out(&self.doing, self.timeout_seconds)),
        }
    }
}

/// An answer as it arrives.
pub(super) struct Answer<'s> {
    items: CommandStream<'s>,
    left: Duration,
    seconds: u32,
    doing: &'s str,
    under_way: &'s mut bool,
}

impl Answer<'_> {
    /// The next item; `None` at the end. After a time-out the session is to be cancelled.
    pub(super) async fn next(&mut self) -> Result<Option<CommandItem>, SourceError> {
        // What has arrived already is taken without a look at the clock.
        let next = if let Some(next) = self.items.next().now_or_never() {
            next
        } else {
            let waiting = Instant::now();
            let next = tokio::time::timeout(self.left, self.items.next()).await;
            self.left = self.left.saturating_sub(waiting.elapsed());
            next.map_err(|_| failure::timed_out(self.doing, self.seconds))?
        };
        match next {
            Some(Ok(item)) => Ok(Some(item)),
            Some(Err(error)) => {
                *self.under_way = false;
                Err(failure::of(self.doing, &error))
            }
            None => {
                *self.under_way = false;
                Ok(None)
            }
        }
    }
}

/// The server's clock as text.
fn clock(data: &ColumnData<'static>) -> String {
    let mut text = String::new();
    match values::value_of(tiberius::ColumnType::DatetimeOffsetn, data, &mut text) {
        DatabaseValue::Offset { local, minutes } => {
            let sign = if minutes < 0 { '-' } else { '+' };
            let (hours, rest) = (minutes.unsigned_abs() / 60, minutes.unsigned_abs() % 60);
            format!("{}{sign}{hours:02}:{rest:02}", TypedValue::Timestamp(local))
        }
        DatabaseValue::Text(text) => text.to_owned(),
        _ => String::new(),
    }
}
