//! Calls of which only whether they are allowed is wanted: they are data, and their answers are not read.

use aws_config::timeout::TimeoutConfig;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, OrchestratorError};
use aws_smithy_types::body::SdkBody;

use super::call::{Answered, Api, CONNECT_LIMIT, Caller, Message};
use super::explain::{AwsError, innermost};
use super::sagemaker::read_error;
use super::service::Service;
use super::{codeartifact, http_client};
use crate::secret::Secret;

/// A call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawCall {
    /// Who is called.
    pub service: Service,
    /// As the service's model names it.
    pub operation: &'static str,
    /// The HTTP method.
    pub method: &'static str,
    /// Path and query.
    pub path: String,
    /// Headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

impl RawCall {
    /// Makes it, at AWS's own address or at `url`.
    ///
    /// # Errors
    /// An [`AwsError`] that says why there is no answer.
    pub async fn send(&self, caller: &Caller, url: Option<&str>) -> Result<(), AwsError> {
        let message = Message {
            method: self.method,
            path: self.path.clone(),
            headers: self.headers.clone(),
            body: self.body.clone().into_bytes(),
        };
        let api = Api::new(caller, self.service, url, read_error);
        api.send(self.operation, message).await.map(drop)
    }
}

/// The status that `url` answers with to whoever holds `token`.
///
/// # Errors
/// Why there is no answer.
pub async fn status_with_token(url: &str, token: &Secret) -> Result<u16, String> {
    let authorization = format!("Bearer {}", token.expose());
    let operation = Operation::builder()
        .service_name(Service::CodeArtifact.name())
        .operation_name("read")
        .behavior_version(codeartifact::behavior_version())
        .http_client(http_client())
        .endpoint_url(url)
        .no_auth()
        .no_retry()
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(CONNECT_LIMIT)
                .operation_attempt_timeout(CONNECT_LIMIT * 4)
                .build(),
        )
        .serializer(move |()| {
            let mut request = HttpRequest::new(SdkBody::empty());
            request
                .headers_mut()
                .try_insert("authorization", authorization.clone())?;
            Ok(request)
        })
        .deserializer(|response| Ok::<u16, OrchestratorError<Answered>>(response.status().as_u16()))
        .build();
    operation
        .invoke(())
        .await
        .map_err(|error| innermost(&error))
}
