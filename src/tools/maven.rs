//! Maven's settings.xml: a mirror that takes Maven Central's place, for plugins too, the token as a server's password, and a
//! profile a repository that publishes there.

mod astray;
mod names;

use std::collections::BTreeMap;

use super::secret_name::is_secret_of;
use super::url::{same_endpoint, without_login};
use super::{Auth, AuthMode, Client, Configured, Editor, Found, Registry, ToolFile};
use crate::edit::SyntaxError;
use crate::edit::xml::{Among, Element, New, XmlFile};
use crate::endpoint::Format;
use crate::places::Places;
use crate::secret::Secret;

/// Maven. It knows no credential helper.
pub struct Maven;

impl Client for Maven {
    fn name(&self) -> &'static str {
        "maven"
    }

    fn format(&self) -> Format {
        Format::Maven
    }

    fn usual_auth(&self) -> AuthMode {
        AuthMode::Token
    }

    fn files(&self, places: &Places, _: &BTreeMap<String, String>, _: AuthMode) -> Vec<ToolFile> {
        vec![ToolFile {
            path: places.home.join(".m2/settings.xml"),
            editor: &SettingsXml,
        }]
    }

    // No `environment`: Maven takes no login from there but what a settings.xml asks for, as AWS's documentation has it, and
    // for that `exec` sets CODEARTIFACT_AUTH_TOKEN.
}

const ROOT: &str = "settings";
const SERVERS: &[&str] = &["servers"];
const MIRRORS: &[&str] = &["mirrors"];
const PROFILES: &[&str] = &["profiles"];
const ACTIVE: &[&str] = &["activeProfiles"];
const ACTIVE_NAME: &str = "activeProfile";
const CENTRAL: &str = "central";
/// The profile that is always active. No repository's own profile is called so: their names begin with `codeartifact`.
const READING: &str = "from-codeartifact";
/// What the deploy plugin publishes to instead of what a project names.
const DEPLOY_TO: &str = "altDeploymentRepository";

/// The user's settings.xml.
pub struct SettingsXml;

impl Editor for SettingsXml {
    /// The mirror is of `central` alone and by this very name. Maven takes an exact name before a pattern, so it wins over a
    /// user's own `*`; and a repository that a project names stays the project's business, as with the other tools.
    fn configure(&self, text: &str, registries: &[Registry]) -> Result<Configured, SyntaxError> {
        let file = read(text)?;
        let Some(main) = registries.first() else {
            return Ok(Configured::unchanged(text));
        };
        let urls: Vec<&str> = registries.iter().map(|registry| registry.url).collect();
        let mut warnings = warnings(&file, &urls)?;
        let older = names::of_older_logins(&file, &urls)?;
        let mut file = file.begun(ROOT)?;
        let mirror = New::parent(
            "mirror",
            [
                New::text("id", &names::id(main)),
                New::text("url", main.url),
                New::text("mirrorOf", CENTRAL),
            ],
        );
        // The first that fits is taken.
        file = file.with(MIRRORS, &mirror, Among::First, |known| {
            let leads_there = |url| same_endpoint(url, main.url);
            known.text_of("id").is_some_and(names::is_ours)
                || has_id(main.name)(known) && known.text_of("url").is_some_and(leads_there)
        })?;
        for registry in registries {
            let id = names::id(registry);
            if let Auth::Token(token) = registry.auth {
                let server = New::parent(
                    "server",
                    [
                        New::text("id", &id),
                        New::text("username", "aws"),
                        New::text("password", token.expose()),
                    ],
                );
                file = file.with(SERVERS, &server, Among::Last, |known| {
                    let own = known.text_of("id").unwrap_or_default();
                    (own == registry.name || is_secret_of(own, registry.name))
                        && names::is_login(known, &older)
                })?;
            }
            if is_in_use(&file, registry.name, &urls)? {
                warnings.push(format!(
                    "maven's profile `{name}` is not login's: it stays, and there is none of that name that publishes to \
                     CodeArtifact; call yours otherwise and log in again for `mvn deploy -P {name}`",
                    name = registry.name
                ));
                continue;
            }
            let profile = publishing(registry, &id);
            file = file.with(PROFILES, &profile, Among::Last, has_id(registry.name))?;
        }
        let reading = reading(registries);
        file = file.with(PROFILES, &reading, Among::Last, has_id(READING))?;
        let active = New::text(ACTIVE_NAME, READING);
        let is_reading = |element: &Element| element.text == READING;
        file = file.with(ACTIVE, &active, Among::Last, is_reading)?;
        Ok(Configured {
            text: file.text().to_owned(),
            warnings,
        })
    }

    fn unconfigure(&self, text: &str, urls: &[&str]) -> Result<String, SyntaxError> {
        let is_ours = |url: &str| urls.iter().any(|ours| same_endpoint(url, ours));
        let mut file = read(text)?;
        // Servers name no address.
        let older = names::of_older_logins(&file, urls)?;
        file = without(file, SERVERS, "server", |server| {
            names::is_login(server, &older)
        })?;
        file = without(file, MIRRORS, "mirror", |mirror| {
            mirror.text_of("url").is_some_and(is_ours)
        })?;
        file = without(file, PROFILES, "profile", |profile| {
            let publishes = || deploys_to(profile).is_some_and(|(_, url)| is_ours(url));
            has_id(READING)(profile) || publishes()
        })?;
        file = without(file, ACTIVE, ACTIVE_NAME, |active| active.text == READING)?;
        Ok(file.text().to_owned())
    }

    fn inspect(&self, text: &str, url: &str) -> Result<Found, SyntaxError> {
        let file = read(text)?;
        let servers = file.all(SERVERS, "server")?;
        let leads_there = |own: &str| same_endpoint(own, url);
        let mirrors = file.all(MIRRORS, "mirror")?.into_iter();
        let mut ids: Vec<&str> = mirrors
            .filter(|mirror| mirror.text_of("url").is_some_and(leads_there))
            .filter_map(|mirror| mirror.text_of("id"))
            .collect();
        ids.sort_by_key(|id| !names::is_ours(id));
        for id in ids {
            let mut known = servers.iter().filter(|server| has_id(id)(server));
            let Some(token) = known.next().and_then(|server| server.text_of("password")) else {
                continue;
            };
            return Ok(match names::is_ours(id) {
                true => Found::Token(Secret::new(token)),
                false => Found::Amiss(format!(
                    "maven gives the token to whatever a project calls `{id}`"
                )),
            });
        }
        Ok(Found::NotConfigured)
    }

    fn leads_astray(&self, text: &str, urls: &[&str]) -> Result<bool, SyntaxError> {
        astray::leads_astray(&read(text)?, urls)
    }
}

/// Maven refuses a file where one of these is there twice.
fn read(text: &str) -> Result<XmlFile, SyntaxError> {
    let file = XmlFile::parse(text, ROOT)?;
    for path in [SERVERS, MIRRORS, PROFILES, ACTIVE] {
        file.find(path)?;
    }
    Ok(file)
}

fn has_id(id: &str) -> impl Fn(&Element) -> bool + '_ {
    move |element| element.text_of("id") == Some(id)
}

/// The profile that makes `mvn deploy` publish to a repository: not an active one, for it wins over what a project says. It is
/// called by the plain name, which people type and which gets no password.
fn publishing(registry: &Registry, id: &str) -> New {
    // Version 2 of the deploy plugin wants the layout; version 3 can do without and takes it too.
    let deploy_to = format!("{id}::default::{}", registry.url);
    New::parent(
        "profile",
        [
            New::text("id", registry.name),
            New::parent("properties", [New::text(DEPLOY_TO, &deploy_to)]),
        ],
    )
}

/// Whether somebody has a profile of that name, or one that is always active: ours would take its place.
fn is_in_use(file: &XmlFile, name: &str, urls: &[&str]) -> Result<bool, SyntaxError> {
    let is_ours = |url: &str| urls.iter().any(|ours| same_endpoint(url, ours));
    let profiles = file.all(PROFILES, "profile")?.into_iter();
    let mut others = profiles.filter(|profile| {
        has_id(name)(profile) && !deploys_to(profile).is_some_and(|(_, url)| is_ours(url))
    });
    let active = file.all(ACTIVE, ACTIVE_NAME)?;
    Ok(others.next().is_some() || active.iter().any(|active| active.text == name))
}

/// The repositories that packages and plugins are taken from. The main one is `central`, which has no snapshots unless told so.
fn reading(registries: &[Registry]) -> New {
    let of = |kind: &str| {
        let repositories = registries.iter().enumerate().map(|(at, registry)| {
            let id = match at {
                0 => CENTRAL.to_owned(),
                _ => names::id(registry),
            };
            let url = New::text("url", registry.url);
            New::parent(kind, [New::text("id", &id), url])
        });
        repositories.collect::<Vec<_>>()
    };
    New::parent(
        "profile",
        [
            New::text("id", READING),
            New::parent("repositories", of("repository")),
            New::parent("pluginRepositories", of("pluginRepository")),
        ],
    )
}

/// By which name, and where, a profile publishes.
fn deploys_to(profile: &Element) -> Option<(&str, &str)> {
    let property = profile.all("properties").first()?.text_of(DEPLOY_TO)?;
    let (id, rest) = property.split_once("::")?;
    Some((id, rest.rsplit_once("::").map_or(rest, |(_, url)| url)))
}

fn without(
    mut file: XmlFile,
    path: &[&str],
    name: &str,
    is_ours: impl Fn(&Element) -> bool,
) -> Result<XmlFile, SyntaxError> {
    loop {
        let all = file.all(path, name)?;
        let Some(found) = all.into_iter().find(|element| is_ours(element)) else {
            return Ok(file);
        };
        file = file.without(path, &found.range)?;
    }
}

fn warnings(file: &XmlFile, urls: &[&str]) -> Result<Vec<String>, SyntaxError> {
    let is_ours = |url: &str| urls.iter().any(|ours| same_endpoint(url, ours));
    let is_new = |element: &Element| {
        !element.text_of("id").is_some_and(names::is_ours)
            && !element.text_of("url").is_some_and(is_ours)
    };
    let mut warnings = Vec::new();
    for mirror in file.all(MIRRORS, "mirror")? {
        let (Some(id), Some(of)) = (mirror.text_of("id"), mirror.text_of("mirrorOf")) else {
            continue;
        };
        if is_new(mirror) && of == CENTRAL {
            warnings.push(format!(
                "maven took Maven Central's packages from mirror `{id}`; it takes them from CodeArtifact now"
            ));
        } else if is_new(mirror) && of.contains('*') && urls.len() > 1 {
            warnings.push(format!(
                "maven's mirror `{id}` stands for `{of}`: it may take the place of the further repositories too"
            ));
        }
    }
    for profile in file.all(PROFILES, "profile")? {
        let all = profile.all("repositories").into_iter();
        let repositories = all.flat_map(|all| &all.children);
        for repository in repositories.filter(|repository| is_new(repository)) {
            let Some(url) = repository.text_of("url") else {
                continue;
            };
            if repository.text_of("id") != Some(CENTRAL) {
                warnings.push(format!(
                    "maven takes packages from {} beside CodeArtifact where profile `{}` is active, so whoever publishes there can \
                     replace an internal package",
                    without_login(url),
                    profile.text_of("id").unwrap_or_default()
                ));
            }
        }
    }
    Ok(warnings)
}

#[cfg(test)]
mod tests;
