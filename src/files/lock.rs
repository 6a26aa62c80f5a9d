//! One process at a time: an advisory lock on a file that stays.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long a waiter sleeps between two looks. Waiters must be able to give up at their own
/// deadline, which a blocking `flock` cannot.
const LOOK_EVERY: Duration = Duration::from_millis(15);

/// Held until dropped, or until the process ends in whatever way.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "held for its drop")] File);

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
