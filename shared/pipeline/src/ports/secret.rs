//! The port `SecretStore`: hands out the values behind the names of secrets.
//!
//! A value is never printed, logged or kept in evidence; an implementation MUST NOT put it into an error.

use std::fmt;

use async_trait::async_trait;

/// The value of a secret, such as a connection string.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a value.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value, for the one place that uses it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(..)")
    }
}

/// Why there is no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// Nothing has this name.
    #[error("there is no secret '{name}'")]
    Missing {
        /// The name.
        name: String,
        /// Where it can be put.
        cure: String,
    },
    /// It is there and must not be used as it is, or cannot be read.
    #[error("secret '{name}' cannot be used: {detail}")]
    Refused {
        /// The name.
        name: String,
        /// Why, without the value.
        detail: String,
        /// What to do.
        cure: String,
    },
    /// Trying again may help.
    #[error("secret '{name}' could not be fetched: {detail}")]
    Transient {
        /// The name.
        name: String,
        /// What happened, without the value.
        detail: String,
    },
}

/// Hands out secrets by name.
#[async_trait]
pub trait SecretStore: Send + Sync {
    /// The value of the secret of this name.
    async fn secret(&self, name: &str) -> Result<Secret, SecretError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_prints_its_value() {
        assert_eq!(format!("{:?}", Secret::new("s3cret")), "Secret(..)");
    }
}
