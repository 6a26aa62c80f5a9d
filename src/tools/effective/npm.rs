//! npm: variables, then the project's .npmrc, the user's, the machine's. Credentials go by the registry's address.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::links::{Link, LinkKind, is_excepted};
use super::{Address, Origin, ReadFile, Sourced};
use crate::edit::npmrc::NpmrcFile;
use crate::secret::Secret;
use crate::tools::npm::MUST_BE_SCOPED;

/// What npm does with nobody's help.
const PUBLIC: &str = "https://registry.npmjs.org/";

/// What npm uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NpmSettings {
    /// Where packages come from: everything, or those of the scope.
    pub registry: Sourced<Address>,
    /// The token for it.
    pub token: Option<Sourced<Secret>>,
    /// A login of another kind for it.
    pub other_login: Option<Sourced<String>>,
    /// A setting with which npm refuses to start.
    pub fatal: Option<Sourced<String>>,
    /// The variable that makes it read another file in the place of the one that login wrote.
    pub leaves_out_user: Option<String>,
    /// Who keeps it off the network.
    pub offline: Option<Origin>,
    /// What stands between it and the registry, by its own settings.
    pub links: Vec<Link>,
    /// The registries of scopes.
    pub scopes: Vec<Sourced<Address>>,
}

/// The file of the project that `folder` lies in: of the nearest folder with a package.json or node_modules.
pub fn project_file(folder: &Path, exists: impl Fn(&Path) -> bool) -> PathBuf {
    let is_project = |folder: &&Path| {
        exists(&folder.join("package.json")) || exists(&folder.join("node_modules"))
    };
    let found = folder.ancestors().find(is_project);
    found.unwrap_or(folder).join(".npmrc")
}

/// Merges `files`, the one that wins first, for packages of `scope` or for all.
pub fn merge(
    files: &[ReadFile],
    environment: &BTreeMap<String, String>,
    scope: Option<&str>,
) -> NpmSettings {
    let mut settings = vec![from_environment(environment)];
    let mut fatal = None;
    for file in files {
        let Ok(text) = file.text() else { continue };
        let mut layer = Layer::new();
        let parsed = NpmrcFile::parse(text);
        // npm takes the last one of a name.
        for (line, name, value) in parsed.entries() {
            let origin = file.lines(line, line, None);
            if MUST_BE_SCOPED.contains(&name) && fatal.is_none() {
                fatal = Some(Sourced::new(name.to_owned(), origin.clone()));
            }
            layer.insert(
                name.to_owned(),
                Sourced::new(filled(value, environment), origin),
            );
        }
        settings.push(layer);
    }
    let find = |name: &str| settings.iter().find_map(|layer| layer.get(name));
    let scoped =
        scope.and_then(|scope| find(&format!("@{}:registry", scope.trim_start_matches('@'))));
    let registry = match scoped.or_else(|| find("registry")) {
        Some(found) => Sourced::new(Address::of(&found.value), found.origin.clone()),
        None => Sourced::default(Address::of(PUBLIC)),
    };
    let (token, other_login) = login(&registry.value.url, find);
    let offline = find("offline").filter(|found| found.value == "true");
    let mut scopes: BTreeMap<&str, Sourced<Address>> = BTreeMap::new();
    for (name, found) in settings.iter().flatten() {
        if name.starts_with('@') && name.ends_with(":registry") {
            let address = || Sourced::new(Address::of(&found.value), found.origin.clone());
            scopes.entry(name).or_insert_with(address);
        }
    }
    NpmSettings {
        links: links(&registry.value.url, find, environment),
        registry,
        token,
        other_login,
        fatal,
        leaves_out_user: None,
        offline: offline.map(|found| found.origin.clone()),
        scopes: scopes.into_values().collect(),
    }
}

/// npm's own proxy, CAs and certificates. What switches a setting off stands for none.
fn links<'s>(
    registry: &str,
    find: impl Fn(&str) -> Option<&'s Sourced<String>>,
    environment: &BTreeMap<String, String>,
) -> Vec<Link> {
    let named = |name: &str| {
        find(name).filter(|found| !matches!(found.value.as_str(), "" | "null" | "false"))
    };
    let (scheme, rest) = registry.split_once("://").unwrap_or_default();
    let host = rest.split(['/', ':']).next().unwrap_or_default();
    let exceptions = named("noproxy").map(|found| found.value.as_str());
    let exceptions = exceptions.or_else(|| {
        ["NO_PROXY", "no_proxy"]
            .iter()
            .find_map(|name| environment.get(*name).map(String::as_str))
    });
    let proxy = ["https-proxy", "proxy"]
        .into_iter()
        .filter(|name| scheme == "https" || *name == "proxy")
        .find_map(|name| Some(Link::new(LinkKind::Proxy, name, named(name)?)))
        .filter(|_| !exceptions.is_some_and(|list| is_excepted(list, host)));
    let own = |kind, name| Some(Link::new(kind, name, named(name)?));
    let roots = own(LinkKind::RootsInside, "ca").or_else(|| own(LinkKind::Roots, "cafile"));
    let unproved = find("strict-ssl")
        .filter(|found| found.value == "false")
        .map(|found| Link::new(LinkKind::Unproved, "strict-ssl", found));
    let all = [proxy, roots.filter(|_| unproved.is_none()), unproved];
    all.into_iter().flatten().collect()
}

type Layer = BTreeMap<String, Sourced<String>>;
type Login = (Option<Sourced<Secret>>, Option<Sourced<String>>);

/// `npm_config_…` in any case; what begins with `//` is a registry's own and stays as it is.
fn from_environment(environment: &BTreeMap<String, String>) -> Layer {
    let mut layer = Layer::new();
    for (variable, value) in environment {
        let prefix = variable.get(..11).unwrap_or_default();
        if !prefix.eq_ignore_ascii_case("npm_config_") || value.is_empty() {
            continue;
        }
        let name = &variable[11..];
        let name = match name.starts_with("//") {
            true => name.to_owned(),
            false => dashed(name),
        };
        let origin = Origin::Variable(variable.clone());
        layer.insert(name, Sourced::new(value.clone(), origin));
    }
    layer
}

/// An underscore in front is part of the name, every other stands for a dash.
fn dashed(name: &str) -> String {
    let (first, rest) = name.split_at(name.chars().next().map_or(0, char::len_utf8));
    first.to_lowercase() + &rest.to_lowercase().replace('_', "-")
}

/// `${NAME}` filled from the environment; what is not set stays as it is.
fn filled(value: &str, environment: &BTreeMap<String, String>) -> String {
    let mut text = String::new();
    let mut rest = value;
    while let Some((before, behind)) = rest.split_once("${") {
        text += before;
        let named = behind.split_once('}');
        let found = named.and_then(|(name, rest)| Some((environment.get(name)?, rest)));
        match found {
            Some((value, after)) => {
                text += value;
                rest = after;
            }
            None => {
                text += "${";
                rest = behind;
            }
        }
    }
    text + rest
}

/// The login for the registry at `url`: by its whole address first, then by ever less of it.
fn login<'a>(url: &str, find: impl Fn(&str) -> Option<&'a Sourced<String>>) -> Login {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let mut key = format!("//{}", rest.trim_end_matches('/'));
    loop {
        for key in [format!("{key}/"), key.clone()] {
            if let Some(token) = find(&format!("{key}:_authToken")) {
                let token = Sourced::new(Secret::new(token.value.clone()), token.origin.clone());
                return (Some(token), None);
            }
            let other = [":_auth", ":_password", ":certfile"];
            let found = other.iter().find_map(|name| find(&format!("{key}{name}")));
            if let Some(found) = found {
                let name = Sourced::new(key.clone(), found.origin.clone());
                return (None, Some(name));
            }
        }
        match key.rfind('/') {
            Some(at) if at > 1 => key.truncate(at),
            _ => return (None, None),
        }
    }
}
