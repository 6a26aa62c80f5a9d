//! Replaces a file so that whoever looks sees the old text or the new, whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use rustix::fs::{AtFlags, CWD, OFlags};

use super::{follow_links, is_missing, present};
use crate::error::with_hint;

/// What the file's permissions shall be after a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// 0600, whatever it was: the text holds a secret.
    Private,
    /// As the existing file has it; 0600 for a new one.
    Keep,
    /// As the existing file has it, with everybody let in to read; 0644 for a new one, and 0755 for the folders on the way.
    Shared,
    /// Exactly these permission bits.
    Exactly(u32),
}

/// Writes `text` to `path`: a nameless file in the same folder, synced, named and renamed into
/// place. A symlink stays one; its target is replaced. Missing folders are made and returned, outermost first.
///
/// # Errors
/// When a folder or the file cannot be written; the old file is then untouched.
pub fn write(path: &Path, text: &[u8], mode: Mode) -> anyhow::Result<Vec<PathBuf>> {
    let target = follow_links(path)?;
    let made = make_folders(&target, if mode == Mode::Shared { 0o755 } else { 0o700 })?;
    replace(&target, text, mode)
        .map_err(explain_io)
        .with_context(|| format!("cannot write `{}`", path.display()))?;
    Ok(made)
}

/// Deletes what a killed `write` to `path` may have left beside it: a whole copy under a name
/// that only we use. Call it under the lock that guards `path`.
pub fn remove_litter(path: &Path) {
    if let Ok(target) = follow_links(path) {
        // Absent in all but the rarest case, and nothing to do about a failure.
        let _ = fs::remove_file(temporary_name(&target));
    }
}

fn replace(target: &Path, text: &[u8], mode: Mode) -> io::Result<()> {
    // One that cannot be looked at must not be taken for none: its mode and owner would be lost.
    let before = present(fs::metadata(target))?;
    let owner = before
        .as_ref()
        .filter(|before| keeps_owner(before, target, mode));
    let permissions = match (mode, &before) {
        (Mode::Private, _) | (Mode::Keep, None) => 0o600,
        (Mode::Keep, Some(before)) => before.mode() & 0o7777,
        (Mode::Shared, None) => 0o644,
        (Mode::Shared, Some(before)) => before.mode() & 0o7777 | 0o444,
        (Mode::Exactly(bits), _) => bits,
    };
    let temporary = temporary_name(target);
    let mut file = match nameless_file(target) {
        Ok(file) => file,
        // Some file systems (NFS, old overlays) know no nameless files.
        Err(_) => named_file(&temporary)?,
    };
    fill(&mut file, text, permissions, owner)
        .and_then(|()| place(&file, &temporary, target, before.is_none()))
        .inspect_err(|_| {
            let _ = fs::remove_file(&temporary);
        })?;
    // The rename is durable only once the folder is; a folder that cannot be synced is no failure.
    if let Some(Ok(folder)) = target.parent().map(File::open) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// Whether the new file is to be the old one's owner's: a secret is not for a stranger whose file lies in a folder of somebody else's.
fn keeps_owner(before: &fs::Metadata, target: &Path, mode: Mode) -> bool {
    let folder = target.parent().unwrap_or(Path::new("/"));
    mode != Mode::Private || fs::metadata(folder).is_ok_and(|folder| folder.uid() == before.uid())
}

/// Writes and syncs `file`, and gives it the owner of `before`.
fn fill(
    file: &mut File,
    text: &[u8],
    permissions: u32,
    before: Option<&fs::Metadata>,
) -> io::Result<()> {
    file.write_all(text)?;
    file.set_permissions(fs::Permissions::from_mode(permissions))?;
    if let Some(before) = before {
        let now = file.metadata()?;
        if (now.uid(), now.gid()) != (before.uid(), before.gid()) {
            // Only root can; for anybody else the file becomes theirs, as with any editor.
            let _ = fchown(&*file, Some(before.uid()), Some(before.gid()));
        }
    }
    file.sync_all()
}

/// Puts `file` at `target`. A new file gets its one name at once; to replace one it needs a name
/// for the moment before the rename, since link(2) replaces nothing.
fn place(file: &File, temporary: &Path, target: &Path, is_new: bool) -> io::Result<()> {
    if file.metadata()?.nlink() == 0 {
        if is_new && name_file(file, target).is_ok() {
            return Ok(());
        }
        let _ = fs::remove_file(temporary);
        name_file(file, temporary)?;
    }
    fs::rename(temporary, target)
}

/// A file that has no name yet: a process killed now leaves nothing behind.
fn nameless_file(target: &Path) -> io::Result<File> {
    let folder = target.parent().unwrap_or(Path::new("/"));
    let flags = (OFlags::TMPFILE | OFlags::CLOEXEC).bits();
    OpenOptions::new()
        .write(true)
        .mode(0o600)
        .custom_flags(i32::from_ne_bytes(flags.to_ne_bytes()))
        .open(folder)
}

fn named_file(temporary: &Path) -> io::Result<File> {
    let _ = fs::remove_file(temporary);
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(temporary)
}

/// Gives the nameless `file` a name, by way of /proc as open(2) describes for processes without privilege.
fn name_file(file: &File, temporary: &Path) -> io::Result<()> {
    use std::os::fd::AsRawFd;
    let descriptor = format!("/proc/self/fd/{}", file.as_fd().as_raw_fd());
    rustix::fs::linkat(CWD, descriptor, CWD, temporary, AtFlags::SYMLINK_FOLLOW)?;
    Ok(())
}

/// `.pip.conf.studio-mirror` for `pip.conf`: fixed, so that the next run finds what a killed one left.
pub fn temporary_name(target: &Path) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    target.with_file_name(format!(".{name}.studio-mirror"))
}

/// Makes the folders above `target`, returning those that were missing, outermost first.
fn make_folders(target: &Path, mode: u32) -> anyhow::Result<Vec<PathBuf>> {
    let folder = target.parent().unwrap_or(Path::new("/"));
    let mut missing: Vec<PathBuf> = folder
        .ancestors()
        .take_while(|folder| is_missing(folder))
        .map(Path::to_owned)
        .collect();
    missing.reverse();
    // Closed to others' writing whatever the umask: who can rename in a folder can replace the files in it.
    make_folder(folder, mode)
        .map_err(explain_io)
        .with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
    Ok(missing)
}

/// Makes `folder` and what is missing above it with exactly these permission bits, whatever the umask.
///
/// # Errors
/// When one cannot be made.
pub fn make_folder(folder: &Path, mode: u32) -> io::Result<()> {
    let missing: Vec<&Path> = folder
        .ancestors()
        .take_while(|folder| is_missing(folder))
        .collect();
    for folder in missing.into_iter().rev() {
        match fs::DirBuilder::new().mode(mode).create(folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            Err(_) => {}
            // The umask has its say when a folder is made, and none afterwards.
            Ok(()) if fs::symlink_metadata(folder)?.mode() & 0o777 != mode => {
                fs::set_permissions(folder, fs::Permissions::from_mode(mode))?;
            }
            Ok(()) => {}
        }
    }
    Ok(())
}

/// Adds the mend that goes with the common causes.
pub fn explain_io(error: io::Error) -> anyhow::Error {
    let hint = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "free some space (`df -h ~` shows it), then run the same command again"
        }
        io::ErrorKind::ReadOnlyFilesystem => {
            "the file system is read-only: point HOME to one that can be written"
        }
        io::ErrorKind::PermissionDenied => {
            "look at owner and mode with `ls -ld`; the folder must be yours to write"
        }
        io::ErrorKind::NotADirectory => {
            "a file stands where a folder is needed: move it away, or point HOME elsewhere"
        }
        _ => return error.into(),
    };
    with_hint(anyhow!(error), hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode_of(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o7777
    }

    #[test]
    fn new_file_is_private_and_its_folders_are_told() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("a/b/pip.conf");
        let made = write(&path, b"text", Mode::Keep).unwrap();
        assert_eq!(made, [scratch.path().join("a"), scratch.path().join("a/b")]);
        assert_eq!(fs::read(&path).unwrap(), b"text");
        assert_eq!(mode_of(&path), 0o600);
    }

    #[test]
    fn existing_mode_is_kept_unless_the_text_is_private() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("f");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        write(&path, b"new", Mode::Keep).unwrap();
        assert_eq!(mode_of(&path), 0o644);
        write(&path, b"newer", Mode::Private).unwrap();
        assert_eq!(mode_of(&path), 0o600);
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 1);
    }

    #[test]
    fn symlinks_stay_even_when_they_dangle() {
        let scratch = tempfile::tempdir().unwrap();
        let link = scratch.path().join("link");
        std::os::unix::fs::symlink("folder/target", &link).unwrap();
        write(&link, b"text", Mode::Keep).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(
            fs::read(scratch.path().join("folder/target")).unwrap(),
            b"text"
        );
    }

    #[test]
    fn a_circle_of_links_is_refused() {
        let scratch = tempfile::tempdir().unwrap();
        let link = scratch.path().join("link");
        std::os::unix::fs::symlink("link", &link).unwrap();
        let error = write(&link, b"text", Mode::Keep).unwrap_err().to_string();
        assert!(error.contains("leads back to itself"), "{error}");
    }
}
