//! Times one comparison of two files; the first argument is the number of threads.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::indexing_slicing, missing_docs, reason = "an experiment")]
use std::path::Path;
use std::time::Instant;
use tieout_model::*;
use tieout_reconcile::*;
use tieout_tables::ParquetTable;
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let begun = Instant::now();
    let left = ParquetTable::open(Path::new(&args[2]), None).unwrap();
    let right = ParquetTable::open(Path::new(&args[3]), None).unwrap();
    let keys = ["company", "document_no", "line_no"];
    let names = |name: &str| ColumnNames { left: name.to_owned(), right: name.to_owned() };
    let columns = left.schema().fields().iter().map(|f| f.name().clone()).filter(|n| !keys.contains(&n.as_str())).collect::<Vec<_>>();
    let spec = ComparisonSpec {
        id: "x".to_owned(),
        key: keys.iter().map(|k| KeyColumn { names: names(k), normalisation: Normalisation::default() }).collect(),
        columns: columns.iter().map(|c| ComparedColumn { names: names(c), normalisation: Normalisation::default(), tolerance: Tolerance { absolute: (c == "amount").then(|| "0.05".parse().unwrap()), ..Tolerance::default() } }).collect(),
        duplicates: Duplicates::List,
        sum_difference: None,
        what_if: vec![],
    };
    let side = |t: &ParquetTable, n: &str| SideSchema { name: n.to_owned(), schema: t.schema(), amounts: vec![] };
    let plan = ComparisonPlan::new(spec, side(&left, "left"), side(&right, "right")).unwrap();
    let settings = EngineSettings { threads: args[1].parse().unwrap(), memory_limit_bytes: args.get(4).map(|m| m.parse::<u64>().unwrap() << 20), scratch: std::env::temp_dir(), secret: [7; 32], paranoid: false };
    let mut rows = 0;
    let result = compare_tables(&plan, &left, &right, &settings, &mut |batch| { rows += batch.num_rows(); Ok(()) }).unwrap();
    println!("matched {} within {} mismatch {} left {} right {} dup {} rows {rows} in {:?}", result.matched, result.within_tolerance, result.mismatch, result.only_left, result.only_right, result.duplicate_keys, begun.elapsed());
}
