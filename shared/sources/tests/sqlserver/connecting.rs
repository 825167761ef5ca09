//! Logging in, over TLS that is verified.

use tieout_model::ReasonCode;
use tieout_testkit::tds::{Answer, CannedBackend, Encryption, ServerOptions, TdsServer};

use crate::support::{Reading, entry, ledger_columns, proof, refusal, secret_for, source_for, source_with};

fn server(options: ServerOptions) -> TdsServer {
    let backend = CannedBackend::new()
        .on("tieout_rows", proof(1, Some(12_500)))
        .on("-- rows", |_, _| Answer::table(ledger_columns(), vec![entry(1, 12_500)]));
    TdsServer::start(options, backend).unwrap()
}

#[tokio::test]
async fn a_wrong_password_is_refused_for_good_and_not_said() {
    let server = server(ServerOptions::default());
    let authority = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(authority.path(), server.authority_pem()).unwrap();
    let secret = secret_for(&server, authority.path()).replace("p;a", "guessed");
    let (code, detail, cure) = refusal(Reading::ledger().read(&source_with(secret)).await.unwrap_err());
    assert_eq!(code, ReasonCode::SourceUnreachable);
    assert_eq!(detail, "reading data set 'ledger': the server refuses the login (error 18456)");
    assert_eq!(cure, "correct login and password, or the token, in the secret");
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_refused() {
    let server = server(ServerOptions::default());
    let secret = format!("sqlserver://tieout_reader:x@localhost:{}/AIG_Nav_DW", server.port());
    let (code, detail, cure) = refusal(Reading::ledger().read(&source_with(secret)).await.unwrap_err());
    assert_eq!(code, ReasonCode::SourceUnreachable);
    assert!(detail.contains("the server's certificate is not trusted"), "{detail}");
    assert!(cure.contains("CaFile"));
    assert!(server.logins().is_empty(), "no password was sent");
}

#[tokio::test]
async fn a_certificate_of_another_host_is_refused_unless_the_secret_names_it() {
    let server = server(ServerOptions::default());
    let authority = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(authority.path(), server.authority_pem()).unwrap();
    let secret = secret_for(&server, authority.path());
    let other = format!("{secret};HostNameInCertificate=sql01.example.com");
    let (code, _, _) = refusal(Reading::ledger().read(&source_with(other)).await.unwrap_err());
    assert_eq!(code, ReasonCode::SourceUnreachable);
    let by_address = secret.replace("localhost", "127.0.0.1") + ";HostNameInCertificate=localhost";
    Reading::ledger().read(&source_with(by_address)).await.unwrap();
}

#[tokio::test]
async fn a_server_without_tls_is_refused_before_the_password_is_sent() {
    let server = server(ServerOptions { encryption: Encryption::None, ..ServerOptions::default() });
    refusal(Reading::ledger().read(&source_for(&server)).await.unwrap_err());
    assert!(server.logins().is_empty());
}

#[tokio::test]
async fn a_token_logs_in_and_evidence_says_how_the_connection_was_protected() {
    let server = server(ServerOptions { encryption: Encryption::LoginOnly, ..ServerOptions::default() });
    let secret = format!(
        r#"{{"host": "localhost", "port": {}, "access_token": "{}", "trust_server_certificate": true}}"#,
        server.port(),
        server.options().token
    );
    let outcome = Reading::ledger().read(&source_with(secret)).await.unwrap();
    assert!(server.logins()[0].federated);
    let expected = "queries/ledger.sql on TESTSQL01\\NAV, database AIG_Nav_DW, login entra@example.test (everything \
                    encrypted, certificate not verified, as the secret asks, access token)";
    assert_eq!(outcome.origins, [expected]);
}

#[tokio::test]
async fn nobody_at_the_address_may_pass_and_a_secret_without_address_does_not() {
    let server = server(ServerOptions::default());
    let port = server.port();
    drop(server);
    // The thread of the server lets go of the port in its own time.
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    let secret = format!("SERVER=127.0.0.1,{port};UID=u;PWD=p");
    let detail = crate::support::passing(Reading::ledger().read(&source_with(secret)).await.unwrap_err());
    assert!(detail.contains("cannot be reached"), "{detail}");
    let secret = "SERVER=;UID=u;PWD=s3cret".to_owned();
    let (code, detail, _) = refusal(Reading::ledger().read(&source_with(secret)).await.unwrap_err());
    assert_eq!(code, ReasonCode::SourceUnreachable);
    assert_eq!(detail, "secret 'nav-readonly' does not say how to connect: 'SERVER' is missing");
}
