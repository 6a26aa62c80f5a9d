//! keyringrc.cfg: which backend the Python package keyring loads, and from where.

use crate::edit::SyntaxError;
use crate::edit::configparser::ConfigFile;

const SECTION: &str = "backend";
const BACKEND: &str = "default-keyring";
const PATH: &str = "keyring-path";

/// An edited keyringrc.cfg, and what it said before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configured {
    /// The file's new text.
    pub text: String,
    /// The user's own default backend (`MODULE.CLASS`), to chain to and to give back; `None` if there was none but ours.
    pub previous_backend: Option<String>,
    /// The user's own path for backends; `None` if there was none but ours.
    pub previous_path: Option<String>,
}

/// Makes `backend`, found in the folder `path`, keyring's default.
///
/// # Errors
/// Where keyring itself refuses the file.
pub fn configure(text: &str, backend: &str, path: &str) -> Result<Configured, SyntaxError> {
    let mut file = ConfigFile::parse(text, str::to_lowercase)?;
    let previous_backend = file
        .value(SECTION, BACKEND)
        .filter(|previous| previous != backend);
    let previous_path = file
        .value(SECTION, PATH)
        .filter(|previous| previous != path);
    file.set(SECTION, BACKEND, backend);
    file.set(SECTION, PATH, path);
    Ok(Configured {
        text: file.text(),
        previous_backend,
        previous_path,
    })
}

/// Takes `backend` and `path` out where they are still set, and puts the previous values in their place.
///
/// # Errors
/// Where keyring itself refuses the file.
pub fn unconfigure(
    text: &str,
    backend: &str,
    path: &str,
    previous_backend: Option<&str>,
    previous_path: Option<&str>,
) -> Result<String, SyntaxError> {
    let mut file = ConfigFile::parse(text, str::to_lowercase)?;
    for (key, ours, previous) in [
        (PATH, path, previous_path),
        (BACKEND, backend, previous_backend),
    ] {
        if file.value(SECTION, key).as_deref() == Some(ours) {
            match previous {
                Some(previous) => file.set(SECTION, key, previous),
                None => {
                    file.remove(SECTION, key);
                    file.remove_empty_section(SECTION);
                }
            }
        }
    }
    Ok(file.text())
}

/// The backend that the file makes keyring's default.
///
/// # Errors
/// Where keyring itself refuses the file.
pub fn backend(text: &str) -> Result<Option<String>, SyntaxError> {
    let file = ConfigFile::parse(text, str::to_lowercase)?;
    Ok(file.value(SECTION, BACKEND))
}
