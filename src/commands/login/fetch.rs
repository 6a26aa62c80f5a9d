//! What a login needs from AWS: the tokens and the repositories' endpoints, asked for at once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::Context;
use futures_util::future::{join, join_all};
use tokio::time::Instant;

use super::endpoints;
use super::targets::{Target, Wanted};
use crate::aws::{AwsError, CodeArtifact, Kind, caller_arn};
use crate::commands::session::Session;
use crate::endpoint::{Format, RepositoryEndpoint};
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
    let mains = || {
        targets
            .iter()
            .filter_map(|target| target.repositories.first())
    };
    let all = || targets.iter().flat_map(|target| &target.repositories);
    let request = mains().next().context("no tool is named")?.request.clone();
    let main_requests: BTreeSet<String> =
        mains().map(|wanted| wanted.request.cache_name()).collect();
    let main_places: BTreeSet<Place> = targets
        .iter()
        .filter_map(|target| Some(place(target, target.repositories.first()?)))
        .collect();
    let requests: BTreeMap<String, &TokenRequest> = all()
        .map(|wanted| (wanted.request.cache_name(), &wanted.request))
        .collect();
    let apis: BTreeMap<&String, CodeArtifact> = requests
        .iter()
        .map(|(name, request)| (name, CodeArtifact::new(request, deadline)))
        .collect();
    let mut repositories: BTreeMap<(String, String), BTreeMap<Format, &Wanted>> = BTreeMap::new();
    for target in targets {
        for wanted in &target.repositories {
            let (request, name, format) = place(target, wanted);
            let formats = repositories.entry((request, name)).or_default();
            formats.insert(format, wanted);
        }
    }
    let cache = match need {
        Some(_) => session.cache_folder(),
        None => PathBuf::new(),
    };
    let store = Store::new(&cache);
    let asked = requests.iter().filter(|_| need.is_some());
    let tokens = join_all(asked.map(|(name, request)| {
        let (store, api) = (&store, &apis[name]);
        async move {
            let mint = async || api.authorization_token(request).await;
            let need = need.unwrap_or(Need::Usable);
            (
                name,
                obtain(store, request, need, deadline, now, mint).await,
            )
        }
    }));
    let kind = session.settings.endpoint_type();
    let endpoints = join_all(repositories.iter().map(|(repository, wanted)| {
        let api = &apis[&repository.0];
        let formats: Vec<(Format, &Wanted)> = wanted.iter().map(|(f, w)| (*f, *w)).collect();
        async move {
            let found = endpoints::of_repository(api, &formats, kind).await;
            (repository, wanted, found)
        }
    }));
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
    let mut denied: BTreeSet<&String> = BTreeSet::new();
    for (name, token) in tokens {
        match token {
            Err(error) if !may_come_later(&error) => {
                if main_requests.contains(name) {
                    return Err(error);
                }
                denied.insert(name);
                let domain = &requests[name].domain;
                let what = format!("the repositories of domain {domain} are left out");
                fetched.left_out.push(error.context(what));
            }
            token => drop(fetched.tokens.insert(name.clone(), token)),
        }
    }
    for ((request, name), wanted, found) in endpoints {
        let places = wanted
            .keys()
            .map(|format| (request.clone(), name.clone(), *format));
        match found {
            Ok(_) if denied.contains(request) => {}
            Ok(endpoints) => fetched.endpoints.extend(places.zip(endpoints)),
            Err(error) if places.clone().any(|place| main_places.contains(&place)) => {
                return Err(error);
            }
            Err(_) if denied.contains(request) => {}
            Err(error) => {
                let formats: Vec<&str> = wanted.keys().map(|format| format.as_str()).collect();
                let what = format!("the repository {name} is left out ({})", formats.join(", "));
                fetched.left_out.push(error.context(what));
            }
        }
    }
    Ok(fetched)
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
