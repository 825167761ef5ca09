//! What the pure crates must not touch: clock, environment, asynchronous runtime and, but for two, the file system.
//!
//! Tests, benchmarks, examples and build scripts are free of the rule: they are not part of what is shipped.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};

use super::{SourceFile, Violation, tokens};

/// The crates without side effects.
pub(super) const PURE: [&str; 8] =
    ["catalog", "evidence", "extract", "model", "notify", "reconcile", "report", "tables"];

/// Those of them whose arguments are readers, writers and scratch files.
const WITH_FILES: [&str; 2] = ["evidence", "tables"];

/// Modules of `std` that reach out of the process.
const OUTSIDE: [&str; 3] = ["env", "fs", "time"];

/// Names that mean a clock or a runtime wherever they stand.
const ANYWHERE: [&str; 3] = ["Instant", "SystemTime", "tokio"];

pub(super) fn check(file: &SourceFile, rows: &TokenStream, violations: &mut Vec<Violation>) {
    let Some(name) = crate_of(&file.path).filter(|name| PURE.contains(name)) else { return };
    if file.is_beside_the_product() {
        return;
    }
    tokens::each_row(&tokens::without_tests(rows), &mut |row| {
        for place in 0..row.len() {
            for module in modules_of_std(&row[place..]) {
                let is_file_argument = module == "fs" && WITH_FILES.contains(&name);
                if OUTSIDE.iter().any(|outside| module == outside) && !is_file_argument {
                    report(file, name, &format!("std::{module}"), &module, violations);
                }
            }
            if let TokenTree::Ident(word) = &row[place]
                && ANYWHERE.iter().any(|banned| word == banned)
            {
                report(file, name, &word.to_string(), word, violations);
            }
        }
    });
}

fn report(file: &SourceFile, name: &str, what: &str, place: &Ident, violations: &mut Vec<Violation>) {
    let rule = format!("`{what}` in the pure crate `{name}`: take what it gives as an argument");
    violations.push(file.violation(place.span().start().line, rule));
}

/// The folder in `shared` that the path lies in.
fn crate_of(path: &str) -> Option<&str> {
    path.strip_prefix("shared/")?.split_once('/').map(|(name, _)| name)
}

/// The modules that a row beginning with `std::` names: one, or several in braces.
fn modules_of_std(row: &[TokenTree]) -> Vec<Ident> {
    match row {
        [TokenTree::Ident(std), TokenTree::Punct(first), TokenTree::Punct(second), next, ..]
            if std == "std" && first.as_char() == ':' && second.as_char() == ':' =>
        {
            match next {
                TokenTree::Ident(module) => vec![module.clone()],
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => first_names(&group.stream()),
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}

/// The first identifier of each entry of a list.
fn first_names(list: &TokenStream) -> Vec<Ident> {
    let mut names = Vec::new();
    let mut at_start = true;
    for token in list.clone() {
        match token {
            TokenTree::Ident(name) if at_start => {
                names.push(name);
                at_start = false;
            }
            TokenTree::Punct(comma) if comma.as_char() == ',' => at_start = true,
            _ => at_start = false,
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::super::found_in;
    use super::*;

    #[test]
    fn whatever_reaches_out_of_a_pure_crate_fails() {
        let bad = [
            ("use std::fs::File;", "std::fs"),
            ("use std::{io, env};", "std::env"),
            ("use std::time::Duration;", "std::time"),
            ("fn a() { assert!(std::env::var(\"A\").is_ok()); }", "std::env"),
            ("fn a(now: SystemTime) {}", "SystemTime"),
            ("fn a(now: Instant) {}", "Instant"),
            ("fn a() { tokio::spawn(b); }", "tokio"),
        ];
        for name in PURE {
            for (text, what) in bad {
                if what == "std::fs" && WITH_FILES.contains(&name) {
                    continue;
                }
                let found = found_in(&format!("shared/{name}/src/a.rs"), &format!("//! A.\n{text}\n"));
                let expected = format!("shared/{name}/src/a.rs:2: `{what}` in the pure crate `{name}`");
                assert!(found.len() == 1 && found[0].starts_with(&expected), "{text}: {found:?}");
            }
        }
    }

    #[test]
    fn files_as_arguments_tests_and_text_pass() {
        let opens = "//! A.\nuse std::fs::File;\n";
        for path in ["shared/evidence/src/a.rs", "shared/tables/src/a.rs", "shared/local/src/a.rs"] {
            assert_eq!(found_in(path, opens), [""; 0], "{path}");
        }
        for path in ["shared/report/tests/a.rs", "shared/catalog/build.rs", "shared/model/src/run/tests.rs"] {
            assert_eq!(found_in(path, opens), [""; 0], "{path}");
        }
        let in_tests = "//! A.\n#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n";
        assert_eq!(found_in("shared/model/src/a.rs", in_tests), [""; 0]);
        assert_eq!(found_in("shared/model/src/a.rs", "//! std::fs\nconst A: &str = \"std::env tokio\";\n"), [""; 0]);
    }
}
