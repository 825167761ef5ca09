//! One connection: requests are read, answered and streamed, and an attention stops what is under way.
//!
//! Memory holds at most the bytes that wait to be written.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::io::{AsyncWriteExt, WriteHalf};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{self, Receiver};

use super::answer::{Answer, ServerError, Step};
use super::buffer::malformed;
use super::column::TdsColumn;
use super::column_type::TdsType;
use super::handshake::{self, Stream};
use super::login::Login;
use super::request::{self, Request, RequestKind};
use super::server::Shared;
use super::statements::{self, SessionStatement};
use super::tokens::{self, DONE_ATTENTION, DONE_COUNT, DONE_ERROR, DONE_MORE};
use super::value::TdsValue;
use super::wire::{Message, PacketWriter, kind, read_message};

/// Serves a connection to its end.
pub(super) async fn serve(tcp: TcpStream, connection: u64, shared: Arc<Shared>) -> io::Result<()> {
    tcp.set_nodelay(true)?;
    let Some(accepted) = handshake::accept(tcp, &shared).await? else { return Ok(()) };
    let (mut reader, writer) = tokio::io::split(accepted.stream);
    let (sender, messages) = mpsc::channel(4);
    let reading = tokio::spawn(async move {
        while let Ok(Some(message)) = read_message(&mut reader).await {
            if sender.send(message).await.is_err() {
                break;
            }
        }
    });
    let mut session =
        Session { connection, login: accepted.login, packets: accepted.writer, stream: writer, messages, shared };
    let served = session.run().await;
    reading.abort();
    served
}

struct Session {
    connection: u64,
    login: Login,
    packets: PacketWriter,
    stream: WriteHalf<Box<dyn Stream>>,
    messages: Receiver<Message>,
    shared: Arc<Shared>,
}

/// How an answer ended.
enum Ended {
    Whole,
    ByAttention,
    Dropped,
}

impl Session {
    async fn run(&mut self) -> io::Result<()> {
        while let Some(message) = self.messages.recv().await {
            if message.kind == kind::ATTENTION {
                self.acknowledge_attention().await?;
                continue;
            }
            let parsed = request::parse(&message)?;
            let request = Request {
                connection: self.connection,
                login: self.login.clone(),
                kind: parsed.kind,
                sql: parsed.sql,
                parameters: parsed.parameters,
            };
            self.shared.requests.lock().map_err(|_| malformed("a log that broke"))?.push(request.clone());
            if let Some(statements) = statements::of(&request.sql) {
                self.carry_out(&statements);
                self.packets.finish(&mut self.stream).await?;
                continue;
            }
            match self.answer(request).await? {
                Ended::Whole => self.packets.finish(&mut self.stream).await?,
                Ended::ByAttention => self.acknowledge_attention().await?,
                Ended::Dropped => return self.stream.shutdown().await,
            }
        }
        Ok(())
    }

    fn carry_out(&mut self, statements: &[SessionStatement]) {
        let tokens = &mut self.packets.tokens;
        for statement in statements {
            match statement {
                SessionStatement::Setting => {}
                SessionStatement::Begin => tokens::transaction(8, self.connection, tokens),
                SessionStatement::Commit => tokens::transaction(9, self.connection, tokens),
                SessionStatement::Rollback => tokens::transaction(10, self.connection, tokens),
            }
        }
        tokens::done(0, 0, tokens);
    }

    async fn acknowledge_attention(&mut self) -> io::Result<()> {
        self.shared.attentions.fetch_add(1, Ordering::Relaxed);
        tokens::done(DONE_ATTENTION, 0, &mut self.packets.tokens);
        self.packets.finish(&mut self.stream).await
    }

    /// Waits for the back end and streams what it says.
    async fn answer(&mut self, request: Request) -> io::Result<Ended> {
        let shared = Arc::clone(&self.shared);
        let is_call = request.kind == RequestKind::ExecuteSql;
        let mut asked = tokio::task::spawn_blocking(move || match facts(&request, &shared) {
            Some(answer) => answer,
            None => shared.backend.answer(&request),
        });
        let answer = tokio::select! {
            answer = &mut asked => answer.map_err(|_| malformed("the back end panicked"))?,
            message = self.messages.recv() => return interrupted(message.as_ref()),
        };
        self.stream_answer(answer, is_call).await
    }

    async fn stream_answer(&mut self, answer: Answer, is_call: bool) -> io::Result<Ended> {
        let Answer { steps, chunk_bytes } = answer;
        let mut columns: Vec<TdsColumn> = Vec::new();
        let mut rows = 0_u64;
        let mut status = DONE_COUNT;
        for step in steps {
            match step {
                Step::Columns(of_result) => {
                    tokens::columns(&of_result, &mut self.packets.tokens)?;
                    columns = of_result;
                    rows = 0;
                }
                Step::Row(values) => {
                    tokens::row(&columns, &values, chunk_bytes, &mut self.packets.tokens)?;
                    rows += 1;
                }
                Step::Encoded(bytes, count) => {
                    self.packets.tokens.extend_from_slice(&bytes);
                    rows += count;
                }
                Step::Wait(duration) => {
                    self.packets.write_all(&mut self.stream).await?;
                    tokio::select! {
                        () = tokio::time::sleep(duration) => {}
                        message = self.messages.recv() => return interrupted(message.as_ref()),
                    }
                }
                Step::Error(error) => {
                    status = DONE_ERROR;
                    tokens::error(&error, &self.shared.options.server, &mut self.packets.tokens)?;
                    break;
                }
                Step::DropInRow => {
                    // The token of a row, and nothing after it.
                    self.packets.tokens.push(0xD1);
                    self.packets.write_all(&mut self.stream).await?;
                    return Ok(Ended::Dropped);
                }
                Step::EndResult => tokens::done(DONE_COUNT | DONE_MORE, rows, &mut self.packets.tokens),
            }
            if self.packets.is_full() {
                self.packets.write_full(&mut self.stream).await?;
                if let Ok(message) = self.messages.try_recv() {
                    return interrupted(Some(&message));
                }
            }
        }
        let done = if is_call { tokens::done_with_call } else { tokens::done };
        done(status, rows, &mut self.packets.tokens);
        Ok(Ended::Whole)
    }
}

/// What a message means that comes while an answer is under way; `None` is a closed connection.
fn interrupted(message: Option<&Message>) -> io::Result<Ended> {
    match message {
        Some(message) if message.kind == kind::ATTENTION => Ok(Ended::ByAttention),
        Some(_) => Err(malformed("a request while another is under way")),
        None => Ok(Ended::Dropped),
    }
}

/// What the server says about itself, to whoever asks for its properties.
fn facts(request: &Request, shared: &Shared) -> Option<Answer> {
    if !request.sql.contains("SERVERPROPERTY('ServerName')") {
        return None;
    }
    let options = &shared.options;
    let database = if request.login.database.is_empty() { &options.database } else { &request.login.database };
    let login = if request.login.federated { "entra@example.test" } else { &request.login.user };
    let columns = vec![
        TdsColumn::new("server_name", TdsType::NVarChar(128)),
        TdsColumn::new("database_name", TdsType::NVarChar(128)),
        TdsColumn::new("login_name", TdsType::NVarChar(128)),
        TdsColumn::required("server_clock", TdsType::DateTimeOffset(7)),
        TdsColumn::new("snapshot_state", TdsType::TinyInt),
    ];
    let row = vec![
        TdsValue::text(&options.server),
        TdsValue::text(database),
        TdsValue::text(login),
        // 2025-10-01 06:30:00.0000000 UTC
        TdsValue::DateTimeOffset(739_524, 234_000_000_000, 0),
        TdsValue::Int(i64::from(options.snapshot_allowed)),
    ];
    Some(Answer::table(columns, vec![row]))
}

impl From<ServerError> for Answer {
    fn from(error: ServerError) -> Self {
        Self::error(error)
    }
}
