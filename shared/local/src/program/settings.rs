//! What the program takes from the environment: the one place that reads it, besides the command line.

/// `LOG_LEVEL`: `error`, `warn`, `info`, `debug` or `trace`.
#[expect(clippy::disallowed_methods, reason = "this is the one place of the program that reads the environment")]
pub(super) fn log_level() -> Option<String> {
    std::env::var("LOG_LEVEL").ok().filter(|level| !level.is_empty())
}

/// Name and version of the program, as it stands in evidence.
pub(super) fn code_version() -> String {
    format!("tieout {}", env!("CARGO_PKG_VERSION"))
}

/// All variables whose name and value are text.
#[expect(clippy::disallowed_methods, reason = "this is the one place of the program that reads the environment")]
pub(super) fn variables() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}
