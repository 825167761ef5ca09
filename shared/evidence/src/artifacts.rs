//! The folder of a run, as its stages left it, against the manifests that committed them.
//!
//! Only what a manifest names exists, and what it names must be there byte for byte.

use std::collections::BTreeMap;
use std::io::{self, Read};

use tieout_model::{Artifact, MANIFEST_SCHEMA, Manifest};

use crate::Problem;
use crate::measure::measure;

/// Opens a stored file for reading by its key; `None` when the key is absent.
pub type ReadArtifact<'a> = dyn FnMut(&str) -> io::Result<Option<Box<dyn Read>>> + 'a;

/// Compares every file that the manifests of one run name, as output or as input, with size and digest, and the
/// manifests with one another.
///
/// `read` is called once for each key. A file that cannot be read is a problem too. Problems come in the order of
/// the manifests. Files that no manifest names are not looked for.
pub fn verify_artifacts(manifests: &[Manifest], read: &mut ReadArtifact<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut known: BTreeMap<&str, &Artifact> = BTreeMap::new();
    for manifest in manifests {
        problems.extend(identity_problem(manifest, manifests));
        for artifact in manifest.inputs.iter().chain(&manifest.artifacts) {
            match known.insert(&artifact.path, artifact) {
                None => problems.extend(file_problem(artifact, read)),
                Some(before) if before == artifact => {}
                Some(_) => {
                    let what = format!("has another size or digest in the manifest of stage {}", manifest.stage);
                    problems.push(Problem::new(&artifact.path, what));
                }
            }
        }
    }
    problems
}

/// A manifest of another run or of an unknown format.
fn identity_problem(manifest: &Manifest, manifests: &[Manifest]) -> Option<Problem> {
    let file = format!("{}/manifest.json", manifest.stage);
    if manifest.schema != MANIFEST_SCHEMA {
        let what = format!("is of format {}; this program knows {MANIFEST_SCHEMA}, use the newer one", manifest.schema);
        return Some(Problem::new(&file, what));
    }
    let first = manifests.first()?;
    (manifest.run_id != first.run_id).then(|| {
        Problem::new(
            &file,
            format!("is of {}, the manifest of stage {} of {}", manifest.run_id, first.stage, first.run_id),
        )
    })
}

fn file_problem(artifact: &Artifact, read: &mut ReadArtifact<'_>) -> Option<Problem> {
    let what = match read(&artifact.path).and_then(|file| file.map(|mut file| measure(&mut *file)).transpose()) {
        Err(error) => format!("cannot be read: {error}"),
        Ok(None) => "is missing".to_owned(),
        Ok(Some(found)) if found.size != artifact.size_bytes => {
            format!("has {} bytes, {} were written", found.size, artifact.size_bytes)
        }
        Ok(Some(found)) if found.digest != artifact.digest => {
            format!("is not what was written: its digest is {}, recorded is {}", found.digest, artifact.digest)
        }
        Ok(Some(_)) => return None,
    };
    Some(Problem::new(&artifact.path, what))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tieout_model::{Digest, RunId, StageName};

    type Store = BTreeMap<String, Vec<u8>>;

    fn artifact(path: &str, bytes: &[u8]) -> Artifact {
        Artifact { path: path.to_owned(), size_bytes: bytes.len() as u64, digest: Digest::of(bytes) }
    }

    fn manifest(stage: StageName, inputs: Vec<Artifact>, artifacts: Vec<Artifact>) -> Manifest {
        let run_id = RunId {
            control: "bank-ledger".parse().unwrap(),
            cutoff_date: "2024-12-31".parse().unwrap(),
            run: "0001".parse().unwrap(),
        };
        Manifest { schema: MANIFEST_SCHEMA, run_id, stage, inputs, artifacts }
    }

    /// Two stages: the first writes `rows`, the second reads the first one's manifest and `rows` and writes `result`.
    fn run() -> (Vec<Manifest>, Store) {
        let files = [("rows", "a;b"), ("result", "{}"), ("extract/manifest.json", "[]")];
        let store: Store = files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())).into();
        let of = |path: &str| artifact(path, &store[path]);
        let manifests = vec![
            manifest(StageName::Extract, Vec::new(), vec![of("rows")]),
            manifest(StageName::Reconcile, vec![of("extract/manifest.json"), of("rows")], vec![of("result")]),
        ];
        (manifests, store)
    }

    fn problems(manifests: &[Manifest], store: &Store) -> Vec<(String, String)> {
        let mut read = |path: &str| {
            let bytes = store.get(path).cloned();
            Ok(bytes.map(|bytes| Box::new(io::Cursor::new(bytes)) as Box<dyn Read>))
        };
        verify_artifacts(manifests, &mut read).into_iter().map(|problem| (problem.file, problem.what)).collect()
    }

    #[test]
    fn a_run_as_it_was_written_has_no_problem() {
        let (manifests, store) = run();
        assert_eq!(problems(&manifests, &store), []);
    }

    #[test]
    fn a_changed_a_longer_and_a_missing_file_are_each_named() {
        for path in ["rows", "result", "extract/manifest.json"] {
            let (manifests, store) = run();
            let mut changed = store.clone();
            changed.get_mut(path).unwrap()[0] ^= 1;
            let mut longer = store.clone();
            longer.get_mut(path).unwrap().push(b' ');
            let mut missing = store.clone();
            missing.remove(path);
            for (store, expected) in [(changed, "is not what"), (longer, "bytes, "), (missing, "is missing")] {
                let [(file, what)] = problems(&manifests, &store).try_into().unwrap();
                assert!(file == path && what.contains(expected), "{path}: {file} {what}");
            }
        }
    }

    #[test]
    fn manifests_that_contradict_each_other_are_found() {
        let (mut manifests, store) = run();
        manifests[1].inputs[1].digest = Digest::of(b"another");
        assert_eq!(problems(&manifests, &store)[0].0, "rows");
        let (mut manifests, store) = run();
        manifests[1].run_id.run = "0002".parse().unwrap();
        assert_eq!(problems(&manifests, &store)[0].0, "reconcile/manifest.json");
    }

    #[test]
    fn a_file_that_cannot_be_read_is_a_problem_not_a_pass() {
        let (manifests, _) = run();
        let found = verify_artifacts(&manifests, &mut |_| Err(io::Error::other("no such disk")));
        assert_eq!(found.len(), 3);
        assert!(found.iter().all(|problem| problem.what.contains("no such disk")));
    }
}
