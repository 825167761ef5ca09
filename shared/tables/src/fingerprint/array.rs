//! The cells of Arrow arrays of wide types as sums, for columns that are not read from their pages directly.
//!
//! The same cells have the same sums here and there.

use arrow::array::{Array, ArrayRef, ArrowPrimitiveType, AsArray, PrimitiveArray};
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Decimal256Type, Float64Type, Int64Type, Time64MicrosecondType,
    Time64NanosecondType, TimeUnit, TimestampMicrosecondType, TimestampNanosecondType,
};

use super::CellForm;
use super::form::Scale;
use super::reading::day_length;
use super::slot::{Slot, Sum, add};

/// Adds the sums of an array's cells, one to each of `sums`; a null adds nothing and is told by its row.
///
/// The array has a type that fits the form: whoever makes the plan asks `wrong_form`.
pub(super) fn add_cells<const LANES: usize>(
    array: &ArrayRef,
    form: &CellForm,
    slot: &Slot<LANES>,
    sums: &mut [Sum<LANES>],
    is_null: &mut impl FnMut(usize),
) {
    let mut cells = Cells { array, slot, sums, is_null };
    match (form, array.data_type()) {
        (CellForm::Text(form), _) => {
            let texts = array.as_string::<i32>();
            cells.add(|row| slot.bytes(form.apply(texts.value(row)).as_bytes()));
        }
        (CellForm::Bytes, _) => {
            let bytes = array.as_binary::<i32>();
            cells.add(|row| slot.bytes(bytes.value(row)));
        }
        (CellForm::Boolean, _) => {
            let truths = array.as_boolean();
            cells.add(|row| slot.integer(truths.value(row).into()));
        }
        (CellForm::Float, _) => {
            let floats = array.as_primitive::<Float64Type>();
            cells.add(|row| slot.float(floats.value(row)));
        }
        (CellForm::Date, _) => {
            let days = array.as_primitive::<Date32Type>();
            cells.add(|row| slot.integer(days.value(row).into()));
        }
        (CellForm::Number { up }, DataType::Decimal128(..)) => {
            let (numbers, scale) = (array.as_primitive::<Decimal128Type>(), Scale::new(*up));
            cells.add(|row| scale.wide(slot, numbers.value(row)));
        }
        (CellForm::Number { up }, DataType::Decimal256(..)) => {
            let (numbers, scale) = (array.as_primitive::<Decimal256Type>(), Scale::new(*up));
            cells.add(|row| scale.huge(slot, numbers.value(row)));
        }
        (CellForm::Number { up }, _) => cells.add_scaled(array.as_primitive::<Int64Type>(), *up),
        (CellForm::Timestamp { up }, DataType::Timestamp(TimeUnit::Nanosecond, _)) => {
            cells.add_scaled(array.as_primitive::<TimestampNanosecondType>(), *up);
        }
        (CellForm::Timestamp { up }, _) => cells.add_scaled(array.as_primitive::<TimestampMicrosecondType>(), *up),
        (CellForm::DateOfTimestamp, DataType::Timestamp(unit @ TimeUnit::Nanosecond, _)) => {
            let (times, day) = (array.as_primitive::<TimestampNanosecondType>(), day_length(*unit));
            cells.add(|row| slot.integer(times.value(row).div_euclid(day)));
        }
        (CellForm::DateOfTimestamp, _) => {
            let (times, day) = (array.as_primitive::<TimestampMicrosecondType>(), day_length(TimeUnit::Microsecond));
            cells.add(|row| slot.integer(times.value(row).div_euclid(day)));
        }
        (CellForm::Time { up }, DataType::Time64(TimeUnit::Nanosecond)) => {
            cells.add_scaled(array.as_primitive::<Time64NanosecondType>(), *up);
        }
        (CellForm::Time { up }, _) => cells.add_scaled(array.as_primitive::<Time64MicrosecondType>(), *up),
    }
}

/// An array and where its sums go.
struct Cells<'a, const LANES: usize, N> {
    array: &'a ArrayRef,
    slot: &'a Slot<LANES>,
    sums: &'a mut [Sum<LANES>],
    is_null: &'a mut N,
}

impl<const LANES: usize, N: FnMut(usize)> Cells<'_, LANES, N> {
    fn add(&mut self, sum_of: impl Fn(usize) -> Sum<LANES>) {
        for (row, sum) in self.sums.iter_mut().enumerate().take(self.array.len()) {
            if self.array.is_valid(row) {
                add(sum, &sum_of(row));
            } else {
                (self.is_null)(row);
            }
        }
    }

    fn add_scaled<T: ArrowPrimitiveType<Native = i64>>(&mut self, numbers: &PrimitiveArray<T>, up: u8) {
        let (slot, scale) = (self.slot, Scale::new(up));
        self.add(|row| scale.small(slot, numbers.value(row)));
    }
}
