//! Folders that only their user can look into.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::Path;

/// Makes `folder` (and what is missing above it) with mode 0700, and checks that it is ours alone.
///
/// # Errors
/// When it cannot be made, is a symlink, is another user's, or is open to others.
pub fn make_private_dir(folder: &Path) -> io::Result<()> {
    match fs::DirBuilder::new()
        .mode(0o700)
        .recursive(true)
        .create(folder)
    {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    if private_dir_is_ours(folder) {
        return Ok(());
    }
    Err(io::Error::new(
        io::ErrorKind::PermissionDenied,
        "the folder is not this user's alone (owner and mode 0700 are asked for)",
    ))
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
