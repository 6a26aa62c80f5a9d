//! .NET's NuGet.Config: a package source with the token as its clear password, for there is no encryption but on Windows, and
//! nuget.org disabled: NuGet asks all sources at once, so a public one beside ours could replace an internal package.

use std::collections::BTreeMap;

use super::client::path_in;
use super::tables::Keys;
use super::url::Parts;
use super::{Auth, AuthMode, Client, Configured, Editor, Found, Registry, ToolFile};
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

    fn overriding_variables(&self) -> &'static [&'static str] {
        &["NuGetPackageSourceCredentials_codeartifact"]
    }

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
        for source in file.all(SOURCES, ADD)? {
            let (Some(key), Some(value)) = (source.attribute("key"), source.attribute("value"))
            else {
                continue;
            };
            let disabled = file.all(DISABLED, ADD)?;
            if !leads_to(value, url) || disabled.iter().any(|disabled| has_key(key)(disabled)) {
                continue;
            }
            let login = file.all(&[CREDENTIALS[0], key], ADD)?;
            let password = login.into_iter().find(|add| has_key(PASSWORD)(add));
            if let Some(token) = password.and_then(|add| add.attribute("value")) {
                return Ok(Found::Token(Secret::new(token)));
            }
        }
        Ok(Found::NotConfigured)
    }
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

fn with_source(file: &XmlFile, registry: &Registry) -> Result<XmlFile, SyntaxError> {
    let name = registry.name;
    let attributes = [
        ("key", name),
        ("value", &index(registry.url)),
        ("protocolVersion", "3"),
    ];
    let source = New::empty(ADD, &attributes);
    // Behind a `<clear />`, which takes away what stands before it; then the older ones go.
    let mut file = file.with(SOURCES, &source, Among::Last, |_| false)?;
    loop {
        let named = file.all(SOURCES, ADD)?;
        let mut named = named.into_iter().filter(|source| has_key(name)(source));
        let (Some(older), Some(_)) = (named.next(), named.next()) else {
            break;
        };
        file = file.without(SOURCES, &older.range)?;
    }
    let file = without(file, DISABLED, ADD, has_key(name))?;
    let Auth::Token(token) = registry.auth else {
        return Ok(file);
    };
    let login = New::parent(
        name,
        [
            New::empty(ADD, &[("key", "Username"), ("value", "aws")]),
            New::empty(ADD, &[("key", PASSWORD), ("value", token.expose())]),
        ],
    );
    file.with(CREDENTIALS, &login, Among::Last, |_| true)
}

/// The names of sources that ours take the place of: the public one, and one that leads to the same repository under another
/// name (`aws codeartifact login` made it), whose token will not be renewed.
fn replaced(file: &XmlFile, registries: &[Registry]) -> Result<Vec<String>, SyntaxError> {
    let is_ours = |url: &str| registries.iter().any(|ours| leads_to(url, ours.url));
    let mut keys = public_keys(file)?;
    for source in file.all(SOURCES, ADD)? {
        if let (Some(key), Some(url)) = (source.attribute("key"), source.attribute("value"))
            && is_ours(url)
            && !registries.iter().any(|ours| has_key(ours.name)(source))
        {
            keys.push(key.to_owned());
        }
    }
    Ok(keys)
}

fn public_keys(file: &XmlFile) -> Result<Vec<String>, SyntaxError> {
    let mut keys = vec![PUBLIC.to_owned()];
    for source in file.all(SOURCES, ADD)? {
        let url = source.attribute("value").and_then(Parts::of);
        let is_public = url.is_some_and(|url| {
            PUBLIC_HOSTS
                .iter()
                .any(|host| url.host.eq_ignore_ascii_case(host))
        });
        if let Some(key) = source.attribute("key").filter(|_| is_public)
            && !keys.iter().any(|known| known.eq_ignore_ascii_case(key))
        {
            keys.push(key.to_owned());
        }
    }
    Ok(keys)
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
    let ours = index(url);
    let both = Parts::of(known).zip(Parts::of(&ours));
    both.is_some_and(|(known, ours)| known.same_endpoint(&ours))
}

fn warnings(file: &XmlFile, registries: &[Registry]) -> Result<Vec<String>, SyntaxError> {
    let replaced = replaced(file, registries)?;
    let disabled = file.all(DISABLED, ADD)?;
    let mut warnings = Vec::new();
    for source in file.all(SOURCES, ADD)? {
        let Some(key) = source.attribute("key") else {
            continue;
        };
        let is_known = replaced.iter().any(|known| known.eq_ignore_ascii_case(key))
            || registries.iter().any(|ours| has_key(ours.name)(source))
            || disabled.iter().any(|disabled| has_key(key)(disabled));
        if !is_known {
            warnings.push(format!(
                "dotnet takes packages from source `{key}` beside CodeArtifact, so whoever publishes there can replace an internal package"
            ));
        }
    }
    if let Some(mapping) = file.find(MAPPING)? {
        let sources = mapping.all("packageSource");
        for registry in registries {
            if !sources.iter().any(|source| has_key(registry.name)(source)) {
                warnings.push(format!(
                    "dotnet's packageSourceMapping does not name source `{}`, so no package comes from it",
                    registry.name
                ));
            }
        }
    }
    Ok(warnings)
}

#[cfg(test)]
mod tests;
