//! What the port `Source` promises, for every format.

use std::io::Write;
use std::sync::Arc;

use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use tieout_catalog::{DataSet, FileFormat};
use tieout_model::{Column, Contract, CutoffDate, Digest, ReasonCode};
use tieout_pipeline::ports::{Parameters, Source, SourceError, SourceRequest};
use tieout_sources::FilesSource;
use tieout_tables::schema_of;

use crate::support::{Outcome, column, csv, data_set, folder, not_null, read};

/// More than one batch holds.
const ROWS: usize = 9_000;

fn columns() -> Vec<Column> {
    vec![
        not_null("reference", "text"),
        column("amount", "decimal(18,2)"),
        column("quantity", "integer"),
        column("booked_on", "date"),
        column("settled", "boolean"),
        column("note", "text"),
    ]
}

/// A row's texts; every thousandth has an amount that does not convert.
fn row(number: usize) -> [String; 6] {
    let note = if number.is_multiple_of(3) { String::new() } else { format!("note ä {number}") };
    [
        format!("R{number:06}"),
        format!("{}{}.{:02}", if number.is_multiple_of(2) { "-" } else { "" }, number, number % 100),
        (number * 7).to_string(),
        format!("2024-{:02}-{:02}", number % 12 + 1, number % 28 + 1),
        number.is_multiple_of(5).to_string(),
        note,
    ]
}

fn csv_bytes(bad: bool) -> Vec<u8> {
    let mut text = String::from("reference;amount;quantity;booked_on;settled;note\n");
    for number in 0..ROWS {
        let mut cells = row(number);
        if bad && number % 1000 == 999 {
            "12,5x".clone_into(&mut cells[1]);
        }
        text += &cells.join(";");
        text.push('\n');
    }
    text.into_bytes()
}

fn json_bytes() -> Vec<u8> {
    let mut text = String::new();
    for number in 0..ROWS {
        let [reference, amount, quantity, booked_on, settled, note] = row(number);
        let note = if note.is_empty() { "null".to_owned() } else { format!("\"{note}\"") };
        text += &format!(
            "{{\"note\":{note},\"reference\":\"{reference}\",\"amount\":{amount},\"quantity\":{quantity},\"booked_on\":\"{booked_on}\",\"settled\":{settled}}}\n"
        );
    }
    text.into_bytes()
}

fn xlsx_bytes() -> Vec<u8> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    let date = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd");
    for (position, column) in columns().iter().enumerate() {
        sheet.write(0, u16::try_from(position).unwrap(), &column.name).unwrap();
    }
    for number in 0..ROWS {
        let [reference, amount, quantity, booked_on, settled, note] = row(number);
        let at = u32::try_from(number + 1).unwrap();
        sheet.write(at, 0, reference).unwrap();
        sheet.write(at, 1, amount.parse::<f64>().unwrap()).unwrap();
        sheet.write(at, 2, quantity.parse::<i32>().unwrap()).unwrap();
        let day = rust_xlsxwriter::ExcelDateTime::parse_from_str(&booked_on).unwrap();
        sheet.write_with_format(at, 3, &day, &date).unwrap();
        sheet.write(at, 4, settled == "true").unwrap();
        if !note.is_empty() {
            sheet.write(at, 5, note).unwrap();
        }
    }
    workbook.save_to_buffer().unwrap()
}

fn parquet_bytes(rows: &Outcome) -> Vec<u8> {
    let schema = schema_of(&Contract { columns: columns(), ..Contract::default() });
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, Arc::clone(&schema), None).unwrap();
    for batch in &rows.batches {
        writer.write(batch).unwrap();
    }
    writer.close().unwrap();
    bytes
}

fn compressed(bytes: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    (encoder.finish().unwrap(), zstd::encode_all(bytes, 1).unwrap())
}

#[test]
fn the_same_rows_in_every_format_give_the_same_batches() {
    let bytes = csv_bytes(false);
    let plain = folder(&[("a.csv", &bytes)]);
    let expected = read(plain.path(), &data_set("a.csv", csv(), columns())).unwrap();
    assert_eq!(expected.rows().len(), ROWS);
    let (gz, zst) = compressed(&bytes);
    let (json, xlsx, parquet) = (json_bytes(), xlsx_bytes(), parquet_bytes(&expected));
    let (json_gz, json_zst) = compressed(&json);
    let files: [(&str, &[u8], FileFormat); 7] = [
        ("a.csv.gz", &gz, csv()),
        ("a.csv.zst", &zst, csv()),
        ("a.jsonl", &json, FileFormat::JsonLines),
        ("a.jsonl.gz", &json_gz, FileFormat::JsonLines),
        ("a.jsonl.zst", &json_zst, FileFormat::JsonLines),
        ("a.xlsx", &xlsx, FileFormat::Xlsx { sheet: None, header_row: 1 }),
        ("a.parquet", &parquet, FileFormat::Parquet),
    ];
    for (name, bytes, format) in files {
        let folder = folder(&[(name, bytes)]);
        let read = promises(folder.path(), &data_set(name, format, columns()), ROWS);
        assert_eq!(read.rejects(), Vec::<String>::new(), "{name}");
        assert!(read.batches == expected.batches, "{name}");
    }
}

/// Reads a data set twice and holds the port's promises against it.
fn promises(folder: &std::path::Path, data_set: &DataSet, rows_in_file: usize) -> Outcome {
    let first = read(folder, data_set).unwrap();
    let second = read(folder, data_set).unwrap();
    assert!(first.batches == second.batches && first.rejects == second.rejects, "same input, same batches");
    assert_eq!(first.origins, second.origins);
    assert!(first.batch_sizes.iter().all(|size| (1..=8192).contains(size)), "{:?}", first.batch_sizes);
    let rows: usize = first.batches.iter().map(RecordBatch::num_rows).sum();
    assert_eq!(rows + first.rejects.len(), rows_in_file, "no row without a batch or a reject");
    assert!(first.bytes_read.is_sorted(), "{:?}", first.bytes_read);
    assert_eq!(first.bytes_read.last().copied(), first.size_bytes);
    let schema = schema_of(&data_set.contract);
    assert!(first.batches.iter().all(|batch| batch.schema() == schema));
    first
}

#[test]
fn rows_and_rejects_together_are_the_rows_of_the_file() {
    let folder = folder(&[("a.csv", &csv_bytes(true))]);
    let data_set = data_set("a.csv", csv(), columns());
    let read = promises(folder.path(), &data_set, ROWS);
    let lines: Vec<u64> = read.rejects.iter().map(|reject| reject.line).collect();
    let expected: Vec<u64> = (1..=9).map(|thousand| thousand * 1000 + 1).collect();
    assert_eq!(lines, expected);
    assert!(read.rejects.iter().all(|reject| reject.masked == "99,9a" && reject.column == "amount"));
}

#[test]
fn the_files_of_a_pattern_are_read_in_order_of_name_and_named_with_their_digests() {
    let second = b"amount;reference\n2;B\nx;C\n";
    let folder = folder(&[("b-2.csv", second), ("b-1.csv", b"reference;amount\nA;1\n"), ("c.csv", b"no table")]);
    let columns = vec![not_null("reference", "text"), column("amount", "decimal(18,2)")];
    let read = read(folder.path(), &data_set("b-*.csv", csv(), columns)).unwrap();
    assert_eq!(read.rows(), [["A", "1.00"], ["B", "2.00"]]);
    assert_eq!((read.rejects[0].origin.as_str(), read.rejects[0].line), ("b-2.csv", 3));
    let expected = [
        format!("b-1.csv (21 bytes, {})", Digest::of(b"reference;amount\nA;1\n")),
        format!("b-2.csv (25 bytes, {})", Digest::of(second)),
    ];
    assert_eq!((read.origins, read.size_bytes), (expected.to_vec(), Some(46)));
}

#[test]
fn a_bad_file_of_several_fails_the_data_set_and_stays_failed() {
    let folder = folder(&[("b-1.csv", b"reference\nA\n"), ("b-2.csv", b"x\nB\n")]);
    let data_set = data_set("b-*.csv", csv(), vec![column("reference", "text")]);
    let parameters = Parameters::default();
    let cutoff_date: CutoffDate = "2024-12-31".parse().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let folder = Some(folder.path().to_owned());
        let request = SourceRequest {
            database: None,
            range: None,
            data_set: &data_set,
            cutoff_date,
            parameters: &parameters,
            folder,
        };
        let mut reader = FilesSource::new().open(&request).await.unwrap();
        let error = loop {
            match reader.next_batch().await {
                Ok(batch) => assert!(batch.is_some(), "the data set ended although a file of it has no such column"),
                Err(error) => break error,
            }
        };
        assert_eq!(error.to_string(), "b-2.csv has no column 'reference'");
        assert_eq!(reader.next_batch().await.unwrap_err(), error);
        let request = SourceRequest { folder: None, ..request };
        match FilesSource::new().open(&request).await.map(drop) {
            Err(SourceError::Refused { code, detail, .. }) => {
                assert_eq!(code, ReasonCode::DatasetMissing);
                assert_eq!(detail, "data set 'statement' lies in files, and no data folder is known");
            }
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn a_reader_may_be_dropped_before_its_end() {
    let folder = folder(&[("a.csv", &csv_bytes(false))]);
    let data_set = data_set("a.csv", csv(), columns());
    let parameters = Parameters::default();
    let cutoff_date: CutoffDate = "2024-12-31".parse().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let folder = Some(folder.path().to_owned());
        let request = SourceRequest {
            database: None,
            range: None,
            data_set: &data_set,
            cutoff_date,
            parameters: &parameters,
            folder,
        };
        let mut reader = FilesSource::new().open(&request).await.unwrap();
        let first = reader.next_batch().await.unwrap().unwrap();
        assert_eq!(first.rows.num_rows(), 8192);
        assert!(reader.origins()[0].starts_with("a.csv (") && !reader.origins()[0].contains("sha256"));
    });
}
