//! Decoded text of a file, through a window that holds only what is being read.
//!
//! Nothing is ever replaced: a byte that is not valid in the declared encoding is refused with the number of its line.

use encoding_rs::{DecoderResult, UTF_16BE, UTF_16LE};
use memchr::memchr_iter;
use tieout_catalog::Encoding;
use tieout_pipeline::ports::SourceError;

use super::input::{Input, Origin};
use super::refusal::unreadable;

/// The largest record, in bytes of UTF-8: an unclosed quote must not swallow a file into memory.
pub(super) const MAX_RECORD_BYTES: usize = 16 * 1024 * 1024;

/// Size of a read, in bytes before decoding.
const CHUNK_BYTES: usize = 64 * 1024;

/// A file's text as UTF-8 bytes. For a file in UTF-8 the bytes are not yet validated: `text_of` does it record by
/// record.
pub(super) struct TextWindow {
    input: Input,
    decoder: Decoder,
    raw: Vec<u8>,
    bytes: Vec<u8>,
    start: usize,
    ended: bool,
    malformed: bool,
}

enum Decoder {
    Utf8,
    Latin1,
    Utf16(Box<encoding_rs::Decoder>),
}

impl TextWindow {
    /// Takes a file from its first byte; a byte order mark wins over the declared encoding.
    pub(super) fn open(mut input: Input, encoding: Encoding) -> Result<Self, SourceError> {
        let mut head = Vec::new();
        let mut ended = false;
        while head.len() < 3 && !ended {
            let mut chunk = [0; 3];
            let count = input.read(chunk.get_mut(head.len()..).unwrap_or_default())?;
            head.extend_from_slice(chunk.get(head.len()..head.len() + count).unwrap_or_default());
            ended = count == 0;
        }
        let utf16 = |encoding: &'static encoding_rs::Encoding| {
            Decoder::Utf16(Box::new(encoding.new_decoder_without_bom_handling()))
        };
        let (decoder, mark_bytes) = match head.as_slice() {
            [0xEF, 0xBB, 0xBF, ..] => (Decoder::Utf8, 3),
            [0xFF, 0xFE, ..] => (utf16(UTF_16LE), 2),
            [0xFE, 0xFF, ..] => (utf16(UTF_16BE), 2),
            _ => match encoding {
                Encoding::Utf8 => (Decoder::Utf8, 0),
                Encoding::Latin1 => (Decoder::Latin1, 0),
                Encoding::Utf16 => (utf16(UTF_16LE), 0),
            },
        };
        head.drain(..mark_bytes);
        let mut window =
            Self { input, decoder, raw: Vec::new(), bytes: Vec::new(), start: 0, ended: false, malformed: false };
        window.raw = head;
        window.decode(ended);
        Ok(window)
    }

    /// Name of the file.
    pub(super) fn name(&self) -> &str {
        self.input.name()
    }

    /// Bytes of the file read so far.
    pub(super) fn bytes_read(&self) -> u64 {
        self.input.bytes_read()
    }

    /// What has been decoded and not yet consumed.
    pub(super) fn unread(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }

    /// Gives up the first `count` unread bytes.
    pub(super) fn consume(&mut self, count: usize) {
        self.start = (self.start + count).min(self.bytes.len());
    }

    /// Decodes more behind the unread bytes; `false` when there is no more. `line` is the line in which the unread
    /// bytes begin, for a refusal.
    pub(super) fn grow(&mut self, line: u64) -> Result<bool, SourceError> {
        self.bytes.drain(..self.start);
        self.start = 0;
        if self.malformed {
            return Err(self.not_in_encoding(line + count_lines(&self.bytes)));
        }
        if self.bytes.len() > MAX_RECORD_BYTES {
            let detail = format!("{}, line {line}: the record that begins here is larger than 16 MiB", self.name());
            return Err(unreadable(detail, "look for a quote that is never closed, or a file of another format"));
        }
        let before = self.bytes.len();
        while !self.ended && !self.malformed && self.bytes.len() == before {
            let kept = self.raw.len();
            self.raw.resize(kept + CHUNK_BYTES, 0);
            let count = self.input.read(self.raw.get_mut(kept..).unwrap_or_default())?;
            self.raw.truncate(kept + count);
            self.decode(count == 0);
        }
        match self.bytes.len() > before {
            true => Ok(true),
            false if self.malformed => Err(self.not_in_encoding(line + count_lines(&self.bytes))),
            false => Ok(false),
        }
    }

    /// `bytes` of a record that begins in `line` as text; refuses what is not UTF-8 and the character NUL.
    pub(super) fn text_of<'a>(&self, bytes: &'a [u8], line: u64) -> Result<&'a str, SourceError> {
        let lines_before = |at: usize| line + count_lines(bytes.get(..at).unwrap_or_default());
        if let Some(at) = memchr::memchr(0, bytes) {
            let detail = format!("{}, line {}: there is a NUL byte", self.name(), lines_before(at));
            return Err(unreadable(
                detail,
                "declare the right `encoding` (UTF-16 is full of them), or deliver the file again",
            ));
        }
        std::str::from_utf8(bytes).map_err(|error| self.not_in_encoding(lines_before(error.valid_up_to())))
    }

    /// What was read, when `grow` has returned `false`.
    pub(super) fn origin(self) -> Origin {
        self.input.origin()
    }

    /// Moves `raw` into `bytes`; keeps nothing behind except half a character inside a UTF-16 decoder.
    fn decode(&mut self, last: bool) {
        self.ended = last;
        match &mut self.decoder {
            Decoder::Utf8 => self.bytes.extend_from_slice(&self.raw),
            Decoder::Latin1 => {
                let before = self.bytes.len();
                self.bytes.resize(before + 2 * self.raw.len(), 0);
                let target = self.bytes.get_mut(before..).unwrap_or_default();
                let written = encoding_rs::mem::convert_latin1_to_utf8(&self.raw, target);
                self.bytes.truncate(before + written);
            }
            Decoder::Utf16(decoder) => {
                let before = self.bytes.len();
                let needed = decoder.max_utf8_buffer_length_without_replacement(self.raw.len());
                self.bytes.resize(before + needed.unwrap_or(4 * self.raw.len() + 16), 0);
                let target = self.bytes.get_mut(before..).unwrap_or_default();
                let (result, _, written) = decoder.decode_to_utf8_without_replacement(&self.raw, target, last);
                self.bytes.truncate(before + written);
                // The target is as long as the decoder asked for, so that anything but an empty input is malformed.
                self.malformed = result != DecoderResult::InputEmpty;
            }
        }
        self.raw.clear();
    }

    fn not_in_encoding(&self, line: u64) -> SourceError {
        let encoding = match self.decoder {
            Decoder::Utf8 => "UTF-8",
            Decoder::Latin1 => "Latin-1",
            Decoder::Utf16(_) => "UTF-16",
        };
        let detail = format!("{}, line {line}: there is a byte that is not valid {encoding}", self.name());
        unreadable(detail, "declare the right `encoding` (utf-8, latin-1 or utf-16), or deliver the file again")
    }
}

/// Line ends in `bytes`: `\n`, `\r\n`, and `\r` alone.
pub(super) fn count_lines(bytes: &[u8]) -> u64 {
    let feeds = memchr_iter(b'\n', bytes).count();
    let lone_returns = memchr_iter(b'\r', bytes).filter(|at| bytes.get(at + 1) != Some(&b'\n')).count();
    (feeds + lone_returns) as u64
}
