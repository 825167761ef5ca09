//! TLS: checked in full by default, less only where the secret says so.

use rcgen::{CertifiedKey, generate_simple_self_signed};
use tieout_pipeline::ports::SourceError;
use tieout_testkit::postgres::PostgresServer;

use super::support::{column, data_set, database, read};

#[test]
fn a_certificate_is_checked_unless_the_secret_says_otherwise() {
    let folder = tempfile::tempdir_in("/tmp").unwrap();
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (certificate, key) = (folder.path().join("server.crt"), folder.path().join("server.key"));
    std::fs::write(&certificate, cert.pem()).unwrap();
    std::fs::write(&key, signing_key.serialize_pem()).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
        // As root the server runs as nobody, to whom the key must belong.
        drop(std::process::Command::new("chown").arg("nobody").arg(&key).output());
    }
    let settings = format!("ssl = on\nssl_cert_file = '{}'\nssl_key_file = '{}'", certificate.display(), key.display());
    let Some(server) = PostgresServer::start(&settings) else { return };
    let sql =
        "WITH population AS (SELECT n FROM generate_series(1, 2) AS n) SELECT p.n FROM population AS p ORDER BY p.n";
    let data_set = data_set(sql, &[], vec![column("n", "integer")]);
    let root = certificate.display();
    let by_name = |secret: String| secret.replace("host=127.0.0.1", "host=localhost hostaddr=127.0.0.1");
    let rows = |secret: String| read(secret, &data_set, &database()).map(|answer| answer.rows());
    assert_eq!(rows(by_name(server.secret_with(&format!("sslrootcert='{root}'")))), Ok(2));
    assert_eq!(rows(server.secret_with("sslmode=require")), Ok(2));
    assert_eq!(rows(server.secret_with(&format!("sslmode=verify-ca sslrootcert='{root}'"))), Ok(2));
    for secret in [by_name(server.secret_with("")), server.secret_with(&format!("sslrootcert='{root}'"))] {
        match rows(secret) {
            Err(SourceError::Refused { detail, .. }) => {
                assert!(detail.contains("the server's certificate is not valid for it"), "{detail}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn plain_text_is_never_fallen_back_to() {
    let Some(server) = PostgresServer::start("") else { return };
    let sql = "WITH population AS (SELECT 1 AS n) SELECT p.n FROM population AS p ORDER BY p.n";
    let data_set = data_set(sql, &[], vec![column("n", "integer")]);
    match read(server.secret_with("sslmode=require"), &data_set, &database()).map(|answer| answer.rows()) {
        Err(SourceError::Refused { detail, .. }) => {
            assert_eq!(detail, "the source of secret 'books': the server does not offer TLS");
        }
        other => panic!("{other:?}"),
    }
}
