//! Packets: a message is cut into packets of the agreed size, and put together again.
//!
//! A packet has a header of eight bytes; the last packet of a message says so.

use std::io::{self, ErrorKind};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::buffer::malformed;

/// Bytes of a packet's header.
pub(super) const HEADER: usize = 8;
/// Bytes that wait before packets are written.
const WAITING_BYTES: usize = 128 * 1024;
/// A client's message beyond this is refused.
const MAX_MESSAGE_BYTES: usize = 64 * 1024 * 1024;
/// Set in the status of the last packet of a message.
const END_OF_MESSAGE: u8 = 1;

/// Kinds of packets.
pub(super) mod kind {
    pub(in super::super) const BATCH: u8 = 1;
    pub(in super::super) const RPC: u8 = 3;
    pub(in super::super) const ANSWER: u8 = 4;
    pub(in super::super) const ATTENTION: u8 = 6;
    pub(in super::super) const TRANSACTION: u8 = 14;
    pub(in super::super) const LOGIN: u8 = 16;
    pub(in super::super) const PRELOGIN: u8 = 18;
}

/// A message of the client.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) kind: u8,
    pub(super) payload: Vec<u8>,
}

/// Reads the next message; `None` when the client has closed the connection between messages.
pub(super) async fn read_message<R: AsyncRead + Unpin>(reader: &mut R) -> io::Result<Option<Message>> {
    let mut message: Option<Message> = None;
    loop {
        let mut header = [0; HEADER];
        match reader.read_exact(&mut header).await {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::UnexpectedEof && message.is_none() => return Ok(None),
            Err(error) => return Err(error),
        }
        let size = usize::from(u16::from_be_bytes([header[2], header[3]]));
        let size = size.checked_sub(HEADER).ok_or_else(|| malformed("a packet shorter than its header"))?;
        let message_so_far = message.get_or_insert_with(|| Message { kind: header[0], payload: Vec::new() });
        let start = message_so_far.payload.len();
        if start + size > MAX_MESSAGE_BYTES {
            return Err(malformed("a message of more than 64 MB"));
        }
        message_so_far.payload.resize(start + size, 0);
        reader.read_exact(&mut message_so_far.payload[start..]).await?;
        if header[1] & END_OF_MESSAGE != 0 {
            return Ok(message);
        }
    }
}

/// Gathers the tokens of an answer and writes them as packets.
#[derive(Debug)]
pub(super) struct PacketWriter {
    /// Tokens that are not written yet.
    pub(super) tokens: Vec<u8>,
    payload_bytes: usize,
    packet_id: u8,
}

impl PacketWriter {
    /// A writer of packets of this size, header included.
    pub(super) fn new(packet_bytes: u16) -> Self {
        let payload_bytes = usize::from(packet_bytes).clamp(512, 32_767) - HEADER;
        Self { tokens: Vec::new(), payload_bytes, packet_id: 0 }
    }

    /// Whether so much waits that it should be written.
    pub(super) fn is_full(&self) -> bool {
        self.tokens.len() >= WAITING_BYTES
    }

    /// Writes whole packets and keeps what is left of the last, as the message goes on.
    pub(super) async fn write_full<W: AsyncWrite + Unpin>(&mut self, writer: &mut W) -> io::Result<()> {
        let full = self.tokens.len().saturating_sub(1) / self.payload_bytes * self.payload_bytes;
        self.write(writer, full, false).await
    }

    /// Writes everything although the message goes on.
    pub(super) async fn write_all<W: AsyncWrite + Unpin>(&mut self, writer: &mut W) -> io::Result<()> {
        self.write(writer, self.tokens.len(), false).await?;
        writer.flush().await
    }

    /// Writes everything and ends the message.
    pub(super) async fn finish<W: AsyncWrite + Unpin>(&mut self, writer: &mut W) -> io::Result<()> {
        self.write(writer, self.tokens.len(), true).await?;
        self.packet_id = 0;
        writer.flush().await
    }

    async fn write<W: AsyncWrite + Unpin>(&mut self, writer: &mut W, count: usize, last: bool) -> io::Result<()> {
        let mut packets = Vec::with_capacity(count + (count / self.payload_bytes + 1) * HEADER);
        let mut chunks = self.tokens[..count].chunks(self.payload_bytes).peekable();
        while let Some(chunk) = chunks.next() {
            let ends = last && chunks.peek().is_none();
            self.packet_id = self.packet_id.wrapping_add(1);
            packets.extend(header(kind::ANSWER, ends, chunk.len() + HEADER, self.packet_id)?);
            packets.extend_from_slice(chunk);
        }
        self.tokens.drain(..count);
        writer.write_all(&packets).await
    }
}

/// The header of a packet of `size` bytes.
pub(super) fn header(kind: u8, last: bool, size: usize, packet_id: u8) -> io::Result<[u8; HEADER]> {
    let [high, low] = u16::try_from(size).map_err(|_| malformed("a packet of more than 64 kB"))?.to_be_bytes();
    Ok([kind, if last { END_OF_MESSAGE } else { 0 }, high, low, 0, 51, packet_id, 0])
}
