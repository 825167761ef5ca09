//! The server: listens, keeps what clients sent, and stops when it is dropped.
//!
//! It runs on a thread of its own, so that tests with and without a runtime can use it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;

use super::answer::Answer;
use super::handshake;
use super::login::Login;
use super::request::Request;
use super::session;

/// What of a connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// The server has no TLS.
    None,
    /// The login always, the rest when the client asks.
    LoginOnly,
    /// Everything, always.
    Full,
}

/// How the server presents itself.
#[derive(Debug, Clone)]
pub struct ServerOptions {
    /// What of a connection is encrypted.
    pub encryption: Encryption,
    /// The login that is accepted.
    pub user: String,
    /// Its password.
    pub password: String,
    /// The federated token that is accepted.
    pub token: String,
    /// What the server calls itself.
    pub server: String,
    /// Its instance.
    pub instance: String,
    /// The database of a login that asks for none.
    pub database: String,
    /// Whether the database allows snapshot isolation.
    pub snapshot_allowed: bool,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            encryption: Encryption::Full,
            user: "tieout_reader".to_owned(),
            password: "p;a}ss{w=rd'1".to_owned(),
            token: "eyJ.test.token".to_owned(),
            server: "TESTSQL01\\NAV".to_owned(),
            instance: "NAV".to_owned(),
            database: "AIG_Nav_DW".to_owned(),
            snapshot_allowed: true,
        }
    }
}

/// Where answers come from.
pub trait TdsBackend: Send + Sync + 'static {
    /// Answers a request; called on a thread that may block.
    fn answer(&self, request: &Request) -> Answer;
}

/// What the connections share.
pub(super) struct Shared {
    pub(super) options: ServerOptions,
    pub(super) acceptor: TlsAcceptor,
    pub(super) backend: Box<dyn TdsBackend>,
    pub(super) logins: Mutex<Vec<Login>>,
    pub(super) requests: Mutex<Vec<Request>>,
    pub(super) attentions: AtomicU64,
}

/// A running server.
pub struct TdsServer {
    address: SocketAddr,
    authority_pem: String,
    shared: Arc<Shared>,
    runtime: Option<Runtime>,
}

impl TdsServer {
    /// Starts a server on a free port of this machine.
    pub fn start(options: ServerOptions, backend: impl TdsBackend) -> io::Result<Self> {
        Self::start_at(0, options, backend)
    }

    /// Starts a server on a port of this machine.
    pub fn start_at(port: u16, options: ServerOptions, backend: impl TdsBackend) -> io::Result<Self> {
        let (authority_pem, acceptor) = handshake::certificates()?;
        let shared = Arc::new(Shared {
            options,
            acceptor,
            backend: Box::new(backend),
            logins: Mutex::default(),
            requests: Mutex::default(),
            attentions: AtomicU64::new(0),
        });
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let listening = Arc::clone(&shared);
        runtime.spawn(async move {
            let Ok(listener) = TcpListener::from_std(listener) else { return };
            let mut connection = 0;
            while let Ok((tcp, _)) = listener.accept().await {
                connection += 1;
                // Errors of a connection are what tests provoke; the client sees its end.
                tokio::spawn(session::serve(tcp, connection, Arc::clone(&listening)));
            }
        });
        Ok(Self { address, authority_pem, shared, runtime: Some(runtime) })
    }

    /// The port it listens on, at 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The certificate authority that signed the server's certificate, as PEM.
    pub fn authority_pem(&self) -> &str {
        &self.authority_pem
    }

    /// How the server presents itself.
    pub fn options(&self) -> &ServerOptions {
        &self.shared.options
    }

    /// The logins that were tried, in order.
    pub fn logins(&self) -> Vec<Login> {
        self.shared.logins.lock().map(|logins| logins.clone()).unwrap_or_default()
    }

    /// The requests that came, in order.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().map(|requests| requests.clone()).unwrap_or_default()
    }

    /// How many attentions came.
    pub fn attentions(&self) -> u64 {
        self.shared.attentions.load(Ordering::Relaxed)
    }
}

impl Drop for TdsServer {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
