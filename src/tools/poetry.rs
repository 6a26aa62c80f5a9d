//! poetry: the repository to publish to. What a project installs from stands in its own pyproject.toml
//! (`[[tool.poetry.source]]`), and poetry asks the Python package keyring about any host.

use std::collections::BTreeMap;

use super::tables::Keys;
use super::{Auth, AuthMode, Client, Configured, Editor, Found, Registry, SystemWide, ToolFile};
use crate::edit::SyntaxError;
use crate::edit::toml::{TomlFile, quoted};
use crate::edit::toml_tables;
use crate::endpoint::Format;
use crate::places::Places;
use crate::secret::Secret;

/// poetry.
pub struct Poetry;

impl Client for Poetry {
    fn name(&self) -> &'static str {
        "poetry"
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
        auth: AuthMode,
    ) -> Vec<ToolFile> {
        let named = environment.get("POETRY_CONFIG_DIR");
        let folder = named.filter(|path| path.starts_with('/'));
        let folder = folder.map_or_else(|| places.config.join("pypoetry"), Into::into);
        let repositories = ToolFile {
            path: folder.join("config.toml"),
            editor: &PoetryToml,
        };
        let logins = ToolFile {
            path: folder.join("auth.toml"),
            editor: &AuthToml,
        };
        match auth {
            AuthMode::Helper => vec![repositories],
            AuthMode::Token => vec![repositories, logins],
        }
    }

    /// It has no file for everybody; that the helper answers is all it needs.
    fn system(&self) -> Option<SystemWide> {
        Some(SystemWide {
            files: Vec::new(),
            shims: &[],
        })
    }

    fn environment_auth(&self) -> Option<AuthMode> {
        // POETRY_HTTP_BASIC_* would go to whatever a project gives that name; the keyring is asked about one address.
        Some(AuthMode::Helper)
    }

    fn environment(&self, registries: &[Registry]) -> Vec<(String, Secret)> {
        registries
            .iter()
            .map(|registry| {
                let name = registry.name.to_ascii_uppercase().replace(['-', '.'], "_");
                let variable = format!("POETRY_REPOSITORIES_{name}_URL");
                (variable, Secret::new(registry.url))
            })
            .collect()
    }
}

const REPOSITORY: Keys = Keys {
    url: "url",
    tail: "",
    user: None,
    password: None,
};

/// The user's config.toml.
pub struct PoetryToml;

impl Editor for PoetryToml {
    fn configure(&self, text: &str, registries: &[Registry]) -> Result<Configured, SyntaxError> {
        let mut text = text.to_owned();
        for registry in registries {
            text = REPOSITORY.set(&text, &["repositories", registry.name], registry)?;
        }
        let warnings = registries.first().map(|main| {
            format!(
                "poetry installs from what a project names: poetry source add --priority primary {} {}simple/",
                main.name, main.url
            )
        });
        Ok(Configured {
            text,
            warnings: warnings.into_iter().collect(),
        })
    }

    fn unconfigure(&self, text: &str, urls: &[&str]) -> Result<String, SyntaxError> {
        REPOSITORY.remove_below(text, &["repositories"], urls)
    }

    fn inspect(&self, text: &str, url: &str) -> Result<Found, SyntaxError> {
        for name in toml_tables::tables_in(text, &["repositories"])? {
            let found = REPOSITORY.inspect(text, &["repositories", &name], url)?;
            if found != Found::NotConfigured {
                return Ok(found);
            }
        }
        Ok(Found::NotConfigured)
    }
}

/// The user's auth.toml, where poetry keeps passwords by the names of repositories.
pub struct AuthToml;

const LOGIN: &str = "http-basic";

impl Editor for AuthToml {
    fn configure(&self, text: &str, registries: &[Registry]) -> Result<Configured, SyntaxError> {
        TomlFile::parse(text)?;
        let mut text = text.to_owned();
        for registry in registries {
            if let Auth::Token(token) = registry.auth {
                let entries = [
                    ("username", quoted("aws")),
                    ("password", quoted(token.expose())),
                ];
                text = toml_tables::set(&text, &[LOGIN, registry.name], &entries)?;
            }
        }
        Ok(Configured::unchanged(&text))
    }

    fn unconfigure(&self, text: &str, _: &[&str]) -> Result<String, SyntaxError> {
        let mut text = text.to_owned();
        // This file names no address; the names are ours.
        for name in toml_tables::tables_in(&text, &[LOGIN])? {
            if Keys::is_our_name(&name) {
                text = toml_tables::remove(&text, &[LOGIN, &name], &["username", "password"])?;
            }
        }
        Ok(text)
    }

    fn inspect(&self, text: &str, _: &str) -> Result<Found, SyntaxError> {
        let password = toml_tables::string(text, &[LOGIN, "codeartifact", "password"])?;
        Ok(password.map_or(Found::NotConfigured, |token| {
            Found::Token(Secret::new(token))
        }))
    }
}
