//! The two CodeArtifact calls of a login, with retries that mind a total time limit.

use std::fmt::Debug;
use std::time::Duration;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_codeartifact::config::{
    BehaviorVersion, Region, retry::RetryConfig, timeout::TimeoutConfig,
};
use aws_sdk_codeartifact::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_codeartifact::types::{EndpointType as SdkEndpointType, PackageFormat};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use backon::{BackoffBuilder, ExponentialBuilder};
use tokio::time::Instant;

use super::explain::{AwsError, Kind};
use super::service::Subject;
use super::{credentials, http_client};
use crate::endpoint::{EndpointType, Format, RepositoryEndpoint};
use crate::error::{printable, with_hint};
use crate::secret::Secret;
use crate::token::{Clock, Token, TokenRequest, is_token, now};

/// A connection that is not there after this long will not come: inside a VPC it takes milliseconds.
const CONNECT_LIMIT: Duration = Duration::from_millis(2_500);
/// One try of one call, credentials included. Longer than a login's own limit: of two that end at one moment, now this
/// one and now that one would speak.
const ATTEMPT_LIMIT: Duration = Duration::from_millis(6_500);
/// First wait before a retry; doubles, with jitter, up to the longest.
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// The SDK's defaults as of this version, so that an update of the crate changes nothing by itself.
pub(super) fn behavior_version() -> BehaviorVersion {
    BehaviorVersion::v2026_01_12()
}

/// The CodeArtifact API as one identity sees it, until a deadline.
#[derive(Debug)]
pub struct CodeArtifact {
    client: aws_sdk_codeartifact::Client,
    subject: Subject,
    deadline: Instant,
    clock: Clock,
    comes_again: bool,
}

impl CodeArtifact {
    /// The API that `request` goes to. Nothing is sent yet. The environment has no say in the address.
    pub fn new(request: &TokenRequest, deadline: Instant) -> Self {
        let http = http_client();
        let credentials =
            credentials::provider(&request.credentials, &request.region, http.clone());
        Self::over(http, credentials, now, request, deadline)
    }

    /// The same over another network, with other credentials and another clock: a fleet is simulated on it.
    pub fn over(
        http: SharedHttpClient,
        credentials: SharedCredentialsProvider,
        clock: Clock,
        request: &TokenRequest,
        deadline: Instant,
    ) -> Self {
        let config = aws_sdk_codeartifact::Config::builder()
            .behavior_version(behavior_version())
            .region(Region::new(request.region.clone()))
            .credentials_provider(credentials)
            .http_client(http)
            // Ours retries instead: the SDK's does not honour retryAfterSeconds.
            .retry_config(RetryConfig::disabled())
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(CONNECT_LIMIT)
                    .operation_attempt_timeout(ATTEMPT_LIMIT)
                    .build(),
            );
        let mut config = match &request.api_endpoint {
            Some(url) => config.endpoint_url(url),
            None => config,
        };
        config.set_app_name(super::call::app_name());
        Self {
            client: aws_sdk_codeartifact::Client::from_conf(config.build()),
            subject: Subject::of(request),
            deadline,
            clock,
            comes_again: false,
        }
    }

    /// For whoever comes again by a plan of its own: a busy account is not asked again at once.
    #[must_use]
    pub fn of_one_who_comes_again(self) -> Self {
        Self {
            comes_again: true,
            ..self
        }
    }

    /// `GetAuthorizationToken`.
    ///
    /// # Errors
    /// An [`AwsError`] that says why there is no token.
    pub async fn authorization_token(&self, request: &TokenRequest) -> anyhow::Result<Token> {
        let asked_at = (self.clock)();
        let answer = self
            .retry("GetAuthorizationToken", async || {
                self.client
                    .get_authorization_token()
                    .domain(&request.domain)
                    .set_domain_owner(request.owner.clone())
                    .set_duration_seconds(request.duration_seconds.map(i64::from))
                    .send()
                    .await
            })
            .await?;
        let token = answer.authorization_token().unwrap_or_default();
        let expires_at = answer.expiration().map_or(0, |time| time.secs());
        if !is_token(token) || expires_at <= 0 {
            return Err(self.not_codeartifact("GetAuthorizationToken", "no usable token"));
        }
        Ok(Token {
            token: Secret::new(token),
            minted_at: asked_at,
            expires_at: expires_at.unsigned_abs(),
        })
    }

    /// `GetRepositoryEndpoint`.
    ///
    /// # Errors
    /// An [`AwsError`] that says why there is no endpoint.
    pub async fn repository_endpoint(
        &self,
        request: &TokenRequest,
        repository: &str,
        format: Format,
        endpoint_type: EndpointType,
    ) -> anyhow::Result<RepositoryEndpoint> {
        let format = PackageFormat::from(format.as_str());
        let answer = self
            .retry("GetRepositoryEndpoint", async || {
                self.client
                    .get_repository_endpoint()
                    .domain(&request.domain)
                    .set_domain_owner(request.owner.clone())
                    .repository(repository)
                    .format(format.clone())
                    .set_endpoint_type(
                        (endpoint_type != EndpointType::Ipv4)
                            .then(|| SdkEndpointType::from(endpoint_type.as_str())),
                    )
                    .send()
                    .await
            })
            .await?;
        let url = answer.repository_endpoint().unwrap_or_default();
        RepositoryEndpoint::from_answer(url).map_err(|error| {
            // What stands before an @ could be a password, and what is no URL is not worth showing.
            let shown = match url.split_once('@') {
                _ if url.is_empty() => "no endpoint".to_owned(),
                Some(_) => format!("an endpoint that is none: {error}"),
                None => format!("the endpoint `{}`: {error}", printable(url)),
            };
            self.not_codeartifact("GetRepositoryEndpoint", &shown)
        })
    }

    fn not_codeartifact(&self, operation: &'static str, what: &str) -> anyhow::Error {
        with_hint(
            anyhow::anyhow!("{operation}: {} answered with {what}", self.subject.host()),
            "is the API endpoint really CodeArtifact's? `studio-mirror status` shows where it was set",
        )
    }

    /// Tries until it succeeds, the failure is final, or the next wait would pass the deadline.
    async fn retry<T, E>(
        &self,
        operation: &'static str,
        send: impl AsyncFn() -> Result<T, SdkError<E, HttpResponse>>,
    ) -> anyhow::Result<T>
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + Debug + 'static,
    {
        let mut waits = ExponentialBuilder::default()
            .with_min_delay(FIRST_WAIT)
            .with_max_delay(LONGEST_WAIT)
            .with_jitter()
            .without_max_times()
            .build();
        let mut said = None;
        loop {
            let failure = match tokio::time::timeout_at(self.deadline, send()).await {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(error)) => AwsError::new(operation, &self.subject, error),
                Err(_) => AwsError::out_of_time(operation, &self.subject),
            };
            // The service knows best when to come again; our jitter on top keeps a crowd apart.
            let jitter = waits.next().unwrap_or(LONGEST_WAIT);
            let wait = failure.retry_after().saturating_add(jitter);
            let left = self.deadline.saturating_duration_since(Instant::now());
            let is_let_be = self.comes_again && failure.kind == Kind::Throttled;
            if !failure.is_transient() || is_let_be || wait >= left {
                // A packet that was lost on the last try tells less than what the service said before.
                let told = match failure.kind {
                    Kind::Timeout | Kind::Broken => said.unwrap_or(failure),
                    _ => failure,
                };
                return Err(told.into_hinted());
            }
            tokio::time::sleep(wait).await;
            if matches!(failure.kind, Kind::Throttled | Kind::ServerFault) {
                said = Some(failure);
            }
        }
    }
}
