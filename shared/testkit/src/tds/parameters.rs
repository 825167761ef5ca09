//! Decodes the parameters of a remote call, value by value.

use std::io;

use super::buffer::{Take, malformed, text_of};
use super::request::BoundParameter;
use super::value::{TdsValue, mixed_endian};

/// Reads one parameter: name, status, type and value.
pub(super) fn parse(body: &mut Take<'_>) -> io::Result<BoundParameter> {
    let name = body.b_varchar()?;
    body.u8()?;
    let (value, scale) = value(body)?;
    Ok(BoundParameter { name, declared: String::new(), scale, value })
}

fn value(body: &mut Take<'_>) -> io::Result<(TdsValue, u8)> {
    let code = body.u8()?;
    Ok(match code {
        0x1F => (TdsValue::Null, 0),
        0x26 | 0x68 | 0x6D | 0x6E | 0x6F | 0x24 => {
            body.u8()?;
            let size = usize::from(body.u8()?);
            (sized(code, body.bytes(size)?)?, 0)
        }
        0x6A | 0x6C => {
            body.u8()?;
            body.u8()?;
            let scale = body.u8()?;
            let size = usize::from(body.u8()?);
            (decimal(body.bytes(size)?)?, scale)
        }
        0x28 => {
            let size = usize::from(body.u8()?);
            (time(code, body.bytes(size)?)?, 0)
        }
        0x29..=0x2B => {
            let scale = body.u8()?;
            let size = usize::from(body.u8()?);
            (time(code, body.bytes(size)?)?, scale)
        }
        0xA7 | 0xAF | 0xE7 | 0xEF | 0xA5 | 0xAD => (long(code, body)?, 0),
        _ => return Err(malformed("a parameter of a type that the test server does not know")),
    })
}

fn sized(code: u8, bytes: &[u8]) -> io::Result<TdsValue> {
    let mut take = Take::new(bytes);
    Ok(match (code, bytes.len()) {
        (_, 0) => TdsValue::Null,
        (0x68, 1) => TdsValue::Bit(bytes[0] != 0),
        (0x26, 1) => TdsValue::Int(i64::from(bytes[0])),
        (0x26, 2) => TdsValue::Int(i64::from(i16::from_le_bytes(take.array()?))),
        (0x26, 4) => TdsValue::Int(i64::from(i32::from_le_bytes(take.array()?))),
        (0x26, 8) => TdsValue::Int(i64::from_le_bytes(take.array()?)),
        (0x6D, 4) => TdsValue::Real(f32::from_le_bytes(take.array()?)),
        (0x6D, 8) => TdsValue::Float(f64::from_le_bytes(take.array()?)),
        (0x6E, 4) => TdsValue::Money(i64::from(i32::from_le_bytes(take.array()?))),
        (0x6E, 8) => {
            // The high half comes first.
            TdsValue::Money(i64::from_le_bytes(take.array()?).rotate_left(32))
        }
        (0x6F, 4) => TdsValue::SmallDateTime(take.u16()?, take.u16()?),
        (0x6F, 8) => TdsValue::DateTime(i32::from_le_bytes(take.array()?), take.u32()?),
        (0x24, 16) => TdsValue::Guid(mixed_endian(take.array()?)),
        _ => return Err(malformed("a parameter whose size is not one of its type")),
    })
}

fn decimal(bytes: &[u8]) -> io::Result<TdsValue> {
    let Some((sign, magnitude)) = bytes.split_first() else { return Ok(TdsValue::Null) };
    let mut wide = [0; 16];
    wide.get_mut(..magnitude.len()).ok_or_else(|| malformed("a long decimal"))?.copy_from_slice(magnitude);
    let value = i128::try_from(u128::from_le_bytes(wide)).map_err(|_| malformed("a decimal beyond 38 digits"))?;
    Ok(TdsValue::Decimal(if *sign == 0 { -value } else { value }))
}

fn time(code: u8, bytes: &[u8]) -> io::Result<TdsValue> {
    if bytes.is_empty() {
        return Ok(TdsValue::Null);
    }
    let mut take = Take::new(bytes);
    let tail = match code {
        0x28 | 0x2A => 3,
        0x2B => 5,
        _ => 0,
    };
    let units_size = bytes.len().checked_sub(tail).ok_or_else(|| malformed("a short time"))?;
    let units = take.low(units_size)?;
    if code == 0x29 {
        return Ok(TdsValue::Time(units));
    }
    let days = u32::try_from(take.low(3)?).map_err(|_| malformed("a date far away"))?;
    Ok(match code {
        0x28 => TdsValue::Date(days),
        0x2A => TdsValue::DateTime2(days, units),
        _ => TdsValue::DateTimeOffset(days, units, i16::from_le_bytes(take.array()?)),
    })
}

/// Text and bytes, in one piece or in chunks.
fn long(code: u8, body: &mut Take<'_>) -> io::Result<TdsValue> {
    let max = body.u16()?;
    if matches!(code, 0xA7 | 0xAF | 0xE7 | 0xEF) {
        body.bytes(5)?;
    }
    let bytes = if max == 0xFFFF {
        if body.u64()? == u64::MAX {
            return Ok(TdsValue::Null);
        }
        let mut bytes = Vec::new();
        while !body.is_empty() {
            let size = usize::try_from(body.u32()?).map_err(|_| malformed("a long chunk"))?;
            if size == 0 {
                break;
            }
            bytes.extend_from_slice(body.bytes(size)?);
        }
        bytes
    } else {
        let size = body.u16()?;
        if size == 0xFFFF {
            return Ok(TdsValue::Null);
        }
        body.bytes(usize::from(size))?.to_vec()
    };
    Ok(match code {
        0xE7 | 0xEF => TdsValue::Text(text_of(&bytes)?),
        0xA5 | 0xAD => TdsValue::Bytes(bytes),
        _ => TdsValue::Text(encoding_rs::WINDOWS_1252.decode(&bytes).0.into_owned()),
    })
}
