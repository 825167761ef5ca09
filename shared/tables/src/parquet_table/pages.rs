//! The pages of a column chunk, decompressed into memory that was used before.
//!
//! Snappy and Zstandard are decompressed here, whatever else there is by the reader.

use ::parquet::basic::Compression;
use ::parquet::column::page::{Page, PageReader};
use ::parquet::errors::{ParquetError, Result};
use ::parquet::file::metadata::ColumnChunkMetaData;
use ::parquet::file::serialized_reader::SerializedPageReader;
use bytes::Bytes;
use std::sync::Arc;

use super::buffers::Buffers;
use super::{PositionedFile, decoded};

/// The longest run of bytes that three bytes of Snappy stand for, and then some.
const MOST_GROWTH: usize = 32;

/// A column chunk, page by page.
pub(crate) struct ChunkPages {
    reader: SerializedPageReader<PositionedFile>,
    codec: Codec,
    buffers: Buffers,
}

/// Who decompresses.
enum Codec {
    Reader,
    Snappy(snap::raw::Decoder),
}

impl ChunkPages {
    pub(super) fn new(file: &PositionedFile, chunk: &ColumnChunkMetaData, rows: usize) -> Result<Self> {
        let codec = match chunk.compression() {
            Compression::SNAPPY => Codec::Snappy(snap::raw::Decoder::new()),
            _ => Codec::Reader,
        };
        let stored = match codec {
            Codec::Reader => None,
            // So the reader hands the pages out as they are stored.
            Codec::Snappy(_) => Some(chunk.clone().into_builder().set_compression(Compression::UNCOMPRESSED).build()?),
        };
        let reader = SerializedPageReader::new(Arc::new(file.clone()), stored.as_ref().unwrap_or(chunk), rows, None)?;
        Ok(Self { reader, codec, buffers: file.buffers() })
    }

    /// The next page.
    pub(crate) fn next(&mut self) -> Result<Option<Page>> {
        decoded(|| {
            let Some(mut page) = self.reader.get_next_page()? else { return Ok(None) };
            let Codec::Snappy(decoder) = &mut self.codec else { return Ok(Some(page)) };
            let (stored, levels) = match &mut page {
                Page::DictionaryPage { buf, .. } | Page::DataPage { buf, .. } => (buf, 0),
                Page::DataPageV2 { is_compressed: false, .. } => return Ok(Some(page)),
                Page::DataPageV2 { buf, def_levels_byte_len, rep_levels_byte_len, .. } => {
                    (buf, (*def_levels_byte_len as usize).saturating_add(*rep_levels_byte_len as usize))
                }
            };
            *stored = decompressed(decoder, &self.buffers, stored, levels)?;
            Ok(Some(page))
        })
    }
}

/// A page whose first bytes, its levels, are not compressed.
fn decompressed(decoder: &mut snap::raw::Decoder, buffers: &Buffers, stored: &Bytes, levels: usize) -> Result<Bytes> {
    let damaged = || ParquetError::General("a page is not what its header says".to_owned());
    let (levels, values) = stored.split_at_checked(levels).ok_or_else(damaged)?;
    // Before memory is taken: a damaged page can name any size. A page without values need not hold a size.
    let size = snap::raw::decompress_len(values).map_err(|_| damaged())?;
    if size > values.len().saturating_mul(MOST_GROWTH) {
        return Err(damaged());
    }
    let mut buffer = buffers.take(levels.len() + size);
    let (to_levels, to_values) = buffer.as_mut().split_at_mut(levels.len());
    to_levels.copy_from_slice(levels);
    if size > 0 {
        decoder.decompress(values, to_values).map_err(|_| damaged())?;
    }
    Ok(buffer.freeze())
}
