//! Folders that only their user can look into.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use anyhow::anyhow;
use rustix::fs::Access;

use super::{explain_io, make_folder};
use crate::error::with_hint;

/// Makes `folder` (and what is missing above it) with mode 0700, and checks that it is ours alone.
///
/// # Errors
/// When it cannot be made, is a symlink, is another user's, or is open to others.
pub fn make_private_dir(folder: &Path) -> io::Result<()> {
    make_folder(folder, 0o700)?;
    // What keeps us from looking says more than that it is not ours.
    fs::symlink_metadata(folder)?;
    if private_dir_is_ours(folder) {
        return Ok(());
    }
    Err(io::Error::new(
        io::ErrorKind::PermissionDenied,
        "the folder is not this user's alone (owner and mode 0700 are asked for)",
    ))
}

/// Adds the mend that goes with a `folder` that cannot be made private.
pub fn explain_private(folder: &Path, error: io::Error) -> anyhow::Error {
    let us = rustix::process::geteuid().as_raw();
    let is_ours = |kind: &fs::Metadata| kind.is_dir() && kind.uid() == us;
    match fs::symlink_metadata(folder) {
        Ok(kind) if is_ours(&kind) && kind.mode() & 0o077 != 0 => {
            let shown = folder.display();
            with_hint(
                anyhow!(error),
                format!("close it to others: chmod 700 '{shown}'"),
            )
        }
        _ => explain_io(error),
    }
}

/// Whether files can be made in `folder`: for root, too, not on a file system that is read-only.
///
/// # Errors
/// Why they cannot.
pub fn check_writable(folder: &Path) -> io::Result<()> {
    Ok(rustix::fs::access(
        folder,
        Access::WRITE_OK | Access::EXEC_OK,
    )?)
}

/// Whether `folder` is a real folder, of this user, closed to everybody else.
pub fn private_dir_is_ours(folder: &Path) -> bool {
    fs::symlink_metadata(folder).is_ok_and(|kind| {
        kind.is_dir()
            && kind.uid() == rustix::process::geteuid().as_raw()
            && kind.mode() & 0o077 == 0
    })
}

/// Whether `folder` lies in memory (tmpfs or ramfs): what it holds is gone with the machine.
pub fn is_memory_backed(folder: &Path) -> bool {
    /// From linux/magic.h.
    const TMPFS_MAGIC: u64 = 0x0102_1994;
    const RAMFS_MAGIC: u64 = 0x8584_58f6;
    rustix::fs::statfs(folder).is_ok_and(|fs| {
        let magic = fs.f_type as u64 & 0xffff_ffff;
        magic == TMPFS_MAGIC || magic == RAMFS_MAGIC
    })
}
