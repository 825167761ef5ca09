//! Sources of kind `postgres`: the answer of a query, streamed row by row, with its proof from the same snapshot.
//!
//! The session can only read. Rows come in the binary protocol and are never held in full: the server waits while a
//! batch is taken. What a value is on the wire is decided before the first row; a type without an exact form refuses.

mod bind;
mod connect;
mod decode;
mod errors;
mod numeric;
mod secret_text;
mod tls;

use std::sync::Arc;

use async_trait::async_trait;
use futures::TryStreamExt;
use tieout_catalog::{DatabaseDialect, DatabaseSource, Isolation};
use tieout_extract::database::{BoundText, ParameterStyle};
use tieout_model::{Decimal, Parameter, ReasonCode};
use tieout_pipeline::ports::{
    SecretStore, Source, SourceBatch, SourceError, SourceProof, SourceRange, SourceReader, SourceRequest,
};
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio_postgres::{Client, Statement};

use self::bind::{bound_types, bound_values};
use self::connect::connect;
use self::decode::{Decoder, decoders};
use self::errors::failed;
use crate::database::{Statements, query_of, secret_failed, settings_of};
use crate::files::refusal::{refused, transient, unreadable};
use crate::rows::{DatabaseRows, DatabaseValue};

/// Batches that wait for the caller at most.
const BATCHES_AHEAD: usize = 1;

/// Reads data sets from `PostgreSQL`.
#[derive(Clone)]
pub struct PostgresSource {
    secrets: Arc<dyn SecretStore>,
}

impl PostgresSource {
    /// A source that asks `secrets` how to connect.
    pub fn new(secrets: Arc<dyn SecretStore>) -> Self {
        Self { secrets }
    }

    /// Opens a session in a transaction that can only read.
    async fn session(&self, settings: &DatabaseSource) -> Result<Client, SourceError> {
        let secret = self.secrets.secret(&settings.secret).await.map_err(|error| secret_failed(&error))?;
        let client = connect(&secret, &settings.secret).await?;
        let level = match settings.isolation {
            Isolation::Snapshot | Isolation::RepeatableRead => "REPEATABLE READ",
            Isolation::ReadCommitted => "READ COMMITTED",
            Isolation::Serializable => "SERIALIZABLE",
        };
        let begin = format!(
            "SET statement_timeout = {}000; SET TIME ZONE 'UTC'; SET default_transaction_read_only = on; \
             BEGIN ISOLATION LEVEL {level} READ ONLY",
            settings.statement_timeout_seconds
        );
        client.batch_execute(&begin).await.map_err(|error| failed("the session", &error))?;
        Ok(client)
    }

    fn statements(request: &SourceRequest<'_>) -> Result<Statements, SourceError> {
        Statements::of(request, DatabaseDialect::Postgres, ParameterStyle::Numbered("$"))
    }
}

#[async_trait]
impl Source for PostgresSource {
    async fn ranges(&self, request: &SourceRequest<'_>) -> Result<Vec<SourceRange>, SourceError> {
        let statements = Self::statements(request)?;
        let Some(text) = &statements.ranges else { return Ok(Vec::new()) };
        let client = self.session(settings_of(request)?).await?;
        let path = &query_of(request)?.path;
        let statement = prepare(&client, text, path).await?;
        let rows = client.query_raw(&statement, bound_values(text)).await.map_err(|error| failed(path, &error))?;
        let rows: Vec<_> = rows.try_collect().await.map_err(|error| failed(path, &error))?;
        let mut ranges = Vec::with_capacity(rows.len() + 1);
        let mut after = None;
        let decoder = Decoder::of(statement.columns().first().map(tokio_postgres::Column::type_));
        for row in &rows {
            let until = decoder.as_ref().and_then(|decoder| decoder.parameter(row)).ok_or_else(|| {
                let detail = format!("{path}: the column of `chunks` is null or of a type that has no ranges");
                refused(ReasonCode::SourceUnreadable, detail, "cut by a column of integers, decimals, dates or text")
            })?;
            ranges.push(SourceRange { after: after.replace(until.clone()), until: Some(until) });
        }
        ranges.push(SourceRange { after, until: None });
        Ok(ranges)
    }

    async fn text(&self, request: &SourceRequest<'_>) -> Result<Option<BoundText>, SourceError> {
        Ok(Some(Self::statements(request)?.rows))
    }

    async fn prove(&self, request: &SourceRequest<'_>) -> Result<Option<SourceProof>, SourceError> {
        let statements = Self::statements(request)?;
        let settings = settings_of(request)?;
        let client = self.session(settings).await?;
        prove(&client, &statements, settings, &query_of(request)?.path).await.map(Some)
    }

    async fn open(&self, request: &SourceRequest<'_>) -> Result<Box<dyn SourceReader>, SourceError> {
        let statements = Self::statements(request)?;
        let settings = settings_of(request)?;
        let path = query_of(request)?.path.clone();
        let client = self.session(settings).await?;
        let proof = prove(&client, &statements, settings, &path).await?;
        let statement = prepare(&client, &statements.rows, &path).await?;
        let headers: Vec<&str> = statement.columns().iter().map(tokio_postgres::Column::name).collect();
        let rows = DatabaseRows::new(&path, &headers, &request.data_set.contract, 0)?;
        let decoders = decoders(&path, &statement, &rows)?;
        let notes = rows.notes().to_vec();
        let (sender, receiver) = mpsc::channel(BATCHES_AHEAD);
        let reading = Reading { client, statement, text: statements.rows.clone(), path: path.clone(), rows, decoders };
        tokio::spawn(reading.run(sender));
        Ok(Box::new(PostgresReader { path, sent: statements.rows, notes, proof: Some(proof), receiver, ended: None }))
    }
}

async fn prepare(client: &Client, text: &BoundText, path: &str) -> Result<Statement, SourceError> {
    client.prepare_typed(&text.text, &bound_types(text)).await.map_err(|error| failed(path, &error))
}

/// Counts and sums in the session's transaction, and asks the server who it is.
async fn prove(
    client: &Client,
    statements: &Statements,
    settings: &DatabaseSource,
    path: &str,
) -> Result<SourceProof, SourceError> {
    const WHO: &str = "SELECT coalesce(nullif(current_setting('cluster_name'), ''), 'PostgreSQL ' || \
         current_setting('server_version')), current_database()::text, session_user::text, \
         to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), \
         current_setting('transaction_isolation')";
    let fails = |error: tokio_postgres::Error| failed(path, &error);
    let who = client.query_one(WHO, &[]).await.map_err(fails)?;
    let said = |at: usize| who.try_get::<_, String>(at).map_err(fails);
    let count = one_row(client, &statements.count, path).await?;
    let rows: i64 = count.try_get(0).map_err(fails)?;
    let total = one_row(client, &statements.total, path).await?;
    let mut totals = Vec::with_capacity(statements.totals.len());
    for (index, wanted) in statements.totals.iter().enumerate() {
        let decoder = Decoder::of(total.columns().get(index + 1).map(tokio_postgres::Column::type_));
        let mut scratch = String::new();
        let sum = match decoder.map(|decoder| decoder.read(&total, index + 1, &mut scratch)) {
            Some(DatabaseValue::Null) => Some(Decimal::zero(wanted.scale)),
            Some(DatabaseValue::Typed(value)) => value.decimal(),
            _ => None,
        };
        let sum = sum.ok_or_else(|| {
            let detail = format!("{path}: the sum of '{}' needs more than 38 digits or is no number", wanted.column);
            refused(ReasonCode::AmountOverflow, detail, "check the amounts in the source for wrong values")
        })?;
        totals.push((wanted.column.clone(), sum));
    }
    Ok(SourceProof {
        rows: u64::try_from(rows).unwrap_or_default(),
        totals,
        server: said(0)?,
        database: said(1)?,
        login: said(2)?,
        server_clock: said(3)?,
        query_digest: statements.rows.digest(),
        isolation: isolation_name(settings, &said(4)?),
    })
}

/// The isolation as the server names it; what the definition calls a snapshot is `PostgreSQL`'s repeatable read.
fn isolation_name(settings: &DatabaseSource, found: &str) -> String {
    let found = found.replace(' ', "_");
    let declared = settings.isolation.as_str();
    if found == declared { found } else { format!("{found} (declared {declared})") }
}

async fn one_row(client: &Client, text: &BoundText, path: &str) -> Result<tokio_postgres::Row, SourceError> {
    let fails = |error: tokio_postgres::Error| failed(path, &error);
    let statement = prepare(client, text, path).await?;
    let rows = client.query_raw(&statement, bound_values(text)).await.map_err(fails)?;
    let rows: Vec<_> = rows.try_collect().await.map_err(fails)?;
    let row = rows.into_iter().next();
    row.ok_or_else(|| unreadable(format!("{path}: the proof has no row"), "report this with the control's definition"))
}

/// What the reading task does.
struct Reading {
    client: Client,
    statement: Statement,
    text: BoundText,
    path: String,
    rows: DatabaseRows,
    decoders: Vec<Option<Decoder>>,
}

/// What the reading task says; the end is said, so that a task that breaks off is not taken for one that ended.
enum Message {
    Batch(SourceBatch),
    End,
    Failed(SourceError),
}

impl Reading {
    async fn run(mut self, sender: Sender<Message>) {
        let last = match self.read(&sender).await {
            Ok(()) => Message::End,
            Err(error) => Message::Failed(error),
        };
        // When the caller has dropped its reader, there is nobody left to tell.
        drop(sender.send(last).await);
    }

    async fn read(&mut self, sender: &Sender<Message>) -> Result<(), SourceError> {
        let fails = |error: tokio_postgres::Error| failed(&self.path, &error);
        let stream = self.client.query_raw(&self.statement, bound_values(&self.text)).await.map_err(fails)?;
        let mut stream = std::pin::pin!(stream);
        let mut scratch = String::new();
        while let Some(row) = stream.try_next().await.map_err(fails)? {
            self.rows.begin_row();
            for (column, decoder) in self.decoders.iter().enumerate() {
                if let Some(decoder) = decoder {
                    self.rows.set(column, decoder.read(&row, column, &mut scratch));
                }
            }
            if let Some(batch) = self.rows.end_row(row.raw_size_bytes())? {
                send(sender, batch).await?;
            }
        }
        if let Some(batch) = self.rows.finish()? {
            send(sender, batch).await?;
        }
        self.client.batch_execute("COMMIT").await.map_err(fails)
    }
}

async fn send(sender: &Sender<Message>, batch: SourceBatch) -> Result<(), SourceError> {
    sender.send(Message::Batch(batch)).await.map_err(|_| transient("reading was given up"))
}

/// Hands on what the reading task says.
struct PostgresReader {
    path: String,
    sent: BoundText,
    notes: Vec<String>,
    proof: Option<SourceProof>,
    receiver: Receiver<Message>,
    /// How it ended, once it has.
    ended: Option<Result<(), SourceError>>,
}

#[async_trait]
impl SourceReader for PostgresReader {
    async fn next_batch(&mut self) -> Result<Option<SourceBatch>, SourceError> {
        if self.ended.is_none() {
            self.ended = Some(match self.receiver.recv().await {
                Some(Message::Batch(batch)) => return Ok(Some(batch)),
                Some(Message::End) => Ok(()),
                Some(Message::Failed(error)) => Err(error),
                None => Err(transient(format!("reading the answer of {} broke off", self.path))),
            });
        }
        self.ended.clone().unwrap_or(Ok(())).map(|()| None)
    }

    fn origins(&self) -> Vec<String> {
        vec![format!("{} ({})", self.path, self.sent.digest())]
    }

    fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }

    fn size_bytes(&self) -> Option<u64> {
        None
    }

    fn sent(&self) -> Option<BoundText> {
        Some(self.sent.clone())
    }

    async fn proof(&mut self) -> Option<SourceProof> {
        self.proof.take()
    }
}

/// A value as the end of a range; `None` for one that cannot be bound.
fn as_parameter(value: DatabaseValue<'_>) -> Option<Parameter> {
    use tieout_tables::TypedValue;
    match value {
        DatabaseValue::Text(text) => Some(Parameter::Text(text.to_owned())),
        DatabaseValue::Typed(TypedValue::Integer(integer)) => Some(Parameter::Integer(integer)),
        DatabaseValue::Typed(value @ TypedValue::Decimal { .. }) => value.decimal().map(Parameter::Decimal),
        DatabaseValue::Typed(value @ TypedValue::Date(_)) => value.date().map(Parameter::Date),
        _ => None,
    }
}
