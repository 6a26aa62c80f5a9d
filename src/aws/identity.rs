//! Who the credentials speak for. STS needs a network path of its own, which many a VPC lacks:
//! nothing may depend on this answer.

use std::time::Duration;

use aws_sdk_sts::config::{Region, retry::RetryConfig};
use aws_sdk_sts::error::ProvideErrorMetadata;

use super::{credentials, http_client};
use crate::token::TokenRequest;

/// Long enough for an endpoint inside the VPC; without one nobody shall wait.
const LIMIT: Duration = Duration::from_secs(2);

/// The caller's ARN by `GetCallerIdentity`, or why it is not known. `endpoint` is the address of
/// STS where it is not AWS's own.
///
/// # Errors
/// A sentence, for `-v`.
pub async fn caller_arn(request: &TokenRequest, endpoint: Option<&str>) -> Result<String, String> {
    let http = http_client();
    let mut config = aws_sdk_sts::Config::builder()
        .behavior_version(super::codeartifact::behavior_version())
        .region(Region::new(request.region.clone()))
        .credentials_provider(credentials::provider(
            &request.credentials,
            &request.region,
            http.clone(),
        ))
        .http_client(http)
        .retry_config(RetryConfig::disabled());
    config.set_endpoint_url(endpoint.map(str::to_owned));
    let client = aws_sdk_sts::Client::from_conf(config.build());
    match tokio::time::timeout(LIMIT, client.get_caller_identity().send()).await {
        Ok(Ok(answer)) => Ok(answer.arn().unwrap_or("(no ARN)").to_owned()),
        Ok(Err(error)) => Err(match error.as_service_error() {
            Some(answer) => sentence(answer),
            None => super::explain::innermost(&error),
        }),
        Err(_) => Err("STS does not answer; is there an STS endpoint in the VPC?".to_owned()),
    }
}

/// What STS says, in its own words.
fn sentence(answer: &impl ProvideErrorMetadata) -> String {
    let words = [answer.code(), answer.message()];
    super::explain::printable(&words.into_iter().flatten().collect::<Vec<_>>().join(": "))
}
