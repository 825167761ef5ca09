//! The canonical digest of a table's rows, encoding `tieout-rows/1`.
//!
//! Equal rows in equal order have equal digests: batch sizes, the order of columns, precision, scale, null policy and
//! the file format play no part. Every byte that is hashed is laid down here, for a second implementation to repeat.
//!
//! The digest is the root of the Merkle tree of RFC 6962, section 2.1, with SHA-256 (a leaf is
//! `SHA-256(0x00 || bytes)`, a node `SHA-256(0x01 || left || right)`, the tree is split at the largest power of two
//! below its size). In all leaves the columns stand in ascending order of the UTF-8 bytes of their names; all
//! numbers are big-endian, signed ones in two's complement.
//!
//! The first leaf is the schema: the 13 bytes `tieout-rows/1`, then for each column the length of its name in bytes
//! (4 bytes), the name in UTF-8, and the byte of its family: 1 text, 2 integer, 3 decimal, 4 boolean, 5 date,
//! 6 timestamp.
//!
//! Each further leaf is a row: for each column the byte 0 if the cell is null, otherwise the byte of the family and:
//!
//! | family    | bytes |
//! | --------- | ----- |
//! | text      | length in bytes (4 bytes), then UTF-8, neither trimmed nor normalised |
//! | integer   | 8 bytes |
//! | decimal   | scale (1 byte), then the unscaled integer (16 bytes), with as few decimals as the value needs: `1.50` is scale 1 and 15, `100` and `0.00` have scale 0 |
//! | boolean   | 1 byte, 0 or 1 |
//! | date      | days since 1970-01-01 (4 bytes) |
//! | timestamp | microseconds since 1970-01-01T00:00:00 (8 bytes) |

use std::sync::Arc;

use arrow::array::{
    Array, AsArray, BooleanArray, Date32Array, Decimal128Array, Int64Array, StringArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{Date32Type, Decimal128Type, Field, Int64Type, Schema, TimestampMicrosecondType};
use arrow::record_batch::RecordBatch;
use tieout_model::{ColumnType, Digest, MerkleTree};

use crate::TableError;
use crate::schema::{house_type, names, position, refuse_duplicates};

/// The name of the encoding, which begins the first leaf.
const ENCODING: &[u8; 13] = b"tieout-rows/1";

const NULL: u8 = 0;

/// Computes the canonical digest of a table over its batches; see the encoding at the top of this file.
#[derive(Debug, Clone)]
pub struct TableDigest {
    /// Name and family of each column in ascending order of name.
    columns: Vec<(String, u8)>,
    tree: MerkleTree,
    rows: u64,
    /// The bytes of one leaf, kept for its allocation.
    leaf: Vec<u8>,
}

impl TableDigest {
    /// The digest of a table with these columns and, so far, no rows.
    pub fn new(schema: &Schema) -> Result<Self, TableError> {
        refuse_duplicates(schema)?;
        let column = |field: &Arc<Field>| Ok((field.name().clone(), family(house_type(field)?)));
        let mut columns = schema.fields().iter().map(column).collect::<Result<Vec<_>, TableError>>()?;
        columns.sort();
        let mut leaf = ENCODING.to_vec();
        for (name, family) in &columns {
            push_text(&mut leaf, name)?;
            leaf.push(*family);
        }
        let mut tree = MerkleTree::default();
        tree.push(&leaf);
        Ok(Self { columns, tree, rows: 0, leaf })
    }

    /// Adds the rows of a batch, which must have the table's columns in any order.
    pub fn update(&mut self, batch: &RecordBatch) -> Result<(), TableError> {
        let columns = self.columns_of(batch)?;
        for row in 0..batch.num_rows() {
            self.leaf.clear();
            for column in &columns {
                column.encode(row, &mut self.leaf)?;
            }
            self.tree.push(&self.leaf);
            self.rows += 1;
        }
        Ok(())
    }

    /// Rows so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The digest of all rows.
    pub fn finish(self) -> Digest {
        self.tree.root()
    }

    /// The batch's columns in the digest's order, each of its family.
    fn columns_of<'a>(&self, batch: &'a RecordBatch) -> Result<Vec<Encoded<'a>>, TableError> {
        let schema = batch.schema_ref();
        if schema.fields().len() != self.columns.len() {
            let expected: Vec<&str> = self.columns.iter().map(|(name, _)| name.as_str()).collect();
            return Err(TableError::WrongColumns { expected: expected.join(", "), found: names(schema) });
        }
        let column = |(name, expected): &(String, u8)| {
            let index = position(schema, name)?;
            let data_type = house_type(schema.field(index))?;
            if family(data_type) != *expected {
                return Err(TableError::WrongType {
                    column: name.clone(),
                    expected: "of the type that the table has".to_owned(),
                    found: data_type.to_string(),
                });
            }
            Ok(Encoded::new(batch.column(index), data_type))
        };
        self.columns.iter().map(column).collect()
    }
}

/// The byte of a type's family.
fn family(data_type: ColumnType) -> u8 {
    match data_type {
        ColumnType::Text => 1,
        ColumnType::Integer => 2,
        ColumnType::Decimal { .. } => 3,
        ColumnType::Boolean => 4,
        ColumnType::Date => 5,
        ColumnType::Timestamp => 6,
    }
}

/// A column, ready to be encoded cell by cell.
enum Encoded<'a> {
    Text(&'a StringArray),
    Integer(&'a Int64Array),
    Decimal(&'a Decimal128Array, u8),
    Boolean(&'a BooleanArray),
    Date(&'a Date32Array),
    Timestamp(&'a TimestampMicrosecondArray),
}

impl<'a> Encoded<'a> {
    fn new(array: &'a dyn Array, data_type: ColumnType) -> Self {
        match data_type {
            ColumnType::Text => Self::Text(array.as_string()),
            ColumnType::Integer => Self::Integer(array.as_primitive::<Int64Type>()),
            ColumnType::Decimal { scale, .. } => Self::Decimal(array.as_primitive::<Decimal128Type>(), scale),
            ColumnType::Boolean => Self::Boolean(array.as_boolean()),
            ColumnType::Date => Self::Date(array.as_primitive::<Date32Type>()),
            ColumnType::Timestamp => Self::Timestamp(array.as_primitive::<TimestampMicrosecondType>()),
        }
    }

    /// Appends the bytes of one cell.
    fn encode(&self, row: usize, leaf: &mut Vec<u8>) -> Result<(), TableError> {
        match self {
            Self::Text(array) if array.is_valid(row) => {
                leaf.push(1);
                push_text(leaf, array.value(row))?;
            }
            Self::Integer(array) if array.is_valid(row) => {
                leaf.push(2);
                leaf.extend_from_slice(&array.value(row).to_be_bytes());
            }
            Self::Decimal(array, scale) if array.is_valid(row) => {
                let (unscaled, scale) = normalized(array.value(row), *scale);
                leaf.extend_from_slice(&[3, scale]);
                leaf.extend_from_slice(&unscaled.to_be_bytes());
            }
            Self::Boolean(array) if array.is_valid(row) => leaf.extend_from_slice(&[4, u8::from(array.value(row))]),
            Self::Date(array) if array.is_valid(row) => {
                leaf.push(5);
                leaf.extend_from_slice(&array.value(row).to_be_bytes());
            }
            Self::Timestamp(array) if array.is_valid(row) => {
                leaf.push(6);
                leaf.extend_from_slice(&array.value(row).to_be_bytes());
            }
            _ => leaf.push(NULL),
        }
        Ok(())
    }
}

/// Appends the length of a text and the text.
fn push_text(leaf: &mut Vec<u8>, text: &str) -> Result<(), TableError> {
    let length = u32::try_from(text.len()).map_err(|_| TableError::TextTooLong { size_bytes: text.len() })?;
    leaf.extend_from_slice(&length.to_be_bytes());
    leaf.extend_from_slice(text.as_bytes());
    Ok(())
}

/// The value with as few decimals as it needs. Most amounts fit 64 bits, where division is many times as fast.
fn normalized(unscaled: i128, scale: u8) -> (i128, u8) {
    let (mut value, mut scale) = (unscaled, scale);
    if let Ok(mut small) = i64::try_from(value) {
        while scale > 0 && small % 10 == 0 {
            (small, scale) = (small / 10, scale - 1);
        }
        return (i128::from(small), scale);
    }
    while scale > 0 && value % 10 == 0 {
        (value, scale) = (value / 10, scale - 1);
    }
    (value, scale)
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::ArrayRef;
    use arrow::datatypes::{DataType, TimeUnit};
    use proptest::prelude::*;

    fn decimals(values: Vec<Option<i128>>, precision: u8, scale: i8) -> ArrayRef {
        Arc::new(Decimal128Array::from(values).with_precision_and_scale(precision, scale).unwrap())
    }

    fn digest(batches: &[RecordBatch]) -> Digest {
        let mut digest = TableDigest::new(batches[0].schema_ref()).unwrap();
        for batch in batches {
            digest.update(batch).unwrap();
        }
        digest.finish()
    }

    fn golden_batch() -> RecordBatch {
        let schema = Schema::new(vec![
            Field::new("id", DataType::Int64, false),
            Field::new("name", DataType::Utf8, true),
            Field::new("amount", DataType::Decimal128(20, 4), true),
            Field::new("open", DataType::Boolean, true),
            Field::new("day", DataType::Date32, true),
            Field::new("moment", DataType::Timestamp(TimeUnit::Microsecond, None), true),
        ]);
        let columns: Vec<ArrayRef> = vec![
            Arc::new(Int64Array::from(vec![1, -2, 3, 4])),
            Arc::new(StringArray::from(vec![Some("Ann"), Some("Bjørn"), None, Some("")])),
            decimals(vec![Some(15_000), Some(-5), None, Some(0)], 20, 4),
            Arc::new(BooleanArray::from(vec![Some(true), Some(false), None, Some(true)])),
            Arc::new(Date32Array::from(vec![Some(19_782), Some(-1), None, Some(0)])),
            Arc::new(TimestampMicrosecondArray::from(vec![Some(1_500_000), Some(-1), None, Some(0)])),
        ];
        RecordBatch::try_new(Arc::new(schema), columns).unwrap()
    }

    #[test]
    fn the_encoding_is_fixed() {
        // Computed by a second implementation of the description at the top of this file, in Python.
        let golden = "sha256:e94cdfd500d66e946855bf0c033815c0cfcf6f4ddae6bf056d62768610d1919d";
        assert_eq!(digest(&[golden_batch()]).to_string(), golden);
        let empty = "sha256:7d8288d671d1d0cdcde0cfd48b1822eefc3291efee3599c5ddda4a4fd382438b";
        assert_eq!(digest(&[golden_batch().slice(0, 0)]).to_string(), empty);
    }

    #[test]
    fn the_order_of_columns_plays_no_part() {
        let batch = golden_batch();
        assert_eq!(digest(&[batch.project(&[5, 3, 1, 0, 2, 4]).unwrap()]), digest(&[batch]));
    }

    #[test]
    fn decimals_count_by_value() {
        let one = |values, precision, scale| {
            let array = decimals(values, precision, scale);
            digest(&[RecordBatch::try_from_iter_with_nullable([("x", array, true)]).unwrap()])
        };
        assert_eq!(one(vec![Some(150), Some(0)], 10, 2), one(vec![Some(15_000), Some(0)], 38, 4));
        assert_eq!(one(vec![Some(10_i128.pow(30))], 38, 3), one(vec![Some(10_i128.pow(27))], 38, 0));
        assert_ne!(one(vec![Some(150)], 10, 2), one(vec![Some(150)], 10, 3));
        assert_ne!(one(vec![Some(0)], 10, 2), one(vec![None], 10, 2));
    }

    #[test]
    fn names_families_order_and_boundaries_play_a_part() {
        let text = |name: &str, values: Vec<&str>| {
            let array: ArrayRef = Arc::new(StringArray::from(values));
            digest(&[RecordBatch::try_from_iter_with_nullable([(name, array, true)]).unwrap()])
        };
        let base = text("x", vec!["a", "b"]);
        for other in
            [text("y", vec!["a", "b"]), text("x", vec!["b", "a"]), text("x", vec!["ab", ""]), text("x", vec!["a"])]
        {
            assert_ne!(other, base);
        }
        let integers =
            |array: ArrayRef| digest(&[RecordBatch::try_from_iter_with_nullable([("x", array, true)]).unwrap()]);
        assert_ne!(integers(Arc::new(Int64Array::from(vec![1]))), integers(decimals(vec![Some(1)], 10, 0)));
    }

    #[test]
    fn a_batch_with_other_columns_is_refused() {
        let batch = golden_batch();
        let mut digest = TableDigest::new(batch.schema_ref()).unwrap();
        assert!(matches!(digest.update(&batch.project(&[0, 1]).unwrap()), Err(TableError::WrongColumns { .. })));
        let mut digest = TableDigest::new(batch.project(&[1]).unwrap().schema_ref()).unwrap();
        assert!(matches!(digest.update(&batch.project(&[0]).unwrap()), Err(TableError::NoSuchColumn { .. })));
        let other_type: ArrayRef = Arc::new(Int64Array::from(vec![1]));
        let other_type = RecordBatch::try_from_iter([("name", other_type)]).unwrap();
        assert!(matches!(digest.update(&other_type), Err(TableError::WrongType { .. })));
        assert_eq!(digest.rows(), 0);
    }

    proptest! {
        #[test]
        fn batch_boundaries_play_no_part(
            values in prop::collection::vec((any::<Option<i64>>(), any::<Option<i64>>(), prop::option::of(".{0,8}")), 1..60),
            cuts in prop::collection::vec(0_usize..60, 0..6),
        ) {
            let integers: Int64Array = values.iter().map(|(integer, ..)| *integer).collect();
            let amounts = values.iter().map(|(_, amount, _)| amount.map(i128::from)).collect();
            let texts: StringArray = values.iter().map(|(.., text)| text.as_deref()).collect();
            let columns: [(&str, ArrayRef, bool); 3] = [
                ("b", Arc::new(integers), true), ("a", decimals(amounts, 38, 6), true), ("c", Arc::new(texts), true),
            ];
            let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut % (values.len() + 1)).collect();
            cuts.extend([0, values.len()]);
            cuts.sort_unstable();
            let parts: Vec<_> = cuts.windows(2).map(|pair| batch.slice(pair[0], pair[1] - pair[0])).collect();
            prop_assert_eq!(digest(&parts), digest(&[batch]));
        }
    }
}
