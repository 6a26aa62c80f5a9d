//! The run: every probe that depends on no other at once, the whole within its limit.

mod others;
mod packages;
mod plan;
mod proxy;

pub use others::OtherTarget;
pub use plan::{Plan, Target, is_own_api};

use std::time::Duration;

use futures_util::future::{join, join3};
use packages::Packages;
pub(super) use packages::probe;

use super::catalogue::{API, REPOSITORIES, STS};
use super::evidence::{
    CredentialsSeen, HostSeen, NoCredentials, Refusal, Role, RootsSeen, TokenSeen, Trouble, Tunnel,
};
use super::observed::Observed;
use super::probes::host::Way;
use super::probes::http::Credentials;
use super::probes::tls::Trust;
use super::probes::{Deadline, aws, own};
use super::progress::Progress;
use super::vpc::{Asking, ask};
use super::{Evidence, catalogue, judge, report::Report, vpc};
use crate::aws::{Roots, caller_arn};
use crate::endpoint::{Format, RepositoryEndpoint};
use crate::error::explain;
use crate::secret::Secret;
use crate::token::{TokenRequest, now};

/// A path of the API that it answers, without a signature with a refusal.
const API_PATH: &str = "/v1/repository/endpoint";

/// Everything ends before this, with every packet dropped.
const LIMIT: Duration = Duration::from_millis(5_200);

/// Runs every check.
pub async fn run(plan: &Plan) -> Report {
    report(&gather(plan).await)
}

/// Runs every check, and asks AWS what the VPC has.
pub async fn run_with_vpc(plan: &Plan, asking: &Asking) -> Report {
    let known = Observed::of(&beginning(plan));
    let (evidence, asked) = join(gather(plan), ask(asking, &known)).await;
    vpc::join(report(&evidence), asked)
}

fn report(evidence: &Evidence) -> Report {
    let mut report = judge(catalogue::all(), evidence);
    report.observed = Some(Observed::of(evidence));
    report
}

/// What is known before anybody is asked.
fn beginning(plan: &Plan) -> Evidence {
    Evidence {
        settings: plan.settings.clone(),
        cache: Some(plan.cache.clone()),
        own_addresses: own::addresses(),
        now: now(),
        ..Evidence::default()
    }
}

/// Looks at everything.
pub async fn gather(plan: &Plan) -> Evidence {
    let mut evidence = beginning(plan);
    let trust = roots(plan, &mut evidence);
    evidence.proxy = proxy::look(plan);
    let is_usable = evidence
        .proxy
        .as_ref()
        .is_none_or(|proxy| proxy.trouble.is_none());
    let way = Way {
        trust: trust.as_ref(),
        proxy: None,
        deadline: Deadline::after(LIMIT),
    };
    let network = async {
        if let Some(request) = plan.request.as_ref().filter(|_| is_usable) {
            let run = Run {
                plan,
                request,
                progress: Progress::new(plan.is_quiet),
                way,
            };
            run.gather(&mut evidence).await;
        }
    };
    let (tools, ()) = join(plan.tools.look(way), network).await;
    evidence.tools = tools;
    evidence
}

/// The roots, where anything speaks TLS.
fn roots(plan: &Plan, evidence: &mut Evidence) -> Option<Trust> {
    let endpoints = plan
        .targets
        .iter()
        .filter_map(|target| target.endpoint.as_ref());
    let mut urls = endpoints
        .map(RepositoryEndpoint::url)
        .chain([plan.api.as_str(), plan.sts.as_str()]);
    if !urls.any(|url| url.starts_with("https:")) {
        return None;
    }
    match Roots::load() {
        Ok(roots) => {
            evidence.roots = Some(Ok(RootsSeen {
                from: roots.from.to_string(),
                count: roots.certificates.len(),
            }));
            Trust::in_roots(&roots)
        }
        Err(error) => {
            evidence.roots = Some(Err(trouble(&error)));
            None
        }
    }
}

fn trouble(error: &anyhow::Error) -> Trouble {
    let explained = explain(error);
    let sentences = std::iter::once(explained.error).chain(explained.causes);
    Trouble {
        what: sentences.collect::<Vec<_>>().join(": "),
        mend: explained.hint,
    }
}

struct Run<'a> {
    plan: &'a Plan,
    request: &'a TokenRequest,
    progress: Progress,
    way: Way<'a>,
}

impl Run<'_> {
    async fn gather(&self, evidence: &mut Evidence) {
        let packages = async {
            let early = self
                .plan
                .targets
                .iter()
                .find_map(|target| target.endpoint.clone());
            let (api, repositories) =
                join(self.api(), self.look_at_repositories(early.as_ref())).await;
            let late = match (&repositories, &api.endpoint) {
                (None, Some(Ok(endpoint))) => self.look_at_repositories(Some(endpoint)).await,
                _ => None,
            };
            let repositories = repositories.or(late);
            let asked = api.endpoint.as_ref().and_then(|known| known.as_ref().ok());
            let packages = Packages {
                is_there: repositories
                    .as_ref()
                    .is_some_and(|host| host.answers(Role::Repositories)),
                is_worth_a_look: [&api.host, &repositories]
                    .into_iter()
                    .flatten()
                    .any(HostSeen::has_a_way),
                asked,
                token: api.secret.as_ref(),
            };
            let packages = self.packages(packages).await;
            (api, repositories, packages)
        };
        let (sts, (api, repositories, packages), others) =
            join3(self.sts(), packages, self.others()).await;
        evidence.others = others;
        (evidence.sts, evidence.caller) = sts;
        evidence.api = api.host;
        evidence.credentials = Some(api.credentials);
        evidence.token = api.token;
        evidence.endpoint = api
            .endpoint
            .map(|known| known.map(|endpoint| endpoint.url().to_owned()));
        if evidence.settings.owner.is_none() {
            // Mends name the account; the address that AWS gave tells it.
            let url = evidence
                .endpoint
                .as_ref()
                .and_then(|known| known.as_ref().ok());
            let endpoint = url.and_then(|url| RepositoryEndpoint::from_answer(url).ok());
            evidence.settings.owner = endpoint.and_then(|known| known.owner().map(str::to_owned));
        }
        evidence.unknown_repositories = api.unknown;
        evidence.repositories = repositories;
        evidence.reads = packages.reads;
        evidence.assets = packages.assets;
        evidence.tarball = packages.tarball;
        if let Some(cache) = &mut evidence.cache {
            cache.answer = packages.cached;
        }
    }

    /// The API, hop by hop, and if it answers what it says.
    async fn api(&self) -> ApiSeen {
        let look = self
            .way
            .look_at(&self.plan.api, API_PATH, Credentials::None, &API);
        let look = self
            .progress
            .during("the API", self.with_direct(look, &API));
        let credentials = self.progress.during(
            "credentials",
            aws::credentials(self.request, self.way.deadline),
        );
        let (host, credentials) = join(look, credentials).await;
        let is_there = host.as_ref().is_some_and(|host| host.answers(Role::Api));
        let mut seen = ApiSeen {
            host,
            credentials,
            token: None,
            secret: None,
            endpoint: None,
            unknown: Vec::new(),
        };
        if !is_there || seen.credentials.is_err() {
            return seen;
        }
        let first = self.plan.targets.first();
        let endpoint = async {
            let target = first?;
            let asked = aws::endpoint(
                self.request,
                &target.repository,
                target.format,
                self.plan.endpoint_type,
                self.way.deadline,
            );
            Some(asked.await)
        };
        let token = aws::token(self.request, self.way.deadline);
        let token = self.progress.during("a token", token);
        let (token, endpoint, unknown) = join3(token, endpoint, self.unknown()).await;
        seen.endpoint = endpoint;
        seen.unknown = unknown;
        match token {
            Ok((token, secret)) => {
                seen.token = Some(Ok(token));
                seen.secret = Some(secret);
            }
            Err(refusal) => seen.token = Some(Err(refusal)),
        }
        seen
    }

    /// The repositories endpoint, asked as pip asks first: by name, without a password.
    async fn look_at_repositories(
        &self,
        endpoint: Option<&RepositoryEndpoint>,
    ) -> Option<HostSeen> {
        let endpoint = endpoint?;
        let as_pypi = endpoint.in_format(Format::Pypi);
        let endpoint = as_pypi.as_ref().unwrap_or(endpoint);
        let path = format!("{}{}", endpoint.path(), probe(Format::Pypi));
        let look = self
            .way
            .look_at(endpoint.url(), &path, Credentials::UserAlone, &REPOSITORIES);
        let look = self.with_direct(look, &REPOSITORIES);
        self.progress
            .during("the repositories endpoint", look)
            .await
    }

    /// Where the proxy did not let us through: is there a way without it?
    async fn with_direct(
        &self,
        look: impl Future<Output = Option<HostSeen>>,
        checks: &catalogue::HostChecks,
    ) -> Option<HostSeen> {
        let mut seen = look.await?;
        if seen
            .tunnel
            .as_ref()
            .is_some_and(|tunnel| *tunnel != Tunnel::Open)
        {
            seen.direct = Some(self.way.is_there_directly(&seen, checks).await);
        }
        Some(seen)
    }

    async fn sts(&self) -> (Option<HostSeen>, Option<Result<String, String>>) {
        let looking = async {
            let look = self
                .way
                .look_at(&self.plan.sts, "/", Credentials::None, &STS);
            let host = look.await;
            let answers = |host: &HostSeen| host.is_open() && host.status().is_some();
            if !host.as_ref().is_some_and(answers) {
                return (host, None);
            }
            let asked = caller_arn(self.request, self.plan.own_sts.as_deref());
            let caller = self
                .way
                .deadline
                .within(catalogue::CALLER.limit, asked)
                .await;
            let silent = || Err("no answer in time".to_owned());
            (host, Some(caller.unwrap_or_else(silent)))
        };
        self.progress.during("STS", looking).await
    }
}

struct ApiSeen {
    host: Option<HostSeen>,
    credentials: Result<CredentialsSeen, NoCredentials>,
    token: Option<Result<TokenSeen, Refusal>>,
    secret: Option<Secret>,
    endpoint: Option<Result<RepositoryEndpoint, Refusal>>,
    unknown: Vec<(String, Refusal)>,
}
