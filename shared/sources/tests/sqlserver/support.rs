//! A control with one data set of a SQL Server, and what reading it gave.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use tieout_catalog::{Chunks, Control, ControlFolder, DataSetQuery, DatabaseQuery, SourceKind};
use tieout_model::{Column, CutoffDate, Parameter, ReasonCode, ValueFormat};
use tieout_pipeline::ports::{
    Parameters, Reject, Secret, SecretError, SecretStore, Source, SourceError, SourceProof, SourceRange, SourceRequest,
};
use tieout_sources::SqlServerSource;
use tieout_tables::cell_text;
use tieout_testkit::tds::{Answer, Request, TdsColumn, TdsServer, TdsType, TdsValue};

/// The query of every control here; the test server looks for the words in its comment.
pub(crate) const QUERY: &str = "WITH population AS (\n  SELECT t.id, t.amount FROM dbo.ledger AS t WHERE t.booked < \
                                @cutoff_end\n)\nSELECT p.id AS [Entry No_], p.amount AS [Amount] FROM population AS p \
                                -- rows\nORDER BY p.id\n";

const DEFINITION: &str = r#"
schema = 1
id = "c"
title = "C"
description = "C."
owner = { name = "Owner", email = "owner@example.com" }
reviewer = { name = "Reviewer", email = "reviewer@example.com" }
cutoff = { rule = "previous_month_end", time_zone = "UTC" }

[[sources]]
name = "nav"
kind = "sqlserver"
secret = "nav-readonly"
SOURCE

[[data_sets]]
name = "ledger"
source = "nav"
query = "queries/ledger.sql"
population = "population"
control_total = "amount"
columns = [
  { name = "entry_no", header = "Entry No_", type = "integer" },
  { name = "amount", header = "Amount", type = "decimal(38,4)", nullable = true },
]

[[assertions]]
id = "nothing"
data_set = "ledger"
holds = "entry_no >= 0"
description = "Entries are numbered."
severity = "finding"

[notify]
from = { name = "Tieout", email = "tieout@example.com" }
recipients = [{ role = "owner", on = ["not_operated"] }]
"#;

/// A column that may be null.
pub(crate) fn column(name: &str, header: &str, data_type: &str) -> Column {
    Column {
        name: name.to_owned(),
        data_type: data_type.parse().unwrap(),
        nullable: true,
        required: true,
        headers: vec![header.to_owned()],
        format: ValueFormat::default(),
    }
}

/// A control with one data set.
pub(crate) struct Reading {
    control: Control,
    pub(crate) parameters: Parameters,
    pub(crate) range: Option<SourceRange>,
}

impl Reading {
    /// The usual one: entry number and amount, with a control total.
    pub(crate) fn ledger() -> Self {
        Self::from_source("")
    }

    /// The usual one, with further settings of its source.
    pub(crate) fn from_source(settings: &str) -> Self {
        let files: BTreeMap<_, _> = [
            ("control.toml".to_owned(), DEFINITION.replace("SOURCE", settings).into_bytes()),
            ("queries/ledger.sql".to_owned(), QUERY.as_bytes().to_vec()),
        ]
        .into();
        let folder = ControlFolder { name: "c".to_owned(), files };
        let control = tieout_catalog::load(&folder).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let cutoff_end = Parameter::Date(jiff::civil::date(2025, 10, 1));
        Self { control, parameters: [("cutoff_end".to_owned(), cutoff_end)].into(), range: None }
    }

    /// Another query into other columns, without a control total.
    pub(crate) fn of(query: &str, columns: Vec<Column>) -> Self {
        let mut reading = Self::ledger();
        reading.control.data_sets[0].contract.columns = columns;
        let settings = reading.query();
        query.clone_into(&mut settings.text);
        settings.control_total.clear();
        reading
    }

    fn query(&mut self) -> &mut DatabaseQuery {
        let DataSetQuery::Database(query) = &mut self.control.data_sets[0].query else { panic!("no database") };
        query
    }

    /// The usual one, read in ranges.
    pub(crate) fn chunked() -> Self {
        let mut reading = Self::ledger();
        reading.query().chunks = Some(Chunks { column: "id".to_owned(), rows: 100 });
        reading
    }

    pub(crate) fn request(&self) -> SourceRequest<'_> {
        let SourceKind::SqlServer(database) = &self.control.sources[0].kind else { panic!("no SQL Server") };
        SourceRequest {
            database: Some(database),
            data_set: &self.control.data_sets[0],
            cutoff_date: "2025-09-30".parse::<CutoffDate>().unwrap(),
            parameters: &self.parameters,
            folder: None,
            range: self.range.as_ref(),
        }
    }

    /// Reads to the end.
    pub(crate) async fn read(&self, source: &SqlServerSource) -> Result<Outcome, SourceError> {
        let mut reader = source.open(&self.request()).await?;
        let mut outcome = Outcome::default();
        while let Some(batch) = reader.next_batch().await? {
            for row in 0..batch.rows.num_rows() {
                let cells = batch.rows.columns().iter();
                outcome.rows.push(cells.map(|cell| cell_text(cell, row).unwrap().unwrap_or("~".to_owned())).collect());
            }
            outcome.batch_sizes.push(batch.rows.num_rows());
            outcome.rejects.extend(batch.rejects);
        }
        outcome.proof = reader.proof().await;
        outcome.origins = reader.origins();
        Ok(outcome)
    }
}

/// What reading gave.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Canonical texts; null is `~`.
    pub(crate) rows: Vec<Vec<String>>,
    pub(crate) batch_sizes: Vec<usize>,
    pub(crate) rejects: Vec<Reject>,
    pub(crate) proof: Option<SourceProof>,
    pub(crate) origins: Vec<String>,
}

/// One secret under any name.
struct OneSecret(String);

#[async_trait]
impl SecretStore for OneSecret {
    async fn secret(&self, _name: &str) -> Result<Secret, SecretError> {
        Ok(Secret::new(self.0.clone()))
    }
}

/// A source whose secret is this text.
pub(crate) fn source_with(secret: String) -> SqlServerSource {
    SqlServerSource::new(Arc::new(OneSecret(secret)))
}

/// The connection string for a server, whose authority is in `authority`.
pub(crate) fn secret_for(server: &TdsServer, authority: &std::path::Path) -> String {
    let password = server.options().password.replace('}', "}}");
    format!(
        "DRIVER={{ODBC Driver 18 for SQL Server}};SERVER=localhost,{};DATABASE=AIG_Nav_DW;UID={};PWD={{{password}}};\
         Encrypt=yes;TrustServerCertificate=no;CaFile={}",
        server.port(),
        server.options().user,
        authority.display(),
    )
}

/// A source for a server that trusts the server's own authority.
pub(crate) fn source_for(server: &TdsServer) -> SqlServerSource {
    let folder = std::env::temp_dir().join(format!("tieout-authority-{}-{}", std::process::id(), server.port()));
    std::fs::write(&folder, server.authority_pem()).unwrap();
    source_with(secret_for(server, &folder))
}

/// The columns of the usual query.
pub(crate) fn ledger_columns() -> Vec<TdsColumn> {
    vec![TdsColumn::new("Entry No_", TdsType::BigInt), TdsColumn::new("Amount", TdsType::Decimal(38, 20))]
}

/// An entry; the amount in ten-thousandths.
pub(crate) fn entry(number: i64, amount: i128) -> Vec<TdsValue> {
    vec![TdsValue::Int(number), TdsValue::Decimal(amount * 10_i128.pow(16))]
}

/// Answers the statements of the proof: so many rows, and a sum in ten-thousandths.
pub(crate) fn proof(rows: i64, sum: Option<i128>) -> impl Fn(&Request, u64) -> Answer + Send + Sync + 'static {
    move |request, _| {
        let mut columns = vec![TdsColumn::new("tieout_rows", TdsType::BigInt)];
        let mut row = vec![TdsValue::Int(rows)];
        if request.sql.contains("tieout_total_1") {
            columns.push(TdsColumn::new("tieout_total_1", TdsType::Decimal(38, 4)));
            row.push(sum.map_or(TdsValue::Null, TdsValue::Decimal));
        }
        Answer::table(columns, vec![row])
    }
}

/// Code, detail and cure of a refusal.
pub(crate) fn refusal(error: SourceError) -> (ReasonCode, String, String) {
    match error {
        SourceError::Refused { code, detail, cure } => (code, detail, cure),
        SourceError::Transient { detail } => panic!("transient: {detail}"),
    }
}

/// The detail of an error that may pass.
pub(crate) fn passing(error: SourceError) -> String {
    match error {
        SourceError::Transient { detail } => detail,
        SourceError::Refused { detail, .. } => panic!("refused: {detail}"),
    }
}
