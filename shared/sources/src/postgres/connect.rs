//! Opens a connection: by the secret, over TLS unless the secret says otherwise.
//!
//! No message holds the host, the password or the text of the secret.

use tieout_model::ReasonCode;
use tieout_pipeline::ports::{Secret, SourceError};
use tokio_postgres::Client;
use tokio_postgres::tls::NoTls;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::errors::failed;
use super::secret_text::{TlsMode, read_secret};
use super::tls::client_config;
use crate::files::refusal::refused;

/// Connects; `name` is the name of the secret.
pub(super) async fn connect(secret: &Secret, name: &str) -> Result<Client, SourceError> {
    let cure = "write a URL (postgresql://user:password@host:5432/database), key=value pairs or a JSON object";
    let connection = read_secret(secret.expose()).map_err(|problem| {
        refused(ReasonCode::SourceUnreachable, format!("secret '{name}' is no connection: {problem}"), cure)
    })?;
    let subject = format!("the source of secret '{name}'");
    let client = if connection.tls == TlsMode::Off {
        let (client, driver) = connection.config.connect(NoTls).await.map_err(|error| refusal(&subject, &error))?;
        tokio::spawn(driver);
        client
    } else {
        let config = client_config(connection.tls, connection.authority.as_deref()).map_err(|problem| {
            let cure = "correct `sslrootcert` in the secret, or install the machine's certificates";
            refused(ReasonCode::SourceUnreachable, format!("{subject}: {problem}"), cure)
        })?;
        let tls = MakeRustlsConnect::new(config);
        let (client, driver) = connection.config.connect(tls).await.map_err(|error| refusal(&subject, &error))?;
        tokio::spawn(driver);
        client
    };
    Ok(client)
}

/// A connection that was not made: a certificate or a name that is wrong stays wrong.
fn refusal(subject: &str, error: &tokio_postgres::Error) -> SourceError {
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        if let Some(tls) = inner.downcast_ref::<rustls::Error>() {
            return tls_refusal(subject, tls);
        }
        if let Some(inside) = inner.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref)
            && let Some(tls) = inside.downcast_ref::<rustls::Error>()
        {
            return tls_refusal(subject, tls);
        }
        if inner.to_string().contains("server does not support TLS") {
            return no_tls(subject);
        }
        cause = inner.source();
    }
    failed(subject, error)
}

fn no_tls(subject: &str) -> SourceError {
    let detail = format!("{subject}: the server does not offer TLS");
    let cure = "turn TLS on at the server, or write sslmode=disable into the secret where the network is trusted";
    refused(ReasonCode::SourceUnreachable, detail, cure)
}

fn tls_refusal(subject: &str, error: &rustls::Error) -> SourceError {
    let why = match error {
        rustls::Error::InvalidCertificate(_) => "the server's certificate is not valid for it",
        _ => "TLS could not be agreed on",
    };
    let cure = "name the authority of the certificate as `sslrootcert`, and the server by the name in its certificate";
    refused(ReasonCode::SourceUnreachable, format!("{subject}: {why}"), cure)
}
