//! A renewal's question for one token.

use std::time::Duration;

use tokio::time::Instant;

use crate::aws::CodeArtifact;
use crate::token::{Clock, Need, Store, Token, TokenRequest, obtain};

/// As for the helper: a throttled account answers late rather than never.
const LIMIT: Duration = Duration::from_secs(30);
/// But no longer than this share of a short token's life: who tries again soon must not wait long.
const LIMIT_SHARE: u64 = 48;

/// A token for `request` in the first half of its life: the cached one, or one from the API that `api` makes for a deadline.
///
/// # Errors
/// Why there is none.
pub async fn young_token(
    store: &Store,
    request: &TokenRequest,
    clock: Clock,
    api: impl FnOnce(Instant) -> CodeArtifact,
) -> anyhow::Result<Token> {
    let last = store.read(request);
    let share = last.map(|token| token.lifetime_millis() / LIMIT_SHARE);
    let limit = share.map_or(LIMIT, |share| LIMIT.min(Duration::from_millis(share)));
    let deadline = Instant::now() + limit;
    let mint = async || api(deadline).authorization_token(request).await;
    obtain(store, request, Need::Young, deadline, clock, mint).await
}
