//! bun: it reads .npmrc as npm does. A registry in .bunfig.toml wins over that from version 1.3 on; none is put there where
//! none was, because it would win over a project's .npmrc too.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use toml_edit::Item;

use super::client::path_in;
use super::npm::{Npm, Npmrc, named_in_npmrc};
use super::url::same_endpoint;
use super::{
    Asks, Auth, AuthMode, Client, Configured, Editor, Found, NamedRegistry, ProjectFiles, Registry,
    Shim, SystemWide, ToolFile, WinningFile,
};
use crate::edit::SyntaxError;
use crate::edit::toml::{TomlFile, quoted};
use crate::edit::toml_tables::{remove, set, string, tables_in};
use crate::endpoint::Format;
use crate::places::Places;
use crate::secret::Secret;

/// The variable with the token.
const TOKEN: &str = "BUN_CONFIG_TOKEN";

/// bun.
pub struct Bun;

impl Client for Bun {
    fn name(&self) -> &'static str {
        "bun"
    }

    fn format(&self) -> Format {
        Format::Npm
    }

    fn usual_auth(&self) -> AuthMode {
        AuthMode::Token
    }

    /// Version 1.2 knows no variable for the place of .npmrc, newer ones know npm's: then there are two.
    fn files(
        &self,
        places: &Places,
        environment: &BTreeMap<String, String>,
        auth: AuthMode,
    ) -> Vec<ToolFile> {
        let folder = folder(places, environment);
        let npms = Npm.files(places, environment, auth).into_iter();
        let own = folder.join(".npmrc");
        let usual = places.home.join(".npmrc");
        let elsewhere = npms
            .map(|file| file.path)
            .filter(|path| *path != usual && *path != own);
        let npmrc: Vec<PathBuf> = elsewhere.chain([own.clone()]).collect();
        let mut files: Vec<ToolFile> = npmrc
            .into_iter()
            .map(|path| ToolFile {
                path,
                editor: &Npmrc,
            })
            .collect();
        files.push(ToolFile {
            path: folder.join(BUNFIG),
            editor: &Bunfig,
        });
        files
    }

    fn winning_files(
        &self,
        places: &Places,
        environment: &BTreeMap<String, String>,
    ) -> Vec<WinningFile> {
        vec![WinningFile {
            path: folder(places, environment).join(BUNFIG),
            readers: "bun 1.3 and newer",
            names: scopes,
        }]
    }

    fn overriding_variables(&self) -> &'static [&'static str] {
        &[
            "BUN_CONFIG_REGISTRY",
            "BUN_CONFIG_TOKEN",
            "NPM_CONFIG_REGISTRY",
            "npm_config_registry",
            "NPM_CONFIG_TOKEN",
            "npm_config_token",
        ]
    }

    fn system(&self) -> Option<SystemWide> {
        const SHIMS: &[Shim] = &[
            Shim {
                command: "bun",
                asks: Asks::With(&[
                    "install", "i", "ci", "add", "a", "update", "outdated", "publish", "pm",
                    "info", "audit", "create", "c", "x",
                ]),
            },
            Shim {
                command: "bunx",
                asks: Asks::Unless(&[]),
            },
        ];
        Some(SystemWide::shims(SHIMS))
    }

    fn shims_take_scopes(&self) -> bool {
        false
    }

    fn project_files(&self) -> Option<ProjectFiles> {
        Some(ProjectFiles {
            files: &[".npmrc", "bunfig.toml"],
            names: |file, text| match file.ends_with(".toml") {
                true => named_in_bunfig(text),
                false => named_in_npmrc(text),
            },
            given_away: Some(TOKEN),
        })
    }

    /// What `--registry` names gets the token of the variable.
    fn leads_elsewhere(&self, arguments: &[OsString], url: &str) -> bool {
        let mut arguments = arguments.iter().map(|argument| argument.to_string_lossy());
        while let Some(argument) = arguments.next() {
            let named = match argument.strip_prefix("--registry") {
                Some("") => arguments.next().map(|next| next.into_owned()),
                Some(named) => named.strip_prefix('=').map(str::to_owned),
                None => None,
            };
            if named.is_some_and(|named| !same_endpoint(&named, url)) {
                return true;
            }
        }
        false
    }

    fn environment_auth(&self) -> Option<AuthMode> {
        Some(AuthMode::Token)
    }

    /// The token goes to the registry beside it alone; registries of scopes, which a project may name, get none.
    fn environment(&self, registries: &[Registry]) -> Vec<(String, Secret)> {
        let main = registries.first().filter(|main| main.namespace.is_none());
        let Some((main, Auth::Token(token))) = main.map(|main| (main, main.auth)) else {
            return Vec::new();
        };
        vec![
            ("BUN_CONFIG_REGISTRY".to_owned(), Secret::new(main.url)),
            (TOKEN.to_owned(), token.clone()),
        ]
    }
}

const BUNFIG: &str = ".bunfig.toml";

/// Where bun looks for the user's files.
fn folder(places: &Places, environment: &BTreeMap<String, String>) -> PathBuf {
    path_in(environment, "XDG_CONFIG_HOME").unwrap_or_else(|| places.home.clone())
}

/// The registries of scopes: they win over those in .npmrc.
fn scopes(text: &str) -> Vec<NamedRegistry> {
    let Ok(file) = TomlFile::parse(text) else {
        return Vec::new();
    };
    let install = file.root().get(INSTALL).and_then(Item::as_table_like);
    let scopes = install.and_then(|install| install.get("scopes")?.as_table_like());
    let Some(scopes) = scopes else {
        return Vec::new();
    };
    let named = scopes.iter().filter_map(|(scope, item)| {
        let in_table = || item.as_table_like()?.get("url")?.as_str();
        Some(NamedRegistry {
            setting: format!("[install.scopes] {scope}"),
            scope: Some(scope.trim_start_matches('@').to_owned()),
            url: item.as_str().or_else(in_table)?.to_owned(),
        })
    });
    named.collect()
}

/// The same, and that of everything. One that cannot be made out is nobody's that we know.
fn named_in_bunfig(text: &str) -> Vec<NamedRegistry> {
    let url = match registry(text) {
        Ok(named) => named.map(|named| named.url),
        Err(_) => Some(String::new()),
    };
    let everything = url.map(|url| NamedRegistry {
        setting: "[install] registry".to_owned(),
        scope: None,
        url,
    });
    scopes(text).into_iter().chain(everything).collect()
}

const INSTALL: &str = "install";
const REGISTRY: &str = "registry";
const WHOLE: [&str; 2] = [INSTALL, REGISTRY];

/// The user's .bunfig.toml: a registry that it names is made ours; where it names none, nothing is to be done.
pub struct Bunfig;

impl Editor for Bunfig {
    fn configure(&self, text: &str, registries: &[Registry]) -> Result<Configured, SyntaxError> {
        let named = registry(text)?;
        let main = registries.first().filter(|main| main.namespace.is_none());
        let Some((main, Auth::Token(token))) = main.map(|main| (main, main.auth)) else {
            return Ok(Configured::unchanged(text));
        };
        let (url, token) = (quoted(main.url), quoted(token.expose()));
        let text = match named {
            None => text.to_owned(),
            Some(Named { in_lines: true, .. }) => {
                let text = set(text, &WHOLE, &[("url", url), ("token", token)])?;
                remove(&text, &WHOLE, &["username", "password"])?
            }
            Some(_) => {
                let both = format!("{{ url = {url}, token = {token} }}");
                set(text, &[INSTALL], &[(REGISTRY, both)])?
            }
        };
        Ok(Configured::unchanged(&text))
    }

    fn unconfigure(&self, text: &str, urls: &[&str]) -> Result<String, SyntaxError> {
        let is_ours = |named: &Named| urls.iter().any(|url| same_endpoint(&named.url, url));
        match registry(text)?.filter(is_ours) {
            None => Ok(text.to_owned()),
            Some(Named { in_lines: true, .. }) => remove(text, &WHOLE, &["url", "token"]),
            Some(_) => remove(text, &[INSTALL], &[REGISTRY]),
        }
    }

    fn inspect(&self, text: &str, url: &str) -> Result<Found, SyntaxError> {
        Ok(match registry(text)? {
            None => Found::Unneeded,
            Some(Named {
                url: named,
                token: Some(token),
                ..
            }) if same_endpoint(&named, url) => Found::Token(token),
            Some(_) => Found::NotConfigured,
        })
    }
}

/// The registry for everything.
struct Named {
    url: String,
    token: Option<Secret>,
    /// Whether it is a table under a header of its own.
    in_lines: bool,
}

fn registry(text: &str) -> Result<Option<Named>, SyntaxError> {
    let url = string(text, &WHOLE)?;
    if url.is_none() && !tables_in(text, &[INSTALL])?.contains(&REGISTRY.to_owned()) {
        return Ok(None);
    }
    let in_table = |key| string(text, &[INSTALL, REGISTRY, key]);
    Ok(Some(Named {
        in_lines: url.is_none() && set(text, &WHOLE, &[]).is_ok(),
        url: url.or(in_table("url")?).unwrap_or_default(),
        token: in_table("token")?.map(Secret::new),
    }))
}
