//! Wire formats against their golden files: a change of one byte is a change of the format or of its figures.

use std::fs;

use crate::harness::{Bench, run_folder};

#[tokio::test]
async fn documents_of_a_run_are_the_golden_ones() {
    let (_, folder) = Bench::bank_ledger().result().await;
    let run = run_folder(folder.path(), "bank-ledger", "2024-01-31", "0001");
    for name in [
        "run.json",
        "reconcile/result.json",
        "extract/manifest.json",
        "extract/committed/ledger.json",
        "notify/receipt-outbox.json",
    ] {
        let document = fs::read_to_string(run.join(name)).unwrap();
        insta::assert_snapshot!(name.replace('/', "-"), document);
    }
}
