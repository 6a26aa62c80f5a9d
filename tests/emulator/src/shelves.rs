//! What lies in each repository, of any format: what clients published to it, what it keeps from upstream, npm's tags.

use crate::account::RepositoryId;
use crate::asset::Asset;
use crate::names::Format;
use axum::body::Bytes;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How the first version of a package came to a repository. CodeArtifact's package origin controls follow from it:
/// a published package takes nothing from upstream any more, one from upstream cannot be published to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Published,
    Upstream,
}

/// What became of a file that was published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Placed {
    New,
    /// The same bytes lie there under this name already; nothing changed.
    Same,
    /// Other bytes lie there under this name; they stay.
    Conflict,
}

/// The files and tags of all repositories.
#[derive(Debug, Default)]
pub(crate) struct Shelves {
    shelves: Mutex<HashMap<RepositoryId, Shelf>>,
}

#[derive(Debug, Default)]
struct Shelf {
    files: Vec<(Origin, Arc<Asset>)>,
    /// By package.
    tags: HashMap<String, Map<String, Value>>,
    /// Maven: files of versions that are not finished yet.
    unfinished: Vec<Arc<Asset>>,
    /// Maven: the lists of builds, by package and snapshot.
    builds: HashMap<(String, String), Bytes>,
}

impl Shelf {
    fn of<'a>(
        &'a self,
        format: Format,
        name: &'a str,
    ) -> impl Iterator<Item = &'a (Origin, Arc<Asset>)> {
        self.files
            .iter()
            .filter(move |(_, asset)| asset.format == format && asset.name == name)
    }

    fn find(&self, asset: &Asset) -> Option<&Arc<Asset>> {
        let is_same = |kept: &&Arc<Asset>| {
            (kept.format, &kept.name, &kept.version, &kept.filename)
                == (asset.format, &asset.name, &asset.version, &asset.filename)
        };
        self.files.iter().map(|(_, kept)| kept).find(is_same)
    }
}

impl Shelves {
    /// The files of a package.
    pub(crate) fn files(&self, id: RepositoryId, format: Format, name: &str) -> Vec<Arc<Asset>> {
        let shelves = self.lock();
        let of = |shelf: &Shelf| -> Vec<_> {
            shelf
                .of(format, name)
                .map(|(_, asset)| asset.clone())
                .collect()
        };
        shelves.get(&id).map(of).unwrap_or_default()
    }

    /// The formats and names of all packages.
    pub(crate) fn packages(&self, id: RepositoryId) -> BTreeSet<(Format, String)> {
        let shelves = self.lock();
        let files = shelves.get(&id).map(|shelf| &shelf.files);
        let package = |(_, asset): &(Origin, Arc<Asset>)| (asset.format, asset.name.clone());
        files.into_iter().flatten().map(package).collect()
    }

    /// Takes the files of a version away.
    pub(crate) fn remove(&self, id: RepositoryId, format: Format, name: &str, version: &str) {
        let mut shelves = self.lock();
        let is_meant = |asset: &Asset| {
            (asset.format, &*asset.name, &*asset.version) == (format, name, version)
        };
        if let Some(shelf) = shelves.get_mut(&id) {
            shelf.files.retain(|(_, asset)| !is_meant(asset));
        }
    }

    /// How a package first came to a repository; `None` while nothing of it has.
    pub(crate) fn origin(&self, id: RepositoryId, format: Format, name: &str) -> Option<Origin> {
        let shelves = self.lock();
        let (origin, _) = shelves.get(&id)?.of(format, name).next()?;
        Some(*origin)
    }

    /// Keeps a file from upstream, unless one of its name is there.
    pub(crate) fn keep(&self, id: RepositoryId, asset: &Arc<Asset>) {
        let mut shelves = self.lock();
        let shelf = shelves.entry(id).or_default();
        if shelf.find(asset).is_none() {
            shelf.files.push((Origin::Upstream, asset.clone()));
        }
    }

    /// Puts a file there that a client published.
    pub(crate) fn publish(&self, id: RepositoryId, asset: Arc<Asset>) -> Placed {
        let mut shelves = self.lock();
        let shelf = shelves.entry(id).or_default();
        match shelf.find(&asset) {
            None => {
                shelf.files.push((Origin::Published, asset));
                Placed::New
            }
            Some(kept) => compare(kept, &asset),
        }
    }

    /// Maven: takes a file of a version that is not finished yet.
    pub(crate) fn set_aside(&self, id: RepositoryId, asset: Arc<Asset>) -> Placed {
        let mut shelves = self.lock();
        let shelf = shelves.entry(id).or_default();
        let of_name =
            |kept: &&Arc<Asset>| (&kept.name, &kept.filename) == (&asset.name, &asset.filename);
        match shelf.unfinished.iter().find(of_name) {
            Some(kept) => compare(kept, &asset),
            None => {
                shelf.unfinished.push(asset);
                Placed::New
            }
        }
    }

    /// Maven: publishes what was set aside of these versions.
    pub(crate) fn finish(&self, id: RepositoryId, name: &str, versions: &[&str]) {
        let mut shelves = self.lock();
        let shelf = shelves.entry(id).or_default();
        let is_meant = |asset: &mut Arc<Asset>| {
            asset.name == name && versions.contains(&asset.version.as_str())
        };
        let finished: Vec<_> = shelf.unfinished.extract_if(.., is_meant).collect();
        let published = finished.into_iter().map(|asset| (Origin::Published, asset));
        shelf.files.extend(published);
    }

    /// Maven: a file that was published or set aside.
    pub(crate) fn maven_file(
        &self,
        id: RepositoryId,
        name: &str,
        filename: &str,
    ) -> Option<Arc<Asset>> {
        let shelves = self.lock();
        let shelf = shelves.get(&id)?;
        let published = shelf.of(Format::Maven, name).map(|(_, asset)| asset);
        let mut all = published.chain(&shelf.unfinished);
        all.find(|asset| asset.name == name && asset.filename == filename)
            .cloned()
    }

    /// Maven: the list of a snapshot's builds, as its client sent it last.
    pub(crate) fn builds(&self, id: RepositoryId, name: &str, snapshot: &str) -> Option<Bytes> {
        let shelves = self.lock();
        let key = (name.to_owned(), snapshot.to_owned());
        shelves.get(&id)?.builds.get(&key).cloned()
    }

    /// Maven: keeps that list.
    pub(crate) fn set_builds(&self, id: RepositoryId, name: &str, snapshot: &str, list: Bytes) {
        let mut shelves = self.lock();
        let builds = &mut shelves.entry(id).or_default().builds;
        builds.insert((name.to_owned(), snapshot.to_owned()), list);
    }

    /// npm's tags of a package, as set in this repository.
    pub(crate) fn tags(&self, id: RepositoryId, name: &str) -> Map<String, Value> {
        let shelves = self.lock();
        let tags = shelves.get(&id).and_then(|shelf| shelf.tags.get(name));
        tags.cloned().unwrap_or_default()
    }

    /// Sets a tag of an npm package.
    pub(crate) fn tag(&self, id: RepositoryId, name: &str, tag: &str, version: &str) {
        let mut shelves = self.lock();
        let tags = &mut shelves.entry(id).or_default().tags;
        tags.entry(name.into())
            .or_default()
            .insert(tag.into(), version.into());
    }

    /// Takes a tag of an npm package away; `false` when it was not set here.
    pub(crate) fn untag(&self, id: RepositoryId, name: &str, tag: &str) -> bool {
        let mut shelves = self.lock();
        let tags = shelves
            .get_mut(&id)
            .and_then(|shelf| shelf.tags.get_mut(name));
        tags.is_some_and(|tags| tags.remove(tag).is_some())
    }

    /// What came to each repository in this way, as `format:name@version`.
    pub(crate) fn list(&self, wanted: Origin) -> BTreeMap<RepositoryId, BTreeSet<String>> {
        let mut list: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for (id, shelf) in self.lock().iter() {
            for (_, asset) in shelf.files.iter().filter(|(origin, _)| *origin == wanted) {
                let Asset {
                    format,
                    name,
                    version,
                    ..
                } = asset.as_ref();
                let what = format!("{format}:{name}@{version}");
                list.entry(*id).or_default().insert(what);
            }
        }
        list
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<RepositoryId, Shelf>> {
        self.shelves.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What publishing `new` over a file of the same name comes to.
pub(crate) fn compare(kept: &Asset, new: &Asset) -> Placed {
    match kept.sha256.is_some() && kept.sha256 == new.sha256 {
        true => Placed::Same,
        false => Placed::Conflict,
    }
}
