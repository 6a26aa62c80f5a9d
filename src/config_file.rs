//! The configuration file, `config.toml`: what it may say.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::anyhow;
use serde::Deserialize;
use serde::de::value::SeqAccessDeserializer;
use serde::de::{SeqAccess, Visitor};

use crate::error::with_hint;
use crate::settings::Field;
use crate::state::State;
use crate::tools::{AuthMode, Tool};

/// One parsed file. A misspelt key is an error, never a silent default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConfigFile {
    domain: Option<String>,
    domain_owner: Option<String>,
    repository: Option<RepositoryValue>,
    region: Option<String>,
    profile: Option<String>,
    endpoint_type: Option<String>,
    api_endpoint: Option<String>,
    repository_endpoint: Option<String>,
    duration_seconds: Option<u32>,
    namespace: Option<String>,
    tool: BTreeMap<Tool, ToolSection>,
}

/// `repository = "NAME"`, or any number of `[[repository]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
enum RepositoryValue {
    Name(String),
    List(Vec<RepositoryEntry>),
}

/// `[[repository]]`: the first is for everything, the others stand beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepositoryEntry {
    /// The repository.
    pub name: String,
    /// Its domain, where it is not the common one.
    pub domain: Option<String>,
    /// The account that owns the domain.
    pub domain_owner: Option<String>,
    /// The domain's region.
    pub region: Option<String>,
    /// Address of the CodeArtifact API of that region.
    pub api_endpoint: Option<String>,
    /// Address of the repositories endpoint of that region.
    pub repository_endpoint: Option<String>,
    /// The tools that it is for; none named: those that can take it.
    #[serde(default)]
    pub tools: Vec<Tool>,
    /// The npm scope that it serves.
    pub namespace: Option<String>,
    /// Smaller comes first; entries of one number come in the order of the file.
    #[serde(default)]
    pub order: i32,
}

/// By hand, for serde's untagged enums forget which key of an entry is wrong.
impl<'de> Deserialize<'de> for RepositoryValue {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = RepositoryValue;

            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("a repository's name, or [[repository]] entries")
            }

            fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Self::Value, E> {
                Ok(RepositoryValue::Name(name.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, entries: A) -> Result<Self::Value, A::Error> {
                let entries = Deserialize::deserialize(SeqAccessDeserializer::new(entries))?;
                Ok(RepositoryValue::List(entries))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// `[tool.NAME]`
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ToolSection {
    repository: Option<String>,
    auth: Option<AuthMode>,
}

impl ConfigFile {
    /// Parses `text`; `path` is for the error alone.
    ///
    /// # Errors
    /// With the line, when it is not TOML or says something unknown.
    pub fn parse(text: &str, path: &Path) -> anyhow::Result<Self> {
        toml_edit::de::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| {
                1 + text.bytes().take(span.start).filter(|b| *b == b'\n').count()
            });
            with_hint(
                anyhow!("`{}` line {line}: {}", path.display(), error.message().trim()),
                "keys: domain, domain_owner, repository, region, profile, endpoint_type, api_endpoint, \
                 repository_endpoint, duration_seconds, namespace, [tool.NAME] repository, auth, and instead of repository \
                 [[repository]] name, domain, domain_owner, region, api_endpoint, repository_endpoint, tools, namespace, order",
            )
        })
    }

    /// What a login of all users was told, as if root had written it into a file.
    pub fn of_login(state: &State) -> Self {
        let value = |field| state.told.get(&field).cloned();
        let tool = state.tools.iter().map(|(tool, login)| {
            let own = login.told_repository.clone();
            let section = ToolSection {
                repository: own.filter(|own| Some(own) != state.told.get(&Field::Repository)),
                auth: None,
            };
            (*tool, section)
        });
        Self {
            domain: value(Field::Domain),
            domain_owner: value(Field::DomainOwner),
            repository: value(Field::Repository).map(RepositoryValue::Name),
            region: value(Field::Region),
            profile: None,
            endpoint_type: value(Field::EndpointType),
            api_endpoint: value(Field::ApiEndpoint),
            repository_endpoint: value(Field::RepositoryEndpoint),
            duration_seconds: value(Field::DurationSeconds).and_then(|text| text.parse().ok()),
            namespace: value(Field::Namespace),
            tool: tool.collect(),
        }
    }

    /// The value it names for `field`.
    pub fn value(&self, field: Field) -> Option<String> {
        match field {
            Field::Domain => self.domain.clone(),
            Field::DomainOwner => self.domain_owner.clone(),
            Field::Repository => match &self.repository {
                Some(RepositoryValue::Name(name)) => Some(name.clone()),
                _ => None,
            },
            Field::Region => self.region.clone(),
            Field::Profile => self.profile.clone(),
            Field::EndpointType => self.endpoint_type.clone(),
            Field::ApiEndpoint => self.api_endpoint.clone(),
            Field::RepositoryEndpoint => self.repository_endpoint.clone(),
            Field::DurationSeconds => self.duration_seconds.map(|seconds| seconds.to_string()),
            Field::Namespace => self.namespace.clone(),
        }
    }

    /// The entries of `[[repository]]`, as they stand.
    pub fn repositories(&self) -> &[RepositoryEntry] {
        match &self.repository {
            Some(RepositoryValue::List(entries)) => entries,
            _ => &[],
        }
    }

    /// The repository of `tool` alone.
    pub fn repository(&self, tool: Tool) -> Option<&str> {
        self.tool.get(&tool)?.repository.as_deref()
    }

    /// How `tool` shall authenticate.
    pub fn auth(&self, tool: Tool) -> Option<AuthMode> {
        self.tool.get(&tool)?.auth
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_common_and_tool_settings() {
        let file = ConfigFile::parse(
            "domain = \"corp\"\nduration_seconds = 900\n[tool.npm]\nrepository = \"web\"\n",
            Path::new("c.toml"),
        )
        .unwrap();
        assert_eq!(file.value(Field::Domain).as_deref(), Some("corp"));
        assert_eq!(file.value(Field::DurationSeconds).as_deref(), Some("900"));
        assert_eq!(file.repository(Tool::Npm), Some("web"));
        assert_eq!(file.repository(Tool::Pip), None);
    }

    #[test]
    fn a_wrong_key_of_an_entry_is_named_with_its_line() {
        let text = "[[repository]]\nname = \"team\"\nscope = \"acme\"\n";
        let error = ConfigFile::parse(text, Path::new("c.toml")).unwrap_err();
        let error = error.to_string();
        assert!(
            error.contains("`c.toml` line 3") && error.contains("scope"),
            "{error}"
        );
    }

    #[test]
    fn a_misspelt_key_is_an_error_with_its_line() {
        let error = ConfigFile::parse("domain = \"corp\"\nregoin = \"x\"\n", Path::new("c.toml"));
        let error = error.unwrap_err().to_string();
        assert!(
            error.contains("`c.toml` line 2") && error.contains("regoin"),
            "{error}"
        );
    }
}
