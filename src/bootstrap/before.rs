//! The version before: what spaces run until they have the new one. That is what they start with now, which need not be what was applied
//! last: a rollback, a canary or a run that died leave that aside.

use std::fs;

use super::found::{Found, StudioSeen};
use super::memory::Memory;
use super::script::{Pinned, is_sha256, pins, sha256};
use super::slot::Slot;
use crate::error::{Usage, with_hint};

/// What stands in the slots of the Studio domain and its profiles, in the order in which spaces count: a canary's, then everybody's as
/// they are filled.
pub fn standing(studio: &StudioSeen) -> impl Iterator<Item = String> {
    let profiles = studio.profiles.keys();
    let slots = profiles.flat_map(|name| Slot::of_profile(name));
    slots
        .chain(Slot::of_domain(&studio.domain))
        .filter_map(|slot| slot.arn(studio.described(&slot)))
}

/// The scripts among them that the stack remembers: whoever may make lifecycle configurations can make one with our name, that pins
/// what they like.
pub fn standing_scripts(memory: &Memory, found: &Found) -> Vec<String> {
    let all = found.studio.iter().flat_map(standing);
    all.filter_map(|arn| {
        let seen = found.lifecycles.get(arn.rsplit('/').next()?)?;
        memory.attached(seen)?;
        seen.script().filter(|_| seen.arn == arn)
    })
    .collect()
}

/// The SHA-256 of the binary before `now`. A run that died on its way left the slots that come last as they were.
pub fn previous(standing: &[String], memory: &Memory, now: &Pinned) -> Option<String> {
    match standing.last().and_then(|script| pins(script)) {
        Some((running, _)) if running != now.sha256 => Some(running),
        Some((_, previous)) => previous,
        None => match &memory.binary {
            Some(old) if old.sha256 != now.sha256 => Some(old.sha256.clone()),
            _ => memory.previous_sha256.clone(),
        },
    }
}

/// The SHA-256 that `--previous-binary` means: a file's, or itself.
///
/// # Errors
/// When it is neither.
pub fn told(value: &str) -> anyhow::Result<String> {
    let told = value.to_ascii_lowercase();
    if is_sha256(&told) {
        return Ok(told);
    }
    let bytes = fs::read(value).map_err(|why| {
        with_hint(
            Usage(format!(
                "--previous-binary: cannot read {}: {why}",
                value.escape_debug()
            )),
            "name the binary that spaces run now, or its SHA-256: `sha256='…'` in the lifecycle script that is attached",
        )
    })?;
    Ok(sha256(&bytes))
}
