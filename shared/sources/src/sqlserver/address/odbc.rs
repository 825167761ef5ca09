//! The ODBC form: `DRIVER={…};SERVER=host\instance,port;DATABASE=…;UID=…;PWD={…}`.
//!
//! A value in braces may hold anything; a closing brace in it is doubled. A value in quotes is read as in ADO.

use super::{AddressError, Settings};

/// Reads the parts of a connection string.
pub(super) fn parse(text: &str) -> Result<Settings, AddressError> {
    let mut settings = Settings::default();
    let mut rest = text.trim_start();
    let mut part = 0;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix(';') {
            rest = after.trim_start();
            continue;
        }
        part += 1;
        let (key, after_key) = rest.split_once('=').ok_or(AddressError::Part { part })?;
        if key.contains(';') || key.trim().is_empty() {
            return Err(AddressError::Part { part });
        }
        let (value, after_value) = value(after_key.trim_start()).ok_or(AddressError::Part { part })?;
        settings.set(key, &value);
        rest = after_value.trim_start();
        if !rest.is_empty() && !rest.starts_with(';') {
            return Err(AddressError::Part { part });
        }
    }
    Ok(settings)
}

/// A value and what follows it; `None` when it never ends.
fn value(text: &str) -> Option<(String, &str)> {
    let close = match text.chars().next() {
        Some('{') => '}',
        Some(quote @ ('"' | '\'')) => quote,
        _ => {
            let end = text.find(';').unwrap_or(text.len());
            return Some((text.get(..end)?.trim_end().to_owned(), text.get(end..)?));
        }
    };
    let mut value = String::new();
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if character != close {
            value.push(character);
        } else if characters.peek().is_some_and(|(_, next)| *next == close) {
            value.push(close);
            characters.next();
        } else {
            return Some((value, text.get(at + close.len_utf8()..)?));
        }
    }
    None
}
