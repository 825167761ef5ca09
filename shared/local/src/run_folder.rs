//! Verifies the folder of a run in a store: manifests, artifacts, package, and nothing else beside them.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use serde::Serialize;
use tieout_evidence::{Problem, Verdict, Verification, verify_artifacts, verify_package};
use tieout_model::{Artifact, Manifest, RunId, StageName};
use tieout_pipeline::layout::RunLayout;

/// What is wrong with the question, not with the run.
#[derive(Debug, thiserror::Error)]
pub enum RunFolderError {
    /// The folder's place does not say which run it is.
    #[error(
        "'{}' is neither a package nor the folder of a run (control=<id>/cutoff=<date>/run=<number>)",
        path.display()
    )]
    NotARun {
        /// The folder.
        path: PathBuf,
    },
    /// The folder cannot be read.
    #[error("cannot read '{}'", path.display())]
    Unreadable {
        /// The folder or file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The package cannot be read from the disk.
    #[error(transparent)]
    Evidence(#[from] tieout_evidence::EvidenceError),
}

/// The answer about a run's folder.
#[derive(Debug, Serialize)]
pub struct RunVerification {
    /// Intact, or broken.
    pub verdict: Verdict,
    /// The run, as its folder is called.
    pub run_id: RunId,
    /// Files of the run that were read.
    pub files: u64,
    /// Everything that is wrong, the first wrong file first.
    pub problems: Vec<Problem>,
    /// The answer about the evidence package, when it is there.
    pub package: Option<Verification>,
}

/// Verifies the folder of a run.
pub fn verify_run(folder: &Path) -> Result<RunVerification, RunFolderError> {
    let unreadable = |source| RunFolderError::Unreadable { path: folder.to_owned(), source };
    let folder = fs::canonicalize(folder).map_err(unreadable)?;
    let (root, run_id) = place(&folder).ok_or_else(|| RunFolderError::NotARun { path: folder.clone() })?;
    let layout = RunLayout::new(&run_id);
    let mut problems = Vec::new();
    let manifests = manifests(&root, &layout, &run_id, &mut problems).map_err(unreadable)?;
    problems.extend(verify_artifacts(&manifests, &mut |key| open(&root.join(key))));
    problems.extend(manifests.iter().filter_map(|manifest| names_nothing(&root, &layout, manifest)));
    let keys = keys(&root, layout.root()).map_err(unreadable)?;
    problems.extend(unnamed(&keys, &layout, &manifests));
    let package = match manifests.iter().flat_map(|manifest| &manifest.artifacts).find(|each| is_package(each)) {
        Some(package) if root.join(&package.path).is_file() => Some(verify_package(&root.join(&package.path))?),
        _ => None,
    };
    let intact = problems.is_empty() && package.as_ref().is_some_and(|package| package.verdict == Verdict::Intact);
    let verdict = if intact { Verdict::Intact } else { Verdict::Broken };
    Ok(RunVerification { verdict, run_id, files: keys.len() as u64, problems, package })
}

fn is_package(artifact: &Artifact) -> bool {
    Path::new(&artifact.path).extension().is_some_and(|end| end == "zip")
}

/// The root of the store and the run, from the last three parts of the folder's path.
fn place(folder: &Path) -> Option<(PathBuf, RunId)> {
    let mut parts = folder.components().rev().map(|part| part.as_os_str().to_str());
    let run = parts.next()??.strip_prefix("run=")?.parse().ok()?;
    let cutoff_date = parts.next()??.strip_prefix("cutoff=")?.parse().ok()?;
    let control = parts.next()??.strip_prefix("control=")?.parse().ok()?;
    let root = folder.parent()?.parent()?.parent()?.to_owned();
    Some((root, RunId { control, cutoff_date, run }))
}

/// The manifests of all stages; what is wrong with them is added to `problems`.
fn manifests(
    root: &Path,
    layout: &RunLayout,
    run_id: &RunId,
    problems: &mut Vec<Problem>,
) -> io::Result<Vec<Manifest>> {
    let mut manifests = Vec::new();
    for stage in StageName::ALL {
        let key = layout.manifest(stage);
        let mut wrong = |what: &str| problems.push(Problem { file: key.clone(), what: what.to_owned() });
        let bytes = match fs::read(root.join(&key)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                wrong("is missing: the stage has not committed");
                continue;
            }
            Err(error) => return Err(error),
        };
        match serde_json::from_slice::<Manifest>(&bytes) {
            Ok(manifest) if manifest.run_id != *run_id || manifest.stage != stage => {
                wrong("is the manifest of another run or stage");
            }
            Ok(manifest) => {
                if tieout_pipeline::wire::to_json(&key, &manifest).ok() != Some(bytes) {
                    wrong("is not as it was written");
                }
                manifests.push(manifest);
            }
            Err(_) => wrong("cannot be read as a manifest"),
        }
    }
    Ok(manifests)
}

/// A manifest that names a file that is not there: either may be the wrong one, so both are named.
fn names_nothing(root: &Path, layout: &RunLayout, manifest: &Manifest) -> Option<Problem> {
    let mut named = manifest.inputs.iter().chain(&manifest.artifacts);
    let missing = named.find(|artifact| !root.join(&artifact.path).is_file())?;
    let what = format!("names '{}', which is not there", missing.path);
    Some(Problem { file: layout.manifest(manifest.stage), what })
}

/// Files that no manifest names. What an attempt left behind that did not commit does not count: it does not exist.
fn unnamed(keys: &[String], layout: &RunLayout, manifests: &[Manifest]) -> Vec<Problem> {
    let mut named: BTreeSet<String> = StageName::ALL.iter().map(|stage| layout.manifest(*stage)).collect();
    for manifest in manifests {
        named.extend(manifest.inputs.iter().chain(&manifest.artifacts).map(|artifact| artifact.path.clone()));
    }
    let committed: BTreeSet<String> = named.iter().filter_map(|key| attempt_of(key)).collect();
    let left_behind = |key: &str| attempt_of(key).is_some_and(|attempt| !committed.contains(&attempt));
    keys.iter()
        .filter(|key| !named.contains(*key) && !left_behind(key))
        .map(|key| Problem { file: key.clone(), what: "is named by no manifest of the run".to_owned() })
        .collect()
}

/// The key of the attempt that a file belongs to.
fn attempt_of(key: &str) -> Option<String> {
    let (before, after) = key.split_once("/attempt=")?;
    let (attempt, _) = after.split_once('/')?;
    Some(format!("{before}/attempt={attempt}"))
}

/// Every file of the run by key, in order.
fn keys(root: &Path, prefix: &str) -> io::Result<Vec<String>> {
    let mut keys = Vec::new();
    let mut folders = vec![prefix.trim_end_matches('/').to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder))? {
            let entry = entry?;
            let key = format!("{folder}/{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() { folders.push(key) } else { keys.push(key) }
        }
    }
    keys.sort();
    Ok(keys)
}

fn open(path: &Path) -> io::Result<Option<Box<dyn Read>>> {
    match File::open(path) {
        Ok(file) => Ok(Some(Box::new(file))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
