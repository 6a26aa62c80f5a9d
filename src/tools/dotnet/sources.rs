//! The sources that a NuGet.Config names: ours, and those that it takes the place of.

use super::{
    ADD, CREDENTIALS, DISABLED, MAPPING, PASSWORD, PUBLIC, PUBLIC_HOSTS, SOURCES, disabled,
    has_key, index, leads_to, without,
};
use crate::edit::SyntaxError;
use crate::edit::xml::{Among, Element, New, XmlFile};
use crate::tools::secret_name::{is_secret_of, secret_name};
use crate::tools::url::Parts;
use crate::tools::{Auth, Registry};

/// What the file calls `registry`.
fn name_of(registry: &Registry) -> String {
    match registry.auth {
        Auth::Token(token) => secret_name(registry.name, token),
        Auth::Helper => registry.name.to_owned(),
    }
}

/// Whether some login gave `key` to the registry `name`; older ones took the name as it is.
fn is_login_of(key: &str, name: &str) -> bool {
    key.eq_ignore_ascii_case(name) || is_secret_of(key, name)
}

/// Puts `registry` in, with its login; what an older login called it goes.
pub(super) fn with_source(file: &XmlFile, registry: &Registry) -> Result<XmlFile, SyntaxError> {
    let name = name_of(registry);
    let attributes = [
        ("key", name.as_str()),
        ("value", &index(registry.url)),
        ("protocolVersion", "3"),
    ];
    let source = New::empty(ADD, &attributes);
    // Behind a `<clear />`, which takes away what stands before it; then the older ones go.
    let mut file = file.with(SOURCES, &source, Among::Last, |_| false)?;
    let is_named = |element: &Element| {
        let key = element.attribute("key");
        key.is_some_and(|key| is_login_of(key, registry.name))
    };
    loop {
        let named = file.all(SOURCES, ADD)?;
        let mut named = named.into_iter().filter(|source| is_named(source));
        let (Some(older), Some(_)) = (named.next(), named.next()) else {
            break;
        };
        file = file.without(SOURCES, &older.range)?;
    }
    let mut file = without(file, DISABLED, ADD, is_named)?;
    if let Auth::Token(token) = registry.auth {
        let login = New::parent(
            &name,
            [
                New::empty(ADD, &[("key", "Username"), ("value", "aws")]),
                New::empty(ADD, &[("key", PASSWORD), ("value", token.expose())]),
            ],
        );
        file = file.with(CREDENTIALS, &login, Among::Last, |_| true)?;
    }
    without_older_logins(file, registry, &name)
}

/// Without the logins of `registry` that stand under another name than `name`.
fn without_older_logins(
    mut file: XmlFile,
    registry: &Registry,
    name: &str,
) -> Result<XmlFile, SyntaxError> {
    let logins = file.find(CREDENTIALS)?.map_or(&[][..], |all| &all.children);
    let older = logins
        .iter()
        .map(|login| login.name.clone())
        .filter(|known| known != name && is_login_of(known, registry.name));
    for known in older.collect::<Vec<String>>() {
        file = without(file, CREDENTIALS, &known, |_| true)?;
    }
    Ok(file)
}

/// The names of sources that ours take the place of: the public one, and one that leads to the same repository under another
/// name (`aws codeartifact login` made it), whose token will not be renewed.
pub(super) fn replaced(
    file: &XmlFile,
    registries: &[Registry],
) -> Result<Vec<String>, SyntaxError> {
    let is_ours = |url: &str| registries.iter().any(|ours| leads_to(url, ours.url));
    let mut keys = public_keys(file)?;
    for source in file.all(SOURCES, ADD)? {
        if let (Some(key), Some(url)) = (source.attribute("key"), source.attribute("value"))
            && is_ours(url)
            && !registries.iter().any(|ours| is_login_of(key, ours.name))
        {
            keys.push(key.to_owned());
        }
    }
    Ok(keys)
}

pub(super) fn public_keys(file: &XmlFile) -> Result<Vec<String>, SyntaxError> {
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

/// A public source that is there and not disabled.
pub(super) fn enabled_public(file: &XmlFile) -> Result<Option<String>, SyntaxError> {
    let (sources, disabled) = (file.all(SOURCES, ADD)?, disabled(file)?);
    let among = |all: &[&Element], key: &str| all.iter().any(|one| has_key(key)(one));
    let mut keys = public_keys(file)?.into_iter();
    Ok(keys.find(|key| among(&sources, key) && !among(&disabled, key)))
}

/// What is said of a source that stands beside ours.
pub(super) fn beside(key: &str) -> String {
    format!(
        "dotnet takes packages from source `{key}` beside CodeArtifact, so whoever publishes there can replace an internal package"
    )
}

/// What the file's owner should know.
pub(super) fn warnings(
    file: &XmlFile,
    registries: &[Registry],
) -> Result<Vec<String>, SyntaxError> {
    let replaced = replaced(file, registries)?;
    let disabled = disabled(file)?;
    let mut warnings = Vec::new();
    for source in file.all(SOURCES, ADD)? {
        let Some(key) = source.attribute("key") else {
            continue;
        };
        let is_known = replaced.iter().any(|known| known.eq_ignore_ascii_case(key))
            || registries.iter().any(|ours| is_login_of(key, ours.name))
            || disabled.iter().any(|disabled| has_key(key)(disabled));
        if !is_known {
            warnings.push(beside(key));
        }
    }
    if let Some(mapping) = file.find(MAPPING)? {
        let sources = mapping.all("packageSource");
        for registry in registries {
            let name = name_of(registry);
            if !sources.iter().any(|source| has_key(&name)(source)) {
                // The name itself is not for output, which others may keep.
                warnings.push(format!(
                    "dotnet's packageSourceMapping does not name the source of `{}`, whose name each login makes anew, so no \
                     package comes from it",
                    registry.name
                ));
            }
        }
    }
    Ok(warnings)
}
