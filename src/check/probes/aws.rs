//! The calls to AWS, on the very code that every other command uses.

use tokio::time::Instant;

use super::Deadline;
use crate::aws::{AwsError, CodeArtifact, find_credentials};
use crate::check::catalogue::{FOUND, TOKEN};
use crate::check::evidence::{CredentialsSeen, NoCredentials, Refusal, TokenSeen, Trouble};
use crate::endpoint::{EndpointType, Format, RepositoryEndpoint};
use crate::error::{explain, find};
use crate::secret::Secret;
use crate::token::TokenRequest;

/// How the trouble with credentials ends that nobody answered for.
pub const OUT_OF_TIME: &str = "no answer in time";

/// Asks for credentials where a call would.
pub async fn credentials(
    request: &TokenRequest,
    deadline: Deadline,
) -> Result<CredentialsSeen, NoCredentials> {
    let source = request.credentials.describe();
    let asked = find_credentials(&request.credentials, &request.region);
    let trouble = |why: String| NoCredentials {
        what: format!("no AWS credentials from {source}: {why}"),
        by_sts: request.credentials.is_exchanged_at_sts(),
    };
    match deadline.within(FOUND.limit, asked).await {
        None => Err(trouble(OUT_OF_TIME.to_owned())),
        Some(Err(why)) => Err(trouble(why)),
        Some(Ok(found)) => Ok(CredentialsSeen {
            access_key_id: found.access_key_id,
            expires_at: found.expires_at,
            source,
        }),
    }
}

/// Asks for a new token; it is kept nowhere.
pub async fn token(
    request: &TokenRequest,
    deadline: Deadline,
) -> Result<(TokenSeen, Secret), Refusal> {
    let api = CodeArtifact::new(request, until(deadline));
    let token = api
        .authorization_token(request)
        .await
        .map_err(|error| refusal(&error))?;
    let lives = token.expires_at.saturating_sub(token.minted_at);
    Ok((TokenSeen { lives }, token.token))
}

/// Asks where the repository is.
pub async fn endpoint(
    request: &TokenRequest,
    repository: &str,
    format: Format,
    kind: EndpointType,
    deadline: Deadline,
) -> Result<RepositoryEndpoint, Refusal> {
    let api = CodeArtifact::new(request, until(deadline));
    api.repository_endpoint(request, repository, format, kind)
        .await
        .map_err(|error| refusal(&error))
}

fn until(deadline: Deadline) -> Instant {
    Instant::from_std(deadline.instant()).min(Instant::now() + TOKEN.limit)
}

/// The failure of a call, as a verdict takes it.
pub fn refusal(error: &anyhow::Error) -> Refusal {
    let explained = explain(error);
    let what = std::iter::once(explained.error).chain(explained.causes);
    let known = find::<AwsError>(error);
    Refusal {
        kind: known.map(|error| error.kind.clone()),
        denial: known.and_then(|error| error.denial.clone()),
        trouble: Trouble {
            what: what.collect::<Vec<_>>().join(": "),
            mend: explained.hint,
        },
    }
}
