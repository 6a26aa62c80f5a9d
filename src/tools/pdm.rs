//! pdm's config.toml: the index that takes PyPI's place, and the repository to publish to.

use std::collections::BTreeMap;

use super::tables::Keys;
use super::url;
use super::{Auth, AuthMode, Client, Configured, Editor, Found, Registry, SystemWide, ToolFile};
use crate::edit::SyntaxError;
use crate::endpoint::Format;
use crate::places::Places;
use crate::secret::Secret;

/// pdm. Its resolver, unearth, asks the command `keyring` or the Python package for a password.
pub struct Pdm;

impl Client for Pdm {
    fn name(&self) -> &'static str {
        "pdm"
    }

    fn format(&self) -> Format {
        Format::Pypi
    }

    fn usual_auth(&self) -> AuthMode {
        AuthMode::Helper
    }

    fn files(
        &self,
        places: &Places,
        environment: &BTreeMap<String, String>,
        _: AuthMode,
    ) -> Vec<ToolFile> {
        let named = environment.get("PDM_CONFIG_FILE");
        let path = named.filter(|path| path.starts_with('/'));
        vec![ToolFile {
            path: path.map_or_else(|| places.config.join("pdm/config.toml"), Into::into),
            editor: &PdmToml,
        }]
    }

    fn overriding_variables(&self) -> &'static [&'static str] {
        &["PDM_PYPI_URL", "PDM_IGNORE_STORED_INDEX"]
    }

    /// Where the XDG rules put it for everybody; pdm calls it its site configuration.
    fn system(&self) -> Option<SystemWide> {
        Some(SystemWide::file("/etc/xdg/pdm/config.toml", &PdmToml))
    }

    fn environment_auth(&self) -> Option<AuthMode> {
        // PDM_PYPI_PASSWORD would go to whatever a project calls `pypi`; the keyring is asked about one address.
        Some(AuthMode::Helper)
    }

    fn environment(&self, registries: &[Registry]) -> Vec<(String, Secret)> {
        let Some(main) = registries.first() else {
            return Vec::new();
        };
        let index = url::with_login(main.url, "simple/", Auth::Helper);
        [
            ("PDM_PYPI_URL", Secret::new(index)),
            ("PDM_PUBLISH_REPO", Secret::new(main.url)),
            ("PDM_PUBLISH_USERNAME", Secret::new("aws")),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }
}

const INDEX: Keys = Keys {
    url: "url",
    tail: "simple/",
    user: Some("username"),
    password: Some("password"),
};
const REPOSITORY: Keys = Keys { tail: "", ..INDEX };

/// The user's config.toml.
pub struct PdmToml;

impl Editor for PdmToml {
    fn configure(&self, text: &str, registries: &[Registry]) -> Result<Configured, SyntaxError> {
        let mut text = text.to_owned();
        for (at, registry) in registries.iter().enumerate() {
            // `pypi` is the index in PyPI's place, `pypi.NAME` one beside it.
            let beside = ["pypi", registry.name];
            text = INDEX.set(
                &text,
                if at == 0 { &beside[..1] } else { &beside },
                registry,
            )?;
            text = REPOSITORY.set(&text, &["repository", registry.name], registry)?;
        }
        Ok(Configured::unchanged(&text))
    }

    fn unconfigure(&self, text: &str, urls: &[&str]) -> Result<String, SyntaxError> {
        let text = REPOSITORY.remove_below(text, &["repository"], urls)?;
        let text = INDEX.remove_below(&text, &["pypi"], urls)?;
        INDEX.remove(&text, &["pypi"], urls)
    }

    fn inspect(&self, text: &str, url: &str) -> Result<Found, SyntaxError> {
        INDEX.inspect(text, &["pypi"], url)
    }
}
