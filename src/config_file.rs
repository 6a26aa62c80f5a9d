//! The configuration file, `config.toml`: what it may say.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::anyhow;
use serde::Deserialize;

use crate::error::with_hint;
use crate::settings::Field;
use crate::tools::{AuthMode, Tool};

/// One parsed file. A misspelt key is an error, never a silent default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConfigFile {
    domain: Option<String>,
    domain_owner: Option<String>,
    repository: Option<String>,
    region: Option<String>,
    profile: Option<String>,
    endpoint_type: Option<String>,
    api_endpoint: Option<String>,
    repository_endpoint: Option<String>,
    duration_seconds: Option<u32>,
    namespace: Option<String>,
    tool: BTreeMap<Tool, ToolSection>,
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
                 repository_endpoint, duration_seconds, namespace, and [tool.NAME] repository, auth",
            )
        })
    }

    /// The value it names for `field`.
    pub fn value(&self, field: Field) -> Option<String> {
        match field {
            Field::Domain => self.domain.clone(),
            Field::DomainOwner => self.domain_owner.clone(),
            Field::Repository => self.repository.clone(),
            Field::Region => self.region.clone(),
            Field::Profile => self.profile.clone(),
            Field::EndpointType => self.endpoint_type.clone(),
            Field::ApiEndpoint => self.api_endpoint.clone(),
            Field::RepositoryEndpoint => self.repository_endpoint.clone(),
            Field::DurationSeconds => self.duration_seconds.map(|seconds| seconds.to_string()),
            Field::Namespace => self.namespace.clone(),
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
    fn a_misspelt_key_is_an_error_with_its_line() {
        let error = ConfigFile::parse("domain = \"corp\"\nregoin = \"x\"\n", Path::new("c.toml"));
        let error = error.unwrap_err().to_string();
        assert!(
            error.contains("`c.toml` line 2") && error.contains("regoin"),
            "{error}"
        );
    }
}
