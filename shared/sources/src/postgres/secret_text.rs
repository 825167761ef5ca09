//! How to connect, from the text of a secret: a URL, `key=value` pairs, or a JSON object.
//!
//! TLS is verified in full unless the secret says otherwise; a mode that may fall back to plain text is refused.

use std::path::PathBuf;

use serde_json::Value;
use tokio_postgres::Config;

/// How far the server's certificate is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TlsMode {
    /// `disable`: no TLS.
    Off,
    /// `require`: encrypted; the certificate is not checked.
    Unchecked,
    /// `verify-ca`: signed by a known authority; the name is not checked.
    Authority,
    /// `verify-full`: signed by a known authority for this host. The default.
    Full,
}

/// What a secret says.
pub(super) struct Connection {
    pub(super) config: Config,
    pub(super) tls: TlsMode,
    /// A file of certificates to trust instead of those of the machine.
    pub(super) authority: Option<PathBuf>,
}

/// Reads the text of a secret; fails with what is wrong, without its content.
pub(super) fn read_secret(text: &str) -> Result<Connection, &'static str> {
    let text = text.trim();
    if text.starts_with('{') {
        return from_pairs(json_pairs(text)?);
    }
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        return from_url(text);
    }
    from_pairs(pairs(text)?)
}

fn from_url(text: &str) -> Result<Connection, &'static str> {
    let (base, query) = text.split_once('?').unwrap_or((text, ""));
    let mut own = Vec::new();
    let mut others = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some((key @ ("sslmode" | "sslrootcert"), value)) => own.push((key.to_owned(), value.replace("%2F", "/"))),
            _ => others.push(pair),
        }
    }
    let url = if others.is_empty() { base.to_owned() } else { format!("{base}?{}", others.join("&")) };
    finish(url.parse().map_err(|_| "it is not a URL of a PostgreSQL server")?, &own)
}

fn from_pairs(pairs: Vec<(String, String)>) -> Result<Connection, &'static str> {
    let mut own = Vec::new();
    let mut text = String::new();
    for (key, value) in pairs {
        match key.as_str() {
            "sslmode" | "sslrootcert" => own.push((key, value)),
            _ => {
                let value = value.replace('\\', "\\\\").replace('\'', "\\'");
                text.push_str(&key);
                text.push_str("='");
                text.push_str(&value);
                text.push_str("' ");
            }
        }
    }
    finish(text.parse().map_err(|_| "it has a key or a value that no connection to PostgreSQL has")?, &own)
}

fn finish(mut config: Config, own: &[(String, String)]) -> Result<Connection, &'static str> {
    let value = |wanted: &str| own.iter().find(|(key, _)| key == wanted).map(|(_, value)| value.as_str());
    let tls = match value("sslmode") {
        None | Some("verify-full") => TlsMode::Full,
        Some("verify-ca") => TlsMode::Authority,
        Some("require") => TlsMode::Unchecked,
        Some("disable") => TlsMode::Off,
        Some("allow" | "prefer") => return Err("its sslmode may fall back to plain text: write verify-full"),
        Some(_) => return Err("its sslmode is none of disable, require, verify-ca and verify-full"),
    };
    if config.get_hosts().is_empty() {
        return Err("it names no host");
    }
    let mode = if tls == TlsMode::Off {
        tokio_postgres::config::SslMode::Disable
    } else {
        tokio_postgres::config::SslMode::Require
    };
    config.ssl_mode(mode).application_name("tieout").connect_timeout(std::time::Duration::from_secs(30));
    Ok(Connection { config, tls, authority: value("sslrootcert").map(PathBuf::from) })
}

/// The members of a JSON object, by the names of a connection.
fn json_pairs(text: &str) -> Result<Vec<(String, String)>, &'static str> {
    const NOT_JSON: &str = "it begins like JSON and is no JSON object of texts and numbers";
    let Ok(Value::Object(members)) = serde_json::from_str(text) else { return Err(NOT_JSON) };
    let mut pairs = Vec::new();
    for (key, value) in members {
        let key = match key.to_lowercase().as_str() {
            "username" | "user" => "user",
            "database" | "dbname" => "dbname",
            "password" => "password",
            "host" => "host",
            "port" => "port",
            "sslmode" => "sslmode",
            "sslrootcert" => "sslrootcert",
            // Written by the secret store for its own rotation.
            "engine" | "dbinstanceidentifier" | "dbclusteridentifier" | "masterarn" => continue,
            _ => return Err("it has a member that no connection to PostgreSQL has"),
        };
        let value = match value {
            Value::String(text) => text,
            Value::Number(number) => number.to_string(),
            _ => return Err(NOT_JSON),
        };
        pairs.push((key.to_owned(), value));
    }
    Ok(pairs)
}

/// `key=value` pairs between spaces; a value with spaces stands in single quotes, with `\` before a quote.
fn pairs(text: &str) -> Result<Vec<(String, String)>, &'static str> {
    const NO_PAIR: &str = "it is no URL, no JSON object and no key=value pairs";
    let mut pairs = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (key, after) = rest.split_once('=').ok_or(NO_PAIR)?;
        let key = key.trim();
        if key.is_empty() || key.contains(char::is_whitespace) {
            return Err(NO_PAIR);
        }
        let (value, left) = value(after.trim_start());
        pairs.push((key.to_owned(), value));
        rest = left.trim_start();
    }
    if pairs.is_empty() { Err("it is empty") } else { Ok(pairs) }
}

/// The value with which a text begins, and what follows.
fn value(text: &str) -> (String, &str) {
    let quoted = text.starts_with('\'');
    let mut value = String::new();
    let mut characters = text.char_indices().skip(usize::from(quoted));
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            '\'' if quoted => return (value, text.get(at + 1..).unwrap_or_default()),
            _ if !quoted && character.is_whitespace() => return (value, text.get(at..).unwrap_or_default()),
            _ => value.push(character),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(text: &str) -> String {
        match read_secret(text) {
            Err(problem) => problem.to_owned(),
            Ok(Connection { config, tls, authority }) => {
                let password = config.get_password().map(String::from_utf8_lossy).unwrap_or_default();
                format!(
                    "{:?} {:?} {:?} {:?} {password} {tls:?} {:?}",
                    config.get_hosts(),
                    config.get_ports(),
                    config.get_user().unwrap_or_default(),
                    config.get_dbname().unwrap_or_default(),
                    authority.unwrap_or_default()
                )
            }
        }
    }

    #[test]
    fn a_secret_may_be_a_url_pairs_or_json() {
        let expected = r#"[Tcp("db.example")] [5433] "ann" "books" p w' Full """#;
        assert_eq!(seen("postgresql://ann:p%20w%27@db.example:5433/books"), expected);
        assert_eq!(seen("host=db.example port=5433 user=ann dbname = books password='p w\\''"), expected);
        let json = r#"{"engine": "postgres", "host": "db.example", "port": 5433, "username": "ann", "dbname": "books", "password": "p w'"}"#;
        assert_eq!(seen(json), expected);
    }

    #[test]
    fn the_certificate_is_checked_unless_the_secret_says_otherwise() {
        assert!(seen("host=a sslmode=disable").contains("Off"));
        assert!(seen("postgres://a/b?sslmode=require&sslrootcert=%2Fca.pem").contains("Unchecked \"/ca.pem\""));
        assert!(seen("host=a sslmode=verify-ca").contains("Authority"));
        assert_eq!(seen("host=a sslmode=prefer"), "its sslmode may fall back to plain text: write verify-full");
    }

    #[test]
    fn what_is_no_connection_is_refused_without_its_content() {
        for (text, problem) in [
            ("s3cret", "it is no URL, no JSON object and no key=value pairs"),
            ("", "it is empty"),
            ("{\"a\": 1}", "it has a member that no connection to PostgreSQL has"),
            ("{", "it begins like JSON and is no JSON object of texts and numbers"),
            ("user=a", "it names no host"),
            ("host=a hsot=b", "it has a key or a value that no connection to PostgreSQL has"),
        ] {
            assert_eq!(seen(text), problem, "{text}");
        }
    }
}
