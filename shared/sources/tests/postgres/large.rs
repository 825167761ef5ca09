//! A large answer: memory stays bounded, and the server waits for the reader.

use std::sync::Arc;

use tieout_pipeline::ports::Source;
use tieout_testkit::postgres::PostgresServer;

use super::support::{block_on, column, data_set, database, parameters, request, source};

/// The most that the resident memory of this process has been, in bytes; `None` where the system does not tell.
fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

#[test]
fn a_million_rows_take_bounded_memory() {
    let Some(server) = PostgresServer::start("") else { return };
    let sql = "WITH population AS (SELECT n, n * 1.01 AS amount, repeat('x', 60) AS note FROM generate_series(1, 1000000) AS n)
        SELECT p.n, p.amount, p.note FROM population AS p ORDER BY p.n";
    let columns = vec![column("n", "integer"), column("amount", "decimal(18,2)"), column("note", "text")];
    let (data_set, database, parameters) = (data_set(sql, &["amount"], columns), database(), parameters());
    let source = Arc::new(source(server.secret()));
    let before = peak_bytes();
    let rows = block_on(async {
        let mut reader = source.open(&request(&data_set, &database, &parameters, None)).await.unwrap();
        let mut rows = 0;
        while let Some(batch) = reader.next_batch().await.unwrap() {
            assert_eq!(batch.rejects, []);
            rows += batch.rows.num_rows();
        }
        assert_eq!(reader.proof().await.unwrap().rows, 1_000_000);
        rows
    });
    assert_eq!(rows, 1_000_000);
    // The answer is about 90 MB on the wire.
    if let (Some(before), Some(after)) = (before, peak_bytes()) {
        assert!(after - before < 40_000_000, "grew by {} bytes", after - before);
    }
}
