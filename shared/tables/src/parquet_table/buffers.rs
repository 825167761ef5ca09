//! Memory for pages that is used again and again, by all threads that read a file.
//!
//! A page is large and lives for a moment: fresh memory would be zeroed by the operating system and once more here.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

/// The most bytes that wait to be used again.
const WAITING_BYTES: usize = 12 << 20;

/// Buffers that nobody uses now.
#[derive(Debug, Clone, Default)]
pub(crate) struct Buffers(Arc<Mutex<Vec<Vec<u8>>>>);

impl Buffers {
    /// A buffer of at least so many bytes; what is in it has no meaning.
    pub(crate) fn take(&self, length: usize) -> Buffer {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // The smallest that is large enough, else the largest.
        let fits = |bytes: &Vec<u8>| (bytes.len() < length, bytes.len().abs_diff(length));
        let best = waiting.iter().enumerate().min_by_key(|(_, bytes)| fits(bytes)).map(|(place, _)| place);
        let mut bytes = best.map(|place| waiting.swap_remove(place)).unwrap_or_default();
        drop(waiting);
        if bytes.len() < length {
            // Nothing of the old content is worth a copy.
            bytes.clear();
            bytes.resize(length, 0);
        }
        Buffer { bytes, length, home: self.clone() }
    }
}

/// A buffer in use.
#[derive(Debug)]
pub(crate) struct Buffer {
    bytes: Vec<u8>,
    length: usize,
    home: Buffers,
}

impl Buffer {
    pub(crate) fn as_mut(&mut self) -> &mut [u8] {
        self.bytes.get_mut(..self.length).unwrap_or_default()
    }

    /// The buffer as it is; it comes back when the last part of it is dropped.
    pub(crate) fn freeze(self) -> Bytes {
        Bytes::from_owner(self)
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let mut waiting = self.home.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.iter().map(Vec::len).sum::<usize>() + self.bytes.len() <= WAITING_BYTES {
            waiting.push(std::mem::take(&mut self.bytes));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_comes_back_when_its_last_part_is_dropped() {
        let buffers = Buffers::default();
        let waiting = || buffers.0.lock().unwrap().len();
        let mut buffer = buffers.take(10);
        buffer.as_mut().fill(7);
        let bytes = buffer.freeze();
        let part = bytes.slice(2..5);
        drop(bytes);
        assert_eq!((&*part, waiting()), (&[7; 3][..], 0));
        drop(part);
        assert_eq!(waiting(), 1);
        assert_eq!(buffers.take(4).as_ref().len(), 4);
        assert_eq!(buffers.take(20).as_ref().len(), 20);
        assert_eq!(waiting(), 1);
    }
}
