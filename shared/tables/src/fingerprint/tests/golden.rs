//! The hash is the one that is described, and cells have the same words exactly when they are the same.

use arrow::array::{
    BinaryArray, BooleanArray, Date32Array, Decimal128Array, Decimal256Array, Float32Array, Float64Array, Int16Array,
    Int64Array, StringArray, Time32MillisecondArray, Time64MicrosecondArray, Time64NanosecondArray,
    TimestampMicrosecondArray, TimestampMillisecondArray, TimestampNanosecondArray, UInt64Array,
};
use arrow::datatypes::i256;

use super::*;

const DAY: i64 = 86_400_000_000;

fn number(up: u8) -> CellForm {
    CellForm::Number { up }
}

fn decimal(value: i128, scale: i8) -> Decimal128Array {
    Decimal128Array::from(vec![value]).with_precision_and_scale(38, scale).unwrap()
}

fn huge(value: &str) -> Decimal256Array {
    let value = i256::from_string(value).unwrap();
    Decimal256Array::from(vec![value]).with_precision_and_scale(76, 0).unwrap()
}

#[test]
fn the_hash_is_fixed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("text", Arc::new(StringArray::from(vec![Some("twelve bytes"), None, Some("")]))),
        ("number", Arc::new(Int64Array::from(vec![-7, 0, i64::MAX]))),
        ("wide", Arc::new(Decimal128Array::from(vec![Some(10_i128.pow(30)), Some(-1), None]))),
        ("long", Arc::new(StringArray::from(vec!["é".repeat(600), "x".repeat(1_024), "x".repeat(1_025)]))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    written_batch(&path, &batch, WriterProperties::default());
    let column = |column, form| FingerprintColumn { column, form };
    let plan = FingerprintPlan {
        key: vec![column(0, text(&[])), column(1, number(0))],
        values: vec![column(2, number(0)), column(3, text(&[]))],
    };
    let found = all(&ParquetTable::open(&path, None).unwrap(), &plan).unwrap();
    // Computed by a second implementation of the description, in Python.
    let keys = [
        [10_679_546_804_567_328_052, 17_870_044_781_200_786_901],
        [16_748_205_492_876_014_972, 2_701_278_370_423_053_888],
        [2_324_935_434_638_325_691, 17_358_706_930_619_018_993],
    ];
    assert_eq!((found.keys.as_slice(), found.null_keys.as_slice()), (&keys[..], &[1][..]));
    assert_eq!(found.values, [7_688_279_382_427_624_053, 4_119_404_622_935_365_489, 7_764_560_567_226_398_649]);
}

#[test]
fn equal_numbers_have_equal_fingerprints_whatever_their_types() {
    let five = of_array(Int64Array::from(vec![5]), &number(0));
    assert_eq!(of_array(Int16Array::from(vec![5]), &number(0)), five);
    assert_eq!(of_array(UInt64Array::from(vec![5]), &number(0)), five);
    assert_eq!(of_array(decimal(5, 0), &number(0)), five);
    assert_eq!(of_array(huge("5"), &number(0)), five);
    assert_eq!(of_array(Int64Array::from(vec![5]), &number(2)), of_array(decimal(500, 2), &number(0)));
    assert_ne!(of_array(Int64Array::from(vec![-5]), &number(0)), five);
    for up in [1, 18, 19, 30, 37, 38] {
        let (large, scaled) = (Int64Array::from(vec![i64::MIN]), i256::from_i128(i64::MIN.into()));
        let scaled = (0..up).fold(scaled, |scaled, _| scaled.wrapping_mul(i256::from_i128(10)));
        assert_eq!(of_array(large, &number(up)), of_array(huge(&scaled.to_string()), &number(0)), "{up}");
    }
}

#[test]
fn numbers_beyond_256_bits_are_compared_by_value() {
    let of = |digits: &str, zeros: usize, up| of_array(huge(&format!("{digits}{}", "0".repeat(zeros))), &number(up));
    assert_eq!(of("12", 70, 10), of("12", 69, 11));
    assert_eq!(of("-12", 70, 76), of("-12", 72, 74));
    assert_ne!(of("12", 70, 10), of("12", 70, 11));
    assert_ne!(of("12", 70, 10), of("-12", 70, 10));
    assert_eq!(of("0", 0, 76), of_array(Int64Array::from(vec![0]), &number(0)));
}

#[test]
fn times_are_compared_at_the_finer_unit() {
    let (exact, to_nanoseconds) = (CellForm::Timestamp { up: 0 }, CellForm::Timestamp { up: 3 });
    let nanoseconds = of_array(TimestampNanosecondArray::from(vec![-2_000_000]), &exact);
    assert_eq!(of_array(TimestampMillisecondArray::from(vec![-2]), &to_nanoseconds), nanoseconds);
    assert_eq!(of_array(TimestampMicrosecondArray::from(vec![-2_000]), &to_nanoseconds), nanoseconds);
    let utc = TimestampMicrosecondArray::from(vec![-2_000]).with_timezone("UTC");
    assert_eq!(of_array(utc, &to_nanoseconds), nanoseconds);
    let far = of_array(TimestampMicrosecondArray::from(vec![i64::MAX]), &to_nanoseconds);
    assert_eq!(far, of_array(decimal(i128::from(i64::MAX) * 1_000, 0), &number(0)));
    let time = of_array(Time64NanosecondArray::from(vec![7_000_000]), &CellForm::Time { up: 0 });
    assert_eq!(of_array(Time64MicrosecondArray::from(vec![7_000]), &CellForm::Time { up: 3 }), time);
    assert_eq!(of_array(Time32MillisecondArray::from(vec![7]), &CellForm::Time { up: 3 }), time);
}

#[test]
fn the_day_of_a_timestamp_is_the_date() {
    let dates = of_array(Date32Array::from(vec![-1, 0, 0, 1]), &CellForm::Date);
    let day = CellForm::DateOfTimestamp;
    let moments = vec![-1, 0, DAY - 1, DAY];
    assert_eq!(of_array(TimestampMicrosecondArray::from(moments.clone()), &day), dates);
    let nanoseconds: Vec<i64> = moments.iter().map(|moment| moment * 1_000).collect();
    assert_eq!(of_array(TimestampNanosecondArray::from(nanoseconds), &day), dates);
    let milliseconds = TimestampMillisecondArray::from(vec![-1, 0, DAY / 1_000 - 1, DAY / 1_000]);
    assert_eq!(of_array(milliseconds, &day), dates);
}

#[test]
fn there_is_one_zero_and_one_nan() {
    let of = |value: f64| of_array(Float64Array::from(vec![value]), &CellForm::Float);
    assert_eq!(of(-0.0), of(0.0));
    assert_eq!(of(f64::NAN), of(-f64::from_bits(f64::NAN.to_bits() | 1)));
    assert_ne!(of(0.0), of(f64::MIN_POSITIVE));
    assert_ne!(of(f64::INFINITY), of(f64::NAN));
    assert_eq!(of(0.5), of_array(Float32Array::from(vec![0.5]), &CellForm::Float));
    assert_ne!(of(0.1), of_array(Float32Array::from(vec![0.1]), &CellForm::Float));
}

#[test]
fn different_cells_have_different_fingerprints() {
    let texts = |texts: Vec<Option<&str>>| {
        let prints = of_array(StringArray::from(texts), &text(&[]));
        let mut values = prints.values.clone();
        values.sort_unstable();
        values.dedup();
        assert_eq!(values.len(), prints.values.len());
        prints
    };
    let long = "x".repeat(2_000);
    let mut longer = long.clone();
    longer.replace_range(1_999.., "y");
    let prints = texts(vec![None, Some(""), Some("\0"), Some("a"), Some("a\0"), Some(&long), Some(&longer)]);
    assert_eq!(prints.null_keys, [0]);
    let truths = of_array(BooleanArray::from(vec![Some(true), Some(false), None]), &CellForm::Boolean);
    assert!(truths.values[0] != truths.values[1] && truths.values[1] != truths.values[2]);
    let bytes = of_array(BinaryArray::from(vec![&b"\xff"[..], b"\xff\0"]), &CellForm::Bytes);
    assert_ne!(bytes.values[0], bytes.values[1]);
}

#[test]
fn what_moves_from_one_column_to_the_next_changes_the_fingerprint() {
    let of = |first: &str, second: &str| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        let columns: [(&str, ArrayRef); 2] =
            [("a", Arc::new(StringArray::from(vec![first]))), ("b", Arc::new(StringArray::from(vec![second])))];
        written_batch(&path, &RecordBatch::try_from_iter(columns).unwrap(), WriterProperties::default());
        let columns: Vec<_> = (0..2).map(|column| FingerprintColumn { column, form: text(&[]) }).collect();
        let plan = FingerprintPlan { key: columns.clone(), values: columns };
        all(&ParquetTable::open(&path, None).unwrap(), &plan).unwrap()
    };
    let prints = [of("ab", "c"), of("a", "bc"), of("abc", ""), of("", "abc"), of("c", "ab")];
    for (place, print) in prints.iter().enumerate() {
        assert!(prints[..place].iter().all(|other| other.keys != print.keys && other.values != print.values));
    }
}

#[test]
fn normalised_text_is_fingerprinted_in_its_form() {
    let form = text(&[NormalisationStep::Trim, NormalisationStep::Case]);
    let texts = |texts: Vec<&str>| of_array(StringArray::from(texts), &form);
    assert_eq!(texts(vec![" Ab", "STRASSE"]), texts(vec!["aB\t", "straße"]));
    assert_ne!(texts(vec!["ab"]), texts(vec!["a b"]));
}

#[test]
fn another_secret_gives_other_fingerprints_and_is_not_shown() {
    let keys = [1, 2].map(|byte| FingerprintKeys::new([byte; 32], 1, 1));
    assert_ne!(keys[0].key.start, keys[1].key.start);
    let shown = format!("{:?}", keys[0]);
    assert_eq!(shown, "FingerprintKeys { key_columns: 1, value_columns: 1, .. }");
}

#[test]
fn a_form_that_does_not_fit_is_refused_with_the_column() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    written(&path, Arc::new(Int64Array::from(vec![1])), WriterProperties::default());
    for form in [text(&[]), CellForm::Date, CellForm::Float, CellForm::Bytes, CellForm::Time { up: 0 }] {
        let error = of_column(&path, &form).unwrap_err().to_string();
        assert!(error.starts_with("column 'x' is Int64 and must be "), "{error}");
    }
}
