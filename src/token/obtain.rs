//! How a process comes by a token when others want the same one.

use std::io;

use tokio::time::Instant;

use super::cache::Place;
use super::{Clock, Store, Token, TokenRequest};
use crate::files::Lock;

/// How fresh a token the caller asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Good for an install that starts now.
    Usable,
    /// More than half of its life left: what `login` hands on.
    Young,
    /// A new one, whatever is cached.
    New,
}

impl Need {
    /// Whether `token` will do at `now`. `known` was cached when the caller came.
    fn is_met(self, token: &Token, now: u64, known: Option<&Token>) -> bool {
        match self {
            Need::Usable => token.is_usable(now),
            Need::Young => token.is_young(now) && token.is_usable(now),
            // Another process minted it while we waited for the lock: as new as ours would be.
            Need::New => known != Some(token) && token.is_usable(now),
        }
    }
}

/// Gives a token for `request`: the cached one if it meets `need`, else one from `mint`. Of many
/// processes that ask at once, one mints and the others take what it cached. A cache that
/// cannot be used, or a lock that stays, costs its benefit, never the token.
///
/// # Errors
/// What `mint` failed with.
pub async fn obtain(
    store: &Store,
    request: &TokenRequest,
    need: Need,
    deadline: Instant,
    clock: Clock,
    mint: impl AsyncFnOnce() -> anyhow::Result<Token>,
) -> anyhow::Result<Token> {
    let known = store.read(request);
    let is_met = |token: &Token| need.is_met(token, clock(), known.as_ref());
    if let Some(token) = known.clone().filter(is_met) {
        return Ok(token);
    }
    let lock = lock(store, request, deadline).await;
    if let Some(token) = store.read(request).filter(is_met) {
        return Ok(token);
    }
    let token = mint().await?;
    // A full disk must not fail an install that already has its token.
    let _ = store.write(request, &token);
    drop(lock);
    Ok(token)
}

/// One process at a time goes on from here; two where the first does not come back: stopped in a terminal, say, with the install
/// that asked it. Who gets neither place goes on all the same.
async fn lock(store: &Store, request: &TokenRequest, deadline: Instant) -> Option<Lock> {
    for place in Place::ALL {
        let left = deadline.saturating_duration_since(Instant::now());
        match store.lock(request, place, Instant::now() + left / 2).await {
            Err(error) if error.kind() == io::ErrorKind::TimedOut => {}
            lock => return lock.ok(),
        }
    }
    None
}
