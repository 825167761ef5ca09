//! Values of several columns as one text whose bytes sort as the values do.
//!
//! A sort of tables takes text but not every type that a comparison may have; this form brings all of them to it.

use arrow::array::{ArrayRef, AsArray, StringArray, StringBuilder};
use arrow::datatypes::{DataType, Float64Type};
use arrow::error::ArrowError;
use arrow::row::{RowConverter, SortField};
use std::sync::Arc;

/// Makes ordered texts of columns of certain types.
#[derive(Debug)]
pub(super) struct OrderedText(RowConverter);

impl OrderedText {
    /// For columns of these types.
    pub(super) fn new<'a>(types: impl Iterator<Item = &'a DataType>) -> Result<Self, ArrowError> {
        Ok(Self(RowConverter::new(types.map(|data_type| SortField::new(data_type.clone())).collect())?))
    }

    /// The text of every row; null where `null` says so. Nulls within a text come first.
    pub(super) fn texts(&self, columns: &[ArrayRef], null: impl Fn(usize) -> bool) -> Result<StringArray, ArrowError> {
        let columns: Vec<ArrayRef> = columns.iter().map(one_form_of_floats).collect();
        let rows = self.0.convert_columns(&columns)?;
        let mut texts = StringBuilder::with_capacity(rows.num_rows(), rows.size());
        let mut text = String::new();
        for (index, row) in rows.iter().enumerate() {
            if null(index) {
                texts.append_null();
                continue;
            }
            text.clear();
            append(&mut text, row.as_ref());
            texts.append_value(&text);
        }
        Ok(texts.finish())
    }
}

/// Floats with one zero and one NaN, as cells compare.
fn one_form_of_floats(column: &ArrayRef) -> ArrayRef {
    match column.as_primitive_opt::<Float64Type>() {
        Some(floats) => Arc::new(floats.unary::<_, Float64Type>(one_form)),
        None => Arc::clone(column),
    }
}

/// The float itself, except that there is one zero and one NaN.
pub(super) fn one_form(value: f64) -> f64 {
    if value.is_nan() {
        f64::NAN
    } else if value.to_bits() == (-0.0_f64).to_bits() {
        0.0
    } else {
        value
    }
}

/// Appends bytes as ASCII, seven bits a character, so that texts compare as the bytes do.
fn append(text: &mut String, bytes: &[u8]) {
    let (mut bits, mut held) = (0_u32, 0_u32);
    let mut push = |bits: u32| {
        let [low, ..] = (bits & 0x7f).to_le_bytes();
        text.push(char::from(low));
    };
    for byte in bytes {
        bits = (bits << 8) | u32::from(*byte);
        held += 8;
        while held >= 7 {
            held -= 7;
            push(bits >> held);
        }
    }
    if held > 0 {
        push(bits << (7 - held));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{Array, BinaryArray, Decimal256Array, Float64Array};
    use arrow::datatypes::i256;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn texts_sort_as_the_values_do(
            values in prop::collection::vec(
                (prop::option::of(any::<i64>()), prop::collection::vec(any::<u8>(), 0..20)), 0..40,
            ),
        ) {
            let wide: Decimal256Array = values.iter().map(|row| row.0.map(i256::from)).collect();
            let bytes: BinaryArray = values.iter().map(|row| Some(row.1.as_slice())).collect();
            let columns: [ArrayRef; 2] = [Arc::new(wide), Arc::new(bytes)];
            let texts = OrderedText::new(columns.iter().map(Array::data_type)).unwrap();
            let texts = texts.texts(&columns, |_| false).unwrap();
            for (row, left) in values.iter().enumerate() {
                for (other, right) in values.iter().enumerate() {
                    prop_assert_eq!(texts.value(row).cmp(texts.value(other)), left.cmp(right));
                }
            }
        }
    }

    #[test]
    fn zeros_and_nans_have_one_form() {
        let floats: ArrayRef = Arc::new(Float64Array::from(vec![0.0, -0.0, f64::NAN, -f64::NAN, -1.0]));
        let texts = OrderedText::new(std::iter::once(&DataType::Float64)).unwrap();
        let texts = texts.texts(&[floats], |row| row == 4).unwrap();
        assert_eq!((texts.value(0), texts.value(2)), (texts.value(1), texts.value(3)));
        assert!(texts.value(0) < texts.value(2) && texts.is_null(4));
    }
}
