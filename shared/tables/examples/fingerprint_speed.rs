//! Measures how fast the rows of Parquet files are fingerprinted, beside decoding them with Arrow.
//!
//! `fingerprint_speed [--threads N] [--column NAME]... [--alone] FILE...`: the key is the columns `company`,
//! `document_no` and `line_no` as far as there are such, every other column is compared. All files have the columns of
//! the first. Best of three rounds each; with `--alone` nothing but the fingerprints.

#![expect(clippy::disallowed_methods, reason = "a benchmark measures time")]

use std::error::Error;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use arrow::datatypes::{DataType, Schema, TimeUnit};
use parquet::file::reader::{FileReader, SerializedFileReader};
use tieout_model::Normalisation;
use tieout_tables::{
    CellForm, FingerprintColumn, FingerprintKeys, FingerprintPlan, ParquetTable, TableError, TextForm,
};

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const KEY: [&str; 3] = ["company", "document_no", "line_no"];
const ROUNDS: usize = 3;

type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

fn main() -> Outcome {
    let mut threads = 2;
    let mut columns = Vec::new();
    let mut paths = Vec::new();
    let mut is_alone = false;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--threads" => threads = arguments.next().ok_or("--threads needs a number")?.parse()?,
            "--column" => columns.push(arguments.next().ok_or("--column needs a name")?),
            "--alone" => is_alone = true,
            _ => paths.push(PathBuf::from(argument)),
        }
    }
    let columns = (!columns.is_empty()).then_some(columns);
    let tables = paths.iter().map(|path| ParquetTable::open(path, columns.as_deref()));
    let tables = tables.collect::<Result<Vec<_>, _>>()?;
    let groups: Vec<(&ParquetTable, usize)> =
        tables.iter().flat_map(|table| (0..table.groups()).map(move |group| (table, group))).collect();
    let rows: u64 = tables.iter().map(ParquetTable::rows).sum();
    println!("{} files, {rows} rows, {} row groups, {threads} threads", tables.len(), groups.len());

    let first = tables.first().ok_or("name a file")?;
    let plan = plan_of(&first.schema())?;
    let keys = FingerprintKeys::new([7; 32], plan.key.len(), plan.values.len());
    let digest = AtomicU64::new(0);
    measure("fingerprint", rows, || {
        digest.store(0, Ordering::Relaxed);
        on_threads(&groups, threads, |table, group| fingerprint(table, group, &plan, &keys, &digest))
    })?;
    println!("digest of all fingerprints {:016x}", digest.load(Ordering::Relaxed));
    if is_alone {
        return Ok(());
    }
    measure("pages only", rows, || {
        on_threads(&groups, threads, |table, group| pages(table, group, columns.as_deref()))
    })?;
    measure("decode with Arrow", rows, || on_threads(&groups, threads, decode))
}

fn measure(name: &str, rows: u64, mut work: impl FnMut() -> Outcome) -> Outcome {
    let mut best: Option<(Duration, Duration)> = None;
    for _ in 0..ROUNDS {
        let (wall, processor) = (Instant::now(), processor_time()?);
        work()?;
        let taken = (wall.elapsed(), processor_time()?.saturating_sub(processor));
        best = Some(best.map_or(taken, |best| best.min(taken)));
    }
    let (wall, processor) = best.unwrap_or_default();
    let nanoseconds = processor.as_nanos() / u128::from(rows.max(1));
    println!(
        "{name:20} wall {:6} ms, processor {:6} ms, {nanoseconds} ns a row",
        wall.as_millis(),
        processor.as_millis()
    );
    Ok(())
}

/// User and system time of the process so far, as Linux tells it in hundredths of a second.
fn processor_time() -> Result<Duration, Box<dyn Error + Send + Sync>> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit_once(')').ok_or("no process name in /proc/self/stat")?.1;
    let ticks = after_name.split_whitespace().skip(11).take(2).map(str::parse::<u64>);
    Ok(Duration::from_millis(ticks.sum::<Result<u64, _>>()? * 10))
}

fn on_threads(
    groups: &[(&ParquetTable, usize)],
    threads: usize,
    work: impl Fn(&ParquetTable, usize) -> Outcome + Sync,
) -> Outcome {
    let (next, failed) = (AtomicUsize::new(0), Mutex::new(Ok(())));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((table, group)) = groups.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(error) = work(table, *group)
                        && let Ok(mut failed) = failed.lock()
                    {
                        *failed = Err(error);
                    }
                }
            });
        }
    });
    failed.into_inner().map_err(|_| "a thread panicked")?
}

fn fingerprint(
    table: &ParquetTable,
    group: usize,
    plan: &FingerprintPlan,
    keys: &FingerprintKeys,
    digest: &AtomicU64,
) -> Outcome {
    let mut sum = 0_u64;
    table.fingerprint(group, plan, keys, &mut |window| {
        for (key, value) in window.keys.iter().zip(&window.values) {
            sum = sum.wrapping_add(key[0] ^ key[1].rotate_left(20) ^ value.rotate_left(40));
        }
        Ok::<(), TableError>(())
    })?;
    digest.fetch_add(sum, Ordering::Relaxed);
    Ok(())
}

fn plan_of(schema: &Schema) -> Result<FingerprintPlan, Box<dyn Error + Send + Sync>> {
    let mut plan = FingerprintPlan::default();
    for (column, field) in schema.fields().iter().enumerate() {
        let form = match field.data_type() {
            DataType::Utf8 => CellForm::Text(TextForm::new(&Normalisation::default())),
            DataType::Int64 | DataType::Decimal128(..) | DataType::Decimal256(..) => CellForm::Number { up: 0 },
            DataType::Boolean => CellForm::Boolean,
            DataType::Date32 => CellForm::Date,
            DataType::Timestamp(TimeUnit::Microsecond | TimeUnit::Nanosecond, _) => CellForm::Timestamp { up: 0 },
            DataType::Time64(_) => CellForm::Time { up: 0 },
            DataType::Float64 => CellForm::Float,
            DataType::Binary => CellForm::Bytes,
            other => return Err(format!("no form for {other}").into()),
        };
        let columns = if KEY.contains(&field.name().as_str()) { &mut plan.key } else { &mut plan.values };
        columns.push(FingerprintColumn { column, form });
    }
    Ok(plan)
}

/// Reads and decompresses the pages and does nothing with them.
fn pages(table: &ParquetTable, group: usize, columns: Option<&[String]>) -> Outcome {
    let reader = SerializedFileReader::new(file(table.path())?)?;
    let group = reader.get_row_group(group)?;
    for (column, chunk) in group.metadata().columns().iter().enumerate() {
        if columns.is_none_or(|columns| columns.contains(&chunk.column_path().string())) {
            let mut pages = group.get_column_page_reader(column)?;
            while pages.get_next_page()?.is_some() {}
        }
    }
    Ok(())
}

fn file(path: &Path) -> std::io::Result<File> {
    File::open(path)
}

/// Decodes all columns to Arrow arrays and does nothing with them.
fn decode(table: &ParquetTable, group: usize) -> Outcome {
    let columns: Vec<usize> = (0..table.schema().fields().len()).collect();
    for batch in table.read_group(group, &columns)? {
        batch?;
    }
    Ok(())
}
