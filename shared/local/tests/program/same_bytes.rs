//! Same inputs, same bytes: threads, places and repetition change nothing.

use crate::harness::{Bench, differences, tree};

#[tokio::test]
async fn the_number_of_threads_changes_no_byte() {
    let mut bench = Bench::bank_ledger();
    let (_, two) = bench.result().await;
    for threads in [1, 7] {
        bench.threads = threads;
        let (_, other) = bench.result().await;
        assert_eq!(differences(&tree(two.path()), &tree(other.path())), Vec::<String>::new(), "{threads} threads");
    }
}
