//! Names that have no place in the repository: package registries, a workshop's own tools, paths outside.
//!
//! Every pattern is written in pieces, so that this file does not hold what it looks for.

use super::{SourceFile, Violation};

/// Hosts that serve packages: where packages come from is the business of the machine that builds.
const REGISTRIES: [&str; 16] = [
    concat!("crates", ".io"),
    concat!("pypi", ".org"),
    concat!("python", "hosted.org"),
    concat!("npm", "js.org"),
    concat!("npm", "js.com"),
    concat!("yarn", "pkg.com"),
    concat!("ruby", "gems.org"),
    concat!("packagist", ".org"),
    concat!("proxy.", "golang.org"),
    concat!("sum.", "golang.org"),
    concat!("repo1.", "maven.org"),
    concat!("repo.", "maven.apache.org"),
    concat!("nuget", ".org"),
    concat!("anaconda", ".org"),
    concat!("jfrog", ".io"),
    concat!("arti", "factory"),
];

/// Names of the workshop in which the repository was written; they mean nothing to who clones it.
const WORKSHOP: [&str; 7] = [
    concat!("/work/", "main"),
    concat!("/work/", "shared"),
    concat!("/work/", "."),
    concat!("/tmp/", "brief"),
    concat!("issues", " show"),
    concat!("issues", " list"),
    concat!("issues", " close"),
];

/// The folder beside the repository, as it is spelled from the root.
const BESIDE: &str = concat!("../", "shared");

pub(super) fn check(file: &SourceFile, violations: &mut Vec<Violation>) {
    // The lock file names the registry of every package; cargo writes it.
    if file.path == "Cargo.lock" {
        return;
    }
    for (line, text) in (1..).zip(file.text.lines()) {
        let lower = text.to_ascii_lowercase();
        for host in REGISTRIES.iter().filter(|host| lower.contains(**host)) {
            violations.push(file.violation(line, format!("names the package registry host `{host}`: leave it out")));
        }
        for name in WORKSHOP.iter().filter(|name| text.contains(**name)) {
            violations.push(file.violation(line, format!("`{name}` means nothing outside the workshop: leave it out")));
        }
        if !may_name_beside(file) && names_beside(text) {
            let rule = format!(
                "`{BESIDE}` leaves the repository: only a file under tests/, the README and the Makefile may name it"
            );
            violations.push(file.violation(line, rule));
        }
    }
}

fn may_name_beside(file: &SourceFile) -> bool {
    file.is_below("tests") || matches!(file.path.as_str(), "README.md" | "Makefile")
}

/// Whether a path climbs out of the repository: crates lie two folders deep, so exactly two steps up reach the root.
fn names_beside(text: &str) -> bool {
    text.match_indices(BESIDE).any(|(place, _)| {
        let mut before = &text[..place];
        let mut steps = 1;
        while let Some(shorter) = before.strip_suffix("../") {
            before = shorter;
            steps += 1;
        }
        let is_whole =
            !text[place + BESIDE.len()..].starts_with(|next: char| next.is_alphanumeric() || "-_".contains(next));
        is_whole && steps != 2
    })
}

#[cfg(test)]
mod tests {
    use super::super::found_in;
    use super::*;

    #[test]
    fn every_registry_host_fails_in_any_text_but_the_lock_file() {
        for host in REGISTRIES {
            let text = format!("see https://{}/a\n", host.to_ascii_uppercase());
            let found = found_in("ARCHITECTURE.md", &text);
            assert_eq!(found, [format!("ARCHITECTURE.md:1: names the package registry host `{host}`: leave it out")]);
            assert_eq!(found_in("Cargo.lock", &text), [""; 0]);
        }
    }

    #[test]
    fn every_name_of_the_workshop_fails() {
        for name in WORKSHOP {
            assert_eq!(found_in("README.md", &format!("\nsee {name}\n")).len(), 1, "{name}");
        }
    }

    #[test]
    fn a_path_beside_the_repository_fails_but_in_tests_readme_and_makefile() {
        for path in ["shared/local/src/folder.rs", "DECISIONS.md", "shared/catalog/controls/a/control.toml"] {
            let found = found_in(path, &format!("//! {BESIDE}/data\n"));
            assert_eq!(found.len(), 1, "{path}: {found:?}");
            assert!(found[0].contains("leaves the repository"), "{found:?}");
        }
        for path in ["shared/local/tests/orders.rs", "README.md", "Makefile"] {
            assert_eq!(found_in(path, &format!("//! {BESIDE}/data\n")), [""; 0], "{path}");
        }
    }

    #[test]
    fn two_steps_up_reach_the_root_and_three_leave_it() {
        assert!(!names_beside(&format!("../{BESIDE}/model")));
        assert!(!names_beside(&format!("{BESIDE}-models")));
        assert!(names_beside(&format!("../../{BESIDE}/data")));
        assert!(names_beside(&format!("cd {BESIDE}")));
    }
}
