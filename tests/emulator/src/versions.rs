//! The states of package versions and the origin controls of single packages, where they are not what they are by default.

use crate::account::RepositoryId;
use crate::asset::Asset;
use crate::names::Format;
use crate::random::to_hex;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A package of a repository: by its format and its whole name, namespace included.
pub(crate) type Package = (RepositoryId, Format, String);

/// What a package's own origin controls let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Controls {
    pub(crate) publish: bool,
    pub(crate) upstream: bool,
}

/// The states that are kept.
#[derive(Debug, Default)]
pub(crate) struct Versions {
    states: Mutex<HashMap<(Package, String), String>>,
    controls: Mutex<HashMap<Package, Controls>>,
}

impl Versions {
    /// A version's status: Published unless something else was said.
    pub(crate) fn status(&self, package: &Package, version: &str) -> String {
        let states = lock(&self.states);
        let status = states.get(&(package.clone(), version.to_owned()));
        status.cloned().unwrap_or_else(|| "Published".into())
    }

    pub(crate) fn set_status(&self, package: &Package, version: &str, status: &str) {
        let key = (package.clone(), version.to_owned());
        lock(&self.states).insert(key, status.into());
    }

    /// Forgets a version that is deleted.
    pub(crate) fn forget(&self, package: &Package, version: &str) {
        lock(&self.states).remove(&(package.clone(), version.to_owned()));
    }

    /// The versions of a package that nothing but their state is left of.
    pub(crate) fn disposed(&self, package: &Package) -> Vec<String> {
        let states = lock(&self.states);
        let is_meant = |((of, _), status): &(&(Package, String), &String)| {
            of == package && *status == "Disposed"
        };
        let disposed = states.iter().filter(is_meant);
        disposed.map(|((_, version), _)| version.clone()).collect()
    }

    /// The origin controls that were set for a package.
    pub(crate) fn controls(&self, package: &Package) -> Option<Controls> {
        lock(&self.controls).get(package).copied()
    }

    pub(crate) fn set_controls(&self, package: Package, controls: Controls) {
        lock(&self.controls).insert(package, controls);
    }
}

/// A version's revision: another one for every change of its files.
pub(crate) fn revision(files: &[Arc<Asset>]) -> String {
    let mut names: Vec<_> = files
        .iter()
        .map(|asset| format!("{} {:?}\n", asset.filename, asset.sha256))
        .collect();
    names.sort();
    // AWS's is shorter than a whole digest.
    to_hex(&Sha256::digest(names.concat().as_bytes())[..20])
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
