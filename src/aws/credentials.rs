//! The SDK's credential provider for the source that a login settled on.

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::region::Region;

use super::explain::innermost;
use super::mend::credentials_cause;
use crate::credentials::CredentialSource;

/// Makes it; nothing is asked for yet.
pub fn provider(
    source: &CredentialSource,
    region: &str,
    http_client: SharedHttpClient,
) -> SharedCredentialsProvider {
    let config = ProviderConfig::without_region()
        .with_region(Some(Region::new(region.to_owned())))
        .with_behavior_version(Some(super::codeartifact::behavior_version()))
        .with_http_client(http_client);
    match source {
        CredentialSource::Environment { .. } => {
            SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new())
        }
        CredentialSource::Profile { name, .. } => SharedCredentialsProvider::new(
            ProfileFileCredentialsProvider::builder()
                .configure(&config)
                .profile_name(name)
                .build(),
        ),
        CredentialSource::WebIdentity { .. } => SharedCredentialsProvider::new(
            WebIdentityTokenCredentialsProvider::builder()
                .configure(&config)
                .build(),
        ),
        CredentialSource::Container { .. } => SharedCredentialsProvider::new(
            EcsCredentialsProvider::builder().configure(&config).build(),
        ),
        // Nobody asks as `Caller`: it has given way to what the caller has.
        CredentialSource::Instance | CredentialSource::Caller => SharedCredentialsProvider::new(
            ImdsCredentialsProvider::builder()
                .configure(&config)
                .build(),
        ),
    }
}

/// The service's code and message out of the SDK's `Error { code: "…", message: "…", … }`; any other text as it is.
fn sentence(text: &str) -> String {
    let part = |name: &str| {
        let (_, rest) = text.split_once(&format!("{name}: \""))?;
        Some(rest.split_once('"')?.0)
    };
    match (part("code"), part("message")) {
        (Some(code), Some(message)) if text.starts_with("Error {") => format!("{code}: {message}"),
        _ => text.to_owned(),
    }
}

/// Credentials, without their secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The key's public half.
    pub access_key_id: String,
    /// When they end, where that is known, in seconds since 1970.
    pub expires_at: Option<u64>,
}

/// Asks `source` for credentials, as a call to AWS would.
///
/// # Errors
/// The sentence that says why there are none.
pub async fn find(source: &CredentialSource, region: &str) -> Result<Found, String> {
    let provider = provider(source, region, super::http_client());
    let found = provider
        .provide_credentials()
        .await
        .map_err(|error| credentials_cause(sentence(&innermost(&error))))?;
    let since_1970 = |time: std::time::SystemTime| time.duration_since(std::time::UNIX_EPOCH);
    Ok(Found {
        access_key_id: found.access_key_id().to_owned(),
        expires_at: found
            .expiry()
            .and_then(|time| Some(since_1970(time).ok()?.as_secs())),
    })
}
