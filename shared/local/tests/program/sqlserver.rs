//! A control over SQL Server, from the wire to the result: the same answer as from files, and nothing that is not whole.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use async_trait::async_trait;
use tempfile::TempDir;
use tieout_model::{Outcome, ReasonCode, RunResult};
use tieout_pipeline::ports::{Secret, SecretError, SecretStore};
use tieout_sources::SqlServerSource;
use tieout_testkit::tds::{
    Answer, CannedBackend, Request, ServerError, ServerOptions, Step, TdsColumn, TdsServer, TdsType, TdsValue,
};

use crate::harness::{Bench, tree};

const CONTROL: &str = r#"
schema = 1
id = "nav-ledger"
title = "Ledger and bank"
description = "The ledger of NAV against the bank."
owner = { name = "Owner", email = "owner@example.com" }
reviewer = { name = "Reviewer", email = "reviewer@example.com" }
cutoff = { rule = "previous_month_end", time_zone = "UTC" }

[[sources]]
name = "nav"
kind = "sqlserver"
secret = "nav-readonly"

[[sources]]
name = "bank"
kind = "files"
folder = "sample"

[[data_sets]]
name = "ledger"
source = "nav"
query = "queries/ledger.sql"
population = "population"
control_total = "amount"
export = { file = "ledger.csv", format = { kind = "csv" } }
key = ["entry_no"]
cutoff_column = "posting_date"
columns = [
  { name = "entry_no", header = "Entry No_", type = "integer" },
  { name = "posting_date", header = "Posting Date", type = "date" },
  { name = "description", header = "Description", type = "text", nullable = true },
  { name = "amount", header = "Amount", type = "decimal(38,10)" },
]

[[data_sets]]
name = "statement"
source = "bank"
file = "statement.csv"
format = { kind = "csv" }
key = ["entry_no"]
columns = [{ name = "entry_no", type = "integer" }, { name = "amount", type = "decimal(38,10)" }]

[[comparisons]]
id = "bank"
left = "ledger"
right = "statement"
key = ["entry_no"]
columns = [{ name = "amount" }]

[notify]
from = { name = "Tieout", email = "tieout@example.com" }
recipients = [{ role = "owner", on = ["not_operated"] }]
"#;

const QUERY: &str = "WITH population AS (\n  SELECT g.no, g.posted, g.descr, g.amount FROM dbo.entries AS g\n  WHERE \
                     g.posted < @cutoff_end\n)\nSELECT p.no AS [Entry No_], p.posted AS [Posting Date], p.descr AS \
                     [Description], p.amount AS [Amount]\nFROM population AS p\nORDER BY p.no\n";

/// Entry number, day of January 2024, description, amount in cents.
const ENTRIES: [(i64, u32, Option<&str>, i128); 4] = [
    (1, 2, Some("Payment \"Jane Doe\""), 12_345),
    (2, 15, None, -100),
    (3, 31, Some("=HYPERLINK(1), ä"), 0),
    (4, 31, Some("closing"), 99_999_999_999_999),
];

fn columns() -> Vec<TdsColumn> {
    vec![
        TdsColumn::required("Entry No_", TdsType::Int),
        TdsColumn::new("Posting Date", TdsType::DateTime),
        TdsColumn::new("Description", TdsType::NVarChar(50)),
        TdsColumn::new("Amount", TdsType::Decimal(38, 20)),
    ]
}

fn rows() -> Vec<Vec<TdsValue>> {
    let row = |(number, day, description, cents): (i64, u32, Option<&str>, i128)| {
        vec![
            TdsValue::Int(number),
            // 2023-12-31 is day 45,289 since 1900-01-01.
            TdsValue::DateTime(45_289 + i32::try_from(day).unwrap(), 0),
            description.map_or(TdsValue::Null, TdsValue::text),
            TdsValue::Decimal(cents * 10_i128.pow(18)),
        ]
    };
    ENTRIES.map(row).to_vec()
}

/// The same rows as an export of the query.
fn export() -> String {
    let mut csv = "Entry No_,Posting Date,Description,Amount\n".to_owned();
    for (number, day, description, cents) in ENTRIES {
        let description = description.map_or(String::new(), |text| format!("\"{}\"", text.replace('"', "\"\"")));
        let sign = if cents < 0 { "-" } else { "" };
        let (whole, part) = (cents.unsigned_abs() / 100, cents.unsigned_abs() % 100);
        writeln!(csv, "{number},2024-01-{day:02},{description},{sign}{whole}.{part:02}").unwrap();
    }
    csv
}

fn proof(count: i64) -> impl Fn(&Request, u64) -> Answer + Send + Sync + 'static {
    move |request, _| {
        let mut columns = vec![TdsColumn::new("tieout_rows", TdsType::BigInt)];
        let mut row = vec![TdsValue::Int(count)];
        if request.sql.contains("tieout_total_1") {
            columns.push(TdsColumn::new("tieout_total_1", TdsType::Decimal(38, 10)));
            row.push(TdsValue::Decimal(ENTRIES.iter().map(|entry| entry.3).sum::<i128>() * 10_i128.pow(8)));
        }
        Answer::table(columns, vec![row])
    }
}

/// A server that counts `count` rows and answers the query so.
fn server(count: i64, answer: impl Fn(&Request, u64) -> Answer + Send + Sync + 'static) -> TdsServer {
    let backend = CannedBackend::new().on("tieout_rows", proof(count)).on("[Entry No_]", answer);
    TdsServer::start(ServerOptions::default(), backend).unwrap()
}

fn whole(_: &Request, _: u64) -> Answer {
    whole_now()
}

fn whole_now() -> Answer {
    Answer::table(columns(), rows())
}

/// Half of the rows, then this.
fn broken(last: Step) -> Answer {
    let rows = rows().into_iter().take(2).map(Step::Row);
    Answer::steps(std::iter::once(Step::Columns(columns())).chain(rows).chain([last]))
}

struct OneSecret(String);

#[async_trait]
impl SecretStore for OneSecret {
    async fn secret(&self, _name: &str) -> Result<Secret, SecretError> {
        Ok(Secret::new(self.0.clone()))
    }
}

fn secret(server: &TdsServer) -> String {
    let options = server.options();
    let password = options.password.replace('}', "}}");
    let port = server.port();
    format!("SERVER=localhost,{port};UID={};PWD={{{password}}};TrustServerCertificate=yes", options.user)
}

fn bench(server: &TdsServer) -> Bench {
    let statement = "entry_no,amount\n1,123.45\n2,-1.50\n3,0.00\n4,999999999999.98\n";
    let files = [("control.toml", CONTROL), ("queries/ledger.sql", QUERY), ("sample/statement.csv", statement)];
    let mut bench = Bench::with_files("nav-ledger", &files, "2024-01-31");
    let adapter = SqlServerSource::new(Arc::new(OneSecret(secret(server))));
    bench.kinds.insert("sqlserver", Arc::new(adapter));
    bench
}

fn codes(result: &RunResult) -> Vec<ReasonCode> {
    result.reasons.iter().map(|reason| reason.code).collect()
}

/// Parquet files of the ledger that a store holds.
fn landed(folder: &TempDir) -> Vec<String> {
    let names = tree(folder.path()).into_keys();
    names.filter(|name| name.contains("extract") && name.contains("/ledger/") && name.ends_with(".parquet")).collect()
}

#[tokio::test]
async fn the_answer_is_that_of_the_export_of_the_query() {
    let server = server(4, whole);
    let (from_server, _kept) = bench(&server).result().await;
    assert_eq!(from_server.outcome, Outcome::Exceptions, "{:?}", from_server.reasons);
    let data = tempfile::tempdir().unwrap();
    fs::write(data.path().join("ledger.csv"), export()).unwrap();
    fs::copy(bench(&server).control_folder().join("sample/statement.csv"), data.path().join("statement.csv")).unwrap();
    let mut from_files = bench(&server);
    from_files.data_folder = Some(data.path().to_owned());
    let (from_files, _kept) = from_files.result().await;
    assert_eq!(from_files.outcome, Outcome::Exceptions, "{:?}", from_files.reasons);
    let figures = |result: &RunResult| {
        let ledger = result.data_sets.iter().find(|data_set| data_set.name == "ledger").unwrap();
        (ledger.digest, format!("{:?}", ledger.totals), format!("{:?}", result.comparisons))
    };
    assert_eq!(figures(&from_server), figures(&from_files));
}

#[tokio::test]
async fn a_deadlock_is_tried_again_and_leaves_nothing_behind() {
    let server =
        server(4, |_, asked| if asked == 0 { broken(Step::Error(ServerError::deadlock())) } else { whole_now() });
    let (result, folder) = bench(&server).result().await;
    assert_eq!(result.outcome, Outcome::Exceptions, "{:?}", result.reasons);
    let undisturbed = self::server(4, whole);
    let (_, other) = bench(&undisturbed).result().await;
    assert_eq!(landed(&folder), landed(&other));
    let asked = server.requests().iter().filter(|request| request.sql == QUERY.trim_end()).count();
    assert_eq!(asked, 2);
}

#[tokio::test]
async fn a_connection_that_breaks_every_time_commits_nothing() {
    let server = server(4, |_, _| broken(Step::DropInRow));
    let (result, folder) = bench(&server).result().await;
    assert_eq!(result.outcome, Outcome::NotOperated);
    assert!(codes(&result).contains(&ReasonCode::SourceUnreachable), "{:?}", result.reasons);
    assert_eq!(landed(&folder), Vec::<String>::new());
}

#[tokio::test]
async fn an_answer_with_fewer_rows_than_the_server_counts_is_not_whole() {
    let server = server(5, whole);
    let (result, _folder) = bench(&server).result().await;
    assert_eq!(result.outcome, Outcome::NotOperated);
    assert!(codes(&result).contains(&ReasonCode::CompletenessFailed), "{:?}", result.reasons);
}

#[test]
fn no_value_and_no_password_reaches_a_log_or_the_store() {
    let server = server(4, |_, asked| {
        let message = "Conversion failed when converting the nvarchar value 'Jane Doe' to data type int.";
        if asked == 0 { broken(Step::Error(ServerError::new(245, message))) } else { whole_now() }
    });
    let folder = tempfile::tempdir().unwrap();
    let control = folder.path().join("controls/nav-ledger");
    for (path, text) in [
        ("control.toml", CONTROL),
        ("queries/ledger.sql", QUERY),
        ("sample/statement.csv", "entry_no,amount\n1,123.45\n"),
    ] {
        let place = control.join(path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, text).unwrap();
    }
    let password = server.options().password.clone();
    for expected in [3, 1] {
        let output = tieout(folder.path(), &server);
        let said = format!("{}{}", String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout));
        assert_eq!(output.status.code(), Some(expected), "{said}");
        assert!(!said.contains("Jane") && !said.contains(&password), "{said}");
    }
    let store = tree(&folder.path().join("store"));
    let holds =
        |needle: &str| store.values().any(|bytes| bytes.windows(needle.len()).any(|part| part == needle.as_bytes()));
    assert!(!holds(&password));
}

fn tieout(folder: &Path, server: &TdsServer) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_tieout"))
        .args([
            "run",
            "nav-ledger",
            "--cutoff-date",
            "2024-01-31",
            "--controls",
            "controls",
            "--store",
            "store",
            "--rerun",
        ])
        .current_dir(folder)
        .env("TIEOUT_SECRET_NAV_READONLY", secret(server))
        .env("LOG_LEVEL", "trace")
        .output()
        .unwrap()
}
