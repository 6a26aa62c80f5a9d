//! The file: private, whole, and changed by one command at a time.

use std::fs::{Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail};
use rustix::fs::OFlags;

use super::State;
use crate::error::with_hint;
use crate::files::{self, Lock, Mode};

/// How long a command waits for another one that is changing files.
const LOCK_LIMIT: Duration = Duration::from_secs(8);

impl State {
    /// Where it is kept below `folder`.
    pub fn path(folder: &Path) -> PathBuf {
        folder.join("state.json")
    }

    /// Reads the state below `folder`; empty if there is none, and where this user could never have left one.
    ///
    /// # Errors
    /// When somebody else could have written it, or it does not parse.
    pub fn read(folder: &Path) -> anyhow::Result<Self> {
        let path = Self::path(folder);
        let shown = path.display();
        // A pipe put there must not hang every command; what it is, is looked at below.
        let nonblocking = i32::from_ne_bytes(OFlags::NONBLOCK.bits().to_ne_bytes());
        let opened = OpenOptions::new()
            .read(true)
            .custom_flags(nonblocking)
            .open(&path);
        let mut file = match opened {
            Ok(file) => file,
            Err(error) if files::is_absent(&error) => return Ok(Self::default()),
            Err(error) => {
                let is_denied = error.kind() == io::ErrorKind::PermissionDenied;
                if is_denied && is_in_anothers_home(&path) {
                    return Ok(Self::default());
                }
                let error = anyhow!(error).context(format!("cannot read `{shown}`"));
                bail!(match is_denied {
                    true => with_hint(error, what_to_do_about_closed(&path)),
                    false => error,
                });
            }
        };
        let kind = file
            .metadata()
            .with_context(|| format!("cannot read `{shown}`"))?;
        if !kind.is_file() {
            bail!(with_hint(
                anyhow!("`{shown}` is no file"),
                format!(
                    "look what it is (`ls -ld '{shown}'`), move it away, then run `studio-mirror login`"
                ),
            ));
        }
        if !is_private(&kind) && !is_closed_in(&path, &kind) {
            bail!(with_hint(
                anyhow!("`{shown}` is not private; somebody else could have written it"),
                what_to_do_about_open(&path, &kind),
            ));
        }
        let mut text = Vec::new();
        file.read_to_end(&mut text)
            .with_context(|| format!("cannot read `{shown}`"))?;
        Self::parse(&text).map_err(|error| {
            with_hint(
                error.context(format!("`{shown}` is damaged")),
                format!(
                    "keep it, it alone says what `logout` has to give back: `mv '{shown}' '{shown}.damaged'`, \
                     then run `studio-mirror login`"
                ),
            )
        })
    }

    /// Writes the state below `folder`, which is made private; deletes it when nothing is left to remember.
    ///
    /// # Errors
    /// When the folder or file cannot be written.
    pub fn write(&self, folder: &Path) -> anyhow::Result<()> {
        let path = Self::path(folder);
        if *self == Self::default() {
            return match std::fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    Err(error).with_context(|| format!("cannot delete `{}`", path.display()))
                }
                _ => Ok(()),
            };
        }
        let mut text = serde_json::to_vec_pretty(self)?;
        text.push(b'\n');
        files::write(&path, &text, Mode::Private)?;
        Ok(())
    }

    /// Lets nobody else change files until the lock is dropped; sweeps up after a killed predecessor.
    ///
    /// # Errors
    /// When the folder cannot be made private, or another command holds the lock for too long.
    pub fn lock(folder: &Path) -> anyhow::Result<Lock> {
        refuse_home_kept_by_sudo(folder)?;
        files::make_private_dir(folder)
            .map_err(|error| files::explain_private(folder, error))
            .with_context(|| format!("cannot use `{}`", folder.display()))?;
        let lock = Lock::acquire(&folder.join("lock"), Instant::now() + LOCK_LIMIT)
            .map_err(files::explain_lock)
            .with_context(|| format!("cannot lock `{}`", folder.join("lock").display()))?;
        files::remove_litter(&Self::path(folder));
        Ok(lock)
    }
}

/// Who owns what is at `path`.
fn owner(path: &Path) -> Option<u32> {
    std::fs::symlink_metadata(path).ok().map(|kind| kind.uid())
}

/// What lets this user not in: what lies in a closed folder cannot be looked at, only the folder itself.
fn closed(path: &Path) -> &Path {
    let seen = path.ancestors().find(|path| owner(path).is_some());
    seen.unwrap_or(path)
}

/// Whether HOME is somebody else's and closed, as an image may name one for all users: what is closed, and every folder above it,
/// is not this user's. One in a home of theirs counts as theirs, whoever closed it: their login is not to be taken for none.
fn is_in_anothers_home(path: &Path) -> bool {
    let us = rustix::process::geteuid().as_raw();
    let closed = closed(path);
    closed != path && closed.ancestors().all(|folder| owner(folder) != Some(us))
}

/// Whether nobody else could have written, or could read, a file of this `kind`.
fn is_private(kind: &Metadata) -> bool {
    let us = rustix::process::geteuid().as_raw();
    (kind.uid() == us || kind.uid() == 0) && kind.mode() & 0o077 == 0
}

/// Whether the opened file is ours and lies in a folder that nobody else can enter: whatever its mode says (`chmod -R`, a copy),
/// nobody else can get at it. The next write closes it.
fn is_closed_in(path: &Path, opened: &Metadata) -> bool {
    let us = rustix::process::geteuid().as_raw();
    let is_it = |named: Metadata| (named.dev(), named.ino()) == (opened.dev(), opened.ino());
    opened.uid() == us
        && opened.nlink() == 1
        && std::fs::symlink_metadata(path).is_ok_and(is_it)
        && path.parent().is_some_and(files::private_dir_is_ours)
}

/// The next step where others could have written `path`.
fn what_to_do_about_open(path: &Path, kind: &Metadata) -> String {
    let us = rustix::process::geteuid().as_raw();
    let (file, folder) = (path.display(), path.parent().unwrap_or(path).display());
    match kind.uid() == us {
        true => format!(
            "look at it, and close it if nobody has: chmod 600 '{file}'; chmod go= '{folder}'"
        ),
        false => what_to_do_about_closed(path),
    }
}

/// The next step where `path`, or a folder above it, lets this user not in.
fn what_to_do_about_closed(path: &Path) -> String {
    let us = rustix::process::geteuid().as_raw();
    let closed = closed(path);
    let is_in_ours = closed.parent().and_then(owner) == Some(us);
    let shown = closed.display();
    match owner(closed) {
        // As a command by sudo leaves it that has kept this user's HOME.
        Some(0) if is_in_ours => {
            format!("`{shown}` has become root's; take it back: sudo chown -R {us} '{shown}'")
        }
        Some(owner) if owner == us => format!("let yourself in: chmod u+rwX '{shown}'"),
        _ => format!("look whose it is: ls -ld '{shown}'"),
    }
}

/// `sudo` may keep the caller's HOME: root's files there would lock that user out of their own logins.
///
/// # Errors
/// When this runs as root by `sudo` and `folder` is, or would be, in the caller's home.
pub fn refuse_home_kept_by_sudo(folder: &Path) -> anyhow::Result<()> {
    let caller: Option<u32> = std::env::var("SUDO_UID")
        .ok()
        .and_then(|uid| uid.parse().ok());
    let caller = caller.filter(|uid| *uid != 0 && rustix::process::geteuid().is_root());
    let owner = folder
        .ancestors()
        .find_map(|folder| std::fs::metadata(folder).ok())
        .map(|kind| kind.uid());
    if caller.is_none() || caller != owner {
        return Ok(());
    }
    bail!(with_hint(
        anyhow!(
            "this runs as root by sudo, and `{}` is in another user's home",
            folder.display()
        ),
        "run it without sudo, or with `sudo -H` for root's own files",
    ))
}
