//! Who keeps tokens fresh in the background: a lock that the process holds for its life, and a file that tells
//! what it is about. Both are in the cache folder, which is one machine's, and named after the home, whose files it renews: one
//! such process a home and machine.

use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::with_hint;
use crate::files::{self, Lock, Mode};

/// How long a process that was told to end may take: it has nothing to finish.
const END_LIMIT: Duration = Duration::from_secs(5);

/// What the process tells about itself. No secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Its process id.
    pub pid: i32,
    /// Whose files it renews; the first versions did not tell.
    #[serde(default)]
    pub home: Option<PathBuf>,
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
    /// Looks in the cache folder for the one of this home.
    pub fn find(cache: &Path, home: &Path) -> Self {
        let posts = [Post::of(cache, home), Post::of_first_versions(cache)];
        let held = posts.iter().find(|post| post.is_held());
        held.map_or(Self::No, |post| Self::Yes(post.record()))
    }
}

/// Where the process of one home has its lock and its record.
#[derive(Clone, Debug)]
pub struct Post {
    lock: PathBuf,
    record: PathBuf,
}

impl Post {
    /// That of this home's process.
    pub fn of(cache: &Path, home: &Path) -> Self {
        // However HOME spells it.
        let home = std::fs::canonicalize(home).unwrap_or_else(|_| home.to_owned());
        let hash = Sha256::digest(home.as_os_str().as_bytes());
        Self::named(cache, &format!("refresh-{}", hex::encode(&hash[..8])))
    }

    /// That of the first versions, who had one for all homes of a user. It is taken for this home's: after an upgrade there
    /// must not be two.
    pub fn of_first_versions(cache: &Path) -> Self {
        Self::named(cache, "refresh")
    }

    fn named(cache: &Path, name: &str) -> Self {
        Self {
            lock: cache.join(format!("{name}.lock")),
            // Not `.json`: those are tokens, and `logout` forgets them all.
            record: cache.join(format!("{name}.record")),
        }
    }

    /// Takes it; `None` if another process holds it.
    ///
    /// # Errors
    /// When the lock cannot be locked.
    pub fn take(&self) -> std::io::Result<Option<Lock>> {
        let lock = Lock::try_acquire(&self.lock)?;
        if lock.is_some() {
            // A predecessor that was killed has left its number, which may be another process's by now.
            self.leave();
        }
        Ok(lock)
    }

    /// Whether a process holds it.
    pub fn is_held(&self) -> bool {
        // Who cannot lock cannot have started one either.
        self.lock.exists() && matches!(Lock::try_acquire(&self.lock), Ok(None))
    }

    /// The file that is locked.
    pub fn lock_file(&self) -> &Path {
        &self.lock
    }

    /// Whether `lock`, once taken here, still is what others find here.
    pub fn is_kept_by(&self, lock: &Lock) -> bool {
        lock.is_at(&self.lock)
    }

    /// Whether the process of that number has the lock's file open: a number alone may be another's, of a process that came later,
    /// or of a container that shares the cache and counts its processes by itself.
    fn is_open_in(&self, pid: Pid) -> bool {
        let Ok(lock) = std::fs::metadata(&self.lock) else {
            return false;
        };
        let files = std::fs::read_dir(format!("/proc/{}/fd", pid.as_raw_nonzero()));
        let mut files = files.into_iter().flatten().flatten();
        files.any(|file| {
            let open = std::fs::metadata(file.path());
            open.is_ok_and(|open| (open.dev(), open.ino()) == (lock.dev(), lock.ino()))
        })
    }

    /// What its process tells.
    pub fn record(&self) -> Option<Record> {
        Record::read(&self.record)
    }

    /// Tells it.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn tell(&self, record: &Record) -> anyhow::Result<()> {
        let text = serde_json::to_vec(record)?;
        files::write(&self.record, &text, Mode::Private)?;
        Ok(())
    }

    /// Leaves no record behind. The lock stays, as locks do.
    pub fn leave(&self) {
        let _ = std::fs::remove_file(&self.record);
    }
}

impl Record {
    fn read(path: &Path) -> Option<Self> {
        let text = files::read_text(path).ok()??;
        Self::parse(&text)
    }

    /// Reads its text. A number that stands for more than one process, or for init, is none of ours: signals would reach others.
    pub fn parse(text: &str) -> Option<Self> {
        let record: Self = serde_json::from_str(text).ok()?;
        (record.pid > 1).then_some(record)
    }
}

/// Ends the process that runs for this home, and an older version's; `false` if none does.
///
/// # Errors
/// When one does not end.
pub fn stop(cache: &Path, home: &Path) -> anyhow::Result<bool> {
    let own = stop_at(&Post::of(cache, home))?;
    let older = stop_at(&Post::of_first_versions(cache))?;
    Ok(own || older)
}

fn stop_at(post: &Post) -> anyhow::Result<bool> {
    let deadline = Instant::now() + END_LIMIT;
    while post.is_held() {
        let told = post.record();
        let told = told.and_then(|record| Pid::from_raw(record.pid));
        if let Some(pid) = told.filter(|pid| post.is_open_in(*pid)) {
            kill_process(pid, Signal::TERM).context("cannot end the background process")?;
            Lock::acquire(&post.lock, deadline).map_err(|_| {
                let pid = pid.as_raw_nonzero();
                let error = anyhow!("the background process {pid} does not end");
                with_hint(error, format!("end it by force: kill -9 {pid}"))
            })?;
            post.leave();
            return Ok(true);
        }
        // Who has just started has not told its number yet.
        if Instant::now() > deadline {
            let lock = post.lock.display();
            let error = anyhow!("the background process that holds `{lock}` runs elsewhere");
            let hint = "run `studio-mirror refresh --stop` in the container that it was started in";
            return Err(with_hint(error, hint));
        }
        std::thread::sleep(Duration::from_millis(15));
    }
    Ok(false)
}
