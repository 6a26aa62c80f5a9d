//! What a login needs from AWS: the tokens and the repositories' endpoints, asked for at once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::Context;
use futures_util::future::{join, join_all};
use tokio::time::Instant;

use super::endpoints;
use super::spare::{usable, young_or};
use super::targets::{Target, Wanted};
use crate::aws::{AwsError, CodeArtifact, Kind, caller_arn};
use crate::commands::session::Session;
use crate::endpoint::{EndpointType, Format, RepositoryEndpoint};
use crate::error::find;
use crate::output::Verbosity;
use crate::places::Scope;
use crate::secret::Secret;
use crate::state::{RepositoryLogin, ToolLogin};
use crate::token::{Need, Store, Token, TokenRequest, now, obtain};
use crate::tools::compose::Tokens;

/// A repository as one format, behind the request for its token.
type Place = (String, String, Format);

/// Everything fetched.
#[derive(Debug)]
pub struct Fetched {
    /// The first tool's main token: what a login is about, for people.
    pub request: TokenRequest,
    /// Where tokens are cached.
    pub cache: PathBuf,
    /// What keeps repositories beside the main ones out of this login.
    pub left_out: Vec<anyhow::Error>,
    /// Tokens by request; an error where trying again later may help. None at all in a dry run.
    tokens: BTreeMap<String, anyhow::Result<Token>>,
    endpoints: BTreeMap<Place, RepositoryEndpoint>,
}

impl Fetched {
    /// What is to be remembered of `target`.
    pub fn login(&self, target: &Target) -> Option<ToolLogin> {
        let mut repositories = target.repositories.iter();
        let login = |wanted: &Wanted| self.repository_login(target, wanted);
        Some(ToolLogin {
            told_repository: target.told_repository.clone(),
            told_auth: target.told_auth,
            auth: target.auth,
            main: repositories.next().and_then(login)?,
            extra: repositories.filter_map(login).collect(),
            waits: false,
        })
    }

    fn repository_login(&self, target: &Target, wanted: &Wanted) -> Option<RepositoryLogin> {
        Some(RepositoryLogin {
            name: wanted.name.clone(),
            repository: wanted.repository.name.clone(),
            namespace: wanted.repository.namespace.clone(),
            endpoint: self.endpoints.get(&place(target, wanted))?.clone(),
            token: wanted.request.clone(),
        })
    }

    /// The tokens for files that hold one. A dry run has none, and shows none.
    pub fn tokens(&self, targets: &[Target]) -> Tokens {
        let mut tokens = Tokens::default();
        for wanted in targets.iter().flat_map(|target| &target.repositories) {
            match self.tokens.get(&wanted.request.cache_name()) {
                Some(Ok(token)) => tokens.insert(&wanted.request, token.token.clone()),
                Some(Err(_)) => {}
                None => tokens.insert(&wanted.request, Secret::new("***")),
            }
        }
        tokens
    }

    /// Every token that there is.
    pub fn all_tokens(&self) -> impl Iterator<Item = &Token> {
        self.tokens.values().filter_map(|token| token.as_ref().ok())
    }

    /// The token that people are told about.
    pub fn token(&self) -> Option<&Token> {
        self.tokens.get(&self.request.cache_name())?.as_ref().ok()
    }

    /// Why there is no token for `request` yet, where trying again later may help.
    pub fn no_token_yet(&self, request: &TokenRequest) -> Option<&anyhow::Error> {
        self.tokens.get(&request.cache_name())?.as_ref().err()
    }

    /// The domain's owner, as told or as the endpoints show it.
    pub fn owner(&self) -> Option<&str> {
        let request = self.request.cache_name();
        let mut endpoints = self.endpoints.iter();
        let shown =
            || endpoints.find_map(|((of, ..), found)| found.owner().filter(|_| *of == request));
        self.request.owner.as_deref().or_else(shown)
    }
}

fn place(target: &Target, wanted: &Wanted) -> Place {
    let format = target.tool.client().format();
    let name = wanted.repository.name.clone();
    (wanted.request.cache_name(), name, format)
}

/// Fetches, all at once. `need` is how fresh a token must be; `None` asks for no token.
///
/// A token that does not come because the account is busy (ten thousand spaces start on a Monday
/// morning against a quota of 40 tokens a second) fails nothing here: tools that ask the helper
/// can be set up without it, and will have theirs when they ask. A repository beside the main one
/// that cannot be had is left out, and said.
///
/// # Errors
/// The first failure of a main repository, explained; of two, its token's.
pub async fn fetch(
    session: &Session,
    targets: &[Target],
    need: Option<Need>,
    deadline: Instant,
) -> anyhow::Result<Fetched> {
    let mut mains = targets.iter().filter_map(|one| one.repositories.first());
    let request = mains.next().context("no tool is named")?.request.clone();
    let questions = Questions::of(targets);
    let apis: BTreeMap<&str, CodeArtifact> = questions
        .requests
        .iter()
        .map(|(name, request)| (name.as_str(), CodeArtifact::new(request, deadline)))
        .collect();
    let cache = match need {
        Some(_) => session.cache_folder(),
        None => PathBuf::new(),
    };
    let tokens = async {
        match need {
            Some(need) => questions.tokens(&apis, &cache, need, deadline).await,
            None => Vec::new(),
        }
    };
    let endpoints = questions.endpoints(&apis, session.settings.endpoint_type());
    // Both to their end: of two failures people see the same one every time, the token's.
    let wanted = join(tokens, endpoints);
    let (tokens, endpoints) = match session.printer.verbosity {
        Verbosity::Verbose if session.places.scope == Scope::User => {
            join(wanted, tell_caller(session, &request)).await.0
        }
        _ => wanted.await,
    };
    let mut fetched = Fetched {
        request,
        cache,
        left_out: Vec::new(),
        tokens: BTreeMap::new(),
        endpoints: BTreeMap::new(),
    };
    let denied = fetched.take_tokens(&questions, tokens)?;
    fetched.take_endpoints(&questions, &denied, endpoints)?;
    Ok(fetched)
}

/// A repository behind the request for its token: what AWS is asked for once, whatever formats tools want of it.
type Asked = (String, String);

/// What AWS is asked, each thing once.
struct Questions<'a> {
    requests: BTreeMap<String, &'a TokenRequest>,
    repositories: BTreeMap<Asked, BTreeMap<Format, &'a Wanted>>,
    /// Without which there is no login: the main one of each tool.
    mains: BTreeSet<Asked>,
}

impl<'a> Questions<'a> {
    fn of(targets: &'a [Target]) -> Self {
        let mut questions = Self {
            requests: BTreeMap::new(),
            repositories: BTreeMap::new(),
            mains: BTreeSet::new(),
        };
        for target in targets {
            for (at, wanted) in target.repositories.iter().enumerate() {
                let (request, name, format) = place(target, wanted);
                questions.requests.insert(request.clone(), &wanted.request);
                let asked = (request, name);
                if at == 0 {
                    questions.mains.insert(asked.clone());
                }
                let formats = questions.repositories.entry(asked).or_default();
                formats.insert(format, wanted);
            }
        }
        questions
    }

    async fn tokens(
        &self,
        apis: &BTreeMap<&str, CodeArtifact>,
        cache: &Path,
        need: Need,
        deadline: Instant,
    ) -> Vec<(&str, anyhow::Result<Token>)> {
        let store = Store::new(cache);
        join_all(self.requests.iter().map(|(name, request)| {
            let (store, api) = (&store, &apis[name.as_str()]);
            async move {
                if need == Need::Young
                    && let Some(spare) = usable(store, request)
                {
                    return (
                        name.as_str(),
                        young_or(spare, store, request, deadline).await,
                    );
                }
                let mint = async || api.authorization_token(request).await;
                let token = obtain(store, request, need, deadline, now, mint).await;
                (name.as_str(), token)
            }
        }))
        .await
    }

    async fn endpoints(
        &self,
        apis: &BTreeMap<&str, CodeArtifact>,
        kind: EndpointType,
    ) -> Vec<(&Asked, anyhow::Result<Vec<RepositoryEndpoint>>)> {
        join_all(self.repositories.iter().map(async |(asked, formats)| {
            let api = &apis[asked.0.as_str()];
            (asked, endpoints::of_repository(api, formats, kind).await)
        }))
        .await
    }
}

impl Fetched {
    /// Keeps the tokens; gives the requests that are denied and no tool's main one.
    fn take_tokens<'a>(
        &mut self,
        questions: &Questions,
        tokens: Vec<(&'a str, anyhow::Result<Token>)>,
    ) -> anyhow::Result<BTreeSet<&'a str>> {
        let mut denied = BTreeSet::new();
        for (name, token) in tokens {
            match token {
                Err(error) if !may_come_later(&error) => {
                    if questions.mains.iter().any(|(request, _)| request == name) {
                        return Err(error);
                    }
                    denied.insert(name);
                    let domain = &questions.requests[name].domain;
                    let what = format!("the repositories of domain {domain} are left out");
                    self.left_out.push(error.context(what));
                }
                token => drop(self.tokens.insert(name.to_owned(), token)),
            }
        }
        Ok(denied)
    }

    /// Keeps the endpoints, but of those whose token is `denied`: that was said once.
    fn take_endpoints(
        &mut self,
        questions: &Questions,
        denied: &BTreeSet<&str>,
        endpoints: Vec<(&Asked, anyhow::Result<Vec<RepositoryEndpoint>>)>,
    ) -> anyhow::Result<()> {
        for (asked, found) in endpoints {
            let (request, name) = asked;
            let formats = questions.repositories[asked].keys();
            match found {
                Err(error) if questions.mains.contains(asked) => return Err(error),
                _ if denied.contains(request.as_str()) => {}
                Ok(endpoints) => {
                    let places = formats.map(|format| (request.clone(), name.clone(), *format));
                    self.endpoints.extend(places.zip(endpoints));
                }
                Err(error) => {
                    let formats: Vec<&str> = formats.map(|format| format.as_str()).collect();
                    let formats = formats.join(", ");
                    let what = format!("the repository {name} is left out ({formats})");
                    self.left_out.push(error.context(what));
                }
            }
        }
        Ok(())
    }
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

/// Whether the failure to get a token is a passing one: the account is busy, or the service fails.
pub fn may_come_later(error: &anyhow::Error) -> bool {
    find::<AwsError>(error)
        .is_some_and(|error| matches!(error.kind, Kind::Throttled | Kind::ServerFault))
}
