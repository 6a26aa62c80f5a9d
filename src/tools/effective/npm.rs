//! npm: variables, then the project's .npmrc, the user's, the machine's. Credentials go by the registry's address.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

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
        for (line, name, _) in parsed.entries() {
            // npm takes the last one of a name.
            let value = parsed.value(name).unwrap_or_default();
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
    NpmSettings {
        registry,
        token,
        other_login,
        fatal,
    }
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
    let (first, rest) = name.split_at(name.len().min(1));
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
