//! The services that are asked, and what a failed call was about.

use crate::credentials::CredentialSource;
use crate::endpoint::PlainUrl;
use crate::token::TokenRequest;

/// A service of AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Tokens and repositories: what spaces ask.
    CodeArtifact,
    /// Stacks: what administrators ask.
    CloudFormation,
    /// VPCs: what administrators ask.
    Ec2,
    /// Roles: what administrators ask.
    Iam,
    /// Studio domains: what administrators ask.
    SageMaker,
    /// Identities.
    Sts,
}

impl Service {
    /// As policies, signatures and variables name it.
    pub fn name(self) -> &'static str {
        match self {
            Service::CodeArtifact => "codeartifact",
            Service::CloudFormation => "cloudformation",
            Service::Ec2 => "ec2",
            Service::Iam => "iam",
            Service::SageMaker => "sagemaker",
            Service::Sts => "sts",
        }
    }

    /// As people name it.
    pub(super) fn title(self) -> &'static str {
        match self {
            Service::CodeArtifact => "CodeArtifact",
            Service::CloudFormation => "CloudFormation",
            Service::Ec2 => "EC2",
            Service::Iam => "IAM",
            Service::SageMaker => "SageMaker",
            Service::Sts => "STS",
        }
    }

    /// The region that its requests are signed for when `region` is meant.
    pub(super) fn signing_region(self, region: &str) -> &str {
        match self {
            Service::Iam => "us-east-1",
            _ => region,
        }
    }

    /// Its own address in `region`.
    pub(super) fn url(self, region: &str) -> String {
        let host = match self {
            // One for all regions of the partition.
            Service::Iam => return "https://iam.amazonaws.com".to_owned(),
            Service::SageMaker => "api.sagemaker",
            other => other.name(),
        };
        format!("https://{host}.{region}.amazonaws.com")
    }
}

/// What a failed call was about, for the texts.
#[derive(Clone, Debug)]
pub struct Subject {
    pub(super) service: Service,
    pub(super) host: String,
    pub(super) region: String,
    pub(super) domain: String,
    pub(super) credentials: String,
}

impl Subject {
    /// Describes `request`.
    pub fn of(request: &TokenRequest) -> Self {
        let host = match &request.api_endpoint {
            Some(url) => host_of(url),
            None => format!("codeartifact.{}.amazonaws.com", request.region),
        };
        Self {
            service: Service::CodeArtifact,
            host,
            region: request.region.clone(),
            domain: request.domain.clone(),
            credentials: request.credentials.describe(),
        }
    }

    /// Describes calls to `service` at `url`.
    pub fn of_service(
        service: Service,
        url: &str,
        region: &str,
        credentials: &CredentialSource,
    ) -> Self {
        Self {
            service,
            host: host_of(url),
            region: region.to_owned(),
            domain: String::new(),
            credentials: credentials.describe(),
        }
    }

    /// The API's host.
    pub fn host(&self) -> &str {
        &self.host
    }
}

fn host_of(url: &str) -> String {
    PlainUrl::parse(url).map_or(url.to_owned(), |plain| plain.host().to_owned())
}
