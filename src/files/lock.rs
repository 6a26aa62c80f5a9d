//! One process at a time: an advisory lock on a file that stays.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::anyhow;

use super::explain_io;
use crate::error::{explain, with_hint};

/// How long a waiter sleeps between two looks. Waiters must be able to give up at their own
/// deadline, which a blocking `flock` cannot.
const LOOK_EVERY: Duration = Duration::from_millis(15);

/// Held until dropped, or until the process ends in whatever way.
#[derive(Debug)]
pub struct Lock(File);

impl Lock {
    /// Waits for the lock at `path` until `deadline`. The file is made if missing and never deleted:
    /// two processes that lock two different files of one name would both go ahead.
    ///
    /// # Errors
    /// `TimedOut` at the deadline; otherwise why the file cannot be locked.
    pub fn acquire(path: &Path, deadline: Instant) -> io::Result<Self> {
        let file = Self::open(path)?;
        loop {
            if Self::try_on(&file)? {
                return Ok(Self(file));
            }
            Self::still_time(Instant::now() < deadline)?;
            std::thread::sleep(LOOK_EVERY);
        }
    }

    /// As [`Lock::acquire`], leaving the thread to others while it waits.
    ///
    /// # Errors
    /// As [`Lock::acquire`].
    pub async fn acquire_async(path: &Path, deadline: tokio::time::Instant) -> io::Result<Self> {
        let file = Self::open(path)?;
        loop {
            if Self::try_on(&file)? {
                return Ok(Self(file));
            }
            Self::still_time(tokio::time::Instant::now() < deadline)?;
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// The lock at `path`, or `None` if another process holds it.
    ///
    /// # Errors
    /// Why the file cannot be locked.
    pub fn try_acquire(path: &Path) -> io::Result<Option<Self>> {
        let file = Self::open(path)?;
        Ok(Self::try_on(&file)?.then_some(Self(file)))
    }

    /// Whether the file at `path` is the one that is locked: who deletes it lets others lock another.
    pub fn is_at(&self, path: &Path) -> bool {
        let both = self
            .0
            .metadata()
            .and_then(|own| Ok((own, fs::metadata(path)?)));
        both.is_ok_and(|(own, found)| (own.dev(), own.ino()) == (found.dev(), found.ino()))
    }

    fn open(path: &Path) -> io::Result<File> {
        OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path)
    }

    fn try_on(file: &File) -> io::Result<bool> {
        match file.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn still_time(is_left: bool) -> io::Result<()> {
        if is_left {
            return Ok(());
        }
        Err(io::Error::new(
            io::ErrorKind::TimedOut,
            "another studio-mirror is still at work",
        ))
    }
}

/// Adds the mend that goes with a lock that cannot be had.
pub fn explain_lock(error: io::Error) -> anyhow::Error {
    if error.kind() == io::ErrorKind::TimedOut {
        return with_hint(
            anyhow!(error),
            "run the same command again; `pgrep -a studio-mirror` shows which one it waits for",
        );
    }
    let explained = explain_io(error);
    match explain(&explained).hint {
        Some(_) => explained,
        // Network file systems may be mounted without (`nolock`), and sandboxes may lack the call.
        None => with_hint(
            explained,
            "the file system must know locks (flock(2)): point HOME to one that does",
        ),
    }
}
