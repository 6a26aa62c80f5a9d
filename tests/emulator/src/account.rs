//! The domains and repositories, and how these hang together.

use crate::error::AwsError;
use crate::groups::Groups;
use crate::names::{Connection, Format};
use crate::setup::{RepositorySetup, Setup};
use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
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
    pub(crate) encryption_key: String,
    pub(crate) tags: Tags,
    pub(crate) policy: Option<Policy>,
    pub(crate) groups: Groups,
}

/// Tags by key.
pub(crate) type Tags = BTreeMap<String, String>;

/// A resource policy and its revision.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    pub(crate) document: String,
    pub(crate) revision: String,
}

/// A repository, by its place in the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct RepositoryId(usize);

/// A repository and what it is connected to.
#[derive(Clone, Debug)]
pub(crate) struct Repository {
    pub(crate) id: RepositoryId,
    pub(crate) domain: String,
    pub(crate) owner: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) upstreams: Vec<RepositoryId>,
    /// The public index it reaches.
    pub(crate) external: Option<Connection>,
    pub(crate) created: OffsetDateTime,
    pub(crate) tags: Tags,
    pub(crate) policy: Option<Policy>,
    /// Its place in the folder of packages: its name, below the domain's but for those of the setup's first domain.
    pub(crate) folder: String,
}

/// What stands in CodeArtifact now.
#[derive(Debug, Default)]
pub(crate) struct Estate {
    pub(crate) domains: Vec<Domain>,
    pub(crate) repositories: Vec<Repository>,
    next: usize,
}

/// The domains and repositories that the emulator plays.
#[derive(Debug)]
pub(crate) struct Account {
    estate: RwLock<Estate>,
}

impl Account {
    pub(crate) fn new(setup: &Setup) -> Account {
        let mut estate = Estate::default();
        for domain in &setup.domains {
            let (owner, region) = (setup.owner_of(domain), setup.region_of(domain));
            estate
                .domains
                .push(Domain::new(&domain.name, &owner, &region, None));
        }
        let first = setup.domains.first().map(|domain| domain.name.clone());
        let domain_of = |repository: &RepositorySetup| {
            let named = repository.domain.clone().or(first.clone());
            named.unwrap_or_default()
        };
        for repository in &setup.repositories {
            let domain = domain_of(repository);
            let owner = estate.domains.iter().find(|known| known.name == domain);
            let owner = owner.map_or(setup.account.clone(), |known| known.owner.clone());
            let made = estate.add_repository(&domain, &owner, &repository.name);
            made.external = repository
                .external_connection
                .as_deref()
                .and_then(Connection::of);
            if Some(&domain) == first.as_ref() {
                made.folder.clone_from(&repository.name);
            }
        }
        // Upstreams may stand behind what they are upstream of.
        for (index, repository) in setup.repositories.iter().enumerate() {
            let domain = domain_of(repository);
            let find = |name: &String| {
                let is = |other: &&Repository| other.domain == domain && other.name == *name;
                estate.repositories.iter().find(is).map(|found| found.id)
            };
            let upstreams = repository.upstreams.iter().filter_map(find).collect();
            estate.repositories[index].upstreams = upstreams;
        }
        Account {
            estate: RwLock::new(estate),
        }
    }

    pub(crate) fn read(&self) -> RwLockReadGuard<'_, Estate> {
        self.estate.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, Estate> {
        self.estate.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// A domain of an owner. Its name is its own in all regions.
    pub(crate) fn domain(&self, name: &str, owner: &str) -> Result<Domain, AwsError> {
        self.read().domain(name, owner).cloned()
    }

    /// A repository of a domain of an owner.
    pub(crate) fn repository(
        &self,
        domain: &str,
        owner: &str,
        name: &str,
    ) -> Result<RepositoryId, AwsError> {
        let estate = self.read();
        estate.domain(domain, owner)?;
        Ok(estate.repository(domain, owner, name)?.id)
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
                waiting.extend(self.get(id).upstreams.iter().rev());
            }
        }
        order
    }

    /// A repository. One that was deleted meanwhile is an empty one without a name.
    pub(crate) fn get(&self, id: RepositoryId) -> Repository {
        let estate = self.read();
        let found = estate.repositories.iter().find(|known| known.id == id);
        found
            .cloned()
            .unwrap_or_else(|| Repository::new(id, "", "", ""))
    }
}

impl Domain {
    pub(crate) fn new(name: &str, owner: &str, region: &str, key: Option<&str>) -> Domain {
        let own_key =
            format!("arn:aws:kms:{region}:{owner}:key/11111111-2222-3333-4444-555555555555");
        Domain {
            name: name.into(),
            owner: owner.into(),
            region: region.into(),
            created: OffsetDateTime::now_utc(),
            encryption_key: key.map_or(own_key, Into::into),
            tags: Tags::new(),
            policy: None,
            groups: Groups::default(),
        }
    }

    /// The ARN of something in it.
    pub(crate) fn arn(&self, kind: &str, path: &str) -> String {
        let Domain { owner, region, .. } = self;
        format!("arn:aws:codeartifact:{region}:{owner}:{kind}/{path}")
    }
}

impl Repository {
    fn new(id: RepositoryId, domain: &str, owner: &str, name: &str) -> Repository {
        Repository {
            id,
            domain: domain.into(),
            owner: owner.into(),
            name: name.into(),
            description: None,
            upstreams: Vec::new(),
            external: None,
            created: OffsetDateTime::now_utc(),
            tags: Tags::new(),
            policy: None,
            folder: format!("{domain}/{name}"),
        }
    }

    /// Whether an external connection leads it to the public index of a format.
    pub(crate) fn reaches(&self, format: Format) -> bool {
        self.external
            .is_some_and(|connection| connection.format == format)
    }
}

impl Estate {
    pub(crate) fn domain(&self, name: &str, owner: &str) -> Result<&Domain, AwsError> {
        let known = self
            .domains
            .iter()
            .find(|domain| domain.name == name && domain.owner == owner);
        known.ok_or_else(|| no_domain(name, owner))
    }

    pub(crate) fn domain_mut(&mut self, name: &str, owner: &str) -> Result<&mut Domain, AwsError> {
        let known = self
            .domains
            .iter_mut()
            .find(|domain| domain.name == name && domain.owner == owner);
        known.ok_or_else(|| no_domain(name, owner))
    }

    pub(crate) fn repository(
        &self,
        domain: &str,
        owner: &str,
        name: &str,
    ) -> Result<&Repository, AwsError> {
        let mut all = self.repositories_of(domain, owner);
        all.find(|repository| repository.name == name)
            .ok_or_else(|| no_repository(domain, name))
    }

    pub(crate) fn repository_mut(
        &mut self,
        domain: &str,
        owner: &str,
        name: &str,
    ) -> Result<&mut Repository, AwsError> {
        let is = |repository: &&mut Repository| {
            repository.domain == domain && repository.owner == owner && repository.name == name
        };
        let found = self.repositories.iter_mut().find(is);
        found.ok_or_else(|| no_repository(domain, name))
    }

    pub(crate) fn repositories_of(
        &self,
        domain: &str,
        owner: &str,
    ) -> impl Iterator<Item = &Repository> {
        self.repositories
            .iter()
            .filter(move |repository| repository.domain == domain && repository.owner == owner)
    }

    /// Adds an empty repository.
    pub(crate) fn add_repository(
        &mut self,
        domain: &str,
        owner: &str,
        name: &str,
    ) -> &mut Repository {
        let id = RepositoryId(self.next);
        self.next += 1;
        self.repositories
            .push(Repository::new(id, domain, owner, name));
        self.repositories.last_mut().expect("one was just added")
    }
}

/// What is said of a domain that is not there.
pub(crate) fn no_domain(name: &str, owner: &str) -> AwsError {
    let message =
        format!("Domain not found. Domain '{name}' owned by account '{owner}' does not exist.");
    AwsError::not_found("domain", name, message)
}

fn no_repository(domain: &str, name: &str) -> AwsError {
    let message =
        format!("Repository not found. Repository '{name}' in domain '{domain}' does not exist.");
    AwsError::not_found("repository", &format!("{domain}/{name}"), message)
}
