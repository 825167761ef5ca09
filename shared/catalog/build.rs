//! Writes the list of the shipped controls' files, so that `folder.rs` can embed them.
//!
//! Embedded is everything but golden files: `control.toml`, `.sql` files, tables, rules, thresholds and samples.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[expect(clippy::disallowed_methods, reason = "Cargo names its folders to a build script in the environment")]
fn main() -> Result<(), Box<dyn Error>> {
    let manifest_folder = env::var_os("CARGO_MANIFEST_DIR").ok_or("CARGO_MANIFEST_DIR is not set")?;
    let output_folder = env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?;
    let controls = Path::new(&manifest_folder).join("controls");
    // Cargo watches a folder with everything below it, so a file that is added or removed is seen too.
    println!("cargo::rerun-if-changed={}", controls.display());
    let mut list = String::from("&[\n");
    // As on disk: a folder without a definition is no control (yet).
    for folder in entries(&controls)?.into_iter().filter(|path| path.join("control.toml").is_file()) {
        let name = folder.file_name().and_then(|name| name.to_str()).ok_or("a folder name is not UTF-8")?;
        writeln!(list, "    ({name:?}, &[")?;
        for file in files_below(&folder)? {
            let path = file.strip_prefix(&folder)?.to_str().ok_or("a file name is not UTF-8")?.replace('\\', "/");
            if !path.starts_with("golden/") {
                let file = file.to_str().ok_or("the path of the controls is not UTF-8")?;
                writeln!(list, "        ({path:?}, include_bytes!({file:?}).as_slice()),")?;
            }
        }
        list.push_str("    ]),\n");
    }
    list.push_str("]\n");
    fs::write(Path::new(&output_folder).join("controls.rs"), list)?;
    Ok(())
}

/// Every file below a folder, in order of path.
fn files_below(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in entries(folder)? {
        if entry.is_dir() {
            files.extend(files_below(&entry)?);
        } else {
            files.push(entry);
        }
    }
    Ok(files)
}

/// The entries of a folder in order of name.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, std::io::Error>>()?;
    paths.sort();
    Ok(paths)
}
