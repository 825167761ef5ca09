//! Opens a connection: TCP, TLS, login.
//!
//! The connection says that it only reads and calls itself `tieout`. Every wait has an end.

use std::time::Duration;

use tiberius::error::Error;
use tiberius::{AuthMethod, Client, Config, EncryptionLevel};
use tieout_model::ReasonCode;
use tieout_pipeline::ports::SourceError;
use tokio::net::TcpStream;
use tokio_util::compat::{Compat, TokioAsyncWriteCompatExt};

use super::address::{Address, Login, Trust};
use super::failure;
use crate::files::refusal::{refused, transient};

/// A connection to a server.
pub(super) type Connection = Client<Compat<TcpStream>>;

/// Longest time for reaching the server, and for the handshake with it.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);
/// The largest packet that servers take inside TLS.
const PACKET_BYTES: u32 = 16_000;

/// Connects; `doing` says for what, such as `reading data set 'cr_03'`.
pub(super) async fn connect(address: &Address, doing: &str) -> Result<Connection, SourceError> {
    let config = configured(address)?;
    match connect_to(&address.host, address.port, config.clone(), doing).await? {
        Ok(connection) => Ok(connection),
        // A gateway names the machine that really serves; it may do so once.
        Err(Error::Routing { host, port }) => {
            connect_to(&host, port, config, doing).await?.map_err(|error| failure::of(doing, &error))
        }
        Err(error) => Err(failure::of(doing, &error)),
    }
}

async fn connect_to(
    host: &str,
    port: u16,
    mut config: Config,
    doing: &str,
) -> Result<Result<Connection, Error>, SourceError> {
    config.host(host);
    config.port(port);
    let unreachable = |why: &str| transient(format!("{doing}: the server at {host}:{port} {why}"));
    let reached = tokio::time::timeout(CONNECT_TIMEOUT, TcpStream::connect((host, port))).await;
    let tcp = reached.map_err(|_| unreachable("does not answer"))?;
    let tcp = tcp.map_err(|error| unreachable(&format!("cannot be reached ({})", error.kind())))?;
    tcp.set_nodelay(true).map_err(|error| unreachable(&format!("cannot be reached ({})", error.kind())))?;
    Ok(Box::pin(Client::connect(config, tcp.compat_write())).await)
}

fn configured(address: &Address) -> Result<Config, SourceError> {
    let mut config = Config::new();
    config.host(&address.host);
    config.port(address.port);
    if !address.database.is_empty() {
        config.database(&address.database);
    }
    config.application_name("tieout");
    config.readonly(true);
    config.packet_size(PACKET_BYTES);
    config.encryption(if address.encrypted { EncryptionLevel::Required } else { EncryptionLevel::Off });
    match &address.trust {
        Trust::System => {}
        Trust::Anything => config.trust_cert(),
        Trust::AuthorityFile(path) => {
            let bytes = std::fs::read(path).map_err(|error| {
                let detail = format!("the authority file that the secret names cannot be read ({})", error.kind());
                refused(ReasonCode::SourceUnreachable, detail, "put the file there, or correct CaFile in the secret")
            })?;
            config.trust_cert_ca_bundle(bytes);
        }
    }
    if let Some(host) = &address.host_in_certificate {
        config.hostname_in_certificate(host);
    }
    config.authentication(match &address.login {
        Login::Sql { user, password } => AuthMethod::sql_server(user, password),
        Login::Token(token) => AuthMethod::aad_token(token),
    });
    config.handshake_timeout(Some(CONNECT_TIMEOUT));
    // Statements have a time limit of their own, which ends with an attention to the server.
    config.command_timeout(None);
    Ok(config)
}
