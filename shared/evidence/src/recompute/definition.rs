//! The control's definition in the package against its digest in the manifest.
//!
//! The digest covers names and contents, each after its length: nothing can be moved from one file to another.

use tieout_model::Sha256Stream;

use super::{Lookup, Package};
use crate::findings::{Findings, Problem};
use crate::{EvidenceError, PackageHeader};

/// The folder with the definition's files.
const FOLDER: &str = "definition/";

/// Computes the definition's digest again.
pub(super) fn check(
    package: &Package<'_>,
    header: Option<&PackageHeader>,
    findings: &mut Findings,
) -> Result<(), EvidenceError> {
    let Some(header) = header else {
        findings.skip("definition", "the manifest cannot be read");
        return Ok(());
    };
    let mut stream = Sha256Stream::default();
    let mut files = 0_u64;
    for path in package.below(FOLDER) {
        let Lookup::Sound(member) = package.file(path) else {
            findings.skip("definition", format!("{path} is not the file that was packed"));
            return Ok(());
        };
        let name = path.strip_prefix(FOLDER).unwrap_or(path);
        stream.update_delimited(name.as_bytes());
        stream.update_delimited(&member.bytes()?);
        files += 1;
    }
    let (digest, _) = stream.finish();
    let problems = if digest == header.definition {
        Vec::new()
    } else {
        let what = format!("has files with the digest {digest}, the run was made with {}", header.definition);
        vec![Problem::new(FOLDER, what)]
    };
    findings.record("definition", problems, || format!("{files} files; {digest}"));
    Ok(())
}
