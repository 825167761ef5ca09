//! Each mistake in a definition, with the exact words and the place that it is reported with.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod fixture;

use fixture::{folder, mistakes, said, schema_mistakes};
#[test]
fn probe() {
    println!("{}", mistakes(&[]));
    println!("{}", schema_mistakes(&[], &[("reference", "text"), ("amount", "decimal(18,2)")]));
}
