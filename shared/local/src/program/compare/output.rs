//! The folder of the answer: written beside its place, then put there whole.
//!
//! A folder that is already there is replaced only if it holds nothing but an earlier answer.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::super::failure::Failure;
use super::super::leftovers::Leftovers;
use super::blame::machine_failure;

/// The counts, as JSON.
pub(super) const SUMMARY: &str = "summary.json";
/// Every exception.
pub(super) const EXCEPTIONS: &str = "exceptions.parquet";
/// The nearest candidates of unmatched rows.
pub(super) const EXPLANATIONS: &str = "explanations.parquet";

/// A folder that becomes the answer.
#[derive(Debug)]
pub(super) struct OutputFolder {
    target: PathBuf,
    staged: TempDir,
    leftovers: Leftovers,
}

impl OutputFolder {
    /// Makes the folder beside its place; refuses a place that holds something else.
    pub(super) fn stage(target: &Path, leftovers: &Leftovers) -> Result<Self, Failure> {
        // Through a link the folder itself is replaced, and not the link.
        let target = fs::canonicalize(target).unwrap_or_else(|_| target.to_owned());
        refuse_other_contents(&target)?;
        let Some(name) = target.file_name() else {
            return Err(Failure::bad_input_text(format!("--output '{}' names no folder", target.display())));
        };
        let beside = existing_ancestor(&target);
        let prefix = format!(".{}.incoming-", name.to_string_lossy());
        let staged = leftovers.unless_interrupted(|| {
            let mut builder = tempfile::Builder::new();
            builder.prefix(&prefix);
            readable_by_all(&mut builder);
            builder.tempdir_in(&beside)
        });
        let staged = staged.ok_or_else(interrupted)?.map_err(|error| {
            let message = format!("--output: no folder can be made in '{}' ({})", beside.display(), error.kind());
            Failure::bad_input_text(format!("{message}; choose another place"))
        })?;
        leftovers.note(staged.path());
        Ok(Self { target, staged, leftovers: leftovers.clone() })
    }

    /// A file of the answer, while it is written.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.staged.path().join(name)
    }

    /// Puts the folder in its place.
    pub(super) fn commit(self) -> Result<(), Failure> {
        let Self { target, staged, leftovers } = self;
        refuse_other_contents(&target)?;
        let moved = leftovers.unless_interrupted(|| put_in_place(staged.path(), &target)).ok_or_else(interrupted)?;
        moved.map_err(|error| machine_failure(&error, &target))?;
        // What was staged is no longer there to be removed.
        let _ = staged.keep();
        Ok(())
    }
}

fn put_in_place(staged: &Path, target: &Path) -> std::io::Result<()> {
    if let Some(parent) = target.parent() {
        fs::create_dir_all(parent)?;
    }
    if !target.exists() {
        return fs::rename(staged, target);
    }
    // The earlier answer stays until the new one can take its place.
    let mut earlier = staged.as_os_str().to_owned();
    earlier.push(".earlier");
    fs::rename(target, &earlier)?;
    if let Err(error) = fs::rename(staged, target) {
        fs::rename(&earlier, target)?;
        return Err(error);
    }
    fs::remove_dir_all(&earlier)
}

/// Refuses a place that is no folder, or that holds anything that this program did not write.
fn refuse_other_contents(target: &Path) -> Result<(), Failure> {
    let entries = match fs::read_dir(target) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => {
            let message = format!("--output '{}' is no folder that can be read ({})", target.display(), error.kind());
            return Err(Failure::bad_input_text(format!("{message}; choose another place")));
        }
    };
    let ours = [SUMMARY, EXCEPTIONS, EXPLANATIONS].map(OsStr::new);
    for entry in entries {
        let entry = entry.map_err(|error| machine_failure(&error, target))?;
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if !is_file || !ours.contains(&entry.file_name().as_os_str()) {
            return Err(Failure::bad_input_text(format!(
                "--output '{}' holds '{}', which is no answer of this program; choose another folder, or empty it",
                target.display(),
                tieout_model::visible_line(&entry.file_name().to_string_lossy())
            )));
        }
    }
    Ok(())
}

/// The nearest folder above a place that is already there.
fn existing_ancestor(target: &Path) -> PathBuf {
    let above = target.ancestors().skip(1).find(|folder| folder.is_dir());
    match above {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn interrupted() -> Failure {
    Failure::machine("interrupted")
}

#[cfg(unix)]
fn readable_by_all(builder: &mut tempfile::Builder<'_, '_>) {
    use std::os::unix::fs::PermissionsExt;
    // As any other new folder: the mask of the process takes away what it takes away.
    builder.permissions(fs::Permissions::from_mode(0o777));
}

#[cfg(not(unix))]
fn readable_by_all(_builder: &mut tempfile::Builder<'_, '_>) {}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn written(target: &Path, text: &str) -> Result<(), Failure> {
        let output = OutputFolder::stage(target, &Leftovers::default())?;
        fs::write(output.file(SUMMARY), text).unwrap();
        output.commit()
    }

    #[test]
    fn an_answer_appears_whole_and_replaces_an_earlier_one() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("new/answer");
        written(&target, "1").unwrap();
        written(&target, "2").unwrap();
        assert_eq!(fs::read_to_string(target.join(SUMMARY)).unwrap(), "2");
        assert_eq!(names(folder.path()), ["new"]);
        assert_eq!(names(&folder.path().join("new")), ["answer"]);
    }

    #[test]
    fn nothing_is_left_of_an_answer_that_was_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let output = OutputFolder::stage(&folder.path().join("a/b"), &Leftovers::default()).unwrap();
        fs::write(output.file(SUMMARY), "1").unwrap();
        drop(output);
        assert_eq!(names(folder.path()), [""; 0]);
    }

    #[test]
    fn what_is_no_answer_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["notes.txt", "summary.json/inner"] {
            let target = folder.path().join(name.len().to_string());
            let other = target.join(name);
            fs::create_dir_all(other.parent().unwrap()).unwrap();
            fs::write(&other, "mine").unwrap();
            assert!(written(&target, "1").is_err());
            assert_eq!(fs::read_to_string(&other).unwrap(), "mine");
        }
        let file = folder.path().join("file");
        fs::write(&file, "mine").unwrap();
        assert!(written(&file, "1").is_err());
        assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    }

    #[test]
    fn an_interruption_leaves_no_answer() {
        let folder = tempfile::tempdir().unwrap();
        let leftovers = Leftovers::default();
        let output = OutputFolder::stage(&folder.path().join("answer"), &leftovers).unwrap();
        fs::write(output.file(SUMMARY), "1").unwrap();
        leftovers.clear();
        assert!(output.commit().is_err());
        assert_eq!(names(folder.path()), [""; 0]);
    }
}
