//! The URL form: `sqlserver://user:password@host:port/database?encrypt=yes&ca_file=…`.
//!
//! What is not a plain character of a URL is written as `%` and two digits.

use super::{AddressError, Settings};

/// Reads a URL.
pub(super) fn parse(text: &str) -> Result<Settings, AddressError> {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
    let (login, host) = match authority.rsplit_once('@') {
        Some((login, host)) => (Some(login), host),
        None => (None, authority),
    };
    let mut settings = Settings::default();
    if let Some(login) = login {
        let (user, password) = login.split_once(':').unwrap_or((login, ""));
        settings.set("user", &decoded("user", user)?);
        settings.set("password", &decoded("password", password)?);
    }
    let (host, port) = match host.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (host, None),
    };
    settings.set("server", &decoded("host", host.trim_start_matches('[').trim_end_matches(']'))?);
    if let Some(port) = port {
        settings.set("port", port);
    }
    if !database.is_empty() {
        settings.set("database", &decoded("database", database)?);
    }
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        settings.set(key, &decoded("query of the URL", value)?);
    }
    Ok(settings)
}

/// Text with its `%41` put back.
fn decoded(key: &'static str, text: &str) -> Result<String, AddressError> {
    let wrong = AddressError::Value { key, wanted: "percent-encoded UTF-8" };
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits: String = rest.by_ref().take(2).map(char::from).collect();
        if digits.len() != 2 {
            return Err(wrong);
        }
        bytes.push(u8::from_str_radix(&digits, 16).map_err(|_| wrong.clone())?);
    }
    String::from_utf8(bytes).map_err(|_| wrong)
}
