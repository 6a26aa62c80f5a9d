//! npm. It has no credential helper: its token stands in .npmrc.

mod npmrc;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::PathBuf;

pub use npmrc::Npmrc;
pub(super) use npmrc::{MUST_BE_SCOPED, auth_prefix, left_out};

use super::{Asks, Auth, AuthMode, Client, Registry, Shim, SystemWide, ToolFile};
use crate::endpoint::Format;
use crate::places::Places;
use crate::secret::Secret;

/// The configuration of npm for all users, as far as it is ours.
const SYSTEM_NPMRC: &str = "/etc/studio-mirror/npmrc";

/// Commands of npm and pnpm that ask no registry.
pub(super) const LOCAL: [&str; 12] = [
    "run",
    "run-script",
    "test",
    "t",
    "start",
    "stop",
    "restart",
    "config",
    "get",
    "set",
    "help",
    "root",
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

    /// npm's own file for everybody lies beside each Node; ours is named to it by a variable, with the token.
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

    /// The registry stands in the file, where a user's and a project's own .npmrc win over it.
    fn shim_environment(&self, registries: &[Registry]) -> Vec<(String, Secret)> {
        let is_token = |(name, _): &(String, Secret)| name.ends_with(":_authToken");
        let file = Secret::new(SYSTEM_NPMRC);
        let variables = self.environment(registries).into_iter().filter(is_token);
        variables
            .chain([("npm_config_globalconfig".to_owned(), file)])
            .collect()
    }

    fn overriding_variables(&self) -> &'static [&'static str] {
        &["NPM_CONFIG_REGISTRY", "npm_config_registry"]
    }
}
