//! The port `SecretStore` on one machine: the environment, then a folder of files that only their owner can read.
//!
//! The secret `nav-readonly` is the variable `TIEOUT_SECRET_NAV_READONLY`, or the file `nav-readonly` of the folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use tieout_pipeline::ports::{Secret, SecretError, SecretStore};

/// What the names of variables with secrets begin with.
pub(crate) const VARIABLE_PREFIX: &str = "TIEOUT_SECRET_";

/// The longest secret, in bytes.
const MAX_BYTES: u64 = 64 * 1024;

/// Secrets of one machine.
#[derive(Clone, Default)]
pub struct MachineSecrets {
    variables: BTreeMap<String, Secret>,
    folder: Option<PathBuf>,
}

impl MachineSecrets {
    /// Secrets among `variables` (names with values), then in `folder`.
    pub fn new(variables: impl IntoIterator<Item = (String, String)>, folder: Option<PathBuf>) -> Self {
        let ours = variables.into_iter().filter(|(name, _)| name.starts_with(VARIABLE_PREFIX));
        Self { variables: ours.map(|(name, value)| (name, Secret::new(value))).collect(), folder }
    }
}

/// The variable in which the secret of this name is looked for.
fn variable_of(name: &str) -> String {
    let letter = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' };
    format!("{VARIABLE_PREFIX}{}", name.chars().map(letter).collect::<String>())
}

#[async_trait]
impl SecretStore for MachineSecrets {
    async fn secret(&self, name: &str) -> Result<Secret, SecretError> {
        let variable = variable_of(name);
        if let Some(secret) = self.variables.get(&variable) {
            return Ok(secret.clone());
        }
        let missing = || SecretError::Missing {
            name: name.to_owned(),
            cure: format!("set {variable}, or put it into a file '{name}' of the folder given with --secrets"),
        };
        // A name may hold '/', as it does in a secret store; it never leaves the folder.
        let inside = Path::new(name).components().all(|part| matches!(part, std::path::Component::Normal(_)));
        match &self.folder {
            Some(folder) if inside => from_file(name, &folder.join(name))?.ok_or_else(missing),
            _ => Err(missing()),
        }
    }
}

/// The content of a file, without the line end of its last line; `None` when there is no such file.
fn from_file(name: &str, path: &Path) -> Result<Option<Secret>, SecretError> {
    let refused = |detail: &str, cure: &str| SecretError::Refused {
        name: name.to_owned(),
        detail: detail.to_owned(),
        cure: cure.to_owned(),
    };
    let Ok(metadata) = fs::metadata(path) else { return Ok(None) };
    if !metadata.is_file() || metadata.len() > MAX_BYTES {
        return Err(refused("it is not a file of at most 64 KiB", "put the text of the secret into a file"));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if metadata.permissions().mode() & 0o077 != 0 {
            return Err(refused("others can read its file", "take their permissions away: chmod 600"));
        }
    }
    let text = fs::read_to_string(path).map_err(|error| {
        refused(&format!("its file cannot be read ({})", error.kind()), "let the program's user read it, as UTF-8")
    })?;
    Ok(Some(Secret::new(text.trim_end_matches(['\r', '\n']))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(secrets: &MachineSecrets, name: &str) -> Result<String, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let secret = runtime.block_on(secrets.secret(name));
        secret.map(|secret| secret.expose().to_owned()).map_err(|error| error.to_string())
    }

    #[test]
    fn the_environment_comes_before_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let variables = [("TIEOUT_SECRET_NAV_READONLY".to_owned(), "from the environment".to_owned())];
        let secrets = MachineSecrets::new(variables, Some(folder.path().to_owned()));
        assert_eq!(found(&secrets, "nav-readonly").as_deref(), Ok("from the environment"));
        assert_eq!(found(&secrets, "books").unwrap_err(), "there is no secret 'books'");
        assert_eq!(found(&secrets, "../books").unwrap_err(), "there is no secret '../books'");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_is_read_only_when_nobody_else_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("books");
        fs::write(&path, "s3cret\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let secrets = MachineSecrets::new([], Some(folder.path().to_owned()));
        assert_eq!(found(&secrets, "books").unwrap_err(), "secret 'books' cannot be used: others can read its file");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(found(&secrets, "books").as_deref(), Ok("s3cret"));
    }
}
