//! Files inside files: a mutation beneath a checksum, which would otherwise refuse it before any reader sees it.
//!
//! What was taken apart is put together whole, with right lengths and checksums.

use std::io::{Cursor, Read, Write};

use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::mutator::{Dice, mutate};

/// `bytes` mutated beneath the outermost container; `None` when there is no container, or none that opens.
pub(crate) fn mutate_inside(dice: &mut Dice, name: &str, bytes: &[u8], other: &[u8]) -> Option<Vec<u8>> {
    match name.rsplit_once('.')?.1 {
        "xlsx" => mutate_member(dice, bytes, other),
        "gz" => {
            let mut text = Vec::new();
            MultiGzDecoder::new(bytes).read_to_end(&mut text).ok()?;
            let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(&mutate(dice, &text, other)).ok()?;
            encoder.finish().ok()
        }
        "zst" => {
            let text = zstd::decode_all(bytes).ok()?;
            zstd::encode_all(mutate(dice, &text, other).as_slice(), 1).ok()
        }
        _ => None,
    }
}

/// A workbook of which one member, sometimes two, is mutated, dropped, doubled or renamed.
fn mutate_member(dice: &mut Dice, bytes: &[u8], other: &[u8]) -> Option<Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut members: Vec<(String, Vec<u8>)> = Vec::new();
    for index in 0..archive.len() {
        let mut member = archive.by_index(index).ok()?;
        let name = member.name().ok()?.into_owned();
        let mut content = Vec::new();
        member.read_to_end(&mut content).ok()?;
        members.push((name, content));
    }
    for _ in 0..=usize::from(dice.one_in(4)) {
        let index = dice.below(members.len());
        let from = dice.below(members.len());
        let other = if dice.one_in(4) { other.to_vec() } else { members.get(from)?.1.clone() };
        let (name, content) = members.get_mut(index)?;
        match dice.below(24) {
            0 => drop(members.remove(index)),
            1 => name.insert(0, 'x'),
            2 => *content = other,
            _ => *content = mutate(dice, content, &other),
        }
    }
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, content) in members {
        writer.start_file(name, options).ok()?;
        writer.write_all(&content).ok()?;
    }
    Some(writer.finish().ok()?.into_inner())
}
