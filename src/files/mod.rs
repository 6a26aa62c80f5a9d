//! Files at the edge: reading them with care, replacing them whole, locking.

mod atomic;
mod lock;
mod owner;
mod private;

pub use atomic::{Mode, explain_io, make_folder, remove_litter, temporary_name, write};
pub use lock::{Lock, explain_lock};
pub use owner::{as_owner, owner_beside_root};
pub use private::{
    check_writable, explain_private, is_memory_backed, make_private_dir, private_dir_is_ours,
};

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};

use crate::error::with_hint;

/// No configuration file of a package client comes near this; something that does is not one.
const LARGEST_TEXT: u64 = 4 * 1024 * 1024;

/// The text of the regular file at `path` (symlinks followed), `None` if there is none.
///
/// # Errors
/// When it is not a regular file, not UTF-8, larger than 4 MiB, or cannot be read.
pub fn read_text(path: &Path) -> anyhow::Result<Option<String>> {
    let shown = path.display();
    let kind = match fs::metadata(path) {
        Ok(kind) => kind,
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("cannot read `{shown}`")),
    };
    if !kind.is_file() {
        bail!("`{shown}` is not a regular file");
    }
    if kind.len() > LARGEST_TEXT {
        bail!(
            "`{shown}` is {} bytes long: that is no configuration file",
            kind.len()
        );
    }
    let mut bytes = Vec::new();
    fs::File::open(path)
        .and_then(|file| file.take(LARGEST_TEXT + 1).read_to_end(&mut bytes))
        .with_context(|| format!("cannot read `{shown}`"))?;
    // It may have grown since; half a file must not be taken for a whole one.
    if bytes.len() as u64 > LARGEST_TEXT {
        bail!("`{shown}` is longer than {LARGEST_TEXT} bytes: that is no configuration file");
    }
    String::from_utf8(bytes).map(Some).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = 1 + error.as_bytes()[..at]
            .iter()
            .filter(|b| **b == b'\n')
            .count();
        with_hint(
            anyhow!("`{shown}` is not UTF-8 at line {line}; it is left as it is"),
            format!("convert it: `iconv -t utf-8 '{shown}'`"),
        )
    })
}

/// Where a write to `path` really lands: the end of its chain of symlinks, existing or not.
///
/// # Errors
/// When the links run in a circle or cannot be read.
pub fn follow_links(path: &Path) -> anyhow::Result<PathBuf> {
    let mut target = path.to_owned();
    // Linux itself gives up after 40 links (path_resolution(7)).
    for _ in 0..40 {
        match fs::read_link(&target) {
            Ok(next) => {
                let folder = target.parent().unwrap_or(Path::new("/"));
                target = folder.join(next);
            }
            Err(error) if error.kind() == io::ErrorKind::InvalidInput || is_absent(&error) => {
                return Ok(target);
            }
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read `{}`", path.display()));
            }
        }
    }
    bail!(
        "`{}` is a symlink that leads back to itself",
        path.display()
    )
}

/// `found`, where nothing being there is an answer and not a failure.
///
/// # Errors
/// Any other failure.
pub fn present<T>(found: io::Result<T>) -> io::Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether nothing is at `path` for certain. One that cannot be looked at counts as there: what we
/// take for missing we make, and delete in the end.
pub fn is_missing(path: &Path) -> bool {
    matches!(path.try_exists(), Ok(false))
}

/// Whether `error` means that nothing is there.
pub fn is_absent(error: &io::Error) -> bool {
    // With a file in place of a folder nothing is below it; a write will say so.
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}
