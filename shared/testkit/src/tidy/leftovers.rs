//! What must not stay behind: work put off, checks that cannot fail, lints silenced without a trace.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::{SourceFile, Violation, tokens};

/// Marks of work put off, written in two pieces so that this file does not hold them.
const PUT_OFF: [&str; 5] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("to", "do!"),
    concat!("unimple", "mented!"),
];

/// What makes a step of a check unable to fail.
const CANNOT_FAIL: [&str; 2] = [concat!("|| ", "true"), concat!("continue-", "on-error")];

/// Work put off, in any text but data; and steps that cannot fail, in what runs the checks.
pub(super) fn check_text(file: &SourceFile, violations: &mut Vec<Violation>) {
    if is_data(file) {
        return;
    }
    let runs_checks = file.path == "Makefile" || file.path.starts_with(".ci/") || file.path.starts_with(".github/");
    for (line, text) in (1..).zip(file.text.lines()) {
        for mark in PUT_OFF.iter().filter(|mark| holds_word(text, mark)) {
            violations.push(file.violation(line, format!("`{mark}`: do it now, or write it into the plan")));
        }
        for step in CANNOT_FAIL.iter().filter(|step| runs_checks && text.contains(**step)) {
            violations.push(file.violation(line, format!("`{step}` makes a check that cannot fail")));
        }
    }
}

/// Tests that are not run, and lints allowed outside tests.
pub(super) fn check_attributes(file: &SourceFile, rows: &TokenStream, violations: &mut Vec<Violation>) {
    tokens::each_row(rows, &mut |row| {
        for (place, token) in row.iter().enumerate() {
            let Some(attribute) = attribute_at(row, place) else { continue };
            let Some(name) = tokens::first_name(&attribute) else { continue };
            if name == "ignore" {
                violations
                    .push(file.violation(tokens::line(token), "`#[ignore]`: a test that is not run holds nothing"));
            }
            let allows = name == "allow" || name == "cfg_attr" && allows_outside_tests(&attribute);
            if allows && !file.is_below("tests") {
                let rule = "`#[allow(..)]`: write `#[expect(.., reason = \"..\")]`, which tells when it is not needed";
                violations.push(file.violation(tokens::line(token), rule));
            }
        }
    });
}

/// What stands inside the attribute whose `#` is at this place.
fn attribute_at(row: &[TokenTree], place: usize) -> Option<TokenStream> {
    let mut rest = row.get(place..)?.iter();
    matches!(rest.next(), Some(TokenTree::Punct(hash)) if hash.as_char() == '#').then_some(())?;
    let inner = matches!(rest.clone().next(), Some(TokenTree::Punct(mark)) if mark.as_char() == '!');
    match rest.nth(usize::from(inner)) {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket => Some(group.stream()),
        _ => None,
    }
}

/// Whether a `cfg_attr` allows lints under any other condition than `test`.
fn allows_outside_tests(attribute: &TokenStream) -> bool {
    attribute.clone().into_iter().any(|token| match token {
        TokenTree::Group(group) => {
            let text = group.stream().to_string().replace(' ', "");
            text.contains("allow(") && !text.starts_with("test,")
        }
        _ => false,
    })
}

/// Whether the file is data or somebody else's text, in which such words mean nothing.
fn is_data(file: &SourceFile) -> bool {
    file.is_below("sample") || file.is_below("golden") || matches!(file.path.as_str(), "Cargo.lock" | "LICENSE")
}

/// Whether the text holds the word, and not as a part of a longer one.
fn holds_word(text: &str, word: &str) -> bool {
    let is_letter = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.match_indices(word).any(|(place, _)| {
        !text[..place].ends_with(is_letter)
            && (word.ends_with('!') || !text[place + word.len()..].starts_with(is_letter))
    })
}

#[cfg(test)]
mod tests {
    use super::super::found_in;
    use super::*;

    const PATH: &str = "shared/model/src/run.rs";

    #[test]
    fn every_mark_of_work_put_off_fails() {
        for mark in PUT_OFF {
            let found = found_in(PATH, &format!("//! A run.\n// {mark} later\n"));
            assert_eq!(found, [format!("{PATH}:2: `{mark}`: do it now, or write it into the plan")]);
        }
    }

    #[test]
    fn a_mark_inside_a_longer_word_passes_and_so_does_data() {
        let word = format!("//! Masks{}S.\n", PUT_OFF[2]);
        assert_eq!(found_in(PATH, &word), [""; 0]);
        assert_eq!(found_in("shared/catalog/controls/a/sample/b.csv", PUT_OFF[2]), [""; 0]);
    }

    #[test]
    fn a_step_that_cannot_fail_fails_where_checks_are_run() {
        for step in CANNOT_FAIL {
            for path in ["Makefile", ".ci/run", ".github/workflows/ci.yml"] {
                let found = found_in(path, &format!("make test {step}\n"));
                assert_eq!(found, [format!("{path}:1: `{step}` makes a check that cannot fail")]);
            }
            assert_eq!(found_in("README.md", step), [""; 0]);
        }
    }

    #[test]
    fn a_test_that_is_not_run_fails_even_in_a_tests_folder() {
        let text = "//! Tests.\n#[test]\n#[ignore = \"slow\"]\nfn a() {}\n";
        let found = found_in("shared/model/tests/run.rs", text);
        assert_eq!(found, ["shared/model/tests/run.rs:3: `#[ignore]`: a test that is not run holds nothing"]);
    }

    #[test]
    fn allowed_lints_fail_outside_tests() {
        for bad in ["#[allow(dead_code)]", "#[cfg_attr(not(test), allow(dead_code))]", "#![allow(dead_code)]"] {
            let found = found_in(PATH, &format!("//! A run.\n{bad}\nconst A: u8 = 1;\n"));
            assert_eq!(found.len(), 1, "{bad}: {found:?}");
            assert!(found[0].starts_with(&format!("{PATH}:2: `#[allow(..)]`")), "{bad}: {found:?}");
        }
    }

    #[test]
    fn allowed_lints_pass_in_tests_and_in_text() {
        assert_eq!(found_in("shared/model/tests/run.rs", "//! Tests.\n#![allow(dead_code)]\n"), [""; 0]);
        assert_eq!(found_in(PATH, "//! A run.\n#![cfg_attr(test, allow(dead_code, reason = \"r\"))]\n"), [""; 0]);
        assert_eq!(found_in(PATH, "//! A run.\nconst A: &str = \"#[allow(dead_code)] #[ignore]\";\n"), [""; 0]);
        assert_eq!(found_in(PATH, "//! A run.\n#[expect(dead_code, reason = \"r\")]\nconst A: u8 = 1;\n"), [""; 0]);
    }
}
