//! Controls whose data sets come from a database: proofs, retries, ranges, exports in the place of queries.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use tieout_local::MachineSecrets;
use tieout_model::{DataSetResult, Outcome, ReasonCode, RunResult, TestOutcome};
use tieout_sources::PostgresSource;
use tieout_testkit::postgres::PostgresServer;
use tieout_testkit::{FaultMoment, FaultStore};

use crate::harness::{Bench, folder_store, run_folder, store};
use crate::scripted_source::ScriptedSource;

const DEFINITION: &str = r#"
schema = 1
id = "ledger-check"
title = "Ledger"
description = "A ledger in a database."
owner = { name = "Owner", email = "owner@example.com" }
reviewer = { name = "Reviewer", email = "reviewer@example.com" }
cutoff = { rule = "previous_month_end", time_zone = "UTC" }
sources = [{ name = "books", kind = "postgres", secret = "books" }]
assertions = [{ id = "positive", data_set = "ledger", holds = "amount > 0", description = "No amount is negative.", severity = "finding" }]

[[data_sets]]
name = "ledger"
source = "books"
query = "queries/ledger.sql"
population = "population"
control_total = "amount"
key = ["id"]
CHUNKS
export = { file = "ledger.csv", format = { kind = "csv" } }
columns = [{ name = "id", type = "integer" }, { name = "amount", type = "decimal(10,2)", currency = "EUR" } POSTED]
WINDOW

[notify]
from = { name = "Tieout", email = "tieout@example.com" }
recipients = [{ role = "owner", on = ["not_operated"] }]
"#;

const SQL: &str =
    "WITH population AS (SELECT l.id, l.amount, l.posted, l.account FROM ledger AS l WHERE l.posted < @cutoff_end)
SELECT p.id, p.amount, p.posted FROM population AS p LEFT JOIN accounts AS a ON a.id = p.account ORDER BY p.id";

fn bench(chunks: &str, is_dated: bool) -> Bench {
    let (posted, window) =
        if is_dated { (", { name = \"posted\", type = \"date\" }", "cutoff_column = \"posted\"") } else { ("", "") };
    let definition = DEFINITION.replace("CHUNKS", chunks).replace("POSTED", posted).replace("WINDOW", window);
    Bench::with_files("ledger-check", &[("control.toml", &definition), ("queries/ledger.sql", SQL)], "2024-01-31")
}

fn scripted(chunks: &str, source: ScriptedSource) -> (Bench, Arc<ScriptedSource>) {
    let mut bench = bench(chunks, false);
    let source = Arc::new(source);
    bench.kinds.insert("postgres", Arc::clone(&source) as Arc<_>);
    (bench, source)
}

fn tests_of(result: &RunResult) -> Vec<(String, TestOutcome)> {
    result.data_sets[0].tests.iter().map(|test| (test.test.clone(), test.result)).collect()
}

fn reasons(result: &RunResult) -> Vec<(ReasonCode, String)> {
    result.reasons.iter().map(|reason| (reason.code, reason.detail.clone())).collect()
}

const BOTH: [&str; 2] = ["source_count", "control_total"];

#[tokio::test]
async fn an_answer_that_is_not_what_the_source_says_is_not_operated() {
    let (whole, _) = scripted("", ScriptedSource { rows: 9, ..ScriptedSource::default() });
    let (result, _) = whole.result().await;
    assert_eq!(result.outcome, Outcome::Clean);
    assert_eq!(tests_of(&result), BOTH.map(|test| (test.to_owned(), TestOutcome::Passed)));
    let (short, _) = scripted("", ScriptedSource { rows: 9, proof_more: 1, ..ScriptedSource::default() });
    let (result, _) = short.result().await;
    assert_eq!(result.outcome, Outcome::NotOperated);
    assert_eq!(tests_of(&result), BOTH.map(|test| (test.to_owned(), TestOutcome::Failed)));
    assert!(
        reasons(&result)[1].1.contains("expected 10 rows, from the source, found 9 rows"),
        "{:?}",
        reasons(&result)
    );
}

#[tokio::test]
async fn a_busy_source_is_asked_again_and_counts_as_unreachable_in_the_end() {
    let failures = AtomicUsize::new(2);
    let (bench, source) = scripted("", ScriptedSource { rows: 9, failures, ..ScriptedSource::default() });
    let (result, _) = bench.result().await;
    assert_eq!((result.outcome, result.data_sets[0].rows), (Outcome::Clean, 9));
    assert_eq!(source.begun.lock().unwrap().len(), 3);
    let failures = AtomicUsize::new(99);
    let (bench, source) = scripted("", ScriptedSource { rows: 9, failures, ..ScriptedSource::default() });
    let (result, _) = bench.result().await;
    assert_eq!(reasons(&result)[0].0, ReasonCode::SourceUnreachable);
    assert!(
        reasons(&result)[0].1.contains("the connection was closed; it was tried 5 times"),
        "{:?}",
        reasons(&result)
    );
    assert_eq!(source.begun.lock().unwrap().len(), 5);
}

const CHUNKS: &str = r#"chunks = { column = "id", rows = 3 }"#;

#[tokio::test]
async fn a_range_that_landed_is_not_read_again() {
    let failures = AtomicUsize::new(1);
    let source = ScriptedSource { rows: 9, range_rows: 3, failures, ..ScriptedSource::default() };
    let (bench, source) = scripted(CHUNKS, source);
    let (result, _) = bench.result().await;
    assert_eq!(result.outcome, Outcome::Clean, "{:?}", reasons(&result));
    assert_eq!(result.data_sets[0].rows, 9);
    assert_eq!(*source.begun.lock().unwrap(), [(1, 3), (1, 3), (4, 6), (7, 9), (10, 9)]);
    assert_eq!(result.data_sets[0].notes, ["read in 4 ranges"]);
}

#[tokio::test]
async fn a_killed_run_goes_on_after_the_last_range_that_landed() {
    let plain = scripted("", ScriptedSource { rows: 9, ..ScriptedSource::default() }).0.result().await.0;
    for killed_at in 4..16 {
        let source = ScriptedSource { rows: 9, range_rows: 3, ..ScriptedSource::default() };
        let (bench, source) = scripted(CHUNKS, source);
        let folder = tempfile::tempdir().unwrap();
        let failing = FaultStore::failing_at(folder_store(folder.path()), killed_at, FaultMoment::After);
        let outbox = folder.path().join("outbox");
        let first = bench.operate(&failing, &outbox).await;
        let begun = source.begun.lock().unwrap().clone();
        let again = bench.operate(&store(folder.path()), &outbox).await.unwrap().result;
        assert_eq!(again.data_sets[0].digest, plain.data_sets[0].digest, "killed at {killed_at}");
        let all = source.begun.lock().unwrap().clone();
        let twice = begun.iter().filter(|range| all.iter().filter(|other| other == range).count() > 1).count();
        assert!(twice <= 1, "killed at {killed_at} ({}): {all:?}", first.is_ok());
    }
}

/// A control over a real server, with what the server holds.
fn real(server: &PostgresServer) -> Bench {
    let mut bench = bench("", true);
    let secret = ("TIEOUT_SECRET_BOOKS".to_owned(), server.secret());
    bench.kinds.insert("postgres", Arc::new(PostgresSource::new(Arc::new(MachineSecrets::new([secret], None)))));
    bench
}

const TABLES: &str = "CREATE TABLE accounts (id int, name text);
INSERT INTO accounts VALUES (1, 'one'), (2, 'two');
CREATE TABLE ledger (id int, account int, amount numeric(12,4), posted timestamp);
INSERT INTO ledger SELECT n, n % 2 + 1, n - 2, '2024-01-01'::timestamp + (n % 40) * interval '1 day'
  FROM generate_series(1, 500) AS n;";

#[tokio::test(flavor = "multi_thread")]
async fn a_run_from_postgresql_equals_the_run_from_its_export() {
    let Some(server) = PostgresServer::start("") else { return };
    server.sql(TABLES);
    let (from_server, folder) = real(&server).result().await;
    assert_eq!(from_server.outcome, Outcome::Exceptions, "{:?}", reasons(&from_server));
    let rows = server.sql("SELECT id || ',' || amount || ',' || posted::date FROM ledger WHERE posted < '2024-02-01'");
    let data = tempfile::tempdir().unwrap();
    fs::write(data.path().join("ledger.csv"), format!("id,amount,posted\n{rows}\n")).unwrap();
    let mut given = real(&server);
    given.data_folder = Some(data.path().to_owned());
    let (from_file, _) = given.result().await;
    let figures = |found: &DataSetResult| (found.rows, found.digest, found.totals.clone());
    assert_eq!(figures(&from_server.data_sets[0]), figures(&from_file.data_sets[0]));
    assert_eq!(from_server.assertions, from_file.assertions);
    assert_eq!(tests_of(&from_server), BOTH.map(|test| (test.to_owned(), TestOutcome::Passed)));
    assert_eq!(tests_of(&from_file), BOTH.map(|test| (test.to_owned(), TestOutcome::NotRun)));
    assert_eq!(from_file.outcome, Outcome::Exceptions);
    assert_eq!(from_file.data_sets[0].notes, ["read from a file that was given, and not from source 'books'"]);
    // Without the file the data folder changes nothing.
    fs::remove_file(data.path().join("ledger.csv")).unwrap();
    assert_eq!(given.result().await.0.data_sets[0].digest, from_server.data_sets[0].digest);
    let run = run_folder(folder.path(), "ledger-check", "2024-01-31", "0001");
    let commit = fs::read_to_string(run.join("extract/committed/ledger.json")).unwrap();
    for expected in
        ["\"kind\": \"postgres\"", "\"mark\": \"$1\"", "\"value\": \"2024-02-01\"", "\"server\": \"tieout-test\""]
    {
        assert!(commit.contains(expected), "{expected}: {commit}");
    }
    assert!(!commit.contains("127.0.0.1") && !commit.contains(tieout_testkit::postgres::PASSWORD));
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_a_join_repeats_and_rows_beyond_the_window_are_named() {
    let Some(server) = PostgresServer::start("") else { return };
    server.sql(TABLES);
    server.sql("INSERT INTO accounts VALUES (1, 'again')");
    let (result, _) = real(&server).result().await;
    assert_eq!(result.outcome, Outcome::NotOperated);
    assert!(reasons(&result).iter().any(|(code, _)| *code == ReasonCode::CompletenessFailed), "{:?}", reasons(&result));
    server.sql(
        "DELETE FROM accounts WHERE name = 'again'; ALTER TABLE ledger RENAME TO all_rows;
        CREATE VIEW ledger AS SELECT id, account, amount, posted - interval '1 year' AS posted FROM all_rows",
    );
    let mut drifted = real(&server);
    let window = drifted.control.data_sets[0].scope.clone();
    drifted.control.data_sets[0].scope =
        tieout_catalog::Scope { since: Some(tieout_catalog::PeriodStart::YearStart), ..window };
    let (result, _) = drifted.result().await;
    let found = reasons(&result);
    assert!(
        found
            .iter()
            .any(|(code, detail)| *code == ReasonCode::OutOfWindow && detail.contains("500 rows are before_period")),
        "{found:?}"
    );
}
