//! pip.conf: the index URL, and `keyring-provider = subprocess` so that pip asks the credential helper.

use std::collections::BTreeMap;

use super::url::{self, Parts, same_endpoint};
use super::{Auth, AuthMode, Client, Configured, Editor, Found, Registry, SystemWide, ToolFile};
use crate::edit::SyntaxError;
use crate::edit::configparser::{ConfigFile, Entry};
use crate::endpoint::Format;
use crate::places::Places;
use crate::secret::Secret;

pub(super) const INDEX: &str = "index-url";
pub(super) const EXTRA: &str = "extra-index-url";
pub(super) const LINKS: &str = "find-links";
pub(super) const PROVIDER: &str = "keyring-provider";
pub(super) const SUBPROCESS: &str = "subprocess";

/// The commands of pip that take an index; a section of that name wins over `[global]`.
const COMMANDS: [&str; 6] = ["install", "download", "wheel", "lock", "list", "index"];

/// pip.
pub struct Pip;

impl Client for Pip {
    fn name(&self) -> &'static str {
        "pip"
    }

    fn format(&self) -> Format {
        Format::Pypi
    }

    fn usual_auth(&self) -> AuthMode {
        AuthMode::Helper
    }

    fn files(&self, places: &Places, _: &BTreeMap<String, String>, _: AuthMode) -> Vec<ToolFile> {
        vec![ToolFile {
            path: places.config.join("pip/pip.conf"),
            editor: &PipConf,
        }]
    }

    fn system(&self) -> Option<SystemWide> {
        Some(SystemWide::file("/etc/pip.conf", &PipConf))
    }

    fn environment_auth(&self) -> Option<AuthMode> {
        // An index URL with a token in it would stand in the command line of every build's own pip.
        Some(AuthMode::Helper)
    }

    fn environment(&self, registries: &[Registry]) -> Vec<(String, Secret)> {
        let mut urls = registries
            .iter()
            .map(|registry| url::with_login(registry.url, "simple/", Auth::Helper));
        let Some(index) = urls.next() else {
            return Vec::new();
        };
        let extra: Vec<String> = urls.collect();
        let mut variables = vec![
            ("PIP_INDEX_URL".to_owned(), Secret::new(index)),
            ("PIP_KEYRING_PROVIDER".to_owned(), Secret::new(SUBPROCESS)),
        ];
        if !extra.is_empty() {
            let extra = Secret::new(extra.join(" "));
            variables.push(("PIP_EXTRA_INDEX_URL".to_owned(), extra));
        }
        variables
    }

    fn adding_variables(&self) -> &'static [&'static str] {
        &["PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"]
    }

    fn overriding_variables(&self) -> &'static [&'static str] {
        &[
            "PIP_INDEX_URL",
            "PIP_CONFIG_FILE",
            "PIP_NO_INDEX",
            "PIP_KEYRING_PROVIDER",
        ]
    }
}

/// Its pip.conf.
pub struct PipConf;

impl Editor for PipConf {
    fn configure(&self, text: &str, registries: &[Registry]) -> Result<Configured, SyntaxError> {
        let Some(registry) = registries.first() else {
            return Ok(Configured::unchanged(text));
        };
        let mut file = parse(text)?;
        let index = format!("{}simple/", registry.url);
        let mut warnings = Vec::new();
        if let Some(ours) = Parts::of(&index) {
            drop_stale_logins(&mut file, &ours, &mut warnings);
        }
        match registry.auth {
            Auth::Helper => {
                file.set(
                    "global",
                    INDEX,
                    &url::with_login(registry.url, "simple/", registry.auth),
                );
                file.set("global", PROVIDER, SUBPROCESS);
            }
            Auth::Token(_) => {
                if asks_helper(&file) {
                    file.remove("global", PROVIDER);
                }
                file.set(
                    "global",
                    INDEX,
                    &url::with_login(registry.url, "simple/", registry.auth),
                );
            }
        }
        for extra in registries.iter().skip(1) {
            let url = url::with_login(extra.url, "simple/", extra.auth);
            match file.value("global", EXTRA) {
                None => file.set("global", EXTRA, &url),
                Some(_) => file.add_word("global", EXTRA, &url),
            }
        }
        warnings.extend(
            file.entries()
                .iter()
                .filter_map(|entry| warning(entry, registries)),
        );
        Ok(Configured {
            text: file.text(),
            warnings,
        })
    }

    fn unconfigure(&self, text: &str, urls: &[&str]) -> Result<String, SyntaxError> {
        let mut file = parse(text)?;
        let indexes: Vec<String> = urls.iter().map(|url| format!("{url}simple/")).collect();
        let ours: Vec<Parts> = indexes
            .iter()
            .filter_map(|index| Parts::of(index))
            .collect();
        let is_ours = |url: &str| {
            Parts::of(url).is_some_and(|parts| {
                parts.user == Some("aws") && ours.iter().any(|ours| parts.same_endpoint(ours))
            })
        };
        if file.value("global", INDEX).is_some_and(|url| is_ours(&url)) {
            if file.value("global", PROVIDER).as_deref() == Some(SUBPROCESS) {
                file.remove("global", PROVIDER);
            }
            file.remove("global", INDEX);
            file.remove_empty_section("global");
        }
        for entry in file.entries() {
            match entry.name.as_str() {
                INDEX if is_ours(&entry.value) => file.remove(&entry.section, INDEX),
                EXTRA => {
                    file.remove_words(&entry.section, EXTRA, is_ours);
                }
                _ => {}
            }
        }
        Ok(file.text())
    }

    fn inspect(&self, text: &str, url: &str) -> Result<Found, SyntaxError> {
        let file = parse(text)?;
        let index = format!("{url}simple/");
        let value = file.value("global", INDEX).unwrap_or_default();
        let (Some(ours), Some(found)) = (Parts::of(&index), Parts::of(&value)) else {
            return Ok(Found::NotConfigured);
        };
        if !found.same_endpoint(&ours) {
            return Ok(Found::NotConfigured);
        }
        Ok(match found.password {
            Some(token) => Found::Token(Secret::new(url::percent_decoded(token))),
            None if file.value("global", PROVIDER).as_deref() == Some(SUBPROCESS) => Found::Helper,
            None => Found::NotConfigured,
        })
    }
}

pub(super) fn parse(text: &str) -> Result<ConfigFile, SyntaxError> {
    ConfigFile::parse(text, normalized)
}

/// pip's `_normalize_name`: case, `_` for `-` and a leading `--` make no difference.
fn normalized(key: &str) -> String {
    let name = key.to_lowercase().replace('_', "-");
    name.strip_prefix("--").map(str::to_owned).unwrap_or(name)
}

/// Whether the file already sends pip to a credential helper for CodeArtifact: `aws@` in the URL and no token.
fn asks_helper(file: &ConfigFile) -> bool {
    let value = file.value("global", INDEX).unwrap_or_default();
    file.value("global", PROVIDER).as_deref() == Some(SUBPROCESS)
        && Parts::of(&value)
            .is_some_and(|parts| parts.user == Some("aws") && parts.password.is_none())
}

/// Removes tokens that an earlier login left where they would win over, or stand beside, the new one.
fn drop_stale_logins(file: &mut ConfigFile, ours: &Parts, warnings: &mut Vec<String>) {
    let is_stale = |url: &str| Parts::of(url).is_some_and(|parts| parts.is_login_to(ours));
    for entry in file.entries() {
        let section = &entry.section;
        if entry.name == INDEX && section != "global" && is_stale(&entry.value) {
            file.remove(section, INDEX);
            warnings.push(format!("an earlier login's `{INDEX}` in [{section}] was removed: it would win over [global]"));
        }
        if entry.name == EXTRA && file.remove_words(section, EXTRA, is_stale) {
            warnings.push(format!(
                "an earlier login's URL was removed from `{EXTRA}` in [{section}]"
            ));
        }
    }
}

fn warning(entry: &Entry, registries: &[Registry]) -> Option<String> {
    let registry = registries.first()?;
    let Entry {
        section,
        name,
        value,
        line,
        ..
    } = entry;
    // pip skips a key with an empty value.
    if value.is_empty()
        || !(section == "global" || section == "DEFAULT" || COMMANDS.contains(&section.as_str()))
    {
        return None;
    }
    match name.as_str() {
        INDEX if section != "global" => Some(format!(
            "`{INDEX}` in [{section}] (line {line}) wins over [global]: `pip {}` goes to {} and not to CodeArtifact",
            if section == "DEFAULT" { "…" } else { section },
            url::without_login(value),
        )),
        EXTRA
            if value
                .split_whitespace()
                .all(|word| is_one_of(word, registries)) =>
        {
            None
        }
        EXTRA => Some(format!(
            "`{EXTRA}` in [{section}] (line {line}) stands beside CodeArtifact: pip takes the highest version of either, \
             so whoever publishes there can replace an internal package; take it out: `pip config unset {section}.{EXTRA}`"
        )),
        LINKS => Some(format!(
            "`{LINKS}` in [{section}] (line {line}): pip takes packages from there beside CodeArtifact, so whoever publishes \
             there can replace an internal package; take it out: `pip config unset {section}.{LINKS}`"
        )),
        "no-index"
            if !["0", "no", "n", "off", "f", "false"].contains(&value.to_lowercase().as_str()) =>
        {
            Some(format!(
                "`no-index` in [{section}] (line {line}) keeps pip from every index, CodeArtifact too"
            ))
        }
        PROVIDER
            if section != "global"
                && matches!(registry.auth, Auth::Helper)
                && value != SUBPROCESS =>
        {
            Some(format!(
                "`{PROVIDER}` in [{section}] (line {line}) wins over [global]: `pip {section}` does not ask the credential helper"
            ))
        }
        _ => None,
    }
}

/// Whether `url` is the index of one of the repositories of this login.
fn is_one_of(url: &str, registries: &[Registry]) -> bool {
    registries
        .iter()
        .any(|registry| same_endpoint(url, &format!("{}simple/", registry.url)))
}
