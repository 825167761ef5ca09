//! Size, SHA-256 and CRC-32 of a stream, taken in one pass.
//!
//! Nothing is held but one buffer, so a file of any size passes through in the same memory.

use std::io::{self, Read};

use tieout_model::{Digest, Sha256Stream};

/// Bytes read at a time: large enough that hashing, not the system call, is what takes time, and small enough for
/// the second-level cache.
pub(crate) const BUFFER_BYTES: usize = 256 * 1024;

/// What a stream of bytes measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Measured {
    /// Length in bytes.
    pub(crate) size: u64,
    /// SHA-256 of the bytes.
    pub(crate) digest: Digest,
    /// CRC-32 (IEEE) of the bytes.
    pub(crate) crc: u32,
}

/// Reads a stream to its end.
pub(crate) fn measure(reader: &mut dyn Read) -> io::Result<Measured> {
    let (mut sha, mut crc) = (Sha256Stream::default(), crc32fast::Hasher::new());
    for_each_piece(reader, |piece| {
        sha.update(piece);
        crc.update(piece);
        Ok(())
    })?;
    let (digest, size) = sha.finish();
    Ok(Measured { size, digest, crc: crc.finalize() })
}

/// Hands a stream on in pieces of at most [`BUFFER_BYTES`].
pub(crate) fn for_each_piece(reader: &mut dyn Read, mut piece: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(length) => piece(buffer.get(..length).unwrap_or_default())?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_the_published_vectors() {
        // CRC-32 of "123456789" is the check value of the algorithm; SHA-256 has its own test in the model.
        let measured = measure(&mut &b"123456789"[..]).unwrap();
        assert_eq!((measured.size, measured.crc), (9, 0xcbf4_3926));
        assert_eq!(measured.digest, Digest::of(b"123456789"));
    }

    #[test]
    fn a_stream_longer_than_the_buffer_is_measured_whole() {
        let bytes = vec![7; BUFFER_BYTES * 2 + 1];
        let measured = measure(&mut bytes.as_slice()).unwrap();
        assert_eq!((measured.size, measured.digest), (bytes.len() as u64, Digest::of(&bytes)));
    }
}
