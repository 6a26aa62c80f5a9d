//! bundler's configuration: a mirror of the public index, and the login for its address. A subset of YAML whose keys are
//! environment variables' names: every key here may be one.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::{parse, set};
use crate::edit::SyntaxError;
use crate::edit::yaml::YamlFile;
use crate::places::Places;
use crate::secret::Secret;
use crate::tools::client::path_in;
use crate::tools::url::same_endpoint;
use crate::tools::url::{percent_decoded, percent_encoded, without_login};
use crate::tools::{Auth, Configured, Editor, Found, Registry};

/// The setting that lets everything of rubygems.org come from another address.
pub(super) const MIRROR: &str = "BUNDLE_MIRROR__HTTPS://RUBYGEMS__ORG/";

/// The same, for variables: a name that every shell hands on. What dash leaves of [`MIRROR`] and the login is then a refusal by
/// CodeArtifact, and no package of the public index.
pub(super) const PLAIN_MIRROR: &str = "BUNDLE_MIRROR__RUBYGEMS__ORG";

/// Settings that let it come from elsewhere after all, and why.
const ELSEWHERE: [(&str, &str); 2] = [
    (
        "BUNDLE_MIRROR__ALL",
        "bundler takes every package from the mirror that `BUNDLE_MIRROR__ALL` names, not from CodeArtifact",
    ),
    (
        "BUNDLE_MIRROR__HTTPS://RUBYGEMS__ORG/__FALLBACK_TIMEOUT/",
        "with its `fallback_timeout` bundler takes packages from rubygems.org whenever CodeArtifact is slow: whoever publishes \
         there can replace an internal package",
    ),
];

/// The user's configuration file.
pub(super) fn config(places: &Places, environment: &BTreeMap<String, String>) -> PathBuf {
    let named = |variable| path_in(environment, variable);
    named("BUNDLE_CONFIG")
        .or_else(|| named("BUNDLE_USER_CONFIG"))
        .or_else(|| named("BUNDLE_USER_HOME").map(|home| home.join("config")))
        .unwrap_or_else(|| places.home.join(".bundle/config"))
}

/// The key of the login for the endpoint `url`.
pub(super) fn key(url: &str) -> String {
    format!("BUNDLE_{}", normal(url).to_ascii_uppercase())
}

/// What stands under it: user and password as in a URL.
pub(super) fn login(token: &Secret) -> Secret {
    Secret::new(format!("aws:{}", percent_encoded(token.expose())))
}

/// A key as bundler takes it, which older versions wrote in other forms.
fn normal(key: &str) -> String {
    let lower = key.to_ascii_lowercase();
    let is_address = lower.contains("http:") || lower.contains("https:");
    let slash = if is_address && !key.ends_with('/') {
        "/"
    } else {
        ""
    };
    let key = format!("{key}{slash}");
    key.replace('.', "__").replace('-', "___")
}

/// The keys of the file that mean `key`, the one that counts last.
fn spellings(file: &YamlFile, key: &str) -> Result<Vec<String>, SyntaxError> {
    let mut keys = file.keys()?;
    keys.retain(|known| normal(known) == key);
    Ok(keys)
}

/// Sets `key` where the file has it in whatever spelling.
fn set_spelled(file: &mut YamlFile, key: &str, value: &str) -> Result<(), SyntaxError> {
    let mut known = spellings(file, key)?;
    let last = known.pop();
    for other in known {
        file.remove(&other)?;
    }
    set(file, last.as_deref().unwrap_or(key), value)
}

fn value(file: &YamlFile, key: &str) -> Result<Option<String>, SyntaxError> {
    match spellings(file, key)?.last() {
        Some(known) => file.value(known),
        None => Ok(None),
    }
}

/// The user's bundler configuration.
pub struct BundleConfig;

impl Editor for BundleConfig {
    fn configure(&self, text: &str, registries: &[Registry]) -> Result<Configured, SyntaxError> {
        let Some(main) = registries.first() else {
            return Ok(Configured::unchanged(text));
        };
        let mut file = parse(text)?;
        let mut warnings = Vec::new();
        let before = value(&file, MIRROR)?;
        if let Some(before) = before.filter(|before| !same_endpoint(before, main.url)) {
            warnings.push(format!(
                "bundler took rubygems.org's packages from {}; it takes them from CodeArtifact now",
                without_login(&before)
            ));
        }
        set_spelled(&mut file, MIRROR, main.url)?;
        for registry in registries {
            if let Auth::Token(token) = registry.auth {
                set_spelled(&mut file, &key(registry.url), login(token).expose())?;
            }
        }
        for (key, warning) in ELSEWHERE {
            if !spellings(&file, key)?.is_empty() {
                warnings.push(warning.to_owned());
            }
        }
        Ok(Configured {
            text: file.text(),
            warnings,
        })
    }

    fn unconfigure(&self, text: &str, urls: &[&str]) -> Result<String, SyntaxError> {
        let mut file = parse(text)?;
        for url in urls {
            let mut ours = spellings(&file, &key(url))?;
            for known in spellings(&file, MIRROR)? {
                let mirror = file.value(&known)?;
                if mirror.is_some_and(|mirror| same_endpoint(&mirror, url)) {
                    ours.push(known);
                }
            }
            for known in ours {
                file.remove(&known)?;
            }
        }
        Ok(file.text())
    }

    fn inspect(&self, text: &str, url: &str) -> Result<Found, SyntaxError> {
        let file = parse(text)?;
        let login = value(&file, &key(url))?;
        let token = login
            .as_deref()
            .and_then(|login| login.strip_prefix("aws:"));
        let Some(token) = token else {
            return Ok(Found::NotConfigured);
        };
        Ok(match value(&file, MIRROR)? {
            Some(mirror) if same_endpoint(&mirror, url) => {
                Found::Token(Secret::new(percent_decoded(token)))
            }
            Some(mirror) => Found::Amiss(format!(
                "bundler takes rubygems.org's packages from {}, not from CodeArtifact",
                without_login(&mirror)
            )),
            None => Found::Amiss(
                "bundler takes packages from rubygems.org, not from CodeArtifact".into(),
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_those_that_bundler_looks_for() {
        // Bundler::Settings.key_for of bundler 2.3.
        assert_eq!(
            key("https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/ruby/team/"),
            "BUNDLE_HTTPS://CORP___111122223333__D__CODEARTIFACT__US___EAST___1__AMAZONAWS__COM/RUBY/TEAM/"
        );
        assert_eq!(normal("BUNDLE_MIRROR__HTTPS://RUBYGEMS.ORG"), MIRROR);
    }
    #[test]
    fn a_login_is_no_use_without_the_mirror() {
        let url = "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/ruby/team/";
        let login = format!("{}: \"aws:eyJ2ZXexample\"\n", key(url));
        let amiss =
            |what: &str| Found::Amiss(format!("bundler takes {what}, not from CodeArtifact"));
        for (mirror, expected) in [
            (url, Found::Token(Secret::new("eyJ2ZXexample"))),
            ("", amiss("packages from rubygems.org")),
            (
                "https://me:secret@old.example/",
                amiss("rubygems.org's packages from https://old.example/"),
            ),
        ] {
            let mirror = match mirror {
                "" => String::new(),
                mirror => format!("{MIRROR}: \"{mirror}\"\n"),
            };
            let found = BundleConfig.inspect(&format!("{login}{mirror}"), url);
            assert_eq!(found, Ok(expected), "{mirror}");
        }
    }
}
