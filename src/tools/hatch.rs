//! hatch's config.toml: the repository to publish to. Its environments are made with pip or uv, which have files of their own.

use std::collections::BTreeMap;

use super::client::path_in;
use super::tables::{Keys, TokenPlace};
use super::{AuthMode, Client, Configured, Editor, Found, Registry, SystemWide, ToolFile};
use crate::edit::SyntaxError;
use crate::edit::toml_tables;
use crate::endpoint::Format;
use crate::places::Places;
use crate::secret::Secret;

/// hatch.
pub struct Hatch;

impl Client for Hatch {
    fn name(&self) -> &'static str {
        "hatch"
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
        let named = path_in(environment, "HATCH_CONFIG");
        vec![ToolFile {
            path: named.unwrap_or_else(|| places.config.join("hatch/config.toml")),
            editor: &HatchToml,
        }]
    }

    fn overriding_variables(&self) -> &'static [&'static str] {
        &["HATCH_INDEX_REPO", "HATCH_INDEX_USER", "HATCH_INDEX_AUTH"]
    }

    fn system(&self) -> Option<SystemWide> {
        Some(SystemWide::helper())
    }

    fn environment_auth(&self) -> Option<AuthMode> {
        // HATCH_INDEX_AUTH would go to whatever stands behind -r; the keyring is asked about one address.
        Some(AuthMode::Helper)
    }

    fn environment(&self, registries: &[Registry]) -> Vec<(String, Secret)> {
        let Some(main) = registries.first() else {
            return Vec::new();
        };
        [
            ("HATCH_INDEX_REPO", Secret::new(main.url)),
            ("HATCH_INDEX_USER", Secret::new("aws")),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }

    fn foreign_logins(&self, _: &[Registry]) -> Vec<String> {
        vec!["HATCH_INDEX_AUTH".to_owned()]
    }
}

const REPOS: [&str; 3] = ["publish", "index", "repos"];
const REPOSITORY: Keys = Keys {
    url: "url",
    tail: "",
    user: Some("user"),
    password: Some("auth"),
    token: TokenPlace::Password,
};

/// The user's config.toml.
pub struct HatchToml;

impl Editor for HatchToml {
    fn configure(&self, text: &str, registries: &[Registry]) -> Result<Configured, SyntaxError> {
        let mut text = text.to_owned();
        for registry in registries {
            let path = [REPOS.as_slice(), &[registry.name]].concat();
            text = REPOSITORY.set(&text, &path, registry)?;
        }
        Ok(Configured::unchanged(&text))
    }

    fn unconfigure(&self, text: &str, urls: &[&str]) -> Result<String, SyntaxError> {
        REPOSITORY.remove_below(text, &REPOS, urls)
    }

    fn inspect(&self, text: &str, url: &str) -> Result<Found, SyntaxError> {
        for name in toml_tables::tables_in(text, &REPOS)? {
            let path = [REPOS.as_slice(), &[name.as_str()]].concat();
            let found = REPOSITORY.inspect(text, &path, url)?;
            if found != Found::NotConfigured {
                return Ok(found);
            }
        }
        Ok(Found::NotConfigured)
    }
}
