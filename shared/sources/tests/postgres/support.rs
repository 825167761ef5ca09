//! A data set that is read from a server, and what came of it.

use std::sync::Arc;

use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
use tieout_catalog::{Chunks, DataSet, DataSetQuery, DatabaseQuery, DatabaseSource, Isolation, Scope};
use tieout_model::{Column, Contract, CutoffDate, Parameter, Parameters, ValueFormat};
use tieout_pipeline::ports::{
    Reject, Secret, SecretError, SecretStore, Source, SourceError, SourceProof, SourceRange, SourceRequest,
};
use tieout_sources::PostgresSource;
use tieout_tables::cell_text;

/// One secret for every name.
pub(crate) struct OneSecret(pub(crate) String);

#[async_trait]
impl SecretStore for OneSecret {
    async fn secret(&self, _name: &str) -> Result<Secret, SecretError> {
        Ok(Secret::new(self.0.clone()))
    }
}

pub(crate) fn source(secret: String) -> PostgresSource {
    PostgresSource::new(Arc::new(OneSecret(secret)))
}

pub(crate) fn database() -> DatabaseSource {
    DatabaseSource {
        secret: "books".to_owned(),
        connections: 1,
        isolation: Isolation::RepeatableRead,
        statement_timeout_seconds: 60,
        databases: Vec::new(),
    }
}

/// A nullable column.
pub(crate) fn column(name: &str, data_type: &str) -> Column {
    Column {
        name: name.to_owned(),
        data_type: data_type.parse().unwrap(),
        nullable: true,
        required: true,
        headers: vec![name.to_owned()],
        format: ValueFormat::default(),
    }
}

pub(crate) fn data_set(sql: &str, control_total: &[&str], columns: Vec<Column>) -> DataSet {
    let query = DatabaseQuery {
        path: "queries/ledger.sql".to_owned(),
        text: sql.to_owned(),
        population: "population".to_owned(),
        control_total: control_total.iter().map(|&name| name.to_owned()).collect(),
        chunks: None,
        export: None,
    };
    DataSet {
        name: "ledger".to_owned(),
        source: "books".to_owned(),
        query: DataSetQuery::Database(Box::new(query)),
        contract: Contract { columns, ..Contract::default() },
        scope: Scope::default(),
        rejects_tolerated: 0,
        tests: Vec::new(),
        only_for: None,
        optional: false,
    }
}

pub(crate) fn in_chunks(mut data_set: DataSet, column: &str, rows: u64) -> DataSet {
    if let DataSetQuery::Database(query) = &mut data_set.query {
        query.chunks = Some(Chunks { column: column.to_owned(), rows });
    }
    data_set
}

pub(crate) fn parameters() -> Parameters {
    let list = ["EC_NG", "JM_EG"].map(str::to_owned).to_vec();
    [
        ("cutoff_end".to_owned(), Parameter::Date(jiff::civil::date(2025, 10, 1))),
        ("companies".to_owned(), Parameter::List(list)),
        ("least".to_owned(), Parameter::Decimal("-12345.6789".parse().unwrap())),
    ]
    .into()
}

/// What reading to the end gave.
pub(crate) struct Answer {
    pub(crate) batches: Vec<RecordBatch>,
    pub(crate) rejects: Vec<Reject>,
    pub(crate) proof: SourceProof,
    pub(crate) sent: String,
}

impl Answer {
    pub(crate) fn rows(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// Every cell as text, row by row.
    pub(crate) fn texts(&self) -> Vec<Vec<Option<String>>> {
        let row = |batch: &RecordBatch, row: usize| {
            batch.columns().iter().map(|column| cell_text(column, row).unwrap()).collect::<Vec<_>>()
        };
        self.batches
            .iter()
            .flat_map(|batch| (0..batch.num_rows()).map(|at| row(batch, at)).collect::<Vec<_>>())
            .collect()
    }
}

pub(crate) fn request<'a>(
    data_set: &'a DataSet,
    database: &'a DatabaseSource,
    parameters: &'a Parameters,
    range: Option<&'a SourceRange>,
) -> SourceRequest<'a> {
    let cutoff_date: CutoffDate = "2025-09-30".parse().unwrap();
    SourceRequest { database: Some(database), data_set, cutoff_date, parameters, folder: None, range }
}

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap().block_on(future)
}

pub(crate) fn read(secret: String, data_set: &DataSet, database: &DatabaseSource) -> Result<Answer, SourceError> {
    block_on(read_range(&source(secret), data_set, database, None))
}

pub(crate) async fn read_range(
    source: &PostgresSource,
    data_set: &DataSet,
    database: &DatabaseSource,
    range: Option<&SourceRange>,
) -> Result<Answer, SourceError> {
    let parameters = parameters();
    let mut reader = source.open(&request(data_set, database, &parameters, range)).await?;
    let (mut batches, mut rejects) = (Vec::new(), Vec::new());
    while let Some(batch) = reader.next_batch().await? {
        batches.push(batch.rows);
        rejects.extend(batch.rejects);
    }
    let sent = reader.sent().unwrap().text;
    Ok(Answer { batches, rejects, proof: reader.proof().await.unwrap(), sent })
}
