//! Whatever bytes a file has, fingerprinting it ends in fingerprints or in an error that names file and column.

use ::parquet::basic::{Compression, Encoding};
use ::parquet::data_type::{ByteArray, ByteArrayType};
use ::parquet::file::properties::WriterVersion;
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::parser::parse_message_type;
use arrow::array::{Int64Array, StringArray, TimestampMillisecondArray};
use proptest::prelude::*;

use super::*;

/// A file whose only column has these bytes as values, under a Parquet schema of any kind.
fn of_values(path: &Path, schema: &str, values: &[&[u8]]) {
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let mut writer = SerializedFileWriter::new(File::create(path).unwrap(), schema, Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    let values: Vec<ByteArray> = values.iter().map(|value| value.to_vec().into()).collect();
    column.typed::<ByteArrayType>().write_batch(&values, None, None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.close().unwrap();
}

fn problem(path: &Path, form: &CellForm) -> String {
    let error = of_column(path, form).unwrap_err().to_string();
    let start = format!("the Parquet file '{}' is damaged: column 'x' ", path.display());
    error.strip_prefix(&start).unwrap_or_else(|| panic!("{error}")).to_owned()
}

#[test]
fn text_that_is_not_utf8_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    let schema = "message m { required binary x (STRING); }";
    for bytes in [&b"\xff"[..], b"12345678\xc3", b"\xc3\x28345678", &b"\xed\xa0\x80".repeat(500)] {
        of_values(&path, schema, &[b"fine", bytes]);
        for form in [text(&[]), text(&[NormalisationStep::Trim])] {
            assert!(problem(&path, &form).starts_with("holds text that is not UTF-8"));
        }
    }
    of_values(&path, schema, &["fine é".as_bytes()]);
    assert_eq!(of_column(&path, &text(&[])).unwrap(), of_array(StringArray::from(vec!["fine é"]), &text(&[])));
}

#[test]
fn decimals_are_read_from_bytes_of_any_length_within_their_precision() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    let schema = "message m { required binary x (DECIMAL(20,0)); }";
    of_values(&path, schema, &[b"\x05", b"\xff\xff\xff", b"\0\0\0\x01\0\0\0\0\0\0\0\0"]);
    let number = CellForm::Number { up: 0 };
    let expected = arrow::array::Decimal128Array::from(vec![5, -1, 1 << 64]).with_precision_and_scale(20, 0).unwrap();
    assert_eq!(of_column(&path, &number).unwrap(), of_array(expected, &number));
    of_values(&path, schema, &[&[0x7f; 10]]);
    assert!(problem(&path, &number).starts_with("holds a number with more digits than its type has"));
    of_values(&path, schema, &[&[0; 33]]);
    assert!(problem(&path, &number).starts_with("holds a number with more digits than its type has"));
    of_values(&path, schema, &[b""]);
    assert!(problem(&path, &number).starts_with("holds a decimal without digits"));
}

#[test]
fn a_time_beyond_microseconds_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    written(&path, Arc::new(TimestampMillisecondArray::from(vec![i64::MAX])), WriterProperties::default());
    assert!(problem(&path, &CellForm::Timestamp { up: 0 }).starts_with("holds a time that does not fit"));
}

#[test]
fn a_column_that_is_not_there_and_a_plan_of_other_length_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    written(&path, Arc::new(Int64Array::from(vec![1])), WriterProperties::default());
    let table = ParquetTable::open(&path, None).unwrap();
    let column = FingerprintColumn { column: 1, form: CellForm::Number { up: 0 } };
    let plan = FingerprintPlan { key: vec![column], values: Vec::new() };
    assert!(matches!(all(&table, &plan), Err(TableError::NoSuchColumn { .. })));
    let keys = FingerprintKeys::new([0; 32], 2, 0);
    assert!(table.fingerprint(0, &plan, &keys, &mut |_| Ok(())).is_err());
    assert!(
        table
            .fingerprint(1, &FingerprintPlan::default(), &FingerprintKeys::new([0; 32], 0, 0), &mut |_| Ok(()))
            .is_err()
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_damage_ends_in_an_error_or_in_fingerprints(
        texts in any::<bool>(), dictionary in any::<bool>(), nulls in any::<bool>(), second in any::<bool>(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        let is_some = |row: i64| !nulls || row % 5 != 0;
        let (array, form): (ArrayRef, _) = if texts {
            let texts = (0..300).map(|row| is_some(row).then(|| format!("text {}", row % 40)));
            (Arc::new(texts.collect::<StringArray>()), text(&[]))
        } else {
            let numbers = (0..300).map(|row| is_some(row).then_some(row % 40));
            (Arc::new(numbers.collect::<Int64Array>()), CellForm::Number { up: 0 })
        };
        let version = if second { WriterVersion::PARQUET_2_0 } else { WriterVersion::PARQUET_1_0 };
        let properties = WriterProperties::builder()
            .set_compression(Compression::UNCOMPRESSED)
            .set_writer_version(version)
            .set_encoding(Encoding::PLAIN)
            .set_dictionary_enabled(dictionary)
            .set_data_page_row_count_limit(100)
            .set_write_batch_size(50)
            .build();
        written(&path, array, properties);
        let mut bytes = std::fs::read(&path).unwrap();
        let footer = u32::from_le_bytes(*bytes[..bytes.len() - 4].last_chunk().unwrap()) as usize;
        let pages = bytes.len() - footer - 8;
        for (place, byte) in damage {
            bytes[place.index(pages)] = byte;
        }
        std::fs::write(&path, bytes).unwrap();
        match of_column(&path, &form) {
            Ok(prints) => prop_assert_eq!(prints.keys.len(), 300),
            Err(error) => prop_assert!(error.to_string().contains("Parquet file '"), "{error}"),
        }
    }
}
