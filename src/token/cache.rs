//! The token cache: one private file a token, in memory where the user has such storage.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use tokio::time::Instant;

use super::{Token, TokenRequest, is_token};
use crate::files::{self, Lock, Mode};

/// How the name of a client's file ends.
const CLIENTS_FILE: &str = "conf";

/// A cache folder, private to the user.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

/// Whose turn it is to mint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Everybody's.
    First,
    /// That of those for whom the first was taken for too long.
    Second,
}

impl Place {
    /// In the order in which they are asked for.
    pub const ALL: [Self; 2] = [Self::First, Self::Second];

    fn extension(self) -> &'static str {
        match self {
            Self::First => "lock",
            Self::Second => "second.lock",
        }
    }
}

/// Where to cache: in `known`, the folder of an earlier login; else in the session's runtime folder or
/// one of the user's own in /dev/shm: the first that lies in memory and is closed to others. Else in
/// `home_cache`, which need not lie in memory where an earlier login took it, either.
pub fn cache_folder(
    known: Option<&Path>,
    runtime_dir: Option<&Path>,
    home_cache: &Path,
) -> PathBuf {
    if let Some(known) = known
        && match known == home_cache {
            true => files::make_private_dir(known).is_ok(),
            false => can_be_in_memory(known),
        }
    {
        return known.to_owned();
    }
    let uid = rustix::process::geteuid().as_raw();
    let runtime = runtime_dir
        .filter(|dir| dir.is_absolute() && files::private_dir_is_ours(dir))
        .map(|dir| dir.join("studio-mirror"));
    let shared_memory = Path::new("/dev/shm").join(format!("studio-mirror-{uid}"));
    runtime
        .into_iter()
        .chain([shared_memory])
        .find(|folder| can_be_in_memory(folder))
        .unwrap_or_else(|| home_cache.to_owned())
}

/// Whether `folder`, which is made, lies in memory and is this user's alone.
fn can_be_in_memory(folder: &Path) -> bool {
    // Looked at before anything is made: nothing is left where nothing will be kept.
    folder.parent().is_some_and(files::is_memory_backed)
        && files::make_private_dir(folder).is_ok()
        && files::is_memory_backed(folder)
}

impl Store {
    /// The cache in `folder`; nothing is made yet.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// The cached token for `request`, whatever its age. Anything odd counts as no token.
    pub fn read(&self, request: &TokenRequest) -> Option<Token> {
        parse(&read_private(&self.path(request))?)
    }

    /// Keeps `token` for `request`.
    ///
    /// # Errors
    /// When the folder is not private or cannot be written.
    pub fn write(&self, request: &TokenRequest, token: &Token) -> anyhow::Result<()> {
        files::make_private_dir(&self.folder)?;
        write_private(&self.path(request), &serde_json::to_vec(token)?)
    }

    /// Keeps `text`, a client's file with tokens in it, under `name`, and says where. Written only where it says something else:
    /// many may read it now.
    ///
    /// # Errors
    /// As [`Store::write`]; `TimedOut` at `deadline`.
    pub fn keep_file(
        &self,
        name: &str,
        text: &str,
        deadline: std::time::Instant,
    ) -> anyhow::Result<PathBuf> {
        files::make_private_dir(&self.folder)?;
        let path = self.folder.join(format!("{name}.{CLIENTS_FILE}"));
        let is_kept = || read_private(&path).is_some_and(|kept| kept == text.as_bytes());
        if !is_kept() {
            let _lock = Lock::acquire(&path.with_extension("lock"), deadline)?;
            if !is_kept() {
                files::remove_litter(&path);
                write_private(&path, text.as_bytes())?;
            }
        }
        Ok(path)
    }

    /// Lets one process at a time, in each `place`, mint the token for `request`.
    ///
    /// # Errors
    /// `TimedOut` at `deadline`; otherwise why there can be no lock.
    pub async fn lock(
        &self,
        request: &TokenRequest,
        place: Place,
        deadline: Instant,
    ) -> io::Result<Lock> {
        files::make_private_dir(&self.folder)?;
        let path = self.path(request);
        let lock = Lock::acquire_async(&path.with_extension(place.extension()), deadline).await?;
        if place == Place::First {
            files::remove_litter(&path);
        }
        Ok(lock)
    }

    /// Forgets the token for `request`.
    pub fn forget(&self, request: &TokenRequest) {
        // Nothing there is as good as forgotten.
        let _ = fs::remove_file(self.path(request));
    }

    /// Forgets every token: those that `token` got for other settings, and those of renewed keys, too.
    pub fn forget_all(&self) {
        let files = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        for path in files.map(|file| file.path()) {
            // Locks stay: two processes that lock two files of one name would both go ahead.
            if path
                .extension()
                .is_some_and(|end| end == "json" || end == CLIENTS_FILE)
            {
                let _ = fs::remove_file(path);
            }
        }
    }

    /// Where the token for `request` is kept.
    pub fn path(&self, request: &TokenRequest) -> PathBuf {
        self.folder.join(format!("{}.json", request.cache_name()))
    }
}

/// What is in a file that is this user's alone.
fn read_private(path: &Path) -> Option<Vec<u8>> {
    let kind = fs::symlink_metadata(path).ok()?;
    let us = rustix::process::geteuid().as_raw();
    if !kind.is_file() || kind.uid() != us || kind.mode() & 0o077 != 0 {
        return None;
    }
    fs::read(path).ok()
}

/// Never through a symlink: [`read_private`] would not follow it either.
fn write_private(path: &Path, text: &[u8]) -> anyhow::Result<()> {
    if fs::symlink_metadata(path).is_ok_and(|kind| kind.is_symlink()) {
        fs::remove_file(path)?;
    }
    files::write(path, text, Mode::Private)?;
    Ok(())
}

/// Parses a cached token; what could not have come from CodeArtifact is none.
pub fn parse(text: &[u8]) -> Option<Token> {
    serde_json::from_slice(text)
        .ok()
        .filter(|token: &Token| is_token(token.token.expose()))
}
