//! The files of a package against its two lists, `manifest.json` and `checksums.sha256`.
//!
//! Of three witnesses, the file and both lists, the one that stands alone is wrong.

use std::collections::{BTreeMap, BTreeSet};

use tieout_model::{Artifact, Digest};

use crate::manifest::{CHECKSUMS_FILE, CLOSING_FILES, MANIFEST_FILE, checksum_line, parse_checksum_line, rank};
use crate::member_path::path_problem;
use crate::read::Member;
use crate::{EvidenceError, PACKAGE_SCHEMA, PackageManifest, Problem};

/// What the lists say, and what is wrong with them or the files.
pub(crate) struct Lists {
    /// The manifest, where it can be read.
    pub(crate) manifest: Option<PackageManifest>,
    /// What is wrong, the files first, in the order of the package.
    pub(crate) problems: Vec<Problem>,
}

/// Compares the files with both lists.
pub(crate) fn check_lists(members: &[Member]) -> Result<Lists, EvidenceError> {
    let witnesses = Witnesses::read(members)?;
    let (mut problems, of_lists) = witnesses.compare();
    let of_closing = witnesses.closing_problems(members, &of_lists)?;
    problems.extend(of_lists);
    problems.extend(of_closing);
    problems.extend(name_problems(members));
    if problems.is_empty() {
        problems.extend(witnesses.form_problems(members)?);
    }
    Ok(Lists { manifest: witnesses.manifest, problems })
}

/// Names that cannot be in a package, stand twice or stand out of order.
fn name_problems(members: &[Member]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let (mut before, mut seen) = (None::<&str>, BTreeSet::new());
    for Member { path, .. } in members {
        if let Some(why) = path_problem(path) {
            problems.push(Problem::new(path, format!("has a name that no file of a package can have: it {why}")));
        }
        if !seen.insert(path) {
            problems.push(Problem::new(path, "is there more than once"));
        } else if before.is_some_and(|before| rank(before) > rank(path)) {
            problems.push(Problem::new(path, "stands out of order"));
        }
        before = Some(path);
    }
    problems
}

/// The three witnesses of what the files are.
struct Witnesses<'a> {
    files: BTreeMap<&'a str, &'a Member>,
    manifest: Option<PackageManifest>,
    manifest_bytes: Vec<u8>,
    /// Digests by path in the manifest; absent when it cannot be read.
    by_manifest: Option<BTreeMap<String, Digest>>,
    checksums_text: String,
    by_checksums: BTreeMap<String, Digest>,
}

impl<'a> Witnesses<'a> {
    fn read(members: &'a [Member]) -> Result<Self, EvidenceError> {
        let files: BTreeMap<&str, &Member> = members.iter().map(|member| (member.path.as_str(), member)).collect();
        let bytes = |name: &str| files.get(name).map_or(Ok(Vec::new()), |member| member.bytes());
        let manifest_bytes = bytes(MANIFEST_FILE)?;
        let manifest = serde_json::from_slice::<PackageManifest>(&manifest_bytes).ok();
        let by_manifest = manifest
            .as_ref()
            .map(|manifest| manifest.files.iter().map(|artifact| (artifact.path.clone(), artifact.digest)).collect());
        let checksums_text = String::from_utf8_lossy(&bytes(CHECKSUMS_FILE)?).into_owned();
        let by_checksums = checksums_text
            .lines()
            .filter_map(parse_checksum_line)
            .map(|(digest, path)| (path.to_owned(), digest))
            .collect();
        Ok(Self { files, manifest, manifest_bytes, by_manifest, checksums_text, by_checksums })
    }

    /// Problems of the files, and problems of the lists where the other two witnesses agree.
    fn compare(&self) -> (Vec<Problem>, Vec<Problem>) {
        let (mut of_files, mut of_lists) = (Vec::new(), Vec::new());
        let mut paths: BTreeSet<&str> = self.files.keys().copied().collect();
        paths.extend(self.by_checksums.keys().map(String::as_str));
        paths.extend(self.by_manifest.iter().flatten().map(|(path, _)| path.as_str()));
        let mut paths: Vec<&str> =
            paths.into_iter().filter(|path| ![MANIFEST_FILE, CHECKSUMS_FILE].contains(path)).collect();
        paths.sort_by_key(|path| rank(path));
        for path in paths {
            let file = self.files.get(path).map(|member| member.measured.digest);
            let in_checksums = self.by_checksums.get(path).copied();
            let in_manifest = match &self.by_manifest {
                Some(list) => list.get(path).copied(),
                None => in_checksums,
            };
            if file == in_manifest && file == in_checksums {
                continue;
            }
            if file == in_manifest {
                of_lists.push(list_problem(CHECKSUMS_FILE, path, in_checksums));
            } else if file == in_checksums {
                of_lists.push(list_problem(MANIFEST_FILE, path, in_manifest));
            } else {
                of_files.push(Problem::new(path, self.what_is_wrong(file, in_manifest.or(in_checksums))));
            }
        }
        (of_files, of_lists)
    }

    /// What is wrong with a file that both lists contradict.
    fn what_is_wrong(&self, file: Option<Digest>, recorded: Option<Digest>) -> String {
        match (file, recorded) {
            (Some(file), Some(recorded)) => {
                let owner = self.by_checksums.iter().find(|(_, digest)| **digest == file);
                let belongs = owner.map(|(path, _)| format!(", the contents of '{path}'")).unwrap_or_default();
                format!(
                    "is not the file that was packed: its SHA-256 is {}{belongs}; recorded is {}",
                    file.to_hex(),
                    recorded.to_hex()
                )
            }
            (Some(file), None) => {
                let owner = self.by_checksums.iter().find(|(_, digest)| **digest == file);
                let belongs = owner.map(|(path, _)| format!("; it has the contents of '{path}'")).unwrap_or_default();
                format!("was not packed: neither list names it{belongs}")
            }
            (None, _) => {
                let holds = |member: &&&Member| {
                    Some(member.measured.digest) == recorded && !self.by_checksums.contains_key(&member.path)
                };
                let found = self.files.values().find(holds);
                let now = found.map(|member| format!("; '{}' has its contents", member.path)).unwrap_or_default();
                format!("is missing{now}")
            }
        }
    }

    /// What is wrong with the lists themselves, of which only one vouches for the other.
    fn closing_problems(&self, members: &[Member], of_lists: &[Problem]) -> Result<Vec<Problem>, EvidenceError> {
        let mut problems: Vec<Problem> = CLOSING_FILES
            .iter()
            .filter(|name| !self.files.contains_key(**name) && !self.by_checksums.contains_key(**name))
            .map(|name| Problem::new(name, "is missing"))
            .collect();
        let (manifest, checksums) = (self.files.get(MANIFEST_FILE), self.files.get(CHECKSUMS_FILE));
        if manifest.is_some() && self.manifest.is_none() {
            problems.push(Problem::new(MANIFEST_FILE, "cannot be read as a manifest"));
        }
        match (manifest, checksums, self.by_checksums.get(MANIFEST_FILE)) {
            (Some(manifest), Some(checksums), Some(recorded)) if manifest.measured.digest != *recorded => {
                let is_blamed = |list: &str| of_lists.iter().any(|problem| problem.file == list);
                let manifest_is =
                    is_blamed(MANIFEST_FILE) || is_damaged(manifest) || !self.manifest_is_canonical(members)?;
                let checksums_are = is_blamed(CHECKSUMS_FILE) || is_damaged(checksums);
                problems.extend(disagreement(manifest_is, checksums_are));
            }
            (Some(_), Some(_), None) => problems.push(list_problem(CHECKSUMS_FILE, MANIFEST_FILE, None)),
            (None, _, Some(_)) => problems.push(Problem::new(MANIFEST_FILE, "is missing")),
            _ => {}
        }
        Ok(problems)
    }

    /// Whether the manifest has exactly the bytes that the writer gives to one of these files and its own header.
    fn manifest_is_canonical(&self, members: &[Member]) -> Result<bool, EvidenceError> {
        let Some(manifest) = &self.manifest else { return Ok(false) };
        let is_listed = |member: &&Member| ![MANIFEST_FILE, CHECKSUMS_FILE].contains(&member.path.as_str());
        let listed = members.iter().filter(is_listed).map(|member| Artifact {
            path: member.path.clone(),
            size_bytes: member.measured.size,
            digest: member.measured.digest,
        });
        let canonical = PackageManifest { files: listed.collect(), ..manifest.clone() };
        Ok(canonical.to_bytes()? == self.manifest_bytes)
    }

    /// Whether both lists have exactly the bytes that the writer would give them.
    fn form_problems(&self, members: &[Member]) -> Result<Vec<Problem>, EvidenceError> {
        let mut problems = Vec::new();
        let Some(manifest) = &self.manifest else { return Ok(problems) };
        if manifest.schema != PACKAGE_SCHEMA {
            let what =
                format!("is of format {}; this program knows {PACKAGE_SCHEMA}, use the newer one", manifest.schema);
            problems.push(Problem::new(MANIFEST_FILE, what));
        }
        if !self.manifest_is_canonical(members)? {
            problems.push(Problem::new(MANIFEST_FILE, "is not written as a manifest of these files is"));
        }
        let lines = members.iter().filter(|member| member.path != CHECKSUMS_FILE);
        let canonical: String = lines.map(|member| checksum_line(member.measured.digest, &member.path)).collect();
        if canonical != self.checksums_text {
            problems.push(Problem::new(CHECKSUMS_FILE, "is not written as the checksums of these files are"));
        }
        Ok(problems)
    }
}

/// A list stands alone against the other list and the file.
fn list_problem(list: &str, path: &str, recorded: Option<Digest>) -> Problem {
    let what = match recorded {
        Some(digest) => format!("says {} of '{path}', which the file and the other list contradict", digest.to_hex()),
        None => format!("does not name '{path}'"),
    };
    Problem::new(list, what)
}

/// Whether the zip records another CRC-32 than the file has.
fn is_damaged(member: &Member) -> bool {
    member.recorded_crc.is_some_and(|crc| crc != member.measured.crc)
}

/// Manifest and checksums contradict each other: the one with other damage was changed; without any, either.
fn disagreement(manifest_is_damaged: bool, checksums_are_damaged: bool) -> Vec<Problem> {
    let suspects = match (manifest_is_damaged, checksums_are_damaged) {
        (true, false) => vec![MANIFEST_FILE],
        (false, true) => vec![CHECKSUMS_FILE],
        _ => vec![MANIFEST_FILE, CHECKSUMS_FILE],
    };
    let what = "was changed, or the other list was: the checksum of manifest.json in checksums.sha256 is not its own";
    suspects.into_iter().map(|list| Problem::new(list, what)).collect()
}
