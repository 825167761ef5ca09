//! Arrow arrays of the sample run, from short lists.

use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Decimal128Array, StringArray};
use arrow::datatypes::DataType;

pub(crate) fn text(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

pub(crate) fn amounts(cents: &[i128]) -> ArrayRef {
    let values = Decimal128Array::from(cents.to_vec()).with_precision_and_scale(18, 2).unwrap();
    assert_eq!(arrow::array::Array::data_type(&values), &DataType::Decimal128(18, 2));
    Arc::new(values)
}

pub(crate) fn days(values: &[i32]) -> ArrayRef {
    Arc::new(Date32Array::from(values.to_vec()))
}
