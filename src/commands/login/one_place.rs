//! Tools that share a file and want to be led to different places by it: what works stays, and the tool that would break it is
//! left out.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::anyhow;

use super::one_file::{program, with_kept};
use crate::commands::session::Session;
use crate::error::with_hint;
use crate::state::{RepositoryLogin, State};
use crate::tools::compose::{Sharer, Tokens, disagreement};
use crate::tools::{Installed, Tool};

/// Those of `sharers` who can stand in the file at `path` beside each other, in their order. Whom the file leads already comes
/// first, then who is not asked about now; of an earlier login's tools one that another has long driven out is dropped.
///
/// # Errors
/// The tools that are `wanted` now and cannot be configured, each with the reason.
pub fn agreeing<'a>(
    session: &Session,
    state: &State,
    path: &Path,
    sharers: Vec<Sharer<'a>>,
    tokens: &Tokens,
    wanted: impl Fn(Tool) -> bool,
) -> Result<Vec<Sharer<'a>>, BTreeMap<Tool, anyhow::Error>> {
    let tokens = with_kept(tokens, state, path);
    let program = program();
    let helpers = session.places.helpers();
    let installed = Installed {
        program: &program.to_string_lossy(),
        helpers: &helpers.to_string_lossy(),
    };
    let is_led = |sharer: &Sharer| {
        let has_part = state.tools_of(path).contains(&sharer.tool);
        has_part && sharer.is_followed()
    };
    let mut by_rank = sharers.clone();
    by_rank.sort_by_key(|sharer| (!is_led(sharer), wanted(sharer.tool)));
    let mut agreed: Vec<Sharer> = Vec::new();
    let mut refused = BTreeMap::new();
    for sharer in by_rank {
        let conflicts: Vec<Conflict> = agreed
            .iter()
            .filter_map(|other| {
                let (own, known) = disagreement(&sharer, other, &tokens, installed)?;
                Some(Conflict {
                    other: *other,
                    own,
                    known,
                })
            })
            .collect();
        match conflicts.first() {
            None => agreed.push(sharer),
            Some(first) if wanted(sharer.tool) => {
                let path = session.places.shown(path);
                refused.insert(sharer.tool, refusal(sharer, &path, first, &conflicts));
            }
            Some(_) => {}
        }
    }
    if !refused.is_empty() {
        return Err(refused);
    }
    let has_agreed = |sharer: &Sharer| agreed.iter().any(|one| one.tool == sharer.tool);
    Ok(sharers.into_iter().filter(has_agreed).collect())
}

/// Another tool of the file, and the two repositories that cannot both stand there: one's own, and the other's.
struct Conflict<'a> {
    other: Sharer<'a>,
    own: &'a RepositoryLogin,
    known: &'a RepositoryLogin,
}

/// Why a tool is left out, and what lets it in.
fn refusal(sharer: Sharer, path: &str, first: &Conflict, all: &[Conflict]) -> anyhow::Error {
    let (tool, other) = (sharer.tool, first.other.tool);
    let of_domain = |one: &RepositoryLogin| match first.own.repository == first.known.repository {
        true => format!("{} of domain {}", one.repository, one.token.domain),
        false => one.repository.clone(),
    };
    let (own, known) = (of_domain(first.own), of_domain(first.known));
    let scope = first.own.namespace.as_deref();
    let scope = scope.map(|scope| format!("@{}", scope.trim_start_matches('@')));
    let packages = scope.as_deref().unwrap_or("packages");
    let error = anyhow!(
        "{tool} is not configured: `{path}` is {other}'s too and has one place for {packages}: {known}, as {other} has it, or {own}"
    );
    let others: Vec<&str> = all.iter().map(|one| one.other.tool.as_str()).collect();
    let others = others.join(",");
    let are_mains = std::ptr::eq(first.own, &raw const sharer.login.main)
        && std::ptr::eq(first.known, &raw const first.other.login.main)
        && first.own.repository != first.known.repository;
    let same = match are_mains {
        true => format!(
            "`studio-mirror login --tool {tool},{others} --repository {own}` takes all of them there"
        ),
        false => format!("name one repository for {packages} of {tool},{others} in config.toml"),
    };
    with_hint(
        error,
        format!(
            "{same}; to have {tool} without them: `studio-mirror logout --tool {others}` first"
        ),
    )
}
