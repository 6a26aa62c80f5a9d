//! .NET's NuGet.Config: a package source with the token as its clear password, for there is no encryption but on Windows, and
//! nuget.org disabled: NuGet asks all sources at once, so a public one beside ours could replace an internal package.
//!
//! NuGet takes a source of a project for the user's of that name, and gives it the login of that name: so ours has one that no
//! project can know.

mod sources;

use std::collections::BTreeMap;

use sources::{beside, enabled_public, public_keys, replaced, warnings, with_source};

use super::client::path_in;
use super::secret_name::is_secret;
use super::tables::Keys;
use super::url::same_endpoint;
use super::{AuthMode, Client, Configured, Editor, Found, Registry, ToolFile};
use crate::edit::SyntaxError;
use crate::edit::xml::{Among, Element, New, XmlFile};
use crate::endpoint::Format;
use crate::places::Places;
use crate::secret::Secret;

/// The .NET SDK's `dotnet`.
pub struct Dotnet;

impl Client for Dotnet {
    fn name(&self) -> &'static str {
        "dotnet"
    }

    fn format(&self) -> Format {
        Format::Nuget
    }

    /// NuGet's credential plugins are programs of their own in a place of their own, and older SDKs want them written in .NET.
    fn usual_auth(&self) -> AuthMode {
        AuthMode::Token
    }

    fn files(
        &self,
        places: &Places,
        environment: &BTreeMap<String, String>,
        _: AuthMode,
    ) -> Vec<ToolFile> {
        let home = path_in(environment, "DOTNET_CLI_HOME");
        let home = home.unwrap_or_else(|| places.home.clone());
        vec![ToolFile {
            path: home.join(".nuget/NuGet/NuGet.Config"),
            editor: &NugetConfig,
        }]
    }

    // No overriding variables: NuGetPackageSourceCredentials_NAME would have to know the name of our source.
    // No `environment`: what NuGetPackageSourceCredentials_NAME holds goes to whatever a project gives that name.
}

const ROOT: &str = "configuration";
const SOURCES: &[&str] = &["packageSources"];
const CREDENTIALS: &[&str] = &["packageSourceCredentials"];
const DISABLED: &[&str] = &["disabledPackageSources"];
const CONFIG: &[&str] = &["config"];
const MAPPING: &[&str] = &["packageSourceMapping"];
const PUSH: &str = "defaultPushSource";
const ADD: &str = "add";
/// What `dotnet` calls the public source in the file that it makes, and puts back into one that lacks it.
const PUBLIC: &str = "nuget.org";
const PUBLIC_HOSTS: [&str; 2] = ["api.nuget.org", "www.nuget.org"];
const PASSWORD: &str = "ClearTextPassword";

/// The user's NuGet.Config.
pub struct NugetConfig;

impl Editor for NugetConfig {
    fn configure(&self, text: &str, registries: &[Registry]) -> Result<Configured, SyntaxError> {
        let file = read(text)?;
        let Some(main) = registries.first() else {
            return Ok(Configured::unchanged(text));
        };
        let warnings = warnings(&file, registries)?;
        let replaced = replaced(&file, registries)?;
        let mut file = file.begun(ROOT)?;
        for registry in registries {
            file = with_source(&file, registry)?;
        }
        for key in &replaced {
            let disabled = New::empty(ADD, &[("key", key), ("value", "true")]);
            file = file.with(DISABLED, &disabled, Among::Last, has_key(key))?;
        }
        let push = New::empty(ADD, &[("key", PUSH), ("value", &index(main.url))]);
        file = file.with(CONFIG, &push, Among::Last, has_key(PUSH))?;
        Ok(Configured {
            text: file.text().to_owned(),
            warnings,
        })
    }

    fn unconfigure(&self, text: &str, urls: &[&str]) -> Result<String, SyntaxError> {
        let file = read(text)?;
        let is_ours = |url: &str| urls.iter().any(|ours| leads_to(url, ours));
        let sources = file.all(SOURCES, ADD)?.into_iter();
        let names: Vec<String> = sources
            .filter(|source| source.attribute("value").is_some_and(is_ours))
            .filter_map(|source| source.attribute("key"))
            .filter(|key| Keys::is_our_name(key))
            .map(str::to_owned)
            .collect();
        let replaced = match names.is_empty() {
            true => Vec::new(),
            false => public_keys(&file)?,
        };
        let mut file = file.clone();
        for name in names {
            file = without(file, SOURCES, ADD, has_key(&name))?;
            file = without(file, CREDENTIALS, &name, |_| true)?;
        }
        for key in replaced {
            file = without(file, DISABLED, ADD, has_key(&key))?;
        }
        file = without(file, CONFIG, ADD, |element| {
            has_key(PUSH)(element) && element.attribute("value").is_some_and(is_ours)
        })?;
        Ok(file.text().to_owned())
    }

    fn inspect(&self, text: &str, url: &str) -> Result<Found, SyntaxError> {
        let file = read(text)?;
        let mut keys = enabled_keys(&file, url)?;
        keys.sort_by_key(|key| !is_secret(key));
        for key in keys {
            let login = file.all(&[CREDENTIALS[0], key], ADD)?;
            let password = login.into_iter().find(|add| has_key(PASSWORD)(add));
            let Some(token) = password.and_then(|add| add.attribute("value")) else {
                continue;
            };
            if !is_secret(key) {
                return Ok(Found::Amiss(format!(
                    "dotnet gives the token to whatever a project calls `{key}`"
                )));
            }
            return Ok(match enabled_public(&file)? {
                Some(public) => Found::Amiss(beside(&public)),
                None => Found::Token(Secret::new(token)),
            });
        }
        Ok(Found::NotConfigured)
    }
}

/// What the user's file `text` calls its sources at the endpoint `url`.
pub fn names(text: &str, url: &str) -> Vec<String> {
    let file = read(text);
    let keys = file.as_ref().map(|file| enabled_keys(file, url));
    let keys = keys.into_iter().flatten().flatten();
    keys.map(str::to_owned).collect()
}

/// The names of the sources at the endpoint `url` that are not disabled.
fn enabled_keys<'a>(file: &'a XmlFile, url: &str) -> Result<Vec<&'a str>, SyntaxError> {
    let disabled = disabled(file)?;
    let sources = file.all(SOURCES, ADD)?.into_iter();
    let there = sources.filter(|source| {
        let value = source.attribute("value");
        value.is_some_and(|value| leads_to(value, url))
    });
    let keys = there.filter_map(|source| source.attribute("key"));
    Ok(keys
        .filter(|key| !disabled.iter().any(|disabled| has_key(key)(disabled)))
        .collect())
}

/// The entries that disable a source.
fn disabled(file: &XmlFile) -> Result<Vec<&Element>, SyntaxError> {
    let mut all = file.all(DISABLED, ADD)?;
    all.retain(|entry| {
        let value = entry.attribute("value");
        value.is_some_and(|value| value.eq_ignore_ascii_case("true"))
    });
    Ok(all)
}

/// What NuGet makes of a section that is there twice depends on its version.
fn read(text: &str) -> Result<XmlFile, SyntaxError> {
    let file = XmlFile::parse(text, ROOT)?;
    for path in [SOURCES, CREDENTIALS, DISABLED, CONFIG, MAPPING] {
        file.find(path)?;
    }
    Ok(file)
}

/// The address that NuGet begins at.
fn index(url: &str) -> String {
    format!("{url}v3/index.json")
}

/// NuGet compares the names of sources and settings without regard to case.
fn has_key(key: &str) -> impl Fn(&Element) -> bool + '_ {
    move |element| {
        let own = element.attribute("key");
        own.is_some_and(|own| own.eq_ignore_ascii_case(key))
    }
}

fn without(
    mut file: XmlFile,
    path: &[&str],
    name: &str,
    is_meant: impl Fn(&Element) -> bool,
) -> Result<XmlFile, SyntaxError> {
    loop {
        let all = file.all(path, name)?;
        let Some(found) = all.into_iter().find(|element| is_meant(element)) else {
            return Ok(file);
        };
        file = file.without(path, &found.range)?;
    }
}

fn leads_to(known: &str, url: &str) -> bool {
    same_endpoint(known, &index(url))
}

#[cfg(test)]
mod tests;
