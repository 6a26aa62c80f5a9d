//! How a home looks at an end, comparable with another home's.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::scene::replaced;
use crate::support::home::Home;
use crate::support::leak_watch::holds_token;
use crate::support::tree::{Entry, litter, picture, user_files, without_tokens};

/// The user's files and what leads to us: without the state, the cached tokens and litter, each token as one word.
pub type Ending = BTreeMap<PathBuf, Entry>;

/// The home's end.
pub fn ending(home: &Home) -> Ending {
    let litter = litter(home.path());
    user_files(home.path())
        .into_iter()
        // A cache in the home is a fallback, and private to us like the state.
        .filter(|(path, _)| !path.starts_with(".cache") && !litter.contains(path))
        .map(|(path, entry)| (path, comparable(home, entry)))
        .collect()
}

fn comparable(home: &Home, entry: Entry) -> Entry {
    match entry {
        Entry::File {
            mode,
            bytes,
            modified,
        } => {
            let bytes = replaced(&bytes, home.path(), Path::new("~"));
            let text = String::from_utf8_lossy(&bytes);
            let bytes = without_tokens(&text).into_bytes();
            Entry::File {
                mode,
                bytes,
                modified,
            }
        }
        other => other,
    }
}

/// Paths that look neither as before nor as after.
pub fn neither(now: &Ending, before: &Ending, after: &Ending) -> Vec<String> {
    let paths = now.keys().chain(before.keys()).chain(after.keys());
    let paths: std::collections::BTreeSet<&PathBuf> = paths.collect();
    paths
        .into_iter()
        .filter(|&path| {
            let is = now.get(path);
            is != before.get(path) && is != after.get(path)
        })
        .map(|path| {
            let shown = |ending: &Ending| ending.get(path).map_or("nothing".to_owned(), show);
            format!(
                "{} is\n{}\nand was\n{}\nand shall be\n{}",
                path.display(),
                shown(now),
                shown(before),
                shown(after)
            )
        })
        .collect()
}

fn show(entry: &Entry) -> String {
    match entry {
        Entry::File { mode, bytes, .. } => {
            format!("{mode:04o} {:?}", String::from_utf8_lossy(bytes))
        }
        other => format!("{other:?}"),
    }
}

/// Every file with a token in it, below the home and in its memory-backed storage.
pub fn files_with_tokens(home: &Home) -> Vec<String> {
    home.folders()
        .iter()
        .flat_map(|folder| picture(folder))
        .filter(|(_, entry)| matches!(entry, Entry::File { bytes, .. } if holds_token(bytes)))
        .map(|(path, _)| path.display().to_string())
        .collect()
}

/// Temporary files of ours, anywhere.
pub fn litter_everywhere(home: &Home) -> Vec<PathBuf> {
    home.folders().iter().flat_map(|top| litter(top)).collect()
}
