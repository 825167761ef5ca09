//! Errors, broken connections and slow servers: what passes is transient, the rest is refused by name.

use std::time::Duration;

use tieout_model::ReasonCode;
use tieout_pipeline::ports::Source;
use tieout_testkit::tds::{Answer, CannedBackend, Request, ServerError, ServerOptions, Step, TdsServer};

use crate::support::{Reading, entry, ledger_columns, passing, proof, refusal, source_for};

/// A server whose first answer ends badly after 10,000 rows, and whose second is whole.
fn failing_once(last: Step) -> TdsServer {
    let answer = move |_: &Request, asked: u64| {
        let rows = (1..=10_000).map(|number| Step::Row(entry(number, 1)));
        let end = if asked == 0 { Some(last.clone()) } else { None };
        Answer::steps(std::iter::once(Step::Columns(ledger_columns())).chain(rows).chain(end))
    };
    let backend = CannedBackend::new().on("tieout_rows", proof(10_000, Some(10_000))).on("-- rows", answer);
    TdsServer::start(ServerOptions::default(), backend).unwrap()
}

#[tokio::test]
async fn deadlocks_time_outs_and_broken_connections_pass_and_the_next_attempt_is_whole() {
    for (last, expected) in [
        (Step::Error(ServerError::deadlock()), "reading data set 'ledger': error 1205 of the server (deadlock)"),
        (Step::Error(ServerError::lock_timeout()), "error 1222 of the server (a lock was waited for too long)"),
        (Step::Error(ServerError::new(40_613, "Database is not currently available.")), "error 40613"),
        (Step::DropInRow, "the connection broke"),
    ] {
        let server = failing_once(last);
        let source = source_for(&server);
        let detail = passing(Reading::ledger().read(&source).await.unwrap_err());
        assert!(detail.contains(expected), "{detail}");
        let outcome = Reading::ledger().read(&source).await.unwrap();
        assert_eq!(outcome.rows.len(), 10_000);
        assert_eq!(outcome.proof.unwrap().rows, 10_000);
    }
}

#[tokio::test]
async fn mistakes_of_the_query_and_missing_rights_are_refused_with_the_objects_name() {
    for (error, expected) in [
        (
            ServerError::permission_denied("G_L Entries"),
            "The SELECT permission was denied on the object 'G_L Entries'.",
        ),
        (ServerError::new(208, "Invalid object name 'dbo.nowhere'."), "Invalid object name 'dbo.nowhere'."),
    ] {
        let server = failing_once(Step::Error(error));
        let (code, detail, _) = refusal(Reading::ledger().read(&source_for(&server)).await.unwrap_err());
        assert_eq!(code, ReasonCode::SourceUnreadable);
        assert!(detail.contains(expected) && detail.contains("line 1 of the query"), "{detail}");
    }
}

#[tokio::test]
async fn an_error_that_holds_a_value_is_said_by_its_number_alone() {
    let error =
        ServerError::new(245, "Conversion failed when converting the varchar value 'Jane Doe' to data type int.");
    let server = failing_once(Step::Error(error));
    let (_, detail, _) = refusal(Reading::ledger().read(&source_for(&server)).await.unwrap_err());
    assert!(detail.contains("error 245") && !detail.contains("Jane"), "{detail}");
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_cancelled_on_the_server() {
    let slow = |_: &Request, _: u64| {
        let rows = (1..).flat_map(|number| [Step::Row(entry(number, 1)), Step::Wait(Duration::from_millis(100))]);
        Answer::steps(std::iter::once(Step::Columns(ledger_columns())).chain(rows))
    };
    let server = TdsServer::start(ServerOptions::default(), CannedBackend::new().on("-- rows", slow)).unwrap();
    let reading = Reading::from_source("statement_timeout_seconds = 1");
    let detail = passing(reading.read(&source_for(&server)).await.unwrap_err());
    assert_eq!(detail, "reading data set 'ledger': no answer within 1 seconds; the statement was cancelled");
    assert_eq!(server.attentions(), 1);
}

#[tokio::test]
async fn a_caller_that_leaves_stops_the_server() {
    let endless = |_: &Request, _: u64| Answer::rows(ledger_columns(), (1..).map(|number| entry(number, 1)));
    let server = TdsServer::start(ServerOptions::default(), CannedBackend::new().on("-- rows", endless)).unwrap();
    let source = source_for(&server);
    let reading = Reading::ledger();
    let mut reader = source.open(&reading.request()).await.unwrap();
    assert!(reader.next_batch().await.unwrap().is_some());
    drop(reader);
    for _ in 0..100 {
        if server.attentions() == 1 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the server was not told to stop");
}

#[tokio::test]
async fn two_answers_are_refused() {
    let twice = |_: &Request, _: u64| {
        let result = || [Step::Columns(ledger_columns()), Step::Row(entry(1, 1)), Step::EndResult];
        Answer::steps(result().into_iter().chain(result()))
    };
    let server = TdsServer::start(ServerOptions::default(), CannedBackend::new().on("-- rows", twice)).unwrap();
    let (_, detail, _) = refusal(Reading::ledger().read(&source_for(&server)).await.unwrap_err());
    assert_eq!(detail, "the query for data set 'ledger' does not give exactly one table");
}
