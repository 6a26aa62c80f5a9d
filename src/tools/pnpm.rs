//! pnpm: it reads ~/.npmrc as npm does, and asks a `tokenHelper` for its token. pnpm 11 and newer have a file of their own for
//! that, auth.ini, whose entries win.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::npm::{Npm, auth_prefix, same_endpoint};
use super::{Auth, AuthMode, Client, Configured, Editor, Found, Registry, ToolFile};
use crate::edit::SyntaxError;
use crate::edit::npmrc::NpmrcFile;
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
        let npmrc = Npm.files(places, environment, auth).into_iter();
        let mut files: Vec<ToolFile> = npmrc
            .map(|file| ToolFile {
                path: file.path,
                editor: &PnpmAuth,
            })
            .collect();
        files.push(ToolFile {
            path: places.config.join("pnpm/auth.ini"),
            editor: &PnpmAuth,
        });
        files
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
            "pnpm_config_registry",
        ]
    }

    fn environment_auth(&self) -> Option<AuthMode> {
        Some(AuthMode::Token)
    }

    /// For pnpm 11 and newer; older ones take no login from their environment.
    fn environment(&self, registries: &[Registry]) -> Vec<(String, Secret)> {
        let of_npm = Npm.environment(registries).into_iter();
        of_npm
            .map(|(name, value)| (name.replacen("npm_config_", "pnpm_config_", 1), value))
            .collect()
    }
}

/// The path of the link that answers for a registry.
fn token_helper(registry: &Registry) -> String {
    let name = token_helper_name(registry.request);
    format!("{}/{name}", registry.installed.helpers)
}

/// ~/.npmrc and auth.ini, for pnpm.
pub struct PnpmAuth;

impl Editor for PnpmAuth {
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
                    file.set(&format!("{prefix}:tokenHelper"), &token_helper(registry))?
                }
                Auth::Token(token) => file.set(&format!("{prefix}:_authToken"), token.expose())?,
            }
        }
        Ok(Configured::unchanged(&file.text()))
    }

    fn unconfigure(&self, text: &str, urls: &[&str]) -> Result<String, SyntaxError> {
        let mut file = NpmrcFile::parse(text);
        let is_registry = |name: &str| name == "registry" || name.ends_with(":registry");
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
            for key in ["tokenHelper", "_authToken"] {
                file.remove(&format!("{}:{key}", auth_prefix(url)));
            }
        }
        Ok(file.text())
    }

    fn inspect(&self, text: &str, url: &str) -> Result<Found, SyntaxError> {
        let file = NpmrcFile::parse(text);
        let prefix = auth_prefix(url);
        let mut entries = file.entries();
        if !entries.any(|(_, name, value)| name.ends_with("registry") && same_endpoint(value, url))
        {
            return Ok(Found::NotConfigured);
        }
        if file.value(&format!("{prefix}:tokenHelper")).is_some() {
            return Ok(Found::Helper);
        }
        let token = file.value(&format!("{prefix}:_authToken"));
        Ok(token.map_or(Found::NotConfigured, |token| {
            Found::Token(Secret::new(token))
        }))
    }
}
