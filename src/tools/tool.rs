//! The names of the tools.

use std::collections::BTreeMap;
use std::fmt;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use super::{Client, Shim, ToolFile};
use super::{
    bun, cargo, dotnet, gem, gradle, hatch, maven, npm, pdm, pip, pnpm, poetry, swift, twine, uv,
    yarn,
};
use crate::endpoint::Format;
use crate::places::{Places, Scope};
use crate::state::ToolLogin;

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
    /// pnpm.
    Pnpm,
    /// yarn, version 1 and berry.
    Yarn,
    /// bun.
    Bun,
    /// twine.
    Twine,
    /// poetry.
    Poetry,
    /// pdm.
    Pdm,
    /// hatch.
    Hatch,
    /// cargo.
    Cargo,
    /// Maven.
    Maven,
    /// Gradle.
    Gradle,
    /// The .NET SDK.
    Dotnet,
    /// gem and bundler.
    Gem,
    /// Swift's package manager.
    Swift,
}

impl Tool {
    /// Every tool, in the order in which people see them.
    pub fn all() -> impl Iterator<Item = Tool> {
        Self::value_variants().iter().copied()
    }

    /// The tools of a login that names none.
    pub const USUAL: [Tool; 3] = [Tool::Pip, Tool::Uv, Tool::Npm];

    /// Its `--tool` name.
    pub fn as_str(self) -> &'static str {
        self.client().name()
    }

    /// What is known of it.
    pub fn client(self) -> &'static dyn Client {
        match self {
            Tool::Pip => &pip::Pip,
            Tool::Uv => &uv::Uv,
            Tool::Npm => &npm::Npm,
            Tool::Pnpm => &pnpm::Pnpm,
            Tool::Yarn => &yarn::Yarn,
            Tool::Bun => &bun::Bun,
            Tool::Twine => &twine::Twine,
            Tool::Poetry => &poetry::Poetry,
            Tool::Pdm => &pdm::Pdm,
            Tool::Hatch => &hatch::Hatch,
            Tool::Cargo => &cargo::Cargo,
            Tool::Maven => &maven::Maven,
            Tool::Gradle => &gradle::Gradle,
            Tool::Dotnet => &dotnet::Dotnet,
            Tool::Gem => &gem::Gem,
            Tool::Swift => &swift::Swift,
        }
    }

    /// The files that hold its configuration, for the user or the machine that `places` are of; the one to show first.
    pub fn files(
        self,
        places: &Places,
        environment: &BTreeMap<String, String>,
        auth: AuthMode,
    ) -> Vec<ToolFile> {
        match places.scope {
            Scope::User => self.client().files(places, environment, auth),
            Scope::System => self.client().system().map_or(Vec::new(), |all| all.files),
        }
    }

    /// The tool and its shim of which `command` is the name.
    pub fn of_shim(command: &str) -> Option<(Tool, Shim)> {
        Self::all().find_map(|tool| {
            let shims = tool.client().system()?.shims;
            let shim = shims.iter().find(|shim| shim.command == command)?;
            Some((tool, *shim))
        })
    }

    /// Whether it asks the helper by the name `keyring`, as Python's clients do; the others' files name a program.
    pub fn asks_keyring(self, login: &ToolLogin) -> bool {
        login.auth == AuthMode::Helper && self.client().format() == Format::Pypi
    }

    /// Variables of `environment` that set another index beside ours.
    pub fn adding_variables(
        self,
        environment: &BTreeMap<String, String>,
    ) -> impl Iterator<Item = &'static str> {
        let names = self.client().adding_variables().iter().copied();
        names.filter(|name| {
            environment
                .get(*name)
                .is_some_and(|value| !value.is_empty())
        })
    }

    /// Variables of `environment` that win over its files.
    pub fn overriding_variables(
        self,
        environment: &BTreeMap<String, String>,
    ) -> impl Iterator<Item = &'static str> {
        let names = self.client().overriding_variables();
        names.iter().copied().filter(|name| {
            environment
                .get(*name)
                // A provider that is named as our files name it is no conflict.
                .is_some_and(|value| !value.is_empty() && value != "subprocess")
        })
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
    /// The token stands in the tool's file, which becomes 0600; `refresh` keeps it fresh.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_that_is_looked_at_first_is_one_with_the_token_or_with_no_place_for_it() {
        use crate::tools::Found;
        use crate::tools::login_for_tests::Login;
        let places = Places::find().unwrap();
        let token = "eyJ2ZXexample";
        let login = Login::by(token);
        let takes_token = |tool: &Tool| tool.client().takes_token_in_file();
        for tool in Tool::all().filter(takes_token) {
            let format = tool.client().format().as_str();
            let url = format!(
                "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/{format}/team/"
            );
            let registry = login.to("codeartifact", &url);
            let files = tool
                .client()
                .files(&places, &BTreeMap::new(), AuthMode::Token);
            let editor = files[0].editor;
            let text = editor.configure("", &[registry]).unwrap().text;
            let found = editor.inspect(&text, &url).unwrap();
            let is_good = [
                Found::Token(crate::secret::Secret::new(token)),
                Found::Address,
            ]
            .contains(&found);
            assert!(is_good, "{tool}: {found:?}");
        }
    }

    #[test]
    fn a_tool_has_one_name_everywhere() {
        for tool in Tool::all() {
            let on_the_command_line = tool.to_possible_value().unwrap();
            assert_eq!(tool.as_str(), on_the_command_line.get_name());
            assert_eq!(serde_json::json!(tool), tool.as_str());
        }
    }
}
