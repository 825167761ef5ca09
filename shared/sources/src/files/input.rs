//! The bytes of a file on their way in: counted, hashed, decompressed.
//!
//! The digest is taken of the very bytes that were read, so that the evidence names them and not a later version of
//! the file; a compressed file that is cut off or damaged is refused.

use std::fs::File;
use std::io::{BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use tieout_catalog::Compression;
use tieout_model::{Digest, Sha256Stream};
use tieout_pipeline::ports::SourceError;

use super::folder::InputFile;
use super::refusal::{transient, unreadable};

/// Size of a read from the file, in bytes.
const RAW_READ_BYTES: usize = 128 * 1024;

/// What was read: a file's name, size and digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Origin {
    /// Name below the data folder.
    pub(super) name: String,
    /// Bytes as they lie on the disk.
    pub(super) size_bytes: u64,
    /// Digest of those bytes.
    pub(super) digest: Digest,
    /// How its headers were matched, for evidence.
    pub(super) notes: Vec<String>,
}

/// The decompressed bytes of one file.
pub(super) struct Input {
    name: String,
    bytes: Decompressed,
}

enum Decompressed {
    Plain(RawFile),
    Gzip(Box<MultiGzDecoder<BufReader<RawFile>>>),
    Zstd(Box<zstd::Decoder<'static, BufReader<RawFile>>>),
}

/// A file that counts and hashes what is read from it.
struct RawFile {
    file: File,
    seen: Sha256Stream,
    size_bytes: u64,
    /// Whether reading itself failed, as opposed to the decompression of what was read.
    failed: bool,
}

impl Input {
    /// Opens a file.
    pub(super) fn open(file: &InputFile, compression: Compression) -> Result<Self, SourceError> {
        let name = file.name.clone();
        let raw = RawFile { file: open(file)?, seen: Sha256Stream::default(), size_bytes: 0, failed: false };
        let bytes = match resolved(compression, &name) {
            Compression::Gzip => {
                Decompressed::Gzip(Box::new(MultiGzDecoder::new(BufReader::with_capacity(RAW_READ_BYTES, raw))))
            }
            Compression::Zstd => {
                let decoder = zstd::Decoder::with_buffer(BufReader::with_capacity(RAW_READ_BYTES, raw));
                Decompressed::Zstd(Box::new(decoder.map_err(|_| transient("could not start the zstd decoder"))?))
            }
            Compression::None | Compression::ByName => Decompressed::Plain(raw),
        };
        Ok(Self { name, bytes })
    }

    /// Name of the file below the data folder.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Bytes of the file read so far, before decompression.
    pub(super) fn bytes_read(&self) -> u64 {
        self.bytes.raw().size_bytes
    }

    /// Reads the next bytes into `buffer`; 0 at the end of the file.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> Result<usize, SourceError> {
        loop {
            let result = match &mut self.bytes {
                Decompressed::Plain(file) => file.read(buffer),
                Decompressed::Gzip(decoder) => decoder.read(buffer),
                Decompressed::Zstd(decoder) => decoder.read(buffer),
            };
            match result {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.failure(&error)),
                // Without this an empty file would pass for an empty archive.
                Ok(0) if self.bytes.kind().is_some() && self.bytes_read() == 0 => {
                    return Err(self.failure(&std::io::ErrorKind::UnexpectedEof.into()));
                }
                Ok(count) => return Ok(count),
            }
        }
    }

    /// What was read. Call it when `read` has returned 0, so that it covers the whole file.
    pub(super) fn origin(self) -> Origin {
        let raw = match self.bytes {
            Decompressed::Plain(file) => file,
            Decompressed::Gzip(decoder) => decoder.into_inner().into_inner(),
            Decompressed::Zstd(decoder) => decoder.finish().into_inner(),
        };
        let (digest, size_bytes) = raw.seen.finish();
        Origin { name: self.name, size_bytes, digest, notes: Vec::new() }
    }

    fn failure(&self, error: &std::io::Error) -> SourceError {
        let name = &self.name;
        match self.bytes.kind() {
            Some(kind) if !self.bytes.raw().failed => {
                let what = match error.kind() {
                    std::io::ErrorKind::UnexpectedEof => "is cut off",
                    _ => "is damaged or holds something else",
                };
                let detail = format!("{name} is read as {kind} and {what}");
                unreadable(detail, "deliver the file again, or correct `compression`")
            }
            _ => transient(format!("{name} could not be read to its end ({})", error.kind())),
        }
    }
}

/// Opens the file itself.
pub(super) fn open(file: &InputFile) -> Result<File, SourceError> {
    File::open(&file.path).map_err(|error| {
        unreadable(
            format!("{} cannot be opened ({})", file.name, error.kind()),
            "check that the file is there and may be read",
        )
    })
}

/// The compression of a file, by its name where the definition says so.
pub(super) fn resolved(compression: Compression, name: &str) -> Compression {
    match compression {
        Compression::ByName => match name.rsplit_once('.').map(|(_, end)| end) {
            Some(end) if end.eq_ignore_ascii_case("gz") => Compression::Gzip,
            Some(end) if end.eq_ignore_ascii_case("zst") => Compression::Zstd,
            _ => Compression::None,
        },
        other => other,
    }
}

impl Decompressed {
    fn raw(&self) -> &RawFile {
        match self {
            Self::Plain(file) => file,
            Self::Gzip(decoder) => decoder.get_ref().get_ref(),
            Self::Zstd(decoder) => decoder.get_ref().get_ref(),
        }
    }

    fn kind(&self) -> Option<&'static str> {
        match self {
            Self::Plain(_) => None,
            Self::Gzip(_) => Some("gzip"),
            Self::Zstd(_) => Some("zstd"),
        }
    }
}

impl Read for RawFile {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.file.read(buffer).inspect_err(|error| {
            self.failed = error.kind() != std::io::ErrorKind::Interrupted;
        })?;
        let read = buffer.get(..count).unwrap_or_default();
        self.seen.update(read);
        self.size_bytes += read.len() as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn read_all(bytes: &[u8], name: &str, compression: Compression) -> Result<(Vec<u8>, Origin), SourceError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, bytes).unwrap();
        let file = InputFile { name: name.to_owned(), path, size_bytes: bytes.len() as u64 };
        let mut input = Input::open(&file, compression)?;
        let mut all = Vec::new();
        let mut buffer = [0; 7];
        loop {
            match input.read(&mut buffer)? {
                0 => break,
                count => all.extend_from_slice(&buffer[..count]),
            }
        }
        assert_eq!(input.bytes_read(), bytes.len() as u64);
        Ok((all, input.origin()))
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn detail(error: SourceError) -> String {
        match error {
            SourceError::Refused { code, detail, .. } => {
                assert_eq!(code, tieout_model::ReasonCode::SourceUnreadable);
                detail
            }
            SourceError::Transient { detail } => panic!("transient: {detail}"),
        }
    }

    #[test]
    fn every_member_and_frame_is_read_and_the_bytes_on_disk_are_hashed() {
        let gz = [gzip(b"first,"), gzip(b"second")].concat();
        let (text, origin) = read_all(&gz, "a.csv.gz", Compression::ByName).unwrap();
        assert_eq!(
            (text.as_slice(), origin.digest, origin.size_bytes),
            (&b"first,second"[..], Digest::of(&gz), gz.len() as u64)
        );
        let zst = [zstd::encode_all(&b"first,"[..], 0).unwrap(), zstd::encode_all(&b"second"[..], 0).unwrap()].concat();
        let (text, origin) = read_all(&zst, "a.csv.ZST", Compression::ByName).unwrap();
        assert_eq!((text.as_slice(), origin.digest), (&b"first,second"[..], Digest::of(&zst)));
        let (text, origin) = read_all(&gz, "a.csv.gz", Compression::None).unwrap();
        assert_eq!((text, origin.digest), (gz.clone(), Digest::of(&gz)));
    }

    #[test]
    fn a_compressed_file_cut_off_anywhere_is_refused() {
        let gz = gzip(b"reference;amount\nA;1.00\n");
        for length in 0..gz.len() {
            let error = read_all(&gz[..length], "a.csv.gz", Compression::ByName).unwrap_err();
            assert_eq!(detail(error), "a.csv.gz is read as gzip and is cut off", "{length}");
        }
        let zst = zstd::encode_all(&b"reference;amount\nA;1.00\n"[..], 0).unwrap();
        for length in 0..zst.len() {
            let error = read_all(&zst[..length], "a.csv.zst", Compression::ByName).unwrap_err();
            assert_eq!(detail(error), "a.csv.zst is read as zstd and is cut off", "{length}");
        }
    }

    #[test]
    fn a_damaged_file_or_another_kind_of_file_is_refused() {
        let mut gz = gzip(b"reference;amount\nA;1.00\n");
        let crc = gz.len() - 8;
        gz[crc] ^= 1;
        let trailing = [gzip(b"a"), b"not a gzip member".to_vec()].concat();
        for bytes in [gz, trailing, b"reference;amount\n".to_vec()] {
            let error = read_all(&bytes, "a.gz", Compression::ByName).unwrap_err();
            assert_eq!(detail(error), "a.gz is read as gzip and is damaged or holds something else");
        }
        let error = read_all(b"reference;amount\n", "a.zst", Compression::ByName).unwrap_err();
        assert_eq!(detail(error), "a.zst is read as zstd and is damaged or holds something else");
    }
}
