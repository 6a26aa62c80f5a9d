//! The text of an .npmrc: a registry for everything or for one scope, and its token.

use std::collections::BTreeMap;

use crate::edit::SyntaxError;
use crate::edit::npmrc::NpmrcFile;
use crate::secret::Secret;
use crate::tools::url::{Parts, same_endpoint};
use crate::tools::{Auth, Configured, Editor, Found, Registry};

/// Credentials that name no registry: npm 9 and newer refuse to start because of them.
pub(in crate::tools) const MUST_BE_SCOPED: [&str; 6] = [
    "_auth",
    "_authToken",
    "username",
    "_password",
    "_authtoken",
    "-authtoken",
];

/// The user's .npmrc. With [`Auth::Helper`] only the registry is set: npm cannot ask a helper.
pub struct Npmrc;

impl Editor for Npmrc {
    fn configure(&self, text: &str, registries: &[Registry]) -> Result<Configured, SyntaxError> {
        let Some(registry) = registries.first() else {
            return Ok(Configured::unchanged(text));
        };
        let mut file = NpmrcFile::parse(text);
        for (at, registry) in registries.iter().enumerate() {
            let setting = match registry.namespace {
                Some(scope) => format!("@{}:registry", scope.trim_start_matches('@')),
                None if at == 0 => "registry".to_owned(),
                None => continue,
            };
            let previous = file.value(&setting).unwrap_or_default().to_owned();
            file.set(&setting, registry.url)?;
            drop_login_of(&mut file, &previous, registry.url);
            if let Auth::Token(token) = registry.auth {
                for key in login_keys(registry.url, &["_authToken"])
                    .into_iter()
                    .skip(1)
                {
                    file.remove(&key);
                }
                file.set(
                    &format!("{}:_authToken", auth_prefix(registry.url)),
                    token.expose(),
                )?;
            }
        }
        let of_lines = file
            .entries()
            .filter(|(_, name, value)| !is_wanted(name, value, registries))
            .filter_map(|(line, name, value)| warning(line, name, value, registry));
        let warnings = of_lines.chain(left_out(registries)).collect();
        Ok(Configured {
            text: file.text(),
            warnings,
        })
    }

    /// For every scope.
    fn unconfigure(&self, text: &str, urls: &[&str]) -> Result<String, SyntaxError> {
        let mut file = NpmrcFile::parse(text);
        let ours: Vec<String> = registries(&file)
            .into_iter()
            .filter(|(_, url)| urls.iter().any(|ours| same_endpoint(url, ours)))
            .map(|(name, _)| name.to_owned())
            .collect();
        for name in ours {
            file.remove(&name);
        }
        for key in urls
            .iter()
            .flat_map(|url| login_keys(url, &["_authToken", "always-auth"]))
        {
            file.remove(&key);
        }
        Ok(file.text())
    }

    fn inspect(&self, text: &str, url: &str) -> Result<Found, SyntaxError> {
        let file = NpmrcFile::parse(text);
        if !registries(&file)
            .values()
            .any(|found| same_endpoint(found, url))
        {
            return Ok(Found::NotConfigured);
        }
        let token = login_keys(url, &["_authToken"])
            .iter()
            .find_map(|key| file.value(key).map(Secret::new));
        Ok(token.map_or(Found::NotConfigured, Found::Token))
    }
}

/// `registry` and every `@scope:registry`, with the URL npm uses: the last one of a name.
fn registries(file: &NpmrcFile) -> BTreeMap<&str, &str> {
    file.entries()
        .filter(|(_, name, _)| {
            *name == "registry" || name.starts_with('@') && name.ends_with(":registry")
        })
        .map(|(_, name, value)| (name, value))
        .collect()
}

/// `//host/path/`, how npm names a registry in the keys of its credentials.
pub(in crate::tools) fn auth_prefix(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    format!("//{}/", rest.trim_end_matches('/'))
}

/// The keys for this registry; npm also finds them without the last `/`.
fn login_keys(url: &str, names: &[&str]) -> Vec<String> {
    let prefix = auth_prefix(url);
    let prefixes = [prefix.as_str(), prefix.trim_end_matches('/')];
    names
        .iter()
        .flat_map(|name| prefixes.map(|prefix| format!("{prefix}:{name}")))
        .collect()
}

/// The credentials of the CodeArtifact repository that was set before, once no scope uses it any more.
fn drop_login_of(file: &mut NpmrcFile, previous: &str, ours: &str) {
    let Some((parts, our_parts)) = Parts::of(previous).zip(Parts::of(ours)) else {
        return;
    };
    let is_codeartifact =
        parts.is_codeartifact() || parts.host.eq_ignore_ascii_case(our_parts.host);
    if !is_codeartifact
        || registries(file)
            .values()
            .any(|url| same_endpoint(url, previous))
    {
        return;
    }
    for key in login_keys(previous, &["_authToken", "always-auth"]) {
        file.remove(&key);
    }
}

/// Says which repositories have no place in these files.
pub(in crate::tools) fn left_out<'a>(
    registries: &'a [Registry],
) -> impl Iterator<Item = String> + 'a {
    let unscoped = registries
        .iter()
        .skip(1)
        .filter(|one| one.namespace.is_none());
    unscoped.map(|one| {
        format!(
            "{} is left out: beside the main repository npm and its kin take one for a scope alone; give it a `namespace`",
            one.name
        )
    })
}

/// Whether a line is one that a further registry put there.
fn is_wanted(name: &str, value: &str, registries: &[Registry]) -> bool {
    registries.iter().any(|registry| {
        let scope = registry
            .namespace
            .unwrap_or_default()
            .trim_start_matches('@');
        name.strip_prefix('@')
            .and_then(|name| name.strip_suffix(":registry"))
            == Some(scope)
            && same_endpoint(value, registry.url)
    })
}

fn warning(line: usize, name: &str, value: &str, registry: &Registry) -> Option<String> {
    if MUST_BE_SCOPED.contains(&name) {
        return Some(format!(
            "npm 9 and newer refuse to start because of `{name}` in line {line}: write it as `//HOST/:{name}` for the registry it \
             belongs to, or remove it"
        ));
    }
    (registry.namespace.is_none()
        && name.starts_with('@')
        && name.ends_with(":registry")
        && !same_endpoint(value, registry.url))
    .then(|| {
        format!(
            "packages of {} come from another registry (line {line}), not from CodeArtifact",
            name.trim_end_matches(":registry")
        )
    })
}
