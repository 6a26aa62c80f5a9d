//! Who the credentials speak for. STS needs a network path of its own, which many a VPC lacks:
//! nothing may depend on this answer.

use std::time::Duration;

use aws_sdk_sts::config::{Region, retry::RetryConfig};
use aws_sdk_sts::error::ProvideErrorMetadata;

use super::call::Caller;
use super::explain::AwsError;
use super::service::{Service, Subject};
use super::{credentials, http_client};
use crate::credentials::CredentialSource;
use crate::token::TokenRequest;

/// Long enough for an endpoint inside the VPC; without one nobody shall wait.
const LIMIT: Duration = Duration::from_secs(2);
/// How long an administrator waits for it: single sign-on may come first.
const PATIENCE: Duration = Duration::from_secs(20);

/// The caller's ARN by `GetCallerIdentity`, or why it is not known. `endpoint` is the address of
/// STS where it is not AWS's own.
///
/// # Errors
/// A sentence, for `-v`.
pub async fn caller_arn(request: &TokenRequest, endpoint: Option<&str>) -> Result<String, String> {
    let once = RetryConfig::disabled();
    let client = client(&request.credentials, &request.region, endpoint, once);
    match tokio::time::timeout(LIMIT, client.get_caller_identity().send()).await {
        Ok(Ok(answer)) => Ok(answer.arn().unwrap_or("(no ARN)").to_owned()),
        Ok(Err(error)) => Err(match error.as_service_error() {
            Some(answer) => sentence(answer),
            None => super::explain::innermost(&error),
        }),
        Err(_) => Err("STS does not answer; is there an STS endpoint in the VPC?".to_owned()),
    }
}

/// Account and ARN of an administrator, whose work begins with it.
///
/// # Errors
/// An [`AwsError`] that says why there is no answer.
pub async fn caller_identity(
    caller: &Caller,
    endpoint: Option<&str>,
) -> Result<(String, String), AwsError> {
    const OPERATION: &str = "GetCallerIdentity";
    let own = Service::Sts.url(&caller.region);
    let url = endpoint.unwrap_or(&own);
    let subject = Subject::of_service(Service::Sts, url, &caller.region, &caller.credentials);
    let again = RetryConfig::standard().with_max_attempts(super::call::ATTEMPTS);
    let client = client(&caller.credentials, &caller.region, endpoint, again);
    let asked = tokio::time::timeout(PATIENCE, client.get_caller_identity().send());
    let answer = asked
        .await
        .map_err(|_| AwsError::out_of_time(OPERATION, &subject))?
        .map_err(|error| AwsError::new(OPERATION, &subject, error))?;
    match (answer.account, answer.arn) {
        (Some(account), Some(arn)) => Ok((account, arn)),
        _ => Err(AwsError::not_aws(OPERATION, &subject, "no account")),
    }
}

fn client(
    credentials: &CredentialSource,
    region: &str,
    endpoint: Option<&str>,
    retries: RetryConfig,
) -> aws_sdk_sts::Client {
    let http = http_client();
    let mut config = aws_sdk_sts::Config::builder()
        .behavior_version(super::codeartifact::behavior_version())
        .region(Region::new(region.to_owned()))
        .credentials_provider(credentials::provider(credentials, region, http.clone()))
        .http_client(http)
        .retry_config(retries);
    config.set_endpoint_url(endpoint.map(str::to_owned));
    config.set_app_name(super::call::app_name());
    aws_sdk_sts::Client::from_conf(config.build())
}

/// What STS says, in its own words.
fn sentence(answer: &impl ProvideErrorMetadata) -> String {
    let words = [answer.code(), answer.message()];
    crate::error::printable(&words.into_iter().flatten().collect::<Vec<_>>().join(": "))
}
