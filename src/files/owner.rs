//! Whose a place is: what root does there is done as that user.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use anyhow::Context;
use rustix::process::{Gid, Uid};
use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};

/// A user and a group of theirs.
#[derive(Clone, Copy, Debug)]
pub struct Owner {
    /// The user.
    pub uid: u32,
    gid: u32,
}

/// Who else than root decides what `path` leads to: the owner of the first file, folder or symlink on the way that is not root's.
pub fn owner_beside_root(path: &Path) -> Option<Owner> {
    // Root's own symlink may lead into somebody's folder.
    let real = path
        .ancestors()
        .find_map(|path| fs::canonicalize(path).ok());
    let real = real.as_deref().unwrap_or(path);
    let outermost_first = |path| Path::ancestors(path).collect::<Vec<_>>().into_iter().rev();
    outermost_first(path)
        .chain(outermost_first(real))
        .filter_map(|path| fs::symlink_metadata(path).ok())
        .find(|kind| kind.uid() != 0)
        .map(|kind| Owner {
            uid: kind.uid(),
            gid: kind.gid(),
        })
}

/// Does `act` at `path`; where somebody else than root decides what that leads to, with no more rights than theirs: a symlink
/// of theirs then opens nothing of root's.
///
/// # Errors
/// Those of `act`; when this process may not become that user.
pub fn as_owner<T: Send>(
    path: &Path,
    act: impl FnOnce() -> anyhow::Result<T> + Send,
) -> anyhow::Result<T> {
    let owner = owner_beside_root(path).filter(|_| rustix::process::geteuid().is_root());
    let Some(owner) = owner else {
        return act();
    };
    // A thread has an identity of its own (credentials(7)); this one ends with it, so that there is no way back to find.
    let done = std::thread::scope(|scope| {
        let act = scope.spawn(|| {
            become_owner(owner).with_context(|| {
                format!("cannot become user {} for `{}`", owner.uid, path.display())
            })?;
            act()
        });
        act.join()
    });
    done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn become_owner(owner: Owner) -> rustix::io::Result<()> {
    let (uid, gid) = (Uid::from_raw(owner.uid), Gid::from_raw(owner.gid));
    set_thread_groups(&[])?;
    set_thread_res_gid(gid, gid, gid)?;
    set_thread_res_uid(uid, uid, uid)
}
