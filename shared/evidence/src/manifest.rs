//! What a package says about itself: `manifest.json` and `checksums.sha256`.
//!
//! Both have one canonical form, so a verifier writes them anew from the files and compares the bytes.

use serde::{Deserialize, Serialize};
use tieout_model::{Artifact, Digest, RunId};

/// The version of the package format: its layout, its zip form and `manifest.json`.
pub const PACKAGE_SCHEMA: u32 = 1;

/// Name of the text that explains the package to a person.
pub(crate) const README_FILE: &str = "README.txt";
/// Name of the package's manifest.
pub(crate) const MANIFEST_FILE: &str = "manifest.json";
/// Name of the list of checksums.
pub(crate) const CHECKSUMS_FILE: &str = "checksums.sha256";
/// The files that the writer adds, in the order in which they close the zip.
pub(crate) const CLOSING_FILES: [&str; 3] = [README_FILE, MANIFEST_FILE, CHECKSUMS_FILE];

/// Where a file stands in a package: by path, the closing files last.
pub(crate) fn rank(path: &str) -> (usize, &str) {
    (CLOSING_FILES.iter().position(|closing| *closing == path).map_or(0, |place| place + 1), path)
}

/// What `manifest.json` says besides the files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageHeader {
    /// The run that the package is evidence of.
    #[serde(flatten)]
    pub run_id: RunId,
    /// Digest of the control's definition files.
    pub definition: Digest,
    /// Version of the program that ran the control.
    pub code_version: String,
}

/// The whole of `manifest.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageManifest {
    /// Version of the package format.
    pub schema: u32,
    /// What the package is.
    #[serde(flatten)]
    pub header: PackageHeader,
    /// Every file but `manifest.json` and `checksums.sha256`, in the order of the zip.
    pub files: Vec<Artifact>,
}

impl PackageManifest {
    /// The canonical bytes: JSON with two spaces of indentation, a line feed at the end.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

/// A line of `checksums.sha256` as `sha256sum` writes it: digits, two spaces, path, line feed.
pub(crate) fn checksum_line(digest: Digest, path: &str) -> String {
    format!("{}  {path}\n", digest.to_hex())
}

/// Digest and path of a line of `checksums.sha256` without its line feed; `None` when it has another form.
pub(crate) fn parse_checksum_line(line: &str) -> Option<(Digest, &str)> {
    let (hex, path) = line.split_once("  ")?;
    Some((format!("sha256:{hex}").parse().ok()?, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checksum_line_reads_back() {
        let digest = Digest::of(b"abc");
        let line = checksum_line(digest, "data/two  spaces.csv");
        assert_eq!(parse_checksum_line(line.trim_end_matches('\n')), Some((digest, "data/two  spaces.csv")));
        for line in ["", "abc  path", &line.replacen("  ", " *", 1)] {
            assert_eq!(parse_checksum_line(line), None, "{line}");
        }
    }

    #[test]
    fn the_manifest_has_one_form() {
        let manifest = PackageManifest {
            schema: PACKAGE_SCHEMA,
            header: PackageHeader {
                run_id: RunId {
                    control: "bank-ledger".parse().unwrap(),
                    cutoff_date: "2024-12-31".parse().unwrap(),
                    run: "0001".parse().unwrap(),
                },
                definition: Digest::of(b"definition"),
                code_version: "0.1.0".to_owned(),
            },
            files: vec![Artifact { path: "run.json".to_owned(), size_bytes: 3, digest: Digest::of(b"abc") }],
        };
        let bytes = manifest.to_bytes().unwrap();
        let expected = format!(
            r#"{{
  "schema": 1,
  "control": "bank-ledger",
  "cutoff_date": "2024-12-31",
  "run": "0001",
  "definition": "{}",
  "code_version": "0.1.0",
  "files": [
    {{
      "path": "run.json",
      "size_bytes": 3,
      "digest": "{}"
    }}
  ]
}}
"#,
            Digest::of(b"definition"),
            Digest::of(b"abc")
        );
        assert_eq!(String::from_utf8(bytes.clone()).unwrap(), expected);
        assert_eq!(serde_json::from_slice::<PackageManifest>(&bytes).unwrap(), manifest);
    }
}
