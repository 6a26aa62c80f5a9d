//! A picture of a folder: every file with its bytes, mode and time, every link with its target.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// What stands at one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    Folder {
        mode: u32,
    },
    File {
        mode: u32,
        bytes: Vec<u8>,
        modified: (i64, i64),
    },
    Link {
        target: PathBuf,
    },
    Other,
}

/// Everything below `top`, by its path from there.
pub fn picture(top: &Path) -> BTreeMap<PathBuf, Entry> {
    let mut entries = BTreeMap::new();
    let mut folders = vec![top.to_owned()];
    while let Some(folder) = folders.pop() {
        for found in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = found.path();
            let Ok(kind) = path.symlink_metadata() else {
                continue;
            };
            let mode = kind.mode() & 0o7777;
            let entry = if kind.is_dir() {
                folders.push(path.clone());
                Entry::Folder { mode }
            } else if kind.is_symlink() {
                let target = std::fs::read_link(&path).expect("a link that was just seen");
                Entry::Link { target }
            } else if kind.is_file() {
                Entry::File {
                    mode,
                    bytes: std::fs::read(&path).expect("a file that was just seen"),
                    modified: (kind.mtime(), kind.mtime_nsec()),
                }
            } else {
                Entry::Other
            };
            let below = path.strip_prefix(top).expect("found below it").to_owned();
            entries.insert(below, entry);
        }
    }
    entries
}

/// The picture without times, and without our own state folder: what `logout` has to give back.
pub fn user_files(home: &Path) -> BTreeMap<PathBuf, Entry> {
    let state = Path::new(".local/state");
    picture(home)
        .into_iter()
        .filter(|(path, _)| !path.starts_with(state) && path != Path::new(".local"))
        .map(|(path, entry)| match entry {
            Entry::File { mode, bytes, .. } => {
                let modified = (0, 0);
                (
                    path,
                    Entry::File {
                        mode,
                        bytes,
                        modified,
                    },
                )
            }
            other => (path, other),
        })
        .collect()
}

/// Files that a killed writer left: the temporary names that only studio-mirror uses.
pub fn litter(top: &Path) -> Vec<PathBuf> {
    picture(top)
        .into_keys()
        .filter(|path| path.to_string_lossy().ends_with(".studio-mirror"))
        .collect()
}

/// The text with every whole token (five parts, the last of 22 characters) written `TOKEN`: each logout forgets one and
/// each login then has another.
pub fn without_tokens(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("eyJ2ZX") {
        let end = rest[at..]
            .find(['\n', '\r', '@', '"'])
            .map_or(rest.len(), |end| at + end);
        let parts: Vec<&str> = rest[at..end].split('.').collect();
        let is_whole = parts.len() == 5 && parts[4].len() == 22;
        shown += &rest[..at];
        shown += if is_whole { "TOKEN" } else { "PART OF A TOKEN" };
        rest = &rest[end..];
    }
    shown + rest
}
