//! Writes a CSV file of so many rows to a folder that is removed afterwards, reads it through the port `Source`, and
//! prints rows, bytes and milliseconds; run it under `/usr/bin/time -v` to see its memory.
//!
//! `cargo run -p tieout-sources --profile fast --example read_csv -- 10000000`
#![allow(clippy::unwrap_used, reason = "an example fails by panicking")]

use std::io::Write;
use std::time::Instant;

use tieout_catalog::{Compression, DataSet, DataSetQuery, Encoding, FileFormat, Scope};
use tieout_model::{Column, Contract, CutoffDate, ValueFormat};
use tieout_pipeline::ports::{Parameters, Source, SourceRequest};
use tieout_sources::FilesSource;

const COLUMNS: [(&str, &str); 12] = [
    ("reference", "text"),
    ("account", "text"),
    ("booked_on", "date"),
    ("valued_on", "date"),
    ("amount", "decimal(18,2)"),
    ("fee", "decimal(18,4)"),
    ("currency", "text"),
    ("quantity", "integer"),
    ("settled", "boolean"),
    ("entered_at", "timestamp"),
    ("counterparty", "text"),
    ("note", "text"),
];

fn main() {
    let rows: u64 = std::env::args().nth(1).map_or(1_000_000, |rows| rows.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    write_rows(&folder.path().join("ledger.csv"), rows);
    let data_set = data_set();
    let parameters = Parameters::default();
    let cutoff_date: CutoffDate = "2024-12-31".parse().unwrap();
    let request = SourceRequest {
        data_set: &data_set,
        cutoff_date,
        parameters: &parameters,
        folder: Some(folder.path().to_owned()),
    };
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
    let started = Instant::now();
    let (rows_read, rejects, bytes_read) =
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
            let mut reader = FilesSource::new().open(&request).await.unwrap();
            let (mut rows, mut rejects, mut bytes_read) = (0, 0, 0);
            while let Some(batch) = reader.next_batch().await.unwrap() {
                rows += batch.rows.num_rows();
                rejects += batch.rejects.len();
                bytes_read = batch.bytes_read;
            }
            (rows, rejects, bytes_read)
        });
    let duration_ms = started.elapsed().as_millis();
    println!("{rows_read} rows, {rejects} rejects, {bytes_read} bytes in {duration_ms} ms");
}

fn write_rows(path: &std::path::Path, rows: u64) {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    writeln!(file, "{}", COLUMNS.map(|(name, _)| name).join(";")).unwrap();
    for number in 0..rows {
        let (month, day) = (number % 12 + 1, number % 28 + 1);
        writeln!(
            file,
            "INV-{number:09};{:08};2024-{month:02}-{day:02};2024-{month:02}-{day:02};{}.{:02};0.{:04};EUR;{};{};\
             2024-{month:02}-{day:02} 10:{:02}:{:02};Counterparty {:05} & Sons;\"paid; ref {number}\"",
            number * 7919 % 100_000_000,
            number % 1_000_003,
            number % 100,
            number % 10_000,
            number % 1000,
            number % 3 == 0,
            number % 60,
            number * 7 % 60,
            number % 50_000,
        )
        .unwrap();
    }
    file.flush().unwrap();
}

fn data_set() -> DataSet {
    let column = |(name, data_type): (&str, &str)| Column {
        name: name.to_owned(),
        data_type: data_type.parse().unwrap(),
        nullable: false,
        required: true,
        headers: vec![name.to_owned()],
        format: ValueFormat::default(),
    };
    let format =
        FileFormat::Csv { delimiter: b';', quote: Some(b'"'), header: true, skip_rows: 0, encoding: Encoding::Utf8 };
    DataSet {
        name: "ledger".to_owned(),
        source: "books".to_owned(),
        query: DataSetQuery::Files { file: "ledger.csv".to_owned(), format, compression: Compression::None },
        contract: Contract { columns: COLUMNS.map(column).to_vec(), ..Contract::default() },
        scope: Scope::default(),
        rejects_tolerated: 0,
        tests: Vec::new(),
    }
}
