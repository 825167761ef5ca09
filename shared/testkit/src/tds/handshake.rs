//! From a fresh connection to a session: prelogin, TLS, login.
//!
//! A wrong password ends in the error that SQL Server gives, and a closed connection.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::answer::ServerError;
use super::buffer::malformed;
use super::login::{self, Login, ParsedLogin};
use super::prelogin::{
    self, ENCRYPT_NOT_SUPPORTED, ENCRYPT_OFF, ENCRYPT_ON, ENCRYPT_REQUIRED, Prelogin, PreloginStream,
};
use super::server::{Encryption, Shared};
use super::tokens;
use super::wire::{PacketWriter, kind, read_message};

/// A connection, encrypted or not.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// A connection that is logged in.
pub(super) struct Accepted {
    pub(super) stream: Box<dyn Stream>,
    pub(super) login: Login,
    pub(super) writer: PacketWriter,
}

/// Carries out the handshake; `None` when the login is refused or the client left.
pub(super) async fn accept<S: Stream + 'static>(mut tcp: S, shared: &Shared) -> io::Result<Option<Accepted>> {
    let Some(message) = read_message(&mut tcp).await? else { return Ok(None) };
    if message.kind != kind::PRELOGIN {
        return Err(malformed("the first message is no prelogin"));
    }
    let asked = Prelogin::parse(&message.payload)?;
    let encryption = negotiated(asked.encryption, shared.options.encryption);
    let instance_is_right = asked.instance.is_empty()
        || asked.instance.eq_ignore_ascii_case("MSSQLServer")
        || asked.instance.eq_ignore_ascii_case(&shared.options.instance);
    let mut writer = PacketWriter::new(4096);
    writer.tokens = prelogin::answer(encryption, instance_is_right, asked.federated)?;
    writer.finish(&mut tcp).await?;

    if encryption == ENCRYPT_NOT_SUPPORTED {
        return log_in(Box::new(tcp), &asked, false, shared).await;
    }
    let mut tls = handshake(tcp, &shared.acceptor).await?;
    tls.get_mut().0.end_handshake();
    if encryption != ENCRYPT_OFF {
        return log_in(Box::new(tls), &asked, true, shared).await;
    }
    // Only the login itself is encrypted: what follows it goes without TLS.
    let Some(message) = read_message(&mut tls).await? else { return Ok(None) };
    let parsed = login::parse(&message.payload)?;
    let tcp = tls.into_inner().0.into_inner();
    answer_login(Box::new(tcp), parsed, &asked, true, shared).await
}

async fn handshake<S: Stream>(tcp: S, acceptor: &TlsAcceptor) -> io::Result<TlsStream<PreloginStream<S>>> {
    acceptor.accept(PreloginStream::new(tcp)).await
}

async fn log_in(
    mut stream: Box<dyn Stream>,
    asked: &Prelogin,
    encrypted: bool,
    shared: &Shared,
) -> io::Result<Option<Accepted>> {
    let Some(message) = read_message(&mut stream).await? else { return Ok(None) };
    if message.kind != kind::LOGIN {
        return Err(malformed("the second message is no login"));
    }
    answer_login(stream, login::parse(&message.payload)?, asked, encrypted, shared).await
}

async fn answer_login(
    mut stream: Box<dyn Stream>,
    parsed: ParsedLogin,
    asked: &Prelogin,
    encrypted: bool,
    shared: &Shared,
) -> io::Result<Option<Accepted>> {
    let options = &shared.options;
    let right = match &parsed.token {
        Some(token) => *token == options.token,
        None => parsed.login.user == options.user && parsed.password == options.password,
    };
    let login = Login { encrypted, instance: asked.instance.clone(), ..parsed.login };
    shared.logins.lock().map_err(|_| malformed("a log that broke"))?.push(login.clone());
    let packet_bytes = u16::try_from(parsed.packet_bytes).unwrap_or(4096).clamp(512, 32_767);
    let mut writer = PacketWriter::new(4096);
    if right {
        let database = if login.database.is_empty() { &options.database } else { &login.database };
        tokens::accepted(&login, database, packet_bytes, &mut writer.tokens)?;
        writer.finish(&mut stream).await?;
        return Ok(Some(Accepted { stream, login, writer: PacketWriter::new(packet_bytes) }));
    }
    let error = ServerError { number: 18456, class: 14, message: format!("Login failed for user '{}'.", login.user) };
    tokens::error(&error, &options.server, &mut writer.tokens)?;
    tokens::done(tokens::DONE_ERROR, 0, &mut writer.tokens);
    writer.finish(&mut stream).await?;
    stream.shutdown().await?;
    Ok(None)
}

/// What the two sides agree on.
fn negotiated(client: u8, server: Encryption) -> u8 {
    match (server, client) {
        (Encryption::None, _) | (Encryption::LoginOnly, ENCRYPT_NOT_SUPPORTED) => ENCRYPT_NOT_SUPPORTED,
        (Encryption::LoginOnly, ENCRYPT_OFF) => ENCRYPT_OFF,
        (Encryption::Full, ENCRYPT_OFF | ENCRYPT_NOT_SUPPORTED) => ENCRYPT_REQUIRED,
        _ => ENCRYPT_ON,
    }
}

/// A certificate authority and a TLS 1.2 server with a certificate of it, for `localhost` and `127.0.0.1`.
///
/// TLS 1.3 exists only with TDS 8: its session tickets would travel outside the prelogin packets.
pub(super) fn certificates() -> io::Result<(String, TlsAcceptor)> {
    let failed = |error: &dyn std::fmt::Display| malformed(&format!("no certificate: {error}"));
    let authority_key = rcgen::KeyPair::generate().map_err(|error| failed(&error))?;
    let mut authority = rcgen::CertificateParams::new(Vec::new()).map_err(|error| failed(&error))?;
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority_certificate = authority.self_signed(&authority_key).map_err(|error| failed(&error))?;
    let issuer = rcgen::Issuer::new(authority, authority_key);

    let key = rcgen::KeyPair::generate().map_err(|error| failed(&error))?;
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let server = rcgen::CertificateParams::new(names).map_err(|error| failed(&error))?;
    let certificate = server.signed_by(&key, &issuer).map_err(|error| failed(&error))?;

    let private_key = rustls::pki_types::PrivatePkcs8KeyDer::from(key.serialize_der());
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS12])
        .map_err(|error| failed(&error))?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], private_key.into())
        .map_err(|error| failed(&error))?;
    Ok((authority_certificate.pem(), TlsAcceptor::from(Arc::new(config))))
}
