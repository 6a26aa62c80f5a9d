//! gem and bundler. Neither has a protocol for a credential helper: the token stands in the address of gem's source, beside the
//! address in bundler's configuration, and beside it again in the file of keys that `gem push` reads.

mod bundle;

use std::collections::BTreeMap;

pub use bundle::BundleConfig;

use super::url::same_endpoint;
use super::url::{Parts, percent_decoded, with_login, without_login};
use super::{Auth, AuthMode, Client, Configured, Editor, Found, Registry, ToolFile};
use crate::edit::SyntaxError;
use crate::edit::yaml::YamlFile;
use crate::endpoint::Format;
use crate::places::Places;
use crate::secret::Secret;

/// gem (RubyGems) and bundler.
pub struct Gem;

impl Client for Gem {
    fn name(&self) -> &'static str {
        "gem"
    }

    fn format(&self) -> Format {
        Format::Ruby
    }

    fn usual_auth(&self) -> AuthMode {
        AuthMode::Token
    }

    fn files(
        &self,
        places: &Places,
        environment: &BTreeMap<String, String>,
        _: AuthMode,
    ) -> Vec<ToolFile> {
        let gemrc = places.home.join(".gemrc");
        let newer = Places::either(places.config.join("gem/gemrc"), gemrc.clone());
        // Not by default below ~/.gem: with a folder of that name gem looks there for a user's gems, and nowhere else.
        let keys = places.data.with_file_name("gem").join("credentials");
        vec![
            ToolFile {
                path: Places::either(gemrc, newer),
                editor: &Gemrc,
            },
            ToolFile {
                path: bundle::config(places, environment),
                editor: &BundleConfig,
            },
            ToolFile {
                path: Places::either(places.home.join(".gem/credentials"), keys),
                editor: &Credentials,
            },
        ]
    }

    fn overriding_variables(&self) -> &'static [&'static str] {
        &[
            "GEMRC",
            "BUNDLE_IGNORE_CONFIG",
            "BUNDLE_MIRROR__ALL",
            bundle::MIRROR,
            bundle::PLAIN_MIRROR,
        ]
    }

    fn environment_auth(&self) -> Option<AuthMode> {
        Some(AuthMode::Token)
    }

    /// For bundler: a variable's name tells its address, so that the token goes nowhere else. gem takes no source from
    /// here, and no token: GEM_HOST_API_KEY goes to whatever host a gem names. Its place to push to holds none.
    fn environment(&self, registries: &[Registry]) -> Vec<(String, Secret)> {
        let mut variables: Vec<(String, Secret)> = registries
            .iter()
            .filter_map(|registry| match registry.auth {
                Auth::Token(token) => Some((bundle::key(registry.url), bundle::login(token))),
                Auth::Helper => None,
            })
            .collect();
        if let Some(main) = registries.first() {
            for name in [bundle::MIRROR, bundle::PLAIN_MIRROR] {
                variables.push((name.to_owned(), Secret::new(main.url)));
            }
            variables.push(("RUBYGEMS_HOST".to_owned(), Secret::new(host(main.url))));
        }
        variables
    }
}

/// How `gem push` names a server: it puts a `/` behind it.
fn host(url: &str) -> &str {
    url.trim_end_matches('/')
}

const SOURCES: &str = ":sources";

/// The user's .gemrc: its sources take the place of the public one.
pub struct Gemrc;

impl Editor for Gemrc {
    fn configure(&self, text: &str, registries: &[Registry]) -> Result<Configured, SyntaxError> {
        if registries.is_empty() {
            return Ok(Configured::unchanged(text));
        }
        let mut file = parse(text)?;
        let is_ours = |source: &str| registries.iter().any(|one| same_endpoint(source, one.url));
        let is_stale = |source: &str| {
            let mut urls = registries.iter().map(|one| one.url);
            !is_ours(source) && urls.any(|url| is_login_beside(source, url))
        };
        let mut warnings: Vec<String> = file
            .items(SOURCES)?
            .iter()
            .filter(|source| is_stale(source))
            .map(|source| {
                let source = without_login(source);
                format!("an earlier login's source {source} was removed from gem's sources")
            })
            .collect();
        let old = places(&file, |source| {
            is_public(source) || is_ours(source) || is_stale(source)
        })?;
        let first = old.first().copied().unwrap_or(0);
        for (at, registry) in registries.iter().enumerate() {
            let source = match registry.auth {
                Auth::Token(_) => with_login(registry.url, "", registry.auth),
                Auth::Helper => registry.url.to_owned(),
            };
            file.insert_item(SOURCES, first + at, &source)?;
        }
        for at in old.iter().rev() {
            file.remove_item(SOURCES, at + registries.len())?;
        }
        let sources = file.items(SOURCES)?;
        let others = sources.iter().filter(|source| !is_ours(source));
        warnings.extend(others.map(|source| beside(source)));
        Ok(Configured {
            text: file.text(),
            warnings,
        })
    }

    fn unconfigure(&self, text: &str, urls: &[&str]) -> Result<String, SyntaxError> {
        let mut file = parse(text)?;
        let ours = places(&file, |source| {
            urls.iter().any(|url| same_endpoint(source, url))
        })?;
        for at in ours.into_iter().rev() {
            file.remove_item(SOURCES, at)?;
        }
        Ok(file.text())
    }

    fn inspect(&self, text: &str, url: &str) -> Result<Found, SyntaxError> {
        let sources = parse(text)?.items(SOURCES)?;
        let ours = sources.iter().find(|source| same_endpoint(source, url));
        let password = ours.and_then(|source| Parts::of(source)?.password);
        let Some(password) = password else {
            return Ok(Found::NotConfigured);
        };
        // gem asks all of its sources, and takes the highest version.
        let public = sources.iter().find(|source| is_public(source));
        Ok(match public {
            Some(source) => Found::Amiss(beside(source)),
            None => Found::Token(Secret::new(percent_decoded(password))),
        })
    }
}

/// What is said of a source that stands beside ours.
fn beside(source: &str) -> String {
    format!(
        "gem takes packages from {} beside CodeArtifact: whoever publishes there can replace an internal package",
        without_login(source)
    )
}

/// Where the sources stand that `wanted` names.
fn places(file: &YamlFile, wanted: impl Fn(&str) -> bool) -> Result<Vec<usize>, SyntaxError> {
    let sources = file.items(SOURCES)?;
    let found = sources
        .iter()
        .enumerate()
        .filter(|(_, source)| wanted(source));
    Ok(found.map(|(at, _)| at).collect())
}

/// Parses a file of gem's or bundler's, which are flat. Bundler, and gem from 3.5 on, know no line end that is a lone carriage return.
fn parse(text: &str) -> Result<YamlFile, SyntaxError> {
    let bytes = text.as_bytes();
    let is_lone = |at: &usize| bytes[*at] == b'\r' && bytes.get(at + 1) != Some(&b'\n');
    if let Some(at) = (0..bytes.len()).find(is_lone) {
        let line = 1 + text[..at].matches(['\n', '\r']).count();
        return Err(SyntaxError::new(
            line,
            "a carriage return without a line feed",
        ));
    }
    let file = YamlFile::parse(text)?;
    file.check_flat()?;
    Ok(file)
}

/// Sets `key`, without the comment that stood behind its value: not every version of the readers knows comments there.
fn set(file: &mut YamlFile, key: &str, value: &str) -> Result<(), SyntaxError> {
    file.drop_comment(key)?;
    file.set(key, value)
}

/// Whether a source is what a login to another repository of the same host, or of CodeArtifact, left behind.
fn is_login_beside(source: &str, url: &str) -> bool {
    let both = Parts::of(source).zip(Parts::of(url));
    both.is_some_and(|(source, ours)| source.is_login_to(&ours))
}

/// What gem takes packages from where no file says otherwise.
fn is_public(source: &str) -> bool {
    Parts::of(source).is_some_and(|source| source.host.eq_ignore_ascii_case("rubygems.org"))
}

/// The keys by which `gem push` logs in, by the address to push to.
pub struct Credentials;

impl Editor for Credentials {
    fn configure(&self, text: &str, registries: &[Registry]) -> Result<Configured, SyntaxError> {
        let mut file = parse(text)?;
        for registry in registries {
            if let Auth::Token(token) = registry.auth {
                let value = format!("{SCHEME}{}", token.expose());
                for key in other_spellings(&file, registry.url)? {
                    file.remove(&key)?;
                }
                set(&mut file, host(registry.url), &value)?;
            }
        }
        Ok(Configured::unchanged(&file.text()))
    }

    fn unconfigure(&self, text: &str, urls: &[&str]) -> Result<String, SyntaxError> {
        let mut file = parse(text)?;
        for url in urls {
            for key in other_spellings(&file, url)? {
                file.remove(&key)?;
            }
            file.remove(host(url))?;
        }
        Ok(file.text())
    }

    fn inspect(&self, text: &str, url: &str) -> Result<Found, SyntaxError> {
        let value = parse(text)?.value(host(url))?;
        let token = value.and_then(|value| value.strip_prefix(SCHEME).map(Secret::new));
        Ok(token.map_or(Found::NotConfigured, Found::Token))
    }
}

const SCHEME: &str = "Bearer ";

/// Keys for the endpoint `url` that are not spelled as [`host`] spells it.
fn other_spellings(file: &YamlFile, url: &str) -> Result<Vec<String>, SyntaxError> {
    let keys = file.keys()?.into_iter();
    Ok(keys
        .filter(|key| key != host(url) && same_endpoint(key, url))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_source_beside_ours_is_amiss_and_a_persons_own_is_not() {
        let host = "corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/ruby/team/";
        let (url, ours) = (
            format!("https://{host}"),
            format!("https://aws:eyJ2ZX@{host}"),
        );
        let found = |other: &str| {
            let text = format!(":sources:\n- {ours}\n- {other}\n");
            Gemrc.inspect(&text, &url).unwrap()
        };
        let token = Found::Token(Secret::new("eyJ2ZX"));
        assert_eq!(found("https://gems.example/"), token);
        let public = "https://rubygems.org/";
        assert_eq!(found(public), Found::Amiss(beside(public)));
    }
}
