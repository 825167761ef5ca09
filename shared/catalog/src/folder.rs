//! The files of a control, as bytes: from the shipped controls in this binary, or read by the shell.
//!
//! Paths are relative to the control's folder, with `/` between their parts.

use std::collections::BTreeMap;

/// A folder and, below it, each file's path and bytes.
type EmbeddedFolder = (&'static str, &'static [(&'static str, &'static [u8])]);

/// The shipped controls, listed by `build.rs` in order of name.
const EMBEDDED: &[EmbeddedFolder] = include!(concat!(env!("OUT_DIR"), "/controls.rs"));

/// The path of the definition below a control's folder.
pub const DEFINITION_FILE: &str = "control.toml";

/// The folder of sample data below a control's folder.
pub const SAMPLE_FOLDER: &str = "sample";

/// A control's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlFolder {
    /// Name of the folder; equals the control's id.
    pub name: String,
    /// Path below the folder to bytes: definition files and `sample/`.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// The controls that come with the program, in order of name.
pub fn builtin() -> Vec<ControlFolder> {
    let folder = |&(name, files): &EmbeddedFolder| ControlFolder {
        name: name.to_owned(),
        files: files.iter().map(|&(path, bytes)| (path.to_owned(), bytes.to_vec())).collect(),
    };
    EMBEDDED.iter().map(folder).collect()
}
