//! A store that fails at operation n, for every n, then a retry: the same bytes as a run that never failed.

use tieout_testkit::{FaultMoment, FaultStore};

use crate::harness::{Bench, differences, folder_store, store, tree};

/// More operations than a run of the sample needs; reaching it would mean that the loop does not end.
const MANY: u64 = 1000;

async fn fail_everywhere(moment: FaultMoment) {
    let bench = Bench::bank_ledger();
    let (_, reference) = bench.result().await;
    let expected = tree(reference.path());
    for number in 1..MANY {
        let folder = tempfile::tempdir().unwrap();
        let outbox = folder.path().join("outbox");
        let faulty = FaultStore::failing_at(folder_store(folder.path()), number, moment);
        let first = bench.operate(&faulty, &outbox).await;
        if !faulty.has_failed() {
            assert!(first.is_ok() && number > 50, "a run has only {number} operations");
            return;
        }
        assert!(first.is_err(), "operation {number} failed and nobody noticed");
        bench.operate(&store(folder.path()), &outbox).await.unwrap();
        let found = tree(folder.path());
        assert_eq!(differences(&expected, &found), Vec::<String>::new(), "after a fault at operation {number}");
    }
    panic!("the run never ended without a fault");
}

#[tokio::test]
async fn an_operation_that_never_happened_leaves_no_trace_after_a_retry() {
    fail_everywhere(FaultMoment::Before).await;
}

#[tokio::test]
async fn an_operation_whose_answer_was_lost_leaves_no_trace_after_a_retry() {
    fail_everywhere(FaultMoment::After).await;
}
