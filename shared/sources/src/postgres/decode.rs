//! Values on the wire: which types have an exact form here, and how each is read.
//!
//! A column of another type refuses the data set before its first row; the cure is a cast in the query.

use std::fmt::Write;

use tieout_model::{Parameter, ReasonCode};
use tieout_pipeline::ports::SourceError;
use tieout_tables::TypedValue;
use tokio_postgres::types::{FromSql, Kind, Type};
use tokio_postgres::{Row, Statement};

use super::as_parameter;
use super::bind::EPOCH_DAYS;
use super::numeric::read_numeric;
use crate::files::refusal::refused;
use crate::rows::{DatabaseRows, DatabaseValue};

const DAY_MICROSECONDS: i64 = 86_400_000_000;

/// How a column is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decoder {
    Boolean,
    Integer2,
    Integer4,
    Integer8,
    /// An unsigned number of 32 bits.
    Unsigned,
    Float4,
    Float8,
    Numeric,
    Text,
    /// Text after one byte that says the version of its form.
    VersionedText,
    Bytes,
    Uuid,
    Date,
    Timestamp,
    TimestampZone,
    Time,
    TimeZone,
}

/// A value as it came.
struct Raw<'a>(Option<&'a [u8]>);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(Some(raw)))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(None))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// The decoders of the columns that the contract asks for; `None` for others, which are not read.
pub(super) fn decoders(
    path: &str,
    statement: &Statement,
    rows: &DatabaseRows,
) -> Result<Vec<Option<Decoder>>, SourceError> {
    let columns = statement.columns().iter().enumerate();
    columns
        .map(|(at, column)| match Decoder::of(Some(column.type_())) {
            _ if !rows.wants(at) => Ok(None),
            Some(decoder) => Ok(Some(decoder)),
            None => {
                let name = column.type_().name();
                let detail =
                    format!("{path}: column '{}' has type {name}, which has no exact form here", column.name());
                let cure = "cast it in the query: to numeric for amounts, otherwise to text";
                Err(refused(ReasonCode::SourceUnreadable, detail, cure))
            }
        })
        .collect()
}

impl Decoder {
    /// How a column of a type is read; `None` for a type without an exact form.
    pub(super) fn of(data_type: Option<&Type>) -> Option<Self> {
        let data_type = data_type?;
        match data_type.kind() {
            Kind::Domain(inner) => return Self::of(Some(inner)),
            Kind::Enum(_) => return Some(Self::Text),
            Kind::Simple => {}
            _ => return None,
        }
        Some(match *data_type {
            Type::BOOL => Self::Boolean,
            Type::INT2 => Self::Integer2,
            Type::INT4 => Self::Integer4,
            Type::INT8 => Self::Integer8,
            Type::OID => Self::Unsigned,
            Type::FLOAT4 => Self::Float4,
            Type::FLOAT8 => Self::Float8,
            Type::NUMERIC => Self::Numeric,
            Type::TEXT
            | Type::VARCHAR
            | Type::BPCHAR
            | Type::NAME
            | Type::CHAR
            | Type::XML
            | Type::JSON
            | Type::UNKNOWN => Self::Text,
            Type::JSONB => Self::VersionedText,
            Type::BYTEA => Self::Bytes,
            Type::UUID => Self::Uuid,
            Type::DATE => Self::Date,
            Type::TIMESTAMP => Self::Timestamp,
            Type::TIMESTAMPTZ => Self::TimestampZone,
            Type::TIME => Self::Time,
            Type::TIMETZ => Self::TimeZone,
            _ if data_type.name() == "citext" => Self::Text,
            _ => return None,
        })
    }

    /// The first value of a row as the end of a range; `None` when it cannot be one.
    pub(super) fn parameter(self, row: &Row) -> Option<Parameter> {
        as_parameter(self.read(row, 0, &mut String::new()))
    }

    /// Reads the value of a column; a text that has to be written goes to `scratch`.
    pub(super) fn read<'a>(self, row: &'a Row, column: usize, scratch: &'a mut String) -> DatabaseValue<'a> {
        match row.try_get::<_, Raw<'a>>(column) {
            Ok(Raw(Some(bytes))) => self.value(bytes, scratch).unwrap_or(DatabaseValue::Unfit("is cut short")),
            Ok(Raw(None)) => DatabaseValue::Null,
            Err(_) => DatabaseValue::Unfit("is not there"),
        }
    }

    fn value<'a>(self, bytes: &'a [u8], scratch: &'a mut String) -> Option<DatabaseValue<'a>> {
        let integer = |integer: i64| DatabaseValue::Typed(TypedValue::Integer(integer));
        Some(match self {
            Self::Boolean => DatabaseValue::Typed(TypedValue::Boolean(bytes.first()? != &0)),
            Self::Integer2 => integer(i16::from_be_bytes(bytes.try_into().ok()?).into()),
            Self::Integer4 => integer(i32::from_be_bytes(bytes.try_into().ok()?).into()),
            Self::Integer8 => integer(i64::from_be_bytes(bytes.try_into().ok()?)),
            Self::Unsigned => integer(u32::from_be_bytes(bytes.try_into().ok()?).into()),
            Self::Float4 => DatabaseValue::Float(f32::from_be_bytes(bytes.try_into().ok()?).into()),
            Self::Float8 => DatabaseValue::Float(f64::from_be_bytes(bytes.try_into().ok()?)),
            Self::Numeric => read_numeric(bytes),
            Self::Text => text(bytes),
            Self::VersionedText => text(bytes.get(1..)?),
            Self::Bytes => hexadecimal(bytes, scratch),
            Self::Uuid => uuid(bytes, scratch),
            Self::Date => match i32::from_be_bytes(bytes.try_into().ok()?) {
                i32::MAX | i32::MIN => DatabaseValue::Unfit("is infinite"),
                days => DatabaseValue::Typed(TypedValue::Date(days.checked_add(EPOCH_DAYS)?)),
            },
            Self::Timestamp => match moment(bytes) {
                Ok(moment) => DatabaseValue::Typed(TypedValue::Timestamp(moment)),
                Err(problem) => DatabaseValue::Unfit(problem),
            },
            Self::TimestampZone => match moment(bytes) {
                Ok(local) => DatabaseValue::Offset { local, minutes: 0 },
                Err(problem) => DatabaseValue::Unfit(problem),
            },
            Self::Time => {
                scratch.clear();
                write_time(i64::from_be_bytes(bytes.try_into().ok()?), scratch);
                DatabaseValue::Text(scratch)
            }
            Self::TimeZone => {
                scratch.clear();
                write_time(i64::from_be_bytes(bytes.get(..8)?.try_into().ok()?), scratch);
                // PostgreSQL counts seconds to the west.
                let west = i32::from_be_bytes(bytes.get(8..)?.try_into().ok()?);
                let (sign, minutes) = (if west > 0 { '-' } else { '+' }, west.unsigned_abs() / 60);
                let _: std::fmt::Result = write!(scratch, "{sign}{:02}:{:02}", minutes / 60, minutes % 60);
                DatabaseValue::Text(scratch)
            }
        })
    }
}

fn text(bytes: &[u8]) -> DatabaseValue<'_> {
    std::str::from_utf8(bytes).map_or(DatabaseValue::Unfit("is not UTF-8"), DatabaseValue::Text)
}

/// Microseconds since 1970-01-01T00:00:00, or why there are none.
fn moment(bytes: &[u8]) -> Result<i64, &'static str> {
    match i64::from_be_bytes(bytes.try_into().map_err(|_| "is cut short")?) {
        i64::MAX | i64::MIN => Err("is infinite"),
        since => since.checked_add(i64::from(EPOCH_DAYS) * DAY_MICROSECONDS).ok_or("is not a date of the calendar"),
    }
}

/// As `PostgreSQL` prints it: `\x` and two digits a byte.
fn hexadecimal<'a>(bytes: &[u8], scratch: &'a mut String) -> DatabaseValue<'a> {
    scratch.clear();
    scratch.push_str("\\x");
    for byte in bytes {
        let _: std::fmt::Result = write!(scratch, "{byte:02x}");
    }
    DatabaseValue::Text(scratch)
}

fn uuid<'a>(bytes: &[u8], scratch: &'a mut String) -> DatabaseValue<'a> {
    scratch.clear();
    for (at, byte) in bytes.iter().enumerate() {
        let hyphen = if matches!(at, 4 | 6 | 8 | 10) { "-" } else { "" };
        let _: std::fmt::Result = write!(scratch, "{hyphen}{byte:02x}");
    }
    DatabaseValue::Text(scratch)
}

fn write_time(microseconds: i64, out: &mut String) {
    let (seconds, rest) = (microseconds / 1_000_000, microseconds % 1_000_000);
    let _: std::fmt::Result = write!(out, "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if rest != 0 {
        let _: std::fmt::Result = write!(out, ".{rest:06}");
    }
}
