//! The shape of a Rust file: how it opens, how long it and its functions are, what `lib.rs` may hold.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use super::{SourceFile, Violation, tokens};

/// The most lines a file may have.
const FILE_LINES: usize = 400;

/// The most lines a function may have, from the line of `fn` to that of its closing brace.
const FUNCTION_LINES: usize = 70;

pub(super) fn check(file: &SourceFile, rows: &TokenStream, violations: &mut Vec<Violation>) {
    if !file.text.starts_with("//!") {
        violations.push(file.violation(1, "opens without `//!`: say in one sentence what the file holds"));
    }
    let lines = file.text.lines().count();
    if lines > FILE_LINES {
        violations.push(file.violation(FILE_LINES + 1, format!("{lines} lines, more than {FILE_LINES}: split it")));
    }
    tokens::each_row(rows, &mut |row| check_functions(file, row, violations));
    if file.name() == "lib.rs" {
        check_lib(file, rows, violations);
    }
}

fn check_functions(file: &SourceFile, row: &[TokenTree], violations: &mut Vec<Violation>) {
    for (place, pair) in row.windows(2).enumerate() {
        let [TokenTree::Ident(keyword), TokenTree::Ident(name)] = pair else { continue };
        let Some(body) = (keyword == "fn").then(|| body_of(&row[place..])).flatten() else { continue };
        let first = keyword.span().start().line;
        let lines = body.span_close().end().line - first + 1;
        if lines > FUNCTION_LINES {
            let rule = format!("function `{name}` has {lines} lines, more than {FUNCTION_LINES}: split it");
            violations.push(file.violation(first, rule));
        }
    }
}

/// The block of the function that the row begins with; a declaration in a trait has none.
fn body_of(row: &[TokenTree]) -> Option<&Group> {
    row.iter().take_while(|token| !matches!(token, TokenTree::Punct(end) if end.as_char() == ';')).find_map(|token| {
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group),
            _ => None,
        }
    })
}

/// `lib.rs` holds docs, attributes, `mod name;` and `pub use`: each statement is looked at by its first words.
fn check_lib(file: &SourceFile, rows: &TokenStream, violations: &mut Vec<Violation>) {
    let mut statement: Vec<TokenTree> = Vec::new();
    for token in rows.clone() {
        let ends = match &token {
            TokenTree::Punct(end) => end.as_char() == ';',
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => !is_use(&statement),
            TokenTree::Group(group) if is_attribute(&statement, group) => {
                statement.clear();
                continue;
            }
            _ => false,
        };
        statement.push(token);
        if ends {
            check_statement(file, &statement, violations);
            statement.clear();
        }
    }
    check_statement(file, &statement, violations);
}

fn check_statement(file: &SourceFile, statement: &[TokenTree], violations: &mut Vec<Violation>) {
    let Some(first) = statement.first() else { return };
    let text = words(statement);
    let declares_module = matches!(statement.last(), Some(TokenTree::Punct(_)))
        && (text.starts_with("mod ") || text.starts_with("pub mod "));
    if !(declares_module || text.starts_with("pub use ")) {
        let rule = "lib.rs holds docs, attributes, `mod` and `pub use` only: move this to the file of its noun";
        violations.push(file.violation(tokens::line(first), rule));
    }
}

/// Whether the group closes an attribute: `#[..]` or `#![..]`.
fn is_attribute(statement: &[TokenTree], group: &Group) -> bool {
    group.delimiter() == Delimiter::Bracket && matches!(words(statement).as_str(), "# " | "# ! ")
}

/// Whether the statement imports or exports names, so that braces in it do not end it.
fn is_use(statement: &[TokenTree]) -> bool {
    words(statement).split(' ').any(|word| word == "use")
}

/// The words of a statement, each with a space behind it; a pair of brackets stands for what it holds.
fn words(statement: &[TokenTree]) -> String {
    let word = |token: &TokenTree| match token {
        TokenTree::Group(_) => "() ".to_owned(),
        other => format!("{other} "),
    };
    statement.iter().map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::super::found_in;

    const PATH: &str = "shared/model/src/run.rs";

    #[test]
    fn a_file_without_its_opening_sentence_fails() {
        let found = found_in(PATH, "/// One.\npub const ONE: u8 = 1;\n");
        assert_eq!(found, [format!("{PATH}:1: opens without `//!`: say in one sentence what the file holds")]);
    }

    #[test]
    fn four_hundred_lines_pass_and_one_more_fails() {
        let of_lines = |lines: usize| format!("//! Long.\n{}", "\n".repeat(lines - 1));
        assert_eq!(found_in(PATH, &of_lines(400)), [""; 0]);
        assert_eq!(found_in(PATH, &of_lines(401)), [format!("{PATH}:401: 401 lines, more than 400: split it")]);
    }

    #[test]
    fn seventy_lines_of_a_function_pass_and_one_more_fails() {
        let of_lines =
            |lines: usize| format!("//! Long.\nimpl A {{\n    pub fn b() {{\n{}    }}\n}}\n", "\n".repeat(lines - 2));
        assert_eq!(found_in(PATH, &of_lines(70)), [""; 0]);
        let found = found_in(PATH, &of_lines(71));
        assert_eq!(found, [format!("{PATH}:3: function `b` has 71 lines, more than 70: split it")]);
    }

    #[test]
    fn a_long_function_inside_a_macro_fails_too() {
        let text = format!("//! Long.\nproptest! {{\n    fn holds(a in 0..1) {{\n{}    }}\n}}\n", "\n".repeat(70));
        assert_eq!(found_in(PATH, &text).len(), 1);
    }

    #[test]
    fn a_declaration_without_a_body_is_not_measured() {
        let text = format!("//! Port.\ntrait A {{\n    fn b();\n{}}}\nstruct C {{}}\n", "\n".repeat(80));
        assert_eq!(found_in(PATH, &text), [""; 0]);
    }

    #[test]
    fn lib_rs_with_docs_modules_and_exports_passes() {
        let text = "//! Crate.\n\n#![cfg_attr(test, allow(dead_code))]\n\n/// Docs.\npub mod a;\n#[cfg(test)]\nmod b;\npub use a::{C, d::{E, F}};\npub use b::G;\n";
        assert_eq!(found_in("shared/model/src/lib.rs", text), [""; 0]);
    }

    #[test]
    fn lib_rs_with_anything_else_fails() {
        for bad in [
            "use a::B;",
            "pub fn f() {}",
            "mod inline { }",
            "pub struct A;",
            "pub(crate) use a::B;",
            "m! {}",
            "mod user { use b::C; }",
        ] {
            let found = found_in("shared/model/src/lib.rs", &format!("//! Crate.\nmod a;\n{bad}\npub use a::C;\n"));
            assert_eq!(found.len(), 1, "{bad}: {found:?}");
            assert!(found[0].starts_with("shared/model/src/lib.rs:3: lib.rs holds docs"), "{bad}: {found:?}");
        }
    }
}
