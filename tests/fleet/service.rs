//! CodeArtifact's API as a fleet sees it, in virtual time: a quota on tokens, a role whose keys are renewed, and a network
//! that loses packets. It takes the place of the connections below the AWS SDK; everything above is what ships.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use serde_json::json;
use tokio::time::{Instant, sleep, timeout};

use super::clock;
use super::role::Role;

/// Tokens that AWS gives an account in a second ("CodeArtifact quotas": GetAuthorizationToken, 40 a second).
pub const QUOTA: usize = 40;
/// There and back inside a region, from a VPC endpoint to the service.
const ROUND_TRIP: Duration = Duration::from_millis(4);
/// What the service takes to make a token: measured figures of AWS are between 50 and 200 ms.
const WORK: Duration = Duration::from_millis(80);
/// Linux repeats a SYN after a second, and data after 200 ms at the soonest; both double (RFC 6298, tcp(7)).
const SYN_REPEATED: Duration = Duration::from_secs(1);
const DATA_REPEATED: Duration = Duration::from_millis(200);
/// Packets of a request and its answer, and of a TLS handshake, that must all arrive.
const REQUEST_PACKETS: u32 = 4;
const TLS_PACKETS: u32 = 6;

/// What the service counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Tokens given.
    pub tokens: u32,
    /// Requests for tokens that were refused for the quota.
    pub throttled: u32,
    /// Requests signed with keys of a role session that was over.
    pub expired: u32,
    /// When the last token was given.
    pub last_token: Option<Instant>,
}

/// The service and the network before it.
#[derive(Clone, Debug)]
pub struct Service {
    shared: Arc<Mutex<State>>,
    role: Role,
    /// The share of packets that is lost.
    loss: f64,
}

#[derive(Debug, Default)]
struct State {
    given: VecDeque<Instant>,
    counts: Counts,
}

impl Service {
    pub fn new(role: Role, loss: f64) -> Self {
        Self {
            shared: Arc::default(),
            role,
            loss,
        }
    }

    pub fn counts(&self) -> Counts {
        self.state().counts
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long `packets` take of which each is lost by chance and sent again.
    fn travel(&self, packets: u32, repeated: Duration) -> Duration {
        let mut lost = Duration::ZERO;
        for _ in 0..packets {
            let mut wait = repeated;
            while fastrand::f64() < self.loss {
                lost += wait;
                wait *= 2;
            }
        }
        ROUND_TRIP + lost
    }

    async fn exchange(
        self,
        request: HttpRequest,
        connect_limit: Option<Duration>,
    ) -> Result<HttpResponse, ConnectorError> {
        let connect = async {
            sleep(self.travel(2, SYN_REPEATED)).await;
            sleep(self.travel(TLS_PACKETS, DATA_REPEATED)).await;
        };
        match connect_limit {
            Some(limit) => timeout(limit, connect)
                .await
                .map_err(|_| ConnectorError::timeout("connect timed out".into()))?,
            None => connect.await,
        }
        sleep(self.travel(REQUEST_PACKETS / 2, DATA_REPEATED)).await;
        let (status, body) = self.answer(&request);
        if status == 200 {
            sleep(WORK).await;
        }
        sleep(self.travel(REQUEST_PACKETS / 2, DATA_REPEATED)).await;
        let status = status.try_into().expect("a status");
        let mut response = HttpResponse::new(status, SdkBody::from(body.to_string()));
        if let Some(code) = body["code"].as_str() {
            let code = code.to_owned();
            response.headers_mut().insert("x-amzn-errortype", code);
        }
        Ok(response)
    }

    fn answer(&self, request: &HttpRequest) -> (u16, serde_json::Value) {
        let signed_by = request.headers().get("authorization").unwrap_or_default();
        if !self.role.is_current(signed_by) {
            self.state().counts.expired += 1;
            let message = "The security token included in the request is expired";
            let code = "ExpiredTokenException";
            return (403, json!({ "code": code, "message": message }));
        }
        if request.uri().contains("/v1/repository/endpoint") {
            let url = "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/pypi/team/";
            return (200, json!({ "repositoryEndpoint": url }));
        }
        assert!(request.uri().contains("/v1/authorization-token"));
        let mut state = self.state();
        let now = Instant::now();
        while let Some(first) = state.given.front()
            && now - *first >= Duration::from_secs(1)
        {
            state.given.pop_front();
        }
        if state.given.len() >= QUOTA {
            state.counts.throttled += 1;
            let code = "ThrottlingException";
            return (429, json!({ "code": code, "message": "Rate exceeded" }));
        }
        state.given.push_back(now);
        state.counts.tokens += 1;
        state.counts.last_token = Some(now);
        let (token, end) = (format!("token{}", state.counts.tokens), clock() + 43_200);
        (
            200,
            json!({ "authorizationToken": token, "expiration": end }),
        )
    }
}

impl HttpClient for Service {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Wire {
            service: self.clone(),
            connect_limit: settings.connect_timeout(),
        })
    }
}

/// One client's way to it. Each exchange has a connection of its own, as each process has.
#[derive(Debug)]
struct Wire {
    service: Service,
    connect_limit: Option<Duration>,
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let service = self.service.clone();
        HttpConnectorFuture::new(service.exchange(request, self.connect_limit))
    }
}
