//! Who keeps tokens fresh in the background: a lock that the process holds for its life, and a file that tells
//! what it is about. Both are in the cache folder: one such process a user and machine.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};

use crate::files::{self, Lock, Mode};

/// How long a process that was told to end may take: it has nothing to finish.
const END_LIMIT: Duration = Duration::from_secs(5);

/// What the process tells about itself. No secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Its process id.
    pub pid: i32,
    /// Since when it runs, in seconds since 1970.
    pub started_at: u64,
    /// When it will renew next; `None` while there is nothing to renew.
    pub next_at: Option<u64>,
    /// How the last renewal went.
    pub last: Option<LastRun>,
}

/// One renewal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastRun {
    /// When, in seconds since 1970.
    pub at: u64,
    /// Why it failed, if it did.
    pub error: Option<String>,
}

/// Whether one runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Running {
    /// None does.
    No,
    /// One does, and tells this; `None` in the instant in which it starts.
    Yes(Option<Record>),
}

impl Running {
    /// Looks in the cache folder.
    pub fn find(cache: &Path) -> Self {
        // Who cannot lock cannot have started one either.
        match cache.is_dir().then(|| Lock::try_acquire(&lock_path(cache))) {
            Some(Ok(None)) => Self::Yes(Record::read(cache)),
            _ => Self::No,
        }
    }
}

impl Record {
    /// Reads it.
    pub fn read(cache: &Path) -> Option<Self> {
        let text = files::read_text(&record_path(cache)).ok()??;
        Self::parse(&text)
    }

    /// Reads its text. A number that stands for more than one process, or for init, is none of ours: signals would reach others.
    pub fn parse(text: &str) -> Option<Self> {
        let record: Self = serde_json::from_str(text).ok()?;
        (record.pid > 1).then_some(record)
    }

    /// Writes it.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, cache: &Path) -> anyhow::Result<()> {
        let text = serde_json::to_vec(self)?;
        files::write(&record_path(cache), &text, Mode::Private)?;
        Ok(())
    }
}

/// Ends the process that runs; `false` if none does.
///
/// # Errors
/// When it does not end.
pub fn stop(cache: &Path) -> anyhow::Result<bool> {
    let deadline = Instant::now() + END_LIMIT;
    loop {
        let record = match Running::find(cache) {
            Running::No => return Ok(false),
            Running::Yes(record) => record,
        };
        if let Some(pid) = record.and_then(|record| Pid::from_raw(record.pid)) {
            // The lock is held, so the process that wrote its number down is alive: it is no other's number.
            kill_process(pid, Signal::TERM).context("cannot end the background process")?;
            Lock::acquire(&lock_path(cache), deadline).map_err(|_| {
                anyhow!(
                    "the background process {} does not end",
                    pid.as_raw_nonzero()
                )
            })?;
            let _ = std::fs::remove_file(record_path(cache));
            return Ok(true);
        }
        if Instant::now() > deadline {
            return Err(anyhow!("the background process does not tell its number"));
        }
        std::thread::sleep(Duration::from_millis(15));
    }
}

/// What the process locks for its life.
pub fn lock_path(cache: &Path) -> PathBuf {
    cache.join("refresh.lock")
}

fn record_path(cache: &Path) -> PathBuf {
    // Not `.json`: those are tokens, and `logout` forgets them all.
    cache.join("refresh.record")
}
