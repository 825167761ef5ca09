//! The TDS test server speaks to a client that others wrote.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::time::Duration;

use futures::TryStreamExt;
use tiberius::{AuthMethod, Client, ColumnData, Command, Config, EncryptionLevel};
use tieout_testkit::tds::{
    Answer, CannedBackend, DuckDbBackend, Encryption, Request, RequestKind, ServerError, ServerOptions, Step,
    TdsColumn, TdsServer, TdsType, TdsValue,
};
use tokio::net::TcpStream;
use tokio_util::compat::{Compat, TokioAsyncWriteCompatExt};

fn config(server: &TdsServer, encryption: EncryptionLevel) -> Config {
    let mut config = Config::new();
    config.host("localhost");
    config.port(server.port());
    config.encryption(encryption);
    config.trust_cert_ca_bundle(server.authority_pem().as_bytes());
    config.authentication(AuthMethod::sql_server(&server.options().user, &server.options().password));
    config
}

async fn connect(config: Config) -> tiberius::Result<Client<Compat<TcpStream>>> {
    let tcp = TcpStream::connect(config.get_addr()).await.unwrap();
    Box::pin(Client::connect(config, tcp.compat_write())).await
}

fn numbers(_: &Request, _: u64) -> Answer {
    let columns = vec![TdsColumn::required("n", TdsType::BigInt), TdsColumn::new("t", TdsType::NVarChar(20))];
    Answer::rows(columns, (0..100_000).map(|n| vec![TdsValue::Int(n), TdsValue::text("häß")]))
}

#[tokio::test]
async fn a_client_logs_in_and_reads_rows_in_every_mode_of_encryption() {
    for (of_server, of_client, encrypted) in [
        (Encryption::Full, EncryptionLevel::Required, true),
        (Encryption::Full, EncryptionLevel::Off, true),
        (Encryption::LoginOnly, EncryptionLevel::Off, true),
        (Encryption::LoginOnly, EncryptionLevel::Required, true),
        (Encryption::None, EncryptionLevel::NotSupported, false),
    ] {
        let options = ServerOptions { encryption: of_server, ..ServerOptions::default() };
        let server = TdsServer::start(options, CannedBackend::new().on("numbers", numbers)).unwrap();
        let mut client = connect(config(&server, of_client)).await.unwrap();
        let rows = client.simple_query("SELECT n, t FROM numbers").await.unwrap().into_first_result().await.unwrap();
        assert_eq!(rows.len(), 100_000, "{of_server:?} {of_client:?}");
        assert_eq!(rows[99_999].get::<i64, _>(0), Some(99_999));
        assert_eq!(rows[7].get::<&str, _>(1), Some("häß"));
        assert_eq!(server.logins()[0].encrypted, encrypted);
    }
}

#[tokio::test]
async fn a_wrong_password_is_error_18456_and_a_token_is_another_way_in() {
    let server = TdsServer::start(ServerOptions::default(), CannedBackend::new()).unwrap();
    let mut wrong = config(&server, EncryptionLevel::Required);
    wrong.authentication(AuthMethod::sql_server("tieout_reader", "guess"));
    assert_eq!(connect(wrong).await.unwrap_err().code(), Some(18_456));
    let mut token = config(&server, EncryptionLevel::Required);
    token.authentication(AuthMethod::aad_token(&server.options().token));
    token.application_name("tieout");
    token.readonly(true);
    connect(token).await.unwrap();
    let login = &server.logins()[1];
    assert!(login.federated && login.read_only && login.application == "tieout");
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_refused_by_the_client() {
    let server = TdsServer::start(ServerOptions::default(), CannedBackend::new()).unwrap();
    let mut config = Config::new();
    config.host("localhost");
    config.port(server.port());
    config.authentication(AuthMethod::sql_server("tieout_reader", "x"));
    assert!(matches!(connect(config).await.unwrap_err(), tiberius::error::Error::Tls(_)));
}

#[tokio::test]
async fn bound_parameters_arrive_with_their_types() {
    let server =
        TdsServer::start(ServerOptions::default(), CannedBackend::new().on("FROM t", |_, _| Answer::done())).unwrap();
    let mut client = connect(config(&server, EncryptionLevel::Required)).await.unwrap();
    let hostile = "'; DROP TABLE t; --";
    let mut command = Command::new("sp_executesql");
    command.bind_param("@stmt", "SELECT 1 FROM t WHERE a = @name AND d < @day");
    command.bind_param("@params", "@name nvarchar(4000), @day date");
    command.bind_param("@name", hostile);
    command.bind_param("@day", ColumnData::Date(Some(tiberius::time::Date::new(739_524))));
    command.exec(&mut client).await.unwrap().into_command_result().await.unwrap();
    let request = &server.requests()[0];
    assert_eq!(request.kind, RequestKind::ExecuteSql);
    assert_eq!(request.sql, "SELECT 1 FROM t WHERE a = @name AND d < @day");
    assert_eq!(request.parameter("@name"), Some(&TdsValue::text(hostile)));
    assert_eq!(request.parameter("@day"), Some(&TdsValue::Date(739_524)));
    assert_eq!(request.parameters[1].declared, "date");
}

#[tokio::test]
async fn an_attention_stops_an_answer_and_the_connection_lives_on() {
    let endless = |_: &Request, _: u64| {
        let columns = vec![TdsColumn::new("n", TdsType::Int)];
        let rows =
            std::iter::repeat_with(|| vec![Step::Row(vec![TdsValue::Int(1)]), Step::Wait(Duration::from_millis(5))]);
        Answer::steps(std::iter::once(Step::Columns(columns)).chain(rows.flatten()))
    };
    let backend = CannedBackend::new().on("endless", endless).on("numbers", numbers);
    let server = TdsServer::start(ServerOptions::default(), backend).unwrap();
    let mut client = connect(config(&server, EncryptionLevel::Required)).await.unwrap();
    let mut stream = client.simple_query("SELECT n FROM endless").await.unwrap().into_row_stream();
    assert!(stream.try_next().await.unwrap().is_some());
    drop(stream);
    client.cancel_query().await.unwrap();
    assert_eq!(server.attentions(), 1);
    let rows = client.simple_query("SELECT n FROM numbers").await.unwrap().into_first_result().await.unwrap();
    assert_eq!(rows.len(), 100_000);
}

#[tokio::test]
async fn errors_and_broken_connections_reach_the_client_after_the_rows_before_them() {
    let failing = |_: &Request, asked: u64| {
        let steps = vec![
            Step::Columns(vec![TdsColumn::new("n", TdsType::Int)]),
            Step::Row(vec![TdsValue::Int(1)]),
            if asked == 0 { Step::Error(ServerError::deadlock()) } else { Step::DropInRow },
        ];
        Answer::steps(steps.into_iter())
    };
    let server = TdsServer::start(ServerOptions::default(), CannedBackend::new().on("t", failing)).unwrap();
    let mut client = connect(config(&server, EncryptionLevel::Required)).await.unwrap();
    let deadlock = client.simple_query("SELECT n FROM t").await.unwrap().into_first_result().await.unwrap_err();
    assert!(deadlock.is_deadlock());
    let mut stream = client.simple_query("SELECT n FROM t").await.unwrap().into_row_stream();
    assert!(stream.try_next().await.unwrap().is_some());
    assert!(matches!(stream.try_next().await.unwrap_err(), tiberius::error::Error::Io { .. }));
}

#[tokio::test]
async fn t_sql_is_executed_over_folders_of_tables() {
    let Some(python) = DuckDbBackend::python().unwrap() else {
        eprintln!("skipped: no Python with DuckDB; `make tds-venv` makes one");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("AIG_Nav_DW/dbo")).unwrap();
    let table = folder.path().join("AIG_Nav_DW/dbo/G%2FL Entries.parquet");
    let script = "import duckdb, sys; duckdb.sql(\"copy (select 'EC_NG' as co, i::int as no, (i * 0.1)::decimal(38, 20) \
                as amount, timestamp '2025-09-30 23:59:59.997' as posted, date '2025-09-30' as day from range(5) t(i)) \
                to '\" + sys.argv[1] + \"'\")";
    let made = std::process::Command::new(&python).args(["-c", script]).arg(&table).status().unwrap();
    assert!(made.success());
    let backend = DuckDbBackend::start(&python, folder.path()).unwrap();
    let server = TdsServer::start(ServerOptions::default(), backend).unwrap();
    let mut client = connect(config(&server, EncryptionLevel::Required)).await.unwrap();
    let sql = "SELECT e.no, e.amount, e.posted, N'häß' + e.co AS t, TRY_CAST('x' AS int) AS n \
               FROM [AIG_Nav_DW].[dbo].[G/L Entries] AS e WITH (NOLOCK) \
               JOIN (VALUES (@co_1), (@co_2)) AS c(value) ON c.value = e.co \
               WHERE e.day < DATEADD(day, 1, @day) AND e.amount > @least ORDER BY e.no";
    let mut command = Command::new("sp_executesql");
    command.bind_param("@stmt", sql);
    command.bind_param("@params", "@co_1 nvarchar(4000), @co_2 nvarchar(4000), @day date, @least decimal(38,2)");
    command.bind_param("@co_1", "ec_ng");
    command.bind_param("@co_2", "JM_EG");
    command.bind_param("@day", ColumnData::Date(Some(tiberius::time::Date::new(739_523))));
    command.bind_param("@least", tiberius::numeric::Numeric::new_with_scale(15, 2));
    let rows = command.exec(&mut client).await.unwrap().into_command_result().await.unwrap();
    let rows = rows.to_query_result(0).unwrap();
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[0].get::<i32, _>(0), Some(2));
    let amount: tiberius::numeric::Numeric = rows[2].get(1).unwrap();
    assert_eq!((amount.value(), amount.scale()), (40_000_000_000_000_000_000, 20));
    assert_eq!(rows[0].get::<&str, _>(3), Some("häßEC_NG"));
    assert_eq!(rows[0].get::<i32, _>(4), None);
    let Err(error) = client.simple_query("SELECT a FROM nowhere").await else { panic!("no such table") };
    assert_eq!(error.code(), Some(50_000));
}
