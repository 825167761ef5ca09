//! The engine over files: many rows that are not matched, on one side or the other, with any number of threads.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs::File;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array};
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use tieout_model::{ColumnNames, Duplicates, KeyColumn, Normalisation};
use tieout_reconcile::{ComparisonPlan, ComparisonSpec, EngineSettings, SideSchema, compare_tables};
use tieout_tables::ParquetTable;

/// More rows than wait anywhere between reading and judging.
const MANY: i64 = 60_000;

fn table(path: &Path, keys: Range<i64>) -> ParquetTable {
    let keys: ArrayRef = Arc::new(keys.collect::<Int64Array>());
    let batch = RecordBatch::try_from_iter([("id", keys)]).unwrap();
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    ParquetTable::open(path, None).unwrap()
}

/// Matched, only left, only right, and the rows of the exceptions.
fn compared(left: Range<i64>, right: Range<i64>, threads: usize, paranoid: bool) -> [u64; 4] {
    let folder = tempfile::tempdir().unwrap();
    let (left, right) = (table(&folder.path().join("left"), left), table(&folder.path().join("right"), right));
    let spec = ComparisonSpec {
        id: "ids".to_owned(),
        key: vec![KeyColumn {
            names: ColumnNames { left: "id".to_owned(), right: "id".to_owned() },
            normalisation: Normalisation::default(),
        }],
        columns: Vec::new(),
        duplicates: Duplicates::List,
        sum_difference: None,
        what_if: Vec::new(),
    };
    let side =
        |table: &ParquetTable| SideSchema { name: "side".to_owned(), schema: table.schema(), amounts: Vec::new() };
    let plan = ComparisonPlan::new(spec, side(&left), side(&right)).unwrap();
    let scratch = folder.path().to_owned();
    let settings = EngineSettings { threads, memory_limit_bytes: None, scratch, secret: [7; 32], paranoid };
    let mut rows = 0;
    let result = compare_tables(&plan, &left, &right, &settings, &mut |batch| {
        rows += batch.num_rows() as u64;
        Ok(())
    });
    let result = result.unwrap();
    [result.matched, result.only_left, result.only_right, rows]
}

#[test]
fn a_side_of_which_nothing_matches_is_listed_whole_by_any_number_of_threads() {
    for threads in [1, 2, 4] {
        let both = u64::try_from(2 * MANY).unwrap();
        assert_eq!(compared(0..MANY, MANY..2 * MANY, threads, false), [0, both / 2, both / 2, both], "{threads}");
        assert_eq!(compared(0..7, 7..MANY, threads, false), [0, 7, both / 2 - 7, both / 2], "{threads}");
        assert_eq!(compared(7..MANY, 0..7, threads, false), [0, both / 2 - 7, 7, both / 2], "{threads}");
        assert_eq!(compared(0..MANY, 0..MANY, threads, true), [both / 2, 0, 0, 0], "{threads}");
    }
}
