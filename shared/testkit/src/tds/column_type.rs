//! The types of SQL Server and how they are described on the wire.
//!
//! A nullable column uses the form with a length before each value, a column that cannot be null the fixed form.

use std::io;

use super::buffer::{Put, malformed};

/// `SQL_Latin1_General_CP1_CI_AS`: code page 1252.
const COLLATION: [u8; 5] = [0x09, 0x04, 0xD0, 0x00, 0x34];
/// The length that announces values in chunks.
const IN_CHUNKS: u16 = 0xFFFF;

/// A type of SQL Server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TdsType {
    /// `bit`
    Bit,
    /// `tinyint`, 0 to 255
    TinyInt,
    /// `smallint`
    SmallInt,
    /// `int`
    Int,
    /// `bigint`
    BigInt,
    /// `real`
    Real,
    /// `float`
    Float,
    /// `money`
    Money,
    /// `smallmoney`
    SmallMoney,
    /// `decimal(precision, scale)`
    Decimal(u8, u8),
    /// `numeric(precision, scale)`
    Numeric(u8, u8),
    /// `date`
    Date,
    /// `time(scale)`
    Time(u8),
    /// `datetime`
    DateTime,
    /// `smalldatetime`
    SmallDateTime,
    /// `datetime2(scale)`
    DateTime2(u8),
    /// `datetimeoffset(scale)`
    DateTimeOffset(u8),
    /// `char(bytes)`
    Char(u16),
    /// `varchar(bytes)`
    VarChar(u16),
    /// `varchar(max)`
    VarCharMax,
    /// `nchar(units)`
    NChar(u16),
    /// `nvarchar(units)`
    NVarChar(u16),
    /// `nvarchar(max)`
    NVarCharMax,
    /// `binary(bytes)`
    Binary(u16),
    /// `varbinary(bytes)`
    VarBinary(u16),
    /// `varbinary(max)`
    VarBinaryMax,
    /// `uniqueidentifier`
    UniqueIdentifier,
    /// `xml`
    Xml,
    /// `text`, deprecated
    Text,
    /// `ntext`, deprecated
    NText,
    /// `image`, deprecated
    Image,
    /// `sql_variant`; only nulls can be sent
    SqlVariant,
}

impl TdsType {
    /// Whether values are sent in chunks.
    pub(super) fn in_chunks(self) -> bool {
        matches!(self, Self::VarCharMax | Self::NVarCharMax | Self::VarBinaryMax | Self::Xml)
    }

    /// Writes the type's description.
    pub(super) fn describe(self, nullable: bool, out: &mut Vec<u8>) -> io::Result<()> {
        if let Some((fixed, variable, size)) = self.fixed_form() {
            if nullable {
                out.put(&[variable, size]);
            } else {
                out.put_u8(fixed);
            }
            return Ok(());
        }
        match self {
            Self::Decimal(precision, scale) => out.put(&[0x6A, decimal_bytes(precision) + 1, precision, scale]),
            Self::Numeric(precision, scale) => out.put(&[0x6C, decimal_bytes(precision) + 1, precision, scale]),
            Self::Date => out.put_u8(0x28),
            Self::Time(scale) => out.put(&[0x29, scale]),
            Self::DateTime2(scale) => out.put(&[0x2A, scale]),
            Self::DateTimeOffset(scale) => out.put(&[0x2B, scale]),
            Self::UniqueIdentifier => out.put(&[0x24, 16]),
            Self::Xml => out.put(&[0xF1, 0]),
            Self::SqlVariant => {
                out.put_u8(0x62);
                out.put_u32(8009);
            }
            Self::Text => describe_long(0x23, true, out),
            Self::NText => describe_long(0x63, true, out),
            Self::Image => describe_long(0x22, false, out),
            _ => self.describe_text(out)?,
        }
        Ok(())
    }

    /// Code of the fixed form, code of the form with a length, and bytes of a value.
    fn fixed_form(self) -> Option<(u8, u8, u8)> {
        Some(match self {
            Self::Bit => (0x32, 0x68, 1),
            Self::TinyInt => (0x30, 0x26, 1),
            Self::SmallInt => (0x34, 0x26, 2),
            Self::Int => (0x38, 0x26, 4),
            Self::BigInt => (0x7F, 0x26, 8),
            Self::Real => (0x3B, 0x6D, 4),
            Self::Float => (0x3E, 0x6D, 8),
            Self::Money => (0x3C, 0x6E, 8),
            Self::SmallMoney => (0x7A, 0x6E, 4),
            Self::DateTime => (0x3D, 0x6F, 8),
            Self::SmallDateTime => (0x3A, 0x6F, 4),
            _ => return None,
        })
    }

    fn describe_text(self, out: &mut Vec<u8>) -> io::Result<()> {
        let units = |count: u16| count.checked_mul(2).ok_or_else(|| malformed("a column that is too wide"));
        let (code, size, is_text) = match self {
            Self::Char(size) => (0xAF, size, true),
            Self::VarChar(size) => (0xA7, size, true),
            Self::VarCharMax => (0xA7, IN_CHUNKS, true),
            Self::NChar(count) => (0xEF, units(count)?, true),
            Self::NVarChar(count) => (0xE7, units(count)?, true),
            Self::NVarCharMax => (0xE7, IN_CHUNKS, true),
            Self::Binary(size) => (0xAD, size, false),
            Self::VarBinary(size) => (0xA5, size, false),
            Self::VarBinaryMax => (0xA5, IN_CHUNKS, false),
            _ => return Err(malformed("a type without a description")),
        };
        out.put_u8(code);
        out.put_u16(size);
        if is_text {
            out.put(&COLLATION);
        }
        Ok(())
    }
}

/// `text`, `ntext` and `image` say their table, which nobody reads.
fn describe_long(code: u8, is_text: bool, out: &mut Vec<u8>) {
    out.put_u8(code);
    out.put_u32(0x7FFF_FFFF);
    if is_text {
        out.put(&COLLATION);
    }
    out.put(&[1, 1, 0, b't', 0]);
}

/// Bytes of the magnitude of a decimal.
pub(super) fn decimal_bytes(precision: u8) -> u8 {
    match precision {
        0..=9 => 4,
        10..=19 => 8,
        20..=28 => 12,
        _ => 16,
    }
}

/// Bytes of a time of day with this many decimals of a second.
pub(super) fn time_bytes(scale: u8) -> u8 {
    match scale {
        0..=2 => 3,
        3 | 4 => 4,
        _ => 5,
    }
}
