//! pdm's config.toml: the index that takes PyPI's place, and the repository to publish to.
//!
//! A project's own index or repository takes the password of the user's of that name. So a token stands in the index's address,
//! which a project's replaces; and for publishing, where pdm shows addresses when it fails, under a name that no project can
//! know.

use std::collections::BTreeMap;

use toml_edit::Item;

use super::client::path_in;
use super::secret_name::secret_name;
use super::tables::{Keys, TokenPlace};
use super::url;
use super::{Auth, AuthMode, Client, Configured, Editor, Found, Registry, SystemWide, ToolFile};
use crate::edit::SyntaxError;
use crate::edit::toml::TomlFile;
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
        let named = path_in(environment, "PDM_CONFIG_FILE");
        vec![ToolFile {
            path: named.unwrap_or_else(|| places.config.join("pdm/config.toml")),
            editor: &PdmToml,
        }]
    }

    fn overriding_variables(&self) -> &'static [&'static str] {
        &[
            "PDM_PYPI_URL",
            "PDM_IGNORE_STORED_INDEX",
            "PDM_PYPI_USERNAME",
            "PDM_PYPI_PASSWORD",
            "PDM_PUBLISH_PASSWORD",
        ]
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

    fn foreign_logins(&self, _: &[Registry]) -> Vec<String> {
        // Those of the index belong to PDM_PYPI_URL, which is ours here.
        [
            "PDM_PYPI_USERNAME",
            "PDM_PYPI_PASSWORD",
            "PDM_PUBLISH_PASSWORD",
        ]
        .map(str::to_owned)
        .into()
    }
}

const INDEX: Keys = Keys {
    url: "url",
    tail: "simple/",
    user: Some("username"),
    password: Some("password"),
    token: TokenPlace::Address,
};
const REPOSITORY: Keys = Keys {
    tail: "",
    token: TokenPlace::Password,
    ..INDEX
};
const REPOSITORIES: &str = "repository";

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
            let name = match registry.auth {
                Auth::Helper => registry.name.to_owned(),
                Auth::Token(token) => secret_name(registry.name, token),
            };
            text = REPOSITORY.set(&text, &[REPOSITORIES, &name], registry)?;
        }
        let warnings = warnings(&text, registries)?;
        Ok(Configured { text, warnings })
    }

    fn unconfigure(&self, text: &str, urls: &[&str]) -> Result<String, SyntaxError> {
        let text = REPOSITORY.remove_below(text, &[REPOSITORIES], urls)?;
        let text = INDEX.remove_below(&text, &["pypi"], urls)?;
        INDEX.remove(&text, &["pypi"], urls)
    }

    fn inspect(&self, text: &str, url: &str) -> Result<Found, SyntaxError> {
        INDEX.inspect(text, &["pypi"], url)
    }
}

/// What goes with a token in the file.
fn warnings(text: &str, registries: &[Registry]) -> Result<Vec<String>, SyntaxError> {
    let holds_token = |registry: &Registry| matches!(registry.auth, Auth::Token(_));
    if !registries.iter().any(holds_token) {
        return Ok(Vec::new());
    }
    let mut warnings = vec![
        // The name itself is not for output, which others may keep.
        "pdm publishes by the name that `pdm config` shows for the repository: no project must know it, for pdm gives a token \
         to any address of that name"
            .to_owned(),
    ];
    let file = TomlFile::parse(text)?;
    if file.root().get("use_uv").and_then(Item::as_bool) == Some(true) {
        warnings.push(
            "pdm puts the token into uv's command line, where others can read it, while `use_uv` is on: \
             studio-mirror login --tool pdm --auth helper"
                .to_owned(),
        );
    }
    Ok(warnings)
}
