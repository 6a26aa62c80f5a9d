//! The names of the tools, and what differs between them.
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use super::{Configured, Found, Registry};
use crate::edit::SyntaxError;
use crate::endpoint::Format;
use crate::places::Places;

/// A package client, by its `--tool` name.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Tool {
    /// pip, in every Python environment of the user.
    Pip,
    /// uv, `uv pip` included.
    Uv,
    /// npm.
    Npm,
}

impl Tool {
    /// Every tool, in the order in which people see them.
    pub const ALL: [Tool; 3] = [Tool::Pip, Tool::Uv, Tool::Npm];

    /// Its `--tool` name.
    pub fn as_str(self) -> &'static str {
        match self {
            Tool::Pip => "pip",
            Tool::Uv => "uv",
            Tool::Npm => "npm",
        }
    }

    /// The format it reads.
    pub fn format(self) -> Format {
        match self {
            Tool::Pip | Tool::Uv => Format::Pypi,
            Tool::Npm => Format::Npm,
        }
    }

    /// How it authenticates unless told otherwise: by the credential helper where it has a protocol for one.
    pub fn usual_auth(self) -> AuthMode {
        match self {
            Tool::Pip | Tool::Uv => AuthMode::Helper,
            Tool::Npm => AuthMode::Token,
        }
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How a tool authenticates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum AuthMode {
    /// The tool asks our credential helper; its file holds no token.
    Helper,
    /// The token stands in the tool's file, which becomes 0600; a new `login` renews it.
    Token,
}

impl fmt::Display for AuthMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            AuthMode::Helper => "helper",
            AuthMode::Token => "token",
        })
    }
}

impl Tool {
    /// The file that holds its configuration for this user.
    pub fn config_file(self, places: &Places, environment: &BTreeMap<String, String>) -> PathBuf {
        match self {
            Tool::Pip => places.config.join("pip/pip.conf"),
            Tool::Uv => places.config.join("uv/uv.toml"),
            Tool::Npm => ["NPM_CONFIG_USERCONFIG", "npm_config_userconfig"]
                .iter()
                .find_map(|variable| environment.get(*variable))
                .filter(|path| path.starts_with('/'))
                .map_or_else(|| places.home.join(".npmrc"), PathBuf::from),
        }
    }

    /// Variables of `environment` that win over its configuration file.
    pub fn overriding_variables(
        self,
        environment: &BTreeMap<String, String>,
    ) -> impl Iterator<Item = &'static str> {
        let names: &'static [&'static str] = match self {
            Tool::Pip => &[
                "PIP_INDEX_URL",
                "PIP_CONFIG_FILE",
                "PIP_NO_INDEX",
                "PIP_KEYRING_PROVIDER",
            ],
            Tool::Uv => &[
                "UV_DEFAULT_INDEX",
                "UV_INDEX_URL",
                "UV_CONFIG_FILE",
                "UV_NO_CONFIG",
                "UV_KEYRING_PROVIDER",
            ],
            Tool::Npm => &["NPM_CONFIG_REGISTRY", "npm_config_registry"],
        };
        names.iter().copied().filter(|name| {
            environment
                .get(*name)
                // A provider that is named as our files name it is no conflict.
                .is_some_and(|value| !value.is_empty() && value != "subprocess")
        })
    }

    /// Puts `registry` into the text of its configuration file.
    ///
    /// # Errors
    /// When the tool itself would not read `text`.
    pub fn configure(self, text: &str, registry: &Registry) -> Result<Configured, SyntaxError> {
        match self {
            Tool::Pip => super::pip::configure(text, registry),
            Tool::Uv => super::uv::configure(text, registry),
            Tool::Npm => super::npm::configure(text, registry),
        }
    }

    /// Takes what we wrote for the endpoint `url` out of the text.
    ///
    /// # Errors
    /// As [`Tool::configure`].
    pub fn unconfigure(self, text: &str, url: &str) -> Result<String, SyntaxError> {
        match self {
            Tool::Pip => super::pip::unconfigure(text, url),
            Tool::Uv => super::uv::unconfigure(text, url),
            Tool::Npm => super::npm::unconfigure(text, url),
        }
    }

    /// What the text says about the endpoint `url`.
    ///
    /// # Errors
    /// As [`Tool::configure`].
    pub fn inspect(self, text: &str, url: &str) -> Result<Found, SyntaxError> {
        match self {
            Tool::Pip => super::pip::inspect(text, url),
            Tool::Uv => super::uv::inspect(text, url),
            Tool::Npm => super::npm::inspect(text, url),
        }
    }
}
