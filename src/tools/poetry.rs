//! poetry: the repository to publish to. What a project installs from stands in its own pyproject.toml
//! (`[[tool.poetry.source]]`), and poetry asks the Python package keyring about any host.
//!
//! A token in a file goes by the name of a repository, and a project may give any name to an address of its own: so it stands
//! under a name that no project can know.

use std::collections::BTreeMap;

use super::client::path_in;
use super::secret_name::{is_secret, is_secret_of, secret_name};
use super::tables::{Keys, TokenPlace};
use super::url::is_at_host_of;
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
        let folder = path_in(environment, "POETRY_CONFIG_DIR");
        let folder = folder.unwrap_or_else(|| places.config.join("pypoetry"));
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
            AuthMode::Token => vec![logins, repositories],
        }
    }

    fn overriding_variables(&self) -> &'static [&'static str] {
        &["POETRY_HTTP_BASIC_CODEARTIFACT_PASSWORD"]
    }

    fn system(&self) -> Option<SystemWide> {
        Some(SystemWide::helper())
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

const PUBLISHING: Keys = Keys {
    url: "url",
    tail: "",
    user: None,
    password: None,
    token: TokenPlace::OtherFile,
};
/// What poetry installs from: of the repositories at a host, it takes the login of the one whose path is most like the
/// request's, and a project's own source has this path too.
const INDEX: Keys = Keys {
    tail: "simple/",
    ..PUBLISHING
};
const REPOSITORIES: &str = "repositories";
const LOGIN: &str = "http-basic";

/// Behind the name of what poetry installs from.
const INDEX_SUFFIX: &str = "-simple";

/// The names in the two files that a token is kept under, each with what stands there.
fn names_for(registry: &Registry, token: &Secret) -> [(String, Keys); 2] {
    let name = secret_name(registry.name, token);
    let index = format!("{name}{INDEX_SUFFIX}");
    [(name, PUBLISHING), (index, INDEX)]
}

/// Whether a name is one of [`names_for`] the main registry.
fn is_ours(name: &str) -> bool {
    is_secret(name.strip_suffix(INDEX_SUFFIX).unwrap_or(name))
}

/// Whether a name is one of [`names_for`] any registry.
fn keeps_token(name: &str) -> bool {
    let name = name.strip_suffix(INDEX_SUFFIX).unwrap_or(name);
    let registry = name.rsplit_once('-').map(|(registry, _)| registry);
    registry.is_some_and(|registry| Keys::is_our_name(registry) && is_secret_of(name, registry))
}

/// The user's config.toml.
pub struct PoetryToml;

impl Editor for PoetryToml {
    fn configure(&self, text: &str, registries: &[Registry]) -> Result<Configured, SyntaxError> {
        let mut text = text.to_owned();
        for registry in registries {
            let names = match registry.auth {
                Auth::Helper => vec![(registry.name.to_owned(), PUBLISHING)],
                Auth::Token(token) => names_for(registry, token).into(),
            };
            for (name, keys) in names {
                text = keys.set(&text, &[REPOSITORIES, &name], registry)?;
            }
        }
        let warnings = registries.first().map_or_else(Vec::new, advice);
        Ok(Configured { text, warnings })
    }

    fn unconfigure(&self, text: &str, urls: &[&str]) -> Result<String, SyntaxError> {
        let text = PUBLISHING.remove_below(text, &[REPOSITORIES], urls)?;
        INDEX.remove_below(&text, &[REPOSITORIES], urls)
    }

    fn inspect(&self, text: &str, url: &str) -> Result<Found, SyntaxError> {
        for name in toml_tables::tables_in(text, &[REPOSITORIES])? {
            let path = [REPOSITORIES, name.as_str()];
            let found = [PUBLISHING, INDEX].map(|keys| keys.inspect(text, &path, url));
            for found in found {
                match found? {
                    Found::NotConfigured => {}
                    _ if is_ours(&name) => return Ok(Found::Address),
                    found => return Ok(found),
                }
            }
        }
        Ok(Found::NotConfigured)
    }

    fn leads_astray(&self, text: &str, urls: &[&str]) -> Result<bool, SyntaxError> {
        for name in toml_tables::tables_in(text, &[REPOSITORIES])? {
            let url = toml_tables::string(text, &[REPOSITORIES, &name, PUBLISHING.url])?;
            if keeps_token(&name) && url.is_some_and(|url| !is_at_host_of(&url, urls)) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// What a person has to do for poetry to use the main registry.
fn advice(main: &Registry) -> Vec<String> {
    let mut advice = vec![format!(
        "poetry installs from what a project names: `poetry source add --priority primary {} {}simple/`",
        main.name, main.url
    )];
    if let Auth::Token(_) = main.auth {
        // The name itself is not for output, which others may keep.
        advice.push(
            "poetry publishes by the name that `poetry config repositories` shows: no project must know it, for poetry gives a \
             token to any address of that name"
                .to_owned(),
        );
    }
    advice
}

/// The user's auth.toml, where poetry keeps passwords by the names of repositories.
pub struct AuthToml;

impl AuthToml {
    /// A password in `text` under a name that logins give to a repository: poetry takes it before it asks the keyring.
    ///
    /// # Errors
    /// When the text is no TOML.
    pub fn password_before_keyring(text: &str) -> Result<Option<Secret>, SyntaxError> {
        for name in toml_tables::tables_in(text, &[LOGIN])? {
            if Keys::is_our_name(&name)
                && let Some(password) = toml_tables::string(text, &[LOGIN, &name, "password"])?
            {
                return Ok(Some(Secret::new(password)));
            }
        }
        Ok(None)
    }
}

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
                for (name, _) in names_for(registry, token) {
                    text = toml_tables::set(&text, &[LOGIN, &name], &entries)?;
                }
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
        let names = toml_tables::tables_in(text, &[LOGIN])?;
        let Some(name) = names.iter().find(|name| is_ours(name)) else {
            return Ok(Found::NotConfigured);
        };
        let password = toml_tables::string(text, &[LOGIN, name, "password"])?;
        Ok(password.map_or(Found::NotConfigured, |token| {
            Found::Token(Secret::new(token))
        }))
    }
}
