//! What is sent: the text of the definition, values apart, and nothing that changes the server.

use tieout_model::Parameter;
use tieout_testkit::tds::{Answer, CannedBackend, RequestKind, ServerOptions, TdsServer, TdsValue};

use crate::support::{QUERY, Reading, column, entry, ledger_columns, proof, source_for};

fn server() -> TdsServer {
    let backend = CannedBackend::new()
        .on("tieout_rows", proof(1, Some(12_500)))
        .on("-- rows", |_, _| Answer::table(ledger_columns(), vec![entry(1, 12_500)]));
    TdsServer::start(ServerOptions::default(), backend).unwrap()
}

#[tokio::test]
async fn the_text_is_that_of_the_definition_and_values_travel_beside_it() {
    let server = server();
    let outcome = Reading::ledger().read(&source_for(&server)).await.unwrap();
    assert_eq!(outcome.rows, [["1", "1.2500"]]);
    let requests = server.requests();
    let query = requests.iter().find(|request| request.sql.contains("-- rows")).unwrap();
    assert_eq!((query.kind, query.sql.as_str()), (RequestKind::ExecuteSql, QUERY.trim_end()));
    // 2025-10-01
    assert_eq!(query.parameter("@cutoff_end"), Some(&TdsValue::Date(739_524)));
    assert_eq!(query.parameters[0].declared, "date");
}

#[tokio::test]
async fn hostile_values_of_every_type_arrive_as_they_are() {
    let server = server();
    let hostile = "x'; DROP TABLE ledger; -- ]] \" \u{202e}\u{1f4b0} @cutoff_end {}";
    let long = "ä".repeat(70_000);
    let query = QUERY.replace(
        "WHERE",
        "JOIN @companies AS c ON c.value = t.co WHERE t.n > @least AND t.m < @most AND t.b = @is AND",
    );
    let mut reading = Reading::of(&query, vec![column("entry_no", "Entry No_", "integer")]);
    let list = Parameter::List(vec![hostile.to_owned(), long.clone(), String::new()]);
    reading.parameters.insert("companies".to_owned(), list);
    reading.parameters.insert("least".to_owned(), Parameter::Integer(i64::MIN));
    let most = "99999999999999999999999999.999999999999";
    reading.parameters.insert("most".to_owned(), Parameter::Decimal(most.parse().unwrap()));
    reading.parameters.insert("is".to_owned(), Parameter::Boolean(true));
    reading.read(&source_for(&server)).await.unwrap();
    let requests = server.requests();
    let sent = requests.iter().find(|request| request.sql.contains("-- rows")).unwrap();
    assert!(sent.sql.contains("JOIN (VALUES (@companies_1), (@companies_2), (@companies_3)) AS c(value) ON"));
    assert!(!requests.iter().any(|request| request.sql.contains("DROP TABLE")));
    assert_eq!(sent.parameter("@companies_1"), Some(&TdsValue::text(hostile)));
    assert_eq!(sent.parameter("@companies_2"), Some(&TdsValue::Text(long)));
    assert_eq!(sent.parameter("@companies_3"), Some(&TdsValue::text("")));
    assert_eq!(sent.parameter("@least"), Some(&TdsValue::Int(i64::MIN)));
    assert_eq!(sent.parameter("@most"), Some(&TdsValue::Decimal(99_999_999_999_999_999_999_999_999_999_999_999_999)));
    assert_eq!(sent.parameter("@is"), Some(&TdsValue::Bit(true)));
    let declared: Vec<_> = sent.parameters.iter().map(|parameter| parameter.declared.as_str()).collect();
    assert_eq!(
        declared,
        ["nvarchar(4000)", "nvarchar(max)", "nvarchar(4000)", "bigint", "decimal(38, 12)", "bit", "date"]
    );
}

#[tokio::test]
async fn a_session_reads_only_in_one_transaction_at_the_declared_isolation() {
    let server = server();
    Reading::ledger().read(&source_for(&server)).await.unwrap();
    let login = &server.logins()[0];
    assert!(login.read_only && login.encrypted);
    assert_eq!((login.application.as_str(), login.database.as_str()), ("tieout", "AIG_Nav_DW"));
    let texts: Vec<_> = server.requests().into_iter().map(|request| request.sql).collect();
    let begin = "SET LOCK_TIMEOUT 900000; SET TRANSACTION ISOLATION LEVEL SNAPSHOT; BEGIN TRANSACTION";
    let at_begin = texts.iter().position(|text| text == begin).unwrap();
    let rows = texts.iter().position(|text| text.contains("-- rows") && !text.contains("tieout_rows")).unwrap();
    let proofs = texts.iter().filter(|text| text.contains("tieout_rows")).count();
    assert!(at_begin < rows && proofs == 2, "{texts:#?}");
    assert!(server.requests().iter().all(|request| request.connection == 1));
    let ended = texts.last().unwrap();
    assert_eq!(ended, "IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION");
}
