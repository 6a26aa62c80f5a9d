//! Which index of the file becomes ours, what it is to hold, and which ones go.

use super::{NAME, PUBLISH_URL, indexes, is_default, is_true, leads_to};
use crate::edit::SyntaxError;
use crate::edit::toml::{TomlFile, quoted, string};
use crate::tools::{Auth, Registry, url};

/// Key and value, as TOML.
pub(super) type Entry = (&'static str, String);

/// What the index list is to become.
pub(super) struct Plan {
    /// The index that becomes ours, by its place in the list; `None`: a new one.
    pub(super) ours: Option<usize>,
    /// Whether that one already was ours: then its other keys and comments stay.
    pub(super) was_ours: bool,
    /// Indexes to take out.
    pub(super) doomed: Vec<usize>,
    /// Key and value of ours, as TOML, in the order to write them.
    pub(super) entries: Vec<Entry>,
}

impl Plan {
    /// For the default index.
    pub(super) fn of(file: &TomlFile, registry: &Registry) -> Result<Self, SyntaxError> {
        let simple = format!("{}simple/", registry.url);
        let indexes = indexes(file)?;
        // An explicit index serves only what a project pins to it: the owner's own, whatever its URL.
        let same = |at: &usize| {
            let index = indexes[*at];
            leads_to(index, &simple) && (is_default(index) || !is_true(index, "explicit"))
        };
        let default = |at: &usize| is_default(indexes[*at]);
        let places = || 0..indexes.len();
        let known = places()
            .filter(default)
            .find(same)
            .or_else(|| places().find(same));
        let ours = known.or_else(|| places().find(default));
        let doomed: Vec<usize> = places()
            .filter(|at| Some(*at) != ours && (default(at) || same(at)))
            .collect();
        let taken: Vec<&str> = (0..indexes.len())
            .filter(|at| Some(*at) != ours && !doomed.contains(at))
            .filter_map(|at| string(indexes[at], "name"))
            .collect();
        let kept_name = known
            .and_then(|at| string(indexes[at], "name"))
            .filter(|name| !taken.contains(name));
        let name = kept_name.map_or_else(|| free_name(&taken), str::to_owned);
        Ok(Self {
            ours,
            was_ours: known.is_some(),
            doomed,
            entries: entries(&name, registry, Some(("default", "true".to_owned()))),
        })
    }

    /// For an index beside the default one.
    pub(super) fn beside(file: &TomlFile, registry: &Registry) -> Result<Self, SyntaxError> {
        let simple = format!("{}simple/", registry.url);
        let ours = indexes(file)?
            .into_iter()
            .position(|index| leads_to(index, &simple));
        Ok(Self {
            ours,
            was_ours: ours.is_some(),
            doomed: Vec::new(),
            entries: entries(registry.name, registry, None),
        })
    }

    /// Whether a key of the index that becomes ours may stay beside ours.
    pub(super) fn keeps(&self, key: &str) -> bool {
        // uv uses an index that is both default and explicit for nothing. Where to publish is ours to say.
        self.was_ours && !["explicit", PUBLISH_URL].contains(&key)
    }
}

/// An index of ours, in uv's own order.
fn entries(name: &str, registry: &Registry, role: Option<Entry>) -> Vec<Entry> {
    let url = url::with_login(registry.url, "simple/", registry.auth);
    let place = [("name", quoted(name)), ("url", quoted(&url))];
    place
        .into_iter()
        .chain(role)
        .chain([("authenticate", quoted("always"))])
        .chain(publish_url(registry))
        .collect()
}

/// Where `uv publish --index` goes. Not with a token: uv 0.6 shows the whole address.
fn publish_url(registry: &Registry) -> Option<Entry> {
    let asks = matches!(registry.auth, Auth::Helper);
    let url = url::with_login(registry.url, "", Auth::Helper);
    asks.then(|| (PUBLISH_URL, quoted(&url)))
}

/// Of two indexes of one name uv ignores the second.
fn free_name(taken: &[&str]) -> String {
    let is_free = |name: &String| !taken.iter().any(|taken| taken.eq_ignore_ascii_case(name));
    let mut numbered = (2..).map(|number| format!("{NAME}-{number}"));
    Some(NAME.to_owned())
        .into_iter()
        .chain(&mut numbered)
        .find(is_free)
        .unwrap_or_default()
}
