//! A column of an answer.

use std::io;

use super::buffer::Put;
use super::column_type::TdsType;

/// Name, type and nullability of a column of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TdsColumn {
    /// Name as in the result.
    pub name: String,
    /// Type.
    pub column_type: TdsType,
    /// Whether nulls may come; decides between the two wire forms of numbers.
    pub nullable: bool,
}

impl TdsColumn {
    /// A column that may hold nulls.
    pub fn new(name: &str, column_type: TdsType) -> Self {
        Self { name: name.to_owned(), column_type, nullable: true }
    }

    /// A column that holds none.
    pub fn required(name: &str, column_type: TdsType) -> Self {
        Self { name: name.to_owned(), column_type, nullable: false }
    }

    /// Writes the column's part of COLMETADATA.
    pub(super) fn describe(&self, out: &mut Vec<u8>) -> io::Result<()> {
        out.put_u32(0);
        out.put_u16(if self.nullable { 0x0009 } else { 0x0008 });
        self.column_type.describe(self.nullable, out)?;
        out.put_b_varchar(&self.name)
    }
}
