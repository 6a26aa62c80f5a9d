//! Gradle: an init script of our own, which puts CodeArtifact in the place of the public repositories that builds name, and asks
//! this program for the token.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::client::path_in;
use super::url::is_at_host_of;
use super::{Auth, AuthMode, Client, Configured, Editor, Found, Registry, ToolFile};
use crate::edit::SyntaxError;
use crate::endpoint::Format;
use crate::places::Places;
use crate::secret::Secret;

/// Gradle, from version 4 on.
pub struct Gradle;

impl Client for Gradle {
    fn name(&self) -> &'static str {
        "gradle"
    }

    fn format(&self) -> Format {
        Format::Maven
    }

    fn usual_auth(&self) -> AuthMode {
        AuthMode::Helper
    }

    fn files(
        &self,
        places: &Places,
        environment: &BTreeMap<String, String>,
        auth: AuthMode,
    ) -> Vec<ToolFile> {
        let home = path_in(environment, "GRADLE_USER_HOME");
        let home = home.unwrap_or_else(|| places.home.join(".gradle"));
        let script = ToolFile {
            path: home.join("init.d/studio-mirror.gradle"),
            editor: &InitScript,
        };
        let tokens = ToolFile {
            path: home.join("init.d/studio-mirror.properties"),
            editor: &Tokens,
        };
        match auth {
            AuthMode::Helper => vec![script],
            AuthMode::Token => vec![tokens, script],
        }
    }

    // No `environment`: the script needs none.
}

const SCRIPT: &str = include_str!("gradle/studio-mirror.gradle");
const FIRST_LINE: &str = "// Written by studio-mirror login, taken away by studio-mirror logout.";

/// The script, as a whole: nobody else writes into it.
pub struct InitScript;

impl Editor for InitScript {
    fn configure(&self, text: &str, registries: &[Registry]) -> Result<Configured, SyntaxError> {
        refuse_others(text, FIRST_LINE)?;
        let Some(main) = registries.first() else {
            return Ok(Configured::unchanged(text));
        };
        let endpoints: Vec<String> = registries.iter().map(endpoint).collect();
        let script = SCRIPT
            .replacen("PROGRAM", &quoted(main.installed.program), 1)
            .replacen("ENDPOINTS", &endpoints.join("\n"), 1);
        Ok(Configured::unchanged(&script))
    }

    fn unconfigure(&self, text: &str, urls: &[&str]) -> Result<String, SyntaxError> {
        let names_one = urls.iter().any(|url| text.contains(&address(url)));
        match is_ours(text, FIRST_LINE) && names_one {
            true => Ok(String::new()),
            false => Ok(text.to_owned()),
        }
    }

    fn inspect(&self, text: &str, url: &str) -> Result<Found, SyntaxError> {
        match is_ours(text, FIRST_LINE) && text.contains(&address(url)) {
            // The script asks this program unless the other file has the token.
            true => Ok(Found::Address),
            false => Ok(Found::NotConfigured),
        }
    }

    fn leads_astray(&self, text: &str, urls: &[&str]) -> Result<bool, SyntaxError> {
        let endpoints = text.lines().map(str::trim_start);
        let endpoints = endpoints.filter(|line| line.starts_with("[name: "));
        let mut addresses = endpoints.filter_map(|line| Some(line.split_once("url: '")?.1));
        let is_home = |address: &str| {
            let url = address.split('\'').next().unwrap_or(address);
            is_at_host_of(url, urls)
        };
        Ok(addresses.any(|address| !is_home(address)))
    }

    fn program(&self, text: &str, _: &str) -> Option<PathBuf> {
        let mut lines = text.lines();
        let quoted = lines.find_map(|line| line.strip_prefix("def program = "))?;
        let program = quoted.strip_prefix('\'')?.strip_suffix('\'')?;
        Some(program.replace("\\'", "'").replace("\\\\", "\\").into())
    }
}

fn endpoint(registry: &Registry) -> String {
    format!(
        "    [name: {}, {}],",
        quoted(registry.name),
        address(registry.url)
    )
}

fn address(url: &str) -> String {
    format!("url: {}", quoted(url))
}

/// The tokens that the script takes where a login wants them in a file, by the names of endpoints: a file of properties. Not
/// gradle.properties, for `gradle properties` would print them there; nor the script, which Gradle compiles into its caches.
pub struct Tokens;

const TOKENS_FIRST_LINE: &str =
    "# Written by studio-mirror login, taken away by studio-mirror logout.";

impl Editor for Tokens {
    fn configure(&self, text: &str, registries: &[Registry]) -> Result<Configured, SyntaxError> {
        refuse_others(text, TOKENS_FIRST_LINE)?;
        let tokens: String = registries
            .iter()
            .filter_map(|registry| match registry.auth {
                Auth::Token(token) => Some(format!("{}={}\n", registry.name, token.expose())),
                Auth::Helper => None,
            })
            .collect();
        Ok(match tokens.is_empty() {
            true => Configured::unchanged(text),
            false => Configured::unchanged(&format!("{TOKENS_FIRST_LINE}\n{tokens}")),
        })
    }

    fn unconfigure(&self, text: &str, _: &[&str]) -> Result<String, SyntaxError> {
        match is_ours(text, TOKENS_FIRST_LINE) {
            true => Ok(String::new()),
            false => Ok(text.to_owned()),
        }
    }

    fn inspect(&self, text: &str, _: &str) -> Result<Found, SyntaxError> {
        let token = text
            .lines()
            .find_map(|line| line.strip_prefix("codeartifact="));
        let token = token.filter(|_| is_ours(text, TOKENS_FIRST_LINE));
        Ok(token.map_or(Found::NotConfigured, |token| {
            Found::Token(Secret::new(token))
        }))
    }
}

/// A file's first line tells whose it is.
fn is_ours(text: &str, first_line: &str) -> bool {
    text.lines().next() == Some(first_line)
}

fn refuse_others(text: &str, first_line: &str) -> Result<(), SyntaxError> {
    match text.trim().is_empty() || is_ours(text, first_line) {
        true => Ok(()),
        false => Err(SyntaxError::new(
            1,
            "studio-mirror did not write this; init.d has room for files of other names",
        )),
    }
}

/// A string of Groovy's in which nothing is replaced.
fn quoted(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('\'', "\\'");
    format!("'{}'", text.replace('\n', "\\n").replace('\r', "\\r"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_ends_its_string() {
        assert_eq!(quoted("/a'b\\c\n$d"), "'/a\\'b\\\\c\\n$d'");
    }

    #[test]
    fn somebody_elses_file_is_refused_and_stays() {
        let text = "allprojects {}\n";
        assert!(is_ours(SCRIPT, FIRST_LINE));
        assert_eq!(InitScript.configure(text, &[]).unwrap_err().line, 1);
        assert_eq!(Tokens.configure(text, &[]).unwrap_err().line, 1);
        assert_eq!(InitScript.unconfigure(text, &["https://x/"]).unwrap(), text);
        assert_eq!(
            InitScript.inspect(text, "https://x/"),
            Ok(Found::NotConfigured)
        );
    }
}
