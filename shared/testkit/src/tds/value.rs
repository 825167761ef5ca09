//! Values as SQL Server holds them, and their bytes on the wire.
//!
//! Every value is exact: decimals are whole numbers of their last digit, times are whole ticks. What does not fit its
//! column is an error of the test, not another value.

use std::io;

use super::buffer::{Put, malformed, utf16};
use super::column::TdsColumn;
use super::column_type::{TdsType, decimal_bytes, time_bytes};

/// A value of a column or a parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum TdsValue {
    /// Null of any type.
    Null,
    /// `bit`
    Bit(bool),
    /// `tinyint`, `smallint`, `int`, `bigint`
    Int(i64),
    /// `decimal`, `numeric`: the value times 10^scale
    Decimal(i128),
    /// `money`, `smallmoney`: the value times 10,000
    Money(i64),
    /// `real`
    Real(f32),
    /// `float`
    Float(f64),
    /// `date`: days since 0001-01-01
    Date(u32),
    /// `time`: units of its last digit since midnight
    Time(u64),
    /// `datetime`: days since 1900-01-01 and three-hundredths of a second
    DateTime(i32, u32),
    /// `smalldatetime`: days since 1900-01-01 and minutes
    SmallDateTime(u16, u16),
    /// `datetime2`: days since 0001-01-01 and units of its last digit
    DateTime2(u32, u64),
    /// `datetimeoffset`: days and units in UTC, and the offset in minutes
    DateTimeOffset(u32, u64, i16),
    /// Text of any character type, and `xml`
    Text(String),
    /// `binary`, `varbinary`, `image`
    Bytes(Vec<u8>),
    /// `uniqueidentifier`, in the order of its text form
    Guid([u8; 16]),
}

impl TdsValue {
    /// Text.
    pub fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    /// Writes the value as a cell of a column; values in chunks are cut into `chunk_bytes`.
    pub(super) fn encode(&self, column: &TdsColumn, chunk_bytes: usize, out: &mut Vec<u8>) -> io::Result<()> {
        let column_type = column.column_type;
        match (column_type, self) {
            (_, Self::Null) => encode_null(column, out),
            (TdsType::Decimal(precision, _) | TdsType::Numeric(precision, _), Self::Decimal(value)) => {
                encode_decimal(*value, precision, out)
            }
            (TdsType::Time(scale), Self::Time(units)) => {
                out.put_u8(time_bytes(scale));
                out.put_low(*units, usize::from(time_bytes(scale)));
                Ok(())
            }
            (TdsType::Date, Self::Date(days)) => {
                out.put_u8(3);
                out.put_low(u64::from(*days), 3);
                Ok(())
            }
            (TdsType::DateTime2(scale), Self::DateTime2(days, units)) => {
                out.put_u8(time_bytes(scale) + 3);
                out.put_low(*units, usize::from(time_bytes(scale)));
                out.put_low(u64::from(*days), 3);
                Ok(())
            }
            (TdsType::DateTimeOffset(scale), Self::DateTimeOffset(days, units, offset)) => {
                out.put_u8(time_bytes(scale) + 5);
                out.put_low(*units, usize::from(time_bytes(scale)));
                out.put_low(u64::from(*days), 3);
                out.put(&offset.to_le_bytes());
                Ok(())
            }
            (TdsType::UniqueIdentifier, Self::Guid(bytes)) => {
                out.put_u8(16);
                out.put(&mixed_endian(*bytes));
                Ok(())
            }
            (_, Self::Text(text)) => encode_bytes(column_type, &characters(column_type, text)?, chunk_bytes, out),
            (_, Self::Bytes(bytes)) => encode_bytes(column_type, bytes, chunk_bytes, out),
            _ => self.encode_number(column, out),
        }
    }

    /// Numbers have the same bytes in both forms; the nullable form has their count in front.
    fn encode_number(&self, column: &TdsColumn, out: &mut Vec<u8>) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(8);
        let wrong = || malformed(&format!("column '{}' cannot hold this value", column.name));
        match (column.column_type, self) {
            (TdsType::Bit, Self::Bit(value)) => bytes.put_u8(u8::from(*value)),
            (TdsType::TinyInt, Self::Int(value)) => bytes.put_u8(u8::try_from(*value).map_err(|_| wrong())?),
            (TdsType::SmallInt, Self::Int(value)) => {
                bytes.put(&i16::try_from(*value).map_err(|_| wrong())?.to_le_bytes());
            }
            (TdsType::Int, Self::Int(value)) => bytes.put(&i32::try_from(*value).map_err(|_| wrong())?.to_le_bytes()),
            (TdsType::BigInt, Self::Int(value)) => bytes.put(&value.to_le_bytes()),
            (TdsType::Real, Self::Real(value)) => bytes.put(&value.to_le_bytes()),
            (TdsType::Float, Self::Float(value)) => bytes.put(&value.to_le_bytes()),
            (TdsType::SmallMoney, Self::Money(value)) => {
                bytes.put(&i32::try_from(*value).map_err(|_| wrong())?.to_le_bytes());
            }
            (TdsType::Money, Self::Money(value)) => {
                // The high half comes first.
                bytes.put(&value.rotate_left(32).to_le_bytes());
            }
            (TdsType::DateTime, Self::DateTime(days, ticks)) => {
                bytes.put(&days.to_le_bytes());
                bytes.put_u32(*ticks);
            }
            (TdsType::SmallDateTime, Self::SmallDateTime(days, minutes)) => {
                bytes.put_u16(*days);
                bytes.put_u16(*minutes);
            }
            _ => return Err(wrong()),
        }
        if column.nullable {
            out.put_size_u8(bytes.len())?;
        }
        out.extend(bytes);
        Ok(())
    }
}

fn encode_null(column: &TdsColumn, out: &mut Vec<u8>) -> io::Result<()> {
    if !column.nullable {
        return Err(malformed(&format!("column '{}' holds no nulls", column.name)));
    }
    match column.column_type {
        column_type if column_type.in_chunks() => out.put_u64(u64::MAX),
        TdsType::Char(_)
        | TdsType::VarChar(_)
        | TdsType::NChar(_)
        | TdsType::NVarChar(_)
        | TdsType::Binary(_)
        | TdsType::VarBinary(_) => out.put_u16(u16::MAX),
        TdsType::SqlVariant => out.put_u32(0),
        _ => out.put_u8(0),
    }
    Ok(())
}

fn encode_decimal(value: i128, precision: u8, out: &mut Vec<u8>) -> io::Result<()> {
    let count = usize::from(decimal_bytes(precision));
    let magnitude = value.unsigned_abs().to_le_bytes();
    if magnitude[count..].iter().any(|byte| *byte != 0) {
        return Err(malformed("a decimal has more digits than its column"));
    }
    out.put_size_u8(count + 1)?;
    out.put_u8(u8::from(value >= 0));
    out.put(&magnitude[..count]);
    Ok(())
}

/// Text in the encoding of its type: code page 1252, or UTF-16LE.
fn characters(column_type: TdsType, text: &str) -> io::Result<Vec<u8>> {
    match column_type {
        TdsType::Char(_) | TdsType::VarChar(_) | TdsType::VarCharMax | TdsType::Text => {
            let (bytes, _, unmappable) = encoding_rs::WINDOWS_1252.encode(text);
            if unmappable { Err(malformed("text that code page 1252 does not have")) } else { Ok(bytes.into_owned()) }
        }
        _ => Ok(utf16(text)),
    }
}

fn encode_bytes(column_type: TdsType, bytes: &[u8], chunk_bytes: usize, out: &mut Vec<u8>) -> io::Result<()> {
    match column_type {
        column_type if column_type.in_chunks() => {
            // The length is said to be unknown, as SQL Server does for long values.
            out.put_u64(u64::MAX - 1);
            for chunk in bytes.chunks(chunk_bytes.max(1)) {
                out.put_u32(u32::try_from(chunk.len()).map_err(|_| malformed("a chunk of more than 4 GB"))?);
                out.put(chunk);
            }
            out.put_u32(0);
        }
        TdsType::Text | TdsType::NText | TdsType::Image => {
            out.put_u8(16);
            out.put(&[0xAB; 16]);
            out.put(&[0; 8]);
            out.put_u32(u32::try_from(bytes.len()).map_err(|_| malformed("a text of more than 4 GB"))?);
            out.put(bytes);
        }
        _ => {
            out.put_size_u16(bytes.len())?;
            out.put(bytes);
        }
    }
    Ok(())
}

/// The first three groups of a GUID are little-endian on the wire.
pub(super) fn mixed_endian(mut bytes: [u8; 16]) -> [u8; 16] {
    bytes[0..4].reverse();
    bytes[4..6].reverse();
    bytes[6..8].reverse();
    bytes
}
