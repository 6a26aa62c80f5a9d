//! What a run is about.

use super::others::OtherTarget;
use crate::check::evidence::{CacheSeen, SettingsSeen};
use crate::check::probes::tools::ToolsPlan;
use crate::endpoint::{EndpointType, Format, PlainUrl, RepositoryEndpoint};
use crate::secret::Secret;
use crate::token::TokenRequest;

/// What a run is about: the settings, and the addresses that follow from them.
#[derive(Debug)]
pub struct Plan {
    /// The settings as they are told.
    pub settings: SettingsSeen,
    /// The token; `None` while settings are missing.
    pub request: Option<TokenRequest>,
    /// Which of AWS's names the repositories have.
    pub endpoint_type: EndpointType,
    /// The API.
    pub api: String,
    /// STS.
    pub sts: String,
    /// The address of the API's STS, where it is not AWS's own.
    pub own_sts: Option<String>,
    /// What is read.
    pub targets: Vec<Target>,
    /// What is read beside it, of other domains and regions.
    pub others: Vec<OtherTarget>,
    /// What the token cache looks like.
    pub cache: CacheSeen,
    /// The token in it, where there is one to give out.
    pub cached: Option<Secret>,
    /// The tools to look at.
    pub tools: ToolsPlan,
    /// Nothing on stderr.
    pub is_quiet: bool,
}

/// A repository in one format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The format.
    pub format: Format,
    /// The repository.
    pub repository: String,
    /// Where it is, if that is known without asking.
    pub endpoint: Option<RepositoryEndpoint>,
}

/// Whether the API at `url` is not one of AWS's own names.
pub fn is_own_api(url: &str) -> bool {
    let host = PlainUrl::parse(url).map(|plain| plain.host().to_owned());
    !host.is_ok_and(|host| host.ends_with(".amazonaws.com") || host.ends_with(".api.aws"))
}
