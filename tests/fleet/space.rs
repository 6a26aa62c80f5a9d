//! One space on a Monday morning: its lifecycle script logs in and starts the background process, and some time later
//! somebody installs a package.

use std::path::PathBuf;
use std::time::Duration;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use futures_util::future::join3;
use studio_mirror::aws::CodeArtifact;
use studio_mirror::commands::login;
use studio_mirror::credentials::CredentialSource;
use studio_mirror::endpoint::{EndpointType, Format};
use studio_mirror::helper;
use studio_mirror::refresh::schedule::{Keeper, Next};
use studio_mirror::refresh::young_token;
use studio_mirror::token::{Need, Store, Token, TokenRequest, obtain};
use tokio::time::{Instant, sleep, sleep_until};

use super::role::Role;
use super::service::Service;
use super::{clock, millis, moment};

/// What became of a space.
#[derive(Clone, Copy, Debug)]
pub struct Morning {
    /// How long its start waited for the login.
    pub login: Duration,
    /// Whether the login had a token within its time.
    pub at_once: bool,
    /// When it had its token.
    pub token_at: Instant,
    /// How long the install waited for its token; `None` if it failed for want of one.
    pub install: Option<Duration>,
}

pub struct Space {
    store: Store,
    request: TokenRequest,
    service: Service,
    role: Role,
}

impl Space {
    pub fn new(cache: PathBuf, service: Service, role: Role) -> Self {
        let request = TokenRequest {
            domain: "corp".into(),
            owner: Some("111122223333".into()),
            region: "us-east-1".into(),
            api_endpoint: None,
            duration_seconds: None,
            credentials: CredentialSource::Instance,
        };
        let store = Store::new(cache);
        Self {
            store,
            request,
            service,
            role,
        }
    }

    /// Lives through it: a start at `start`, an install at `install`.
    pub async fn morning(&self, start: Instant, install: Instant) -> Morning {
        sleep_until(start).await;
        let (login, at_once) = self.login().await;
        let kept = self.keep(!at_once);
        let installed = async {
            sleep_until(install.max(Instant::now())).await;
            self.install().await
        };
        let (token_at, install) = futures_util::future::join(kept, installed).await;
        Morning {
            login,
            at_once,
            token_at,
            install,
        }
    }

    fn api(&self, deadline: Instant) -> CodeArtifact {
        let http = SharedHttpClient::new(self.service.clone());
        let keys = SharedCredentialsProvider::new(self.role.clone());
        CodeArtifact::over(http, keys, clock, &self.request, deadline)
    }

    async fn token(&self, need: Need, deadline: Instant) -> anyhow::Result<Token> {
        let mint = async || self.api(deadline).authorization_token(&self.request).await;
        obtain(&self.store, &self.request, need, deadline, clock, mint).await
    }

    /// As `studio-mirror login` asks: a token and two endpoints at once. Only a token may be late.
    async fn login(&self) -> (Duration, bool) {
        let begun = Instant::now();
        let deadline = begun + login::LIMIT;
        let api = self.api(deadline);
        let endpoint =
            |format| api.repository_endpoint(&self.request, "team", format, EndpointType::Ipv4);
        let token = self.token(Need::Young, deadline);
        let all = join3(token, endpoint(Format::Pypi), endpoint(Format::Npm));
        let (token, pypi, npm) = all.await;
        pypi.and(npm).expect("endpoints have a quota of their own");
        if let Err(error) = &token {
            assert!(login::fetch::may_come_later(error), "{error:#}");
        }
        (begun.elapsed(), token.is_ok())
    }

    /// As `studio-mirror refresh --daemon` goes on, until there is a token.
    async fn keep(&self, mut waits: bool) -> Instant {
        let mut keeper = Keeper::new(fastrand::f64());
        keeper.saw_login(millis(), waits);
        while waits {
            if let Next::At(at) = keeper.next(millis(), &[], waits) {
                sleep_until(moment(at)).await;
            }
            let api = |deadline| self.api(deadline).of_one_who_comes_again();
            let renewed = young_token(&self.store, &self.request, clock, api).await;
            waits = renewed.is_err();
            keeper.renewed(millis(), !waits, None, fastrand::f64());
        }
        Instant::now()
    }

    /// As `studio-mirror keyring get` answers pip. Whoever is told that the account is busy tries again.
    async fn install(&self) -> Option<Duration> {
        let begun = Instant::now();
        sleep(Duration::from_millis(200)).await;
        let token = self.token(Need::Usable, begun + helper::LIMIT).await;
        token.is_ok().then(|| begun.elapsed())
    }
}
