//! What a file says is read, whole or in part, and what is not as it says is an error.

use std::fs::File;

use ::parquet::arrow::ArrowWriter;
use ::parquet::file::properties::{EnabledStatistics, WriterProperties};
use arrow::array::{ArrayRef, BooleanArray, Int32Array, Int64Array, ListArray, StringArray};
use arrow::compute::{concat_batches, filter_record_batch};
use arrow::datatypes::Int64Type;

use super::*;
use crate::{CellForm, FingerprintColumn, FingerprintKeys, FingerprintPlan};

fn table(rows: i32) -> RecordBatch {
    let columns: Vec<(&str, ArrayRef, bool)> = vec![
        ("number", Arc::new((0..rows).collect::<Int32Array>()), false),
        (
            "text",
            Arc::new((0..rows).map(|row| (row % 7 != 0).then(|| format!("text {row}"))).collect::<StringArray>()),
            true,
        ),
        ("large", Arc::new((0..rows).map(|row| Some(i64::from(row) << 33)).collect::<Int64Array>()), true),
    ];
    RecordBatch::try_from_iter_with_nullable(columns).unwrap()
}

fn written(path: &Path, batch: &RecordBatch, statistics: EnabledStatistics) {
    let properties = WriterProperties::builder()
        .set_statistics_enabled(statistics)
        .set_offset_index_disabled(statistics == EnabledStatistics::None)
        .set_max_row_group_row_count(Some(10_000))
        .set_data_page_row_count_limit(500)
        .set_write_batch_size(100)
        .build();
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), Some(properties)).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

fn put_together(table: &ParquetTable, batches: impl Iterator<Item = Result<RecordBatch, TableError>>) -> RecordBatch {
    concat_batches(&table.schema(), &batches.map(Result::unwrap).collect::<Vec<_>>()).unwrap()
}

#[test]
fn a_file_is_read_by_row_group_in_wide_types() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    written(&path, &table(25_000), EnabledStatistics::Page);
    let read = ParquetTable::open(&path, None).unwrap();
    assert_eq!((read.rows(), read.groups(), read.path()), (25_000, 3, path.as_path()));
    assert_eq!((0..4).map(|group| read.group_rows(group)).collect::<Vec<_>>(), [10_000, 10_000, 5_000, 0]);
    let expected = crate::to_wide(&table(25_000), &read.schema()).unwrap();
    let groups = (0..3).flat_map(|group| read.read_group(group, &[0, 1, 2]).unwrap());
    assert_eq!(put_together(&read, groups), expected);
    let mut two = read.read_group(2, &[2, 0]).unwrap();
    let batch = two.next().unwrap().unwrap();
    assert_eq!(batch, expected.slice(20_000, 5_000).project(&[2, 0]).unwrap());
    assert!(two.next().is_none());
    assert!(read.read_group(3, &[0]).is_err() && read.read_group(0, &[3]).is_err());
    assert_eq!(read.read_group(2, &[]).unwrap().map(|batch| batch.unwrap().num_rows()).sum::<usize>(), 5_000);
}

#[test]
fn the_rows_that_are_asked_for_are_fetched_with_and_without_a_page_index() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    for statistics in [EnabledStatistics::Page, EnabledStatistics::None] {
        written(&path, &table(12_000), statistics);
        let read = ParquetTable::open(&path, None).unwrap();
        let has_index = read.file_metadata().offset_index().is_some_and(|index| !index.iter().all(Vec::is_empty));
        assert_eq!(has_index, statistics == EnabledStatistics::Page);
        let group = crate::to_wide(&table(12_000), &read.schema()).unwrap().slice(0, 10_000);
        let sparse = |row: usize| row % 997 == 3 || (4_000..4_300).contains(&row);
        for wanted in
            [&sparse as &dyn Fn(usize) -> bool, &|row| row % 2 == 0, &|_| true, &|_| false, &|row| row == 9_999]
        {
            let bits: BooleanBuffer = (0..10_000).map(wanted).collect();
            let expected = filter_record_batch(&group, &BooleanArray::new(bits.clone(), None)).unwrap();
            assert_eq!(put_together(&read, read.fetch(0, &bits).unwrap()), expected);
        }
        assert!(read.fetch(1, &BooleanBuffer::new_set(10_000)).is_err());
    }
}

#[test]
fn only_selected_columns_must_be_of_a_known_type() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    let lists = ListArray::from_iter_primitive::<Int64Type, _, _>([Some([Some(1), None])]);
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("lists", Arc::new(lists)),
        ("b", Arc::new(Int64Array::from(vec![7]))),
        ("a", Arc::new(StringArray::from(vec!["x"]))),
    ];
    written(&path, &RecordBatch::try_from_iter(columns).unwrap(), EnabledStatistics::Page);
    let error = ParquetTable::open(&path, None).unwrap_err().to_string();
    assert!(error.starts_with("column 'lists' has type List") && error.contains("leave the column out"), "{error}");
    let names = ["a", "b"].map(str::to_owned);
    let table = ParquetTable::open(&path, Some(&names)).unwrap();
    assert_eq!(crate::schema::names(&table.schema()), "b, a");
    let batch = table.read_group(0, &[0, 1]).unwrap().next().unwrap().unwrap();
    assert_eq!(crate::cell_text(batch.column(0), 0).unwrap().unwrap(), "7");
    let missing = ParquetTable::open(&path, Some(&["c".to_owned()])).unwrap_err();
    assert!(matches!(missing, TableError::NoSuchColumn { column } if column == "c"));
}

#[test]
fn what_is_no_whole_parquet_file_is_refused_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    let refused = || ParquetTable::open(&path, None).unwrap_err().to_string();
    assert!(refused().starts_with("could not open '/"));
    for bytes in [&b""[..], b"not a table", b"PAR1PAR1"] {
        std::fs::write(&path, bytes).unwrap();
        assert!(refused().starts_with("could not open the Parquet file '/"));
    }
    written(&path, &table(1_000), EnabledStatistics::Page);
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 9]).unwrap();
    assert!(refused().starts_with("could not open the Parquet file '/"));
    // The end is there and the beginning is not.
    std::fs::write(&path, &bytes[bytes.len() / 2..]).unwrap();
    let read = ParquetTable::open(&path, None);
    assert!(read.and_then(|table| table.read_group(0, &[0, 1, 2])?.try_for_each(|batch| batch.map(drop))).is_err());
}

#[test]
fn another_number_of_rows_than_the_footer_says_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    written(&path, &table(6_000), EnabledStatistics::None);
    for said in [5_999, 6_001, 1, 20_000] {
        let mut table = ParquetTable::open(&path, None).unwrap();
        table.group_rows = vec![said];
        let read = table.read_group(0, &[0, 1, 2]).unwrap().try_for_each(|batch| batch.map(drop));
        assert!(read.is_err(), "{said}");
        for column in 0..3 {
            let form =
                if column == 1 { CellForm::Text(crate::TextForm::default()) } else { CellForm::Number { up: 0 } };
            let plan = FingerprintPlan { key: vec![FingerprintColumn { column, form }], values: Vec::new() };
            let error = table.fingerprint(0, &plan, &FingerprintKeys::new([0; 32], 1, 0), &mut |_| Ok(()));
            let error = error.unwrap_err().to_string();
            assert!(error.contains("is damaged: column '") && error.contains("rows than the footer says"), "{error}");
        }
    }
}

#[test]
fn a_table_is_read_by_several_threads_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    written(&path, &table(40_000), EnabledStatistics::Page);
    let read = ParquetTable::open(&path, None).unwrap();
    let expected = crate::to_wide(&table(40_000), &read.schema()).unwrap();
    std::thread::scope(|scope| {
        for group in 0..4 {
            let (read, expected) = (&read, &expected);
            scope.spawn(move || {
                for _ in 0..5 {
                    let batches = read.read_group(group, &[0, 1, 2]).unwrap();
                    assert_eq!(put_together(read, batches), expected.slice(group * 10_000, 10_000));
                }
            });
        }
    });
}
