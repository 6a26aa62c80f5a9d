//! The values of flags that are one of a few words.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::bootstrap::stacks::Endpoint;

/// An endpoint, or none at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WantedEndpoint {
    /// codeartifact.api: tokens
    Api,
    /// codeartifact.repositories: packages
    Repositories,
    /// sts: who am I, and other roles
    Sts,
    /// s3, a gateway: the packages of all but Python and Swift
    S3,
    /// sagemaker.api, which Studio needs
    SagemakerApi,
    /// sagemaker.runtime, likewise
    SagemakerRuntime,
    /// aws.sagemaker.REGION.studio, likewise
    Studio,
    /// logs: what lifecycle scripts say
    Logs,
    /// no endpoint
    None,
}

impl WantedEndpoint {
    /// The endpoint that it is; `None` for none.
    pub fn endpoint(self) -> Option<Endpoint> {
        Some(match self {
            Self::Api => Endpoint::Api,
            Self::Repositories => Endpoint::Repositories,
            Self::Sts => Endpoint::Sts,
            Self::S3 => Endpoint::S3,
            Self::SagemakerApi => Endpoint::SagemakerApi,
            Self::SagemakerRuntime => Endpoint::SagemakerRuntime,
            Self::Studio => Endpoint::Studio,
            Self::Logs => Endpoint::Logs,
            Self::None => return None,
        })
    }
}

/// `--iam`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IamWay {
    /// the stack attaches them
    #[default]
    Attach,
    /// printed
    Print,
}

/// `--attach`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AttachWay {
    /// the Studio domain is changed, that leaf alone
    #[default]
    Patch,
    /// the lines for Terraform and CloudFormation are printed
    Print,
    /// not at all, and no lifecycle configuration is made
    None,
}

/// `yes` or `no`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum YesNo {
    /// yes
    Yes,
    /// no
    #[default]
    No,
}
