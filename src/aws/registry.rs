//! CodeArtifact as an administrator sees it: what a domain holds, and the generic package of the binary.

mod answers;

pub use answers::{DomainSeen, RepositorySeen, asset_sha256_in};

use std::time::Duration;

use serde_json::Value;

use super::call::{Api, Caller, Message};
use super::explain::{AwsError, Kind};
use super::query::encoded;
use super::sagemaker::read_error;
use super::service::Service;

/// One try; the binary goes up with it.
const ATTEMPT_LIMIT: Duration = Duration::from_secs(120);

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

/// The API, for one domain: calls as botocore's model has them on the wire. The SDK's operations for these six would be a
/// twentieth of the binary, for what spaces never do.
#[derive(Debug)]
pub struct Registry {
    api: Api,
    domain: String,
    owner: String,
}

impl Registry {
    /// The domain of this name and owner, at AWS's own address or at `url`.
    pub fn new(caller: &Caller, url: Option<&str>, domain: &str, owner: &str) -> Self {
        let api = Api::new(caller, Service::CodeArtifact, url, read_error);
        Self {
            api: api.with_attempt_limit(ATTEMPT_LIMIT).about(domain),
            domain: domain.to_owned(),
            owner: owner.to_owned(),
        }
    }

    /// The domain; `None` where there is none.
    ///
    /// # Errors
    /// Like all of these calls, an [`AwsError`] that says why there is no answer.
    pub async fn domain(&self) -> Result<Option<DomainSeen>, AwsError> {
        let answer = self
            .found("DescribeDomain", "GET", "/v1/domain", &[])
            .await?;
        Ok(answer.map(|answer| DomainSeen::read(&answer)))
    }

    /// A repository; `None` where there is none.
    ///
    /// # Errors
    /// As [`Registry::domain`].
    pub async fn repository(&self, name: &str) -> Result<Option<RepositorySeen>, AwsError> {
        let asked = [("repository", name)];
        let answer = self
            .found("DescribeRepository", "GET", "/v1/repository", &asked)
            .await?;
        Ok(answer.map(|answer| RepositorySeen::read(&answer)))
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
        const OPERATION: &str = "ListPackageVersionAssets";
        let path = "/v1/package/version/assets";
        let asked = version.asked();
        let answer = self.found(OPERATION, "POST", path, &asked).await?;
        Ok(answer.and_then(|answer| asset_sha256_in(asset, &answer)))
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
        let asked = [&version.asked()[..], &[("asset", asset)]].concat();
        let message = Message {
            method: "POST",
            path: self.path("/v1/package/version/publish", &asked),
            headers: vec![
                ("content-type", "application/octet-stream".to_owned()),
                ("x-amz-content-sha256", sha256.to_owned()),
            ],
            body: content.to_vec(),
        };
        self.api
            .send("PublishPackageVersion", message)
            .await
            .map(drop)
    }

    /// Deletes a repository with every package in it; one that is not there is no error.
    ///
    /// # Errors
    /// As [`Registry::domain`].
    pub async fn delete_repository(&self, name: &str) -> Result<(), AwsError> {
        let asked = [("repository", name)];
        let answer = self.found("DeleteRepository", "DELETE", "/v1/repository", &asked);
        answer.await.map(drop)
    }

    /// Deletes the domain, which must be empty; one that is not there is no error.
    ///
    /// # Errors
    /// As [`Registry::domain`].
    pub async fn delete_domain(&self) -> Result<(), AwsError> {
        let answer = self.found("DeleteDomain", "DELETE", "/v1/domain", &[]);
        answer.await.map(drop)
    }

    /// The answer, or `None` where what was asked for is not there.
    async fn found(
        &self,
        operation: &'static str,
        method: &'static str,
        path: &str,
        asked: &[(&str, &str)],
    ) -> Result<Option<Value>, AwsError> {
        let message = Message {
            method,
            path: self.path(path, asked),
            headers: Vec::new(),
            body: Vec::new(),
        };
        match self.api.send(operation, message).await {
            Ok(text) => serde_json::from_str(&text)
                .map(Some)
                .map_err(|why| self.api.not_aws(operation, &why.to_string())),
            Err(error) if error.kind == Kind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// `path` with what is asked for as its query.
    fn path(&self, path: &str, asked: &[(&str, &str)]) -> String {
        let domain = [("domain", &*self.domain), ("domain-owner", &*self.owner)];
        let pairs = domain.iter().chain(asked);
        let pairs = pairs.map(|(name, value)| format!("{name}={}", encoded(value)));
        format!("{path}?{}", pairs.collect::<Vec<_>>().join("&"))
    }
}

impl<'a> Version<'a> {
    fn asked(&self) -> [(&'static str, &'a str); 5] {
        [
            ("repository", self.repository),
            ("format", "generic"),
            ("namespace", self.namespace),
            ("package", self.package),
            ("version", self.version),
        ]
    }
}
