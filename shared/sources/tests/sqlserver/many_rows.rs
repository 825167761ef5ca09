//! Many rows: nothing is lost, and memory does not grow with their number.

use tieout_testkit::tds::{Answer, CannedBackend, Request, ServerOptions, TdsServer};

use crate::support::{Reading, entry, ledger_columns, proof, source_for};
use tieout_pipeline::ports::Source;

#[tokio::test]
async fn rows_come_in_order_in_batches_of_bounded_size() {
    let rows = |_: &Request, _: u64| Answer::rows(ledger_columns(), (1..=100_000).map(|at| entry(at, i128::from(at))));
    let backend = CannedBackend::new().on("tieout_rows", proof(100_000, None)).on("-- rows", rows);
    let server = TdsServer::start(ServerOptions::default(), backend).unwrap();
    let outcome = Reading::ledger().read(&source_for(&server)).await.unwrap();
    assert!(outcome.rows.iter().enumerate().all(|(at, row)| row[0] == (at + 1).to_string()));
    assert_eq!(outcome.rows.len(), 100_000);
    assert!(outcome.batch_sizes.iter().all(|size| *size <= 8192));
}

#[tokio::test]
async fn memory_is_bounded_whatever_the_number_of_rows() {
    let block: Vec<_> = (1..=1000).map(|at| entry(at, i128::from(at))).collect();
    let rows = move |_: &Request, _: u64| Answer::encoded(ledger_columns(), &block, 200).unwrap();
    let backend = CannedBackend::new().on("tieout_rows", proof(200_000, None)).on("-- rows", rows);
    let server = TdsServer::start(ServerOptions::default(), backend).unwrap();
    let source = source_for(&server);
    let reading = Reading::ledger();
    let mut reader = source.open(&reading.request()).await.unwrap();
    let mut rows = 0;
    while let Some(batch) = reader.next_batch().await.unwrap() {
        rows += batch.rows.num_rows();
    }
    assert_eq!(rows, 200_000);
    // Server and client in one process; all rows at once would be more than 20 bytes each on the wire alone.
    assert!(peak_mb() < 150, "{} MB", peak_mb());
}

/// The most memory that this process has had, in MB; every test is a process of its own.
fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}
