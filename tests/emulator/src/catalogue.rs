//! Domains and repositories, what each repository holds, and how a package is found through upstreams.

use crate::asset::{Asset, Content};
use crate::error::AwsError;
use crate::names::Format;
use crate::packages::PackageFolder;
use crate::passthrough::PassThrough;
use crate::random;
use crate::setup::Setup;
use anyhow::Result;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use time::OffsetDateTime;

/// How many repositories a look-up searches at most.
const SEARCHED: usize = 25;

/// A CodeArtifact domain.
#[derive(Clone, Debug)]
pub(crate) struct Domain {
    pub(crate) name: String,
    pub(crate) owner: String,
    pub(crate) created: OffsetDateTime,
}

/// A repository, by its place in the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct RepositoryId(usize);

#[derive(Clone, Debug)]
struct Repository {
    domain: String,
    name: String,
    upstreams: Vec<RepositoryId>,
    external: Option<Format>,
    /// Whether the folder of packages may seed it: repositories of the first domain only.
    seeded: bool,
}

/// A file that a look-up found, and the repository whose external connection it came by.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) asset: Arc<Asset>,
    holder: Holder,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Holder {
    Repository(RepositoryId),
    External(RepositoryId),
}

/// What a look-up found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings {
    pub(crate) files: Vec<Found>,
    /// npm: the public registry's tags.
    pub(crate) tags: Map<String, Value>,
}

/// Everything that stands in the account's CodeArtifact.
#[derive(Debug)]
pub(crate) struct Catalogue {
    domains: Vec<Domain>,
    repositories: Vec<Repository>,
    folder: PackageFolder,
    passthrough: Option<PassThrough>,
    shelves: Mutex<HashMap<RepositoryId, Vec<Arc<Asset>>>>,
    presigned: Mutex<HashMap<String, Arc<Asset>>>,
}

impl Catalogue {
    pub(crate) fn new(
        setup: &Setup,
        packages: Option<PathBuf>,
        passthrough: Option<PassThrough>,
    ) -> Catalogue {
        let created = OffsetDateTime::now_utc();
        let domain = |domain: &crate::setup::DomainSetup| Domain {
            name: domain.name.clone(),
            owner: setup.owner_of(domain),
            created,
        };
        let domains: Vec<_> = setup.domains.iter().map(domain).collect();
        let first = domains
            .first()
            .map(|domain| domain.name.clone())
            .unwrap_or_default();
        let domain_of = |repository: &crate::setup::RepositorySetup| {
            repository.domain.clone().unwrap_or(first.clone())
        };
        let place = |domain: &str, name: &str| {
            let is = |other: &crate::setup::RepositorySetup| {
                other.name == name && domain_of(other) == domain
            };
            setup.repositories.iter().position(is).map(RepositoryId)
        };
        let repository = |repository: &crate::setup::RepositorySetup| {
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
                    _ => None,
                },
                seeded: domain == first,
                domain,
            }
        };
        let repositories = setup.repositories.iter().map(repository).collect();
        let folder = PackageFolder::new(packages);
        Catalogue {
            domains,
            repositories,
            folder,
            passthrough,
            shelves: Mutex::default(),
            presigned: Mutex::default(),
        }
    }

    /// A domain of an owner.
    pub(crate) fn domain(&self, name: &str, owner: &str) -> Result<&Domain, AwsError> {
        let known = self
            .domains
            .iter()
            .find(|domain| domain.name == name && domain.owner == owner);
        known.ok_or_else(|| {
            let message = format!(
                "Domain not found. Domain '{name}' owned by account '{owner}' does not exist."
            );
            AwsError::not_found("domain", name, message)
        })
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

    /// The files of a package that a repository offers: its own, then its upstreams' in their order, then those behind
    /// external connections. The first place that has a version is the one that counts for it.
    ///
    /// # Errors
    /// When the folder of packages or the machine's own index cannot be read.
    pub(crate) async fn look_up(
        &self,
        repository: RepositoryId,
        format: Format,
        name: &str,
    ) -> Result<Findings> {
        let mut findings = Findings::default();
        let mut versions = BTreeSet::new();
        for id in self.search_order(repository) {
            add(
                &mut findings,
                &mut versions,
                self.own(id, format, name)?,
                Holder::Repository(id),
            );
            if self.repositories[id.0].external == Some(format) {
                let (files, tags) = self.public(format, name).await?;
                add(&mut findings, &mut versions, files, Holder::External(id));
                findings.tags.extend(tags);
            }
        }
        Ok(findings)
    }

    /// The repository itself, then its upstreams, depth first, each once.
    fn search_order(&self, start: RepositoryId) -> Vec<RepositoryId> {
        let mut order = Vec::new();
        let mut waiting = vec![start];
        while let Some(id) = waiting.pop() {
            if order.contains(&id) || order.len() == SEARCHED {
                continue;
            }
            order.push(id);
            waiting.extend(self.repositories[id.0].upstreams.iter().rev());
        }
        order
    }

    fn own(&self, id: RepositoryId, format: Format, name: &str) -> Result<Vec<Arc<Asset>>> {
        let repository = &self.repositories[id.0];
        let mut files = match repository.seeded {
            true => self.folder.find(Some(&repository.name), format, name)?,
            false => Vec::new(),
        };
        let shelves = self.shelves();
        let shelf = shelves.get(&id).into_iter().flatten();
        files.extend(
            shelf
                .filter(|asset| asset.format == format && asset.name == name)
                .cloned(),
        );
        Ok(files)
    }

    async fn public(
        &self,
        format: Format,
        name: &str,
    ) -> Result<(Vec<Arc<Asset>>, Map<String, Value>)> {
        let files = self.folder.find(None, format, name)?;
        match &self.passthrough {
            Some(passthrough) if files.is_empty() => passthrough.find(format, name).await,
            _ => Ok((files, Map::new())),
        }
    }

    /// Keeps the version of `file` in the repository that was asked and in the one whose external connection found it.
    /// Returns what came to be kept only now, for the store to take hold of.
    pub(crate) fn keep(
        &self,
        asked: RepositoryId,
        file: &Found,
        findings: &Findings,
    ) -> Vec<Arc<Asset>> {
        if file.holder == Holder::Repository(asked) {
            return Vec::new();
        }
        let mut keepers = BTreeSet::from([asked]);
        if let Holder::External(connected) = file.holder {
            keepers.insert(connected);
        }
        let version: Vec<_> = findings
            .files
            .iter()
            .filter(|other| {
                other.asset.version == file.asset.version && other.holder == file.holder
            })
            .map(|other| other.asset.clone())
            .collect();
        let mut shelves = self.shelves();
        for keeper in keepers {
            let shelf = shelves.entry(keeper).or_default();
            for asset in &version {
                let same =
                    |kept: &Arc<Asset>| kept.name == asset.name && kept.filename == asset.filename;
                if !shelf.iter().any(same) {
                    shelf.push(asset.clone());
                }
            }
        }
        version
            .into_iter()
            .filter(|asset| matches!(asset.content(), Content::Folder(_)))
            .collect()
    }

    /// What each repository keeps from upstream: `format:name@version`, by `domain/repository`.
    pub(crate) fn kept(&self) -> BTreeMap<String, BTreeSet<String>> {
        let shelves = self.shelves();
        let describe =
            |asset: &Arc<Asset>| format!("{}:{}@{}", asset.format, asset.name, asset.version);
        let shelf = |(id, assets): (&RepositoryId, &Vec<Arc<Asset>>)| {
            let repository = &self.repositories[id.0];
            (
                format!("{}/{}", repository.domain, repository.name),
                assets.iter().map(describe).collect(),
            )
        };
        shelves.iter().map(shelf).collect()
    }

    /// A path on the asset host under which this asset is to be had once it is signed.
    pub(crate) fn asset_path(
        &self,
        endpoint: &crate::route::Endpoint,
        asset: &Arc<Asset>,
    ) -> String {
        let path = format!(
            "/assets/{}/{}/{}",
            endpoint.owner,
            endpoint.domain,
            random::hex(32)
        );
        self.presigned
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(path.clone(), asset.clone());
        path
    }

    /// The asset behind a path of the asset host.
    pub(crate) fn presigned(&self, path: &str) -> Option<Arc<Asset>> {
        self.presigned
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(path)
            .cloned()
    }

    fn shelves(&self) -> MutexGuard<'_, HashMap<RepositoryId, Vec<Arc<Asset>>>> {
        self.shelves.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Adds the files of versions that no earlier place had.
fn add(
    findings: &mut Findings,
    versions: &mut BTreeSet<String>,
    files: Vec<Arc<Asset>>,
    holder: Holder,
) {
    let new: Vec<_> = files
        .into_iter()
        .filter(|asset| !versions.contains(&asset.version))
        .collect();
    versions.extend(new.iter().map(|asset| asset.version.clone()));
    for asset in new {
        if !findings
            .files
            .iter()
            .any(|found| found.asset.filename == asset.filename)
        {
            findings.files.push(Found { asset, holder });
        }
    }
}
