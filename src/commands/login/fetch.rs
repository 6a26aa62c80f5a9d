//! What a login needs from AWS: the token and the repositories' endpoints, asked for at once.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, anyhow};

use super::targets::Target;
use crate::aws::{AwsError, CodeArtifact, Kind, caller_arn};
use crate::commands::session::Session;
use crate::endpoint::{Format, RepositoryEndpoint};
use crate::error::{find, with_hint};
use crate::output::Verbosity;
use crate::secret::Secret;
use crate::settings::Field;
use crate::state::{RepositoryLogin, ToolLogin};
use crate::token::{Need, Store, Token, TokenRequest, obtain};
use crate::tools::compose::Tokens;

/// What tools' files call the main repository.
const MAIN_NAME: &str = "codeartifact";

/// A repository as one format.
type Place = (String, Format);

/// Everything fetched.
#[derive(Debug)]
pub struct Fetched {
    /// Which token.
    pub request: TokenRequest,
    /// The token; `None` if none was asked for, or none came.
    pub token: Option<Token>,
    /// Why none came, where trying again later may help.
    pub no_token_yet: Option<anyhow::Error>,
    /// Where it is cached.
    pub cache: PathBuf,
    /// Endpoints by repository and format.
    endpoints: BTreeMap<Place, RepositoryEndpoint>,
}

impl Fetched {
    /// The endpoint that `target` reads from.
    pub fn endpoint(&self, target: &Target) -> Option<&RepositoryEndpoint> {
        self.endpoints
            .get(&(target.repository.clone(), target.tool.client().format()))
    }

    /// What is to be remembered of `target`.
    pub fn login(&self, target: &Target) -> Option<ToolLogin> {
        Some(ToolLogin {
            told_repository: target.told_repository.clone(),
            told_auth: target.told_auth,
            auth: target.auth,
            main: RepositoryLogin {
                name: MAIN_NAME.to_owned(),
                repository: target.repository.clone(),
                namespace: target.namespace.clone(),
                endpoint: self.endpoint(target)?.clone(),
                token: self.request.clone(),
            },
            extra: Vec::new(),
        })
    }

    /// The tokens for files that hold one. A dry run has none, and shows none.
    pub fn tokens(&self) -> Tokens {
        let token = self.token.as_ref().map(|token| token.token.clone());
        let mut tokens = Tokens::default();
        tokens.insert(&self.request, token.unwrap_or_else(|| Secret::new("***")));
        tokens
    }

    /// The domain's owner, as told or as the endpoints show it.
    pub fn owner(&self) -> Option<&str> {
        let told = self.request.owner.as_deref();
        told.or_else(|| self.endpoints.values().find_map(RepositoryEndpoint::owner))
    }
}

/// Fetches, all at once. `need` is how fresh a token must be; `None` asks for no token.
///
/// A token that does not come because the account is busy (ten thousand spaces start on a Monday
/// morning against a quota of 40 tokens a second) fails nothing here: tools that ask the helper
/// can be set up without it, and will have theirs when they ask.
///
/// # Errors
/// The first failure, explained.
pub async fn fetch(
    session: &Session,
    targets: &[Target],
    need: Option<Need>,
    deadline: Instant,
) -> anyhow::Result<Fetched> {
    let request = session.token_request()?;
    let api = CodeArtifact::new(&request, deadline);
    let mut places: Vec<Place> = targets
        .iter()
        .map(|target| (target.repository.clone(), target.tool.client().format()))
        .collect();
    places.sort();
    places.dedup();
    let token = async {
        let Some(need) = need else {
            return Ok((Ok(None), PathBuf::new()));
        };
        let folder = session.cache_folder();
        let store = Store::new(&folder);
        let mint = async || api.authorization_token(&request).await;
        match obtain(&store, &request, need, deadline, mint).await {
            Err(error) if !may_come_later(&error) => Err(error),
            token => Ok((token.map(Some), folder)),
        }
    };
    let endpoints = futures_util::future::try_join_all(
        places
            .into_iter()
            .map(|place| endpoint(session, &api, &request, place)),
    );
    // Both to their end: of two failures people see the same one every time, the token's.
    let wanted = async {
        let (token, endpoints) = futures_util::future::join(token, endpoints).await;
        anyhow::Ok((token?, endpoints?))
    };
    let ((token, cache), endpoints) = match session.printer.verbosity {
        Verbosity::Verbose => {
            futures_util::future::join(wanted, tell_caller(session, &request))
                .await
                .0?
        }
        _ => wanted.await?,
    };
    let (token, no_token_yet) = match token {
        Ok(token) => (token, None),
        Err(error) => (None, Some(error)),
    };
    Ok(Fetched {
        request,
        token,
        no_token_yet,
        cache,
        endpoints: endpoints.into_iter().collect(),
    })
}

/// For `-v`: who asks. Never in the way of a login.
async fn tell_caller(session: &Session, request: &TokenRequest) {
    let endpoint = ["AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"]
        .iter()
        .find_map(|variable| session.environment.get(*variable));
    let caller = caller_arn(request, endpoint.map(String::as_str)).await;
    session.printer.detail(&match caller {
        Ok(arn) => format!("caller: {arn}"),
        Err(why) => format!("caller not known, which does no harm: {why}"),
    });
}

fn may_come_later(error: &anyhow::Error) -> bool {
    find::<AwsError>(error)
        .is_some_and(|error| matches!(error.kind, Kind::Throttled | Kind::ServerFault))
}

/// One endpoint: from AWS, or put together where the VPC endpoint's address is set and the owner known.
async fn endpoint(
    session: &Session,
    api: &CodeArtifact,
    request: &TokenRequest,
    (repository, format): Place,
) -> anyhow::Result<(Place, RepositoryEndpoint)> {
    let settings = &session.settings;
    let base = settings.get(Field::RepositoryEndpoint);
    let behind = |base: &str, owner: &str| {
        RepositoryEndpoint::behind(base, format, &request.domain, owner, &repository)
            .with_context(|| format!("the repository endpoint `{base}` cannot be used"))
    };
    let endpoint = match (base, request.owner.as_deref()) {
        (Some(base), Some(owner)) => behind(base, owner)?,
        _ => {
            let answer = api
                .repository_endpoint(request, &repository, format, settings.endpoint_type())
                .await?;
            match base {
                None => answer,
                Some(base) => {
                    let owner = answer.owner().ok_or_else(|| {
                        with_hint(
                            anyhow!("the owner of the domain {} is not known", request.domain),
                            "give --domain-owner ACCOUNT",
                        )
                    })?;
                    behind(base, owner)?
                }
            }
        }
    };
    Ok(((repository, format), endpoint))
}
