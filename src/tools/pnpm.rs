//! pnpm: it asks a `tokenHelper` for its token, and has files of its own, so that npm stays as it is: `auth.ini` for pnpm 11 and
//! newer, `rc` for older ones. These take a `tokenHelper` from ~/.npmrc alone, and a `registry` that is there before their own.

mod npmrc;

use std::collections::BTreeMap;
use std::path::PathBuf;

pub use self::npmrc::PnpmNpmrc;
use super::npm::{Npm, auth_prefix, left_out, named_in_npmrc};
use super::url::same_endpoint;
use super::{
    Asks, Auth, AuthMode, Client, Configured, Editor, Found, NamedRegistry, ProjectFiles, Registry,
    Shim, SystemWide, ToolFile, WinningFile,
};
use crate::edit::SyntaxError;
use crate::edit::npmrc::NpmrcFile;
use crate::edit::yaml::YamlFile;
use crate::endpoint::Format;
use crate::places::Places;
use crate::secret::Secret;
use crate::token::TokenRequest;

/// How every link begins that this program answers to as a token helper.
pub const TOKEN_HELPER: &str = "studio-mirror-token-";

/// The name of the link that answers for `request`.
pub fn token_helper_name(request: &TokenRequest) -> String {
    let mut id = request.cache_name();
    id.truncate(12);
    format!("{TOKEN_HELPER}{}-{id}", request.domain)
}

/// Commands that ask no registry. Those that run a script do: they install first what is missing.
const LOCAL: [&str; 14] = [
    "config", "c", "get", "set", "help", "root", "prefix", "bin", "ls", "list", "la", "ll", "why",
    "pkg",
];

/// pnpm.
pub struct Pnpm;

impl Client for Pnpm {
    fn name(&self) -> &'static str {
        "pnpm"
    }

    fn format(&self) -> Format {
        Format::Npm
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
        let own = ["pnpm/auth.ini", "pnpm/rc"].map(|file| ToolFile {
            path: places.config.join(file),
            editor: &PnpmIni,
        });
        let npmrc = match auth {
            AuthMode::Helper => Npm.files(places, environment, auth),
            AuthMode::Token => Vec::new(),
        };
        let npmrc = npmrc.into_iter().map(|file| ToolFile {
            path: file.path,
            editor: &PnpmNpmrc,
        });
        own.into_iter().chain(npmrc).collect()
    }

    fn winning_files(&self, places: &Places, _: &BTreeMap<String, String>) -> Vec<WinningFile> {
        vec![WinningFile {
            path: places.config.join("pnpm/config.yaml"),
            readers: "pnpm 11 and newer",
            names: named_in_config_yaml,
        }]
    }

    fn links(&self, registries: &[Registry]) -> Vec<PathBuf> {
        let asks = |registry: &&Registry| matches!(registry.auth, Auth::Helper);
        let helpers = registries.iter().filter(asks);
        helpers
            .map(|registry| token_helper(registry).into())
            .collect()
    }

    fn overriding_variables(&self) -> &'static [&'static str] {
        &[
            "NPM_CONFIG_REGISTRY",
            "npm_config_registry",
            "PNPM_CONFIG_REGISTRY",
            "pnpm_config_registry",
            "PNPM_CONFIG__AUTH",
            "pnpm_config__auth",
        ]
    }

    /// From version 11 on: older ones take no login from their environment, and a token helper from a user's own file alone.
    fn system(&self) -> Option<SystemWide> {
        const SHIMS: &[Shim] = &[
            Shim {
                command: "pnpm",
                asks: Asks::Unless(&LOCAL),
            },
            Shim {
                command: "pnpx",
                asks: Asks::Unless(&[]),
            },
        ];
        Some(SystemWide::shims(SHIMS))
    }

    fn project_files(&self) -> Option<ProjectFiles> {
        Some(ProjectFiles {
            files: &[".npmrc", "pnpm-workspace.yaml"],
            names: |file, text| match file.ends_with(".yaml") {
                true => named_in_config_yaml(text),
                false => named_in_npmrc(text),
            },
            given_away: None,
        })
    }

    fn environment_auth(&self) -> Option<AuthMode> {
        Some(AuthMode::Token)
    }

    /// For pnpm 11 and newer; older ones take no login from their environment. One variable holds every registry with its
    /// token, and unlike npm's its name passes through every shell.
    fn environment(&self, registries: &[Registry]) -> Vec<(String, Secret)> {
        let mut variables = Vec::new();
        let mut all = serde_json::Map::new();
        for (at, registry) in registries.iter().enumerate() {
            let Auth::Token(token) = registry.auth else {
                continue;
            };
            let scope = match registry.namespace {
                Some(scope) => format!("@{}", scope.trim_start_matches('@')),
                None if at == 0 => {
                    let name = "pnpm_config_registry".to_owned();
                    variables.push((name, Secret::new(registry.url)));
                    "@".to_owned()
                }
                None => continue,
            };
            let scopes = all
                .entry(registry.url)
                .or_insert_with(|| serde_json::json!({}));
            scopes[scope] = serde_json::json!({ "authToken": token.expose() });
        }
        if !all.is_empty() {
            let all = serde_json::Value::Object(all).to_string();
            variables.push(("pnpm_config__auth".to_owned(), Secret::new(all)));
        }
        variables
    }
}

const REGISTRIES: &str = "registries";

/// pnpm's settings that are no logins: `registry`, and `registries` by scopes.
fn named_in_config_yaml(text: &str) -> Vec<NamedRegistry> {
    let Ok(file) = YamlFile::parse(text) else {
        return Vec::new();
    };
    let value = |key: &str| file.value(key).ok().flatten();
    let everything = value("registry").map(|url| NamedRegistry {
        setting: "registry".to_owned(),
        scope: None,
        url,
    });
    let keys = file.keys_of(REGISTRIES).unwrap_or_default();
    let by_scope = keys.iter().filter_map(|key| {
        let url = file.child(REGISTRIES, key).ok().flatten()?;
        let scope = key.strip_prefix('@').map(str::to_owned);
        (scope.is_some() || key == "default").then(|| NamedRegistry {
            setting: format!("{REGISTRIES}: {key}"),
            scope,
            url,
        })
    });
    by_scope.chain(everything).collect()
}

/// The path of the link that answers for a registry.
fn token_helper(registry: &Registry) -> String {
    let name = token_helper_name(registry.request);
    format!("{}/{name}", registry.installed.helpers)
}

const HELPER: &str = "tokenHelper";
const TOKEN: &str = "_authToken";

/// pnpm's own files, `auth.ini` and `rc`: the registries, and how to log in there.
pub struct PnpmIni;

impl Editor for PnpmIni {
    fn configure(&self, text: &str, registries: &[Registry]) -> Result<Configured, SyntaxError> {
        let mut file = NpmrcFile::parse(text);
        for (at, registry) in registries.iter().enumerate() {
            let setting = match registry.namespace {
                Some(scope) => format!("@{}:registry", scope.trim_start_matches('@')),
                None if at == 0 => "registry".to_owned(),
                // Beside the main one pnpm takes a registry for a scope alone.
                None => continue,
            };
            file.set(&setting, registry.url)?;
            let prefix = auth_prefix(registry.url);
            match registry.auth {
                Auth::Helper => {
                    file.remove(&format!("{prefix}:{TOKEN}"));
                    file.set(&format!("{prefix}:{HELPER}"), &token_helper(registry))?;
                }
                Auth::Token(token) => {
                    // It would win over the token.
                    file.remove(&format!("{prefix}:{HELPER}"));
                    file.set(&format!("{prefix}:{TOKEN}"), token.expose())?;
                }
            }
        }
        Ok(Configured {
            text: file.text(),
            warnings: left_out(registries).collect(),
        })
    }

    fn unconfigure(&self, text: &str, urls: &[&str]) -> Result<String, SyntaxError> {
        let mut file = NpmrcFile::parse(text);
        let ours: Vec<String> = file
            .entries()
            .filter(|(_, name, value)| {
                is_registry(name) && urls.iter().any(|url| same_endpoint(value, url))
            })
            .map(|(_, name, _)| name.to_owned())
            .collect();
        for name in ours {
            file.remove(&name);
        }
        for url in urls {
            for key in [HELPER, TOKEN] {
                file.remove(&format!("{}:{key}", auth_prefix(url)));
            }
        }
        Ok(file.text())
    }

    fn inspect(&self, text: &str, url: &str) -> Result<Found, SyntaxError> {
        let file = NpmrcFile::parse(text);
        let is_ours = |name: &str| {
            let value = file.value(name);
            is_registry(name) && value.is_some_and(|value| same_endpoint(value, url))
        };
        if !file.entries().any(|(_, name, _)| is_ours(name)) {
            return Ok(Found::NotConfigured);
        }
        let prefix = auth_prefix(url);
        if file.value(&format!("{prefix}:{HELPER}")).is_some() {
            return Ok(Found::Helper);
        }
        let token = file.value(&format!("{prefix}:{TOKEN}"));
        Ok(token.map_or(Found::NotConfigured, |token| {
            Found::Token(Secret::new(token))
        }))
    }

    fn program(&self, text: &str, url: &str) -> Option<PathBuf> {
        let setting = format!("{}:{HELPER}", auth_prefix(url));
        NpmrcFile::parse(text).value(&setting).map(PathBuf::from)
    }
}

fn is_registry(name: &str) -> bool {
    name == "registry" || name.starts_with('@') && name.ends_with(":registry")
}
