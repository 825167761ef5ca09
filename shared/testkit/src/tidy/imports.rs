//! The direction of imports between the crates of the workspace, and what must never be linked into which.
//!
//! Normal and build dependencies count; what only tests use may point anywhere.

use super::Violation;
use super::pure::PURE;

/// A crate of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its package name, such as `tieout-model`.
    pub name: String,
    /// Its folder below the root, such as `shared/model`.
    pub folder: String,
    /// The workspace crates that it depends on outside tests, by package name.
    pub imports: Vec<String>,
}

/// What each crate may import, without the prefix `tieout-`. A new crate gets a row here.
const MAY_IMPORT: [(&str, &[&str]); 14] = [
    ("model", &[]),
    ("catalog", &["model"]),
    ("tables", &["model"]),
    ("extract", &["model", "catalog", "tables"]),
    ("reconcile", &["model", "tables"]),
    ("evidence", &["model", "tables"]),
    ("report", &["model"]),
    ("notify", &["model"]),
    ("sample", &["model"]),
    ("pipeline", &PURE),
    ("sources", &["pipeline", "catalog", "extract", "tables", "model"]),
    ("sql", &["pipeline", "tables", "model"]),
    (
        "local",
        &[
            "pipeline",
            "sources",
            "sql",
            "catalog",
            "evidence",
            "extract",
            "model",
            "notify",
            "reconcile",
            "report",
            "sample",
            "tables",
        ],
    ),
    ("testkit", &["model", "pipeline"]),
];

/// Families of packages that no pure crate links: asynchronous runtime, cloud, SQL engine.
const NOT_PURE: [&str; 4] = ["aws", "datafusion", "lambda", "tokio"];

/// What the auditor's verifier does without beyond that: it reads no definition and no SQL.
const NOT_IN_THE_VERIFIER: [&str; 2] = ["sqlparser", "toml"];

/// The crates that link the SQL engine.
const WITH_ENGINE: [&str; 2] = ["local", "sql"];

/// Imports between crates that point the wrong way, and crates that have no row in the table.
pub fn import_violations(members: &[Member]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for member in members {
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == short(&member.name)) else {
            violations.push(
                member.violation("has no row in the table of imports (testkit, tidy/imports.rs): add one".to_owned()),
            );
            continue;
        };
        for import in member.imports.iter().map(|import| short(import)).filter(|import| !allowed.contains(import)) {
            let allowed = if allowed.is_empty() { "nothing of the workspace".to_owned() } else { allowed.join(", ") };
            violations
                .push(member.violation(format!("imports `{import}`: `{}` may import {allowed}", short(&member.name))));
        }
    }
    violations
}

/// Packages in the whole tree of a crate's dependencies that it must not link; `tree` holds package names.
pub fn tree_violations(member: &Member, tree: &[String]) -> Vec<Violation> {
    let name = short(&member.name);
    let mut banned: Vec<&str> = Vec::new();
    if PURE.contains(&name) {
        banned.extend(NOT_PURE);
    } else if !WITH_ENGINE.contains(&name) {
        banned.push("datafusion");
    }
    if name == "evidence" {
        banned.extend(NOT_IN_THE_VERIFIER);
    }
    let linked = tree.iter().filter(|package| banned.iter().any(|family| is_of(package, family)));
    linked
        .map(|package| member.violation(format!("links `{package}`: see `cargo tree -p {} -i {package}`", member.name)))
        .collect()
}

/// Whether the package is the family's own or bears its name in front.
fn is_of(package: &str, family: &str) -> bool {
    package.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
}

fn short(name: &str) -> &str {
    name.strip_prefix("tieout-").unwrap_or(name)
}

impl Member {
    fn violation(&self, rule: String) -> Violation {
        Violation { path: format!("{}/Cargo.toml", self.folder), line: 1, rule }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str, imports: &[&str]) -> Member {
        Member {
            name: format!("tieout-{name}"),
            folder: format!("shared/{name}"),
            imports: imports.iter().map(|import| format!("tieout-{import}")).collect(),
        }
    }

    fn linked(name: &str, package: &str) -> usize {
        tree_violations(&member(name, &[]), &[package.to_owned()]).len()
    }

    #[test]
    fn every_import_of_the_table_passes() {
        for (name, allowed) in MAY_IMPORT {
            assert_eq!(import_violations(&[member(name, allowed)]), []);
        }
    }

    #[test]
    fn every_other_import_fails() {
        let names = MAY_IMPORT.map(|(name, _)| name);
        for (name, allowed) in MAY_IMPORT {
            for import in names.iter().filter(|import| !allowed.contains(import)) {
                assert_eq!(import_violations(&[member(name, &[import])]).len(), 1, "{name} -> {import}");
            }
        }
    }

    #[test]
    fn an_import_that_points_the_wrong_way_names_what_is_allowed() {
        let found = import_violations(&[member("evidence", &["model", "catalog"])]);
        assert_eq!(
            found[0].to_string(),
            "shared/evidence/Cargo.toml:1: imports `catalog`: `evidence` may import model, tables"
        );
    }

    #[test]
    fn nobody_but_tests_uses_the_testkit() {
        assert!(MAY_IMPORT.iter().all(|(_, allowed)| !allowed.contains(&"testkit")));
    }

    #[test]
    fn a_crate_without_a_row_fails() {
        assert_eq!(import_violations(&[member("ledger", &[])]).len(), 1);
    }

    #[test]
    fn a_pure_crate_that_links_a_runtime_the_cloud_or_the_engine_fails() {
        for name in PURE {
            for package in
                ["tokio", "tokio-util", "aws-config", "aws_lambda_events", "lambda_runtime", "datafusion-common"]
            {
                assert_eq!(linked(name, package), 1, "{name} {package}");
            }
            assert_eq!(linked(name, "arrow"), 0);
        }
    }

    #[test]
    fn the_engine_is_linked_by_sql_and_local_alone() {
        assert_eq!(linked("pipeline", "datafusion"), 1);
        assert_eq!(linked("sources", "datafusion"), 1);
        assert_eq!(linked("sql", "datafusion") + linked("local", "datafusion"), 0);
    }

    #[test]
    fn the_verifier_reads_no_definition_and_no_sql() {
        assert_eq!(linked("evidence", "toml") + linked("evidence", "toml_parser") + linked("evidence", "sqlparser"), 3);
        assert_eq!(linked("catalog", "toml"), 0);
    }
}
