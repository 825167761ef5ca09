//! Reads the ledger of the benchmark's server into a Parquet file, through the adapter that controls use.
//!
//! `sqlserver_to_parquet PORT FOLDER ENCRYPT` prints one JSON line: rows, bytes of the values, seconds, and the peak
//! memory of the process. `--limit-mb N` ends with an error when the peak is above. Linux only (`/proc`).

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a measurement that cannot be taken stops")]

use std::collections::BTreeMap;
use std::fs::File;
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use tieout_catalog::{Control, ControlFolder, SourceKind};
use tieout_model::Parameter;
use tieout_pipeline::ports::{Secret, SecretError, SecretStore, Source, SourceRequest};
use tieout_sources::SqlServerSource;

const QUERY: &str = "WITH population AS (SELECT t.entry_no, t.company, t.document_no, t.posting_date, t.created_at, \
    t.account, t.description, t.currency, t.amount, t.amount_lcy, t.quantity, t.[open] FROM dbo.ledger AS t WHERE \
    t.posting_date < @cutoff_end) SELECT p.entry_no, p.company, p.document_no, p.posting_date, p.created_at, p.account, \
    p.description, p.currency, p.amount, p.amount_lcy, p.quantity, p.[open] FROM population AS p ORDER BY p.entry_no";

const DEFINITION: &str = r#"
schema = 1
id = "bench"
title = "A generated ledger"
description = "Measures a source."
owner = { name = "Owner", email = "owner@example.com" }
reviewer = { name = "Reviewer", email = "reviewer@example.com" }
cutoff = { rule = "previous_month_end", time_zone = "UTC" }
sources = [{ name = "nav", kind = "sqlserver", secret = "bench" }]

[[data_sets]]
name = "ledger"
source = "nav"
query = "ledger.sql"
population = "population"
control_total = "amount"
columns = [
  { name = "entry_no", type = "integer" },
  { name = "company", type = "text" },
  { name = "document_no", type = "text" },
  { name = "posting_date", type = "date" },
  { name = "created_at", type = "timestamp" },
  { name = "account", type = "text" },
  { name = "description", type = "text", nullable = true },
  { name = "currency", type = "text" },
  { name = "amount", type = "decimal(38,4)" },
  { name = "amount_lcy", type = "decimal(19,4)" },
  { name = "quantity", type = "integer", nullable = true },
  { name = "open", type = "boolean" },
]

[[assertions]]
id = "numbered"
data_set = "ledger"
holds = "entry_no >= 0"
description = "Entries are numbered."
severity = "finding"

[notify]
from = { name = "Tieout", email = "tieout@example.com" }
recipients = [{ role = "owner", on = ["not_operated"] }]
"#;

struct Given(String);

#[async_trait]
impl SecretStore for Given {
    async fn secret(&self, _name: &str) -> Result<Secret, SecretError> {
        Ok(Secret::new(self.0.clone()))
    }
}

fn control() -> Control {
    let definition = ("control.toml".to_owned(), DEFINITION.as_bytes().to_vec());
    let query = ("ledger.sql".to_owned(), QUERY.as_bytes().to_vec());
    let folder = ControlFolder { name: "bench".to_owned(), files: BTreeMap::from([definition, query]) };
    let mut control = tieout_catalog::load(&folder).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    if let tieout_catalog::DataSetQuery::Database(query) = &mut control.data_sets[0].query {
        query.control_total.clear();
    }
    control
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [port, folder, encrypt, rest @ ..] = arguments.as_slice() else { panic!("PORT FOLDER ENCRYPT [--limit-mb N]") };
    let secret = format!(
        "SERVER=localhost,{port};DATABASE=AIG_Nav_DW;UID=tieout_reader;PWD=bench;Encrypt={encrypt};\
         CaFile={folder}/authority.pem"
    );
    let control = control();
    let SourceKind::SqlServer(database) = &control.sources[0].kind else { panic!("no database") };
    let parameters = [("cutoff_end".to_owned(), Parameter::Date(jiff::civil::date(2026, 1, 1)))].into();
    let request = SourceRequest {
        database: Some(database),
        data_set: &control.data_sets[0],
        cutoff_date: "2025-12-31".parse().expect("a date"),
        parameters: &parameters,
        folder: None,
        range: None,
    };
    #[expect(clippy::disallowed_methods, reason = "this measures time")]
    let began = Instant::now();
    let source = SqlServerSource::new(Arc::new(Given(secret)));
    let mut reader = source.open(&request).await.unwrap();
    let file = format!("{folder}/tieout.parquet");
    let mut writer: Option<ArrowWriter<File>> = None;
    let (mut rows, mut bytes) = (0, 0);
    while let Some(batch) = reader.next_batch().await.unwrap() {
        assert!(batch.rejects.is_empty(), "{:?}", batch.rejects.first());
        let writer = writer.get_or_insert_with(|| {
            let compression = Compression::ZSTD(ZstdLevel::default());
            let properties = WriterProperties::builder()
                .set_compression(compression)
                .set_max_row_group_row_count(Some(128 * 1024))
                .build();
            ArrowWriter::try_new(File::create(&file).unwrap(), batch.rows.schema(), Some(properties)).unwrap()
        });
        writer.write(&batch.rows).unwrap();
        rows += batch.rows.num_rows();
        bytes = batch.bytes_read;
    }
    writer.expect("rows").close().unwrap();
    let seconds = began.elapsed().as_secs_f64();
    let proven = reader.proof().await.map_or(0, |proof| proof.rows);
    assert_eq!(proven, rows as u64, "what landed is not what the server counts");
    let peak = peak_mb();
    println!(r#"{{"rows": {rows}, "bytes": {bytes}, "seconds": {seconds:.3}, "peak_mb": {peak}}}"#);
    if let [option, limit] = rest {
        assert_eq!(option, "--limit-mb");
        assert!(peak <= limit.parse().expect("a number"), "the peak is {peak} MB");
    }
}

/// The most memory that this process has had, in MB.
fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}
