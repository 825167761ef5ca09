//! Files to compare, the same rows in every kind, and the program over them.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use parquet::arrow::ArrowWriter;
use tempfile::TempDir;

/// A row of the books: id, code, amount in cents, quantity, paid, day of January 2024, note.
pub(crate) type Entry = (i64, &'static str, i64, i64, bool, i32, Option<&'static str>);

pub(crate) const HEADER: &str = "id,code,amount,quantity,paid,booked,at,note";

/// The left side.
pub(crate) const LEFT: [Entry; 7] = [
    (1, "0001", 10_00, 1, true, 1, Some("same")),
    (2, "0002", 20_00, 2, false, 2, None),
    (3, "0003", 30_00, 3, true, 3, Some("within")),
    (4, "0004", 40_00, 4, true, 4, Some("beyond, twice")),
    (5, "0005", -50_05, 5, true, 5, Some("left only")),
    (7, "0007", 70_00, 7, true, 7, Some("twice")),
    (7, "0007", 70_00, 7, true, 7, Some("twice")),
];

/// The right side.
pub(crate) const RIGHT: [Entry; 6] = [
    (7, "0007", 70_00, 7, true, 7, Some("twice")),
    (3, "0003", 30_05, 3, true, 3, Some("within")),
    (1, "0001", 10_00, 1, true, 1, Some("same")),
    (4, "0004", 41_00, 4, false, 4, Some("beyond, twice")),
    (6, "0006", 60_00, 6, true, 6, Some("right \"only\"")),
    (2, "0002", 20_00, 2, false, 2, None),
];

/// Runs the program in a folder.
pub(crate) fn compare(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tieout"))
        .arg("compare")
        .args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .output()
        .unwrap()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A folder with these text files.
pub(crate) fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// A folder with both sides in every kind of file: `left.csv`, `right.xlsx` and so on.
pub(crate) fn every_kind() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (side, entries) in [("left", &LEFT[..]), ("right", &RIGHT[..])] {
        let place = |ending: &str| folder.path().join(format!("{side}.{ending}"));
        fs::write(place("csv"), csv(entries)).unwrap();
        fs::write(place("jsonl"), json_lines(entries)).unwrap();
        fs::write(place("xlsx"), workbook(entries)).unwrap();
        write_parquet(&place("parquet"), &batch(entries));
    }
    folder
}

/// Entries as CSV.
pub(crate) fn csv(entries: &[Entry]) -> String {
    let mut text = format!("{HEADER}\n");
    for (id, code, cents, quantity, paid, day, note) in entries {
        let note = note.map_or(String::new(), |note| format!("\"{}\"", note.replace('"', "\"\"")));
        let amount = amount(*cents);
        writeln!(text, "{id},{code},{amount},{quantity},{paid},2024-01-{day:02},2024-01-{day:02} 08:30:00,{note}")
            .unwrap();
    }
    text
}

fn json_lines(entries: &[Entry]) -> String {
    let line = |(id, code, cents, quantity, paid, day, note): &Entry| {
        let (amount, note) = (amount(*cents), serde_json::to_string(note).unwrap());
        format!(
            "{{\"note\":{note},\"id\":{id},\"code\":\"{code}\",\"amount\":{amount},\"quantity\":{quantity},\
             \"paid\":{paid},\"booked\":\"2024-01-{day:02}\",\"at\":\"2024-01-{day:02}T08:30:00\"}}\n"
        )
    };
    entries.iter().map(line).collect()
}

fn amount(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100)
}

fn workbook(entries: &[Entry]) -> Vec<u8> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let date = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd hh:mm");
    let sheet = workbook.add_worksheet();
    for (position, header) in (0..).zip(HEADER.split(',')) {
        sheet.write(0, position, header).unwrap();
    }
    for (row, (id, code, cents, quantity, paid, day, note)) in (1..).zip(entries) {
        sheet.write(row, 0, *id).unwrap();
        sheet.write(row, 1, *code).unwrap();
        sheet.write(row, 2, amount(*cents).parse::<f64>().unwrap()).unwrap();
        sheet.write(row, 3, *quantity).unwrap();
        sheet.write(row, 4, *paid).unwrap();
        let midnight = rust_xlsxwriter::ExcelDateTime::from_ymd(2024, 1, u8::try_from(*day).unwrap()).unwrap();
        sheet.write_with_format(row, 5, &midnight, &date).unwrap();
        sheet.write_with_format(row, 6, midnight.and_hms(8, 30, 0).unwrap(), &date).unwrap();
        if let Some(note) = note {
            sheet.write(row, 7, *note).unwrap();
        }
    }
    workbook.save_to_buffer().unwrap()
}

fn batch(entries: &[Entry]) -> RecordBatch {
    let amounts: Decimal128Array = entries.iter().map(|entry| Some(i128::from(entry.2))).collect();
    let first = 19_723; // 2024-01-01 in days
    let days = |entry: &Entry| first - 1 + entry.5;
    let moment = |entry: &Entry| (i64::from(days(entry)) * 24 * 60 + 8 * 60 + 30) * 60 * 1_000_000;
    RecordBatch::try_from_iter_with_nullable([
        ("id", Arc::new(entries.iter().map(|entry| Some(entry.0)).collect::<Int64Array>()) as ArrayRef, true),
        ("code", Arc::new(entries.iter().map(|entry| Some(entry.1)).collect::<StringArray>()), true),
        ("amount", Arc::new(amounts.with_precision_and_scale(18, 2).unwrap()), true),
        ("quantity", Arc::new(entries.iter().map(|entry| Some(entry.3)).collect::<Int64Array>()), true),
        ("paid", Arc::new(entries.iter().map(|entry| Some(entry.4)).collect::<BooleanArray>()), true),
        ("booked", Arc::new(entries.iter().map(|entry| Some(days(entry))).collect::<Date32Array>()), true),
        ("at", Arc::new(entries.iter().map(|entry| Some(moment(entry))).collect::<TimestampMicrosecondArray>()), true),
        ("note", Arc::new(entries.iter().map(|entry| entry.6).collect::<StringArray>()), true),
    ])
    .unwrap()
}

/// Writes a batch to a Parquet file.
pub(crate) fn write_parquet(path: &Path, batch: &RecordBatch) {
    let mut writer = ArrowWriter::try_new(fs::File::create(path).unwrap(), batch.schema(), None).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

/// The document on standard output.
pub(crate) fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}{}", stdout(output), stderr(output)))
}

/// Names of what is in a folder, in order.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
