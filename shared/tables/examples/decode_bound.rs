//! Reads every column of Parquet files with arrow-rs and drops the batches: the floor under any comparison of them.
//!
//! `make bench` runs it beside the program: `decode_bound THREADS FILE..`. The threads take row groups from one
//! counter, so that none waits while another still has a file to itself.

use std::error::Error;
use std::fs::File;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};

/// The program's allocator: with the system's the floor would lie higher.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Rows of a batch; more fall out of the processor's cache, fewer cost more calls.
const BATCH_ROWS: usize = 8192;

type Failure = Box<dyn Error + Send + Sync>;

/// A row group that is to be read.
struct Group<'a> {
    path: &'a PathBuf,
    metadata: &'a ArrowReaderMetadata,
    index: usize,
}

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let threads: usize = arguments.next().ok_or("usage: decode_bound THREADS FILE..")?.parse()?;
    let paths: Vec<PathBuf> = arguments.map(PathBuf::from).collect();
    let load = |path: &PathBuf| ArrowReaderMetadata::load(&File::open(path)?, ArrowReaderOptions::new());
    let metadata = paths.iter().map(load).collect::<Result<Vec<_>, _>>()?;
    let groups: Vec<Group<'_>> = paths
        .iter()
        .zip(&metadata)
        .flat_map(|(path, metadata)| {
            (0..metadata.metadata().num_row_groups()).map(move |index| Group { path, metadata, index })
        })
        .collect();
    let next = AtomicUsize::new(0);
    let rows = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(|| read_some(&groups, &next))).collect();
        workers.into_iter().map(|worker| worker.join().map_err(|_| "a thread panicked")?).sum::<Result<usize, _>>()
    })?;
    println!("{rows} rows");
    Ok(())
}

/// Reads groups as long as there are any; returns the number of rows.
fn read_some(groups: &[Group<'_>], next: &AtomicUsize) -> Result<usize, Failure> {
    let mut rows = 0;
    while let Some(group) = groups.get(next.fetch_add(1, Ordering::Relaxed)) {
        let file = File::open(group.path)?;
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, group.metadata.clone())
            .with_row_groups(vec![group.index])
            .with_batch_size(BATCH_ROWS)
            .build()?;
        for batch in reader {
            rows += batch?.num_rows();
        }
    }
    Ok(rows)
}
