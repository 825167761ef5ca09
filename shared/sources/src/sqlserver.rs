//! Sources of kind `sqlserver`: data sets that a Microsoft SQL Server delivers.
//!
//! A query is executed by `sp_executesql` with bound parameters, in a transaction that only reads, with a time limit
//! and at a declared isolation. Rows stream from the wire into batches. The proof of completeness is read in the same
//! transaction. Types that cannot be read exactly are refused by name (`sqlserver/values.rs` has the table).

mod address;
mod connect;
mod failure;
mod parameters;
mod reader;
mod session;
mod values;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use tieout_catalog::{DatabaseDialect, DatabaseSource};
use tieout_extract::database::{BoundText, ParameterStyle};
use tieout_model::{Parameter, ReasonCode};
use tieout_pipeline::ports::{SecretStore, Source, SourceError, SourceProof, SourceRange, SourceReader, SourceRequest};
use tieout_tables::TypedValue;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use self::address::Address;
use self::reader::Wanted;
use self::session::Session;
use self::values::value_of;
use crate::database::{Statements, query_of, secret_failed, settings_of};
use crate::files::refusal::{refused, transient, unreadable};
use crate::rows::DatabaseValue;

/// Reads data sets from SQL Server; how to connect comes from the secret that a source names.
pub struct SqlServerSource {
    secrets: Arc<dyn SecretStore>,
    /// Connections that are free, by secret.
    free: Mutex<BTreeMap<String, Arc<Semaphore>>>,
}

impl SqlServerSource {
    /// A source that takes its secrets from there.
    pub fn new(secrets: Arc<dyn SecretStore>) -> Self {
        Self { secrets, free: Mutex::default() }
    }

    fn statements(request: &SourceRequest<'_>) -> Result<Statements, SourceError> {
        Statements::of(request, DatabaseDialect::SqlServer, ParameterStyle::Named)
    }

    /// Waits for a free connection and opens a session.
    async fn session(&self, request: &SourceRequest<'_>) -> Result<Opened, SourceError> {
        let doing = format!("reading data set '{}'", request.data_set.name);
        let source = settings_of(request)?;
        let permit = self.permit(source).await?;
        let secret = self.secrets.secret(&source.secret).await.map_err(|error| secret_failed(&error))?;
        let address = Address::parse(secret.expose()).map_err(|error| {
            let detail = format!("secret '{}' does not say how to connect: {error}", source.secret);
            refused(ReasonCode::SourceUnreachable, detail, "correct the secret where it is kept")
        })?;
        let session = Session::open(&address, source, &doing).await?;
        Ok(Opened { session, described: address.described(), permit })
    }

    async fn permit(&self, source: &DatabaseSource) -> Result<OwnedSemaphorePermit, SourceError> {
        let gone = || transient("the connections of a source are no longer handed out");
        let connections = usize::try_from(source.connections.max(1)).unwrap_or(1);
        let semaphore = {
            let mut free = self.free.lock().map_err(|_| gone())?;
            Arc::clone(free.entry(source.secret.clone()).or_insert_with(|| Arc::new(Semaphore::new(connections))))
        };
        semaphore.acquire_owned().await.map_err(|_| gone())
    }
}

/// A session with what belongs to it.
struct Opened {
    session: Session,
    described: String,
    permit: OwnedSemaphorePermit,
}

#[async_trait]
impl Source for SqlServerSource {
    async fn ranges(&self, request: &SourceRequest<'_>) -> Result<Vec<SourceRange>, SourceError> {
        let statements = Self::statements(request)?;
        let Some(ranges) = &statements.ranges else { return Ok(Vec::new()) };
        let mut opened = Box::pin(self.session(request)).await?;
        let rows = opened.session.rows(ranges).await;
        opened.session.close().await;
        let mut after = None;
        let mut found = Vec::new();
        for row in rows? {
            let until = row.cells().next().and_then(|(column, data)| {
                let mut text = String::new();
                parameter(value_of(column.column_type(), data, &mut text))
            });
            let until = until.ok_or_else(|| {
                let path = query_of(request).map(|query| query.path.as_str()).unwrap_or_default();
                let detail = format!("{path}: the column of `chunks` is null or of a type that has no ranges");
                unreadable(detail, "cut by a column of integers, decimals, dates or text")
            })?;
            found.push(SourceRange { after: after.replace(until.clone()), until: Some(until) });
        }
        found.push(SourceRange { after, until: None });
        Ok(found)
    }

    async fn text(&self, request: &SourceRequest<'_>) -> Result<Option<BoundText>, SourceError> {
        Ok(Some(Self::statements(request)?.rows))
    }

    async fn prove(&self, request: &SourceRequest<'_>) -> Result<Option<SourceProof>, SourceError> {
        let statements = Self::statements(request)?;
        let mut opened = Box::pin(self.session(request)).await?;
        let proof = reader::prove(&mut opened.session, &statements, &query_of(request)?.path).await;
        opened.session.close().await;
        proof.map(Some)
    }

    async fn open(&self, request: &SourceRequest<'_>) -> Result<Box<dyn SourceReader>, SourceError> {
        let statements = Self::statements(request)?;
        let path = query_of(request)?.path.clone();
        let Opened { session, described, permit } = Box::pin(self.session(request)).await?;
        let facts = &session.facts;
        let origin =
            format!("{path} on {}, database {}, login {} ({described})", facts.server, facts.database, facts.login);
        let (data_set, contract) = (request.data_set.name.clone(), request.data_set.contract.clone());
        Ok(Box::new(reader::start(session, statements, Wanted { data_set, contract, path, origin }, permit)))
    }
}

/// The value of a range's end, as it is bound again.
fn parameter(value: DatabaseValue<'_>) -> Option<Parameter> {
    match value {
        DatabaseValue::Text(text) => Some(Parameter::Text(text.to_owned())),
        DatabaseValue::Typed(TypedValue::Integer(number)) => Some(Parameter::Integer(number)),
        DatabaseValue::Typed(TypedValue::Decimal { unscaled, scale }) => {
            tieout_model::Decimal::new(unscaled, scale).ok().map(Parameter::Decimal)
        }
        DatabaseValue::Typed(TypedValue::Date(days)) => {
            let date = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().days(days)).ok()?;
            Some(Parameter::Date(date))
        }
        _ => None,
    }
}
