//! Everything that a result records, computed again from the rows and tables of its package.
//!
//! A file that is not the one that was packed is left alone: it is named already, and nothing follows from it.

mod absorbed;
mod assertion;
mod conclusion;
mod data_set;
mod definition;
mod identity;
mod recount;
mod table;
mod threshold_check;
mod tie_out;

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tieout_model::{RESULT_SCHEMA, RunResult};

use crate::EvidenceError;
use crate::findings::{Findings, Problem};
use crate::manifest::PackageHeader;
use crate::read::Member;

/// The file with the verdict and all figures.
pub(crate) const RESULT_FILE: &str = "result.json";

/// The files of a package, for looking up.
pub(crate) struct Package<'a> {
    files: BTreeMap<&'a str, Lookup<'a>>,
}

/// What became of a file that was looked up.
#[derive(Clone, Copy)]
pub(crate) enum Lookup<'a> {
    /// It is there, as it was packed.
    Sound(&'a Member),
    /// It is wrong or missing, and there is a problem that says so.
    Named,
    /// It is not in the package, and nothing said that it should be.
    Absent,
}

impl<'a> Package<'a> {
    /// The files, those apart that problems name.
    pub(crate) fn new(members: &'a [Member], problems: &'a [Problem]) -> Self {
        let mut files: BTreeMap<&str, Lookup<'_>> =
            members.iter().map(|member| (member.path.as_str(), Lookup::Sound(member))).collect();
        files.extend(problems.iter().map(|problem| (problem.file.as_str(), Lookup::Named)));
        Self { files }
    }

    /// The file with this path.
    pub(crate) fn file(&self, path: &str) -> Lookup<'a> {
        self.files.get(path).copied().unwrap_or(Lookup::Absent)
    }

    /// Paths of all files below a folder, which ends in `/`.
    pub(crate) fn below(&self, folder: &str) -> impl Iterator<Item = &'a str> {
        self.files.keys().copied().filter(move |path| path.starts_with(folder))
    }
}

/// Computes everything again.
pub(crate) fn recompute(
    package: &Package<'_>,
    header: Option<&PackageHeader>,
    findings: &mut Findings,
) -> Result<(), EvidenceError> {
    identity::check_request(package, header, findings)?;
    definition::check(package, header, findings)?;
    let result = match document::<RunResult>(package, RESULT_FILE)? {
        Ok(result) => result,
        Err(NoDocument::Named) => {
            findings.skip("result", "result.json is not the file that was packed");
            return Ok(());
        }
        Err(NoDocument::Problem(problem)) => {
            findings.record("result", vec![problem], String::new);
            return Ok(());
        }
    };
    if result.schema != RESULT_SCHEMA {
        let what = format!("is of format {}; this program knows {RESULT_SCHEMA}, use the newer one", result.schema);
        findings.record("result", vec![Problem::new(RESULT_FILE, what)], String::new);
        return Ok(());
    }
    identity::check_result(&result, header, findings);
    data_set::check_all(package, &result, findings)?;
    table::check_all(package, &result, findings)?;
    tie_out::check_all(package, &result, findings);
    assertion::check_all(package, &result, findings);
    threshold_check::check_all(package, &result, findings);
    conclusion::check(&result, findings);
    Ok(())
}

/// Why there is no document to go on with.
pub(crate) enum NoDocument {
    /// A problem that is known names the file.
    Named,
    /// A new problem.
    Problem(Problem),
}

/// Reads a JSON document that must be there and say nothing beyond its format.
pub(crate) fn document<T: DeserializeOwned + Serialize>(
    package: &Package<'_>,
    path: &str,
) -> Result<Result<T, NoDocument>, EvidenceError> {
    let member = match package.file(path) {
        Lookup::Sound(member) => member,
        Lookup::Named => return Ok(Err(NoDocument::Named)),
        Lookup::Absent => return Ok(Err(NoDocument::Problem(Problem::new(path, "is missing")))),
    };
    Ok(parse(&member.bytes()?).map_err(|what| NoDocument::Problem(Problem::new(path, what))))
}

/// Reads JSON and writes it again: what the second writing lacks or has otherwise does not belong to the format.
fn parse<T: DeserializeOwned + Serialize>(bytes: &[u8]) -> Result<T, String> {
    let unreadable =
        |error: serde_json::Error| format!("cannot be read (line {}, column {})", error.line(), error.column());
    let document: T = serde_json::from_slice(bytes).map_err(unreadable)?;
    let as_read: Value = serde_json::from_slice(bytes).map_err(unreadable)?;
    let as_written = serde_json::to_value(&document).map_err(unreadable)?;
    if as_read != as_written {
        return Err("has fields that its format does not have, or values in another form".to_owned());
    }
    Ok(document)
}
