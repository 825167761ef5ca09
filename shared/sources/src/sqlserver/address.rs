//! How to connect: what a secret says, in the ODBC form, as JSON or as a URL.
//!
//! TLS is on and the certificate is verified unless the secret says otherwise. An error names the key that is wrong,
//! never a value.

mod json;
mod odbc;
mod settings;
mod url;

use self::settings::Settings;

/// Why a secret does not say how to connect.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum AddressError {
    /// It has none of the three forms.
    #[error("it is neither an ODBC connection string nor a JSON object nor a sqlserver:// URL")]
    Form,
    /// Braces or quotes of an ODBC string never end, or a part has no `=`.
    #[error("part {part} of the connection string is not of the form KEY=value")]
    Part {
        /// 1-based number of the part.
        part: usize,
    },
    /// A key is missing.
    #[error("'{0}' is missing")]
    Missing(&'static str),
    /// A value is none of its key.
    #[error("'{key}' must be {wanted}")]
    Value {
        /// The key.
        key: &'static str,
        /// What it must be.
        wanted: &'static str,
    },
    /// A way to log in that there is not.
    #[error("'{0}' asks for a way to log in that is not there: use a login with password, or an access token")]
    Authentication(&'static str),
}

/// Where the server is and how to enter.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Address {
    /// Host name or address.
    pub(super) host: String,
    /// Port.
    pub(super) port: u16,
    /// Database; empty for the login's own.
    pub(super) database: String,
    /// Who we are.
    pub(super) login: Login,
    /// Whether everything is encrypted and not only the login.
    pub(super) encrypted: bool,
    /// What makes a certificate good.
    pub(super) trust: Trust,
    /// Name that the certificate must have, where it is not the host's.
    pub(super) host_in_certificate: Option<String>,
}

/// How we log in.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Login {
    /// A login of the server.
    Sql {
        /// Its name.
        user: String,
        /// Its password.
        password: String,
    },
    /// A token of Microsoft Entra.
    Token(String),
}

/// What makes a certificate good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trust {
    /// An authority that this machine knows.
    System,
    /// An authority of this file, or one that this machine knows.
    AuthorityFile(String),
    /// Anything, as the secret asks.
    Anything,
}

impl Address {
    /// Reads a secret.
    pub(super) fn parse(secret: &str) -> Result<Self, AddressError> {
        let secret = secret.trim();
        if secret.starts_with('{') && secret.ends_with('}') && serde_json::from_str::<serde_json::Value>(secret).is_ok()
        {
            return json::parse(secret);
        }
        if secret.starts_with("sqlserver://") || secret.starts_with("mssql://") {
            return url::parse(secret)?.address();
        }
        if secret.contains('=') {
            return odbc::parse(secret)?.address();
        }
        Err(AddressError::Form)
    }

    /// What of the connection may be said: how it is protected, and how it logs in.
    pub(super) fn described(&self) -> String {
        let encryption = if self.encrypted { "everything encrypted" } else { "only the login encrypted" };
        let trust = match self.trust {
            Trust::System => "certificate verified",
            Trust::AuthorityFile(_) => "certificate verified with an authority file of its own",
            Trust::Anything => "certificate not verified, as the secret asks",
        };
        let login = match self.login {
            Login::Sql { .. } => "login with password",
            Login::Token(_) => "access token",
        };
        format!("{encryption}, {trust}, {login}")
    }
}

#[cfg(test)]
#[path = "address/tests.rs"]
mod tests;
