//! What each repository holds, and how a package is found through upstreams.

use crate::account::{Account, RepositoryId};
use crate::asset::{Asset, Content};
use crate::names::Format;
use crate::packages::PackageFolder;
use crate::passthrough::PassThrough;
use crate::random;
use crate::shelves::{Origin, Placed, Shelves, compare};
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
        for id in self.account.search_order(repository, is_open) {
            add(
                &mut findings,
                &mut versions,
                self.own(id, format, name)?,
                Holder::Repository(id),
            );
            if format == Format::Npm {
                // Of a tag set here and upstream, upstream's counts.
                findings.tags.extend(self.shelves.tags(id, name));
            }
            if self.account.get(id).external == Some(format) && is_open(id) {
                let (files, tags) = self.public(format, name).await?;
                add(&mut findings, &mut versions, files, Holder::External(id));
                findings.tags.extend(tags);
            }
        }
        Ok(findings)
    }

    /// What was published to a repository stands alone there: nothing of that package comes from upstream.
    fn takes_from_upstream(&self, id: RepositoryId, format: Format, name: &str) -> bool {
        self.shelves.origin(id, format, name) != Some(Origin::Published)
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
        if self.shelves.origin(id, *format, name) == Some(Origin::Upstream) {
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

    fn own(&self, id: RepositoryId, format: Format, name: &str) -> Result<Vec<Arc<Asset>>> {
        let repository = self.account.get(id);
        let mut files = self.folder.find(Some(&repository.folder), format, name)?;
        files.extend(self.shelves.files(id, format, name));
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
