//! cargo: a registry that takes the place of crates.io, and this program as its credential provider.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::client::path_in;
use super::url::same_endpoint;
use super::{Auth, AuthMode, Client, Configured, Editor, Found, Registry, SystemWide, ToolFile};
use crate::edit::SyntaxError;
use crate::edit::toml::quoted;
use crate::edit::toml_tables;
use crate::endpoint::Format;
use crate::places::Places;
use crate::secret::Secret;

/// cargo, from 1.74 on; older ones know no credential providers.
pub struct Cargo;

impl Client for Cargo {
    fn name(&self) -> &'static str {
        "cargo"
    }

    fn format(&self) -> Format {
        Format::Cargo
    }

    fn usual_auth(&self) -> AuthMode {
        AuthMode::Helper
    }

    /// Cargo's credentials.toml gives a token to whatever index a project calls by the registry's name.
    fn takes_token_in_file(&self) -> bool {
        false
    }

    fn files(
        &self,
        places: &Places,
        environment: &BTreeMap<String, String>,
        _: AuthMode,
    ) -> Vec<ToolFile> {
        let home = path_in(environment, "CARGO_HOME");
        let home = home.unwrap_or_else(|| places.home.join(".cargo"));
        vec![ToolFile {
            // Its older name: where both are there cargo reads that one alone.
            path: Places::either(home.join("config"), home.join("config.toml")),
            editor: &ConfigToml,
        }]
    }

    fn overriding_variables(&self) -> &'static [&'static str] {
        &[
            "CARGO_REGISTRIES_CODEARTIFACT_INDEX",
            "CARGO_REGISTRIES_CODEARTIFACT_TOKEN",
            "CARGO_REGISTRIES_CODEARTIFACT_CREDENTIAL_PROVIDER",
            "CARGO_REGISTRY_DEFAULT",
        ]
    }

    /// cargo has no file for everybody, but reads `.cargo` in every folder above a project.
    fn system(&self) -> Option<SystemWide> {
        Some(SystemWide::file("/.cargo/config.toml", &ConfigToml))
    }

    fn environment_auth(&self) -> Option<AuthMode> {
        Some(AuthMode::Token)
    }

    /// For dependencies that name the registry, and for publishing: cargo takes no replacement of crates.io from here.
    fn environment(&self, registries: &[Registry]) -> Vec<(String, Secret)> {
        let mut variables: Vec<(String, Secret)> = Vec::new();
        for registry in registries {
            let Auth::Token(token) = registry.auth else {
                continue;
            };
            let name = registry.name.to_ascii_uppercase().replace(['-', '.'], "_");
            let name = format!("CARGO_REGISTRIES_{name}");
            variables.push((format!("{name}_INDEX"), Secret::new(index(registry))));
            variables.push((format!("{name}_TOKEN"), token.clone()));
            let provider = Secret::new(IN_FILE);
            variables.push((format!("{name}_CREDENTIAL_PROVIDER"), provider));
        }
        if let Some(main) = registries.first() {
            let default = ("CARGO_REGISTRY_DEFAULT".to_owned(), Secret::new(main.name));
            variables.push(default);
        }
        variables
    }
}

fn index(registry: &Registry) -> String {
    format!("sparse+{}", registry.url)
}

const REGISTRIES: &str = "registries";
const PROVIDER: &str = "credential-provider";
/// The provider that reads credentials.toml.
const IN_FILE: &str = "cargo:token";
const DEFAULT: [&str; 2] = ["registry", "default"];
const SOURCE: &str = "source";
const REPLACED: [&str; 3] = [SOURCE, "crates-io", "replace-with"];

/// The user's config.toml.
pub struct ConfigToml;

impl Editor for ConfigToml {
    fn configure(&self, text: &str, registries: &[Registry]) -> Result<Configured, SyntaxError> {
        let Some(main) = registries.first() else {
            return Ok(Configured::unchanged(text));
        };
        if has_own_source(text, main.name, main.url)? {
            let line = toml_tables::line_of(text, &[SOURCE, main.name])?;
            let message = format!(
                "`[source.{}]` would be taken in the place of login's registry of that name; call yours otherwise",
                main.name
            );
            return Err(SyntaxError::new(line, message));
        }
        let before = toml_tables::string(text, &REPLACED)?;
        let mut text = text.to_owned();
        for registry in registries {
            let provider = format!("[{}]", quoted(registry.installed.program));
            let entries = [("index", quoted(&index(registry))), (PROVIDER, provider)];
            text = toml_tables::set(&text, &[REGISTRIES, registry.name], &entries)?;
        }
        text = toml_tables::set(&text, &DEFAULT[..1], &[(DEFAULT[1], quoted(main.name))])?;
        text = toml_tables::set(&text, &REPLACED[..2], &[(REPLACED[2], quoted(main.name))])?;
        let elsewhere = before.filter(|before| before != main.name);
        let warnings = elsewhere.map(|before| {
            format!("cargo took crates.io's packages from `{before}`; it takes them from CodeArtifact now")
        });
        Ok(Configured {
            text,
            warnings: warnings.into_iter().collect(),
        })
    }

    fn unconfigure(&self, text: &str, urls: &[&str]) -> Result<String, SyntaxError> {
        let mut text = text.to_owned();
        for name in toml_tables::tables_in(&text, &[REGISTRIES])? {
            let index = toml_tables::string(&text, &[REGISTRIES, &name, "index"])?;
            if !index.is_some_and(|index| urls.iter().any(|url| is_same(&index, url))) {
                continue;
            }
            text = toml_tables::remove(&text, &[REGISTRIES, &name], &["index", PROVIDER])?;
            for path in [DEFAULT.as_slice(), &REPLACED] {
                if toml_tables::string(&text, path)?.as_deref() == Some(&name)
                    && let Some((key, table)) = path.split_last()
                {
                    text = toml_tables::remove(&text, table, &[key])?;
                }
            }
        }
        Ok(text)
    }

    fn inspect(&self, text: &str, url: &str) -> Result<Found, SyntaxError> {
        let mut names = Vec::new();
        for name in toml_tables::tables_in(text, &[REGISTRIES])? {
            let index = toml_tables::string(text, &[REGISTRIES, &name, "index"])?;
            if index.is_some_and(|index| is_same(&index, url)) {
                names.push(name);
            }
        }
        let replaced_by = toml_tables::string(text, &REPLACED)?;
        let named = names.iter().find(|name| replaced_by.as_ref() == Some(name));
        let Some(name) = named.or(names.first()) else {
            return Ok(Found::NotConfigured);
        };
        let provider = toml_tables::first_string(text, &[REGISTRIES, name, PROVIDER])?;
        // cargo's own ones, and aliases, are no paths.
        if !provider.is_some_and(|provider| provider.starts_with('/')) {
            return Ok(Found::Amiss(format!(
                "cargo does not ask studio-mirror for the token of `{name}`"
            )));
        }
        if named.is_some() && has_own_source(text, name, url)? {
            return Ok(Found::Amiss(format!(
                "cargo takes packages from `[source.{name}]`, not from the registry of that name"
            )));
        }
        Ok(match (named, replaced_by) {
            (Some(_), _) => Found::Helper,
            (None, Some(other)) => Found::Amiss(format!(
                "cargo takes crates.io's packages from `{other}`, not from CodeArtifact"
            )),
            (None, None) => {
                Found::Amiss("cargo takes packages from crates.io, not from CodeArtifact".into())
            }
        })
    }

    fn program(&self, text: &str, url: &str) -> Option<PathBuf> {
        let names = toml_tables::tables_in(text, &[REGISTRIES]).ok()?;
        names.iter().find_map(|name| {
            let index = toml_tables::string(text, &[REGISTRIES, name, "index"]).ok()??;
            let path = [REGISTRIES, name, PROVIDER];
            let program = || toml_tables::first_string(text, &path).ok().flatten();
            is_same(&index, url).then(program)?.map(PathBuf::from)
        })
    }
}

/// Whether the source `name` is another place than `url`: of what takes crates.io's place cargo looks there before it looks
/// among the registries.
fn has_own_source(text: &str, name: &str, url: &str) -> Result<bool, SyntaxError> {
    if !toml_tables::tables_in(text, &[SOURCE])?.contains(&name.to_owned()) {
        return Ok(false);
    }
    let index = toml_tables::string(text, &[SOURCE, name, "registry"])?;
    let replaced = toml_tables::string(text, &[SOURCE, name, REPLACED[2]])?;
    Ok(replaced.is_some() || !index.is_some_and(|index| is_same(&index, url)))
}

fn is_same(index: &str, url: &str) -> bool {
    same_endpoint(index.strip_prefix("sparse+").unwrap_or(index), url)
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str =
        "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/cargo/team/";

    fn found(provider: &str, replaced: &str) -> Found {
        let registry = format!("[registries.codeartifact]\nindex = \"sparse+{URL}\"\n{provider}\n");
        let text = format!("{registry}[source.crates-io]\n{replaced}\n");
        ConfigToml.inspect(&text, URL).unwrap()
    }

    #[test]
    fn crates_io_has_to_be_replaced_by_what_asks_us() {
        let ours = "credential-provider = [\"/bin/studio-mirror\"]";
        let replaced = "replace-with = \"codeartifact\"";
        assert_eq!(found(ours, replaced), Found::Helper);
        for (provider, replaced, what) in [
            (ours, "", "packages from crates.io"),
            (ours, "replace-with = \"vendored\"", "from `vendored`"),
            ("", replaced, "does not ask"),
            (
                "credential-provider = \"cargo:token\"",
                replaced,
                "does not ask",
            ),
        ] {
            let found = found(provider, replaced);
            assert!(
                matches!(&found, Found::Amiss(said) if said.contains(what)),
                "{found:?}"
            );
        }
    }
}
