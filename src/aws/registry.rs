//! CodeArtifact as an administrator sees it: what a domain holds, and the generic package of the binary.

use std::time::Duration;

use aws_sdk_codeartifact::config::{Region, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_codeartifact::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_codeartifact::primitives::ByteStream;
use aws_sdk_codeartifact::types::{HashAlgorithm, PackageFormat};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use super::call::Caller;
use super::explain::{AwsError, Kind};
use super::service::{Service, Subject};
use super::{credentials, http_client};

/// A connection that is not there after this long will not come.
const CONNECT_LIMIT: Duration = Duration::from_millis(2_500);
/// One try; the binary goes up with it.
const ATTEMPT_LIMIT: Duration = Duration::from_secs(120);
/// Throttling and failures of the service are tried again so often.
const ATTEMPTS: u32 = 4;

/// A domain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DomainSeen {
    /// Its ARN.
    pub arn: String,
    /// The bucket that its assets lie in; npm fetches from there.
    pub bucket_arn: String,
    /// The key of its assets.
    pub key_arn: String,
}

/// A repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RepositorySeen {
    /// Where it looks for what it has not got.
    pub upstreams: Vec<String>,
    /// The public repository that it is connected to.
    pub external: Option<String>,
}

/// A version of a generic package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version<'a> {
    /// Its repository.
    pub repository: &'a str,
    /// Its namespace.
    pub namespace: &'a str,
    /// Its package.
    pub package: &'a str,
    /// Itself.
    pub version: &'a str,
}

/// The API, for one domain.
#[derive(Debug)]
pub struct Registry {
    client: aws_sdk_codeartifact::Client,
    subject: Subject,
    domain: String,
    owner: String,
}

impl Registry {
    /// The domain of this name and owner, at AWS's own address or at `url`.
    pub fn new(caller: &Caller, url: Option<&str>, domain: &str, owner: &str) -> Self {
        let http = http_client();
        let own = format!("https://codeartifact.{}.amazonaws.com", caller.region);
        let mut config = aws_sdk_codeartifact::Config::builder()
            .behavior_version(super::codeartifact::behavior_version())
            .region(Region::new(caller.region.clone()))
            .credentials_provider(credentials::provider(
                &caller.credentials,
                &caller.region,
                http.clone(),
            ))
            .http_client(http)
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(CONNECT_LIMIT)
                    .operation_attempt_timeout(ATTEMPT_LIMIT)
                    .build(),
            );
        config.set_endpoint_url(url.map(str::to_owned));
        config.set_app_name(super::call::app_name());
        Self {
            client: aws_sdk_codeartifact::Client::from_conf(config.build()),
            subject: Subject::of_service(
                Service::CodeArtifact,
                url.unwrap_or(&own),
                &caller.region,
                &caller.credentials,
            ),
            domain: domain.to_owned(),
            owner: owner.to_owned(),
        }
    }

    /// The domain; `None` where there is none.
    ///
    /// # Errors
    /// Like all of these calls, an [`AwsError`] that says why there is no answer.
    pub async fn domain(&self) -> Result<Option<DomainSeen>, AwsError> {
        let asked = self.client.describe_domain();
        let asked = asked.domain(&self.domain).domain_owner(&self.owner);
        let answer = self.found("DescribeDomain", asked.send().await)?;
        let domain = answer.and_then(|answer| answer.domain);
        Ok(domain.map(|domain| DomainSeen {
            arn: domain.arn.unwrap_or_default(),
            bucket_arn: domain.s3_bucket_arn.unwrap_or_default(),
            key_arn: domain.encryption_key.unwrap_or_default(),
        }))
    }

    /// A repository; `None` where there is none.
    ///
    /// # Errors
    /// As [`Registry::domain`].
    pub async fn repository(&self, name: &str) -> Result<Option<RepositorySeen>, AwsError> {
        let asked = self.client.describe_repository();
        let asked = asked.domain(&self.domain).domain_owner(&self.owner);
        let answer = self.found("DescribeRepository", asked.repository(name).send().await)?;
        let repository = answer.and_then(|answer| answer.repository);
        Ok(repository.map(|repository| RepositorySeen {
            upstreams: repository
                .upstreams()
                .iter()
                .filter_map(|upstream| upstream.repository_name().map(str::to_owned))
                .collect(),
            external: repository
                .external_connections()
                .first()
                .and_then(|connection| connection.external_connection_name())
                .map(str::to_owned),
        }))
    }

    /// The SHA-256 of an asset, in lower-case hex; `None` where there is no such version or asset.
    ///
    /// # Errors
    /// As [`Registry::domain`].
    pub async fn asset_sha256(
        &self,
        version: &Version<'_>,
        asset: &str,
    ) -> Result<Option<String>, AwsError> {
        let asked = self
            .client
            .list_package_version_assets()
            .domain(&self.domain)
            .domain_owner(&self.owner)
            .repository(version.repository)
            .format(PackageFormat::Generic)
            .namespace(version.namespace)
            .package(version.package)
            .package_version(version.version);
        let answer = self.found("ListPackageVersionAssets", asked.send().await)?;
        Ok(answer.and_then(|answer| {
            let assets = answer.assets();
            let found = assets.iter().find(|known| known.name() == asset)?;
            let hash = found.hashes()?.get(&HashAlgorithm::Sha256)?;
            Some(hash.to_ascii_lowercase())
        }))
    }

    /// Publishes a version that is whole with this one asset.
    ///
    /// # Errors
    /// As [`Registry::domain`].
    pub async fn publish(
        &self,
        version: &Version<'_>,
        asset: &str,
        content: &[u8],
        sha256: &str,
    ) -> Result<(), AwsError> {
        let asked = self
            .client
            .publish_package_version()
            .domain(&self.domain)
            .domain_owner(&self.owner)
            .repository(version.repository)
            .format(PackageFormat::Generic)
            .namespace(version.namespace)
            .package(version.package)
            .package_version(version.version)
            .asset_name(asset)
            .asset_sha256(sha256)
            .asset_content(ByteStream::from(content.to_vec()));
        let answer = asked.send().await;
        answer
            .map(drop)
            .map_err(|error| AwsError::new("PublishPackageVersion", &self.subject, error))
    }

    /// Deletes a repository with every package in it; one that is not there is no error.
    ///
    /// # Errors
    /// As [`Registry::domain`].
    pub async fn delete_repository(&self, name: &str) -> Result<(), AwsError> {
        let asked = self.client.delete_repository();
        let asked = asked.domain(&self.domain).domain_owner(&self.owner);
        let answer = asked.repository(name).send().await;
        self.found("DeleteRepository", answer).map(drop)
    }

    /// Deletes the domain, which must be empty; one that is not there is no error.
    ///
    /// # Errors
    /// As [`Registry::domain`].
    pub async fn delete_domain(&self) -> Result<(), AwsError> {
        let asked = self.client.delete_domain();
        let asked = asked.domain(&self.domain).domain_owner(&self.owner);
        self.found("DeleteDomain", asked.send().await).map(drop)
    }

    /// `answer`, or `None` where what was asked for is not there.
    fn found<T, E>(
        &self,
        operation: &str,
        answer: Result<T, SdkError<E, HttpResponse>>,
    ) -> Result<Option<T>, AwsError>
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        match answer.map_err(|error| AwsError::new(operation, &self.subject, error)) {
            Ok(answer) => Ok(Some(answer)),
            Err(error) if error.kind == Kind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}
