//! The house rules as a check: what in the repository breaks them, as a list a person can act on.
//!
//! The rules see files as text and tokens only, so each is shown on small examples; `repository` alone reads the disk.

mod foreign_names;
mod imports;
mod layout;
mod leftovers;
mod pure;
mod repository;
mod rust_shape;
mod tokens;

use std::fmt;

pub use imports::{Member, import_violations, tree_violations};
pub use layout::folder_violations;
pub use repository::{read_repository, repository_root};

/// A text file of the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Path below the root, with `/` between its parts.
    pub path: String,
    /// Its text; what is not UTF-8 in it was replaced.
    pub text: String,
}

/// A place that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// Path below the root.
    pub path: String,
    /// Line, counted from 1.
    pub line: usize,
    /// What is wrong there and what to do.
    pub rule: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.rule)
    }
}

/// Every place in the files that breaks a rule, in order of path and line.
pub fn file_violations(files: &[SourceFile]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in files {
        layout::check(file, &mut violations);
        leftovers::check_text(file, &mut violations);
        foreign_names::check(file, &mut violations);
        if file.is_rust() {
            check_rust(file, &mut violations);
        }
    }
    violations.sort();
    violations.dedup();
    violations
}

/// The list to print when a check fails: one line a violation.
pub fn listed(violations: &[Violation]) -> String {
    violations.iter().fold(format!("{} violations of the house rules", violations.len()), |list, violation| {
        format!("{list}\n  {violation}")
    })
}

fn check_rust(file: &SourceFile, violations: &mut Vec<Violation>) {
    match tokens::of(&file.text) {
        Ok(tokens) => {
            rust_shape::check(file, &tokens, violations);
            leftovers::check_attributes(file, &tokens, violations);
            pure::check(file, &tokens, violations);
        }
        Err((line, problem)) => violations.push(file.violation(line, format!("does not read as Rust: {problem}"))),
    }
}

impl SourceFile {
    fn is_rust(&self) -> bool {
        self.path.rsplit_once('.').is_some_and(|(_, extension)| extension == "rs")
    }

    /// Whether the file is a test, a benchmark or a build script and not part of what is shipped.
    fn is_beside_the_product(&self) -> bool {
        ["tests", "benches", "examples"].iter().any(|folder| self.is_below(folder))
            || matches!(self.name(), "tests.rs" | "build.rs")
    }

    /// Whether a folder of this name holds the file, at any depth.
    fn is_below(&self, folder: &str) -> bool {
        self.path.rsplit_once('/').is_some_and(|(folders, _)| folders.split('/').any(|name| name == folder))
    }

    fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    fn violation(&self, line: usize, rule: impl Into<String>) -> Violation {
        Violation { path: self.path.clone(), line, rule: rule.into() }
    }
}

/// What the rules are shown on: one file of this path and text, and the violations found in it.
#[cfg(test)]
fn found_in(path: &str, text: &str) -> Vec<String> {
    let file = SourceFile { path: path.to_owned(), text: text.to_owned() };
    file_violations(&[file]).iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clean_file_has_no_violation() {
        assert_eq!(found_in("shared/model/src/run.rs", "//! A run.\n\n/// One.\npub const ONE: u8 = 1;\n"), [""; 0]);
    }

    #[test]
    fn a_file_that_is_not_rust_is_named_with_its_line() {
        let found = found_in("shared/model/src/run.rs", "//! A run.\nfn open() {\n");
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("shared/model/src/run.rs:2: does not read as Rust"), "{found:?}");
    }

    #[test]
    fn the_list_counts_and_names_every_place() {
        let violations = [Violation { path: "a.rs".into(), line: 3, rule: "too long".into() }];
        assert_eq!(listed(&violations), "1 violations of the house rules\n  a.rs:3: too long");
    }
}
