//! One case of a fuzz test: bounded in time and memory, its input kept when it fails.
//!
//! The input lies in its file before it is read, so that it survives even an abort of the whole process.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use crate::panics;

/// The longest a case may take, even unoptimised and on a busy machine.
const MAX_TIME: Duration = Duration::from_secs(30);

/// The most memory the process may have touched during a case, in KiB.
const MAX_PEAK_KIB: u64 = 512 * 1024;

/// How many failures are gathered before a test gives up.
const MAX_FAILURES: usize = 20;

/// The seeds of a test's cases: `TIEOUT_FUZZ_CASES` of them from `TIEOUT_FUZZ_SEED` on.
pub(crate) fn seeds(cases: u64) -> impl Iterator<Item = u64> {
    let cases = from_environment("TIEOUT_FUZZ_CASES").unwrap_or(cases);
    let first = from_environment("TIEOUT_FUZZ_SEED").unwrap_or(0);
    first..first + cases
}

#[allow(clippy::disallowed_methods, reason = "whoever hunts gives the number of cases from outside")]
fn from_environment(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is not a number")))
}

/// The failures of a test so far, and the folder in which their inputs are.
#[derive(Debug)]
pub(crate) struct Failures {
    folder: PathBuf,
    found: Vec<String>,
}

impl Failures {
    /// None yet. `test` names the folder below the target folder.
    pub(crate) fn new(test: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz").join(test);
        fs::create_dir_all(&folder).unwrap();
        panics::watch();
        Self { folder, found: Vec::new() }
    }

    /// Runs a case: `read` gets the folder and the name of the file in it that holds `bytes`, and says what is wrong.
    /// Returns what it found when nothing is.
    pub(crate) fn run<T: Send + 'static>(
        &mut self,
        seed: u64,
        name: &str,
        bytes: &[u8],
        read: impl FnOnce(&Path, &str) -> Result<T, String> + Send + 'static,
    ) -> Option<T> {
        let name = format!("{seed}-{name}");
        let path = self.folder.join(&name);
        fs::write(&path, bytes).unwrap();
        let (sender, receiver) = channel();
        let folder = self.folder.clone();
        forget_peak();
        let reader = std::thread::spawn(move || drop(sender.send(read(&folder, &name))));
        let result = match receiver.recv_timeout(MAX_TIME) {
            Ok(result) => result,
            Err(RecvTimeoutError::Timeout) => Err(format!("is not done after {} s", MAX_TIME.as_secs())),
            Err(RecvTimeoutError::Disconnected) => Err("panics".to_owned()),
        };
        let result = match (result, peak_kib(), panics::ours().first()) {
            (_, _, Some(panic)) => Err(panic.replace('\n', " ")),
            (Ok(_), Some(peak), None) if peak > MAX_PEAK_KIB => Err(format!("takes {} MiB of memory", peak / 1024)),
            (result, _, None) => result,
        };
        match result {
            Ok(value) => {
                drop(reader.join());
                fs::remove_file(path).unwrap();
                Some(value)
            }
            Err(problem) => {
                self.found.push(format!("TIEOUT_FUZZ_SEED={seed} TIEOUT_FUZZ_CASES=1: {problem}: {}", path.display()));
                assert!(self.found.len() < MAX_FAILURES, "{}", self.found.join("\n"));
                None
            }
        }
    }

    /// Fails the test if any case did.
    pub(crate) fn conclude(self) {
        assert!(self.found.is_empty(), "{}", self.found.join("\n"));
    }
}

/// Lets the kernel count the peak of this process anew. Only Linux has such a thing; elsewhere memory is not bounded.
fn forget_peak() {
    drop(fs::write("/proc/self/clear_refs", "5"));
}

fn peak_kib() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}
