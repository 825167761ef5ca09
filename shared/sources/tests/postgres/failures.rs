//! What goes wrong: writing, time-outs, lost connections, logins; each said without a secret or a cell.

use tieout_model::ReasonCode;
use tieout_pipeline::ports::{Source, SourceError};
use tieout_testkit::postgres::{PASSWORD, PostgresServer};

use super::support::{block_on, column, data_set, database, parameters, read, request, source};

fn numbers(from: &str) -> tieout_catalog::DataSet {
    let sql =
        format!("WITH population AS (SELECT n.n FROM {from} AS n(n)) SELECT p.n FROM population AS p ORDER BY p.n");
    data_set(&sql, &[], vec![column("n", "integer")])
}

fn refusal(error: SourceError) -> (ReasonCode, String) {
    match error {
        SourceError::Refused { code, detail, cure } => (code, format!("{detail}; {cure}")),
        SourceError::Transient { detail } => panic!("transient: {detail}"),
    }
}

#[test]
fn a_query_that_writes_is_refused_by_the_server() {
    let Some(server) = PostgresServer::start("") else { return };
    server.sql(
        "CREATE TABLE t (n int); CREATE FUNCTION put() RETURNS SETOF int LANGUAGE sql AS
        'INSERT INTO t VALUES (1) RETURNING n'",
    );
    let (_, said) = refusal(read(server.secret(), &numbers("put()"), &database()).err().unwrap());
    assert!(said.contains("the query writes, and the session can only read (SQLSTATE 25006)"), "{said}");
    assert_eq!(server.sql("SELECT count(*) FROM t"), "0");
}

#[test]
fn a_statement_ends_in_time_and_may_be_tried_again() {
    let Some(server) = PostgresServer::start("") else { return };
    server.sql(
        "CREATE FUNCTION slow() RETURNS SETOF int LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(30); RETURN NEXT 1; END'",
    );
    let database = tieout_catalog::DatabaseSource { statement_timeout_seconds: 1, ..database() };
    let error = read(server.secret(), &numbers("slow()"), &database).err().unwrap();
    assert!(
        matches!(&error, SourceError::Transient { detail } if detail.contains("took longer than it may")),
        "{error}"
    );
}

#[test]
fn a_connection_that_is_lost_in_the_middle_may_be_tried_again() {
    let Some(server) = PostgresServer::start("") else { return };
    let (data_set, database, parameters) = (numbers("generate_series(1, 3000000)"), database(), parameters());
    let source = source(server.secret());
    block_on(async {
        let mut reader = source.open(&request(&data_set, &database, &parameters, None)).await.unwrap();
        assert!(reader.next_batch().await.unwrap().is_some());
        server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tieout'");
        let error = loop {
            match reader.next_batch().await {
                Ok(batch) => assert!(batch.is_some(), "the answer ended although the connection was cut"),
                Err(error) => break error,
            }
        };
        assert!(matches!(error, SourceError::Transient { .. }), "{error}");
        assert_eq!(reader.next_batch().await.unwrap_err(), error);
    });
}

#[test]
fn a_login_or_a_text_that_is_wrong_is_said_without_the_secret() {
    let Some(server) = PostgresServer::start("") else { return };
    let wrong = server.secret().replace(PASSWORD, "another password");
    let (code, said) = refusal(read(wrong, &numbers("generate_series(1, 2)"), &database()).err().unwrap());
    assert_eq!(code, ReasonCode::SourceUnreachable);
    assert!(said.contains("the server does not accept the login (SQLSTATE 28P01)"), "{said}");
    let (_, said) = refusal(read(server.secret(), &numbers("no_such_table"), &database()).err().unwrap());
    assert!(said.contains("relation \"no_such_table\" does not exist (SQLSTATE 42P01, at character"), "{said}");
    let (code, said) = refusal(read("s3cret words".to_owned(), &numbers("x"), &database()).err().unwrap());
    assert_eq!(code, ReasonCode::SourceUnreachable);
    assert!(said.contains("secret 'books' is no connection") && !said.contains("s3cret"), "{said}");
    let error =
        read("host=127.0.0.1 port=1 sslmode=disable user=a".to_owned(), &numbers("x"), &database()).err().unwrap();
    assert!(matches!(&error, SourceError::Transient { detail } if !detail.contains("127.0.0.1")), "{error}");
}

#[test]
fn a_value_that_does_not_fit_an_operation_is_not_quoted() {
    let Some(server) = PostgresServer::start("") else { return };
    let sql = "WITH population AS (SELECT n FROM generate_series(1, 2) AS n)
        SELECT ('secret' || p.n)::int AS n FROM population AS p ORDER BY p.n";
    let (_, said) =
        refusal(read(server.secret(), &data_set(sql, &[], vec![column("n", "integer")]), &database()).err().unwrap());
    assert!(said.contains("a value does not fit an operation of the query (SQLSTATE 22P02"), "{said}");
    assert!(!said.contains("secret1"), "{said}");
}
