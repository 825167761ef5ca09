//! Evidence packages from the outside: what is written, what the verifier finds, and what it names.
//!
//! Every change to a package is made here in the bytes, as someone else would make it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod arrays;
mod changed;
mod comparison;
mod flipped;
mod forged;
mod run;
mod written;
