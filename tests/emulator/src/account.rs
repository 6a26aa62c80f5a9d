//! The domains and repositories, and how these hang together.

use crate::error::AwsError;
use crate::names::Format;
use crate::setup::{DomainSetup, RepositorySetup, Setup};
use time::OffsetDateTime;

/// How many repositories a look-up searches at most.
const SEARCHED: usize = 25;

/// A CodeArtifact domain.
#[derive(Clone, Debug)]
pub(crate) struct Domain {
    pub(crate) name: String,
    pub(crate) owner: String,
    pub(crate) region: String,
    pub(crate) created: OffsetDateTime,
}

/// A repository, by its place in the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct RepositoryId(usize);

/// A repository and what it is connected to.
#[derive(Clone, Debug)]
pub(crate) struct Repository {
    pub(crate) domain: String,
    pub(crate) name: String,
    upstreams: Vec<RepositoryId>,
    /// The format whose public index it reaches.
    pub(crate) external: Option<Format>,
    /// Its place in the folder of packages: its name, below the domain's but for those of the first domain.
    pub(crate) folder: String,
}

/// The domains and repositories that the emulator plays.
#[derive(Debug)]
pub(crate) struct Account {
    domains: Vec<Domain>,
    repositories: Vec<Repository>,
}

impl Account {
    pub(crate) fn new(setup: &Setup) -> Account {
        let created = OffsetDateTime::now_utc();
        let domain = |domain: &DomainSetup| Domain {
            name: domain.name.clone(),
            owner: setup.owner_of(domain),
            region: setup.region_of(domain),
            created,
        };
        let domains: Vec<_> = setup.domains.iter().map(domain).collect();
        let first = domains
            .first()
            .map(|domain| domain.name.clone())
            .unwrap_or_default();
        let domain_of =
            |repository: &RepositorySetup| repository.domain.clone().unwrap_or(first.clone());
        let place = |domain: &str, name: &str| {
            let is = |other: &RepositorySetup| other.name == name && domain_of(other) == domain;
            setup.repositories.iter().position(is).map(RepositoryId)
        };
        let repository = |repository: &RepositorySetup| {
            let domain = domain_of(repository);
            Repository {
                name: repository.name.clone(),
                upstreams: repository
                    .upstreams
                    .iter()
                    .filter_map(|upstream| place(&domain, upstream))
                    .collect(),
                external: match repository.external_connection.as_deref() {
                    Some("public:pypi") => Some(Format::Pypi),
                    Some("public:npmjs") => Some(Format::Npm),
                    Some("public:crates-io") => Some(Format::Cargo),
                    Some("public:maven-central") => Some(Format::Maven),
                    Some("public:nuget-org") => Some(Format::Nuget),
                    Some("public:ruby-gems-org") => Some(Format::Ruby),
                    _ => None,
                },
                folder: match domain == first {
                    true => repository.name.clone(),
                    false => format!("{domain}/{}", repository.name),
                },
                domain,
            }
        };
        let repositories = setup.repositories.iter().map(repository).collect();
        Account {
            domains,
            repositories,
        }
    }

    /// A domain of an owner. Its name is its own in all regions.
    pub(crate) fn domain(&self, name: &str, owner: &str) -> Result<&Domain, AwsError> {
        let known = self
            .domains
            .iter()
            .find(|domain| domain.name == name && domain.owner == owner);
        known.ok_or_else(|| no_domain(name, owner))
    }

    /// A repository of a domain of an owner.
    pub(crate) fn repository(
        &self,
        domain: &str,
        owner: &str,
        name: &str,
    ) -> Result<RepositoryId, AwsError> {
        self.domain(domain, owner)?;
        let is = |repository: &Repository| repository.domain == domain && repository.name == name;
        self.repositories
            .iter()
            .position(is)
            .map(RepositoryId)
            .ok_or_else(|| {
                let message = format!(
                    "Repository not found. Repository '{name}' in domain '{domain}' does not exist."
                );
                AwsError::not_found("repository", &format!("{domain}/{name}"), message)
            })
    }

    pub(crate) fn repository_count(&self, domain: &str) -> usize {
        self.repositories
            .iter()
            .filter(|repository| repository.domain == domain)
            .count()
    }

    /// The repository itself, then its upstreams, depth first, each once. Behind one that is not open there is no search.
    pub(crate) fn search_order(
        &self,
        start: RepositoryId,
        is_open: impl Fn(RepositoryId) -> bool,
    ) -> Vec<RepositoryId> {
        let mut order = Vec::new();
        let mut waiting = vec![start];
        while let Some(id) = waiting.pop() {
            if order.contains(&id) || order.len() == SEARCHED {
                continue;
            }
            order.push(id);
            if is_open(id) {
                waiting.extend(self.repositories[id.0].upstreams.iter().rev());
            }
        }
        order
    }

    pub(crate) fn get(&self, id: RepositoryId) -> &Repository {
        &self.repositories[id.0]
    }
}

/// What is said of a domain that is not there.
pub(crate) fn no_domain(name: &str, owner: &str) -> AwsError {
    let message =
        format!("Domain not found. Domain '{name}' owned by account '{owner}' does not exist.");
    AwsError::not_found("domain", name, message)
}
