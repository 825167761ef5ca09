//! The written forms of names, ids, people and paths in a definition.
//!
//! What stands in a path, an object key, an SQL text or a mail header must not be able to leave it.

use super::reader::Reader;
use super::value::Text;
use crate::definition::Person;

/// A name for SQL: a lower-case letter, then lower-case letters, digits and `_`, at most 63.
pub(crate) fn name(text: &Text<'_>) -> String {
    let good_start = text.as_str().starts_with(|first: char| first.is_ascii_lowercase());
    let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if !good_start || text.as_str().len() > 63 || !text.as_str().bytes().all(good) {
        text.report(format!(
            "{} is '{}'; a name is a lower-case letter, then lower-case letters, digits and '_', at most 63",
            text.name(),
            visible(text.as_str())
        ));
    }
    text.to_owned()
}

/// A name for a column: none that the program adds to tables.
pub(crate) fn column_name(text: &Text<'_>) -> String {
    if text.as_str().starts_with("tieout_") {
        text.report(format!("{} is '{}'; names that begin with tieout_ are taken", text.name(), text.as_str()));
    }
    name(text)
}

/// An id: lower-case letters and digits in groups joined by single hyphens, at most 64.
pub(crate) fn id(text: &Text<'_>) -> String {
    // A control's id has the same form.
    if text.as_str().parse::<tieout_model::ControlId>().is_err() {
        text.report(format!(
            "{} is '{}'; an id is lower-case letters, digits and single hyphens, at most 64",
            text.name(),
            visible(text.as_str())
        ));
    }
    text.to_owned()
}

/// A name in a secret store: letters, digits, `-`, `_`, `/` and `.`, at most 128.
pub(crate) fn secret_name(text: &Text<'_>) -> String {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b"-_/.".contains(&byte);
    if text.as_str().is_empty() || text.as_str().len() > 128 || !text.as_str().bytes().all(good) {
        // What stands here may be the secret itself, which no message shows.
        text.report_with_help(
            format!("{} is not the name of a secret", text.name()),
            "name the secret, such as nav-readonly; its value is kept in the secret store",
        );
    }
    text.to_owned()
}

/// An id that may also be written as a name, with `_` between its parts.
pub(crate) fn id_of_check(text: &Text<'_>) -> String {
    if text.as_str().contains('_') { name(text) } else { id(text) }
}

/// Text of one line for people and mail headers: not blank, no control characters.
pub(crate) fn line(text: &Text<'_>) -> String {
    if text.as_str().trim().is_empty() {
        text.report(format!("{} must not be blank", text.name()));
    } else if text.as_str().contains(char::is_control) {
        text.report(format!("{} must be one line without control characters", text.name()));
    }
    text.to_owned()
}

/// Text of one or more lines for people: not blank.
pub(crate) fn prose(text: &Text<'_>) -> String {
    if text.as_str().trim().is_empty() {
        text.report(format!("{} must not be blank", text.name()));
    }
    text.to_owned()
}

/// A person: `name` and `email`.
pub(crate) fn person(reader: &mut Reader<'_>) -> Option<Person> {
    let name = reader.text("name").map(|text| line(&text));
    let email = reader.text("email").map(|text| email(&text));
    Some(Person { name: name?, email: email? })
}

/// A mail address that is safe in a header: one `@`, visible ASCII, none of the marks that structure a header.
fn email(text: &Text<'_>) -> String {
    let address = text.as_str();
    let good = |byte: u8| byte.is_ascii_graphic() && !br#"<>()[],;:"\"#.contains(&byte);
    let problem = match address.split_once('@') {
        _ if !address.bytes().all(good) => Some("has a character that a mail address must not have"),
        None => Some("has no '@'"),
        Some((_, domain)) if domain.contains('@') => Some("has more than one '@'"),
        Some((local, domain)) if local.is_empty() || domain.split('.').any(str::is_empty) => {
            Some("is not of the form name@domain")
        }
        Some(_) => None,
    };
    if let Some(problem) = problem {
        text.report(format!("{} is '{}', which {problem}", text.name(), visible(address)));
    }
    address.to_owned()
}

/// A relative path with `/` between its parts that cannot leave the folder it starts in.
pub(crate) fn path(text: &Text<'_>) -> String {
    if let Some(problem) = path_problem(text.as_str()) {
        text.report(format!("{} is '{}', which {problem}", text.name(), visible(text.as_str())));
    }
    text.to_owned()
}

/// Whether a path ends in `.sql`.
pub(crate) fn is_sql(path: &str) -> bool {
    path.strip_suffix(".sql").is_some()
}

/// A path whose last part may hold `*`.
pub(crate) fn pattern(text: &Text<'_>) -> String {
    let path = path(text);
    if path.rsplit_once('/').is_some_and(|(folder, _)| folder.contains('*')) {
        text.report(format!("{} is '{path}'; '*' may stand in the last part only", text.name()));
    }
    path
}

/// Why a path could leave its folder or names nothing; `None` when it is good.
pub(crate) fn path_problem(path: &str) -> Option<&'static str> {
    if path.is_empty() {
        return Some("is no path");
    }
    if path.starts_with('/') || path.contains(':') {
        return Some("is absolute: a path is relative to its folder");
    }
    if path.contains('\\') || path.contains(char::is_control) {
        return Some("has a character that a path must not have: write '/' between its parts");
    }
    if path.split('/').any(|part| part == "..") {
        return Some("climbs out of its folder");
    }
    path.split('/').any(|part| part.is_empty() || part == ".").then_some("has an empty part")
}

/// The text with its control characters made visible, so that a message stays on its line.
pub(crate) fn visible(text: &str) -> String {
    text.chars().flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect()
}
