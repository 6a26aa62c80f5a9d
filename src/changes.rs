//! Edits that can be taken back: each knows what the file held before, so that a new login starts
//! from there and `logout` gives it back.

mod earlier;
mod undo;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};

use self::earlier::earlier;
use crate::error::with_hint;
use crate::files::{self, Mode};
use crate::secret::Secret;
use crate::state::{Change, ChangeKind, Part, State};

/// One edit, worked out and not yet made.
#[derive(Debug)]
pub struct Edit {
    /// The file.
    pub path: PathBuf,
    /// Whom it is for.
    pub parts: BTreeSet<Part>,
    /// The tokens in the text, by the names of their requests.
    pub tokens: BTreeMap<String, Secret>,
    /// What stands there now.
    pub current: Option<String>,
    /// What stood there before any login of ours.
    original: Option<String>,
    original_mode: Option<u32>,
    /// What shall stand there.
    pub text: String,
    /// With which permissions.
    pub mode: Mode,
}

/// Works out an edit of `path`: `configure` turns the text without us into the text with us;
/// `unconfigure` takes our entries out of a text that was edited since, knowing the original.
///
/// # Errors
/// When the file cannot be read or `configure` refuses its text. Nothing is written here.
pub fn plan(
    state: &State,
    path: &Path,
    parts: BTreeSet<Part>,
    mode: Mode,
    mut configure: impl FnMut(&str) -> anyhow::Result<String>,
    unconfigure: impl Fn(&str, &str) -> anyhow::Result<String>,
) -> anyhow::Result<Edit> {
    let current = files::read_text(path)?;
    let mode_now =
        permissions(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    // What everybody is to read must not open what somebody closed.
    if mode == Mode::Shared && mode_now.is_some_and(|bits| bits & 0o004 == 0) {
        let shown = path.display();
        return Err(with_hint(
            anyhow!("`{shown}` holds what others may not read"),
            format!("if nothing in it is secret, open it to all users: `chmod a+r '{shown}'`"),
        ));
    }
    let (original, original_mode) = match (&current, earlier(state, path)) {
        (Some(current), Some(earlier)) => {
            let original = earlier.undo(current, unconfigure)?;
            // What somebody else wrote over our file has a mode of its own.
            let is_ours = earlier.wrote(current);
            (
                original,
                if is_ours {
                    earlier.mode
                } else {
                    mode_now.or(earlier.mode)
                },
            )
        }
        (Some(current), None) => (unremembered(current, &mut configure, unconfigure), mode_now),
        (None, _) => (None, mode_now),
    };
    let text = configure(original.as_deref().unwrap_or_default())?;
    Ok(Edit {
        path: path.to_owned(),
        parts,
        tokens: BTreeMap::new(),
        current,
        original,
        original_mode,
        text,
        mode,
    })
}

/// What `current`, of which nothing is remembered, held before us: itself, unless it is to the byte what we would make of the
/// text without our entries. Then a login wrote it whose memory was lost, and a logout must take it out all the same.
fn unremembered(
    current: &str,
    configure: impl FnOnce(&str) -> anyhow::Result<String>,
    unconfigure: impl FnOnce(&str, &str) -> anyhow::Result<String>,
) -> Option<String> {
    let ours = unconfigure(current, "")
        .ok()
        .filter(|without| without != current)
        .filter(|without| configure(without).is_ok_and(|text| text == current));
    match ours {
        Some(without) => Some(without).filter(|text| !text.trim().is_empty()),
        None => Some(current.to_owned()),
    }
}

impl Edit {
    /// Remembers in `state` what this edit will change. To be on disk before [`Edit::make`] is called:
    /// whoever is killed in between has then forgotten nothing.
    pub fn remember(&self, state: &mut State) {
        let change = Change {
            parts: self.parts.clone(),
            kind: ChangeKind::Text {
                original: self.original.clone().map(Secret::new),
                original_mode: self.original_mode,
                written: Secret::new(self.text.clone()),
                tokens: self.tokens.clone(),
                former_tokens: BTreeMap::new(),
                replaced: self.replaced().map(Secret::new),
            },
        };
        state.changes.insert(self.path.clone(), change);
        // Where a symlink leads, there the folders will be made.
        let target = files::follow_links(&self.path).unwrap_or_else(|_| self.path.clone());
        let missing = target
            .ancestors()
            .skip(1)
            .take_while(|folder| files::is_missing(folder));
        state.folders.extend(missing.map(Path::to_owned));
    }

    /// What stands there now, if it is neither what stood there first nor what shall stand there.
    fn replaced(&self) -> Option<&str> {
        self.current
            .as_deref()
            .filter(|current| *current != self.text && Some(*current) != self.original.as_deref())
    }

    /// Whether the file already is as it shall be.
    pub fn is_made(&self) -> bool {
        let mode_is_right = self.mode != Mode::Private
            || matches!(permissions(&self.path), Ok(Some(bits)) if bits & 0o177 == 0);
        self.current.as_deref() == Some(&self.text) && mode_is_right
    }

    /// Makes it, unless it is made.
    ///
    /// # Errors
    /// When the file cannot be written; it is then as it was.
    pub fn make(&self) -> anyhow::Result<()> {
        files::remove_litter(&self.path);
        if !self.is_made() {
            files::write(&self.path, self.text.as_bytes(), self.mode)?;
        }
        Ok(())
    }
}

/// Takes the change of `path` back and forgets it; one that cannot be taken back stays remembered.
///
/// # Errors
/// When the file cannot be read, understood or written.
pub fn take_back(
    state: &mut State,
    path: &Path,
    unconfigure: impl Fn(&str, &str) -> anyhow::Result<String>,
) -> anyhow::Result<()> {
    match state.changes.get(path).map(|change| &change.kind) {
        None => return Ok(()),
        Some(ChangeKind::Link { target }) => {
            // Beside the link itself, not beside where it leads.
            let _ = std::fs::remove_file(files::temporary_name(path));
            if points_to(path, target)? {
                std::fs::remove_file(path)
                    .with_context(|| format!("cannot delete `{}`", path.display()))?;
            }
        }
        Some(ChangeKind::Text { .. }) => take_text_back(state, path, unconfigure)?,
    }
    state.changes.remove(path);
    Ok(())
}

/// Whether the symlink at `path` is still ours. One that cannot be read must not be forgotten.
fn points_to(path: &Path, target: &Path) -> anyhow::Result<bool> {
    match std::fs::read_link(path) {
        Ok(found) => Ok(found == target),
        // Gone, or something that is no symlink stands there.
        Err(error) if files::is_absent(&error) || error.kind() == io::ErrorKind::InvalidInput => {
            Ok(false)
        }
        Err(error) => Err(error).with_context(|| format!("cannot read `{}`", path.display())),
    }
}

fn take_text_back(
    state: &State,
    path: &Path,
    unconfigure: impl Fn(&str, &str) -> anyhow::Result<String>,
) -> anyhow::Result<()> {
    files::remove_litter(path);
    let (Some(current), Some(earlier)) = (files::read_text(path)?, earlier(state, path)) else {
        // Whoever deleted the file since wanted it gone.
        return Ok(());
    };
    let mode = match earlier.mode {
        Some(bits) if earlier.wrote(&current) => Mode::Exactly(bits),
        _ => Mode::Keep,
    };
    match earlier.undo(&current, unconfigure)? {
        Some(text) if text == current && has_mode(path, mode) => Ok(()),
        Some(text) => files::write(path, text.as_bytes(), mode).map(drop),
        None => {
            let target = files::follow_links(path)?;
            std::fs::remove_file(&target)
                .with_context(|| format!("cannot delete `{}`", target.display()))
        }
    }
}

/// Deletes the folders that a login made, as far as they are empty now. One that is empty and cannot be
/// deleted stays remembered.
pub fn remove_empty_folders(state: &mut State) {
    // Longest first: a folder is empty only after those in it are gone.
    for folder in std::mem::take(&mut state.folders).into_iter().rev() {
        let is_kept = match std::fs::remove_dir(&folder) {
            Ok(()) => false,
            Err(error) if files::is_absent(&error) => false,
            // Both mean that something is in it (rmdir(2)).
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::AlreadyExists
                ) =>
            {
                // An empty one in it will go, and this one then may.
                let waits_for = |path: &PathBuf| path.starts_with(&folder);
                state.changes.keys().any(waits_for) || state.folders.iter().any(waits_for)
            }
            Err(_) => true,
        };
        if is_kept {
            state.folders.insert(folder);
        }
    }
}

/// Whether a write with `mode` would leave the permissions of `path` as they are.
fn has_mode(path: &Path, mode: Mode) -> bool {
    match mode {
        Mode::Exactly(bits) => matches!(permissions(path), Ok(Some(now)) if now == bits),
        Mode::Keep | Mode::Shared | Mode::Private => true,
    }
}

/// The permission bits of the file at `path`.
fn permissions(path: &Path) -> io::Result<Option<u32>> {
    use std::os::unix::fs::MetadataExt;
    let kind = files::present(std::fs::metadata(path))?;
    Ok(kind.map(|kind| kind.mode() & 0o7777))
}
