//! Parquet: exact types or a refusal, exact values or a reject.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, Date32Array, Decimal128Array, Float64Array, Int32Array, Int64Array, ListArray, RecordBatch, StringArray,
};
use arrow::datatypes::{Field, Int32Type, Schema};
use parquet::arrow::ArrowWriter;
use tieout_catalog::{Compression, DataSetQuery, FileFormat, FilesQuery};
use tieout_model::{Column, ReasonCode};
use tieout_pipeline::ports::SourceError;

use crate::support::{column, data_set, folder, not_null, read, read_one, refusal};

fn written(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    let fields: Vec<Field> =
        columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

fn text(values: Vec<Option<&str>>) -> ArrayRef {
    Arc::new(StringArray::from(values))
}

fn decimal(values: Vec<i128>, scale: i8) -> ArrayRef {
    Arc::new(Decimal128Array::from(values).with_precision_and_scale(20, scale).unwrap())
}

fn columns() -> Vec<Column> {
    vec![not_null("reference", "text"), column("amount", "decimal(18,2)")]
}

#[test]
fn columns_are_found_by_name_in_any_order_and_others_are_not_read() {
    let bytes = written(vec![
        ("x", Arc::new(Float64Array::from(vec![0.5, 0.25]))),
        ("Betrag", decimal(vec![1_500, -20], 3)),
        ("reference", text(vec![Some("A"), Some("B")])),
        ("booked_on", Arc::new(Date32Array::from(vec![19_782, 19_783]))),
    ]);
    let mut columns = columns();
    columns[1].headers = vec!["amount".to_owned(), "Betrag".to_owned()];
    columns.push(Column { required: false, ..column("note", "text") });
    columns.push(column("booked_on", "timestamp"));
    let read = read_one("a.parquet", &bytes, FileFormat::Parquet, columns).unwrap();
    assert_eq!(read.rejects(), Vec::<String>::new());
    assert_eq!(read.rows(), [["A", "1.50", "~", "2024-02-29T00:00:00"], ["B", "-0.02", "~", "2024-03-01T00:00:00"]]);
}

#[test]
fn values_that_do_not_fit_exactly_are_rejects_with_their_row_number() {
    let bytes = written(vec![
        ("reference", text(vec![Some("A"), Some("B"), None, Some("D")])),
        ("amount", decimal(vec![1_005, 1_000, 0, 7], 3)),
    ]);
    let read = read_one("a.parquet", &bytes, FileFormat::Parquet, columns()).unwrap();
    assert_eq!(read.rows(), [["B", "1.00"]]);
    let expected = [
        "1 amount: has more than 2 decimals [9.999]",
        "3 reference: is null, and the column has no nulls []",
        "4 amount: has more than 2 decimals [9.999]",
    ];
    assert_eq!(read.rejects(), expected);
}

#[test]
fn floats_lists_and_text_for_amounts_are_refused_even_without_rows() {
    let list = ListArray::from_iter_primitive::<Int32Type, _, _>([Some([Some(1)])]);
    let bad: Vec<ArrayRef> = vec![Arc::new(Float64Array::from(vec![0.1])), Arc::new(list), text(vec![Some("1.00")])];
    for array in bad {
        for rows in [1, 0] {
            let bytes =
                written(vec![("reference", text(vec![Some("A")]).slice(0, rows)), ("amount", array.slice(0, rows))]);
            let (code, detail, _) = refusal("a.parquet", &bytes, FileFormat::Parquet, columns());
            assert_eq!(code, ReasonCode::SourceUnreadable);
            assert!(detail.starts_with("a.parquet: column 'amount' "), "{detail}");
        }
    }
}

#[test]
fn a_missing_column_is_refused_with_the_nearest_name() {
    let bytes = written(vec![("reference", text(vec![Some("A")])), ("amuont", Arc::new(Int64Array::from(vec![1])))]);
    let (code, detail, cure) = refusal("a.parquet", &bytes, FileFormat::Parquet, columns());
    assert_eq!((code, detail.as_str()), (ReasonCode::ColumnMissing, "a.parquet has no column 'amount'"));
    assert_eq!(cure, "correct `header` or add an alias: the file has 'amuont'");
}

#[test]
fn a_file_that_is_cut_off_or_something_else_is_refused() {
    let bytes = written(vec![("reference", text(vec![Some("A")])), ("amount", Arc::new(Int32Array::from(vec![1])))]);
    assert_eq!(read_one("a.parquet", &bytes, FileFormat::Parquet, columns()).unwrap().rows(), [["A", "1.00"]]);
    for bytes in [&bytes[..bytes.len() - 1], &bytes[..20], b"", b"reference;amount\nA;1\n"] {
        let (code, detail, _) = refusal("a.parquet", bytes, FileFormat::Parquet, columns());
        assert_eq!(code, ReasonCode::SourceUnreadable);
        assert!(detail.starts_with("a.parquet is damaged or not a Parquet file"), "{detail}");
    }
}

#[test]
fn another_compression_around_a_parquet_file_or_workbook_is_refused() {
    for (name, format) in
        [("a.parquet", FileFormat::Parquet), ("a.xlsx", FileFormat::Xlsx { sheet: None, header_row: 1 })]
    {
        let folder = folder(&[(name, b"PAR1")]);
        let mut data_set = data_set(name, format, columns());
        let DataSetQuery::Files(FilesQuery { compression, .. }) = &mut data_set.query else { panic!() };
        *compression = Compression::Gzip;
        match read(folder.path(), &data_set) {
            Err(SourceError::Refused { detail, .. }) => {
                assert_eq!(detail, format!("{name} is a workbook or Parquet file within another compression"));
            }
            other => panic!("{other:?}"),
        }
    }
}
