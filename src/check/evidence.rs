//! What the probes saw. Observations only: what they mean is for the verdicts.

mod host;
mod roots;
pub mod tools;

pub use host::{Answer, Distrust, Handshake, HostSeen, Names, Reached, Role, Said, Tunnel};
pub use roots::RootsSeen;

use std::net::IpAddr;
use std::path::PathBuf;

use super::fill::Words;
use super::vpc::VpcSeen;
use crate::aws::{Denial, Kind};
use crate::endpoint::Format;

/// Everything seen in one run. What was never looked at is `None` or empty.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// The settings and what they lead to.
    pub settings: SettingsSeen,
    /// What the proxy variables say.
    pub proxy: Option<ProxySeen>,
    /// The trusted roots.
    pub roots: Option<Result<RootsSeen, Trouble>>,
    /// Where credentials come from and whether there are any.
    pub credentials: Option<Result<CredentialsSeen, NoCredentials>>,
    /// The API's host.
    pub api: Option<HostSeen>,
    /// The host that packages are read from.
    pub repositories: Option<HostSeen>,
    /// The host that tarballs are redirected to.
    pub assets: Option<HostSeen>,
    /// The host that says who one is.
    pub sts: Option<HostSeen>,
    /// The token, asked for anew.
    pub token: Option<Result<TokenSeen, Refusal>>,
    /// Where AWS says the repository is.
    pub endpoint: Option<Result<String, Refusal>>,
    /// The other repositories of the domain that AWS does not tell the endpoint of, and why.
    pub unknown_repositories: Vec<(String, Refusal)>,
    /// Each repository in each format, read with the new token.
    pub reads: Vec<ReadSeen>,
    /// Repositories of other domains and regions.
    pub others: Vec<OtherRepository>,
    /// How a tarball is handed out.
    pub tarball: Option<TarballSeen>,
    /// Who the credentials speak for.
    pub caller: Option<Result<String, String>>,
    /// The token cache.
    pub cache: Option<CacheSeen>,
    /// The tools and what they use.
    pub tools: tools::ToolsSeen,
    /// This machine's addresses.
    pub own_addresses: Vec<IpAddr>,
    /// What AWS says of the VPC, beside what the wire showed; `None` without `--vpc`.
    pub vpc: Option<Box<VpcSeen>>,
    /// The clock when the run began, seconds since 1970.
    pub now: u64,
}

/// The settings and what they lead to.
#[derive(Clone, Debug, Default)]
pub struct SettingsSeen {
    /// `(name, value, source)` of each, in a fixed order.
    pub all: Vec<(&'static str, String, String)>,
    /// The first that is missing: what to say and how to set it.
    pub missing: Option<Trouble>,
    /// The region.
    pub region: Option<String>,
    /// The domain.
    pub domain: Option<String>,
    /// The domain's owner, where it is known.
    pub owner: Option<String>,
    /// The repository.
    pub repository: Option<String>,
    /// The formats that the tools in question read.
    pub formats: Vec<Format>,
    /// Whether one of them asks the helper only after a 401.
    pub helper_waits_for_401: bool,
    /// Whether the API's address is not AWS's own name.
    pub own_api: bool,
    /// The Studio domain, in a space.
    pub studio_domain_id: Option<String>,
    /// The role that the space runs as.
    pub role: Option<String>,
}

/// Why there are no credentials.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoCredentials {
    /// What and why.
    pub what: String,
    /// Whether STS would give them.
    pub by_sts: bool,
}

/// A failure in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trouble {
    /// What and why.
    pub what: String,
    /// The next step.
    pub mend: Option<String>,
}

/// What the proxy variables say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProxySeen {
    /// The variable that names it, without the value where that could hold a password.
    pub variable: &'static str,
    /// `host:port`.
    pub address: String,
    /// Whether a user and a password stand in it.
    pub has_login: bool,
    /// What NO_PROXY holds.
    pub excepted: Option<String>,
    /// Why the variable is of no use.
    pub trouble: Option<Trouble>,
}

/// Credentials, without their secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialsSeen {
    /// Where they come from.
    pub source: String,
    /// The key's public half.
    pub access_key_id: String,
    /// When they end, seconds since 1970.
    pub expires_at: Option<u64>,
}

/// A new token, without the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenSeen {
    /// How long it lives, in seconds.
    pub lives: u64,
}

/// An AWS call that failed, as `aws` explains it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why, if AWS or the way to it is the reason.
    pub kind: Option<Kind>,
    /// The policy that refused, if one did.
    pub denial: Option<Denial>,
    /// The sentences, and the mend in words.
    pub trouble: Trouble,
}

/// A repository, read in one format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadSeen {
    /// The format.
    pub format: Format,
    /// The repository.
    pub repository: String,
    /// What was asked for, below the repository's endpoint.
    pub path: &'static str,
    /// The answer to a request with the new token.
    pub answer: Answer,
}

/// A repository of another domain or region, read with a token of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct OtherRepository {
    /// Its domain.
    pub domain: String,
    /// The domain's owner, where it is known.
    pub owner: Option<String>,
    /// Its region.
    pub region: String,
    /// Its name.
    pub repository: String,
    /// What was asked for, below its endpoint.
    pub path: &'static str,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of reading it.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// AWS gave no token, or knows no such repository.
    Refused(Refusal),
    /// Its host was not reached: how far one got.
    Unreached(Box<HostSeen>),
    /// Its host answered, or hung up.
    Answered(Answer),
}

/// How a tarball is handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TarballSeen {
    /// By a redirect to the asset host; how that one answered, if it was asked.
    Redirected(Option<Answer>),
    /// By the repositories host itself.
    Served,
    /// The package is not to be had; only the way to the region's bucket could be looked at.
    NoPackage,
}

/// The token cache.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CacheSeen {
    /// Its folder.
    pub folder: PathBuf,
    /// Why the folder is of no use.
    pub trouble: Option<String>,
    /// When the cached token ends, seconds since 1970, and whether it is given out still.
    pub token: Option<(u64, bool)>,
    /// Whether there is a file for the token that holds none.
    pub damaged: bool,
    /// How a repository answers to the token in it; `None` if nobody asked.
    pub answer: Option<u16>,
}

impl Evidence {
    /// The host in this role.
    pub fn host(&self, role: Role) -> Option<&HostSeen> {
        match role {
            Role::Api => self.api.as_ref(),
            Role::Repositories => self.repositories.as_ref(),
            Role::Assets => self.assets.as_ref(),
            Role::Sts => self.sts.as_ref(),
        }
    }

    /// The words that mends are filled with.
    pub fn words(&self) -> Words {
        let settings = &self.settings;
        let host = |role| self.host(role).map(|seen| seen.host.clone());
        let bucket = settings
            .region
            .as_deref()
            .and_then(super::catalogue::bucket);
        let words = match &self.roots {
            Some(Ok(roots)) => roots.words(Words::default()),
            _ => Words::default(),
        };
        let words = match &self.vpc {
            Some(seen) => seen.asked.words(words),
            None => words,
        };
        let caller = self.caller.as_ref().and_then(|known| known.as_ref().ok());
        let role = settings
            .role
            .clone()
            .or_else(|| caller.map(|arn| super::observed::role_of(arn)));
        let role_name = role
            .as_deref()
            .and_then(|arn| Some(arn.split_once(":role/")?.1.rsplit('/').next()?.to_owned()));
        words
            .with("role_arn", role)
            .with("role_name", role_name)
            .with("region", settings.region.clone())
            .with("domain", settings.domain.clone())
            .with("account", settings.owner.clone())
            .with("repository", settings.repository.clone())
            .with("api_host", host(Role::Api))
            .with("repositories_host", host(Role::Repositories))
            .with("assets_host", host(Role::Assets))
            .with("sts_host", host(Role::Sts))
            .with("bucket", bucket)
            .with(
                "proxy",
                self.proxy.as_ref().map(|proxy| proxy.address.clone()),
            )
    }
}
