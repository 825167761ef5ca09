//! Guards the speed of a comparison's kernel: fingerprints, the whole engine on sides that hardly differ, the merge.
//!
//! `cargo bench --package tieout-reconcile`; the second call compares with the first. Two sides of 200,000 rows and 12
//! columns lie in a temporary folder; every value is a function of its row.
#![expect(clippy::unwrap_used, reason = "a benchmark stops where it cannot measure")]

mod ledger;

use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use arrow::record_batch::RecordBatch;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tieout_model::{ColumnNames, ComparedColumn, Duplicates, KeyColumn, Normalisation, Tolerance};
use tieout_reconcile::{ComparisonPlan, ComparisonSpec, EngineSettings, SideSchema, compare_tables, resolve};
use tieout_tables::{
    CellForm, FingerprintColumn, FingerprintKeys, FingerprintPlan, ParquetTable, TableError, TextForm,
};

use self::ledger::{KEY, Side, write_ledger};

/// The program's allocator.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Rows of a side.
const ROWS: u32 = 200_000;

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10).measurement_time(Duration::from_secs(10));
    targets = fingerprints, engine, merge
}
criterion_main!(benches);

/// Two sides of which one row in `one_in` differs.
struct Sides {
    folder: tempfile::TempDir,
    left: ParquetTable,
    right: ParquetTable,
}

impl Sides {
    fn new(one_in: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let table = |name: &str, side: Side| {
            let path = folder.path().join(name);
            write_ledger(&path, ROWS, side, one_in);
            ParquetTable::open(&path, None).unwrap()
        };
        let (left, right) = (table("left.parquet", Side::Left), table("right.parquet", Side::Right));
        Self { folder, left, right }
    }

    fn plan(&self) -> ComparisonPlan {
        let schema = self.left.schema();
        let names = |name: &str| ColumnNames { left: name.to_owned(), right: name.to_owned() };
        let key = |name: &str| KeyColumn { names: names(name), normalisation: Normalisation::default() };
        let compared = |name: &str| ComparedColumn {
            names: names(name),
            tolerance: Tolerance {
                absolute: (name == "amount").then(|| "0.05".parse().unwrap()),
                ..Tolerance::default()
            },
            normalisation: Normalisation::default(),
        };
        let others = schema.fields().iter().map(|field| field.name().as_str()).filter(|name| !KEY.contains(name));
        let spec = ComparisonSpec {
            id: "bench".to_owned(),
            key: KEY.map(key).to_vec(),
            columns: others.map(compared).collect(),
            duplicates: Duplicates::List,
            sum_difference: None,
            what_if: Vec::new(),
        };
        let side = |name: &str, table: &ParquetTable| SideSchema {
            name: name.to_owned(),
            schema: table.schema(),
            amounts: Vec::new(),
        };
        ComparisonPlan::new(spec, side("left", &self.left), side("right", &self.right)).unwrap()
    }
}

/// One side's pages to fingerprints, on one thread.
fn fingerprints(criterion: &mut Criterion) {
    let sides = Sides::new(1000);
    let column = |column: usize, form: CellForm| FingerprintColumn { column, form };
    let text = || CellForm::Text(TextForm::new(&Normalisation::default()));
    let number = || CellForm::Number { up: 0 };
    let plan = FingerprintPlan {
        key: vec![column(0, text()), column(1, text()), column(2, number())],
        values: vec![
            column(3, CellForm::Date),
            column(4, text()),
            column(5, text()),
            column(6, number()),
            column(7, number()),
            column(8, text()),
            column(9, text()),
            column(10, number()),
            column(11, CellForm::Timestamp { up: 0 }),
        ],
    };
    let keys = FingerprintKeys::new([7; 32], plan.key.len(), plan.values.len());
    let mut group = criterion.benchmark_group("fingerprint");
    group.throughput(Throughput::Elements(ROWS.into()));
    group.bench_function("12 columns", |bencher| {
        bencher.iter(|| {
            for row_group in 0..sides.left.groups() {
                let mut sink = |prints: &_| {
                    black_box(prints);
                    Ok(())
                };
                sides.left.fingerprint(row_group, &plan, &keys, &mut sink).unwrap();
            }
        });
    });
    group.finish();
}

/// Both files through the whole engine on two threads; of nearly all rows only the fingerprints count.
fn engine(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("engine");
    group.throughput(Throughput::Elements((2 * ROWS).into()));
    for (name, one_in, paranoid) in
        [("1 row in 1000 differs", 1000, false), ("1 row in 10 differs", 10, false), ("paranoid", 1000, true)]
    {
        let sides = Sides::new(one_in);
        let plan = sides.plan();
        let settings = EngineSettings {
            threads: 2,
            memory_limit_bytes: None,
            scratch: sides.folder.path().to_owned(),
            secret: [7; 32],
            paranoid,
        };
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                compare_tables(&plan, &sides.left, &sides.right, &settings, &mut |batch| {
                    black_box(batch);
                    Ok(())
                })
                .unwrap()
            });
        });
    }
    group.finish();
}

/// Every row of both sides sorted, merged and judged in full, as candidates are.
fn merge(criterion: &mut Criterion) {
    let sides = Sides::new(10);
    let plan = sides.plan();
    let (left, right) = (rows(&sides.left), rows(&sides.right));
    let mut group = criterion.benchmark_group("resolve");
    group.throughput(Throughput::Elements((2 * ROWS).into()));
    group.bench_function("every row", |bencher| bencher.iter(|| resolved(&plan, &left, &right, sides.folder.path())));
    group.finish();
}

fn rows(table: &ParquetTable) -> Vec<RecordBatch> {
    let columns: Vec<usize> = (0..table.schema().fields().len()).collect();
    let groups = (0..table.groups()).flat_map(|group| table.read_group(group, &columns).unwrap());
    groups.collect::<Result<_, _>>().unwrap()
}

fn resolved(plan: &ComparisonPlan, left: &[RecordBatch], right: &[RecordBatch], scratch: &Path) -> u64 {
    let mut sink = |batch| {
        black_box(batch);
        Ok(())
    };
    resolve(plan, handed(left), handed(right), scratch, &mut sink).unwrap().matched
}

fn handed(rows: &[RecordBatch]) -> impl Iterator<Item = Result<RecordBatch, TableError>> {
    rows.iter().cloned().map(Ok)
}
