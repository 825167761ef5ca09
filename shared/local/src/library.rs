//! Where control definitions come from: a folder of controls, or those that the program was built with.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tieout_catalog::{ControlFolder, DEFINITION_FILE, builtin, table_folders};

/// Why a control could not be found or read.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// The folder of controls cannot be read.
    #[error("cannot read the controls in '{}'", path.display())]
    Unreadable {
        /// The folder or file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// There is no such control.
    #[error("there is no control '{name}'; {}there are: {known}", hint(nearest.as_deref()))]
    Unknown {
        /// What was asked for.
        name: String,
        /// The nearest right name.
        nearest: Option<String>,
        /// The names there are.
        known: String,
    },
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!("did you mean '{name}'? "))
}

/// The controls that the program can run.
#[derive(Debug)]
pub struct Library {
    folders: Vec<ControlFolder>,
    /// The folder of controls on disk; absent for those built in.
    root: Option<PathBuf>,
}

impl Library {
    /// The controls below `root`, one folder each; those built in when no root is given.
    pub fn open(root: Option<&Path>) -> Result<Self, LibraryError> {
        let Some(root) = root else { return Ok(Self { folders: builtin(), root: None }) };
        let unreadable = |source| LibraryError::Unreadable { path: root.to_owned(), source };
        let mut folders = Vec::new();
        for entry in fs::read_dir(root).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            if path.join("control.toml").is_file() {
                folders.push(read_control(&path)?);
            }
        }
        folders.sort_by(|left, right| left.name.cmp(&right.name));
        Ok(Self { folders, root: Some(root.to_owned()) })
    }

    /// All controls by name.
    pub fn folders(&self) -> &[ControlFolder] {
        &self.folders
    }

    /// The control of this name.
    pub fn find(&self, name: &str) -> Result<&ControlFolder, LibraryError> {
        self.folders.iter().find(|folder| folder.name == name).ok_or_else(|| LibraryError::Unknown {
            name: name.to_owned(),
            nearest: self.nearest(name),
            known: self.folders.iter().map(|folder| folder.name.as_str()).collect::<Vec<_>>().join(", "),
        })
    }

    fn nearest(&self, name: &str) -> Option<String> {
        let names = self.folders.iter().map(|folder| (strsim::damerau_levenshtein(name, &folder.name), &folder.name));
        names.filter(|(distance, _)| *distance <= 3).min().map(|(_, name)| name.clone())
    }

    /// The control's folder on disk; that of a built-in control is written below `scratch` with its sample.
    pub fn on_disk(&self, folder: &ControlFolder, scratch: &Path) -> io::Result<PathBuf> {
        if let Some(root) = &self.root {
            return Ok(root.join(&folder.name));
        }
        let written = scratch.join(&folder.name);
        for (path, bytes) in &folder.files {
            let file = written.join(path);
            if let Some(parent) = file.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(file, bytes)?;
        }
        Ok(written)
    }
}

/// The definition files of a control on disk: every `.toml` and `.sql` file, and the files in the folders of tables
/// that the definition declares. Data is not read.
fn read_control(folder: &Path) -> Result<ControlFolder, LibraryError> {
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut files = BTreeMap::new();
    let unreadable = |source| LibraryError::Unreadable { path: folder.to_owned(), source };
    let tables = table_folders(&fs::read(folder.join(DEFINITION_FILE)).map_err(unreadable)?);
    read_definitions(folder, "", &tables, &mut files).map_err(unreadable)?;
    Ok(ControlFolder { name, files })
}

fn read_definitions(
    folder: &Path,
    below: &str,
    tables: &[String],
    files: &mut BTreeMap<String, Vec<u8>>,
) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
        let is_table = tables.iter().any(|table| path.strip_prefix(table).is_some_and(|rest| rest.starts_with('/')));
        let is_definition = Path::new(&name).extension().is_some_and(|end| end == "sql" || end == "toml");
        if entry.file_type()?.is_dir() {
            read_definitions(&entry.path(), &path, tables, files)?;
        } else if is_table || is_definition {
            files.insert(path, fs::read(entry.path())?);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_control_gets_the_nearest_name() {
        let error = Library::open(None).unwrap().find("bank-leger").unwrap_err();
        assert!(
            error.to_string().starts_with("there is no control 'bank-leger'; did you mean 'bank-ledger'?"),
            "{error}"
        );
    }

    #[test]
    fn a_built_in_control_reads_the_same_from_disk() {
        let library = Library::open(None).unwrap();
        let folder = library.find("bank-ledger").unwrap();
        let target = tempfile::tempdir().unwrap();
        library.on_disk(folder, target.path()).unwrap();
        let again = Library::open(Some(target.path())).unwrap();
        let definitions = |folder: &ControlFolder| {
            let is_definition = |(path, _): &(&String, &Vec<u8>)| !path.starts_with("sample/");
            folder
                .files
                .iter()
                .filter(is_definition)
                .map(|(path, bytes)| (path.clone(), bytes.clone()))
                .collect::<Vec<_>>()
        };
        assert_eq!(definitions(again.find("bank-ledger").unwrap()), definitions(folder));
    }
}
