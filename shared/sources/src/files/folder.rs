//! The files of a data set below its data folder.
//!
//! A name cannot climb out of the folder, neither by `..` nor by a symbolic link, and a pattern's matches are read in
//! order of their names.

use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use tieout_model::ReasonCode;
use tieout_pipeline::ports::SourceError;

use super::nearest::nearest;
use super::refusal::{refused, transient, unreadable};

/// A file to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct InputFile {
    /// Name below the data folder, for people.
    pub(super) name: String,
    /// Where it is.
    pub(super) path: PathBuf,
    /// Its size when the data set was opened, in bytes.
    pub(super) size_bytes: u64,
}

/// The files that `file` names below `folder`: one, or every match of a pattern in order of name, never none.
pub(super) fn find_files(folder: &Path, file: &str) -> Result<Vec<InputFile>, SourceError> {
    let relative = Path::new(file);
    if file.is_empty() || !relative.components().all(|part| matches!(part, Component::Normal(_))) {
        let detail = format!("the file name '{file}' does not stay inside the data folder");
        return Err(unreadable(detail, "name a file below the folder, without '..' and without a leading '/'"));
    }
    let root = fs::canonicalize(folder).map_err(|error| {
        let detail = format!("the data folder that should hold '{file}' cannot be opened ({})", error.kind());
        refused(ReasonCode::DatasetMissing, detail, "give an existing folder with --data, or correct `folder`")
    })?;
    let last = relative.file_name().unwrap_or_default().to_string_lossy();
    if !last.contains('*') {
        return Ok(vec![input_file(&root, file)?]);
    }
    let prefix = file.strip_suffix(&*last).unwrap_or_default();
    let names = names_in(&root, prefix).map_err(|error| {
        let detail = format!("the folder of '{file}' cannot be listed ({})", error.kind());
        refused(ReasonCode::DatasetMissing, detail, "check the folder and its permissions, or correct `file`")
    })?;
    let mut files = Vec::new();
    for name in names.iter().filter(|name| matches(&last, name)) {
        if !root.join(prefix).join(name).is_dir() {
            files.push(input_file(&root, &format!("{prefix}{name}"))?);
        }
    }
    if files.is_empty() {
        let detail = format!("no file in the data folder matches '{file}'");
        return Err(refused(ReasonCode::DatasetMissing, detail, "put the files there, or correct `file`"));
    }
    Ok(files)
}

fn input_file(root: &Path, name: &str) -> Result<InputFile, SourceError> {
    let denied = |error: &std::io::Error| {
        unreadable(format!("file '{name}' cannot be opened ({})", error.kind()), "check its permissions")
    };
    let path = match fs::canonicalize(root.join(name)) {
        Ok(path) => path,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Err(missing(root, name));
        }
        Err(error) => return Err(denied(&error)),
    };
    if !path.starts_with(root) {
        let detail = format!("file '{name}' is a link that leads out of the data folder");
        return Err(unreadable(detail, "put the file itself into the folder"));
    }
    let metadata = fs::metadata(&path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => transient(format!("file '{name}' went away while it was being opened")),
        _ => denied(&error),
    })?;
    if !metadata.is_file() {
        return Err(unreadable(format!("'{name}' in the data folder is not a file"), "name a file in `file`"));
    }
    Ok(InputFile { name: name.to_owned(), path, size_bytes: metadata.len() })
}

fn missing(root: &Path, name: &str) -> SourceError {
    let last = Path::new(name).file_name().unwrap_or_default().to_string_lossy();
    let names = name.strip_suffix(&*last).and_then(|parent| names_in(root, parent).ok()).unwrap_or_default();
    let cure = match nearest(&last, names.iter().map(String::as_str)) {
        Some(near) => format!("put the file there, or correct `file`: did you mean '{near}'?"),
        None => "put the file there, or correct `file`".to_owned(),
    };
    refused(ReasonCode::DatasetMissing, format!("file '{name}' is not in the data folder"), cure)
}

/// The names in a folder below the root, in order.
fn names_in(root: &Path, folder: &str) -> std::io::Result<Vec<String>> {
    let folder = fs::canonicalize(root.join(folder))?;
    if !folder.starts_with(root) {
        return Err(ErrorKind::PermissionDenied.into());
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort_unstable();
    Ok(names)
}

/// Whether `name` fits `pattern`, in which each `*` stands for any run of characters. As in a shell, a leading dot
/// (the mark of hidden and temporary files) must be written out.
fn matches(pattern: &str, name: &str) -> bool {
    if name.starts_with('.') && !pattern.starts_with('.') {
        return false;
    }
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detail_and_cure(error: SourceError) -> (ReasonCode, String, String) {
        match error {
            SourceError::Refused { code, detail, cure } => (code, detail, cure),
            SourceError::Transient { detail } => panic!("transient: {detail}"),
        }
    }

    fn folder_with(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, name).unwrap();
        }
        folder
    }

    #[test]
    fn a_star_stands_for_any_run_of_characters() {
        for (pattern, name, fits) in [
            ("*.csv", "a.csv", true),
            ("*.csv", ".hidden.csv", false),
            (".*.csv", ".hidden.csv", true),
            ("bank-*.csv", "bank-.csv", true),
            ("bank-*.csv", "bank.csv", false),
            ("a*b*c", "aXbXbc", true),
            ("a*b*c", "aXc", false),
            ("a*a", "a", false),
            ("a.csv", "a.csv", true),
        ] {
            assert_eq!(matches(pattern, name), fits, "{pattern} {name}");
        }
    }

    #[test]
    fn matches_come_in_order_of_name_without_folders() {
        let folder = folder_with(&["in/b-2.csv", "in/b-10.csv", "in/c.csv", "in/b-3.csv/inner", "in/.b-1.csv"]);
        let names: Vec<_> = find_files(folder.path(), "in/b-*.csv")
            .unwrap()
            .into_iter()
            .map(|file| (file.name, file.size_bytes))
            .collect();
        assert_eq!(names, [("in/b-10.csv".to_owned(), 11), ("in/b-2.csv".to_owned(), 10)]);
    }

    #[test]
    fn a_missing_file_names_the_nearest_one_and_no_absolute_path() {
        let folder = folder_with(&["Statment.csv"]);
        let (code, detail, cure) = detail_and_cure(find_files(folder.path(), "statement.csv").unwrap_err());
        assert_eq!(code, ReasonCode::DatasetMissing);
        assert_eq!(detail, "file 'statement.csv' is not in the data folder");
        assert_eq!(cure, "put the file there, or correct `file`: did you mean 'Statment.csv'?");
        let (code, detail, _) = detail_and_cure(find_files(folder.path(), "x-*.csv").unwrap_err());
        assert_eq!(
            (code, detail.as_str()),
            (ReasonCode::DatasetMissing, "no file in the data folder matches 'x-*.csv'")
        );
        let absent = folder.path().join("absent");
        let (code, detail, _) = detail_and_cure(find_files(&absent, "a.csv").unwrap_err());
        assert_eq!(code, ReasonCode::DatasetMissing);
        assert!(!detail.contains(&*folder.path().to_string_lossy()), "{detail}");
    }

    #[test]
    fn a_name_cannot_climb_out_of_the_folder() {
        let outside = folder_with(&["secret.csv"]);
        let folder = folder_with(&["inside.csv"]);
        let absolute = outside.path().join("secret.csv").to_string_lossy().into_owned();
        for file in ["../secret.csv", "a/../../b.csv", "", absolute.as_str()] {
            let (code, detail, _) = detail_and_cure(find_files(folder.path(), file).unwrap_err());
            assert_eq!(code, ReasonCode::SourceUnreadable);
            assert!(detail.ends_with("does not stay inside the data folder"), "{detail}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_may_lead_within_the_folder_and_not_out_of_it() {
        let outside = folder_with(&["secret.csv"]);
        let folder = folder_with(&["inside.csv"]);
        std::os::unix::fs::symlink(outside.path().join("secret.csv"), folder.path().join("out.csv")).unwrap();
        std::os::unix::fs::symlink(outside.path(), folder.path().join("folder")).unwrap();
        std::os::unix::fs::symlink("inside.csv", folder.path().join("in.csv")).unwrap();
        for file in ["out.csv", "folder/secret.csv", "o*.csv"] {
            let (_, detail, _) = detail_and_cure(find_files(folder.path(), file).unwrap_err());
            assert!(detail.ends_with("is a link that leads out of the data folder"), "{detail}");
        }
        assert_eq!(find_files(folder.path(), "in.csv").unwrap().len(), 1);
    }

    #[test]
    fn a_folder_is_not_a_file() {
        let folder = folder_with(&["in/a.csv"]);
        let (_, detail, _) = detail_and_cure(find_files(folder.path(), "in").unwrap_err());
        assert_eq!(detail, "'in' in the data folder is not a file");
    }
}
