//! Puts new tokens in the place of those that a login wrote. As a string, whatever the file's
//! format: every other byte is its owner's. Only where the token is the one that we wrote: what somebody
//! else put there stays. And only under the address that it is for.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::schedule::Life;
use super::strays::strays;
use crate::error::{Explained, explain};
use crate::files::{self, Mode};
use crate::places::Places;
use crate::secret::Secret;
use crate::state::{ChangeKind, Part, State, TokenLife, ToolLogin};
use crate::token::{Store, Token, TokenRequest};
use crate::tools::{holds_token, percent_encoded};

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FileState {
    /// It has a new token.
    Renewed,
    /// Its token is good.
    Fresh,
    /// Somebody took our token out, put another in its place, or put it under another address: left alone.
    Edited,
    /// It is not there any more.
    Gone,
    /// It cannot be read or written, or there is no new token for it.
    Failed,
}

/// A file with tokens.
#[derive(Debug, Serialize)]
pub struct FileReport {
    /// The file.
    pub file: String,
    /// What became of it.
    pub state: FileState,
    /// Why it failed.
    pub failure: Option<Explained>,
}

/// The requests for tokens that stand in files, or that tools wait for, by their names.
pub fn held_requests(state: &State) -> BTreeMap<String, TokenRequest> {
    let in_files: BTreeSet<&String> = state
        .changes
        .values()
        .flat_map(|change| change.tokens().map(|(name, _)| name))
        .collect();
    let known = state.tools.values().flat_map(|login| {
        let repositories = login.repositories();
        repositories.map(|known| (known.token.cache_name(), known.token.clone(), login.waits))
    });
    known
        .filter(|(name, _, waits)| *waits || in_files.contains(name))
        .map(|(name, request, _)| (name, request))
        .collect()
}

/// The lives of the tokens that stand in files, as far as the state or the cache knows them.
pub fn lives(state: &State, store: &Store) -> Vec<Option<Life>> {
    let requests = held_requests(state);
    let held = state.changes.values().flat_map(|change| change.tokens());
    held.filter_map(|(name, token)| {
        let request = requests.get(name)?;
        let cached = || {
            let cached = store.read(request);
            let cached = cached.filter(|cached| cached.token == *token);
            cached.as_ref().map(TokenLife::from)
        };
        let life = state.life(token).or_else(cached);
        Some(life.map(|life| Life {
            minted_at: life.minted_at.saturating_mul(1_000),
            expires_at: life.expires_at.saturating_mul(1_000),
        }))
    })
    .collect()
}

/// The shortest life that was asked for of the tokens in files, in milliseconds.
pub fn asked_life(state: &State) -> Option<u64> {
    let requests = held_requests(state).into_values();
    // With 0 a token lives as long as the role's credentials do: nobody knows how long that is.
    let asked = requests.filter_map(|request| request.duration_seconds.filter(|asked| *asked > 0));
    asked.map(|asked| u64::from(asked) * 1_000).min()
}

/// `text` with `new` in the place of each of `old`; `None` if it has none of them.
pub fn renewed_text(text: &str, old: &[&str], new: &str) -> Option<String> {
    let renewed = old
        .iter()
        .filter(|old| !old.is_empty() && **old != new)
        .fold(text.to_owned(), |text, old| {
            let encoded = percent_encoded(old);
            let text = text.replace(old, new);
            match encoded == *old {
                true => text,
                false => text.replace(&encoded, &percent_encoded(new)),
            }
        });
    (renewed != text).then_some(renewed)
}

/// What the tools see in a file.
pub struct Seen {
    /// Its text without what the logins of a state wrote into it.
    pub rest: String,
    /// Whether a name that its tokens are kept by stands for another host, be it in another file.
    pub is_astray: bool,
}

/// How the tools that a state remembers for a path see its text.
pub type See<'a> = dyn Fn(&State, &Path, &str) -> anyhow::Result<Seen> + 'a;

/// Puts `tokens`, by the names of their requests, into the files that hold older ones. To be called under the
/// state's lock, with the state as it is on disk.
///
/// # Errors
/// When the state cannot be written; the files are then as they were.
pub fn renew(
    state: &mut State,
    tokens: &BTreeMap<String, Token>,
    places: &Places,
    see: &See,
) -> anyhow::Result<Vec<FileReport>> {
    let before = state.clone();
    let mut reports = Vec::new();
    let mut writes: Vec<(PathBuf, String)> = Vec::new();
    for (path, change) in &mut state.changes {
        let for_tools = change
            .parts
            .iter()
            .any(|part| matches!(part, Part::Tool(_)));
        if !for_tools || change.tokens().next().is_none() {
            continue;
        }
        let (file_state, failure) = match look(path, &mut change.kind, tokens, &before, see) {
            Ok((found, text)) => {
                writes.extend(text.map(|text| (path.clone(), text)));
                (found, None)
            }
            Err(error) => (FileState::Failed, Some(explain(&error))),
        };
        reports.push(FileReport {
            file: places.shown(path),
            state: file_state,
            failure,
        });
    }
    state.note_lives(tokens.values());
    state.forget_lives();
    // The state first: a process killed after this line has left files with tokens that the state still knows.
    if *state != before {
        state.write(&places.state)?;
    }
    for (path, text) in writes {
        files::remove_litter(&path);
        if let Err(error) = files::write(&path, text.as_bytes(), Mode::Private) {
            let shown = places.shown(&path);
            for report in reports.iter_mut().filter(|report| report.file == shown) {
                report.state = FileState::Failed;
                report.failure = Some(explain(&error));
            }
        }
    }
    Ok(reports)
}

/// What is to become of a file, and its new text; notes the new tokens in `kind`.
fn look(
    path: &Path,
    kind: &mut ChangeKind,
    fresh: &BTreeMap<String, Token>,
    state: &State,
    see: &See,
) -> anyhow::Result<(FileState, Option<String>)> {
    let ChangeKind::Text {
        written,
        tokens,
        former_tokens,
        replaced,
        ..
    } = kind
    else {
        return Ok((FileState::Fresh, None));
    };
    let Some(current) = files::read_text(path)? else {
        // Whoever took it away does not want it renewed; the next login starts anew.
        tokens.clear();
        return Ok((FileState::Gone, None));
    };
    let seen = see(state, path, &current)?;
    let mut text = current.clone();
    let mut found = FileState::Fresh;
    tokens.retain(|name, token| {
        let Some(new) = fresh.get(name).map(|new| &new.token) else {
            // Its failure is reported by itself; what the file holds may still be good.
            return true;
        };
        let former = former_tokens.get(name).map_or("", Secret::expose);
        let old = [token.expose(), former];
        let hosts = hosts_of(state, name);
        if seen.is_astray || old.iter().any(|old| strays(&seen.rest, old, &hosts)) {
            // No new token goes to another host, whoever put the old one there.
            found = FileState::Edited;
            return false;
        }
        match renewed_text(&text, &old, new.expose()) {
            Some(renewed) => text = renewed,
            None if holds_token(&text, new.expose()) => {}
            None => {
                // Somebody's edit wins for good: until a login puts our token there again.
                found = FileState::Edited;
                return false;
            }
        }
        if token != new {
            // The one that the file really has: of runs that were killed one after the other, none wrote it.
            let present = match holds_token(&current, token.expose()) {
                true => token.clone(),
                false => former_tokens.get(name).unwrap_or(token).clone(),
            };
            let in_file = renewed_text(written.expose(), &old, present.expose());
            let ours = renewed_text(written.expose(), &old, new.expose());
            if let Some(ours) = ours {
                let before = std::mem::replace(written, Secret::new(ours));
                *replaced = Some(in_file.map_or(before, Secret::new));
            }
            former_tokens.insert(name.clone(), present);
            *token = new.clone();
        }
        true
    });
    match text == current {
        true => Ok((found, None)),
        false => Ok((FileState::Renewed, Some(text))),
    }
}

/// The hosts, with their ports, that the token of a request is for.
fn hosts_of<'a>(state: &'a State, request: &str) -> Vec<&'a str> {
    let all = state.tools.values().flat_map(ToolLogin::repositories);
    let opened = all.filter(|known| known.token.cache_name() == request);
    opened
        .filter_map(|known| host_of(known.endpoint.url()))
        .collect()
}

fn host_of(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    rest.split('/').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_replaced_wherever_it_stands_and_in_either_form() {
        let text = "a=T+1=\nb=https://aws:T%2B1%3D@h/ # T+1=\n";
        assert_eq!(
            renewed_text(text, &["T+1="], "N/2").as_deref(),
            Some("a=N/2\nb=https://aws:N%2F2@h/ # N/2\n")
        );
    }

    #[test]
    fn a_text_without_our_token_is_nobody_elses_business() {
        assert_eq!(renewed_text("a=theirs\n", &["ours", ""], "new"), None);
        assert_eq!(renewed_text("a=new\n", &["new"], "new"), None);
    }

    #[test]
    fn the_token_before_the_last_is_known_too() {
        let renewed = renewed_text("a=first\n", &["second", "first"], "third");
        assert_eq!(renewed.as_deref(), Some("a=third\n"));
    }
}
