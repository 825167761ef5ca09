//! Evidence of a run: a package that an auditor can check without us, and the verifier that checks it.
//!
//! The package is a zip with exactly one valid form for given files, so every byte of it can be recomputed; the
//! verifier recomputes them all, and every figure, and trusts no recorded result. It builds from this crate, the
//! model and the tables alone. The format is in the README of this crate, written for a second implementation.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking"))]

mod archive;
mod artifacts;
mod error;
mod findings;
mod lists;
mod manifest;
mod measure;
mod member_path;
mod package;
mod read;
mod recompute;
mod summary;
mod verify;
mod zip_writer;

pub use artifacts::{ReadArtifact, verify_artifacts};
pub use error::EvidenceError;
pub use findings::{Check, Problem};
pub use manifest::{PACKAGE_SCHEMA, PackageHeader, PackageManifest};
pub use package::{Content, PackageFile, Stored, write_package};
pub use summary::{AmountSource, DataSetSummary, EXCLUDED_REASON_COLUMN, SUMMARY_SCHEMA};
pub use verify::{Verdict, Verification, verify_package};
