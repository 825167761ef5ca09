//! Chosen rows are those that fetching gives, wherever pages, runs and nulls begin and end.

use ::parquet::file::properties::WriterVersion;
use arrow::array::{Date32Array, Decimal128Array, Int64Array, StringArray, TimestampMillisecondArray};
use arrow::buffer::BooleanBuffer;
use arrow::compute::concat_batches;

use super::*;

const ROWS: usize = 50_000;

/// Texts, large dictionaries of integers, moments and nulls in runs.
fn batch() -> RecordBatch {
    let rows = || 0..i64::try_from(ROWS).unwrap();
    let some = |row: i64, value: i64| (row % 97 > 3 && row % 3_000 > 400).then_some(value);
    let texts: StringArray =
        rows().map(|row| some(row, row).map(|row| "é".repeat(usize::try_from(row % 23).unwrap()))).collect();
    let numbers: Int64Array = rows().map(|row| Some(row * 7_919 % 30_011)).collect();
    let amounts: Decimal128Array = rows().map(|row| some(row, row * 31 % 40_009).map(i128::from)).collect();
    let dates: Date32Array = rows().map(|row| some(row, row / 5_000).map(|day| i32::try_from(day).unwrap())).collect();
    let times: TimestampMillisecondArray = rows().map(|row| some(row, row * 1_000)).collect();
    let columns: [(&str, ArrayRef); 5] = [
        ("text", Arc::new(texts)),
        ("number", Arc::new(numbers)),
        ("amount", Arc::new(amounts.with_precision_and_scale(12, 2).unwrap())),
        ("date", Arc::new(dates)),
        ("time", Arc::new(times)),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true))).unwrap()
}

fn check(properties: WriterProperties, expected: Option<&Fingerprints>) -> Fingerprints {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    written_batch(&path, &batch(), properties);
    let table = ParquetTable::open(&path, None).unwrap();
    let schema = table.schema();
    let columns = schema.fields().iter().enumerate();
    let columns = columns.map(|(column, field)| FingerprintColumn { column, form: plain_form(field.data_type()) });
    let plan = FingerprintPlan { key: Vec::new(), values: columns.collect() };
    let prints = all(&table, &plan).unwrap();
    assert!(expected.is_none_or(|expected| prints == *expected));
    let keys = FingerprintKeys::new([3; 32], 0, plan.values.len());
    for rare in [1, 3, 61, 977] {
        let rows = BooleanBuffer::collect_bool(ROWS, |row| row % rare == rare / 2);
        let chosen = table.value_fingerprints(0, &plan, &keys, &mut |window, wanted| {
            let places = (0_u32..).zip(window.first_row..window.first_row + window.values.len());
            wanted.extend(places.filter(|(_, row)| rows.value(*row)).map(|(place, _)| place));
            Ok(())
        });
        let fetched: Vec<RecordBatch> = table.fetch(0, &rows).unwrap().map(Result::unwrap).collect();
        assert!(chosen.unwrap().unwrap() == concat_batches(&schema, &fetched).unwrap());
    }
    prints
}

#[test]
fn chosen_rows_are_those_that_fetching_gives() {
    let plain = WriterProperties::builder().set_dictionary_enabled(false).set_data_page_row_count_limit(1_700);
    let prints = check(plain.set_write_batch_size(100).build(), None);
    check(WriterProperties::default(), Some(&prints));
    let second = WriterProperties::builder().set_writer_version(WriterVersion::PARQUET_2_0);
    check(second.set_dictionary_page_size_limit(100_000).build(), Some(&prints));
}
