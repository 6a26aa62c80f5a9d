//! twine's .pypirc: a section a repository, and its name in the list of index servers.

use std::collections::BTreeMap;

use super::url::same_endpoint;
use super::{Auth, AuthMode, Client, Configured, Editor, Found, Registry, SystemWide, ToolFile};
use crate::edit::SyntaxError;
use crate::edit::configparser::ConfigFile;
use crate::endpoint::Format;
use crate::places::Places;
use crate::secret::Secret;

/// twine. It asks the Python package keyring for a password that its file does not hold.
pub struct Twine;

impl Client for Twine {
    fn name(&self) -> &'static str {
        "twine"
    }

    fn format(&self) -> Format {
        Format::Pypi
    }

    fn usual_auth(&self) -> AuthMode {
        AuthMode::Helper
    }

    fn files(&self, places: &Places, _: &BTreeMap<String, String>, _: AuthMode) -> Vec<ToolFile> {
        vec![ToolFile {
            path: places.home.join(".pypirc"),
            editor: &Pypirc,
        }]
    }

    fn overriding_variables(&self) -> &'static [&'static str] {
        &[
            "TWINE_REPOSITORY",
            "TWINE_REPOSITORY_URL",
            "TWINE_USERNAME",
            "TWINE_PASSWORD",
        ]
    }

    fn system(&self) -> Option<SystemWide> {
        Some(SystemWide::helper())
    }

    fn environment_auth(&self) -> Option<AuthMode> {
        // TWINE_PASSWORD would go to whatever --repository-url names; the keyring is asked about one address.
        Some(AuthMode::Helper)
    }

    fn environment(&self, registries: &[Registry]) -> Vec<(String, Secret)> {
        let Some(main) = registries.first() else {
            return Vec::new();
        };
        [
            ("TWINE_REPOSITORY_URL", Secret::new(main.url)),
            ("TWINE_USERNAME", Secret::new("aws")),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }

    fn foreign_logins(&self, _: &[Registry]) -> Vec<String> {
        vec!["TWINE_PASSWORD".to_owned()]
    }
}

const SERVERS: (&str, &str) = ("distutils", "index-servers");
/// What twine knows without a list.
const USUAL_SERVERS: &str = "pypi testpypi";

/// The user's .pypirc.
pub struct Pypirc;

impl Editor for Pypirc {
    fn configure(&self, text: &str, registries: &[Registry]) -> Result<Configured, SyntaxError> {
        let mut file = parse(text)?;
        for registry in registries {
            list(&mut file, registry.name);
            file.set(registry.name, "repository", registry.url);
            file.set(registry.name, "username", "aws");
            match registry.auth {
                Auth::Token(token) => file.set(registry.name, "password", token.expose()),
                // That of an earlier login would win over the helper.
                Auth::Helper => file.remove(registry.name, "password"),
            }
        }
        Ok(Configured::unchanged(&file.text()))
    }

    fn unconfigure(&self, text: &str, urls: &[&str]) -> Result<String, SyntaxError> {
        let mut file = parse(text)?;
        for section in sections_of(&file, urls) {
            for key in ["password", "username", "repository"] {
                file.remove(&section, key);
            }
            file.remove_empty_section(&section);
            file.remove_words(SERVERS.0, SERVERS.1, |name| name == section);
        }
        let left = file.value(SERVERS.0, SERVERS.1);
        if left.is_some_and(|left| left == USUAL_SERVERS) {
            file.remove(SERVERS.0, SERVERS.1);
            file.remove_empty_section(SERVERS.0);
        }
        Ok(file.text())
    }

    fn inspect(&self, text: &str, url: &str) -> Result<Found, SyntaxError> {
        let file = parse(text)?;
        let Some(section) = sections_of(&file, &[url]).into_iter().next() else {
            return Ok(Found::NotConfigured);
        };
        let password = file.value(&section, "password");
        Ok(password.map_or(Found::Helper, |token| Found::Token(Secret::new(token))))
    }
}

fn parse(text: &str) -> Result<ConfigFile, SyntaxError> {
    ConfigFile::parse(text, str::to_lowercase)
}

/// Puts a section's name into the list: a section that is not in it is none to twine.
fn list(file: &mut ConfigFile, name: &str) {
    match file.value(SERVERS.0, SERVERS.1) {
        None => file.set(SERVERS.0, SERVERS.1, &format!("{USUAL_SERVERS} {name}")),
        Some(_) if file.has_word(SERVERS.0, SERVERS.1, name) => {}
        Some(_) => file.add_word(SERVERS.0, SERVERS.1, name),
    }
}

/// The sections that name one of the endpoints, with our user.
fn sections_of(file: &ConfigFile, urls: &[&str]) -> Vec<String> {
    let is_ours = |known: &str| urls.iter().any(|url| same_endpoint(known, url));
    file.entries()
        .into_iter()
        .filter(|entry| entry.name == "repository" && is_ours(&entry.value))
        .map(|entry| entry.section)
        .filter(|section| file.value(section, "username").as_deref() == Some("aws"))
        .collect()
}
