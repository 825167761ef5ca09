//! Verifies an evidence package: recomputes everything in it and never trusts a recorded result.
//!
//! A package that was changed is an answer with the wrong file's name, not an error.

use std::path::Path;

use serde::Serialize;

use crate::findings::Findings;
use crate::lists::check_lists;
use crate::read::{Opened, open};
use crate::recompute::{Package, recompute};
use crate::{Check, EvidenceError, PackageHeader, Problem};

/// Whether a package is what was packed and its parts agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every byte is as it was written and every figure was found again.
    Intact,
    /// Something was changed, dropped, added or does not follow from the rest.
    Broken,
}

/// The answer of the verifier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// Intact, or broken.
    pub verdict: Verdict,
    /// What the package says it is; absent when its manifest cannot be read.
    pub header: Option<PackageHeader>,
    /// Files in the package.
    pub files: u64,
    /// Their length in bytes, all together.
    pub bytes: u64,
    /// Everything that was checked.
    pub checks: Vec<Check>,
    /// Everything that is wrong, the first wrong file first; empty exactly when the package is intact.
    pub problems: Vec<Problem>,
}

/// Verifies the package at `path`: a zip, or a folder into which one was unpacked.
///
/// Fails only when something cannot be read from the disk; whatever is wrong with the package is in the answer.
pub fn verify_package(path: &Path) -> Result<Verification, EvidenceError> {
    let opened = open(path)?;
    let mut findings = Findings::default();
    findings.problems.clone_from(&opened.problems);
    let lists = check_lists(&opened.members)?;
    let bytes = opened.members.iter().fold(0_u64, |sum, member| sum.saturating_add(member.measured.size));
    let files = opened.members.len() as u64;
    findings
        .record("files", lists.problems, || format!("{files} files, {bytes} bytes, each with its recorded SHA-256"));
    check_zip(path, &opened, &mut findings)?;
    let header = lists.manifest.map(|manifest| manifest.header);
    let known = findings.problems.clone();
    let package = Package::new(&opened.members, &known);
    recompute(&package, header.as_ref(), &mut findings)?;
    let verdict = if findings.problems.is_empty() { Verdict::Intact } else { Verdict::Broken };
    Ok(Verification { verdict, header, files, bytes, checks: findings.checks, problems: findings.problems })
}

/// Compares the form of the zip. A file whose contents are wrong has wrong headers too: that is said once.
fn check_zip(path: &Path, opened: &Opened, findings: &mut Findings) -> Result<(), EvidenceError> {
    let Some(zip) = &opened.zip else {
        findings.skip("zip", "the package was unpacked; only the zip itself has these bytes");
        return Ok(());
    };
    let mut problems = zip.problems(&opened.members).map_err(EvidenceError::io("read", path))?;
    problems.retain(|problem| findings.problems.iter().all(|known| known.file != problem.file));
    findings.record("zip", problems, || "every byte around the files is the one that belongs there".to_owned());
    Ok(())
}
