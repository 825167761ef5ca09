//! The sort against the standard library's, with buffers so small that almost everything goes to the scratch folder.

use std::cmp::Ordering;

use arrow::array::{Array, ArrayRef, AsArray, Decimal128Array, Int64Array, StringArray};
use arrow::datatypes::{Decimal128Type, Int64Type};
use proptest::prelude::*;

use super::*;

/// Text, amount, and the row's number in the input, which shows whether the sort is stable.
type Row = (Option<String>, Option<i128>, i64);

fn batch(rows: &[Row]) -> RecordBatch {
    let texts: StringArray = rows.iter().map(|row| row.0.as_deref()).collect();
    let amounts: Decimal128Array = rows.iter().map(|row| row.1).collect();
    let numbers: Int64Array = rows.iter().map(|row| Some(row.2)).collect();
    let columns: [(&str, ArrayRef, bool); 3] = [
        ("text", Arc::new(texts), true),
        ("amount", Arc::new(amounts.with_precision_and_scale(20, 2).unwrap()), true),
        ("number", Arc::new(numbers), true),
    ];
    RecordBatch::try_from_iter_with_nullable(columns).unwrap()
}

fn rows(batch: &RecordBatch) -> Vec<Row> {
    let texts = batch.column(0).as_string::<i32>();
    let amounts = batch.column(1).as_primitive::<Decimal128Type>();
    let numbers = batch.column(2).as_primitive::<Int64Type>();
    let row = |row: usize| {
        let text = texts.is_valid(row).then(|| texts.value(row).to_owned());
        (text, amounts.is_valid(row).then(|| amounts.value(row)), numbers.value(row))
    };
    (0..batch.num_rows()).map(row).collect()
}

fn key(columns: &[&str]) -> Vec<String> {
    columns.iter().map(|&column| column.to_owned()).collect()
}

fn sorted(batches: &[RecordBatch], columns: &[&str], limits: Limits) -> Vec<Row> {
    let scratch = tempfile::tempdir().unwrap();
    let mut sorter = Sorter::with_limits(batches[0].schema(), &key(columns), scratch.path(), limits).unwrap();
    for batch in batches {
        sorter.push(batch.clone()).unwrap();
    }
    let rows = sorter.finish().unwrap().flat_map(|batch| rows(&batch.unwrap())).collect();
    assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 0, "the scratch files are gone");
    rows
}

fn by(columns: &[&str]) -> impl Fn(&Row, &Row) -> Ordering {
    let columns = key(columns);
    move |left: &Row, right: &Row| {
        let column = |name: &String| if name == "text" { left.0.cmp(&right.0) } else { left.1.cmp(&right.1) };
        columns.iter().map(column).fold(Ordering::Equal, Ordering::then)
    }
}

fn numbered(values: Vec<(Option<String>, Option<i128>)>) -> Vec<Row> {
    values.into_iter().zip(0..).map(|((text, amount), number)| (text, amount, number)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn sorts_as_the_standard_library_does(
        values in prop::collection::vec((prop::option::of("[a-c\\x00é]{0,12}"), prop::option::of(-3_i128..3)), 1..300),
        batch_rows in 1_usize..40,
        buffer_bytes in 1_usize..20_000,
        run_batch_bytes in 1_usize..2_000,
        fan_in in 2_usize..6,
        columns in prop::sample::select(vec![vec!["text"], vec!["amount", "text"], vec!["amount"], vec![]]),
    ) {
        let mut expected = numbered(values);
        let whole = batch(&expected);
        let batches: Vec<_> = (0..expected.len())
            .step_by(batch_rows)
            .map(|start| whole.slice(start, batch_rows.min(expected.len() - start)))
            .collect();
        expected.sort_by(by(&columns));
        let limits = Limits { buffer_bytes, run_batch_bytes, fan_in };
        prop_assert_eq!(&sorted(&batches, &columns, limits), &expected);
        prop_assert_eq!(&sorted(&batches, &columns, LIMITS), &expected);
    }
}

#[test]
fn nothing_goes_to_the_scratch_folder_when_it_fits() {
    let absent = Path::new("/nonexistent/scratch");
    let batch = batch(&numbered(vec![(Some("b".to_owned()), None), (Some("a".to_owned()), None)]));
    let mut sorter = Sorter::new(batch.schema(), &key(&["text"]), absent).unwrap();
    sorter.push(batch.clone()).unwrap();
    assert_eq!(sorter.finish().unwrap().map(|batch| batch.unwrap().num_rows()).sum::<usize>(), 2);
    let tiny = Limits { buffer_bytes: 1, ..LIMITS };
    let mut sorter = Sorter::with_limits(batch.schema(), &key(&["text"]), absent, tiny).unwrap();
    let error = sorter.push(batch).unwrap_err();
    assert_eq!(error.to_string(), "could not make a folder in '/nonexistent/scratch'");
}

#[test]
fn the_files_are_gone_when_a_sorter_is_given_up() {
    let scratch = tempfile::tempdir().unwrap();
    let batch = batch(&numbered(vec![(None, Some(1)), (None, Some(2))]));
    let tiny = Limits { buffer_bytes: 1, ..LIMITS };
    let mut sorter = Sorter::with_limits(batch.schema(), &key(&["amount"]), scratch.path(), tiny).unwrap();
    sorter.push(batch).unwrap();
    assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 1);
    drop(sorter);
    assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 0);
}

#[test]
fn a_slice_counts_for_its_own_rows_only() {
    let whole = batch(&numbered(vec![(Some("a".to_owned()), Some(1)); 8_000]));
    let key = SortKey::new(whole.schema_ref(), &key(&["text"])).unwrap();
    let mut buffer = Buffer::default();
    for row in 0..8 {
        buffer.push(whole.slice(row, 1), &key).unwrap();
    }
    assert!(buffer.size_bytes() < whole.get_array_memory_size(), "{}", buffer.size_bytes());
}

#[test]
fn an_absent_key_or_another_table_is_refused() {
    let scratch = tempfile::tempdir().unwrap();
    let whole = batch(&numbered(vec![(None, None)]));
    assert!(Sorter::new(whole.schema(), &key(&["absent"]), scratch.path()).is_err());
    let mut sorter = Sorter::new(whole.schema(), &key(&["text"]), scratch.path()).unwrap();
    assert!(matches!(sorter.push(whole.project(&[0, 1]).unwrap()), Err(TableError::WrongColumns { .. })));
}

#[test]
fn no_rows_stay_no_rows() {
    let scratch = tempfile::tempdir().unwrap();
    let sorter = Sorter::new(batch(&[]).schema(), &key(&["text"]), scratch.path()).unwrap();
    assert_eq!(sorter.finish().unwrap().count(), 0);
}

#[test]
fn every_type_that_a_comparison_may_have_sorts_with_nulls_first() {
    use arrow::array::{
        BinaryArray, Decimal256Array, Float64Array, Time64NanosecondArray, TimestampMicrosecondArray,
        TimestampNanosecondArray,
    };
    use arrow::datatypes::i256;
    let huge = i256::from_i128(i128::MAX);
    let wide = Decimal256Array::from(vec![Some(huge), None, Some(i256::MINUS_ONE)]);
    let bytes: Vec<Option<&[u8]>> = vec![Some(b"\xff"), None, Some(b"")];
    let columns: [ArrayRef; 6] = [
        Arc::new(wide.with_precision_and_scale(50, 2).unwrap()),
        Arc::new(Float64Array::from(vec![Some(1.5), None, Some(-0.0)])),
        Arc::new(BinaryArray::from(bytes)),
        Arc::new(Time64NanosecondArray::from(vec![Some(2), None, Some(1)])),
        Arc::new(TimestampNanosecondArray::from(vec![Some(2), None, Some(-1)])),
        Arc::new(TimestampMicrosecondArray::from(vec![Some(2), None, Some(-1)]).with_timezone("UTC")),
    ];
    for column in columns {
        let scratch = tempfile::tempdir().unwrap();
        let number: ArrayRef = Arc::new(Int64Array::from(vec![2, 0, 1]));
        let batch =
            RecordBatch::try_from_iter_with_nullable([("key", column, true), ("number", number, true)]).unwrap();
        let tiny = Limits { buffer_bytes: 1, run_batch_bytes: 1, fan_in: 2 };
        let mut sorter = Sorter::with_limits(batch.schema(), &key(&["key"]), scratch.path(), tiny).unwrap();
        for row in 0..3 {
            sorter.push(batch.slice(row, 1)).unwrap();
        }
        let numbers = sorter
            .finish()
            .unwrap()
            .flat_map(|batch| batch.unwrap().column(1).as_primitive::<Int64Type>().values().to_vec());
        assert_eq!(numbers.collect::<Vec<_>>(), [0, 1, 2], "{}", batch.schema().field(0).data_type());
    }
}
