//! yarn: version 1 reads ~/.npmrc as npm does, and wants to be told to log in always; berry (2 and newer) reads ~/.yarnrc.yml.

use std::collections::BTreeMap;

use super::npm::{Npm, Npmrc, auth_prefix};
use super::url::{same_endpoint, without_login};
use super::{Auth, AuthMode, Client, Configured, Editor, Found, Registry, ToolFile};
use crate::edit::SyntaxError;
use crate::edit::npmrc::NpmrcFile;
use crate::edit::yaml::{YamlFile, quoted};
use crate::endpoint::Format;
use crate::places::Places;
use crate::secret::Secret;

/// yarn, both of its kinds.
pub struct Yarn;

impl Client for Yarn {
    fn name(&self) -> &'static str {
        "yarn"
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
        auth: AuthMode,
    ) -> Vec<ToolFile> {
        let npmrc = Npm.files(places, environment, auth).into_iter();
        let mut files: Vec<ToolFile> = npmrc
            .map(|file| ToolFile {
                path: file.path,
                editor: &YarnNpmrc,
            })
            .collect();
        files.push(ToolFile {
            path: places.home.join(".yarnrc.yml"),
            editor: &YarnrcYml,
        });
        files
    }

    fn overriding_variables(&self) -> &'static [&'static str] {
        &[
            "YARN_NPM_REGISTRY_SERVER",
            "YARN_RC_FILENAME",
            "YARN_REGISTRY",
            "NPM_CONFIG_REGISTRY",
            "npm_config_registry",
        ]
    }

    // No `environment`: version 1 takes no login from there, and berry sends a YARN_NPM_AUTH_TOKEN to whatever registry a
    // project names for a scope.
}

const ALWAYS: &str = "always-auth";

/// The user's .npmrc, for yarn 1.
pub struct YarnNpmrc;

impl Editor for YarnNpmrc {
    fn configure(&self, text: &str, registries: &[Registry]) -> Result<Configured, SyntaxError> {
        let configured = Npmrc.configure(text, registries)?;
        let mut file = NpmrcFile::parse(&configured.text);
        let used = registries
            .iter()
            .enumerate()
            .filter(|(at, registry)| *at == 0 || registry.namespace.is_some());
        for (_, registry) in used {
            file.set(&format!("{}:{ALWAYS}", auth_prefix(registry.url)), "true")?;
        }
        Ok(Configured {
            text: file.text(),
            ..configured
        })
    }

    fn unconfigure(&self, text: &str, urls: &[&str]) -> Result<String, SyntaxError> {
        Npmrc.unconfigure(text, urls)
    }

    fn inspect(&self, text: &str, url: &str) -> Result<Found, SyntaxError> {
        Npmrc.inspect(text, url)
    }
}

const SERVER: &str = "npmRegistryServer";
const REGISTRIES: &str = "npmRegistries";
const SCOPES: &str = "npmScopes";

/// The user's .yarnrc.yml.
pub struct YarnrcYml;

impl Editor for YarnrcYml {
    fn configure(&self, text: &str, registries: &[Registry]) -> Result<Configured, SyntaxError> {
        let mut file = YamlFile::parse(text)?;
        // What could not be taken out again is not put in.
        for mapping in [SCOPES, REGISTRIES] {
            file.keys_of(mapping)?;
        }
        for (at, registry) in registries.iter().enumerate() {
            match registry.namespace {
                Some(scope) => {
                    let server = [(SERVER, quoted(registry.url))];
                    file.set_in(SCOPES, scope.trim_start_matches('@'), &server)?;
                }
                None if at == 0 => file.set(SERVER, registry.url)?,
                // Beside the main one yarn takes a registry for a scope alone.
                None => continue,
            }
            if let Auth::Token(token) = registry.auth {
                let login = [
                    ("npmAlwaysAuth", "true".to_owned()),
                    ("npmAuthToken", quoted(token.expose())),
                ];
                let known = file.keys_of(REGISTRIES)?;
                let known = known.iter().find(|known| is_same(known, registry.url));
                let key = known.map_or(registry.url.trim_end_matches('/'), String::as_str);
                file.set_in(REGISTRIES, key, &login)?;
            }
        }
        Ok(Configured::unchanged(&file.text()))
    }

    fn unconfigure(&self, text: &str, urls: &[&str]) -> Result<String, SyntaxError> {
        let mut file = YamlFile::parse(text)?;
        for url in urls {
            if file
                .value(SERVER)?
                .is_some_and(|server| is_same(&server, url))
            {
                file.remove(SERVER)?;
            }
            for scope in file.keys_of(SCOPES)? {
                let server = file.value_in(SCOPES, &scope, SERVER)?;
                if server.is_some_and(|server| is_same(&server, url)) {
                    file.remove_in(SCOPES, &scope, true)?;
                }
            }
            for registry in file.keys_of(REGISTRIES)? {
                if is_same(&registry, url) {
                    file.remove_in(REGISTRIES, &registry, true)?;
                }
            }
        }
        Ok(file.text())
    }

    fn inspect(&self, text: &str, url: &str) -> Result<Found, SyntaxError> {
        let file = YamlFile::parse(text)?;
        for registry in file.keys_of(REGISTRIES)? {
            if is_same(&registry, url)
                && let Some(token) = file.value_in(REGISTRIES, &registry, "npmAuthToken")?
            {
                return Ok(match packages_from_elsewhere(&file, url)? {
                    Some(what) => Found::Amiss(what),
                    None => Found::Token(Secret::new(token)),
                });
            }
        }
        Ok(Found::NotConfigured)
    }
}

/// Where yarn takes no scope's packages from `url` either: what is said of that.
fn packages_from_elsewhere(file: &YamlFile, url: &str) -> Result<Option<String>, SyntaxError> {
    let server = file.value(SERVER)?;
    if server.as_ref().is_some_and(|server| is_same(server, url)) {
        return Ok(None);
    }
    for scope in file.keys_of(SCOPES)? {
        let server = file.value_in(SCOPES, &scope, SERVER)?;
        if server.is_some_and(|server| is_same(&server, url)) {
            return Ok(None);
        }
    }
    let server = server.map_or_else(
        || "the public registry".to_owned(),
        |server| without_login(&server),
    );
    Ok(Some(format!(
        "yarn takes packages from {server}, not from CodeArtifact"
    )))
}

/// yarn names a registry with or without its scheme, and with or without a `/` at its end.
fn is_same(known: &str, url: &str) -> bool {
    let known = match known.strip_prefix("//") {
        Some(rest) => format!("https://{rest}"),
        None => known.to_owned(),
    };
    same_endpoint(&known, url)
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/npm/team/";

    #[test]
    fn a_login_alone_does_not_say_where_packages_come_from() {
        let token = Found::Token(Secret::new("eyJ2ZXexample"));
        let amiss = |from| {
            Found::Amiss(format!(
                "yarn takes packages from {from}, not from CodeArtifact"
            ))
        };
        for (server, expected) in [
            (format!("npmRegistryServer: \"{URL}\"\n"), token.clone()),
            (
                format!("npmScopes:\n  acme:\n    npmRegistryServer: \"{URL}\"\n"),
                token,
            ),
            (String::new(), amiss("the public registry")),
            (
                "npmRegistryServer: \"https://registry.example.com\"\n".into(),
                amiss("https://registry.example.com"),
            ),
        ] {
            let text = format!(
                "{server}npmRegistries:\n  \"{URL}\":\n    npmAuthToken: \"eyJ2ZXexample\"\n"
            );
            assert_eq!(YarnrcYml.inspect(&text, URL), Ok(expected), "{text}");
        }
    }
}
