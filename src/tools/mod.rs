//! The package clients ("tools") that `login` configures.

use std::fmt;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::endpoint::Format;

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
