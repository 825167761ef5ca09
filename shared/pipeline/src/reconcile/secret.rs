//! The secret of a comparison, which keys the fingerprints of its rows.
//!
//! It follows from the run alone, so a run that resumes has it again. It cannot be known before the run began and its
//! rows were read, so nobody can write rows whose fingerprints collide.

use tieout_model::{Digest, RunResult, Sha256Stream};

use crate::StageError;
use crate::run::RunContext;
use crate::wire::to_json;

/// Keeps the secret apart from every other digest over the same pieces.
const DOMAIN: &[u8] = b"tieout/comparison-secret/1";

/// The secrets of a run's comparisons.
pub(super) struct Secrets {
    run: Vec<u8>,
    definition: Digest,
    request: Digest,
}

impl Secrets {
    /// Takes in what identifies the run: its id, the definition, and `run.json`, which knows when the run began.
    pub(super) fn new(run: &RunContext<'_>) -> Result<Self, StageError> {
        let key = run.layout.request();
        Ok(Self {
            run: run.document.run_id.to_string().into_bytes(),
            definition: run.document.definition,
            request: Digest::of(&to_json(&key, &run.document)?),
        })
    }

    /// The secret of one comparison of two data sets, which `result` has already.
    ///
    /// SHA-256 over the domain, the run's id, the digests of definition and `run.json`, the comparison's id and the
    /// digests of the rows of both data sets, each after its length.
    pub(super) fn of(&self, comparison: &str, sides: [&str; 2], result: &RunResult) -> [u8; 32] {
        let mut stream = Sha256Stream::default();
        stream.update_delimited(DOMAIN);
        stream.update_delimited(&self.run);
        stream.update_delimited(self.definition.as_bytes());
        stream.update_delimited(self.request.as_bytes());
        stream.update_delimited(comparison.as_bytes());
        for side in sides {
            let rows = result.data_sets.iter().find(|data_set| data_set.name == side).map(|data_set| data_set.digest);
            stream.update_delimited(rows.as_ref().map_or(&[][..], |digest| digest.as_bytes()));
        }
        *stream.finish().0.as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A result with two data sets of these rows.
    fn result(rows: [&[u8]; 2]) -> RunResult {
        let mut result: RunResult =
            serde_json::from_str(include_str!("../../../testkit/results/exceptions.json")).unwrap();
        result.data_sets.truncate(2);
        for (data_set, (name, rows)) in result.data_sets.iter_mut().zip(["a", "b"].into_iter().zip(rows)) {
            name.clone_into(&mut data_set.name);
            data_set.digest = Digest::of(rows);
        }
        result
    }

    #[test]
    fn a_secret_differs_with_everything_that_it_follows_from() {
        let secrets = |run: &str, definition: &[u8], request: &[u8]| Secrets {
            run: run.as_bytes().to_vec(),
            definition: Digest::of(definition),
            request: Digest::of(request),
        };
        let of = |secrets: &Secrets, comparison| secrets.of(comparison, ["a", "b"], &result([b"1", b"2"]));
        let first = secrets("run 1", b"d", b"r");
        let all = [
            of(&first, "x"),
            of(&first, "y"),
            of(&secrets("run 2", b"d", b"r"), "x"),
            of(&secrets("run 1", b"e", b"r"), "x"),
            of(&secrets("run 1", b"d", b"s"), "x"),
            first.of("x", ["b", "a"], &result([b"1", b"2"])),
            first.of("x", ["a", "b"], &result([b"1", b"3"])),
            first.of("x", ["a", "b"], &result([b"3", b"2"])),
        ];
        for (place, secret) in all.iter().enumerate() {
            assert!(!all[..place].contains(secret), "{place}");
        }
        assert_eq!(of(&first, "x"), all[0], "equal runs have equal secrets");
    }
}
