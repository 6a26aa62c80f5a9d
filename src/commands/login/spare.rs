//! What is at hand while AWS has no token to give.

use std::time::Duration;

use tokio::time::Instant;

use super::fetch::may_come_later;
use crate::aws::{AwsError, CodeArtifact, Kind};
use crate::error::find;
use crate::token::{Need, Store, Token, TokenRequest, now, obtain};

/// How long is tried for a young token where a usable one is at hand.
const SPARE_LIMIT: Duration = Duration::from_secs(3);

/// The cached token for `request`, if an install can start with it now.
pub fn usable(store: &Store, request: &TokenRequest) -> Option<Token> {
    store.read(request).filter(|token| token.is_usable(now()))
}

/// A token in the first half of its life, or `spare`, which is good for a while yet, where AWS has none to give at the moment:
/// what is at hand must not fail for what would be better.
///
/// # Errors
/// What AWS says where it denies a token, and whatever else does not pass.
pub async fn young_or(
    spare: Token,
    store: &Store,
    request: &TokenRequest,
    deadline: Instant,
) -> anyhow::Result<Token> {
    let deadline = deadline.min(Instant::now() + SPARE_LIMIT);
    let mint = async || {
        let api = CodeArtifact::new(request, deadline);
        api.authorization_token(request).await
    };
    match obtain(store, request, Need::Young, deadline, now, mint).await {
        Err(error) if is_passing(&error) => Ok(spare),
        token => token,
    }
}

/// Whether a failure tells nothing of what the role may: the account is busy, the service fails, or it was not reached.
fn is_passing(error: &anyhow::Error) -> bool {
    let is_unreached = |error: &AwsError| {
        matches!(
            error.kind,
            Kind::Name | Kind::Timeout | Kind::NoRoute | Kind::Refused | Kind::Broken
        )
    };
    may_come_later(error) || find::<AwsError>(error).is_some_and(is_unreached)
}
