//! The services that a set-up talks to, as one administrator reaches them.

use std::collections::BTreeMap;
use std::time::Instant;

use crate::aws::cloudformation::CloudFormation;
use crate::aws::ec2::Ec2;
use crate::aws::{Caller, Iam, Registry, SageMaker};
use crate::environment::endpoint_url;

/// The services.
#[derive(Clone, Debug)]
pub struct Reach {
    /// Stacks.
    pub cloudformation: CloudFormation,
    /// VPCs.
    pub ec2: Ec2,
    /// Roles.
    pub iam: Iam,
    /// Studio.
    pub sagemaker: SageMaker,
    /// Who asks, where and until when.
    pub caller: Caller,
    /// The address of STS, where it is not AWS's own.
    pub sts_url: Option<String>,
    codeartifact_url: Option<String>,
}

impl Reach {
    /// At AWS's own addresses, or where `AWS_ENDPOINT_URL_<SERVICE>` and `AWS_ENDPOINT_URL` lead.
    pub fn new(caller: Caller, environment: &BTreeMap<String, String>) -> Self {
        let url = |service: &str| endpoint_url(environment, service);
        Self {
            cloudformation: CloudFormation::new(&caller, url("CLOUDFORMATION").as_deref()),
            ec2: Ec2::new(&caller, url("EC2").as_deref()),
            iam: Iam::new(&caller, url("IAM").as_deref()),
            sagemaker: SageMaker::new(&caller, url("SAGEMAKER").as_deref()),
            sts_url: url("STS"),
            codeartifact_url: url("CODEARTIFACT"),
            caller,
        }
    }

    /// CodeArtifact, for one domain.
    pub fn registry(&self, domain: &str, owner: &str) -> Registry {
        Registry::new(
            &self.caller,
            self.codeartifact_url.as_deref(),
            domain,
            owner,
        )
    }

    /// When every answer must be there.
    pub fn deadline(&self) -> Instant {
        self.caller.deadline
    }
}
