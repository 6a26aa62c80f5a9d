//! The SDK's credential provider for the source that a login settled on.

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::region::Region;

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
