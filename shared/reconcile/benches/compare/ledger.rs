//! A ledger of 12 columns as a Parquet file: every value follows from its row.
//!
//! The right side has the same rows in another order; some of them differ, are missing or are there twice.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, Date32Array, Decimal128Array, Int32Array, Int64Array, StringArray, TimestampMicrosecondArray,
};
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

/// The columns that identify a row.
pub(crate) const KEY: [&str; 3] = ["company", "document_no", "line_no"];

/// Rows of a row group.
const GROUP_ROWS: usize = 50_000;

const CURRENCIES: [&str; 5] = ["EUR", "USD", "GBP", "SEK", "CHF"];
const STATUS: [&str; 4] = ["posted", "open", "closed", "reversed"];
const KINDS: [&str; 4] = ["Sales invoice", "Purchase invoice", "Payment run", "General journal"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
}

/// Writes the rows of a side.
pub(crate) fn write_ledger(path: &Path, rows: u32, side: Side, one_in: u32) {
    let numbers: Vec<u32> = match side {
        Side::Left => (0..rows).collect(),
        // A walk with a step that shares no factor with the number of rows meets every row once.
        Side::Right => (0..rows).map(|place| step(place, rows)).filter(|row| row % (7 * one_in) != 1).collect(),
    };
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .build();
    let mut writer: Option<ArrowWriter<File>> = None;
    for rows in numbers.chunks(8192) {
        let batch = batch(rows, side, one_in);
        let writer = writer.get_or_insert_with(|| {
            ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), Some(properties.clone())).unwrap()
        });
        writer.write(&batch).unwrap();
    }
    writer.unwrap().close().unwrap();
}

fn step(place: u32, rows: u32) -> u32 {
    u32::try_from(u64::from(place) * 179_424_673 % u64::from(rows)).unwrap()
}

fn batch(rows: &[u32], side: Side, one_in: u32) -> RecordBatch {
    let column = |value: &dyn Fn(u32) -> String| -> ArrayRef {
        Arc::new(rows.iter().map(|row| Some(value(*row))).collect::<StringArray>())
    };
    let differs = |row: u32| side == Side::Right && row.is_multiple_of(one_in);
    let of = |names: &[&str], number: u32| names[usize::try_from(number).unwrap() % names.len()].to_owned();
    let cents = |row: u32| i128::from(mixed(row, 1) % 10_000_000) - 2_000_000;
    let amounts = |change: i128| -> ArrayRef {
        let amounts = rows.iter().map(|row| cents(*row) + if differs(*row) { change } else { 0 });
        Arc::new(Decimal128Array::from_iter_values(amounts).with_precision_and_scale(18, 2).unwrap())
    };
    let day = |row: u32| i32::try_from(19_000 + row / 1000).unwrap();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("company", column(&|row| format!("CMP-{:04}", mixed(row / 4, 2) % 16))),
        ("document_no", column(&|row| format!("SI-2024-{:08}", row / 4))),
        (
            "line_no",
            Arc::new(rows.iter().map(|row| i32::try_from(10_000 * (row % 4 + 1)).ok()).collect::<Int32Array>()),
        ),
        ("posting_date", Arc::new(rows.iter().map(|row| Some(day(*row))).collect::<Date32Array>())),
        ("customer", column(&|row| format!("CUST{:06}", mixed(row, 3) % 50_000))),
        ("currency", column(&|row| of(&CURRENCIES, mixed(row / 4, 4)))),
        ("amount", amounts(7)),
        ("amount_lcy", amounts(0)),
        ("description", column(&|row| format!("{} {:08X}", of(&KINDS, mixed(row, 5)), mixed(row, 6)))),
        ("status", column(&|row| of(&STATUS, mixed(row, 7) + u32::from(differs(row) && row.is_multiple_of(2))))),
        ("qty", Arc::new(rows.iter().map(|row| Some(i64::from(1 + mixed(*row, 8) % 500))).collect::<Int64Array>())),
        ("updated_at", {
            let moment = |row: u32| i64::from(day(row)) * 86_400_000_000 + i64::from(mixed(row, 9)) * 20_000;
            Arc::new(rows.iter().map(|row| Some(moment(*row))).collect::<TimestampMicrosecondArray>())
        }),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}

/// A number without pattern that follows from a row and a column.
fn mixed(row: u32, column: u32) -> u32 {
    let mut mixed = row.wrapping_mul(0x9E37_79B9).wrapping_add(column.wrapping_mul(0x85EB_CA6B));
    mixed = (mixed ^ (mixed >> 16)).wrapping_mul(0x7FEB_352D);
    mixed = (mixed ^ (mixed >> 15)).wrapping_mul(0x846C_A68B);
    (mixed ^ (mixed >> 16)) >> 1
}
