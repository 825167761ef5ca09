//! The prelogin: what the two sides say of versions and encryption, and TLS inside prelogin packets.
//!
//! In TDS 7.x the records of the TLS handshake travel as payload of prelogin packets; after it, packets travel in TLS.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::buffer::{Put, Take, malformed};
use super::wire::{HEADER, header, kind};

/// The whole connection is encrypted only for the login.
pub(super) const ENCRYPT_OFF: u8 = 0;
/// The whole connection is encrypted.
pub(super) const ENCRYPT_ON: u8 = 1;
/// No encryption at all.
pub(super) const ENCRYPT_NOT_SUPPORTED: u8 = 2;
/// As on, and insisted upon.
pub(super) const ENCRYPT_REQUIRED: u8 = 3;

const VERSION: u8 = 0;
const ENCRYPTION: u8 = 1;
const INSTANCE: u8 = 2;
const THREAD: u8 = 3;
const MARS: u8 = 4;
const FEDERATED: u8 = 6;
const END: u8 = 0xFF;

/// What the client's prelogin says.
#[derive(Debug, Clone)]
pub(super) struct Prelogin {
    /// One of the `ENCRYPT_` values.
    pub(super) encryption: u8,
    /// The instance that the client asks for; empty for none.
    pub(super) instance: String,
    /// Whether a federated token will follow.
    pub(super) federated: bool,
}

impl Prelogin {
    pub(super) fn parse(payload: &[u8]) -> io::Result<Self> {
        let mut prelogin = Self { encryption: ENCRYPT_NOT_SUPPORTED, instance: String::new(), federated: false };
        let mut table = Take::new(payload);
        loop {
            let option = table.u8()?;
            if option == END {
                return Ok(prelogin);
            }
            let offset = usize::from(u16::from_be_bytes(table.array()?));
            let size = usize::from(u16::from_be_bytes(table.array()?));
            let value =
                payload.get(offset..offset + size).ok_or_else(|| malformed("a prelogin option out of the packet"))?;
            match option {
                ENCRYPTION => prelogin.encryption = value.first().copied().unwrap_or(ENCRYPT_NOT_SUPPORTED),
                INSTANCE => {
                    prelogin.instance.push_str(String::from_utf8_lossy(value).trim_end_matches('\0'));
                }
                FEDERATED => prelogin.federated = value.first() == Some(&1),
                _ => {}
            }
        }
    }
}

/// The server's prelogin: version 16.0.1000, this encryption, and whether the instance asked for is this one.
pub(super) fn answer(encryption: u8, instance_is_right: bool, federated: bool) -> io::Result<Vec<u8>> {
    let mut options: Vec<(u8, Vec<u8>)> = vec![
        (VERSION, vec![16, 0, 3, 232, 0, 0]),
        (ENCRYPTION, vec![encryption]),
        (INSTANCE, if instance_is_right { vec![0] } else { vec![1, 0] }),
        (THREAD, Vec::new()),
        (MARS, vec![0]),
    ];
    if federated {
        options.push((FEDERATED, vec![1]));
    }
    let mut table = Vec::new();
    let mut values: Vec<u8> = Vec::new();
    for (option, value) in &options {
        let offset = u16::try_from(options.len() * 5 + 1 + values.len()).map_err(|_| malformed("too many options"))?;
        table.put_u8(*option);
        table.put(&offset.to_be_bytes());
        table.put(&u16::try_from(value.len()).map_err(|_| malformed("a long option"))?.to_be_bytes());
        values.put(value);
    }
    table.put_u8(END);
    table.extend(values);
    Ok(table)
}

/// A connection whose TLS handshake travels in prelogin packets.
#[derive(Debug)]
pub(super) struct PreloginStream<S> {
    inner: S,
    handshaking: bool,
    read_header: [u8; HEADER],
    header_read: usize,
    payload_left: usize,
    to_write: Vec<u8>,
    written: usize,
}

impl<S> PreloginStream<S> {
    pub(super) fn new(inner: S) -> Self {
        Self {
            inner,
            handshaking: true,
            read_header: [0; HEADER],
            header_read: 0,
            payload_left: 0,
            to_write: Vec::new(),
            written: 0,
        }
    }

    /// From now on, bytes pass through as they are.
    pub(super) fn end_handshake(&mut self) {
        self.handshaking = false;
    }

    /// The connection without TLS.
    pub(super) fn into_inner(self) -> S {
        self.inner
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for PreloginStream<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.handshaking {
            return Pin::new(&mut this.inner).poll_read(context, out);
        }
        while this.payload_left == 0 {
            let mut header = ReadBuf::new(&mut this.read_header[this.header_read..]);
            ready!(Pin::new(&mut this.inner).poll_read(context, &mut header))?;
            let count = header.filled().len();
            if count == 0 {
                return Poll::Ready(Ok(()));
            }
            this.header_read += count;
            if this.header_read == HEADER {
                this.header_read = 0;
                let size = usize::from(u16::from_be_bytes([this.read_header[2], this.read_header[3]]));
                this.payload_left = size.saturating_sub(HEADER);
            }
        }
        let mut part = out.take(this.payload_left);
        ready!(Pin::new(&mut this.inner).poll_read(context, &mut part))?;
        let count = part.filled().len();
        // The part is the beginning of the unfilled room of `out`, which `take` has initialised as far as it is filled.
        let filled = part.filled().to_vec();
        out.put_slice(&filled);
        this.payload_left -= count;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for PreloginStream<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if !this.handshaking {
            return Pin::new(&mut this.inner).poll_write(context, bytes);
        }
        if this.to_write.is_empty() {
            this.to_write.extend([0; HEADER]);
        }
        this.to_write.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.to_write.is_empty() {
            if this.written == 0 {
                let head = header(kind::PRELOGIN, true, this.to_write.len(), 1)?;
                this.to_write[..HEADER].copy_from_slice(&head);
            }
            while this.written < this.to_write.len() {
                let rest = &this.to_write[this.written..];
                this.written += ready!(Pin::new(&mut this.inner).poll_write(context, rest))?;
            }
            this.to_write.clear();
            this.written = 0;
        }
        Pin::new(&mut this.inner).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(context)
    }
}
