//! A call to an API of AWS whose own crate is too heavy, on the parts that every crate of the SDK is made of:
//! its orchestrator, signer, retries and timeouts, over our connection. The protocols ([`super::query`],
//! [`super::sagemaker`]) say what is sent and what an error looks like.

use std::fmt;
use std::time::{Duration, Instant};

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_runtime::auth::SigV4OperationSigningConfig;
use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_runtime::user_agent::{ApiMetadata, UserAgentInterceptor};
use aws_sdk_codeartifact::error::{ErrorMetadata, ProvideErrorMetadata};
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::classifiers::{
    HttpStatusCodeClassifier, TransientErrorClassifier,
};
use aws_smithy_runtime_api::client::auth::AuthSchemeOptionResolverParams;
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::{SharedRuntimePlugin, StaticRuntimePlugin};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::Layer;
use aws_types::SigningName;
use aws_types::app_name::AppName;
use aws_types::region::{Region, SigningRegion};

use super::explain::AwsError;
use super::service::{Service, Subject};
use super::{credentials, http_client};
use crate::credentials::CredentialSource;

/// A connection that is not there after this long will not come.
pub(super) const CONNECT_LIMIT: Duration = Duration::from_millis(2_500);
/// One try of one call, credentials included.
const ATTEMPT_LIMIT: Duration = Duration::from_secs(10);
/// Throttling and failures of the service are tried again so often.
pub(super) const ATTEMPTS: u32 = 4;

/// Who asks, where and until when.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Whose credentials are used.
    pub credentials: CredentialSource,
    /// The region that is asked.
    pub region: String,
    /// When every answer must be there.
    pub deadline: Instant,
}

/// What a protocol sends.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) method: &'static str,
    /// Path and query.
    pub(super) path: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
}

impl Message {
    /// To where a service takes all of its calls.
    pub(super) fn post(headers: Vec<(&'static str, String)>, body: String) -> Self {
        Self {
            method: "POST",
            path: "/".to_owned(),
            headers,
            body: body.into_bytes(),
        }
    }
}

/// Reads the code and the message of an answer that is an error.
pub(super) type ReadError = fn(&HttpResponse, &str) -> ErrorMetadata;

/// One service, as one caller sees it.
#[derive(Clone, Debug)]
pub(super) struct Api {
    service: Service,
    url: String,
    subject: Subject,
    plugin: SharedRuntimePlugin,
    deadline: Instant,
    attempt_limit: Duration,
    read_error: ReadError,
}

impl Api {
    /// `service` at AWS's own address, or at `url`.
    pub(super) fn new(
        caller: &Caller,
        service: Service,
        url: Option<&str>,
        read_error: ReadError,
    ) -> Self {
        let url = url.map_or_else(|| service.url(&caller.region), str::to_owned);
        Self {
            subject: Subject::of_service(service, &url, &caller.region, &caller.credentials),
            plugin: plugin(caller, service),
            deadline: caller.deadline,
            attempt_limit: ATTEMPT_LIMIT,
            service,
            url,
            read_error,
        }
    }

    /// With another limit for one try, for what is long.
    pub(super) fn with_attempt_limit(self, attempt_limit: Duration) -> Self {
        Self {
            attempt_limit,
            ..self
        }
    }

    /// About this domain of CodeArtifact, which hints name.
    pub(super) fn about(mut self, domain: &str) -> Self {
        domain.clone_into(&mut self.subject.domain);
        self
    }

    /// Makes the call of `operation` and gives its body.
    ///
    /// # Errors
    /// An [`AwsError`] that says why there is no answer.
    pub(super) async fn send(
        &self,
        operation: &'static str,
        message: Message,
    ) -> Result<String, AwsError> {
        let limit = tokio::time::Instant::from_std(self.deadline);
        let call = self.operation(operation);
        match tokio::time::timeout_at(limit, call.invoke(message)).await {
            Ok(answer) => answer.map_err(|error| AwsError::new(operation, &self.subject, error)),
            Err(_) => Err(AwsError::out_of_time(operation, &self.subject)),
        }
    }

    /// An answer that is none of this service.
    pub(super) fn not_aws(&self, operation: &'static str, why: &str) -> AwsError {
        AwsError::not_aws(operation, &self.subject, why)
    }

    fn operation(&self, name: &'static str) -> Operation<Message, String, Answered> {
        let read_error = self.read_error;
        Operation::builder()
            .service_name(self.service.name())
            .operation_name(name)
            .behavior_version(super::codeartifact::behavior_version())
            .http_client(http_client())
            .endpoint_url(&self.url)
            .standard_retry(&RetryConfig::standard().with_max_attempts(ATTEMPTS))
            .retry_classifier(AwsErrorCodeClassifier::<Answered>::default())
            .retry_classifier(TransientErrorClassifier::<Answered>::new())
            .retry_classifier(HttpStatusCodeClassifier::default())
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(CONNECT_LIMIT)
                    .operation_attempt_timeout(self.attempt_limit)
                    .build(),
            )
            .interceptor(UserAgentInterceptor::new())
            .runtime_plugin(self.plugin.clone())
            .serializer(|message: Message| {
                let mut request = HttpRequest::new(SdkBody::from(message.body));
                request.set_method(message.method)?;
                request.set_uri(message.path)?;
                for (name, value) in message.headers {
                    request.headers_mut().try_insert(name, value)?;
                }
                Ok(request)
            })
            .deserializer(move |response| read(response, read_error))
            .build()
    }
}

/// What CloudTrail shows of us in the user agent: the program and its version.
pub(super) fn app_name() -> Option<AppName> {
    AppName::new(concat!("studio-mirror-", env!("CARGO_PKG_VERSION"))).ok()
}

/// How requests are signed.
fn plugin(caller: &Caller, service: Service) -> SharedRuntimePlugin {
    let mut config = Layer::new("signing");
    config.store_put(AuthSchemeOptionResolverParams::new(()));
    config.store_put(SigV4OperationSigningConfig::default());
    let region = service.signing_region(&caller.region).to_owned();
    config.store_put(SigningRegion::from(Region::new(region)));
    config.store_put(SigningName::from_static(service.name()));
    config.store_put(ApiMetadata::new(service.name(), env!("CARGO_PKG_VERSION")));
    if let Some(name) = app_name() {
        config.store_put(name);
    }
    let provider = credentials::provider(&caller.credentials, &caller.region, http_client());
    let components = RuntimeComponentsBuilder::new("signing")
        .with_auth_scheme(SigV4AuthScheme::new())
        .with_auth_scheme_option_resolver(Some(StaticAuthSchemeOptionResolver::new(vec![
            SCHEME_ID,
        ])))
        .with_identity_resolver(SCHEME_ID, provider);
    let plugin = StaticRuntimePlugin::new()
        .with_config(config.freeze())
        .with_runtime_components(components);
    SharedRuntimePlugin::new(plugin)
}

fn read(
    response: &HttpResponse,
    read_error: ReadError,
) -> Result<String, OrchestratorError<Answered>> {
    let bytes = response.body().bytes().unwrap_or_default();
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    if response.status().is_success() {
        Ok(text.to_owned())
    } else {
        Err(OrchestratorError::operation(Answered(read_error(
            response, text,
        ))))
    }
}

/// What the service said instead of an answer.
#[derive(Debug)]
pub(super) struct Answered(ErrorMetadata);

impl fmt::Display for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl std::error::Error for Answered {}

impl ProvideErrorMetadata for Answered {
    fn meta(&self) -> &ErrorMetadata {
        &self.0
    }
}
