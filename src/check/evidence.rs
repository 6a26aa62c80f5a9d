//! What the probes saw. Observations only: what they mean is for the verdicts.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use super::fill::Words;
use super::vpc::VpcSeen;
use crate::aws::{Denial, Kind};
use crate::endpoint::{Format, PlainUrl};

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
    pub credentials: Option<Result<CredentialsSeen, Trouble>>,
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
    /// Each repository in each format, read with the new token.
    pub reads: Vec<ReadSeen>,
    /// How a tarball is handed out.
    pub tarball: Option<TarballSeen>,
    /// Who the credentials speak for.
    pub caller: Option<Result<String, String>>,
    /// The token cache.
    pub cache: Option<CacheSeen>,
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
    /// What NO_PROXY holds.
    pub excepted: Option<String>,
    /// Why the variable is of no use.
    pub trouble: Option<Trouble>,
}

/// The trusted roots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootsSeen {
    /// Who chose them.
    pub from: String,
    /// How many there are.
    pub count: usize,
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

/// What a host is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The CodeArtifact API.
    Api,
    /// The packages.
    Repositories,
    /// npm's tarballs, in S3.
    Assets,
    /// STS.
    Sts,
}

/// One host, hop by hop. What lies behind a hop that failed is `None`.
#[derive(Clone, Debug, PartialEq)]
pub struct HostSeen {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether it speaks TLS.
    pub tls: bool,
    /// What the proxy answered when it was asked for the host; `None` on the direct way.
    pub tunnel: Option<Tunnel>,
    /// Whether the host is reached without the proxy, where the proxy did not let us through.
    pub direct: Option<bool>,
    /// What the name stands for. `None` when the proxy looks it up.
    pub names: Option<Names>,
    /// What became of a connection to each address.
    pub connections: Vec<(SocketAddr, Reached)>,
    /// The TLS handshake.
    pub handshake: Option<Handshake>,
    /// The answer to a request without credentials.
    pub answer: Option<Answer>,
}

impl HostSeen {
    /// The host of `url`, not looked at yet; `None` if that is none.
    pub fn of(url: &str) -> Option<Self> {
        let plain = PlainUrl::parse(url).ok()?;
        let origin = plain.origin();
        let port = origin.rsplit_once(':')?.1.parse().ok()?;
        Some(Self {
            host: plain.host().to_owned(),
            port,
            tls: url.starts_with("https:"),
            tunnel: None,
            direct: None,
            names: None,
            connections: Vec::new(),
            handshake: None,
            answer: None,
        })
    }

    /// The status of its answer, if that is HTTP.
    pub fn status(&self) -> Option<u16> {
        self.answer.as_ref()?.status()
    }

    /// Whether a connection stands that a request can be sent over.
    pub fn is_open(&self) -> bool {
        let connected = match &self.tunnel {
            Some(tunnel) => *tunnel == Tunnel::Open,
            None => self
                .connections
                .iter()
                .any(|(_, reached)| *reached == Reached::Open),
        };
        connected && (!self.tls || self.handshake.as_ref().is_some_and(Handshake::is_trusted))
    }
}

/// What a name stands for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// It is an address itself.
    pub is_address: bool,
    /// What /etc/hosts says.
    pub hosts_file: Vec<IpAddr>,
    /// What each nameserver says, in the order of resolv.conf.
    pub servers: Vec<(IpAddr, Said)>,
    /// What the system's own look-up says, where /etc/hosts and the nameservers say nothing.
    pub system: Vec<IpAddr>,
}

impl Names {
    /// The addresses that programs use, as the C library chooses them: /etc/hosts, then the first nameserver that answers.
    pub fn addresses(&self) -> &[IpAddr] {
        if !self.hosts_file.is_empty() {
            return &self.hosts_file;
        }
        match self.first_answer() {
            Some(Said::Addresses(addresses)) => addresses,
            _ => &self.system,
        }
    }

    /// The answer that counts: of the first nameserver that gives one.
    pub fn first_answer(&self) -> Option<&Said> {
        self.servers
            .iter()
            .map(|(_, said)| said)
            .find(|said| said.is_answer())
    }
}

/// What a nameserver says about a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// It has these addresses.
    Addresses(Vec<IpAddr>),
    /// There is no such name.
    NoSuchName,
    /// The name is there and has no address.
    NoAddress,
    /// The nameserver failed or refused: SERVFAIL, REFUSED and the like.
    Fault(String),
    /// Nothing, in time.
    Silence,
    /// It cannot be asked.
    Unreachable(String),
}

impl Said {
    /// Whether it answers the question, with whatever.
    pub fn is_answer(&self) -> bool {
        matches!(
            self,
            Said::Addresses(_) | Said::NoSuchName | Said::NoAddress
        )
    }
}

/// What became of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reached {
    /// It stands.
    Open,
    /// No answer in time.
    TimedOut,
    /// Nothing listens there.
    Refused,
    /// It was cut.
    Reset,
    /// There is no way there.
    Unreachable,
    /// The name has no address.
    NoName,
    /// Something else, in the system's words.
    Other(String),
}

/// What a proxy answers to CONNECT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tunnel {
    /// It leads through.
    Open,
    /// It refuses with this status.
    Refused(u16),
    /// It does not answer in time.
    TimedOut,
    /// It hangs up, or does not speak HTTP.
    Broken(String),
    /// It cannot be reached itself.
    Unreached(Reached),
}

/// A TLS handshake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handshake {
    /// It came to its end.
    Done {
        /// Who issued the host's certificate.
        issuer: String,
        /// Whether the certificate proves the host's identity.
        trust: Result<(), Distrust>,
    },
    /// No answer in time.
    TimedOut,
    /// The connection was cut.
    Cut(String),
    /// It failed: an alert, or no TLS at all.
    Failed(String),
}

impl Handshake {
    /// Whether the host has proved its identity.
    pub fn is_trusted(&self) -> bool {
        matches!(self, Handshake::Done { trust: Ok(()), .. })
    }
}

/// Why a certificate proves nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Distrust {
    /// Nobody trusted stands behind it.
    UnknownIssuer,
    /// It is for other names: these.
    WrongName(Vec<String>),
    /// Its time is over.
    Expired,
    /// Its time has not come.
    NotYetValid,
    /// Something else, in the library's words.
    Other(String),
}

/// An answer to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// HTTP.
    Http {
        /// The status.
        status: u16,
        /// The server's clock, seconds since 1970.
        date: Option<u64>,
        /// Where it sends us.
        location: Option<String>,
        /// How the body begins, made printable.
        body: String,
    },
    /// None in time.
    TimedOut,
    /// The connection was cut.
    Cut(String),
    /// It is no HTTP.
    NotHttp,
}

impl Answer {
    /// The HTTP status, if it is HTTP.
    pub fn status(&self) -> Option<u16> {
        match self {
            Answer::Http { status, .. } => Some(*status),
            _ => None,
        }
    }
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
        let words = Words::default();
        let words = match &self.vpc {
            Some(seen) => seen.asked.words(words),
            None => words,
        };
        words
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
