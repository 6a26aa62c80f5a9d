//! npm. It has no credential helper: its token stands in .npmrc.

mod npmrc;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::PathBuf;

pub use npmrc::Npmrc;
pub(super) use npmrc::{MUST_BE_SCOPED, auth_prefix, left_out};

use super::{
    Asks, Auth, AuthMode, Client, NamedRegistry, Registry, Shim, ShimFile, SystemWide, ToolFile,
};
use crate::edit::npmrc::NpmrcFile;
use crate::endpoint::Format;
use crate::places::Places;
use crate::secret::Secret;

/// The configuration of npm for all users, as far as it is ours.
const SYSTEM_NPMRC: &str = "/etc/studio-mirror/npmrc";

/// Commands that ask no registry, whatever stands behind them. `pack`, `init` and `cache` may.
const LOCAL: [&str; 27] = [
    "run",
    "run-script",
    "test",
    "tst",
    "t",
    "start",
    "stop",
    "restart",
    "config",
    "c",
    "get",
    "set",
    "help",
    "root",
    "prefix",
    "bin",
    "ls",
    "list",
    "la",
    "ll",
    "explain",
    "why",
    "query",
    "pkg",
    "version",
    "completion",
    "help-search",
];

/// npm.
pub struct Npm;

impl Client for Npm {
    fn name(&self) -> &'static str {
        "npm"
    }

    fn format(&self) -> Format {
        Format::Npm
    }

    fn usual_auth(&self) -> AuthMode {
        AuthMode::Token
    }

    fn files(
        &self,
        places: &Places,
        environment: &BTreeMap<String, String>,
        _: AuthMode,
    ) -> Vec<ToolFile> {
        // It takes the name in any letters.
        let path = environment
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case("npm_config_userconfig"))
            .map(|(_, path)| path)
            .find(|path| path.starts_with('/'))
            .map_or_else(|| places.home.join(".npmrc"), PathBuf::from);
        vec![ToolFile {
            path,
            editor: &Npmrc,
        }]
    }

    fn environment_auth(&self) -> Option<AuthMode> {
        Some(AuthMode::Token)
    }

    /// A variable's name tells its registry, so that the token goes nowhere else. bash hands such names on; dash drops
    /// them, and with them what a script of package.json would need: its token is then the one in the file.
    fn environment(&self, registries: &[Registry]) -> Vec<(String, Secret)> {
        let setting = |name: &str, value: Secret| (format!("npm_config_{name}"), value);
        registries
            .iter()
            .enumerate()
            // npm takes a further registry for a scope alone.
            .filter(|(at, registry)| *at == 0 || registry.namespace.is_some())
            .flat_map(|(_, registry)| {
                let name = match registry.namespace {
                    Some(scope) => format!("@{}:registry", scope.trim_start_matches('@')),
                    None => "registry".to_owned(),
                };
                let login = match registry.auth {
                    Auth::Token(token) => {
                        let name = format!("{}:_authToken", auth_prefix(registry.url));
                        Some(setting(&name, token.clone()))
                    }
                    Auth::Helper => None,
                };
                [Some(setting(&name, Secret::new(registry.url))), login]
            })
            .flatten()
            .collect()
    }

    /// It takes `_` in a variable's name for `-`, and small letters for great ones: what is meant for one scope would be
    /// another's, and the packages of the first come from the public registry. Names that begin with `//` stay as they are.
    fn environment_takes_scope(&self, scope: &str) -> bool {
        !scope.contains(|letter: char| letter == '_' || letter.is_uppercase())
    }

    /// npm's own file for everybody lies beside each Node; what this one says goes into one that a variable names, with the token.
    fn system(&self) -> Option<SystemWide> {
        const SHIMS: &[Shim] = &[
            Shim {
                command: "npm",
                asks: Asks::Unless(&LOCAL),
            },
            Shim {
                command: "npx",
                asks: Asks::Unless(&[]),
            },
        ];
        Some(SystemWide {
            shims: SHIMS,
            ..SystemWide::file(SYSTEM_NPMRC, &Npmrc)
        })
    }

    /// A user's and a project's own .npmrc win over it, and the machine's own goes into it.
    fn shim_file(&self) -> Option<ShimFile> {
        Some(ShimFile {
            variable: "npm_config_globalconfig",
            prefix_variables: &["npm_config_prefix", "PREFIX"],
            runs_on: "node",
            below_prefix: "etc/npmrc",
            editor: &Npmrc,
            edits: &["config", "c", "set"],
            for_all: &["-g", "--global", "--location=global", "--location"],
        })
    }

    fn overriding_variables(&self) -> &'static [&'static str] {
        &["NPM_CONFIG_REGISTRY", "npm_config_registry"]
    }
}

/// The registries that an .npmrc names.
pub(super) fn named_in_npmrc(text: &str) -> Vec<NamedRegistry> {
    let file = NpmrcFile::parse(text);
    let named = file.entries().filter_map(|(_, name, url)| {
        let scope = match name {
            "registry" => None,
            _ => Some(name.strip_prefix('@')?.strip_suffix(":registry")?),
        };
        Some(NamedRegistry {
            setting: name.to_owned(),
            scope: scope.map(str::to_owned),
            url: url.to_owned(),
        })
    });
    named.collect()
}
