//! What stands in AWS when the emulator starts: account, domains, repositories, principals. Read from TOML.

use crate::names;
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::path::Path;

/// The account as it is when the emulator starts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Setup {
    /// The account that the principals belong to, and the default owner of domains.
    #[serde(default = "default_account")]
    pub account: String,
    /// The region of domains that name none.
    #[serde(default = "default_region")]
    pub region: String,
    /// Further regions that calls may be signed for.
    #[serde(default)]
    pub regions: Vec<String>,
    /// Whether an access key id of twelve digits, with the secret `test`, is the root of the account of that number, as
    /// LocalStack has it.
    #[serde(default)]
    pub account_keys: bool,
    /// `[[domain]]`
    #[serde(default, rename = "domain")]
    pub domains: Vec<DomainSetup>,
    /// `[[repository]]`
    #[serde(default, rename = "repository")]
    pub repositories: Vec<RepositorySetup>,
    /// `[[principal]]`: users with long-lived keys. The role of the container credentials is always there.
    #[serde(default, rename = "principal")]
    pub principals: Vec<PrincipalSetup>,
}

/// A CodeArtifact domain.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DomainSetup {
    /// The domain's name.
    pub name: String,
    /// The owning account; the setup's account when left out.
    pub owner: Option<String>,
    /// Its region; the setup's region when left out.
    pub region: Option<String>,
}

/// A repository of a domain.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RepositorySetup {
    /// The domain it is in; the first one when left out.
    pub domain: Option<String>,
    /// The repository's name.
    pub name: String,
    /// Repositories of the same domain, searched in this order.
    #[serde(default)]
    pub upstreams: Vec<String>,
    /// `public:pypi`, `public:npmjs`, `public:crates-io`, `public:maven-central`, `public:nuget-org` or `public:ruby-gems-org`.
    pub external_connection: Option<String>,
}

/// An IAM user with a long-lived access key.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PrincipalSetup {
    /// The user's name, the last part of its ARN.
    pub user: String,
    /// The access key id.
    pub access_key: String,
    /// The secret key.
    pub secret_key: String,
}

fn default_account() -> String {
    "111122223333".into()
}

fn default_region() -> String {
    "us-east-1".into()
}

impl Default for Setup {
    /// Domain `corp` with `team` over a store for each format (`pypi-store`, `npm-store`, `crates-store`, `maven-store`,
    /// `nuget-store`, `gems-store`), `web` over `npm-store`, `lonely` over nothing;
    /// an empty domain `other`; one user.
    fn default() -> Setup {
        let repository =
            |name: &str, upstreams: &[&str], connection: Option<&str>| RepositorySetup {
                domain: Some("corp".into()),
                name: name.into(),
                upstreams: upstreams.iter().map(|name| (*name).into()).collect(),
                external_connection: connection.map(Into::into),
            };
        Setup {
            account: default_account(),
            region: default_region(),
            regions: Vec::new(),
            account_keys: false,
            domains: ["corp", "other"]
                .map(|name| DomainSetup {
                    name: name.into(),
                    owner: None,
                    region: None,
                })
                .into(),
            repositories: vec![
                repository(
                    "team",
                    &[
                        "pypi-store",
                        "npm-store",
                        "crates-store",
                        "maven-store",
                        "nuget-store",
                        "gems-store",
                    ],
                    None,
                ),
                repository("pypi-store", &[], Some("public:pypi")),
                repository("npm-store", &[], Some("public:npmjs")),
                repository("crates-store", &[], Some("public:crates-io")),
                repository("maven-store", &[], Some("public:maven-central")),
                repository("nuget-store", &[], Some("public:nuget-org")),
                repository("gems-store", &[], Some("public:ruby-gems-org")),
                repository("web", &["npm-store"], None),
                repository("lonely", &[], None),
            ],
            principals: vec![PrincipalSetup {
                user: "emulator".into(),
                access_key: "AKIAEMULATOREXAMPLE".into(),
                secret_key: "emulator-secret-key".into(),
            }],
        }
    }
}

impl Setup {
    /// Nothing at all: every account's root has its key, and makes what it wants.
    pub fn empty(region: &str) -> Setup {
        Setup {
            region: region.into(),
            account_keys: true,
            domains: Vec::new(),
            repositories: Vec::new(),
            principals: Vec::new(),
            ..Setup::default()
        }
    }

    /// Reads a setup file.
    ///
    /// # Errors
    /// When the file cannot be read, is no TOML of this shape, or breaks CodeArtifact's own rules.
    pub fn read(path: &Path) -> Result<Setup> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        let setup: Setup =
            toml::from_str(&text).with_context(|| format!("{} is no setup", path.display()))?;
        setup
            .check()
            .with_context(|| format!("{} breaks a rule", path.display()))?;
        Ok(setup)
    }

    /// The owner of a domain of the setup.
    pub(crate) fn owner_of(&self, domain: &DomainSetup) -> String {
        domain.owner.clone().unwrap_or_else(|| self.account.clone())
    }

    /// The region of a domain of the setup.
    pub(crate) fn region_of(&self, domain: &DomainSetup) -> String {
        domain.region.clone().unwrap_or_else(|| self.region.clone())
    }

    /// Every region that is served: the setup's own, then its domains'.
    pub(crate) fn regions(&self) -> Vec<String> {
        let mut regions = vec![self.region.clone()];
        let of_domains = self.domains.iter().map(|domain| self.region_of(domain));
        for region in self.regions.iter().cloned().chain(of_domains) {
            if !regions.contains(&region) {
                regions.push(region);
            }
        }
        regions
    }

    /// Holds the setup against the rules that CodeArtifact would refuse it by.
    pub(crate) fn check(&self) -> Result<()> {
        let rule = |outcome: Result<(), crate::error::AwsError>| {
            outcome.map_err(|e| anyhow::anyhow!(e.message))
        };
        rule(names::check_owner(&self.account))?;
        let first = self
            .domains
            .first()
            .map(|domain| domain.name.as_str())
            .unwrap_or_default();
        for region in self.regions() {
            rule(names::check_region(&region))?;
        }
        for domain in &self.domains {
            rule(names::check_domain(&domain.name))?;
            rule(names::check_owner(&self.owner_of(domain)))?;
            if self
                .domains
                .iter()
                .filter(|other| other.name == domain.name)
                .count()
                > 1
            {
                bail!("domain {} is there twice", domain.name);
            }
        }
        for repository in &self.repositories {
            rule(names::check_repository(&repository.name))?;
            let domain = repository.domain.as_deref().unwrap_or(first);
            if !self.domains.iter().any(|known| known.name == *domain) {
                bail!(
                    "repository {} is in domain {domain}, which is not there",
                    repository.name
                );
            }
            if repository.upstreams.len() > 10 {
                bail!(
                    "repository {} has more than 10 direct upstreams",
                    repository.name
                );
            }
            for upstream in &repository.upstreams {
                let known = |other: &RepositorySetup| {
                    other.name == *upstream && other.domain.as_deref().unwrap_or(first) == domain
                };
                if !self.repositories.iter().any(known) {
                    bail!(
                        "upstream {upstream} of {} is not in domain {domain}",
                        repository.name
                    );
                }
            }
            if let Some(connection) = &repository.external_connection
                && !matches!(
                    connection.as_str(),
                    "public:pypi"
                        | "public:npmjs"
                        | "public:crates-io"
                        | "public:maven-central"
                        | "public:nuget-org"
                        | "public:ruby-gems-org"
                )
            {
                bail!(
                    "external connection {connection} of {} is not played here",
                    repository.name
                );
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setup_with_an_upstream_that_is_not_there_is_refused() {
        let text = "[[domain]]\nname = \"corp\"\n[[repository]]\nname = \"team\"\nupstreams = [\"gone\"]\n";
        let setup: Setup = toml::from_str(text).unwrap();
        assert!(setup.check().unwrap_err().to_string().contains("gone"));
        assert!(Setup::default().check().is_ok());
    }
}
