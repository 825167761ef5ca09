//! Which run it is: manifest, request and result must name the same one.
//!
//! Of the request only what a verifier needs is read; the rest of `run.json` is the pipeline's.

use serde::Deserialize;
use tieout_model::{Digest, RunId, RunResult};

use super::{Lookup, Package, RESULT_FILE};
use crate::findings::{Findings, Problem};
use crate::{EvidenceError, PackageHeader};

/// The file with the request.
const REQUEST_FILE: &str = "run.json";

/// What `run.json` says of the run itself.
#[derive(Deserialize)]
struct Request {
    run_id: RunId,
    definition: Digest,
    code_version: String,
}

/// Compares `run.json` with the manifest.
pub(super) fn check_request(
    package: &Package<'_>,
    header: Option<&PackageHeader>,
    findings: &mut Findings,
) -> Result<(), EvidenceError> {
    let member = match package.file(REQUEST_FILE) {
        Lookup::Sound(member) => member,
        Lookup::Named => {
            findings.skip("request", "run.json is not the file that was packed");
            return Ok(());
        }
        Lookup::Absent => {
            findings.record("request", vec![Problem::new(REQUEST_FILE, "is missing")], String::new);
            return Ok(());
        }
    };
    let problems = match (serde_json::from_slice::<Request>(&member.bytes()?), header) {
        (Err(_), _) => vec![Problem::new(REQUEST_FILE, "cannot be read as the request of a run")],
        (Ok(request), Some(header)) => {
            let says = PackageHeader {
                run_id: request.run_id,
                definition: request.definition,
                code_version: request.code_version,
            };
            if says == *header {
                Vec::new()
            } else {
                vec![Problem::new(REQUEST_FILE, "is of another run than manifest.json")]
            }
        }
        (Ok(_), None) => Vec::new(),
    };
    findings.record("request", problems, || "names the run, definition and program of the manifest".to_owned());
    Ok(())
}

/// Compares `result.json` with the manifest.
pub(super) fn check_result(result: &RunResult, header: Option<&PackageHeader>, findings: &mut Findings) {
    let run_id = RunId { control: result.control.clone(), cutoff_date: result.cutoff_date, run: result.run };
    let is_same = header.is_none_or(|header| header.run_id == run_id && header.definition == result.definition);
    let problems =
        if is_same { Vec::new() } else { vec![Problem::new(RESULT_FILE, "is of another run than manifest.json")] };
    findings.record("result", problems, || format!("is of {run_id}"));
}
