//! Swift's package manager, as `aws codeartifact login --tool swift` sets it up, but for every project of the user: registries
//! in registries.json, the token in ~/.netrc. It knows no credential helper. Its entry there has the user `token`, so that it
//! stays Swift's own: uv looks for user `aws`, pip and most others go by the helper. poetry 1 does not.
//!
//! Newer ones take a SWIFTPM_REGISTRY_TOKEN, which goes to every registry of the user: `exec` hands it to nobody.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::client::path_in;
use super::url::same_endpoint;
use super::url::{Parts, without_login};
use super::{Auth, AuthMode, Client, Configured, Editor, Found, Registry, Tool, ToolFile};
use crate::edit::SyntaxError;
use crate::edit::json::{check, keys, remove, set, value};
use crate::edit::netrc::NetrcFile;
use crate::endpoint::Format;
use crate::places::Places;
use crate::secret::Secret;

/// Swift's package manager, from 5.8 on.
pub struct Swift;

impl Client for Swift {
    fn name(&self) -> &'static str {
        "swift"
    }

    fn format(&self) -> Format {
        Format::Swift
    }

    fn usual_auth(&self) -> AuthMode {
        AuthMode::Token
    }

    fn misleads(&self) -> Option<(Tool, &'static str)> {
        let said = "poetry before 2.0 takes Swift's entry in ~/.netrc for its own login, with a user that CodeArtifact may refuse: \
                    use a newer one, or `studio-mirror logout --tool swift`";
        Some((Tool::Poetry, said))
    }

    fn broken_scope_rule(&self, scope: &str) -> Option<&'static str> {
        let rule =
            "a scope of Swift's has up to 39 letters and digits, with single `-` between them";
        (!is_scope(scope)).then_some(rule)
    }

    fn files(
        &self,
        places: &Places,
        environment: &BTreeMap<String, String>,
        _: AuthMode,
    ) -> Vec<ToolFile> {
        let config = path_in(environment, "XDG_CONFIG_HOME");
        let own = config.map(|config| config.join("swiftpm"));
        let own = own.unwrap_or_else(|| places.home.join(".swiftpm"));
        vec![
            ToolFile {
                path: own.join("configuration/registries.json"),
                editor: &RegistriesJson,
            },
            ToolFile {
                path: places.home.join(".netrc"),
                editor: &Netrc,
            },
        ]
    }
}

/// The user name by which Swift knows a token.
const USER: &str = "token";
const REGISTRIES: &str = "registries";
const AUTHENTICATION: &str = "authentication";
const VERSION: &str = "version";
/// The registry for scopes that have none of their own.
const DEFAULT: &str = "[default]";
/// What Swift itself writes into an empty home.
const EMPTY: &str =
    "{\n  \"authentication\" : {\n\n  },\n  \"registries\" : {\n\n  },\n  \"version\" : 1\n}\n";

/// The user's registries.json.
pub struct RegistriesJson;

impl Editor for RegistriesJson {
    fn configure(&self, text: &str, registries: &[Registry]) -> Result<Configured, SyntaxError> {
        if registries.is_empty() {
            return Ok(Configured::unchanged(text));
        }
        check(text)?;
        let mut text = match text.trim().is_empty() {
            true => EMPTY.to_owned(),
            false => text.to_owned(),
        };
        match value(&text, &[VERSION])? {
            None => text = set(&text, &[VERSION], &json!(1))?,
            Some(version) if version == 1 => {}
            Some(_) => {
                let message = "its `version` is not the one that is known here";
                return Err(SyntaxError::new(1, message));
            }
        }
        // Whoever looks for ours later reads every scope: what cannot be told is refused now.
        for scope in keys(&text, &[REGISTRIES])? {
            url_of(&text, &scope)?;
        }
        let mut warnings: Vec<String> = left_out(registries).collect();
        for registry in used(registries) {
            let scope = scope(registry)?;
            if let Some(before) = url_of(&text, &scope)?
                && !same_endpoint(&before, registry.url)
            {
                let before = without_login(&before);
                warnings.push(format!(
                    "Swift took packages of {scope} from {before}; it takes them from CodeArtifact now"
                ));
            }
            let entry = json!({ "supportsAvailability": false, "url": registry.url });
            if url_of(&text, &scope)?.as_deref() != Some(registry.url) {
                text = set(&text, &[REGISTRIES, &scope], &entry)?;
            }
        }
        for (host, registry) in by_host(registries, authority) {
            let login = json!({ "loginAPIPath": login_path(registry.url), "type": "token" });
            text = set(&text, &[AUTHENTICATION, host], &login)?;
        }
        Ok(Configured { text, warnings })
    }

    fn unconfigure(&self, text: &str, urls: &[&str]) -> Result<String, SyntaxError> {
        let mut text = text.to_owned();
        for scope in keys(&text, &[REGISTRIES])? {
            let named = url_of(&text, &scope)?;
            if named.is_some_and(|named| urls.iter().any(|url| same_endpoint(&named, url))) {
                text = remove(&text, &[REGISTRIES, &scope])?;
            }
        }
        for url in urls {
            let path = [AUTHENTICATION, authority(url)];
            let login = value(&text, &path)?.unwrap_or_default();
            if login["loginAPIPath"] == login_path(url) {
                text = remove(&text, &path)?;
            }
        }
        Ok(text)
    }

    fn inspect(&self, text: &str, url: &str) -> Result<Found, SyntaxError> {
        check(text)?;
        for scope in keys(text, &[REGISTRIES])? {
            if url_of(text, &scope)?.is_some_and(|named| same_endpoint(&named, url)) {
                return Ok(Found::Address);
            }
        }
        Ok(Found::NotConfigured)
    }
}

/// The user's .netrc. Its readers tell machines apart by their names alone: one token a host.
pub struct Netrc;

impl Editor for Netrc {
    fn configure(&self, text: &str, registries: &[Registry]) -> Result<Configured, SyntaxError> {
        let mut file = NetrcFile::parse(text)?;
        let mut warnings = Vec::new();
        for (host, registry) in by_host(registries, host) {
            let Auth::Token(token) = registry.auth else {
                continue;
            };
            let before = file.login(host);
            if before.is_some_and(|(user, _)| user != USER) {
                warnings.push(format!(
                    "the entry for {host} in ~/.netrc, with another user, gave way to Swift's: netrc has one a host"
                ));
            }
            file.set(host, USER, token.expose())?;
        }
        let of_host = by_host(registries, host);
        if let Some((host, _)) = of_host.first() {
            warnings.push(format!(
                "netrc knows neither port nor scheme: whatever reads ~/.netrc (pip, uv, curl) sends Swift's token to any port of \
                 {host}, over plain http too"
            ));
        }
        for registry in used(registries) {
            let given = of_host
                .iter()
                .find(|(known, _)| *known == host(registry.url));
            if given.is_some_and(|(_, given)| given.request != registry.request) {
                warnings.push(format!(
                    "Swift cannot log in to {}: netrc has one token a host, and the one for {} is another domain's",
                    registry.name,
                    host(registry.url)
                ));
            }
        }
        Ok(Configured {
            text: file.text().to_owned(),
            warnings,
        })
    }

    fn unconfigure(&self, text: &str, urls: &[&str]) -> Result<String, SyntaxError> {
        let mut file = NetrcFile::parse(text)?;
        for url in urls {
            file.remove(host(url), USER)?;
        }
        Ok(file.text().to_owned())
    }

    fn inspect(&self, text: &str, url: &str) -> Result<Found, SyntaxError> {
        let file = NetrcFile::parse(text)?;
        let login = file.login(host(url)).filter(|(user, _)| *user == USER);
        Ok(login.map_or(Found::NotConfigured, |(_, token)| {
            Found::Token(Secret::new(token))
        }))
    }
}

/// Host and port.
fn authority(url: &str) -> &str {
    Parts::of(url).map_or("", |parts| parts.host)
}

fn host(url: &str) -> &str {
    let authority = authority(url);
    authority.split(':').next().unwrap_or(authority)
}

/// Where `swift package-registry login` would ask whether a token is good.
fn login_path(url: &str) -> Value {
    let path = Parts::of(url).map_or("", |parts| parts.path);
    Value::from(format!("{}/login", path.trim_end_matches('/')))
}

/// The first of the registries at each host, which is the one whose login counts.
fn by_host<'a, 'r>(
    registries: &'r [Registry<'a>],
    host: impl Fn(&'a str) -> &'a str,
) -> Vec<(&'a str, &'r Registry<'a>)> {
    let mut hosts: Vec<(&str, &Registry)> = Vec::new();
    for registry in used(registries) {
        let host = host(registry.url);
        if !hosts.iter().any(|(known, _)| *known == host) {
            hosts.push((host, registry));
        }
    }
    hosts
}

/// Beside the main one Swift takes a registry for a scope alone.
fn used<'a, 'r>(registries: &'r [Registry<'a>]) -> impl Iterator<Item = &'r Registry<'a>> {
    let numbered = registries.iter().enumerate();
    numbered
        .filter(|(at, registry)| *at == 0 || registry.namespace.is_some())
        .map(|(_, registry)| registry)
}

fn left_out(registries: &[Registry]) -> impl Iterator<Item = String> {
    let unscoped = registries
        .iter()
        .skip(1)
        .filter(|one| one.namespace.is_none());
    unscoped.map(|one| {
        format!(
            "{} is left out: beside the main repository Swift takes one for a scope alone; give it a `namespace`",
            one.name
        )
    })
}

/// What registries.json calls the registry's scope. Swift reads nothing of a file with a scope that is none.
fn scope(registry: &Registry) -> Result<String, SyntaxError> {
    let Some(scope) = registry.namespace else {
        return Ok(DEFAULT.to_owned());
    };
    let scope = scope.trim_start_matches('@');
    match is_scope(scope) {
        true => Ok(scope.to_owned()),
        false => Err(SyntaxError::new(
            1,
            format!("`{scope}` would be no scope of Swift's"),
        )),
    }
}

fn is_scope(scope: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=39).contains(&scope.len())
        && scope.bytes().all(is_plain)
        && !scope.starts_with('-')
        && !scope.ends_with('-')
        && !scope.contains("--")
}

fn url_of(text: &str, scope: &str) -> Result<Option<String>, SyntaxError> {
    let url = value(text, &[REGISTRIES, scope, "url"])?;
    Ok(url.and_then(|url| url.as_str().map(str::to_owned)))
}
