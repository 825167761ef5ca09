//! Keys and values of every type that a table of a comparison may have.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Decimal256Array, Float64Array, Int64Array,
    Time64MicrosecondArray, Time64NanosecondArray, TimestampMicrosecondArray, TimestampNanosecondArray,
};
use arrow::datatypes::i256;
use arrow::record_batch::RecordBatch;
use arrow::util::display::array_value_to_string;
use tieout_model::{ComparisonResult, DayTolerance, Normalisation, NormalisationStep, Tolerance};
use tieout_reconcile::{ComparisonPlan, ReconcileError, SideSchema, resolve};

use super::books::{absolute, batches, by_reference, compared, exactly, names, scratch, steps};

/// A table of one key column and a value that equals it, compared with itself in another type; the result, and the
/// keys that are listed.
fn keys(left: ArrayRef, right: ArrayRef) -> Result<(ComparisonResult, Vec<String>), ReconcileError> {
    keys_in_form(left, right, Normalisation::default())
}

fn keys_in_form(
    left: ArrayRef,
    right: ArrayRef,
    normalisation: Normalisation,
) -> Result<(ComparisonResult, Vec<String>), ReconcileError> {
    let mut spec = by_reference(vec![exactly("value")]);
    spec.columns[0].normalisation = normalisation.clone();
    spec.key[0].names = names("id");
    spec.key[0].normalisation = normalisation;
    let table = |key: ArrayRef| {
        RecordBatch::try_from_iter_with_nullable([("id", Arc::clone(&key), true), ("value", key, true)]).unwrap()
    };
    compare(spec, &table(left), &table(right))
}

/// A value under one key, compared with another value.
fn value_class(left: ArrayRef, right: ArrayRef, tolerance: Tolerance) -> String {
    let mut spec = by_reference(vec![compared("value", tolerance)]);
    spec.key[0].names = names("id");
    let table = |value: ArrayRef| {
        let id: ArrayRef = Arc::new(Int64Array::from(vec![1]));
        RecordBatch::try_from_iter_with_nullable([("id", id, true), ("value", value, true)]).unwrap()
    };
    let (result, _) = compare(spec, &table(left), &table(right)).unwrap();
    let found = result.classes.iter().find(|count| count.rows > 0);
    found.unwrap().class.as_str().to_owned()
}

fn compare(
    spec: tieout_reconcile::ComparisonSpec,
    left: &RecordBatch,
    right: &RecordBatch,
) -> Result<(ComparisonResult, Vec<String>), ReconcileError> {
    let side =
        |name: &str, batch: &RecordBatch| SideSchema { name: name.into(), schema: batch.schema(), amounts: vec![] };
    let plan = ComparisonPlan::new(spec, side("left", left), side("right", right))?;
    let mut listed = Vec::new();
    let result = resolve(&plan, batches(left), batches(right), &scratch(), &mut |batch| {
        listed.extend((0..batch.num_rows()).map(|row| array_value_to_string(batch.column(1), row).unwrap()));
        Ok(())
    })?;
    Ok((result, listed))
}

fn decimals(precision: u8, scale: i8, unscaled: &[i128]) -> ArrayRef {
    let values = Decimal128Array::from_iter_values(unscaled.iter().copied());
    Arc::new(values.with_precision_and_scale(precision, scale).unwrap())
}

fn wide(scale: i8, unscaled: &[&str]) -> ArrayRef {
    let values = unscaled.iter().map(|text| i256::from_string(text).unwrap());
    Arc::new(Decimal256Array::from_iter_values(values).with_precision_and_scale(76, scale).unwrap())
}

fn micros(values: &[i64]) -> TimestampMicrosecondArray {
    TimestampMicrosecondArray::from(values.to_vec())
}

fn nanos(values: &[i64]) -> TimestampNanosecondArray {
    TimestampNanosecondArray::from(values.to_vec())
}

#[test]
fn numbers_are_equal_by_value_across_types_and_scales() {
    let integers = || -> ArrayRef { Arc::new(Int64Array::from(vec![i64::MAX, -10, 3, 2])) };
    let largest = i128::from(i64::MAX);
    for (right, shown) in [
        (decimals(20, 0, &[-10, 2, 4, largest]), ["3", "4"]),
        (decimals(21, 2, &[-1000, 200, 400, largest * 100]), ["3.00", "4.00"]),
        (
            decimals(38, 19, &[-10, 2, 4, 5].map(|value| value * 10_i128.pow(19))),
            ["3.0000000000000000000", "4.0000000000000000000"],
        ),
        (wide(1, &["40", "-100", "20"]), ["3.0", "4.0"]),
    ] {
        let (result, listed) = keys(integers(), right).unwrap();
        assert!(result.matched >= 2 && result.mismatch == 0, "{result:?}");
        assert_eq!(listed[..2], shown);
    }
    // No decimal of 38 digits holds both, so the key is shown as text.
    let (left, right) =
        (decimals(38, 0, &[1, 2, 10_i128.pow(37)]), decimals(38, 37, &[10_i128.pow(37), 3 * 10_i128.pow(37)]));
    let (result, listed) = keys(left, right).unwrap();
    assert_eq!((result.matched, result.only_left, result.only_right), (1, 2, 1));
    assert!(listed[0].starts_with("2.000") && listed[1].starts_with("3.000"), "{listed:?}");
}

#[test]
fn numbers_beyond_38_digits_compare_exactly_and_beyond_76_not_at_all() {
    let (large, larger) = (format!("1{}", "0".repeat(60)), format!("1{}1", "0".repeat(59)));
    let (result, listed) = keys(wide(2, &[&large]), wide(2, &[&large, &larger])).unwrap();
    assert_eq!((result.matched, result.only_right), (1, 1));
    assert_eq!(listed, [format!("1{}.01", "0".repeat(58))]);
    assert_eq!(value_class(wide(0, &[&large]), wide(0, &[&larger]), absolute("1")), "within_tolerance");
    assert_eq!(value_class(wide(0, &[&large]), wide(0, &[&larger]), absolute("0.9")), "mismatch");
    let error = keys(wide(0, &[&large]), wide(20, &["1"])).unwrap_err();
    assert_eq!(error.to_string(), "a number in column 'id', or a difference of two, needs more than 76 digits");
    assert!(!error.reason("c").detail.contains("000"), "no cell content");
}

#[test]
fn dates_booleans_times_and_bytes_are_keys_as_well() {
    let dates = |days: [i32; 3]| -> ArrayRef { Arc::new(Date32Array::from(days.to_vec())) };
    let (result, listed) = keys(dates([-1, 19_000, 0]), dates([-1, 1, 19_000])).unwrap();
    assert_eq!((result.matched, listed), (2, vec!["1970-01-01".to_owned(), "1970-01-02".to_owned()]));
    let flags = |values: Vec<bool>| -> ArrayRef { Arc::new(BooleanArray::from(values)) };
    let (result, listed) = keys(flags(vec![true, false]), flags(vec![true])).unwrap();
    assert_eq!((result.matched, listed), (1, vec!["false".to_owned()]));
    let (left, right) = (Time64MicrosecondArray::from(vec![5, 1]), Time64NanosecondArray::from(vec![1_000, 1_001]));
    let (result, _) = keys(Arc::new(left), Arc::new(right)).unwrap();
    assert_eq!((result.matched, result.only_left, result.only_right), (1, 1, 1));
    let bytes = |values: Vec<&[u8]>| -> ArrayRef { Arc::new(BinaryArray::from(values)) };
    let (result, _) = keys(bytes(vec![b"\xff", b"a", b""]), bytes(vec![b"", b"\xff\x00", b"\xff"])).unwrap();
    assert_eq!((result.matched, result.only_left, result.only_right), (2, 1, 1));
}

#[test]
fn timestamps_are_equal_by_instant_whatever_their_unit() {
    let (result, _) = keys(Arc::new(micros(&[1, 0, -1])), Arc::new(micros(&[0, 1, 2]))).unwrap();
    assert_eq!((result.matched, result.only_left, result.only_right), (2, 1, 1));
    let year_9999 = 253_370_764_800_000_000;
    let (left, right) = (micros(&[year_9999, 1, -1]), nanos(&[1_000, -1_000, -999]));
    let (result, listed) = keys(Arc::new(left.clone()), Arc::new(right.clone())).unwrap();
    assert_eq!((result.matched, result.only_left, result.only_right), (2, 1, 1));
    assert_eq!(listed, ["1969-12-31T23:59:59.999999001", "9999-01-01T00:00:00"]);
    let (left, right) = (left.with_timezone("UTC"), right.with_timezone("UTC"));
    let (_, listed) = keys(Arc::new(left.clone()), Arc::new(right)).unwrap();
    assert_eq!(listed, ["1969-12-31T23:59:59.999999001Z", "9999-01-01T00:00:00Z"]);
    let refused = keys(Arc::new(left), Arc::new(micros(&[1]))).unwrap_err();
    assert!(refused.reason("c").cure.contains("both or neither have a time zone"));
}

#[test]
fn a_date_matches_a_moment_of_its_day_where_that_is_declared() {
    let day = 86_400_000_000;
    let (dates, moments) = (Date32Array::from(vec![1, 0, -1]), micros(&[day, day - 1, -2 * day]));
    let date = steps(&[NormalisationStep::Date]);
    let (result, listed) = keys_in_form(Arc::new(dates.clone()), Arc::new(moments.clone()), date).unwrap();
    assert_eq!((result.matched, result.only_left, result.only_right), (2, 1, 1));
    assert_eq!(listed, ["1969-12-30", "1969-12-31"]);
    // 1970-01-02 is written as midnight, which is the date itself; 1970-01-01 as the last moment of its day.
    assert_eq!(result.details.keys_merged, 1);
    let refused = keys(Arc::new(dates), Arc::new(moments)).unwrap_err();
    assert!(refused.reason("c").cure.contains("the normalisation 'date'"));
}

#[test]
fn of_timestamps_the_whole_span_counts_against_a_tolerance_in_days() {
    let day = 86_400_000_000;
    let tolerance = Tolerance { days: Some(DayTolerance { before: 1, after: 3 }), ..Tolerance::default() };
    for (right, class) in [
        (0, "matched"),
        (3 * day, "within_tolerance"),
        (3 * day + 1, "mismatch"),
        (-day, "within_tolerance"),
        (-day - 1, "mismatch"),
    ] {
        assert_eq!(value_class(Arc::new(micros(&[0])), Arc::new(micros(&[right])), tolerance), class, "{right}");
        let right = nanos(&[right * 1_000]);
        assert_eq!(value_class(Arc::new(micros(&[0])), Arc::new(right), tolerance), class);
    }
}

#[test]
fn binary_floats_are_equal_by_value_and_no_other_way() {
    let floats = |values: Vec<f64>| -> ArrayRef { Arc::new(Float64Array::from(values)) };
    let odd = f64::from_bits(0xfff8_0000_0000_0001);
    let (result, listed) = keys(floats(vec![odd, -0.0, 0.1]), floats(vec![0.0, 0.1, f64::NAN])).unwrap();
    assert_eq!((result.matched, listed.len()), (3, 0));
    assert_eq!(
        value_class(floats(vec![0.1]), floats(vec![0.100_000_000_000_000_02]), Tolerance::default()),
        "mismatch"
    );
    let integers: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    let refused = keys(floats(vec![1.0]), integers).unwrap_err();
    assert!(refused.reason("c").cure.contains("cast the binary float to decimal"));
}
