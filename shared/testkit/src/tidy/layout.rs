//! Where things lie: what may stand at the top, which names say nothing, and that a folder in `shared` is a crate.

use std::collections::BTreeSet;

use super::{Member, SourceFile, Violation};

/// What may stand at the top of the repository, files and folders.
const TOP: [&str; 21] = [
    ".ci",
    ".config",
    ".github",
    ".gitignore",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "DECISIONS.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "clippy.toml",
    "deny.toml",
    "events",
    "functions",
    "infra",
    "rust-toolchain.toml",
    "rustfmt.toml",
    "shared",
    "template.yaml",
];

/// Names that do not say what they hold.
const EMPTY_NAMES: [&str; 5] = ["utils", "helpers", "common", "manager", "misc"];

/// Packages of which a second version would be built, linked and converted between without anybody noticing.
const ONE_VERSION: [&str; 3] = ["arrow", "datafusion", "parquet"];

pub(super) fn check(file: &SourceFile, violations: &mut Vec<Violation>) {
    let top = file.path.split('/').next().unwrap_or_default();
    if !TOP.contains(&top) {
        violations.push(file.violation(1, format!("`{top}` has no place at the top of the repository")));
    }
    if file.is_rust() {
        let parts = file.path.trim_end_matches(".rs").split('/');
        for name in parts.filter(|part| EMPTY_NAMES.contains(part)) {
            violations.push(file.violation(1, format!("the name `{name}` says nothing: name the noun that it holds")));
        }
    }
    if file.path == "Cargo.lock" {
        for package in ONE_VERSION {
            let entry = format!("name = \"{package}\"");
            if file.text.lines().filter(|line| *line == entry).count() > 1 {
                violations.push(file.violation(1, format!("locks more than one version of `{package}`")));
            }
        }
    }
}

/// Folders in `shared` that are not a workspace member of their name.
pub fn folder_violations(files: &[SourceFile], members: &[Member]) -> Vec<Violation> {
    let folders: BTreeSet<&str> = files
        .iter()
        .filter_map(|file| file.path.strip_prefix("shared/")?.split_once('/'))
        .map(|(name, _)| name)
        .collect();
    let mut violations = Vec::new();
    for folder in folders {
        let (path, expected) = (format!("shared/{folder}"), format!("tieout-{folder}"));
        let rule = match members.iter().find(|member| member.folder == path) {
            None => "is not a member of the workspace: name it in Cargo.toml, or move it into the crate it belongs to"
                .to_owned(),
            Some(member) if member.name != expected => format!("holds the crate `{}`, not `{expected}`", member.name),
            Some(_) => continue,
        };
        violations.push(Violation { path: format!("{path}/Cargo.toml"), line: 1, rule });
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::super::found_in;
    use super::*;

    #[test]
    fn an_unknown_name_at_the_top_fails() {
        assert_eq!(found_in("NOTES.md", ""), ["NOTES.md:1: `NOTES.md` has no place at the top of the repository"]);
        assert_eq!(found_in("scripts/a.sh", "").len(), 1);
        assert_eq!(found_in(".ci/run", ""), [""; 0]);
    }

    #[test]
    fn a_name_that_says_nothing_fails_as_file_and_as_folder() {
        for name in EMPTY_NAMES {
            assert_eq!(found_in(&format!("shared/model/src/{name}.rs"), "//! A.\n").len(), 1, "{name}");
            assert_eq!(found_in(&format!("shared/model/src/{name}/a.rs"), "//! A.\n").len(), 1, "{name}");
            assert_eq!(found_in(&format!("shared/model/src/un{name}.rs"), "//! A.\n"), [""; 0]);
        }
    }

    #[test]
    fn a_second_version_of_arrow_fails() {
        let entry = "[[package]]\nname = \"arrow\"\n";
        assert_eq!(found_in("Cargo.lock", entry), [""; 0]);
        let found = found_in("Cargo.lock", &entry.repeat(2));
        assert_eq!(found, ["Cargo.lock:1: locks more than one version of `arrow`"]);
    }

    #[test]
    fn a_folder_that_is_no_crate_of_its_name_fails() {
        let file = |path: &str| SourceFile { path: path.to_owned(), text: String::new() };
        let member =
            |name: &str, folder: &str| Member { name: name.into(), folder: folder.into(), imports: Vec::new() };
        let files = [file("shared/model/src/lib.rs"), file("shared/notes/a.md"), file("shared/sql/Cargo.toml")];
        let members = [member("tieout-model", "shared/model"), member("tieout-engine", "shared/sql")];
        let found: Vec<_> = folder_violations(&files, &members).iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("shared/notes/Cargo.toml:1: is not a member"), "{found:?}");
        assert_eq!(found[1], "shared/sql/Cargo.toml:1: holds the crate `tieout-engine`, not `tieout-sql`");
    }
}
