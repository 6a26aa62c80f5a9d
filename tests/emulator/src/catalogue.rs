//! What each repository holds, and how a package is found through upstreams.

use crate::account::{Account, Repository, RepositoryId};
use crate::asset::{Asset, Content};
use crate::groups::Groups;
use crate::names::{Format, split_name};
use crate::packages::PackageFolder;
use crate::passthrough::PassThrough;
use crate::random;
use crate::shelves::{Origin, Placed, Shelves, compare};
use crate::versions::{Package, Versions};
use anyhow::Result;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

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

/// What publishing a file came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Publication {
    Placed(Placed),
    /// The version is in a repository or public index upstream.
    Upstream,
    /// The package came from upstream, which blocks publishing it here.
    Blocked,
}

/// What a look-up found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings {
    pub(crate) files: Vec<Found>,
    /// npm: its tags here and upstream.
    pub(crate) tags: Map<String, Value>,
}

/// Everything that stands in the account's CodeArtifact.
#[derive(Debug)]
pub(crate) struct Catalogue {
    /// The domains and repositories themselves.
    pub(crate) account: Account,
    folder: PackageFolder,
    passthrough: Option<PassThrough>,
    /// What was published to the repositories, what they keep from upstream, and npm's tags.
    pub(crate) shelves: Shelves,
    /// The states of package versions, and packages' own origin controls.
    pub(crate) versions: Versions,
    presigned: Mutex<HashMap<String, Arc<Asset>>>,
}

impl Catalogue {
    pub(crate) fn new(
        account: Account,
        packages: Option<PathBuf>,
        maven_central: Option<PathBuf>,
        passthrough: Option<PassThrough>,
    ) -> Catalogue {
        Catalogue {
            account,
            folder: PackageFolder::new(packages, maven_central),
            passthrough,
            shelves: Shelves::default(),
            versions: Versions::default(),
            presigned: Mutex::default(),
        }
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
        let is_open = |id| self.takes_from_upstream(id, format, name);
        let (domain, asked) = self.place(repository);
        let allows = |way, at: &str| domain.allow(way, split(format, name), at);
        for id in self.account.search_order(repository, is_open) {
            let way = match self.shelves.origin(id, format, name) {
                Some(Origin::Upstream) => "EXTERNAL_UPSTREAM",
                _ => "INTERNAL_UPSTREAM",
            };
            if id == repository || allows(way, &asked) {
                let own = self.listed(id, format, name)?;
                add(&mut findings, &mut versions, own, Holder::Repository(id));
            }
            if format == Format::Npm {
                // Of a tag set here and upstream, upstream's counts.
                findings.tags.extend(self.shelves.tags(id, name));
            }
            let connected = self.account.get(id);
            let is_let = |name: &str| allows("EXTERNAL_UPSTREAM", name);
            if connected.reaches(format) && is_open(id) && is_let(&connected.name) {
                let (files, tags) = self.public(format, name).await?;
                add(&mut findings, &mut versions, files, Holder::External(id));
                findings.tags.extend(tags);
            }
        }
        Ok(findings)
    }

    /// What was published to a repository stands alone there: nothing of that package comes from upstream, unless its
    /// own origin controls say otherwise.
    fn takes_from_upstream(&self, id: RepositoryId, format: Format, name: &str) -> bool {
        match self.versions.controls(&(id, format, name.to_owned())) {
            Some(controls) => controls.upstream,
            None => self.shelves.origin(id, format, name) != Some(Origin::Published),
        }
    }

    /// Whether the package's own origin controls and its group's let it be published.
    pub(crate) fn may_publish(&self, package: &Package) -> bool {
        let (id, format, name) = package;
        let own = match self.versions.controls(package) {
            Some(controls) => controls.publish,
            None => self.shelves.origin(*id, *format, name) != Some(Origin::Upstream),
        };
        let (groups, repository) = self.place(*id);
        own && groups.allow("PUBLISH", split(*format, name), &repository)
    }

    /// The package groups that hold for a repository, and its name.
    fn place(&self, id: RepositoryId) -> (Groups, String) {
        let Repository {
            domain,
            owner,
            name,
            ..
        } = self.account.get(id);
        let domain = self.account.domain(&domain, &owner);
        (domain.map(|domain| domain.groups).unwrap_or_default(), name)
    }

    /// Publishes a file to a repository, as CodeArtifact's rules let it.
    ///
    /// # Errors
    /// When the folder of packages or the machine's own index cannot be read.
    pub(crate) async fn publish(&self, id: RepositoryId, asset: Asset) -> Result<Publication> {
        Ok(match self.refusal(id, &asset).await? {
            Some(refused) => refused,
            None => Publication::Placed(self.shelves.publish(id, Arc::new(asset))),
        })
    }

    /// Takes a file of a version that is not finished yet, by the same rules.
    ///
    /// # Errors
    /// As [`Catalogue::publish`].
    pub(crate) async fn set_aside(&self, id: RepositoryId, asset: Asset) -> Result<Publication> {
        Ok(match self.refusal(id, &asset).await? {
            Some(refused) => refused,
            None => Publication::Placed(self.shelves.set_aside(id, Arc::new(asset))),
        })
    }

    /// What keeps a file from being published, or makes that needless.
    async fn refusal(&self, id: RepositoryId, asset: &Asset) -> Result<Option<Publication>> {
        let Asset { format, name, .. } = asset;
        if !self.may_publish(&(id, *format, name.clone())) {
            return Ok(Some(Publication::Blocked));
        }
        let is_same = |own: &&Arc<Asset>| own.filename == asset.filename;
        if let Some(own) = self.own(id, *format, name)?.iter().find(is_same) {
            return Ok(Some(Publication::Placed(compare(own, asset))));
        }
        let findings = self.look_up(id, *format, name).await?;
        let is_upstream = |found: &Found| {
            found.asset.version == asset.version && found.holder != Holder::Repository(id)
        };
        let is_upstream = findings.files.iter().any(is_upstream);
        Ok(is_upstream.then_some(Publication::Upstream))
    }

    /// The files that a repository itself holds of a package.
    pub(crate) fn own(
        &self,
        id: RepositoryId,
        format: Format,
        name: &str,
    ) -> Result<Vec<Arc<Asset>>> {
        let repository = self.account.get(id);
        let mut files = self.folder.find(Some(&repository.folder), format, name)?;
        files.extend(self.shelves.files(id, format, name));
        Ok(files)
    }

    /// Those of versions that package clients see.
    fn listed(&self, id: RepositoryId, format: Format, name: &str) -> Result<Vec<Arc<Asset>>> {
        let package = (id, format, name.to_owned());
        let mut files = self.own(id, format, name)?;
        files.retain(|asset| {
            let status = self.versions.status(&package, &asset.version);
            matches!(status.as_str(), "Published" | "Unlisted")
        });
        Ok(files)
    }

    async fn public(
        &self,
        format: Format,
        name: &str,
    ) -> Result<(Vec<Arc<Asset>>, Map<String, Value>)> {
        let files = self.folder.find(None, format, name)?;
        match &self.passthrough {
            Some(passthrough) if files.is_empty() && PassThrough::knows(format) => {
                passthrough.find(format, name).await
            }
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
        for keeper in keepers {
            for asset in &version {
                self.shelves.keep(keeper, asset);
            }
        }
        version
            .into_iter()
            .filter(|asset| matches!(asset.content(), Content::Folder(_)))
            .collect()
    }

    /// What came to each repository in this way: `format:name@version`, by `domain/repository`.
    pub(crate) fn list(&self, origin: Origin) -> BTreeMap<String, BTreeSet<String>> {
        let name = |id| {
            let repository = self.account.get(id);
            format!("{}/{}", repository.domain, repository.name)
        };
        let list = self.shelves.list(origin).into_iter();
        list.map(|(id, what)| (name(id), what)).collect()
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
}

/// A package's path, as package groups match it.
fn split(format: Format, whole: &str) -> (Format, &str, &str) {
    let (namespace, name) = split_name(format, whole);
    (format, namespace, name)
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
