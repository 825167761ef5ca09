//! Rust source as a tree of tokens, so that strings and comments are never taken for code.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

/// The tokens of a file, or the line and reason why it is not Rust.
pub(super) fn of(text: &str) -> Result<TokenStream, (usize, String)> {
    text.parse().map_err(|problem: proc_macro2::LexError| (problem.span().start().line, problem.to_string()))
}

/// Hands every row of sibling tokens to `look`, the outermost first.
pub(super) fn each_row(tokens: &TokenStream, look: &mut impl FnMut(&[TokenTree])) {
    let row: Vec<TokenTree> = tokens.clone().into_iter().collect();
    look(&row);
    for token in &row {
        if let TokenTree::Group(group) = token {
            each_row(&group.stream(), look);
        }
    }
}

/// The tokens without the items under `#[cfg(test)]`.
pub(super) fn without_tests(tokens: &TokenStream) -> TokenStream {
    let mut kept = Vec::new();
    let mut rest = tokens.clone().into_iter().peekable();
    while let Some(token) = rest.next() {
        match token {
            TokenTree::Punct(hash) if hash.as_char() == '#' && rest.peek().is_some_and(is_cfg_test) => {
                // The item ends with its first block or semicolon.
                for skipped in rest.by_ref() {
                    match skipped {
                        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => break,
                        TokenTree::Punct(end) if end.as_char() == ';' => break,
                        _ => {}
                    }
                }
            }
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), without_tests(&group.stream()));
                inner.set_span(group.span());
                kept.push(TokenTree::Group(inner));
            }
            other => kept.push(other),
        }
    }
    kept.into_iter().collect()
}

/// The line on which a token begins.
pub(super) fn line(token: &TokenTree) -> usize {
    token.span().start().line
}

/// The identifier that a row begins with.
pub(super) fn first_name(tokens: &TokenStream) -> Option<Ident> {
    match tokens.clone().into_iter().next() {
        Some(TokenTree::Ident(name)) => Some(name),
        _ => None,
    }
}

/// Whether this is `[cfg(test)]`, what follows the `#` of the attribute.
fn is_cfg_test(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.stream().to_string().replace(' ', "") == "cfg(test)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_under_cfg_test_are_left_out_wherever_they_stand() {
        let text = "use a; #[cfg(test)] use b; mod m { #[cfg(test)] mod tests { fn c() {} } fn d() {} }";
        let kept = without_tests(&of(text).unwrap()).to_string();
        assert!(kept.contains('a') && kept.contains('d'), "{kept}");
        assert!(!kept.contains("use b") && !kept.contains("fn c"), "{kept}");
    }

    #[test]
    fn every_depth_is_a_row_of_its_own() {
        let mut rows = 0;
        each_row(&of("fn f() { g(h()); }").unwrap(), &mut |_| rows += 1);
        assert_eq!(rows, 5);
    }
}
