//! Files that a login does not edit and that a tool takes before those it does: what they say has to be known.

use std::path::PathBuf;

use super::url::same_endpoint;
use super::url::without_login;

/// Such a file.
pub struct WinningFile {
    /// Where it is.
    pub path: PathBuf,
    /// Who reads it: `bun 1.3 and newer`.
    pub readers: &'static str,
    /// The registries that its text names; none where it cannot be read.
    pub names: fn(&str) -> Vec<NamedRegistry>,
}

/// A registry that such a file names.
#[derive(Debug, PartialEq, Eq)]
pub struct NamedRegistry {
    /// What the file calls the setting.
    pub setting: String,
    /// The scope that it is for, without its `@`; `None`: for everything.
    pub scope: Option<String>,
    /// Its address.
    pub url: String,
}

impl NamedRegistry {
    /// Whether it sends a tool elsewhere than a login to `url`, for everything or for the scope `namespace`.
    pub fn overrules(&self, namespace: Option<&str>, url: &str) -> bool {
        let ours = namespace.map(|scope| scope.trim_start_matches('@'));
        self.scope.as_deref() == ours && !same_endpoint(&self.url, url)
    }

    /// Its address for people, without what logs in there.
    pub fn shown_url(&self) -> String {
        without_login(&self.url)
    }
}
