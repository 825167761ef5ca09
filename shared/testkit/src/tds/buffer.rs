//! Bytes of the protocol: a writer that grows and a reader that never reads past the end.
//!
//! Numbers are little-endian unless a name says otherwise; text is UTF-16LE.

use std::io::{self, ErrorKind};

/// An error for bytes that are not what the protocol says.
pub(super) fn malformed(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, format!("TDS: {what}"))
}

/// Appends protocol values to bytes.
pub(super) trait Put {
    fn put(&mut self, bytes: &[u8]);

    fn put_u8(&mut self, value: u8) {
        self.put(&[value]);
    }

    fn put_u16(&mut self, value: u16) {
        self.put(&value.to_le_bytes());
    }

    fn put_u32(&mut self, value: u32) {
        self.put(&value.to_le_bytes());
    }

    fn put_u64(&mut self, value: u64) {
        self.put(&value.to_le_bytes());
    }

    /// The low `count` bytes of a number.
    fn put_low(&mut self, value: u64, count: usize) {
        self.put(&value.to_le_bytes()[..count.min(8)]);
    }

    /// A length in one byte.
    fn put_size_u8(&mut self, size: usize) -> io::Result<()> {
        self.put_u8(u8::try_from(size).map_err(|_| malformed("a length does not fit into one byte"))?);
        Ok(())
    }

    /// A length in two bytes.
    fn put_size_u16(&mut self, size: usize) -> io::Result<()> {
        self.put_u16(u16::try_from(size).map_err(|_| malformed("a length does not fit into two bytes"))?);
        Ok(())
    }

    /// Text with its number of UTF-16 units in one byte.
    fn put_b_varchar(&mut self, text: &str) -> io::Result<()> {
        let bytes = utf16(text);
        self.put_size_u8(bytes.len() / 2)?;
        self.put(&bytes);
        Ok(())
    }

    /// Text with its number of UTF-16 units in two bytes.
    fn put_us_varchar(&mut self, text: &str) -> io::Result<()> {
        let bytes = utf16(text);
        self.put_size_u16(bytes.len() / 2)?;
        self.put(&bytes);
        Ok(())
    }
}

impl Put for Vec<u8> {
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// Text as UTF-16LE.
pub(super) fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// UTF-16LE as text.
pub(super) fn text_of(bytes: &[u8]) -> io::Result<String> {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    String::from_utf16(&units).map_err(|_| malformed("text that is not UTF-16"))
}

/// Reads protocol values from bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Take<'a> {
    rest: &'a [u8],
}

impl<'a> Take<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// All that is left.
    pub(super) fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.rest)
    }

    pub(super) fn bytes(&mut self, count: usize) -> io::Result<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or_else(|| malformed("a message ends too early"))?;
        self.rest = rest;
        Ok(taken)
    }

    pub(super) fn u8(&mut self) -> io::Result<u8> {
        Ok(self.bytes(1)?[0])
    }

    pub(super) fn u16(&mut self) -> io::Result<u16> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    pub(super) fn u32(&mut self) -> io::Result<u32> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub(super) fn u64(&mut self) -> io::Result<u64> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// A number in `count` bytes.
    pub(super) fn low(&mut self, count: usize) -> io::Result<u64> {
        let taken = self.bytes(count)?;
        let mut bytes = [0; 8];
        bytes.get_mut(..count).ok_or_else(|| malformed("a number of more than eight bytes"))?.copy_from_slice(taken);
        Ok(u64::from_le_bytes(bytes))
    }

    pub(super) fn array<const COUNT: usize>(&mut self) -> io::Result<[u8; COUNT]> {
        let mut array = [0; COUNT];
        array.copy_from_slice(self.bytes(COUNT)?);
        Ok(array)
    }

    pub(super) fn b_varchar(&mut self) -> io::Result<String> {
        let units = usize::from(self.u8()?);
        text_of(self.bytes(units * 2)?)
    }
}
