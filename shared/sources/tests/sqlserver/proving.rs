//! The proof of completeness, its session, and the ranges of large data sets.

use tieout_model::{Parameter, ReasonCode};
use tieout_pipeline::ports::{Source, SourceRange};
use tieout_testkit::tds::{Answer, CannedBackend, ServerOptions, TdsColumn, TdsServer, TdsType, TdsValue};

use crate::support::{Reading, entry, ledger_columns, proof, refusal, source_for};

fn server(options: ServerOptions, rows: i64, sum: Option<i128>) -> TdsServer {
    let backend = CannedBackend::new()
        .on("tieout_rows", proof(rows, sum))
        .on("AS tieout_until", |_, _| {
            let ends = [100, 200].map(|end| vec![TdsValue::Int(end)]);
            Answer::table(vec![TdsColumn::new("tieout_until", TdsType::Int)], ends.to_vec())
        })
        .on("-- rows", |_, _| Answer::table(ledger_columns(), vec![entry(1, 12_500), entry(2, -7_500)]));
    TdsServer::start(options, backend).unwrap()
}

#[tokio::test]
async fn count_and_sum_come_from_the_same_session_with_what_the_server_says_of_itself() {
    let server = server(ServerOptions::default(), 2, Some(5_000));
    let proof = Reading::ledger().read(&source_for(&server)).await.unwrap().proof.unwrap();
    assert_eq!((proof.rows, proof.totals.len()), (2, 1));
    assert_eq!((proof.totals[0].0.as_str(), proof.totals[0].1.to_string().as_str()), ("amount", "0.5000"));
    assert_eq!((proof.server.as_str(), proof.database.as_str()), ("TESTSQL01\\NAV", "AIG_Nav_DW"));
    assert_eq!((proof.login.as_str(), proof.isolation.as_str()), ("tieout_reader", "snapshot"));
    assert_eq!(proof.server_clock, "2025-10-01 06:30:00+00:00");
    let requests = server.requests();
    let sent = requests.iter().find(|request| request.sql.contains("-- rows")).unwrap();
    assert_eq!(proof.query_digest, tieout_model::Digest::of(sent.sql.as_bytes()));
}

#[tokio::test]
async fn what_the_server_counts_is_said_even_when_something_else_landed() {
    let server = server(ServerOptions::default(), 3, None);
    let outcome = Reading::ledger().read(&source_for(&server)).await.unwrap();
    let proof = outcome.proof.unwrap();
    assert_eq!((outcome.rows.len(), proof.rows, proof.totals[0].1.to_string().as_str()), (2, 3, "0.0000"));
}

#[tokio::test]
async fn snapshot_is_not_replaced_by_less_unless_the_definition_says_so() {
    let options = ServerOptions { snapshot_allowed: false, ..ServerOptions::default() };
    let server = server(options, 2, None);
    let source = source_for(&server);
    let (code, detail, cure) = refusal(Reading::ledger().read(&source).await.unwrap_err());
    assert_eq!(code, ReasonCode::SourceUnreadable);
    assert!(detail.starts_with("snapshot isolation: "), "{detail}");
    assert!(cure.contains("isolation = \"read_committed\""));
    let declared = Reading::from_source("isolation = \"read_committed\"");
    let proof = declared.read(&source).await.unwrap().proof.unwrap();
    let window = "read_committed, read from 2025-10-01 06:30:00+00:00 to 2025-10-01 06:30:00+00:00";
    assert_eq!(proof.isolation, window);
}

#[tokio::test]
async fn ranges_are_found_by_the_server_and_bound_like_everything_else() {
    let server = server(ServerOptions::default(), 2, None);
    let source = source_for(&server);
    assert_eq!(source.ranges(&Reading::ledger().request()).await.unwrap(), []);
    let mut reading = Reading::chunked();
    let ranges = source.ranges(&reading.request()).await.unwrap();
    let end = |value| Some(Parameter::Integer(value));
    let expected = [
        SourceRange { after: None, until: end(100) },
        SourceRange { after: end(100), until: end(200) },
        SourceRange { after: end(200), until: None },
    ];
    assert_eq!(ranges, expected);
    reading.range = Some(ranges[1].clone());
    reading.read(&source).await.unwrap();
    let requests = server.requests();
    let sent = requests.iter().rfind(|request| request.sql.contains("-- rows")).unwrap();
    assert_eq!(sent.parameter("@tieout_after"), Some(&TdsValue::Int(100)));
    assert_eq!(sent.parameter("@tieout_until"), Some(&TdsValue::Int(200)));
    reading.range = None;
    assert_eq!(source.prove(&reading.request()).await.unwrap().unwrap().rows, 2);
}

#[tokio::test]
async fn no_more_connections_are_open_than_declared() {
    let rows = |_: &_, _| Answer::rows(ledger_columns(), (0..1_000_000).map(|number| entry(number, 1)));
    let server = TdsServer::start(ServerOptions::default(), CannedBackend::new().on("-- rows", rows)).unwrap();
    let source = source_for(&server);
    let one = Reading::from_source("connections = 1");
    let request = one.request();
    let first = source.open(&request).await.unwrap();
    let second = tokio::time::timeout(std::time::Duration::from_millis(300), source.open(&request)).await;
    assert!(second.is_err(), "a second connection was opened");
    drop(first);
    source.open(&request).await.unwrap();
}
