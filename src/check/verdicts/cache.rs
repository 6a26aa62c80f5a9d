//! The token cache.

use crate::check::{Evidence, Verdict};
use crate::timestamp::span;

/// Whether tokens can be cached, and what is cached.
pub fn cache(evidence: &Evidence) -> Option<Verdict> {
    let cache = evidence.cache.as_ref()?;
    let folder = cache.folder.display();
    if let Some(trouble) = &cache.trouble {
        return Some(Verdict::warning(format!("{folder}: {trouble}")).fix(format!(
            "It must be a private folder of your own (0700), on a file system with room:\n$ chmod 700 {folder}"
        )));
    }
    if cache.damaged {
        let detail = format!("a token in {folder} cannot be read; a new one takes its place");
        return Some(Verdict::warning(detail));
    }
    Some(Verdict::ok(match cache.token {
        None => format!("{folder}: no token"),
        Some((end, true)) => {
            let left = span(end.saturating_sub(evidence.now));
            format!("{folder}: a token for {left}")
        }
        Some((_, false)) => format!("{folder}: an expired token, to be replaced"),
    }))
}

/// Whether the token that helpers give out of the cache is taken. No object without one.
pub fn given(evidence: &Evidence) -> Option<Verdict> {
    let cache = evidence.cache.as_ref()?;
    let answer = cache.answer?;
    // Where a new one is refused too, it is not for the cache.
    let fresh = evidence.reads.first().and_then(|read| read.answer.status());
    Some(match (answer, fresh) {
        (401 | 403, Some(200..=399 | 404)) => Verdict::failed(format!(
            "a repository refuses the token in {} ({answer}), and accepts a new one",
            cache.folder.display()
        )),
        (200..=399 | 404, _) => Verdict::ok("the repository accepts it"),
        _ => Verdict::unknown(format!(
            "the repository answers {answer}, to a new token too"
        )),
    })
}
