//! What each repository holds, and how a package is found through upstreams.

use crate::account::{Account, RepositoryId};
use crate::asset::{Asset, Content};
use crate::names::Format;
use crate::packages::PackageFolder;
use crate::passthrough::PassThrough;
use crate::random;
use anyhow::Result;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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
    /// The domains and repositories themselves.
    pub(crate) account: Account,
    folder: PackageFolder,
    passthrough: Option<PassThrough>,
    shelves: Mutex<HashMap<RepositoryId, Vec<Arc<Asset>>>>,
    presigned: Mutex<HashMap<String, Arc<Asset>>>,
    /// npm's tags of packages that were published, by repository and package.
    tags: Mutex<HashMap<(RepositoryId, String), Map<String, Value>>>,
}

impl Catalogue {
    pub(crate) fn new(
        account: Account,
        packages: Option<PathBuf>,
        passthrough: Option<PassThrough>,
    ) -> Catalogue {
        Catalogue {
            account,
            folder: PackageFolder::new(packages),
            passthrough,
            shelves: Mutex::default(),
            presigned: Mutex::default(),
            tags: Mutex::default(),
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
        for id in self.account.search_order(repository) {
            add(
                &mut findings,
                &mut versions,
                self.own(id, format, name)?,
                Holder::Repository(id),
            );
            findings.tags.extend(self.own_tags(id, name));
            // Package origin controls: what was published here is not taken from upstream as well.
            if findings.files.iter().any(|found| found.asset.is_published) {
                break;
            }
            if self.account.get(id).external == Some(format) {
                let (files, tags) = self.public(format, name).await?;
                add(&mut findings, &mut versions, files, Holder::External(id));
                findings.tags.extend(tags);
            }
        }
        Ok(findings)
    }

    /// Puts a package that a client sent into a repository; `false` if it has this file already.
    pub(crate) fn publish(&self, id: RepositoryId, asset: Asset) -> bool {
        let mut shelves = self.shelves();
        let shelf = shelves.entry(id).or_default();
        let is_same = |kept: &Arc<Asset>| {
            kept.format == asset.format
                && kept.name == asset.name
                && kept.filename == asset.filename
        };
        if shelf.iter().any(is_same) {
            return false;
        }
        shelf.push(Arc::new(asset));
        true
    }

    /// Sets a tag of an npm package.
    pub(crate) fn tag(&self, id: RepositoryId, name: &str, tag: &str, version: &str) {
        let mut tags = self.tags.lock().unwrap_or_else(PoisonError::into_inner);
        let of_package = tags.entry((id, name.to_owned())).or_default();
        of_package.insert(tag.to_owned(), version.into());
    }

    fn own_tags(&self, id: RepositoryId, name: &str) -> Map<String, Value> {
        let tags = self.tags.lock().unwrap_or_else(PoisonError::into_inner);
        tags.get(&(id, name.to_owned()))
            .cloned()
            .unwrap_or_default()
    }

    fn own(&self, id: RepositoryId, format: Format, name: &str) -> Result<Vec<Arc<Asset>>> {
        let repository = self.account.get(id);
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
            let repository = self.account.get(*id);
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
