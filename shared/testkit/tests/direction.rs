//! Imports between crates point one way, and what a crate links is what its promise allows.
//!
//! Read from cargo itself: the declared dependencies of the members, and each member's own tree with its own features.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::process::Command;

use cargo_metadata::{DependencyKind, MetadataCommand};
use tieout_testkit::tidy::{self, Member};

#[test]
fn imports_point_one_way() {
    let violations = tidy::import_violations(&members());
    assert!(violations.is_empty(), "{}", tidy::listed(&violations));
}

#[test]
fn every_folder_in_shared_is_a_crate_of_its_name() {
    let files = tidy::read_repository(&tidy::repository_root().unwrap()).unwrap();
    let violations = tidy::folder_violations(&files, &members());
    assert!(violations.is_empty(), "{}", tidy::listed(&violations));
}

#[test]
fn no_crate_links_what_its_promise_forbids() {
    let mut violations = Vec::new();
    for member in members() {
        let tree = linked_packages(&member.name);
        assert!(tree.contains(&member.name), "cargo tree printed no tree of {}", member.name);
        violations.extend(tidy::tree_violations(&member, &tree));
    }
    assert!(violations.is_empty(), "{}", tidy::listed(&violations));
}

/// The crates of the workspace with what they declare to import outside tests.
fn members() -> Vec<Member> {
    let root = tidy::repository_root().unwrap();
    let metadata = MetadataCommand::new()
        .cargo_path(env!("CARGO"))
        .manifest_path(root.join("Cargo.toml"))
        .no_deps()
        .other_options(["--offline".to_owned()])
        .exec()
        .unwrap();
    let folder = |package: &cargo_metadata::Package| {
        package
            .manifest_path
            .parent()
            .unwrap()
            .strip_prefix(root.to_str().unwrap())
            .unwrap()
            .as_str()
            .replace('\\', "/")
    };
    let imports = |package: &cargo_metadata::Package| {
        let shipped =
            package.dependencies.iter().filter(|it| it.kind != DependencyKind::Development && it.path.is_some());
        shipped.map(|it| it.name.clone()).collect()
    };
    let packages = metadata.packages.iter();
    packages.map(|it| Member { name: it.name.to_string(), folder: folder(it), imports: imports(it) }).collect()
}

/// The names of all packages that a crate links, itself among them.
fn linked_packages(name: &str) -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--package", name, "--edges", "normal,build", "--prefix", "none", "--format", "{p}"])
        .current_dir(tidy::repository_root().unwrap())
        .output()
        .unwrap();
    assert!(output.status.success(), "cargo tree -p {name}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}
